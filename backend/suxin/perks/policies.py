"""Who keeps programmes, redeems them, approves what spends the city's money, and sees how they fare."""

from typing import Final

from suxin.kernel.actor import Permission

PROGRAMME_READ: Final = Permission("perks.programme.read", "查看本单位权益")
PROGRAMME_MANAGE: Final = Permission("perks.programme.manage", "编辑、发布、暂停和结束权益")
PROGRAMME_APPROVE: Final = Permission("perks.programme.approve", "审批使用市级资金的权益")
REDEMPTION_READ: Final = Permission("perks.redemption.read", "查看核销记录")
REDEMPTION_GRANT: Final = Permission("perks.redemption.grant", "核销权益")
