"""What a resident may redeem where he is and what he redeemed, each with the merchant and the order that came of it; and what a counter looks at."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, or_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import local_day
from suxin.perks.limiting.models import Limit
from suxin.perks.limiting.queries import limits_about
from suxin.perks.models import Programme, Redemption
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.orders.states import CAME_TO_NOTHING
from suxin.perks.queries import (
    own_redemptions,
    programme_seen,
    published_programmes,
    tenant_redemptions,
)
from suxin.perks.states import ProgrammeState, Sector
from suxin.tenancy.models import Tenant


def nearby_programmes(
    *, sector: Sector | None = None, area: str | None = None, named: str = "", now: datetime
) -> Select[Programme, Tenant]:
    """Return the published programmes that are not over, newest first, with their merchants: of one sector and one area if they are named.

    What has no area is everywhere, and what is suspended nowhere. ``named`` is a part of the programme's name or the merchant's.
    """
    found = (
        published_programmes(sector=sector)
        .add_columns(Tenant)
        .join(Tenant, Tenant.id == Programme.tenant_id)
        .where(Programme.ends_before > local_day(now))
    )
    if named:
        found = found.where(
            or_(
                Programme.name.icontains(named, autoescape=True),
                Tenant.name.icontains(named, autoescape=True),
            )
        )
    if area is None:
        return found
    return found.where(
        or_(func.cardinality(Programme.areas) == 0, Programme.areas.contains([area]))
    )


async def open_programme(session: AsyncSession, programme_id: UUID) -> Programme:
    """Return a programme that anybody may see; one that is a draft, or waits, is nobody's but its merchant's.

    :raises NotFound: if there is none
    """
    programme = await programme_seen(session, programme_id)
    if programme.state not in (ProgrammeState.PUBLISHED, ProgrammeState.SUSPENDED):
        raise NotFound(thing_zh="权益", thing_en="programme")
    return programme


def redeemed(actor: Actor) -> Select[Redemption, Programme, Tenant, ServiceOrder]:
    """Return what the acting subject redeemed, newest first, with programme, merchant and the service order that came of it.

    A suspended merchant reads as nothing, and so does an order that was cancelled or never confirmed: then another one may have come of it.

    :raises Forbidden: if the actor acts for no subject
    """
    return (
        own_redemptions(actor)
        .add_columns(Tenant, ServiceOrder)
        .outerjoin(Tenant, Tenant.id == Redemption.tenant_id)
        .outerjoin(
            ServiceOrder,
            (ServiceOrder.tenant_id == Redemption.tenant_id)
            & (ServiceOrder.redemption_id == Redemption.id)
            & ServiceOrder.stage.not_in(CAME_TO_NOTHING),
        )
    )


def limits_shown(actor: Actor) -> Select[Limit, Programme, Tenant]:
    """Return what limits concern the acting subject, newest first, with programme and merchant; a suspended merchant reads as nothing.

    :raises Forbidden: if the actor acts for no subject
    """
    return limits_about(actor).add_columns(Tenant).outerjoin(Tenant, Tenant.id == Limit.tenant_id)


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
