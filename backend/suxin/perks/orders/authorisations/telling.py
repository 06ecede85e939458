"""What is put on record of an authorisation, and when the platform looks at it next."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.audit import append_act
from suxin.perks.orders.authorisations.models import OrderAuthorisation

CARRY_TOPIC: Final = "perks.authorisation.carry"


async def carry_later(
    session: AsyncSession, authorisation: OrderAuthorisation, *, at: datetime, now: datetime
) -> None:
    """Have a job look at an authorisation later: to ask for it, to ask after it, or to end it."""
    named = {"tenant_id": authorisation.tenant_id, "authorisation_id": authorisation.id}
    await outbox.post(
        session,
        CARRY_TOPIC,
        named,
        now=now,
        tenant_id=authorisation.tenant_id,
        not_before=at,
        wake=at == now,
    )


def record_authorisation(
    session: AsyncSession, authorisation: OrderAuthorisation, *, now: datetime
) -> None:
    """Put on record where an authorisation has come to stand."""
    append_act(
        session,
        action=f"perks.authorisation.{authorisation.state.value.lower()}",
        now=now,
        tenant_id=authorisation.tenant_id,
        object_type="order_authorisation",
        object_id=authorisation.id,
        detail={"code": authorisation.code, "reason": authorisation.reason},
    )
