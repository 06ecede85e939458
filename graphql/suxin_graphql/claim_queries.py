"""What a bank reads of its claims on risk pools."""

import strawberry

from suxin.risk_pool.claims.policies import CLAIM_READ
from suxin.risk_pool.claims.queries import claims_in_reach
from suxin_graphql.claim_types import WHERE, PoolClaim, PoolClaimOrder
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import OneOf, Page
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.node import own
from suxin_graphql.paging import Connection


@strawberry.type
class ClaimQueries:
    """Queries of claims."""

    @query(
        CLAIM_READ,
        Connection[PoolClaim],
        description="本行的代偿申请。This bank's claims on risk pools within the caller's reach.",
    )
    def pool_claims(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: WHERE = None,
        order_by: PoolClaimOrder = PoolClaimOrder.NEWEST,
    ) -> Page:
        """Return the bank's claims."""
        return Page(
            type=PoolClaim,
            statement=Statement(claims_in_reach, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(CLAIM_READ, PoolClaim | None, description="本行的一笔代偿申请。One claim of this bank.")
    def pool_claim(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one claim."""
        return own(PoolClaim, id, info.context, field="id")
