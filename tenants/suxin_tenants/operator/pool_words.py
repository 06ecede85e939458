"""How the desks say where agreements, payments, filings and stop-losses stand."""

from collections.abc import Mapping
from typing import Final

from suxin.lending.industries import industry_name_zh
from suxin.lending.terms import LoanPurpose
from suxin.risk_pool.filings.states import FilingState
from suxin.risk_pool.pools.states import FundingState
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.signing.states import AgreementState
from suxin.risk_pool.stop_loss import StopLossState
from suxin_tenants.words import Said

AGREEMENT_STATES: Final[Mapping[AgreementState, Said]] = {
    AgreementState.DRAFT: ("起草中", "plain"),
    AgreementState.SIGNED_ONCE: ("待第二人签署", "warn"),
    AgreementState.SIGNED: ("待接受", "info"),
    AgreementState.IN_FORCE: ("生效中", "good"),
    AgreementState.DECLINED: ("已谢绝", "bad"),
    AgreementState.WITHDRAWN: ("已撤回", "plain"),
    AgreementState.ENDED: ("已终止", "plain"),
}
FUNDING_STATES: Final[Mapping[FundingState, Said]] = {
    FundingState.RECORDED: ("待核对", "warn"),
    FundingState.CONFIRMED: ("已到账", "good"),
    FundingState.REJECTED: ("已退回", "plain"),
}
FILING_STATES: Final[Mapping[FilingState, Said]] = {
    FilingState.FILED: ("已备案", "good"),
    FilingState.RELEASED: ("已解除", "plain"),
}
STOP_LOSS_STATES: Final[Mapping[StopLossState, Said]] = {
    StopLossState.NORMAL: ("正常", "good"),
    StopLossState.WARN: ("预警", "warn"),
    StopLossState.SUSPENDED: ("暂停备案", "bad"),
    StopLossState.TERMINATED: ("终止合作", "bad"),
}


def lists_of(agreement: PoolAgreement) -> dict[str, str]:
    """Return what an agreement's lists say, by their names; an empty one leaves nothing out."""
    words = {
        "products": agreement.products,
        "industries": [f"{industry_name_zh(code)}（{code}）" for code in agreement.industries],
        "areas": agreement.areas,
        "purposes": [LoanPurpose.coded(value).zh for value in agreement.purposes],
    }
    return {name: "、".join(listed) or "不限" for name, listed in words.items()}


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
"""What is done about risk pools, as the audit page says it."""

POOL_OBJECTS: Final[Mapping[str, str]] = {
    "risk_pool": "资金池",
    "pool_funding": "出资",
    "pool_agreement": "合作协议",
    "pool_filing": "备案",
    "filing_file": "备案清单",
    "pool_stop_loss": "熔断",
}
