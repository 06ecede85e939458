"""Counting a quarter, in one statement over what is stored: seven measures of every bank, with their places.

Facts count as they were known at the table's ``counted_until``, by the working days that it keeps: what is reported later, and a calendar that
is corrected later, change nothing of what is counted once more. Where loans stood at the quarter's end comes from the month's figures,
which are no longer counted once their month is over.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Date, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import Calendar, local_day
from suxin.lending.league.measures import MIN_CASES, Measure
from suxin.lending.league.models import LeagueTable
from suxin.lending.league.quarters import Quarter
from suxin.lending.models import DispatchMode, ReferralState
from suxin.lending.terms import GuaranteeMode

_ONE_DAY: Final = timedelta(days=1)
_BETTER: Final = ", ".join(
    f"('{one.value}', {-1 if one.more_is_better else 1}, {100 if one.in_days else 0})"
    for one in Measure
)
_CLAIMED: Final = f"s.mode = '{DispatchMode.OPEN_POOL}'"
_ENDED: Final = ", ".join(f"'{state}'" for state in (ReferralState.PASSED, ReferralState.DECLINED))

COUNT: Final = text(
    f"""
    with calendar as (
        select * from unnest(:days, :worked) as c (day, worked)
    ), banks as (
        select id as tenant_id from tenants where kind = 'bank' and not sandbox
    ), sent as materialized (
        select r.tenant_id, r.id, r.mode, r.state, r.dispatched_at, r.accept_by, r.contact_by, r.consented_at,
               case when r.accepted_at <= :until then r.accepted_at end as accepted_at,
               case when r.contacted_at <= :until then r.contacted_at end as contacted_at,
               case when r.decided_at <= :until then r.decided_at end as decided_at
        from referrals r join banks using (tenant_id)
        where r.dispatched_at >= :begins and r.dispatched_at < :ends
    ), offered as (
        select o.tenant_id, o.referral_id as id, min(o.made_at) as offered_at
        from offers o join sent s on s.tenant_id = o.tenant_id and s.id = o.referral_id
        where o.made_at <= :until
        group by 1, 2
    ), answered as materialized (
        select s.*, o.offered_at, coalesce(o.offered_at, case when s.state = 'DECLINED' then s.decided_at end) as answered_at
        from sent s left join offered o using (tenant_id, id)
    ), decided as (
        select s.tenant_id, l.worked - f.worked as days
        from answered s
        join calendar f on f.day = (s.dispatched_at at time zone 'Asia/Shanghai')::date
        join calendar l on l.day = (s.answered_at at time zone 'Asia/Shanghai')::date
    ), signed as materialized (
        select l.tenant_id, l.principal_fen, l.rate_bps, l.guarantee, l.renews_id is null as fresh, q.first_loan
        from loans l join banks using (tenant_id)
        join loan_requests q on q.subject_id = l.subject_id and q.id = l.request_id
        where l.sandbox_id is null and l.signed_at >= :begins and l.signed_at < :ends and l.signed_at <= :until
          and not (l.state = 'CANCELLED' and l.ended_at <= :until)
    ), counted (tenant_id, measure, numerator, denominator, cases, median) as (
        select tenant_id, '{Measure.PICK_UP.value}', count(*) filter (where accepted_at <= accept_by), count(*), count(*), null::numeric
        from answered s
        where not {_CLAIMED} and accept_by <= :until
          and not (accepted_at is null and state = 'PASSED' and coalesce(decided_at <= accept_by, false))
        group by 1
        union all
        select tenant_id, '{Measure.ON_TIME_CONTACT.value}', count(*) filter (where least(contacted_at, offered_at) <= contact_by),
               count(*), count(*), null
        from answered s
        where accepted_at is not null and contact_by <= :until and ({_CLAIMED} or consented_at <= contact_by)
          and not (contacted_at is null and offered_at is null and state in ({_ENDED}) and coalesce(decided_at <= contact_by, false))
        group by 1
        union all
        select tenant_id, '{Measure.DECISION_DAYS.value}', sum(days), count(*), count(*),
               (percentile_cont(0.5) within group (order by days))::numeric
        from decided group by 1
        union all
        select tenant_id, '{Measure.FIRST_LOAN.value}', count(*) filter (where first_loan), count(*), count(*), null
        from signed where fresh group by 1
        union all
        select tenant_id, '{Measure.CREDIT_LOAN.value}', coalesce(sum(principal_fen) filter (where guarantee = '{GuaranteeMode.CREDIT.value}'), 0),
               sum(principal_fen), count(*), null
        from signed group by 1
        union all
        select tenant_id, '{Measure.RATE.value}', sum(principal_fen * rate_bps), sum(principal_fen), count(*), null
        from signed group by 1
        union all
        select m.key::uuid, '{Measure.OVERDUE.value}', m.overdue_fen, m.outstanding_fen, m.loans, null
        from loan_months m where m.month = :month and m.dimension = 'bank' and m.counted_at <= :until
    ), valued as (
        select b.tenant_id, w.measure, w.worse, coalesce(c.numerator, 0)::bigint as numerator,
               coalesce(c.denominator, 0)::bigint as denominator, coalesce(c.cases, 0) as cases,
               case when coalesce(c.denominator, 0) = 0 then null
                    when w.scale > 0 then (c.median * w.scale)::bigint
                    when w.measure = '{Measure.RATE.value}' then div(2 * c.numerator + c.denominator, 2 * c.denominator)::bigint
                    else div(20000 * c.numerator + c.denominator, 2 * c.denominator)::bigint end as value
        from banks b cross join (values {_BETTER}) as w (measure, worse, scale)
        left join counted c using (tenant_id, measure)
    )
    select tenant_id, measure, numerator, denominator, cases, value,
           case when value is not null and cases >= :min_cases then
               rank() over (partition by measure, value is not null and cases >= :min_cases order by value * worse)
           end as place
    from valued order by tenant_id, measure
    """  # noqa: S608 - words of our own
).bindparams(
    bindparam("days", type_=ARRAY(Date())),
    bindparam("worked", type_=ARRAY(BigInteger())),
)


class CountedLine(NamedTuple):
    """One bank's measure as it was counted."""

    tenant_id: UUID
    measure: Measure
    numerator: int
    denominator: int
    cases: int
    value: int | None
    place: int | None


