"""What a bank's or a village's systems read of whole-village credit."""

from typing import Annotated

import strawberry

from suxin.village_credit.policies import ROUND_READ
from suxin.village_credit.queries import own_members, own_rounds
from suxin_graphql import village_credit_types as types
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import OneOf, Page
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.ids import local_id
from suxin_graphql.node import own
from suxin_graphql.paging import FILTER, Connection


@strawberry.type
class VillageCreditQueries:
    """Queries of whole-village credit."""

    @query(
        ROUND_READ,
        Connection[types.VillageCreditRound],
        description="本银行或本村居的整村授信。The rounds that this bank or village is a party of.",
    )
    def village_credit_rounds(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[types.VillageCreditRoundFilter | None, FILTER] = None,
        order_by: types.VillageCreditRoundOrder = types.VillageCreditRoundOrder.NEWEST,
    ) -> Page:
        """Return the rounds."""
        return Page(
            type=types.VillageCreditRound,
            statement=Statement(own_rounds, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        ROUND_READ,
        types.VillageCreditRound | None,
        description="一次整村授信。One round.",
    )
    def village_credit_round(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one round."""
        return own(types.VillageCreditRound, id, info.context, field="id")

    @query(
        ROUND_READ,
        Connection[types.VillageCreditMember],
        description="参加一次整村授信的农户；村居看不到。The households that joined a round; a village sees none.",
    )
    def village_credit_members(
        self,
        info: Info,
        *,
        round_id: strawberry.ID,
        first: int,
        after: str | None = None,
        where: Annotated[types.VillageCreditMemberFilter | None, FILTER] = None,
        order_by: types.VillageCreditMemberOrder = types.VillageCreditMemberOrder.NEWEST,
    ) -> Page:
        """Return the households of a round."""
        actor = info.context.actor
        key = local_id(round_id, "VillageCreditRound", actor, field="roundId")
        return Page(
            type=types.VillageCreditMember,
            statement=Statement(own_members, actor, key).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )
