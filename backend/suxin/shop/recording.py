"""Each step of the shop is on record, and a household is told of what was taken from its points."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel import notices
from suxin.kernel.audit import append_act
from suxin.shop.event_types import REDEMPTION_STEPS
from suxin.shop.models import ShopRedemption
from suxin.villages import queries as villages

_TEMPLATE: Final = "shop_redemption"


def record(
    session: AsyncSession,
    step: str,
    *,
    tenant_id: UUID,
    of: tuple[str, UUID],
    now: datetime,
    **detail: Any,  # noqa: ANN401 - JSON
) -> None:
    """Put a step of the shop on record; ``of`` is the kind and the id of what it is of."""
    kind, object_id = of
    append_act(
        session,
        action=f"shop.{step}",
        now=now,
        tenant_id=tenant_id,
        object_type=kind,
        object_id=object_id,
        detail=detail,
    )


def record_redemption(
    session: AsyncSession, redemption: ShopRedemption, step: str, *, now: datetime
) -> None:
    """Put a step of a redemption on record, without what was taken, and tell the village's own systems of it."""
    record(
        session,
        f"redemption.{step}",
        tenant_id=redemption.tenant_id,
        of=("shop_redemption", redemption.id),
        now=now,
        points=redemption.points,
        means=redemption.means.value,
    )
    kind = REDEMPTION_STEPS.get(step)
    if kind is not None:
        record_event(
            session,
            kind,
            tenant_id=redemption.tenant_id,
            object_id=redemption.id,
            now=now,
            household=redemption.household_id,
            means=redemption.means.value,
            points=redemption.points,
        )


async def tell_household(
    session: AsyncSession, redemption: ShopRedemption, *, title: str, body: str, now: datetime
) -> None:
    """Tell those of the household who linked themselves to it, in the village's rows."""
    members = await villages.members_of(session, redemption.tenant_id, redemption.household_id)
    for member in members:
        if member.subject_id is not None:
            await notices.notify_person(
                session,
                person_id=member.subject_id,
                template=_TEMPLATE,
                title=title,
                body=body,
                link=f"/shop/{redemption.tenant_id}",
                facts={"points": str(redemption.points)},
                now=now,
            )
