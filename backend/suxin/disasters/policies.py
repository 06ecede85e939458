"""Who may do what about declared disasters: rights of the operator's staff. Whoever declares one does not confirm it.

What a bank decides about its own loans is its officers' right over loans (``lending.policies.LOAN_MANAGE``).
"""

from typing import Final

from suxin.kernel.actor import Permission

DISASTER_READ: Final = Permission("disasters.disaster.read", "查看灾情认定")
DISASTER_DECLARE: Final = Permission("disasters.disaster.declare", "录入灾情认定")
DISASTER_CONFIRM: Final = Permission("disasters.disaster.confirm", "确认灾情认定")
