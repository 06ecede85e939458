"""What a counter looks at: one redemption with its programme, and those of a day."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.perks.models import Programme, Redemption
from suxin.perks.queries import tenant_redemptions


def redemptions_at(actor: Actor, *, day: date | None = None) -> Select[Redemption, Programme]:
    """Return what was redeemed at the actor's tenant, newest first, perhaps on one day, with the programmes.

    :raises Forbidden: if he may not look at it
    """
    found = (
        tenant_redemptions(actor)
        .add_columns(Programme)
        .join(
            Programme,
            (Programme.tenant_id == Redemption.tenant_id)
            & (Programme.id == Redemption.programme_id),
        )
    )
    return found if day is None else found.where(Redemption.day == day)


async def redemption_at(
    session: AsyncSession, actor: Actor, redemption_id: UUID
) -> tuple[Redemption, Programme]:
    """Return one redemption at the actor's tenant with its programme.

    :raises Forbidden: if he may not look at it
    :raises NotFound: if it is not this tenant's
    """
    row = (
        await session.execute(redemptions_at(actor).where(Redemption.id == redemption_id))
    ).one_or_none()
    if row is None:
        raise NotFound(thing_zh="核销记录", thing_en="redemption")
    return row[0], row[1]
