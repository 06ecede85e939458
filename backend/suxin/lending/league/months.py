"""What the city's loans come to this month, by bank, county and industry, in one statement.

A duty of the platform, once a day after all loans were judged.
"""

from datetime import date, datetime, time
from typing import Final

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.lending.league.models import LoanMonth
from suxin.lending.loans.standing import JUDGED
from suxin.lending.terms import GuaranteeMode
from suxin.places.models import CITY_CODE

UNKNOWN_INDUSTRY: Final = "-"
_BALANCE: Final = ", ".join(f"'{state.value}'" for state in JUDGED)
_KEYS: Final = ("month", "dimension", "key")
_RENEWED: Final = ", ".join(
    f"{column.name} = excluded.{column.name}"
    for column in LoanMonth.__table__.columns
    if column.name not in _KEYS
)

COUNT_MONTH: Final = text(
    f"""
    with known as (
        select l.tenant_id::text as bank, coalesce(s.county_code, '{CITY_CODE}') as county,
               coalesce(left(s.industry, 1), '{UNKNOWN_INDUSTRY}') as industry,
               l.state in ({_BALANCE}) and l.drawn_fen > l.principal_paid_fen as owed,
               l.drawn_fen - l.principal_paid_fen as owed_fen,
               l.guarantee = '{GuaranteeMode.CREDIT.value}' as credit, l.overdue_days > 0 as late,
               l.principal_fen, l.signed_at >= :begins and l.state <> 'CANCELLED' as fresh,
               q.first_loan and l.renews_id is null as first_loan
        from loans l
        join loan_requests q on q.subject_id = l.subject_id and q.id = l.request_id
        left join subjects s on s.id = l.subject_id
        where l.sandbox_id is null
    )
    insert into loan_months (month, dimension, key, as_of, counted_at, loans, outstanding_fen, credit_loans, credit_fen,
        overdue_loans, overdue_fen, signed, signed_fen, first_loans)
    select :month, case when grouping(bank) = 0 then 'bank' when grouping(county) = 0 then 'county'
                        when grouping(industry) = 0 then 'industry' else 'city' end,
           coalesce(bank, county, industry, ''), :today, :now,
           count(*) filter (where owed), coalesce(sum(owed_fen) filter (where owed), 0),
           count(*) filter (where owed and credit), coalesce(sum(owed_fen) filter (where owed and credit), 0),
           count(*) filter (where owed and late), coalesce(sum(owed_fen) filter (where owed and late), 0),
           count(*) filter (where fresh), coalesce(sum(principal_fen) filter (where fresh), 0),
           count(*) filter (where fresh and first_loan)
    from known
    group by grouping sets ((bank), (county), (industry), ())
    on conflict (month, dimension, key) do update set {_RENEWED}
    """  # noqa: S608 - words of our own
)


_NOT_COUNTED: Final = ("as_of", "counted_at", *_KEYS)


async def count_month(session: AsyncSession, *, now: datetime) -> int:
    """Count what all loans of the city come to, for the month that it is; return how many figures were written.

    Who had figures this month and has no loan any more keeps a row of zeros. A duty of the platform.
    """
    today = local_day(now)
    month = today.replace(day=1)
    zeros = {
        column.name: 0 for column in LoanMonth.__table__.columns if column.name not in _NOT_COUNTED
    }
    await session.execute(
        update(LoanMonth)
        .where(LoanMonth.month == month)
        .values(as_of=today, counted_at=now, **zeros)
        .execution_options(synchronize_session=False)
    )
    counted = await session.execute(
        COUNT_MONTH, {"month": month, "begins": _midnight(month), "today": today, "now": now}
    )
    return counted.rowcount  # type: ignore[attr-defined,no-any-return] # a cursor's


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
