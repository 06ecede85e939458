"""Replays of a draft over the last quarter's requests, in the schema."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

import strawberry

from suxin.lending import policies
from suxin.lending.criteria import MAX_CRITERIA
from suxin.lending.replays import models
from suxin.lending.replays.models import ReplayState
from suxin.lending.replays.queries import replays_of
from suxin_graphql.context import Context
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.records import Source, column
from suxin_graphql.node import Node, global_id

MAX_CELLS: Final = 2 * (MAX_CRITERIA + 5)
"""The criteria of two versions of a product at the most, each with the five that its terms are."""

_HIDDEN: Final = "为空表示少于 5 笔。Nothing where fewer than five."


@strawberry.input(
    description="回放的筛选条件，同时满足。Which replays; every given field must fit."
)
class ProductReplayFilter(Filter):
    """Which replays."""

    __model__: ClassVar = models.ProductReplay

    state: Choice[ReplayState] | None = None


class ProductReplayOrder(Order):
    """The order of replays."""

    NEWEST = (
        Ordering("lending.replays/1", (Key(models.ProductReplay.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(
    description="一项准入条件带来的增减。How many requests one criterion has gained or lost."
)
class ReplayCriterion:
    """How many requests one criterion has gained or lost."""

    code: str
    requirement_zh: str
    requirement_en: str
    gained: int | None = strawberry.field(description=_HIDDEN)
    lost: int | None = strawberry.field(description=_HIDDEN)


def _figure(name: str) -> Any:  # noqa: ANN401 - stands for the field's own type
    def convert(figures: Any, _: Context) -> int | None:  # noqa: ANN401 - a JSON column
        found: int | None = (figures or {}).get(name)
        return found

    return column(lambda: models.ProductReplay.figures, convert=convert, description=_HIDDEN)


def _criteria(figures: Any, _: Context) -> list[ReplayCriterion]:  # noqa: ANN401 - a JSON column
    return [
        ReplayCriterion(
            code=one["code"],
            requirement_zh=one["zh"],
            requirement_en=one["en"],
            gained=one["gained"],
            lost=one["lost"],
        )
        for one in (figures or {}).get("criteria", ())
    ]


@strawberry.type(
    description="以上一季度的申请回放产品草稿；各数按五取整，少于五的不显示。"
    "A draft replayed over the requests of a quarter; counts are whole fives, and fewer than five are hidden."
)
class ProductReplay(Node):
    """A draft replayed over the requests of a quarter."""

    __model__: ClassVar = models.ProductReplay
    __source__: ClassVar = Source(
        lambda actor: replays_of(actor).order_by(None),
        models.ProductReplay.id,
        policies.PRODUCT_READ,
    )

    id: strawberry.ID = global_id("ProductReplay")
    state: ReplayState
    quarter_from: date
    quarter_to: date = strawberry.field(
        description="季度最后一日的次日。The day after the quarter's last."
    )
    requests: int | None = _figure("requests")
    before: int | None = _figure("before")
    after: int | None = _figure("after")
    gained: int | None = _figure("gained")
    lost: int | None = _figure("lost")
    criteria: list[ReplayCriterion] = column(
        lambda: models.ProductReplay.figures, convert=_criteria, items=MAX_CELLS
    )
    asked_at: datetime
    done_at: datetime | None
