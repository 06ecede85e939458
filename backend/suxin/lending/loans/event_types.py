"""What is told of loans to a bank's own systems: where each has come to stand."""

from typing import Final

from suxin.events.catalogue import EventField, EventType
from suxin.lending.loans.states import LoanState

_STEPS: Final[tuple[tuple[LoanState, str], ...]] = (
    (LoanState.SIGNED, "a contract was signed on an accepted offer, or renews a loan"),
    (LoanState.CANCELLED, "the contract was cancelled within its cooling-off period"),
    (LoanState.DISBURSED, "money was drawn for the first time"),
    (LoanState.PERFORMING, "nothing that is due is unpaid"),
    (LoanState.OVERDUE, "an instalment is unpaid after its day"),
    (LoanState.SETTLED, "everything is repaid, or the loan was renewed"),
    (LoanState.COMPENSATED, "a risk pool has paid its share of the loss"),
    (LoanState.RECOVERING, "something has come back after it was compensated"),
    (LoanState.WRITTEN_OFF, "the bank has written the loan off"),
)
LOAN_STEPS: Final = {
    state: EventType(
        name=f"lending.loan.{state.value.lower()}",
        zh=f"贷款{state.zh}",
        en=en,
        object="Loan",
        fields={
            "referral": EventField(zh="对接", en="the referral it came of", of="Referral"),
            "overdueDays": EventField(zh="逾期天数", en="for how many days it is overdue"),
        },
    )
    for state, en in _STEPS
}
"""The kind of event of where a loan has come to stand."""

EVENT_TYPES: Final = tuple(LOAN_STEPS.values())
