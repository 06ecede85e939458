"""Notices and exemptions, as the credit office, the platform's jobs and the subjects read them."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.relief.models import NOTICES, DisasterNotice, GroupExemption, NoticeState
from suxin.relief.policies import NOTICE_READ


def own_notices(actor: Actor) -> Select[DisasterNotice]:
    """Return the notices of the actor's city without their documents, newest first.

    :raises Forbidden: if the actor may not read notices
    """
    actor.require(NOTICE_READ)
    return select(DisasterNotice).order_by(DisasterNotice.id.desc())


async def own_notice(session: AsyncSession, actor: Actor, notice_id: UUID) -> DisasterNotice:
    """Return one notice without its document.

    :raises Forbidden: if the actor may not read notices
    :raises NotFound: if there is none
    """
    return await NOTICES.one(session, own_notices(actor), notice_id)


async def own_document(session: AsyncSession, actor: Actor, notice_id: UUID) -> DisasterNotice:
    """Return one notice with what its document holds, sealed.

    :raises Forbidden: if the actor may not read notices
    :raises NotFound: if there is none
    """
    return await NOTICES.with_document(session, own_notices(actor), notice_id)


async def lock_notice(session: AsyncSession, actor: Actor, notice_id: UUID) -> DisasterNotice:
    """Return one notice, locked until the transaction ends.

    :raises Forbidden: if the actor may not read notices
    :raises NotFound: if there is none
    """
    return await NOTICES.locked(session, own_notices(actor), notice_id)


async def proposed_from(session: AsyncSession, source: str) -> DisasterNotice | None:
    """Return the notice that something has proposed, as far as the caller sees it."""
    return await session.scalar(select(DisasterNotice).where(DisasterNotice.source == source))


async def notices_waiting(session: AsyncSession, actor: Actor) -> int:
    """Return how many notices, or endings of notices, wait for the decision of somebody else than the actor."""
    waits = select(DisasterNotice.filed_by, DisasterNotice.ending_by, DisasterNotice.state).where(
        (DisasterNotice.state == NoticeState.PROPOSED)
        | (DisasterNotice.state == NoticeState.IN_FORCE) & DisasterNotice.ending_by.is_not(None)
    )
    rows = (await session.execute(waits)).all()
    return sum(
        (row.filed_by if row.state is NoticeState.PROPOSED else row.ending_by) != actor.staff_id
        for row in rows
    )


def exemptions_of(subject_id: UUID) -> Select[GroupExemption]:
    """Return which of a subject's records notices exempt or exempted."""
    return select(GroupExemption).where(GroupExemption.subject_id == subject_id)
