"""Telling subjects how they stand: rated and on notice, heard before a fall, graded, and before and at the end of a grade.

An organisation is told by whoever acts for it, a household by its head; a farm entity that waits to be proposed or admitted is told of that.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel import notices
from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.rural.event_types import GRADE_STEPS
from suxin.rural.models import RatingCycle, RatingEntry, RuralGrade, RuralHearing
from suxin.rural.states import KINDS_ZH, CycleState, EntryState, GradeState
from suxin.subjects.models import Mandate, PersonIdentity

TOLD_AT_ONCE: Final = 200
REMIND_DAYS: Final = 30
"""How many days before its end a grade's subject is reminded of the yearly review (proposed default)."""

PAGE: Final = "/pages/rural"
_TOLD: Final = (
    EntryState.RATED,
    EntryState.HEARING,
    EntryState.EFFECTIVE,
    EntryState.NOT_ADMITTED,
)
_TITLES: Final[Mapping[EntryState, str]] = {
    EntryState.RATED: "信用等级公示中",
    EntryState.HEARING: "拟降级，请陈述",
    EntryState.EFFECTIVE: "信用等级已生效",
    EntryState.NOT_ADMITTED: "未予参评",
}


async def tell_of_entries(
    session: AsyncSession, *, now: datetime, limit: int = TOLD_AT_ONCE
) -> int:
    """Tell some subjects where their entries stand; return how many. A duty of the platform."""
    known = or_(
        RatingEntry.state != EntryState.RATED,
        RatingCycle.state == CycleState.NOTICED,
    )
    rows = (
        await session.execute(
            select(RatingEntry, RatingCycle, RuralHearing)
            .join(RatingCycle, RatingCycle.id == RatingEntry.cycle_id)
            .outerjoin(
                RuralHearing,
                and_(
                    RuralHearing.subject_id == RatingEntry.subject_id,
                    RuralHearing.entry_id == RatingEntry.id,
                ),
            )
            .where(
                RatingEntry.state.in_(_TOLD),
                RatingEntry.told.is_distinct_from(RatingEntry.state),
                known,
            )
            .order_by(RatingEntry.id)
            .limit(limit)
            .with_for_update(of=RatingEntry)
        )
    ).all()
    for entry, cycle, hearing in rows:
        body = _body(entry, cycle, hearing)
        await _tell(session, entry.subject_id, _TITLES[entry.state], body, now=now)
        _record(session, entry, now=now)
        entry.told = entry.state.value
    await session.flush()
    return len(rows)


async def tell_of_ends(session: AsyncSession, *, now: datetime, limit: int = TOLD_AT_ONCE) -> int:
    """Remind some before their grade ends, and tell others that it has; return how many. A duty of the platform."""
    soon = local_day(now) + timedelta(days=REMIND_DAYS)
    nearly = and_(
        RuralGrade.state == GradeState.IN_FORCE,
        RuralGrade.expires_on <= soon,
        RuralGrade.reminded_at.is_(None),
    )
    over = and_(RuralGrade.state == GradeState.EXPIRED, RuralGrade.told_of_end_at.is_(None))
    found = (
        await session.scalars(
            select(RuralGrade)
            .where(or_(nearly, over))
            .order_by(RuralGrade.id)
            .limit(limit)
            .with_for_update()
        )
    ).all()
    for grade in found:
        kind, day = KINDS_ZH[grade.kind], f"{grade.expires_on:%Y年%m月%d日}"
        if grade.state is GradeState.IN_FORCE:
            body = f"您的{kind}信用等级 {grade.tier} 将于 {day}到期，请参加本年度评级。"
            await _tell(session, grade.subject_id, "信用等级即将到期", body, now=now)
            grade.reminded_at = now
        else:
            body = f"您的{kind}信用等级 {grade.tier} 已于 {day}到期，证书随之失效。"
            await _tell(session, grade.subject_id, "信用等级已到期", body, now=now)
            grade.told_of_end_at = now
    await session.flush()
    return len(found)


def _record(session: AsyncSession, entry: RatingEntry, *, now: datetime) -> None:
    """Tell the village's systems where an entry has come to stand."""
    kind = GRADE_STEPS.get(entry.state)
    if kind is not None:
        record_event(
            session,
            kind,
            tenant_id=entry.tenant_id,
            object_id=entry.id,
            now=now,
            cycle=entry.cycle_id,
            tier=entry.tier or "",
        )


def _body(entry: RatingEntry, cycle: RatingCycle, hearing: RuralHearing | None) -> str:
    kind = KINDS_ZH[cycle.kind]
    match entry.state:
        case EntryState.RATED:
            until = _day(cycle.notice_ends_at)
            return f"您的{cycle.year} 年度{kind}信用等级拟评为 {entry.tier}，公示至 {until}；有异议的请在公示期内申诉。"
        case EntryState.HEARING if hearing is not None:
            until = _day(hearing.open_until)
            return (
                f"您的信用等级拟由 {hearing.tier_before} 调整为 {hearing.tier_proposed}；"
                f"请在 {until}前陈述，由市信用办决定。决定前原等级有效。"
            )
        case EntryState.EFFECTIVE:
            return f"您的{cycle.year} 年度{kind}信用等级为 {entry.tier}，可在小程序查看构成并出示证书。"
        case _:
            return f"您未能参加 {cycle.year} 年度{kind}信用评级，可向村居了解原因；不影响您的其他事项。"


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(SHANGHAI):%Y年%m月%d日}"


async def _tell(
    session: AsyncSession, subject_id: UUID, title: str, body: str, *, now: datetime
) -> None:
    for person_id in await _people_of(session, subject_id, now=now):
        await notices.notify_person(
            session,
            person_id=person_id,
            template="rural_rating",
            title=title,
            body=body,
            link=PAGE,
            facts={"thing": title},
            now=now,
        )


async def _people_of(session: AsyncSession, subject_id: UUID, *, now: datetime) -> Sequence[UUID]:
    """Return who acts for a subject now, or the person it is, if he has proved himself."""
    acting = select(Mandate.person_id).where(
        Mandate.subject_id == subject_id,
        Mandate.ended_at.is_(None),
        Mandate.starts_at <= now,
        Mandate.ends_at > now,
    )
    himself = select(PersonIdentity.subject_id).where(PersonIdentity.subject_id == subject_id)
    return sorted(await session.scalars(union(acting, himself)))
