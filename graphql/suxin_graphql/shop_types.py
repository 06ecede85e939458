"""A village's shop in the schema, as its own systems see it: goods, and redemptions with what they are of. Of persons nothing is told to a system."""

from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

import strawberry

from suxin.shop import models
from suxin.shop.limits import MAX_LINES
from suxin.shop.lines import told_lines
from suxin.shop.policies import SHOP_READ
from suxin.shop.queries import own_goods, own_redemptions
from suxin.shop.states import GoodState, Means, RedemptionState
from suxin_graphql.context import Context
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.enum_words import describe
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.records import Source, column, to_one
from suxin_graphql.node import Node, global_id
from suxin_graphql.village_types import Household

# Other contexts have words of the same names.
for _cls, _name in (
    (GoodState, "ShopGoodState"),
    (RedemptionState, "ShopRedemptionState"),
    (Means, "ShopMeans"),
):
    strawberry.enum(_cls, name=_name)

GOODS: Final = Ordering("shop.goods/1", (Key(models.ShopGood.name, str, descending=False),))


@strawberry.type(description="积分商品。What a village gives for points.")
class ShopGood(Node):
    """A good of the caller's village."""

    __model__: ClassVar = models.ShopGood
    __source__: ClassVar = Source(
        lambda actor: own_goods(actor).order_by(None), models.ShopGood.id, SHOP_READ
    )

    id: strawberry.ID = global_id("ShopGood")
    name: str
    unit: str
    price_points: int
    month_limit: int | None = strawberry.field(
        description="每户每月至多几件；空为不限。How many pieces a household may have in a month; none for no limit."
    )
    state: GoodState
    added_at: datetime
    changed_at: datetime


@strawberry.type(
    description="一次兑换中的一种商品，按当时的单价。One good of a redemption, at the price of then."
)
class ShopRedemptionLine:
    """One good of a redemption."""

    name: str
    unit: str
    price_points: int
    asked: int
    given: int = strawberry.field(
        description="实际发放的件数，发放前为 0。How many were handed over; 0 until then."
    )

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "ShopRedemptionLine":
        """Return a line as it is shown."""
        return cls(
            name=stored["name"],
            unit=stored["unit"],
            price_points=stored["price_points"],
            asked=stored["asked"],
            given=stored["given"],
        )


def _told(stored: Any, _: Context) -> list[ShopRedemptionLine]:  # noqa: ANN401 - a JSON column
    return [ShopRedemptionLine.of(one) for one in stored or ()]


@strawberry.input(
    description="兑换的筛选条件，同时满足。Which redemptions; every given field must fit."
)
class ShopRedemptionFilter(Filter):
    """Which redemptions."""

    __model__: ClassVar = models.ShopRedemption

    state: Choice[RedemptionState] | None = None


class ShopRedemptionOrder(Order):
    """The order of a village's redemptions."""

    NEWEST = (
        Ordering("shop.redemptions/1", (Key(models.ShopRedemption.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(
    description="积分兑换；不含领取人和经办人。A redemption; nothing of who came for it, or who handed it over."
)
class ShopRedemption(Node):
    """A redemption of the caller's village."""

    __model__: ClassVar = models.ShopRedemption
    __source__: ClassVar = Source(
        lambda actor: own_redemptions(actor).order_by(None), models.ShopRedemption.id, SHOP_READ
    )

    id: strawberry.ID = global_id("ShopRedemption")
    household: Household | None = to_one(
        lambda: Household,
        "household_id",
        description="农户；须有查看名册的权限。The household; it needs the right to read the register.",
    )
    means: Means
    state: RedemptionState
    points: int = strawberry.field(
        description="预留的分值，发放后为实际扣减。What is held, and from the hand-over on what was taken."
    )
    year: int = strawberry.field(description="占用哪一年的预算。Of which year's budget it is paid.")
    lines: list[ShopRedemptionLine] = column(told_lines, convert=_told, items=MAX_LINES)
    held_at: datetime
    held_until: datetime
    ended_at: datetime | None
    returned_at: datetime | None


def describe_shop_enums() -> None:
    """Give the enumerations of shops their words."""
    describe(GoodState, "积分商品状态。Whether a good is given out.")
    describe(RedemptionState, "积分兑换状态。Where a redemption stands.")
    describe(Means, "兑换方式。By what a household redeems.")
    describe(ShopRedemptionOrder, "积分兑换的排序。In which order redemptions are listed.")
