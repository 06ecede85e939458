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
