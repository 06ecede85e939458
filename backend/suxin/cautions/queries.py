"""Public warnings, as the credit office and everybody read them."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.cautions.models import CAUTIONS, CautionState, PublicCaution
from suxin.cautions.policies import CAUTION_READ
from suxin.kernel.actor import Actor


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
    return await CAUTIONS.one(session, own_cautions(actor), caution_id)


async def own_caution_document(
    session: AsyncSession, actor: Actor, caution_id: UUID
) -> PublicCaution:
    """Return one warning with what its document holds, sealed.

    :raises Forbidden: if the actor may not read warnings
    :raises NotFound: if there is none
    """
    return await CAUTIONS.with_document(session, own_cautions(actor), caution_id)


async def lock_caution(session: AsyncSession, actor: Actor, caution_id: UUID) -> PublicCaution:
    """Return one warning, locked until the transaction ends.

    :raises Forbidden: if the actor may not read warnings
    :raises NotFound: if there is none
    """
    return await CAUTIONS.locked(session, own_cautions(actor), caution_id)


async def cautions_waiting(session: AsyncSession, actor: Actor) -> int:
    """Return how many warnings wait for the decision of somebody else than whoever proposed them."""
    return await CAUTIONS.waiting(session, actor)
