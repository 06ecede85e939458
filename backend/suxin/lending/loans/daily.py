"""Each day's judgement: overdue days and classes of every loan of the city in one statement, and telling whoever it concerns.

The batch role judges, set-based; telling is the platform's, a few loans a transaction, so that a worker that dies in between tells
the rest after it. Loans of sandboxes are judged one by one, by their own clocks (``telling.watch_in_sandbox``).
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import local_day
from suxin.lending.loans import queries
from suxin.lending.loans.models import OPEN
from suxin.lending.loans.reckoning import account_of, write_down
from suxin.lending.loans.standing import CLASSES_FROM_DAYS, JUDGED
from suxin.lending.loans.telling import tell_of_step, tell_what_changed, watch_in_sandbox

TOLD_AT_ONCE: Final = 200

_CLASS: Final = " ".join(
    f"when days >= {least} then '{found.value}'" for least, found in CLASSES_FROM_DAYS
)
_JUDGED: Final = ", ".join(f"'{state.value}'" for state in JUDGED)
# ``standing.stand`` for all loans at once.
_JUDGE: Final = text(
    f"""
    with unpaid as (
        select tenant_id, loan_id, min(due_on) as since
        from loan_instalments where due_on < :today and {OPEN}
        group by tenant_id, loan_id
    ), standing as (
        select l.tenant_id, l.id, u.since, coalesce(:today - u.since, 0) as days,
               case when u.since is not null then 'OVERDUE'
                    when l.first_due_on < :today then 'PERFORMING' else 'DISBURSED' end as state
        from loans l
        left join unpaid u on u.tenant_id = l.tenant_id and u.loan_id = l.id
        where l.state in ({_JUDGED}) and l.sandbox_id is null
    ), judged as (
        select tenant_id, id, since, days, state, case {_CLASS} end as risk_class from standing
    )
    update loans l
    set state = j.state, overdue_since = j.since, overdue_days = j.days, risk_class = j.risk_class
    from judged j
    where l.tenant_id = j.tenant_id and l.id = j.id
      and (l.state, l.overdue_since, l.overdue_days, l.risk_class)
          is distinct from (j.state, j.since, j.days, j.risk_class)
    """  # noqa: S608 - words of our own
)


async def judge_loans(session: AsyncSession, *, now: datetime) -> int:
    """Judge every loan of the city as of the day, as the batch role; return how many stand otherwise than before."""
    judged = await session.execute(_JUDGE, {"today": local_day(now)})
    return judged.rowcount  # type: ignore[attr-defined,no-any-return] # a cursor's


async def tell_of_loans(session: AsyncSession, *, now: datetime, limit: int = TOLD_AT_ONCE) -> int:
    """Tell banks, and borrowers who are overdue, of loans that stand where nobody was told; return of how many.

    A duty of the platform.
    """
    untold = await queries.untold_loans(session, limit=limit)
    for loan in untold:
        await tell_of_step(session, loan, now=now)
    await session.flush()
    return len(untold)


async def judge_loan(
    session: AsyncSession, *, tenant_id: UUID, loan_id: UUID, now: datetime
) -> None:
    """Judge one loan of a sandbox as of its clock, tell of it, and look again when its next instalment is late.

    A duty of the platform.
    """
    loan = await queries.lock_loan(session, tenant_id, loan_id)
    if loan is None or loan.state not in JUDGED:
        return
    facts = (await queries.facts_of(session, tenant_id, [loan_id]))[loan_id]
    account = account_of(loan.terms, facts.drawdowns, facts.repayments)
    write_down(loan, facts, account, now=now)
    await tell_what_changed(session, loan, now=now)
    await watch_in_sandbox(session, loan, facts, now=now)
