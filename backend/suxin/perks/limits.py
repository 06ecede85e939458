"""What stands in the way of a redemption besides stock and budget: period, day, hour, and how many somebody or everybody has had."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid
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
    await _take_turn(session, f"perks.day:{programme.id}")
    had = await session.scalar(
        select(func.coalesce(func.sum(Redemption.persons), 0)).where(
            Redemption.tenant_id == programme.tenant_id,
            Redemption.programme_id == programme.id,
            Redemption.day == local_day(now),
            _counts(now),
        )
    )
    if int(had or 0) + persons > programme.daily:
        raise DayLimitReached


async def take_person(
    session: AsyncSession, programme: Programme, subject_id: UUID, *, persons: int, now: datetime
) -> None:
    """Take a turn at what a subject has had, wherever, and refuse if it is all that he may; his rows are borrowed.

    :raises PersonLimitReached: if it is
    """
    await _take_turn(session, f"perks.subject:{subject_id}")
    day = local_day(now)
    of_programme = Redeemer.programme_id == programme.id
    of_scenario = Redeemer.scenario_code == programme.scenario_code
    for limit, which in (
        (programme.person_daily, of_programme & (Redeemer.day == day)),
        (programme.person_total, of_programme),
        (programme.scenario_monthly, of_scenario & (Redeemer.day >= day.replace(day=1))),
    ):
        if limit is None:
            continue
        had = await session.scalar(
            select(func.coalesce(func.sum(Redeemer.persons), 0))
            .join(
                Redemption,
                (Redemption.tenant_id == Redeemer.tenant_id)
                & (Redemption.id == Redeemer.redemption_id),
            )
            .where(Redeemer.subject_id == subject_id, which, _counts(now))
        )
        if int(had or 0) + persons > limit:
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


def _counts(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a redemption counts: a lock whose time is over counts no more, written down or not."""
    over = (Redemption.state == RedemptionState.HELD) & (Redemption.held_until <= now)
    return Redemption.state.in_(COUNTED) & ~over


async def _take_turn(session: AsyncSession, what: str) -> None:
    key = func.hashtextextended(what, 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
