"""What a merchant's systems read of 信易+: templates, their own programmes, and what was redeemed."""

from typing import Annotated

import strawberry

from suxin.perks.policies import PROGRAMME_READ, REDEMPTION_READ
from suxin.perks.queries import own_programmes, tenant_redemptions
from suxin.perks.scenarios import SCENARIOS
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import OneOf, Page
from suxin_graphql.execution.statements import Statement
from suxin_graphql.execution.weights import of_items
from suxin_graphql.fields import query
from suxin_graphql.node import own
from suxin_graphql.paging import FILTER, Connection
from suxin_graphql.perk_types import (
    PerkProgramme,
    PerkProgrammeFilter,
    PerkProgrammeOrder,
    PerkRedemption,
    PerkRedemptionFilter,
    PerkRedemptionOrder,
    PerkScenario,
)


@strawberry.type
class PerkQueries:
    """Queries of programmes and redemptions."""

    @query(
        PROGRAMME_READ,
        list[PerkScenario],
        description="全部场景模板。Every template that a programme can be made from.",
        weight=of_items(len(SCENARIOS)),
    )
    def perk_scenarios(self) -> list[PerkScenario]:
        """Return the templates."""
        return [PerkScenario.of(one) for one in SCENARIOS.values()]

    @query(
        PROGRAMME_READ,
        Connection[PerkProgramme],
        description="本单位的权益。The caller's own programmes.",
    )
    def perk_programmes(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[PerkProgrammeFilter | None, FILTER] = None,
        order_by: PerkProgrammeOrder = PerkProgrammeOrder.NEWEST,
    ) -> Page:
        """Return the programmes."""
        return Page(
            type=PerkProgramme,
            statement=Statement(own_programmes, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        PROGRAMME_READ,
        PerkProgramme | None,
        description="本单位的一项权益。One of the caller's own programmes.",
    )
    def perk_programme(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one programme."""
        return own(PerkProgramme, id, info.context, field="id")

    @query(
        REDEMPTION_READ,
        Connection[PerkRedemption],
        description="在本单位的核销记录。What was redeemed at the caller's own.",
    )
    def perk_redemptions(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[PerkRedemptionFilter | None, FILTER] = None,
        order_by: PerkRedemptionOrder = PerkRedemptionOrder.NEWEST,
    ) -> Page:
        """Return the redemptions."""
        return Page(
            type=PerkRedemption,
            statement=Statement(tenant_redemptions, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        REDEMPTION_READ,
        PerkRedemption | None,
        description="在本单位的一次核销。One redemption at the caller's own.",
    )
    def perk_redemption(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one redemption."""
        return own(PerkRedemption, id, info.context, field="id")
