"""A loan's account: plan and cover worked out from what was reported, and written down with where that lets it stand."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.lending.loans.models import Loan, LoanDrawdown, LoanInstalment, LoanRepayment
from suxin.lending.loans.plans import (
    Change,
    Due,
    Position,
    Sums,
    Terms,
    cover,
    oldest_unpaid,
    owed_fen,
    plan_of,
)
from suxin.lending.loans.queries import Facts
from suxin.lending.loans.standing import stand
from suxin.lending.loans.states import RepaymentKind


class Account(NamedTuple):
    """What follows from the facts."""

    plan: Sequence[Due]
    position: Position
    drawn_fen: int
    prepaid_fen: int

    @property
    def principal_paid_fen(self) -> int:
        """All principal that was repaid."""
        return self.prepaid_fen + self.position.principal_fen

    @property
    def owed_fen(self) -> int:
        """All that the plan leaves to be paid, due or not."""
        return owed_fen(self.plan, self.position.covers)


def account_of(
    terms: Terms, drawdowns: Iterable[LoanDrawdown], repayments: Iterable[LoanRepayment]
) -> Account:
    """Return the account of a loan, whatever the order in which its facts were reported.

    :raises OutsidePlan: see ``plan_of``
    """
    changes = [Change(one.drawn_on, one.amount_fen) for one in drawdowns]
    drawn_fen = sum(one.amount_fen for one in changes)
    sums, prepaid_fen = Sums(), 0
    for one in repayments:
        split = (one.principal_fen or 0, one.interest_fen or 0, one.fee_fen or 0)
        unsplit_fen = one.amount_fen if one.principal_fen is None else 0
        if one.kind is not RepaymentKind.DUE:
            prepaid_fen += split[0]
            changes.append(Change(one.paid_on, -split[0]))
            split = (0, *split[1:])
        parts = zip(sums, (*split, unsplit_fen), strict=True)
        sums = Sums(*(before + more for before, more in parts))
    plan = plan_of(terms, changes)
    return Account(plan, cover(plan, sums), drawn_fen, prepaid_fen)


def write_down(loan: Loan, facts: Facts, account: Account, *, now: datetime) -> None:
    """Write a loan's account down in its rows, and where it stands today; a plan's rows are made with its first draw-down."""
    loan.drawn_fen = account.drawn_fen
    loan.principal_paid_fen = account.principal_paid_fen
    loan.interest_paid_fen = account.position.interest_fen
    loan.fee_paid_fen = account.position.fee_fen
    if not account.plan:
        return
    loan.first_drawn_on = min(one.drawn_on for one in facts.drawdowns)
    loan.first_due_on, loan.ends_on = account.plan[0].due_on, account.plan[-1].due_on
    if not facts.instalments:
        facts.instalments += [_instalment(loan, one) for one in account.plan]
    # A plan never has more or fewer instalments than at first: its due days are the contract's.
    for row, due, part in zip(
        facts.instalments, account.plan, account.position.covers, strict=True
    ):
        row.due_on = due.due_on
        row.principal_fen, row.interest_fen, row.fee_fen = due[2:]
        row.principal_paid_fen, row.interest_paid_fen, row.fee_paid_fen = part
    today = local_day(now)
    unpaid_since = oldest_unpaid(account.plan, account.position.covers, today=today)
    loan.take(stand(first_due_on=loan.first_due_on, unpaid_since=unpaid_since, today=today))


def _instalment(loan: Loan, due: Due) -> LoanInstalment:
    return LoanInstalment(
        tenant_id=loan.tenant_id,
        id=new_id(),
        loan_id=loan.id,
        subject_id=loan.subject_id,
        number=due.number,
    )
