"""The city's figures that lending reads: how many subjects share a property, and how fast each bank answers.

Both are counted anew by the platform's set-based work, never by a request.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from statistics import median
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.calendars import calendar as published_calendar
from suxin.kernel.working_days import SHANGHAI, Calendar, local_day
from suxin.lending.leads import ALL_INDUSTRIES, ANY_KIND
from suxin.lending.models import BankSpeed, PopulationCell, Referral
from suxin.places.models import CITY_CODE

SPEED_WINDOW: Final = timedelta(days=90)
_HOUR: Final = timedelta(hours=1)
_ONE_DAY: Final = timedelta(days=1)
_COUNT: Final = text(
    """
    insert into population_cells (kind, county_code, industry_section, subjects)
    select coalesce(kind, :any_kind), coalesce(county_code, :city),
           coalesce(section, :all_sections), count(*)
    from (select kind, county_code, left(industry, 1) as section from subjects
          where kind <> 'person' and sandbox_id is null) known
    group by grouping sets ((kind, county_code, section), (kind, county_code), (kind), ())
    -- Those whose industry is not known count among all of them, and are no section of their own.
    having not (grouping(section) = 0 and section is null)
    on conflict (kind, county_code, industry_section) do update set subjects = excluded.subjects
    """
)


class Answer(NamedTuple):
    """When a lead was dispatched, and when it was accepted, if it was."""

    tenant_id: UUID
    dispatched_at: datetime
    accept_by: datetime
    accepted_at: datetime | None


async def count_population(session: AsyncSession) -> None:
    """Count the city's organisations and households by kind, county and industry section, as the batch role.

    Natural persons are not counted: no register of them is complete enough to hide among.
    """
    await session.execute(delete(PopulationCell))
    await session.execute(
        _COUNT, {"any_kind": ANY_KIND, "city": CITY_CODE, "all_sections": ALL_INDUSTRIES}
    )


async def measure_speeds(session: AsyncSession, *, now: datetime) -> int:
    """Measure each bank over the last 90 days, as the batch role; return how many banks were measured."""
    rows = await session.execute(
        select(
            Referral.tenant_id, Referral.dispatched_at, Referral.accept_by, Referral.accepted_at
        ).where(
            Referral.dispatched_at > now - SPEED_WINDOW,
            or_(Referral.accepted_at.is_not(None), Referral.accept_by <= now),
        )
    )
    measured = speeds_of(
        (Answer(*row) for row in rows), calendar=await published_calendar(session), now=now
    )
    if not measured:
        return 0
    statement = insert(BankSpeed).values(measured)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[BankSpeed.tenant_id],
            set_={
                name: statement.excluded[name]
                for name in (
                    "measured_on",
                    "referrals",
                    "answered_on_time",
                    "median_response_hours",
                )
            },
        )
    )
    return len(measured)


def speeds_of(
    answers: Iterable[Answer], *, calendar: Calendar, now: datetime
) -> list[dict[str, object]]:
    """Return each bank's figures: leads, those accepted in time, and the median of hours on working days until then.

    A lead that was never accepted counts as not in time and has no hours.
    """
    by_bank: defaultdict[UUID, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_bank[answer.tenant_id].append(answer)
    return [
        {
            "tenant_id": tenant_id,
            "measured_on": local_day(now),
            "referrals": len(found),
            "answered_on_time": sum(
                one.accepted_at is not None and one.accepted_at <= one.accept_by for one in found
            ),
            "median_response_hours": _median_hours(found, calendar),
        }
        for tenant_id, found in sorted(by_bank.items())
    ]


def hours_on_working_days(start: datetime, end: datetime, *, calendar: Calendar) -> int:
    """Return the whole hours from ``start`` to ``end`` that lie on Chinese working days."""
    total, moment = timedelta(0), start.astimezone(SHANGHAI)
    until = end.astimezone(SHANGHAI)
    while moment < until:
        midnight = datetime.combine(moment.date() + _ONE_DAY, time(), SHANGHAI)
        if calendar.kind_of(moment.date()):
            total += min(midnight, until) - moment
        moment = midnight
    return total // _HOUR


def _median_hours(answers: Iterable[Answer], calendar: Calendar) -> int:
    hours = [
        hours_on_working_days(answer.dispatched_at, answer.accepted_at, calendar=calendar)
        for answer in answers
        if answer.accepted_at is not None
    ]
    # Nobody who never answered looks fast.
    return round(median(hours)) if hours else SPEED_WINDOW // _HOUR
