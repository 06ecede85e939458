"""What the platform does about rounds by itself: lines in force after their notice, lines whose year is over, who took his consent back, and counts."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import Consent, ConsentState
from suxin.kernel.working_days import local_day
from suxin.village_credit.joining import record
from suxin.village_credit.lines import shown
from suxin.village_credit.models import CreditRound, RoundMember
from suxin.village_credit.states import LEAVABLE, MemberState, RoundState
from suxin.villages.models import VillageCount

LIMIT: Final = 200
COUNT_AGAIN: Final = timedelta(minutes=10)
KEPT_FOR: Final = timedelta(days=365)
"""How long grade and line are kept after a line's end, for the yearly review (proposed default)."""

_LINED: Final = (MemberState.NOTICED, MemberState.OBJECTED, MemberState.ACTIVE)
_OUT: Final = (MemberState.LEFT, MemberState.ENDED)


async def put_in_force(session: AsyncSession, *, now: datetime, limit: int = LIMIT) -> int:
    """Put some lines in force whose notice is over, until the year that their households have permitted ends; return how many.

    A duty of the platform. Whoever wants a line for another year joins anew, and is looked at anew: the yearly review.
    """
    today = local_day(now)
    rows = (
        await session.execute(
            select(RoundMember, Consent.expires_at)
            .join(
                Consent,
                (Consent.subject_id == RoundMember.subject_id)
                & (Consent.id == RoundMember.consent_id),
            )
            .where(
                RoundMember.state == MemberState.NOTICED,
                RoundMember.notice_ends_at <= now,
                Consent.expires_at >= now + timedelta(days=1),
            )
            .order_by(RoundMember.id)
            .limit(limit)
            .with_for_update(of=RoundMember)
        )
    ).all()
    for member, permitted_until in rows:
        member.activate(starts_on=today, expires_on=local_day(permitted_until))
        record(session, member, "line_in_force", now=now)
    await session.flush()
    return len(rows)


async def end_lines_over(session: AsyncSession, *, now: datetime, limit: int = LIMIT) -> int:
    """End some lines whose year is over; return how many. A duty of the platform."""
    found = (
        await session.scalars(
            select(RoundMember)
            .where(
                RoundMember.state == MemberState.ACTIVE, RoundMember.expires_on <= local_day(now)
            )
            .order_by(RoundMember.id)
            .limit(limit)
            .with_for_update()
        )
    ).all()
    for member in found:
        member.end_line(None, now=now)
        record(session, member, "line_over", now=now)
    await session.flush()
    return len(found)


async def take_out_members(session: AsyncSession, *, now: datetime, limit: int = LIMIT) -> int:
    """Take some households out whose consent has ended, wherever it was taken back; return how many. A duty of the platform.

    Source: PIPL art. 15, 47
    """
    permits = exists().where(
        Consent.subject_id == RoundMember.subject_id,
        Consent.id == RoundMember.consent_id,
        Consent.state.in_((ConsentState.ACTIVE, ConsentState.PAUSED)),
    )
    found = (
        await session.scalars(
            select(RoundMember)
            .where(RoundMember.state.in_(LEAVABLE), ~permits)
            .order_by(RoundMember.id)
            .limit(limit)
            .with_for_update(of=RoundMember)
        )
    ).all()
    for member in found:
        member.forget()
        record(session, member, "left", now=now)
    await session.flush()
    return len(found)


async def forget_ended(session: AsyncSession, *, now: datetime, limit: int = LIMIT) -> int:
    """Erase grade and line of some households whose line ended long ago; return how many. A duty of the platform.

    Source: PIPL art. 47(1)
    """
    found = (
        await session.scalars(
            select(RoundMember)
            .where(
                RoundMember.state == MemberState.ENDED,
                RoundMember.ended_at <= now - KEPT_FOR,
                RoundMember.label != "",
            )
            .order_by(RoundMember.id)
            .limit(limit)
            .with_for_update()
        )
    ).all()
    for member in found:
        member.forget_line()
    await session.flush()
    return len(found)


async def count_rounds(session: AsyncSession, *, now: datetime, limit: int = LIMIT) -> int:
    """Count some open rounds anew, in whole fives; return how many. A duty of the platform."""
    due = CreditRound.counted_at.is_(None) | (CreditRound.counted_at <= now - COUNT_AGAIN)
    found = (
        await session.scalars(
            select(CreditRound)
            .where(CreditRound.state.in_((RoundState.OPEN, RoundState.CLOSED)), due)
            .order_by(CreditRound.id)
            .limit(limit)
            .with_for_update()
        )
    ).all()
    for one in found:
        rows = await session.execute(
            select(RoundMember.state, func.count())
            .where(RoundMember.tenant_id == one.tenant_id, RoundMember.round_id == one.id)
            .group_by(RoundMember.state)
        )
        counts: dict[MemberState, int] = {row[0]: row[1] for row in rows}
        village = await session.get(VillageCount, one.village_tenant_id)
        one.households = shown(village.households) if village is not None else None
        one.joined = shown(sum(many for state, many in counts.items() if state not in _OUT))
        one.lined = shown(sum(counts.get(state, 0) for state in _LINED))
        one.active = shown(counts.get(MemberState.ACTIVE, 0))
        one.counted_at = now
    await session.flush()
    return len(found)
