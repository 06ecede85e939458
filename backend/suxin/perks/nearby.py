"""What a resident may redeem where he is, and what he redeemed, each with the merchant."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import local_day
from suxin.perks.models import Programme, Redemption
from suxin.perks.queries import own_redemptions, programme_seen, published_programmes
from suxin.perks.states import ProgrammeState, Sector
from suxin.tenancy.models import Tenant


def nearby_programmes(
    *, sector: Sector | None = None, area: str | None = None, now: datetime
) -> Select[Programme, Tenant]:
    """Return the published programmes that are not over, newest first, with their merchants: of one sector and one area if they are named.

    What has no area is everywhere, and what is suspended nowhere.
    """
    found = (
        published_programmes(sector=sector)
        .add_columns(Tenant)
        .join(Tenant, Tenant.id == Programme.tenant_id)
        .where(Programme.ends_before > local_day(now))
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


def redeemed(actor: Actor) -> Select[Redemption, Programme, Tenant]:
    """Return what the acting subject redeemed, newest first, with programme and merchant; a suspended merchant reads as nothing.

    :raises Forbidden: if the actor acts for no subject
    """
    return (
        own_redemptions(actor)
        .add_columns(Tenant)
        .outerjoin(Tenant, Tenant.id == Redemption.tenant_id)
    )
