"""What is told of claims to a bank's own systems: where each has come to stand."""

from typing import Final

from suxin.events.catalogue import EventField, EventType
from suxin.risk_pool.claims.states import ClaimState

_STEPS: Final[tuple[tuple[ClaimState, str], ...]] = (
    (
        ClaimState.RETURNED,
        "a claim on a risk pool was returned for what is missing, or opened again",
    ),
    (ClaimState.REJECTED, "a claim on a risk pool was rejected"),
    (ClaimState.APPROVED, "two people approved a claim, and its payment letter was issued"),
    (ClaimState.PAID, "the custodian has paid the pool's share"),
    (ClaimState.CLOSED, "all that was lost has come back"),
    (ClaimState.WRITTEN_OFF, "nothing more is expected to come back"),
)
CLAIM_STEPS: Final = {
    state: EventType(
        name=f"risk_pool.claim.{state.value.lower()}",
        zh=f"代偿申请{state.zh}",
        en=en,
        object="PoolClaim",
        fields={
            "loan": EventField(zh="贷款", en="the loan it is for", of="Loan"),
            "poolFen": EventField(zh="资金池承担", en="the pool's share, in fen"),
        },
    )
    for state, en in _STEPS
}
"""The kind of event of where a claim has come to stand."""

EVENT_TYPES: Final = tuple(CLAIM_STEPS.values())
