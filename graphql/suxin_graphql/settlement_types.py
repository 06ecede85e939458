"""Statements of what others owe a merchant for a month, as its own systems read them; people agree with them at the desk."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

import strawberry

from suxin.perks.settlements import models
from suxin.perks.settlements.policies import SETTLEMENT_READ
from suxin.perks.settlements.queries import own_settlements
from suxin.perks.settlements.states import SettlementState
from suxin.perks.states import FunderKind
from suxin_graphql.context import Info
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.readings import OneOf, Page
from suxin_graphql.execution.records import Source
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.node import Node, global_id, own
from suxin_graphql.paging import FILTER, Connection
from suxin_graphql.scalars import Fen


@strawberry.input(
    description="结算单的筛选条件，同时满足。Which statements; every given field must fit."
)
class PerkSettlementFilter(Filter):
    """Which statements."""

    __model__: ClassVar = models.Settlement

    state: Choice[SettlementState] | None = None


class PerkSettlementOrder(Order):
    """The order of a merchant's statements."""

    NEWEST = (
        Ordering("perks.settlements/1", (Key(models.Settlement.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(
    description="一个出资方一个月的结算单；每笔核销至多在一张结算单上。"
    "What one funder owes for a month; a redemption stands on one statement at most."
)
class PerkSettlement(Node):
    """A statement of the caller's organisation."""

    __model__: ClassVar = models.Settlement
    __source__: ClassVar = Source(own_settlements, models.Settlement.id, SETTLEMENT_READ)

    id: strawberry.ID = global_id("PerkSettlement")
    month: date = strawberry.field(description="结算月份的第一天。The first day of its month.")
    funder: FunderKind
    funder_name: str
    redemptions: int
    uses: int
    amount_fen: Fen
    state: SettlementState
    reason: str | None = strawberry.field(
        description="最近一次异议的原因。Why it was disputed last."
    )
    answer: str | None = strawberry.field(
        description="运营方对异议的答复。What the operator answered."
    )
    drawn_up_at: datetime
    confirmed_at: datetime | None
    paid_on: date | None
    reference: str | None = strawberry.field(
        description="付款凭证号；款项在平台之外支付。The reference of a payment made elsewhere."
    )


@strawberry.type
class SettlementQueries:
    """Queries of statements."""

    @query(
        SETTLEMENT_READ,
        Connection[PerkSettlement],
        description="本机构的结算单。The organisation's statements.",
    )
    def perk_settlements(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[PerkSettlementFilter | None, FILTER] = None,
        order_by: PerkSettlementOrder = PerkSettlementOrder.NEWEST,
    ) -> Page:
        """Return the organisation's statements."""
        return Page(
            type=PerkSettlement,
            statement=Statement(own_settlements, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        SETTLEMENT_READ,
        PerkSettlement | None,
        description="本机构的一张结算单。One statement of the organisation.",
    )
    def perk_settlement(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one statement."""
        return own(PerkSettlement, id, info.context, field="id")
