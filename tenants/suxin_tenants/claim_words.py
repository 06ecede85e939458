"""Words of claims that both desks share: how a claim stands, in which tone, and how its figures came about."""

from collections.abc import Mapping, Sequence
from typing import Final

from suxin.kernel.money import format_yuan
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.states import ClaimState
from suxin.risk_pool.losses import LimitedBy
from suxin.risk_pool.payments.states import PaymentState
from suxin_tenants.words import Said

_TONES: Final[Mapping[ClaimState, str]] = {
    ClaimState.DRAFT: "plain",
    ClaimState.SUBMITTED: "info",
    ClaimState.MATERIAL_CHECK: "info",
    ClaimState.REVIEW: "info",
    ClaimState.RETURNED: "warn",
    ClaimState.REJECTED: "bad",
    ClaimState.APPROVED: "good",
    ClaimState.PAID: "good",
    ClaimState.RECOVERING: "warn",
    ClaimState.CLOSED: "plain",
    ClaimState.WRITTEN_OFF: "plain",
    ClaimState.WITHDRAWN: "plain",
}
CLAIM_STATES: Final[Mapping[ClaimState, Said]] = {
    state: (state.zh, tone) for state, tone in _TONES.items()
}
PAYMENT_STATES: Final[Mapping[PaymentState, Said]] = {
    PaymentState.HELD: (PaymentState.HELD.zh, "info"),
    PaymentState.ISSUED: (PaymentState.ISSUED.zh, "warn"),
    PaymentState.PAID: (PaymentState.PAID.zh, "good"),
    PaymentState.DROPPED: (PaymentState.DROPPED.zh, "plain"),
    PaymentState.REVERSED: (PaymentState.REVERSED.zh, "bad"),
}
_LIMITS: Final[Mapping[LimitedBy, str]] = {
    LimitedBy.PER_CLAIM: "单笔代偿上限",
    LimitedBy.BANK_AND_YEAR: "该行本年度代偿上限",
    LimitedBy.POOL: "资金池可用余额",
}


def formula(claim: PoolClaim) -> Sequence[tuple[str, str]]:
    """Return how a claim's figures came about, step by step, each with its result."""
    terms = claim.agreed
    owed = claim.principal_fen + (0 if terms.principal_only else claim.interest_fen)
    shares = terms.shares
    steps = [
        (
            "损失 = 未还本金"
            + ("" if terms.principal_only else " + 应还未还利息")
            + f" − 助保金（{format_yuan(owed)} − {format_yuan(claim.deposit_fen)}）",
            format_yuan(claim.loss_fen),
        ),
        (f"资金池承担 {shares.pool_bps / 100:g}%", format_yuan(claim.pool_fen)),
        (f"银行承担 {shares.bank_bps / 100:g}%（含取整余额）", format_yuan(claim.bank_fen)),
    ]
    if shares.guarantor_bps:
        steps.append(
            (f"担保机构承担 {shares.guarantor_bps / 100:g}%", format_yuan(claim.guarantor_fen))
        )
    if claim.limited_by is not None:
        steps.append((f"受限于{_LIMITS[claim.limited_by]}", "见下"))
        steps.append(("缺口（待资金池有余额后支付）", format_yuan(claim.unmet_fen)))
    return steps
