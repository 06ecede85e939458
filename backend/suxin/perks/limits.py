"""What stands in the way of a redemption besides stock and budget: period, day, hour, and how many somebody or everybody has had."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid
from suxin.kernel.single_steps import Term
from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.perks.models import Programme, Redeemer, Redemption
from suxin.perks.refusals import DayLimitReached, PersonLimitReached, ProgrammeNotOpen
from suxin.perks.states import COUNTED, ProgrammeState, RedemptionState

MAX_REASON: Final = 200
MAX_REFERENCE: Final = 64


def require_open(programme: Programme, *, now: datetime) -> None:
    """Refuse unless a programme is redeemed at this moment.

    :raises ProgrammeNotOpen: saying why not
    """
    reason = closed_because(programme, now=now)
    if reason is not None:
        raise ProgrammeNotOpen(reason_zh=reason[0], reason_en=reason[1])


def closed_because(programme: Programme, *, now: datetime) -> tuple[str, str] | None:
    """Return why nothing is redeemed at this moment, in Chinese and English; none if it is open."""
    day = local_day(now)
    local = now.astimezone(SHANGHAI)
    minute = local.hour * 60 + local.minute
    opens, closes = programme.opens_minute, programme.closes_minute
    if programme.state is not ProgrammeState.PUBLISHED:
        return programme.state.zh, f"it is {programme.state.en}"
    if day < programme.starts_on:
        return f"{programme.starts_on.isoformat()} 起有效", f"it begins on {programme.starts_on}"
    if day >= programme.ends_before:
        return "已过有效期", "its period is over"
    if day.isoformat() in programme.closed_on:
        return "今日不开放", "it is closed today"
    if opens is not None and closes is not None and not opens <= minute < closes:
        return "不在开放时段", "it is closed at this hour"
    return None


async def take_programme(
    session: AsyncSession, programme: Programme, *, persons: int, now: datetime
) -> None:
    """Take a turn at the programme's day, and refuse if it is full.

    :raises DayLimitReached: if all of it is taken
    """
    if programme.daily is None:
        return
    await _take_turn(session, day_turn(programme.id))
    had = await session.scalar(
        had_of_day(programme.tenant_id, programme.id, day=local_day(now), now=now)
    )
    check_day(programme, int(had or 0), persons=persons)


async def take_person(
    session: AsyncSession, programme: Programme, subject_id: UUID, *, persons: int, now: datetime
) -> None:
    """Take a turn at what a subject has had, wherever, and refuse if it is all that he may; his rows are borrowed.

    :raises PersonLimitReached: if it is
    """
    await _take_turn(session, person_turn(subject_id))
    day = local_day(now)
    asked = had_of_person(
        subject_id,
        programme.id,
        programme.scenario_code,
        day=day,
        month=day.replace(day=1),
        now=now,
    )
    row = (await session.execute(asked)).one()
    check_person(programme, HadByPerson(*map(int, row)), persons=persons)


@dataclass(frozen=True, slots=True)
class HadByPerson:
    """How many persons came on one subject's account: of a programme on a day and in all, and of its scenario in a month, wherever."""

    daily: int
    total: int
    monthly: int

    def with_more(self, persons: int) -> "HadByPerson":
        """Return what he has had once so many more have come to the same programme."""
        return HadByPerson(self.daily + persons, self.total + persons, self.monthly + persons)


def day_turn(programme_id: Term[UUID]) -> str | ColumnElement[str]:
    """Return on what those take turns who count a programme's day."""
    return _turn("perks.day:", programme_id)


def person_turn(subject_id: Term[UUID]) -> str | ColumnElement[str]:
    """Return on what those take turns who count what a subject has had."""
    return _turn("perks.subject:", subject_id)


def had_of_day(
    tenant_id: Term[UUID], programme_id: Term[UUID], *, day: Term[date], now: Term[datetime]
) -> Select[int]:
    """Return the statement of how many persons a programme had on a day."""
    return select(func.coalesce(func.sum(Redemption.persons), 0)).where(
        Redemption.tenant_id == tenant_id,
        Redemption.programme_id == programme_id,
        Redemption.day == day,
        _counts(now),
    )


def had_of_person(
    subject_id: Term[UUID],
    programme_id: Term[UUID],
    scenario_code: Term[str],
    *,
    day: Term[date],
    month: Term[date],
    now: Term[datetime],
) -> Select[int, int, int]:
    """Return the statement of a ``HadByPerson``, by the subject's own rows; ``month`` is its first day."""
    had = (
        select(func.coalesce(func.sum(Redeemer.persons), 0))
        .join(
            Redemption,
            (Redemption.tenant_id == Redeemer.tenant_id)
            & (Redemption.id == Redeemer.redemption_id),
        )
        .where(Redeemer.subject_id == subject_id, _counts(now))
    )
    of_programme = had.where(Redeemer.programme_id == programme_id)
    of_scenario = had.where(Redeemer.scenario_code == scenario_code)
    return select(
        of_programme.where(Redeemer.day == day).scalar_subquery().label("daily"),
        of_programme.scalar_subquery().label("total"),
        of_scenario.where(Redeemer.day >= month).scalar_subquery().label("monthly"),
    )


def check_day(programme: Programme, had: int, *, persons: int) -> None:
    """Refuse so many more on a day on which a programme had so many.

    :raises DayLimitReached: if they are too many
    """
    if programme.daily is not None and had + persons > programme.daily:
        raise DayLimitReached


def check_person(programme: Programme, had: HadByPerson, *, persons: int) -> None:
    """Refuse so many more on the account of a subject who has had so much.

    :raises PersonLimitReached: if they are too many
    """
    limits = (
        (programme.person_daily, had.daily),
        (programme.person_total, had.total),
        (programme.scenario_monthly, had.monthly),
    )
    if any(limit is not None and before + persons > limit for limit, before in limits):
        raise PersonLimitReached


def checked_reason(reason: str) -> str:
    """Return why something is done, without the blanks around it.

    :raises Invalid: if it is empty or too long
    """
    said = reason.strip()
    if not 1 <= len(said) <= MAX_REASON:
        raise Invalid(
            field="reason",
            reason_zh=f"请填写原因，不超过 {MAX_REASON} 个字",
            reason_en=f"say why, in {MAX_REASON} characters at most",
        )
    return said


def checked_reference(reference: str) -> str:
    """Return by what a payment made elsewhere is known, without the blanks around it.

    :raises Invalid: if it is empty or too long
    """
    number = reference.strip()
    if not 1 <= len(number) <= MAX_REFERENCE:
        raise Invalid(
            field="reference",
            reason_zh=f"请填写付款凭证号，不超过 {MAX_REFERENCE} 个字符",
            reason_en=f"name the payment's reference, in {MAX_REFERENCE} characters at most",
        )
    return number


def _counts(now: Term[datetime]) -> ColumnElement[bool]:
    """Return the condition that a redemption counts: a lock whose time is over counts no more, written down or not."""
    over = (Redemption.state == RedemptionState.HELD) & (Redemption.held_until <= now)
    # Not as a list, whose length a statement that is compiled once does not know.
    return or_(*(Redemption.state == state for state in COUNTED)) & ~over


async def _take_turn(session: AsyncSession, what: Term[str]) -> None:
    key = func.hashtextextended(what, 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


def _turn(word: str, whose: Term[UUID]) -> str | ColumnElement[str]:
    if isinstance(whose, UUID):
        return f"{word}{whose}"
    return literal(word) + cast(whose, String)
