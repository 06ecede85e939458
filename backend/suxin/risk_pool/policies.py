"""Who may look at risk pools, keep them, sign and accept agreements, file loans, and lift a stop-loss.

A guarantor reads and answers the agreements that name it by the same rights as a bank those that were offered to it.
"""

from typing import Final

from suxin.kernel.actor import Permission

POOL_READ: Final = Permission("risk_pool.pool.read", "查看风险补偿资金池")
POOL_MANAGE: Final = Permission("risk_pool.pool.manage", "管理资金池和出资方")
FUNDING_RECORD: Final = Permission("risk_pool.funding.record", "登记和核对出资")
AGREEMENT_SIGN: Final = Permission("risk_pool.agreement.sign", "起草和签署合作协议")
AGREEMENT_ACCEPT: Final = Permission("risk_pool.agreement.accept", "接受或谢绝合作协议")
FILING_READ: Final = Permission("risk_pool.filing.read", "查看合作协议和备案")
FILING_MAKE: Final = Permission("risk_pool.filing.make", "办理贷款备案")
STOP_LOSS_LIFT: Final = Permission("risk_pool.stop_loss.lift", "申请和批准解除熔断")
