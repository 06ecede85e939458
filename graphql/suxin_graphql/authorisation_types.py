"""Authorisations of services in the schema: under which number a user lets a merchant open orders without confirming each."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import strawberry

from suxin.perks.orders.authorisations import models
from suxin.perks.orders.authorisations.queries import own_authorisations
from suxin.perks.orders.authorisations.states import AuthorisationState
from suxin.perks.orders.policies import ORDER_READ
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.records import Source, column
from suxin_graphql.node import Node, global_id


@strawberry.input(
    description="免确认授权的筛选条件，同时满足。Which authorisations; every given field must fit."
)
class ServiceAuthorisationFilter(Filter):
    """Which authorisations."""

    __model__: ClassVar = models.OrderAuthorisation

    state: Choice[AuthorisationState] | None = None


class ServiceAuthorisationOrder(Order):
    """The order of a merchant's authorisations."""

    NEWEST = (
        Ordering("perks.authorisations/1", (Key(models.OrderAuthorisation.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(
    description="用户对一项服务的免确认授权；只有协议号，没有用户身份。"
    "A user's authorisation of a service: its number, and nothing of who the user is."
)
class ServiceAuthorisation(Node):
    """An authorisation of the caller's organisation."""

    __model__: ClassVar = models.OrderAuthorisation
    __source__: ClassVar = Source(own_authorisations, models.OrderAuthorisation.id, ORDER_READ)

    id: strawberry.ID = global_id("ServiceAuthorisation")
    authorization_code: str = column(
        lambda: models.OrderAuthorisation.code,
        description="授权协议号，由商户给定。The merchant's own number of the authorisation.",
    )
    state: AuthorisationState
    call_up: str | None = strawberry.field(
        description="小程序 wx.openBusinessView 的参数（JSON）。What the mini program opens for the user to give it, as JSON."
    )
    reason: str | None
    rejection: str | None = strawberry.field(
        description="渠道未受理的原因。Why its provider refused the last request."
    )
    applied_at: datetime
    opened_at: datetime | None
    ended_at: datetime | None
