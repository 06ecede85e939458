"""A resident's view of his village's shop: what is offered, when it is open, what his household has, and what it redeemed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.models import PointClaim
from suxin.grid.refusals import NotOfVillage
from suxin.grid.states import ClaimState
from suxin.kernel.actor import Actor
from suxin.shop.limits import COUNTS
from suxin.shop.models import ShopGood, ShopLine, ShopRedemption, ShopTerms
from suxin.shop.states import GoodState, RedemptionState
from suxin.villages.queries import household_of_person


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnShop:
    """A village's shop as somebody of a household sees it; ``available`` is what is not held, ``held`` what waits for its hand-over."""

    tenant_id: UUID
    terms: ShopTerms | None
    posted: int
    spent: int
    held: int

    @property
    def available(self) -> int:
        """How many points may be spent."""
        return self.posted - self.spent - self.held


async def own_shop(session: AsyncSession, actor: Actor, *, tenant_id: UUID) -> OwnShop:
    """Return how the acting person's household stands at a village's shop, from the claims and redemptions that he reads.

    The village's book itself is the village's; a test compares both.

    :raises Forbidden: if no proved person acts
    :raises NotOfVillage: if he is in no household there
    """
    household_id = await _household_id(session, actor, tenant_id)
    posted = await session.scalar(
        select(func.coalesce(func.sum(PointClaim.posted_points), 0)).where(
            PointClaim.tenant_id == tenant_id,
            PointClaim.household_id == household_id,
            PointClaim.state == ClaimState.POSTED,
        )
    )
    rows = await session.execute(
        select(ShopRedemption.state, func.sum(ShopRedemption.points))
        .where(
            ShopRedemption.tenant_id == tenant_id,
            ShopRedemption.household_id == household_id,
            ShopRedemption.state.in_(COUNTS),
        )
        .group_by(ShopRedemption.state)
    )
    sums = {state: int(points) for state, points in rows}
    return OwnShop(
        tenant_id=tenant_id,
        terms=await session.get(ShopTerms, tenant_id),
        posted=int(posted or 0),
        spent=sums.get(RedemptionState.HANDED_OVER, 0),
        held=sums.get(RedemptionState.HELD, 0),
    )


async def goods_on_offer(session: AsyncSession, *, tenant_id: UUID) -> Sequence[ShopGood]:
    """Return what a village's shop offers, by price."""
    goods = await session.scalars(
        select(ShopGood)
        .where(ShopGood.tenant_id == tenant_id, ShopGood.state == GoodState.OFFERED)
        .order_by(ShopGood.price_points, ShopGood.name)
    )
    return goods.all()


async def photo_of_good(
    session: AsyncSession, *, tenant_id: UUID, good_id: UUID, sha256: str
) -> bytes | None:
    """Return the photo of a good that is offered, by its digest; none if it has none or another."""
    photo: bytes | None = await session.scalar(
        select(ShopGood.photo).where(
            ShopGood.tenant_id == tenant_id,
            ShopGood.id == good_id,
            ShopGood.photo_sha256 == sha256,
            ShopGood.state == GoodState.OFFERED,
        )
    )
    return photo


async def own_household_redemptions(
    session: AsyncSession, actor: Actor, *, tenant_id: UUID
) -> Select[ShopRedemption]:
    """Return the redemptions of the acting person's household at a village's shop, newest first.

    :raises Forbidden: if no proved person acts
    :raises NotOfVillage: if he is in no household there
    """
    household_id = await _household_id(session, actor, tenant_id)
    return (
        select(ShopRedemption)
        .where(ShopRedemption.tenant_id == tenant_id, ShopRedemption.household_id == household_id)
        .order_by(ShopRedemption.id.desc())
    )


async def lines_by_redemption(
    session: AsyncSession, *, tenant_id: UUID, redemption_ids: Sequence[UUID]
) -> dict[UUID, list[ShopLine]]:
    """Return the lines of redemptions, as far as the session sees them."""
    lines = await session.scalars(
        select(ShopLine)
        .where(ShopLine.tenant_id == tenant_id, ShopLine.redemption_id.in_(redemption_ids))
        .order_by(ShopLine.redemption_id, ShopLine.good_id)
    )
    found: dict[UUID, list[ShopLine]] = {}
    for line in lines:
        found.setdefault(line.redemption_id, []).append(line)
    return found


async def _household_id(session: AsyncSession, actor: Actor, tenant_id: UUID) -> UUID:
    member = await household_of_person(session, tenant_id, actor.own_person)
    if member is None:
        raise NotOfVillage
    return member.household_id
