"""How a loan stands on a day, from its facts alone: by the same rule one by one and, in SQL, for the whole city."""

from datetime import date
from typing import Final, NamedTuple

from suxin.lending.loans.states import LoanState, RiskClass

CLASSES_FROM_DAYS: Final = (
    (361, RiskClass.LOSS),
    (271, RiskClass.DOUBTFUL),
    (91, RiskClass.SUBSTANDARD),
    (1, RiskClass.SPECIAL_MENTION),
    (0, RiskClass.NORMAL),
)
"""From how many days overdue a loan is of which class, the worst first. Proposed (demo configuration): by days alone, while a
bank's own classification looks at more."""

JUDGED: Final = (LoanState.DISBURSED, LoanState.PERFORMING, LoanState.OVERDUE)
"""The states that follow from the facts and the day."""

COMPENSATED: Final = (LoanState.COMPENSATED, LoanState.RECOVERING)
"""The states in which a risk pool has paid its share, and the borrower still owes."""


class Standing(NamedTuple):
    """How a loan stands on a day."""

    state: LoanState
    overdue_since: date | None
    overdue_days: int
    risk_class: RiskClass


def stand(*, first_due_on: date, unpaid_since: date | None, today: date) -> Standing:
    """Return how a loan stands whose oldest unpaid instalment was due on a day, or whose none is unpaid.

    An instalment is late from the day after it was due. Before the first one was due, the loan is merely paid out.
    """
    days = 0 if unpaid_since is None else max((today - unpaid_since).days, 0)
    if days:
        state = LoanState.OVERDUE
    else:
        state = LoanState.PERFORMING if first_due_on < today else LoanState.DISBURSED
    return Standing(state, unpaid_since if days else None, days, class_of(days))


def class_of(overdue_days: int) -> RiskClass:
    """Return the class of a loan by the days that it is overdue."""
    return next(found for least, found in CLASSES_FROM_DAYS if overdue_days >= least)
