"""What a village's systems read of its points."""

from typing import Annotated

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.policies import POINT_READ
from suxin.grid.queries import own_rule_sets
from suxin.grid.showing.queries import household_balance, household_statement, village_claims
from suxin_graphql import point_types as types
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import Answer, OneOf, Page
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.ids import local_id
from suxin_graphql.node import own
from suxin_graphql.paging import FILTER, Connection


@strawberry.type
class PointQueries:
    """Queries of a village's points."""

    @query(
        POINT_READ,
        Connection[types.PointRuleSet],
        description="本村积分细则的各版本，新的在前。The versions of this village's rules, newest first.",
    )
    def point_rules(self, info: Info, first: int, after: str | None = None) -> Page:
        """Return the versions of the rules."""
        return Page(
            type=types.PointRuleSet,
            statement=Statement(own_rule_sets, info.context.actor),
            ordering=types.RULE_SETS,
            first=first,
            after=after,
        )

    @query(
        POINT_READ,
        Connection[types.PointClaim],
        description="本村的积分申报。The claims of this village.",
    )
    def point_claims(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[types.PointClaimFilter | None, FILTER] = None,
        order_by: types.PointClaimOrder = types.PointClaimOrder.NEWEST,
    ) -> Page:
        """Return the claims."""
        return Page(
            type=types.PointClaim,
            statement=Statement(village_claims, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        POINT_READ,
        types.PointClaim | None,
        description="本村的一项积分申报。One claim of this village.",
    )
    def point_claim(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one claim."""
        return own(types.PointClaim, id, info.context, field="id")

    @query(
        POINT_READ,
        Connection[types.PointClaim],
        description="一户的积分明细：入账的申报，含已冲正的，新的在前。"
        "A household's statement: what was posted to it, also what was reversed since, newest first.",
    )
    def household_points(
        self, info: Info, household_id: strawberry.ID, first: int, after: str | None = None
    ) -> Page:
        """Return what was posted to a household."""
        actor = info.context.actor
        key = local_id(household_id, "Household", actor, field="householdId")
        return Page(
            type=types.PointClaim,
            statement=Statement(household_statement, actor, key),
            ordering=types.STATEMENT,
            first=first,
            after=after,
        )

    @query(
        POINT_READ,
        types.PointBalance,
        description="一户的积分余额，以本村账簿为准。How many points a household has by the village's book.",
    )
    def point_balance(self, info: Info, household_id: strawberry.ID) -> Answer:
        """Return a household's balance."""
        actor, now = info.context.actor, info.context.now
        key = local_id(household_id, "Household", actor, field="householdId")

        async def told(session: AsyncSession) -> types.PointBalance:
            balance = await household_balance(session, actor, key)
            return types.PointBalance(household_id=household_id, balance=balance, as_of=now)

        return Answer(told)
