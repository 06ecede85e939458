"""Audit words of risk pools, their agreements, payments, filings and stop-losses."""

from collections.abc import Mapping
from typing import Final

POOL_ACTIONS: Final[Mapping[str, str]] = {
    "risk_pool.pool.opened": "设立资金池",
    "risk_pool.pool.paused": "暂停资金池备案",
    "risk_pool.pool.resumed": "恢复资金池备案",
    "risk_pool.pool.closed": "关闭资金池",
    "risk_pool.pool.partner_added": "添加资金池出资方",
    "risk_pool.funding.recorded": "登记资金池出资",
    "risk_pool.funding.confirmed": "核对资金池出资入账",
    "risk_pool.funding.rejected": "退回资金池出资",
    "risk_pool.agreement.drafted": "起草合作协议",
    "risk_pool.agreement.signed": "签署合作协议",
    "risk_pool.agreement.withdrawn": "撤回合作协议",
    "risk_pool.agreement.accepted": "接受合作协议",
    "risk_pool.agreement.declined": "谢绝合作协议",
    "risk_pool.agreement.ended": "终止合作协议",
    "risk_pool.filing.filed": "贷款备案",
    "risk_pool.filing.released": "解除备案",
    "risk_pool.filing_file.taken": "批量备案",
    "risk_pool.stop_loss.changed": "熔断状态变化",
    "risk_pool.stop_loss.lift_asked": "申请解除熔断",
}
POOL_OBJECTS: Final[Mapping[str, str]] = {
    "risk_pool": "资金池",
    "pool_funding": "出资",
    "pool_agreement": "合作协议",
    "pool_filing": "备案",
    "filing_file": "备案清单",
    "pool_stop_loss": "熔断",
}
