"""What a village's systems read of its shop."""

from typing import Annotated

import strawberry

from suxin.shop.policies import SHOP_READ
from suxin.shop.queries import own_goods, own_redemptions
from suxin_graphql import shop_types as types
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import OneOf, Page
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.node import own
from suxin_graphql.paging import FILTER, Connection


@strawberry.type
class ShopQueries:
    """Queries of a village's shop."""

    @query(
        SHOP_READ,
        Connection[types.ShopGood],
        description="本村的积分商品，含已下架的，按名称。The goods of this village, withdrawn ones too, by name.",
    )
    def shop_goods(self, info: Info, first: int, after: str | None = None) -> Page:
        """Return the goods."""
        return Page(
            type=types.ShopGood,
            statement=Statement(own_goods, info.context.actor),
            ordering=types.GOODS,
            first=first,
            after=after,
        )

    @query(
        SHOP_READ,
        Connection[types.ShopRedemption],
        description="本村的积分兑换。The redemptions of this village.",
    )
    def shop_redemptions(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[types.ShopRedemptionFilter | None, FILTER] = None,
        order_by: types.ShopRedemptionOrder = types.ShopRedemptionOrder.NEWEST,
    ) -> Page:
        """Return the redemptions."""
        return Page(
            type=types.ShopRedemption,
            statement=Statement(own_redemptions, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        SHOP_READ,
        types.ShopRedemption | None,
        description="本村的一次积分兑换。One redemption of this village.",
    )
    def shop_redemption(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one redemption."""
        return own(types.ShopRedemption, id, info.context, field="id")
