"""What a bank reads of risk pools."""

from typing import Annotated

import strawberry

from suxin.risk_pool.filings.queries import filings_in_reach
from suxin.risk_pool.policies import FILING_READ
from suxin.risk_pool.pools.queries import joined_pools
from suxin.risk_pool.signing.queries import own_agreements
from suxin.risk_pool.stopping.queries import own_stop_losses
from suxin_graphql import pool_types as types
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import Page
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.paging import FILTER, Connection


@strawberry.type
class PoolQueries:
    """Queries of risk pools."""

    @query(
        FILING_READ,
        Connection[types.RiskPool],
        description="与本行有合作协议的资金池。The pools that the bank has an agreement with.",
    )
    def risk_pools(self, info: Info, first: int, after: str | None = None) -> Page:
        """Return the pools that the bank has an agreement with."""
        return Page(
            type=types.RiskPool,
            statement=Statement(joined_pools, info.context.actor),
            ordering=types.POOLS,
            first=first,
            after=after,
        )

    @query(
        FILING_READ,
        Connection[types.PoolAgreement],
        description="送达本行、或约定本担保机构分担的合作协议，新的在前。"
        "The agreements that were offered to the bank, or that name the guarantor, newest first.",
    )
    def pool_agreements(self, info: Info, first: int, after: str | None = None) -> Page:
        """Return the agreements that were offered to the bank, or name the guarantor."""
        return Page(
            type=types.PoolAgreement,
            statement=Statement(own_agreements, info.context.actor),
            ordering=types.AGREEMENTS,
            first=first,
            after=after,
        )

    @query(
        FILING_READ,
        Connection[types.PoolFiling],
        description="本行的备案，新的在前。The bank's filings within the caller's reach, newest first.",
    )
    def pool_filings(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[types.PoolFilingFilter | None, FILTER] = None,
        order_by: types.PoolFilingOrder = types.PoolFilingOrder.NEWEST,
    ) -> Page:
        """Return the bank's filings."""
        return Page(
            type=types.PoolFiling,
            statement=Statement(filings_in_reach, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        FILING_READ,
        Connection[types.PoolStopLoss],
        description="本行各产品的熔断状态。How the stop-losses of the bank's products stand.",
    )
    def pool_stop_losses(self, info: Info, first: int, after: str | None = None) -> Page:
        """Return how the bank's stop-losses stand."""
        return Page(
            type=types.PoolStopLoss,
            statement=Statement(own_stop_losses, info.context.actor),
            ordering=types.STOP_LOSSES,
            first=first,
            after=after,
        )
