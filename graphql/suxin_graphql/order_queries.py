"""What a merchant reads of its service orders."""

from typing import Annotated

import strawberry

from suxin.perks.orders.policies import ORDER_READ
from suxin.perks.orders.queries import own_orders
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import OneOf, Page
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.node import own
from suxin_graphql.order_types import ServiceOrder, ServiceOrderFilter, ServiceOrderOrder
from suxin_graphql.paging import FILTER, Connection


@strawberry.type
class OrderQueries:
    """Queries of service orders."""

    @query(
        ORDER_READ,
        Connection[ServiceOrder],
        description="本机构的服务订单。The organisation's service orders.",
    )
    def service_orders(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[ServiceOrderFilter | None, FILTER] = None,
        order_by: ServiceOrderOrder = ServiceOrderOrder.NEWEST,
    ) -> Page:
        """Return the organisation's orders."""
        return Page(
            type=ServiceOrder,
            statement=Statement(own_orders, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        ORDER_READ,
        ServiceOrder | None,
        description="本机构的一个服务订单。One service order of the organisation.",
    )
    def service_order(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one order."""
        return own(ServiceOrder, id, info.context, field="id")
