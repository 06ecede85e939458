"""What banks and guarantors read of guarantees."""

from typing import Annotated

import strawberry

from suxin.lending.guarantees.policies import GUARANTEE_READ
from suxin.lending.guarantees.queries import guarantors_shown, requests_shown
from suxin_graphql import guarantee_types as types
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import OneOf, Page
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.node import own
from suxin_graphql.paging import FILTER, Connection


@strawberry.type
class GuaranteeQueries:
    """Queries of guarantees."""

    @query(
        GUARANTEE_READ,
        Connection[types.GuaranteeRequest],
        description="本行提出的、或本机构收到的担保申请，新的在前。"
        "The requests that the bank has made within the caller's reach, or that the guarantor was asked, newest first.",
    )
    def guarantee_requests(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[types.GuaranteeRequestFilter | None, FILTER] = None,
        order_by: types.GuaranteeRequestOrder = types.GuaranteeRequestOrder.NEWEST,
    ) -> Page:
        """Return the requests that the bank has made, or the guarantor was asked."""
        return Page(
            type=types.GuaranteeRequest,
            statement=Statement(requests_shown, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        GUARANTEE_READ,
        types.GuaranteeRequest | None,
        description="一笔担保申请。One request for a guarantee.",
    )
    def guarantee_request(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one request."""
        return own(types.GuaranteeRequest, id, info.context, field="id")

    @query(
        GUARANTEE_READ,
        Connection[types.Guarantor],
        description="正常运营的担保机构。The guarantors that may be asked.",
    )
    def guarantors(self, info: Info, first: int, after: str | None = None) -> Page:
        """Return the guarantors that may be asked."""
        return Page(
            type=types.Guarantor,
            statement=Statement(guarantors_shown, info.context.actor),
            ordering=types.GUARANTORS,
            first=first,
            after=after,
        )
