"""Telling those whom a notice concerns: once when it exempts something of theirs, and once when that is over.

A firm is told by whoever acts for it; a natural person who has never proved himself is told by nobody, and finds it in his own data.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, func, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.relief.models import DisasterNotice, GroupExemption
from suxin.subjects.models import Mandate, PersonIdentity, Subject

TOLD_AT_ONCE: Final = 200
PAGE: Final = "/pages/my-data"

_BEGAN: Final = GroupExemption.told_at.is_(None)
_OVER: Final = and_(GroupExemption.ended_at.is_not(None), GroupExemption.end_told_at.is_(None))


async def tell_of_exemptions(
    session: AsyncSession, *, now: datetime, limit: int = TOLD_AT_ONCE
) -> int:
    """Tell some subjects of what notices exempt, or exempt no more; return how many. A duty of the platform."""
    untold = (
        await session.execute(
            select(GroupExemption.notice_id, GroupExemption.subject_id)
            .where(or_(_BEGAN, _OVER))
            .group_by(GroupExemption.notice_id, GroupExemption.subject_id)
            .order_by(GroupExemption.notice_id, GroupExemption.subject_id)
            .limit(limit)
        )
    ).all()
    for notice_id, subject_id in untold:
        notice = await session.get_one(DisasterNotice, notice_id)
        await _tell(session, notice, subject_id, now=now)
    return len(untold)


async def _tell(
    session: AsyncSession, notice: DisasterNotice, subject_id: UUID, *, now: datetime
) -> None:
    theirs = (
        GroupExemption.notice_id == notice.id,
        GroupExemption.subject_id == subject_id,
    )
    counted = (
        await session.execute(
            select(
                func.count().label("records"),
                func.count().filter(GroupExemption.told_at.is_not(None)).label("told"),
                func.count().filter(GroupExemption.ended_at.is_not(None)).label("over"),
                func.count().filter(GroupExemption.end_told_at.is_not(None)).label("end_told"),
            ).where(*theirs)
        )
    ).one()
    people = await people_of(session, subject_id, now=now)
    name = await session.scalar(select(Subject.name).where(Subject.id == subject_id))
    if not counted.told and not counted.over:
        body = (
            f"根据{notice.authority}的“{notice.title}”，{name}有 {counted.records} 条记录予以信用豁免，"
            f"保留在案，不再计入评价。理由：{notice.reason}"
        )
        await _notify(session, people, "受灾信用豁免已生效", body, "relief_exempted", now=now)
    elif counted.told and counted.over and not counted.end_told:
        body = f"“{notice.title}”已终止，因其豁免的 {counted.over} 条记录恢复使用；另有豁免依据或者已修复的除外。"
        await _notify(session, people, "受灾信用豁免已终止", body, "relief_ended", now=now)
    await _mark(session, theirs, now=now)


async def _mark(session: AsyncSession, theirs: Sequence[Any], *, now: datetime) -> None:
    for untold, column in ((_BEGAN, "told_at"), (_OVER, "end_told_at")):
        await session.execute(
            update(GroupExemption)
            .where(*theirs, untold)
            .values({column: now})
            .execution_options(synchronize_session=False)
        )


async def people_of(session: AsyncSession, subject_id: UUID, *, now: datetime) -> list[UUID]:
    """Return who acts for a subject now, or the person it is, if he has proved himself."""
    acting = select(Mandate.person_id).where(
        Mandate.subject_id == subject_id,
        Mandate.ended_at.is_(None),
        Mandate.starts_at <= now,
        Mandate.ends_at > now,
    )
    himself = select(PersonIdentity.subject_id).where(PersonIdentity.subject_id == subject_id)
    return sorted(await session.scalars(union(acting, himself)))


async def _notify(
    session: AsyncSession,
    people: Sequence[UUID],
    title: str,
    body: str,
    template: str,
    *,
    now: datetime,
) -> None:
    for person_id in people:
        await notices.notify_person(
            session,
            person_id=person_id,
            template=template,
            title=title,
            body=body,
            link=PAGE,
            facts={"thing": title},
            now=now,
        )
