"""Who proposes limits."""

from typing import Final

from suxin.kernel.actor import Permission

LIMIT_PROPOSE: Final = Permission("perks.limit.propose", "对违约订单提出权益限制")
