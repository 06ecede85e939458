"""Public warnings, as the credit office and everybody read them."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from suxin.cautions.models import CautionState, PublicCaution
from suxin.cautions.policies import CAUTION_READ
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound


def shown_cautions() -> Select[PublicCaution]:
    """Return the warnings that are public now, newest first; the row policy leaves out whatever is over."""
    return (
        select(PublicCaution)
        .where(PublicCaution.state == CautionState.PUBLISHED)
        .order_by(PublicCaution.id.desc())
    )


def own_cautions(actor: Actor) -> Select[PublicCaution]:
    """Return all warnings of the actor's city without their documents, newest first.

    :raises Forbidden: if the actor may not read them
    """
    actor.require(CAUTION_READ)
    return select(PublicCaution).order_by(PublicCaution.id.desc())


async def own_caution(session: AsyncSession, actor: Actor, caution_id: UUID) -> PublicCaution:
    """Return one warning without its document.

    :raises Forbidden: if the actor may not read warnings
    :raises NotFound: if there is none
    """
    return _found(await session.scalar(own_cautions(actor).where(PublicCaution.id == caution_id)))


async def own_caution_document(
    session: AsyncSession, actor: Actor, caution_id: UUID
) -> PublicCaution:
    """Return one warning with what its document holds, sealed.

    :raises Forbidden: if the actor may not read warnings
    :raises NotFound: if there is none
    """
    one = own_cautions(actor).where(PublicCaution.id == caution_id)
    return _found(await session.scalar(one.options(undefer(PublicCaution.content))))


async def lock_caution(session: AsyncSession, actor: Actor, caution_id: UUID) -> PublicCaution:
    """Return one warning, locked until the transaction ends.

    :raises Forbidden: if the actor may not read warnings
    :raises NotFound: if there is none
    """
    one = own_cautions(actor).where(PublicCaution.id == caution_id).with_for_update()
    return _found(await session.scalar(one.execution_options(populate_existing=True)))


async def cautions_waiting(session: AsyncSession, actor: Actor) -> int:
    """Return how many warnings wait for the decision of somebody else than whoever proposed them."""
    waits = (
        select(func.count())
        .select_from(PublicCaution)
        .where(
            PublicCaution.state == CautionState.PROPOSED,
            PublicCaution.filed_by.is_distinct_from(actor.staff_id),
        )
    )
    return await session.scalar(waits) or 0


def _found(caution: PublicCaution | None) -> PublicCaution:
    if caution is None:
        raise NotFound(thing_zh="公开警示", thing_en="public warning", field="cautionId")
    return caution
