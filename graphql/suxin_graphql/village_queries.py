"""What a village's systems read of its register."""

from typing import Annotated

import strawberry

from suxin.villages.policies import REGISTER_READ
from suxin_graphql import village_types as types
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import OneOf, Page
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.node import own
from suxin_graphql.paging import FILTER, Connection


@strawberry.type
class VillageQueries:
    """Queries of a village's register."""

    @query(
        REGISTER_READ,
        Connection[types.Household],
        description="本村名册中的农户，新的在前。The households of this village's register, newest first.",
    )
    def households(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[types.HouseholdFilter | None, FILTER] = None,
        order_by: types.HouseholdOrder = types.HouseholdOrder.NEWEST,
    ) -> Page:
        """Return the village's households."""
        return Page(
            type=types.Household,
            statement=Statement(types.own_households, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        REGISTER_READ,
        types.Household | None,
        description="本村名册中的一户。One household of this village's register.",
    )
    def household(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one household."""
        return own(types.Household, id, info.context, field="id")

    @query(
        REGISTER_READ,
        Connection[types.VillageGrid],
        description="本村在用的网格。The grids of this village that are in use.",
    )
    def grids(self, info: Info, first: int, after: str | None = None) -> Page:
        """Return the village's grids."""
        return Page(
            type=types.VillageGrid,
            statement=Statement(types.own_grids, info.context.actor),
            ordering=types.GRIDS,
            first=first,
            after=after,
        )
