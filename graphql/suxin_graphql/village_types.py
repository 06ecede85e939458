"""Village registers in the schema, as the village's own systems see them: households and grids. Of persons nothing is told to a system."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

import strawberry
from sqlalchemy import Select

from suxin.kernel.actor import Actor
from suxin.villages import models, queries
from suxin.villages.policies import REGISTER_READ
from suxin.villages.states import GRID_KINDS_ZH, HOUSEHOLDS_ZH, GridKind, HouseholdState
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.enum_words import describe
from suxin_graphql.execution.filters import Choice, CodeChoice, Filter
from suxin_graphql.execution.records import Source, to_one
from suxin_graphql.node import Node, global_id

GRIDS: Final = Ordering("villages.grids/1", (Key(models.Grid.id, UUID),))
_HOUSEHOLDS_EN: Final = {
    HouseholdState.ACTIVE: "in the register",
    HouseholdState.MOVED_AWAY: "moved away",
    HouseholdState.MERGED: "another household took it in",
    HouseholdState.TRANSFERRED: "in the register of the village that this one was merged into",
}


@strawberry.input(
    description="农户的筛选条件，同时满足。Which households; every given field must fit."
)
class HouseholdFilter(Filter):
    """Which households."""

    __model__: ClassVar = models.Household

    state: Choice[HouseholdState] | None = None
    group_name: CodeChoice | None = None


class HouseholdOrder(Order):
    """The order of a village's households."""

    NEWEST = (
        Ordering("villages.households/1", (Key(models.Household.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(
    description="网格：本村 12 位代码加 3 位。A grid: the village's twelve digits and three more."
)
class VillageGrid(Node):
    """A grid of the caller's village."""

    __model__: ClassVar = models.Grid
    __source__: ClassVar = Source(
        lambda actor: own_grids(actor).order_by(None), models.Grid.id, REGISTER_READ
    )

    id: strawberry.ID = global_id("VillageGrid")
    code: str
    kind: GridKind
    name: str
    predecessors: list[str] = strawberry.field(
        description="原编码，以及并入的网格的编码。Codes that it had, and of grids that it took in."
    )
    valid_from: date
    created_at: datetime


@strawberry.type(
    description="村户名册中的农户；不含成员信息。A household of the village's register; nothing of who is in it."
)
class Household(Node):
    """A household of the caller's village."""

    __model__: ClassVar = models.Household
    __source__: ClassVar = Source(
        lambda actor: own_households(actor).order_by(None), models.Household.id, REGISTER_READ
    )

    id: strawberry.ID = global_id("Household")
    number: str
    group_name: str
    address: str
    state: HouseholdState
    grid: VillageGrid | None = to_one(lambda: VillageGrid, "grid_id")
    register_number: str | None = strawberry.field(
        description="农村编号，户主同意建立信用档案后产生。Its number of the rural register, once its head has agreed to a credit archive."
    )
    registered_at: datetime
    updated_at: datetime
    ended_at: datetime | None


def own_households(actor: Actor) -> Select[models.Household]:
    """Return the households of the caller's village."""
    return queries.households(actor.own_tenant)


def own_grids(actor: Actor) -> Select[models.Grid]:
    """Return the grids of the caller's village that are in use."""
    return queries.grids(actor.own_tenant)


def describe_village_enums() -> None:
    """Give the enumerations of registers their words."""
    describe(
        HouseholdState,
        "农户状态。Where a household stands.",
        {one.name: (HOUSEHOLDS_ZH[one], _HOUSEHOLDS_EN[one]) for one in HouseholdState},
    )
    describe(
        GridKind,
        "网格类型。What a grid is for.",
        {
            "BASIC": (GRID_KINDS_ZH[GridKind.BASIC], "everybody who lives there"),
            "SPECIAL": (GRID_KINDS_ZH[GridKind.SPECIAL], "one place, like a market or a school"),
        },
    )
    describe(HouseholdOrder, "农户的排序。In which order households are listed.")
