"""When an arrangement of holidays is published or corrected: the deadlines that run are worked out anew.

Until a year's arrangement is published, deadlines in it are provisional. The platform goes through the open referrals
in chunks, each a job of its own that leaves where the next one begins; doing it again changes nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.working_days import Calendar, local_day, running_deadline
from suxin.lending import dispatch
from suxin.lending.claims import move_claim
from suxin.lending.deadlines import clocks_from
from suxin.lending.models import Lead, Referral, ReferralState, Step
from suxin.lending.queries.referrals import Place, lock_running_referrals
from suxin.lending.routing.telling import tell_desk
from suxin.lending.telling import tell_of_deadlines

REDATE_TOPIC: Final = "lending.deadlines.redate"
CHUNK: Final = 200
"""Referrals a job takes: well under a second of work, and few enough that no bank waits for their locks."""

_STEPS_ZH: Final[Mapping[Step, str]] = {
    Step.ACCEPT: "受理",
    Step.CONTACT: "联系",
    Step.DECIDE: "答复",
}
_COLUMNS: Final[Mapping[Step, str]] = {
    Step.ACCEPT: "accept_by",
    Step.CONTACT: "contact_by",
    Step.DECIDE: "decide_by",
}


class _Move(NamedTuple):
    """A step whose deadline goes elsewhere."""

    step: Step
    before: datetime
    after: datetime


async def redate_deadlines(
    session: AsyncSession, *, year: int, after: Place | None, now: datetime
) -> Place | None:
    """Work out anew the running deadlines that the year's arrangement touches, a chunk of them, past ``after``.

    A deadline that moves gets its timer again, and its bank is told; the mark of a provisional one goes when all its
    days are settled. Return where the next chunk begins; nothing when this was the last.
    """
    calendar = await calendar_for_deadlines(session)
    found = await lock_running_referrals(session, year=year, after=after, limit=CHUNK, now=now)
    for referral, lead in found:
        moves = _redate(referral, calendar, now=now) if referral.answerable else []
        if moves:
            ends = {move.before: move.after for move in moves}
            move_claim(lead, tenant_id=referral.tenant_id, ends=ends)
            await _tell(session, referral, lead, moves, calendar, year=year, now=now)
    if len(found) < CHUNK:
        return None
    last, _ = found[-1]
    return Place(last.tenant_id, last.id)


def _redate(referral: Referral, calendar: Calendar, *, now: datetime) -> list[_Move]:
    """Set the deadlines that still lie ahead; return those that moved."""
    clocks = clocks_from(
        referral.dispatched_at,
        calendar=calendar,
        decide_from=referral.decide_from,
        extra_days=referral.extra_days,
    )
    moves = []
    for step, column in _COLUMNS.items():
        due: datetime = getattr(referral, column)
        if due <= now or not step.lies_ahead(referral):
            continue
        anew = running_deadline(due, getattr(clocks, column), calendar=calendar, now=now)
        if anew != due:
            setattr(referral, column, anew)
            moves.append(_Move(step, due, anew))
    referral.deadlines_provisional = clocks.provisional
    return moves


async def _tell(
    session: AsyncSession,
    referral: Referral,
    lead: Lead,
    moves: list[_Move],
    calendar: Calendar,
    *,
    year: int,
    now: datetime,
) -> None:
    for move in moves:
        await dispatch.start_clock(session, referral, move.step, now=now, world=lead.sandbox_id)
    tell_of_deadlines(session, referral, now=now)
    append_act(
        session,
        action="lending.referral.redated",
        now=now,
        tenant_id=referral.tenant_id,
        object_type="referral",
        object_id=referral.id,
        detail={"year": year, **_dates(moves)},
    )
    if referral.state is ReferralState.OFFERED:
        # Its bank has decided; the deadline binds again only if it takes its offer back.
        return
    arrangement = calendar.arrangement_of(year)
    why = f"{year} 年放假安排" if arrangement is None else arrangement.source
    told = "，".join(
        f"{_STEPS_ZH[move.step]}时限由 {_day_zh(move.before)}改为 {_day_zh(move.after)}"
        for move in moves
    )
    body = f"线索 {lead.number}：按{why}，{told}。"
    await tell_desk(session, referral, "办理时限已调整", body, now=now)


def _dates(moves: list[_Move]) -> dict[str, Any]:
    return {
        f"{move.step.value}_by": [move.before.isoformat(), move.after.isoformat()] for move in moves
    }


def _day_zh(moment: datetime) -> str:
    day = local_day(moment)
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def place_in(payload: Mapping[str, Any]) -> Place | None:
    """Read where a chunk begins out of a job's payload."""
    if "tenant_id" not in payload:
        return None
    return Place(UUID(payload["tenant_id"]), UUID(payload["referral_id"]))
