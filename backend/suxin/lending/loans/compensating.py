"""What a risk pool does to a loan: its payment, and what follows from it. The pool's context calls this with the loan locked."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.money import format_yuan
from suxin.lending.loans.models import Loan
from suxin.lending.loans.telling import tell_of_step


async def compensate_loan(
    session: AsyncSession, loan: Loan, *, amount_fen: int, now: datetime
) -> None:
    """Take a loan as compensated, and let the borrower know that he owes as before, and that what he pays is shared from now on.

    A duty of the platform, and of the pool's operator.

    :raises StepNotPossible: if it is not overdue
    """
    loan.compensate()
    await tell_of_step(session, loan, now=now)
    await notices.notify_person(
        session,
        person_id=loan.person_id,
        template="loan_compensated",
        title="贷款已由风险补偿资金代偿",
        body=f"合同 {loan.contract_number} 因逾期，风险补偿资金池已向贷款银行代偿 {format_yuan(amount_fen)} 元。"
        "您的还款责任不因代偿而免除，仍请向贷款银行还款；如有异议，请联系贷款银行或市信用办。",
        link=f"/pages/request?id={loan.request_id}",
        facts={"number": loan.contract_number, "amount": format_yuan(amount_fen)},
        now=now,
    )


async def recover_loan(session: AsyncSession, loan: Loan, *, now: datetime) -> None:
    """Take a compensated loan as being recovered, with the first that comes back."""
    before = loan.state
    loan.recover()
    if loan.state is not before:
        await tell_of_step(session, loan, now=now)


async def reopen_loan(session: AsyncSession, loan: Loan, *, now: datetime) -> None:
    """Take a compensated loan as overdue again: the pool's payment was reversed.

    :raises StepNotPossible: if it is not compensated, or something has come back
    """
    loan.reopen()
    await tell_of_step(session, loan, now=now)


async def close_loan(session: AsyncSession, loan: Loan, *, note: str, now: datetime) -> None:
    """Take a compensated loan as settled: all that was lost has come back.

    :raises StepNotPossible: if it was not compensated
    """
    loan.close_compensated(note=note, now=now)
    await tell_of_step(session, loan, now=now)


async def give_up_loan(session: AsyncSession, loan: Loan, *, note: str, now: datetime) -> None:
    """Take a compensated loan as written off: nothing more is expected of it, and the debt stands.

    :raises StepNotPossible: if it was not compensated
    """
    loan.give_up(note=note, now=now)
    await tell_of_step(session, loan, now=now)
