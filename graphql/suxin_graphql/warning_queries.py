"""What a bank reads of its warnings."""

from typing import Annotated

import strawberry

from suxin.lending import policies
from suxin.lending.warnings.queries import warnings_in_reach
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import OneOf, Page
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.node import own
from suxin_graphql.paging import FILTER, Connection
from suxin_graphql.warning_types import LoanWarning, LoanWarningFilter, LoanWarningOrder


@strawberry.type
class WarningQueries:
    """Queries of warnings."""

    @query(
        policies.LOAN_READ,
        Connection[LoanWarning],
        description="本行贷款的风险预警。The warnings about this bank's loans within the caller's reach.",
    )
    def loan_warnings(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[LoanWarningFilter | None, FILTER] = None,
        order_by: LoanWarningOrder = LoanWarningOrder.NEWEST,
    ) -> Page:
        """Return the bank's warnings."""
        return Page(
            type=LoanWarning,
            statement=Statement(warnings_in_reach, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        policies.LOAN_READ,
        LoanWarning | None,
        description="本行的一条风险预警。One warning of this bank.",
    )
    def loan_warning(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one warning."""
        return own(LoanWarning, id, info.context, field="id")
