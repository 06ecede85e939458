"""Exempting what falls within a notice, and letting it count again, set-based and a chunk at a time, as the batch role.

A chunk is one transaction, and what it did is not done again: whoever is interrupted goes on where he was. What comes in later, or is no
longer disputed, is found by the next pass. A record that is exempted for another reason stays so when a notice ends: by another notice,
or by the case of its subject. What the national window has repaired meanwhile is exempted no longer, so that no end of a notice touches it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import TextClause, exists, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.relief.models import DisasterNotice, GroupExemption, NoticeState
from suxin.relief.reach import WITHIN, of_notice
from suxin.review.states import CaseState, Outcome

CHUNK: Final = 500

_EXEMPT: Final = text(f"""
    with found as (
      select r.subject_id, r.id, coalesce(i.name, r.item_code) as item
      from credit_records r join subjects s on s.id = r.subject_id left join catalogue_items i on i.code = r.item_code
      where {WITHIN}
        and (r.status = 'active' or r.status = 'exempted' and exists (
          select from group_exemptions g where g.subject_id = r.subject_id and g.record_id = r.id and g.ended_at is null))
        and not exists (
          select from group_exemptions g
          where g.subject_id = r.subject_id and g.record_id = r.id and g.notice_id = :notice_id)
      order by r.subject_id, r.id limit :chunk for update of r
    ), exempted as (
      update credit_records c set status = 'exempted' from found
      where c.subject_id = found.subject_id and c.id = found.id and c.status = 'active'
    )
    insert into group_exemptions (subject_id, record_id, notice_id, item, title, reason, exempted_at)
    select subject_id, id, :notice_id, item, :title, :reason, :now from found
    returning subject_id
""")  # noqa: S608 - all of it is declared here

_END: Final = text(f"""
    with found as (
      select g.subject_id, g.record_id from group_exemptions g
      where g.notice_id = :notice_id and g.ended_at is null
      order by g.subject_id, g.record_id limit :chunk for update
    ), active_again as (
      update credit_records c set status = 'active'
      from found
      where c.subject_id = found.subject_id and c.id = found.record_id and c.status = 'exempted'
        and not exists (
          select from group_exemptions g
          where g.subject_id = c.subject_id and g.record_id = c.id and g.notice_id <> :notice_id and g.ended_at is null)
        and not exists (
          select from review_cases v
          where v.subject_id = c.subject_id and v.object_id = c.id and v.kind = 'exemption'
            and v.state = '{CaseState.EFFECTIVE}' and v.outcome = '{Outcome.GRANTED}')
    )
    update group_exemptions g set ended_at = :now from found
    where g.subject_id = found.subject_id and g.record_id = found.record_id and g.notice_id = :notice_id
    returning g.subject_id
""")  # noqa: S608 - all of it is declared here


async def notices_to_apply(session: AsyncSession, *, since: datetime) -> Sequence[DisasterNotice]:
    """Return the notices in force that were applied last before a moment, or never."""
    return (
        await session.scalars(
            select(DisasterNotice)
            .where(
                DisasterNotice.state == NoticeState.IN_FORCE,
                or_(DisasterNotice.applied_at.is_(None), DisasterNotice.applied_at < since),
            )
            .order_by(DisasterNotice.id)
        )
    ).all()


async def notices_to_end(session: AsyncSession) -> Sequence[DisasterNotice]:
    """Return the notices that have ended and exempt something still."""
    left = exists().where(
        GroupExemption.notice_id == DisasterNotice.id, GroupExemption.ended_at.is_(None)
    )
    return (
        await session.scalars(
            select(DisasterNotice)
            .where(DisasterNotice.state == NoticeState.ENDED, left)
            .order_by(DisasterNotice.id)
        )
    ).all()


async def exempt_chunk(session: AsyncSession, notice: DisasterNotice, *, now: datetime) -> int:
    """Exempt some of what falls within a notice in force; return how many records, fewer than ``CHUNK`` when none are left."""
    given = of_notice(notice) | {"title": notice.title, "reason": notice.reason}
    if not await _stands(session, notice, NoticeState.IN_FORCE):
        return 0
    done = await _do(session, _EXEMPT, notice, given, "relief.records.exempted", now=now)
    if done < CHUNK:
        await session.execute(
            update(DisasterNotice)
            .where(DisasterNotice.id == notice.id)
            .values(applied_at=now)
            .execution_options(synchronize_session=False)
        )
    return done


async def end_chunk(session: AsyncSession, notice: DisasterNotice, *, now: datetime) -> int:
    """Let some of what an ended notice exempted count again, where nothing else exempts it; return how many were looked at."""
    return await _do(session, _END, notice, {}, "relief.records.counted_again", now=now)


async def _stands(session: AsyncSession, notice: DisasterNotice, state: NoticeState) -> bool:
    """Return whether a notice still stands there; who ends it waits for the chunk."""
    found = await session.scalar(
        select(DisasterNotice.state)
        .where(DisasterNotice.id == notice.id)
        .with_for_update(key_share=True)
    )
    return found is state


async def _do(
    session: AsyncSession,
    statement: TextClause,
    notice: DisasterNotice,
    given: dict[str, object],
    action: str,
    *,
    now: datetime,
) -> int:
    parameters = given | {"notice_id": notice.id, "chunk": CHUNK, "now": now}
    rows = (await session.execute(statement, parameters)).scalars().all()
    by_subject: Counter[UUID] = Counter(rows)
    for subject_id, records in sorted(by_subject.items()):
        append_act(
            session,
            action=action,
            now=now,
            subject_id=subject_id,
            object_type="disaster_notice",
            object_id=notice.id,
            detail={"records": records},
        )
    return len(rows)