def working_days_in(quarter: Quarter, until: datetime, calendar: Calendar) -> list[str]:
    """Return the working days from a quarter's first day to the day until which facts count, in ISO form."""
    days = _days(quarter.first, local_day(until))
    return [day.isoformat() for day in days if calendar.kind_of(day)]


async def count_lines(session: AsyncSession, table: LeagueTable) -> Sequence[CountedLine]:
    """Count a table's quarter as its facts were known then; every bank of the city has a line of every measure. As the platform."""
    quarter, worked = Quarter(table.quarter), frozenset(table.worked_on)
    days, sums, total = _days(quarter.first, local_day(table.counted_until)), [], 0
    for day in days:
        total += day.isoformat() in worked
        sums.append(total)
    rows = await session.execute(
        COUNT,
        {
            "days": days,
            "worked": sums,
            "begins": quarter.begins_at,
            "ends": quarter.ends_at,
            "until": table.counted_until,
            "month": quarter.last_month,
            "min_cases": MIN_CASES,
        },
    )
    return [_line(*row) for row in rows]


def ranked_values(lines: Sequence[CountedLine]) -> dict[str, Any]:
    """Return the values that have a place, by measure and the best first, of nobody by name."""
    ranked: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for line in lines:
        if line.place is not None and line.value is not None:
            ranked[line.measure.value].append((line.place, line.value))
    return {name: [value for _, value in sorted(found)] for name, found in sorted(ranked.items())}


def _line(tenant_id: UUID, measure: str, *counts: Any) -> CountedLine:  # noqa: ANN401 - a row's columns
    return CountedLine(tenant_id, Measure.coded(measure), *counts)


def _days(first: date, last: date) -> list[date]:
    return [first + n * _ONE_DAY for n in range((last - first).days + 1)]
