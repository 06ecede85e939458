"""The published arrangements of holidays (放假安排), as the operator loads them, and the calendar that follows from them.

Whoever computes a deadline reads the calendar in the very transaction that stores it: no process keeps one, so none
can be out of date. A published year is told to the contexts that keep deadlines, which work theirs out again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from sqlalchemy import CheckConstraint, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel import outbox
from suxin.kernel.actor import Actor, Permission
from suxin.kernel.audit import append_act
from suxin.kernel.readers import Reader, batch, operator, published
from suxin.kernel.refusals import Invalid, Refusal, RefusalKind
from suxin.kernel.tables import Table
from suxin.kernel.working_days import Arrangement, Calendar, built_in_year, local_day

CALENDAR_MANAGE: Final = Permission("kernel.calendar.manage", "载入放假安排")
CALENDAR_CHANGED_TOPIC: Final = "kernel.calendar.changed"
MAX_SOURCE_CHARACTERS: Final = 200
_CALENDAR_LOCK: Final = 0x53555843


class ArrangementYearUnreachable(Refusal):
    """The year is over, or nothing can have been published about it yet."""

    code = "ARRANGEMENT_YEAR_UNREACHABLE"
    kind = RefusalKind.INVALID
    zh = "只能载入 {first} 至 {last} 年的放假安排，不能载入 {year} 年的"
    en = "Only arrangements of {first} to {last} can be loaded, not that of {year}"


class PublishedArrangement(Table):
    """One year's arrangement as loaded: days off with their holiday's name, make-up workdays, the source document."""

    __tablename__ = "published_arrangements"
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __readers__: ClassVar[tuple[Reader, ...]] = (published(), operator(writes=True), batch())
    __table_args__ = (
        CheckConstraint("source <> ''", name="source"),
        CheckConstraint("jsonb_typeof(holidays) = 'object'", name="holidays"),
    )

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str]
    # Days in ISO form, with the holiday's name.
    holidays: Mapped[dict[str, Any]]
    make_up_workdays: Mapped[list[str]]
    loaded_at: Mapped[datetime]

    @property
    def arrangement(self) -> Arrangement:
        """The arrangement as a value to compute with."""
        return Arrangement(
            year=self.year,
            source=self.source,
            holidays={date.fromisoformat(day): name for day, name in self.holidays.items()},
            make_up_workdays=frozenset(map(date.fromisoformat, self.make_up_workdays)),
        )


class Loading(StrEnum):
    """What became of an arrangement that was loaded."""

    ADDED = "added"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"


class Standing(StrEnum):
    """What is known about a year: an arrangement was loaded, it came with the installation, or neither."""

    LOADED = "loaded"
    BUILT_IN = "built_in"
    PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class YearKnown:
    """One year with its standing, and the loaded arrangement where there is one."""

    year: int
    standing: Standing
    loaded: PublishedArrangement | None


async def calendar(session: AsyncSession) -> Calendar:
    """Return the calendar as the transaction sees it, to count and to show."""
    rows = await session.scalars(
        select(PublishedArrangement)
        .order_by(PublishedArrangement.year)
        .execution_options(populate_existing=True)
    )
    return Calendar(tuple(row.arrangement for row in rows))


async def calendar_for_deadlines(session: AsyncSession) -> Calendar:
    """Return the calendar to compute deadlines with that this transaction stores.

    No arrangement is loaded until the transaction ends: else a deadline computed by the old calendar could be
    committed after the new one's deadlines were worked out again, and stay wrong.
    """
    await session.execute(select(func.pg_advisory_xact_lock_shared(_CALENDAR_LOCK)))
    return await calendar(session)


async def years_known(session: AsyncSession, years: Iterable[int]) -> list[YearKnown]:
    """Return what is known about each of these years and about every year that was loaded, the latest first."""
    rows = {row.year: row for row in await session.scalars(select(PublishedArrangement))}
    return [
        YearKnown(year, _standing(year, loaded=year in rows), rows.get(year))
        for year in sorted({*years, *rows}, reverse=True)
    ]


async def load_arrangement(
    session: AsyncSession, actor: Actor, *, arrangement: Arrangement, now: datetime
) -> Loading:
    """Make a published arrangement the year's own, or correct the one that was loaded before.

    Deadlines computed from now on follow it; those that run already are worked out again by jobs. Loading the same
    again changes nothing.

    :raises Forbidden: if the actor may not manage the calendar
    :raises Invalid: if the source document is not named
    :raises ArrangementYearUnreachable: if it is not of this year, the year before or the year after
    """
    actor.require(CALENDAR_MANAGE)
    if not 0 < len(arrangement.source) <= MAX_SOURCE_CHARACTERS:
        raise Invalid(
            field="source",
            reason_zh=f"请写明文件名称或文号，最多 {MAX_SOURCE_CHARACTERS} 字",
            reason_en=f"name the document, in at most {MAX_SOURCE_CHARACTERS} characters",
        )
    today = local_day(now)
    if abs(arrangement.year - today.year) > 1:
        raise ArrangementYearUnreachable(
            year=arrangement.year, first=today.year - 1, last=today.year + 1
        )
    # Waits for every transaction that stores deadlines by the old calendar.
    await session.execute(select(func.pg_advisory_xact_lock(_CALENDAR_LOCK)))
    known = await session.get(PublishedArrangement, arrangement.year, with_for_update=True)
    if known is not None and known.arrangement == arrangement:
        return Loading.UNCHANGED
    loading = Loading.ADDED if known is None else Loading.CORRECTED
    _record(session, arrangement, known, now=now)
    _write(session, arrangement, known, now=now)
    await outbox.post(session, CALENDAR_CHANGED_TOPIC, {"year": arrangement.year}, now=now)
    return loading


def _write(
    session: AsyncSession,
    arrangement: Arrangement,
    known: PublishedArrangement | None,
    *,
    now: datetime,
) -> None:
    row = known or PublishedArrangement(year=arrangement.year)
    row.source = arrangement.source
    row.holidays = {day.isoformat(): name for day, name in sorted(arrangement.holidays.items())}
    row.make_up_workdays = [day.isoformat() for day in sorted(arrangement.make_up_workdays)]
    row.loaded_at = now
    session.add(row)


def _record(
    session: AsyncSession,
    arrangement: Arrangement,
    known: PublishedArrangement | None,
    *,
    now: datetime,
) -> None:
    """Audit the loading, and of a correction what it replaces."""
    detail: dict[str, object] = {"year": arrangement.year, "source": arrangement.source}
    if known is not None:
        detail["replaces"] = {
            "source": known.source,
            "holidays": known.holidays,
            "make_up_workdays": known.make_up_workdays,
        }
    append_act(
        session,
        action=f"kernel.calendar.{'loaded' if known is None else 'corrected'}",
        now=now,
        object_type="published_arrangement",
        detail=detail,
    )


def _standing(year: int, *, loaded: bool) -> Standing:
    if loaded:
        return Standing.LOADED
    return Standing.BUILT_IN if built_in_year(year) else Standing.PROVISIONAL
