"""The steps of a loan, and who takes each."""

from typing import Final

from suxin.kernel.steps import Party
from suxin.lending.loans.states import LoanState
from suxin.lending.models.steps import NamedStep

BANK: Final = frozenset({Party.TENANT})
_BY_THE_DAY: Final = frozenset({Party.TENANT, Party.PLATFORM})
# A risk pool's operator, and the platform where it reads that the pool has paid.
_BY_POOL: Final = frozenset({Party.OPERATOR, Party.PLATFORM})

CANCEL: Final = NamedStep(
    leaves=frozenset({LoanState.SIGNED}),
    to=LoanState.CANCELLED,
    by=BANK,
    zh="撤销合同",
    en="cancel it",
)
PAY_OUT: Final = NamedStep(
    leaves=frozenset({LoanState.SIGNED}),
    to=LoanState.DISBURSED,
    by=BANK,
    zh="放款",
    en="draw on it",
)
PERFORM: Final = NamedStep(
    leaves=frozenset({LoanState.DISBURSED, LoanState.OVERDUE}),
    to=LoanState.PERFORMING,
    by=_BY_THE_DAY,
    zh="转为正常",
    en="take it as served",
)
FALL_OVERDUE: Final = NamedStep(
    leaves=frozenset({LoanState.DISBURSED, LoanState.PERFORMING}),
    to=LoanState.OVERDUE,
    by=_BY_THE_DAY,
    zh="转为逾期",
    en="take it as overdue",
)
SETTLE: Final = NamedStep(
    leaves=frozenset({LoanState.DISBURSED, LoanState.PERFORMING}),
    to=LoanState.SETTLED,
    by=BANK,
    zh="结清",
    en="settle it",
)
WRITE_OFF: Final = NamedStep(
    leaves=frozenset({LoanState.OVERDUE}),
    to=LoanState.WRITTEN_OFF,
    by=BANK,
    zh="核销",
    en="write it off",
)
COMPENSATE: Final = NamedStep(
    leaves=frozenset({LoanState.OVERDUE}),
    to=LoanState.COMPENSATED,
    by=_BY_POOL,
    zh="登记代偿",
    en="take it as compensated",
)
RECOVER: Final = NamedStep(
    leaves=frozenset({LoanState.COMPENSATED}),
    to=LoanState.RECOVERING,
    by=BANK,
    zh="转入追偿",
    en="recover it",
)
REOPEN: Final = NamedStep(
    leaves=frozenset({LoanState.COMPENSATED}),
    to=LoanState.OVERDUE,
    by=_BY_POOL,
    zh="撤销代偿",
    en="take its compensation back",
)
CLOSE: Final = NamedStep(
    leaves=frozenset({LoanState.COMPENSATED, LoanState.RECOVERING}),
    to=LoanState.SETTLED,
    by=frozenset({Party.TENANT, *_BY_POOL}),
    zh="结清",
    en="settle it",
)
GIVE_UP: Final = NamedStep(
    leaves=frozenset({LoanState.COMPENSATED, LoanState.RECOVERING}),
    to=LoanState.WRITTEN_OFF,
    by=_BY_POOL,
    zh="核销",
    en="write it off",
)
