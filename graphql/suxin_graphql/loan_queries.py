"""What a bank reads of its loans."""

from typing import Annotated

import strawberry

from suxin.lending import policies
from suxin.lending.loans.queries import loans_in_reach
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import OneOf, Page
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.loan_types import Loan, LoanFilter, LoanOrder
from suxin_graphql.node import own
from suxin_graphql.paging import FILTER, Connection


@strawberry.type
class LoanQueries:
    """Queries of loans."""

    @query(
        policies.LOAN_READ,
        Connection[Loan],
        description="本行的贷款。This bank's loans on the referrals within the caller's reach.",
    )
    def loans(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[LoanFilter | None, FILTER] = None,
        order_by: LoanOrder = LoanOrder.NEWEST,
    ) -> Page:
        """Return the bank's loans."""
        return Page(
            type=Loan,
            statement=Statement(loans_in_reach, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(policies.LOAN_READ, Loan | None, description="本行的一笔贷款。One loan of this bank.")
    def loan(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one loan."""
        return own(Loan, id, info.context, field="id")
