"""Who looks at statements, confirms them for a merchant, and approves them for those who pay."""

from typing import Final

from suxin.kernel.actor import Permission

SETTLEMENT_READ: Final = Permission("perks.settlement.read", "查看结算单")
SETTLEMENT_CONFIRM: Final = Permission("perks.settlement.confirm", "确认结算单或提出异议")
SETTLEMENT_APPROVE: Final = Permission("perks.settlement.approve", "审批结算单并登记付款")
