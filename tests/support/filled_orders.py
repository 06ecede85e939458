"""Orders of a tenant after everything has happened to them once: one at a provider that was paid and given back in part."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from authorisation_reference import ReferenceAuthorisations
from bill_reference import ReferenceBills, billed, written
from order_reference import ReferenceProvider
from small_city import SmallCity
from small_orders import SUB_MCHID, WECHAT_CODE, asking, build_service, draft, opened
from small_perks import SmallPerks

from suxin.kernel.actor import Actor
from suxin.kernel.working_days import local_day
from suxin.perks.orders import carrying
from suxin.perks.orders.authorisations.carrying import carry
from suxin.perks.orders.authorisations.commands import apply_authorisation
from suxin.perks.orders.authorisations.models import OrderAuthorisation
from suxin.perks.orders.authorisations.states import Standing
from suxin.perks.orders.bills.carrying import compare_bill
from suxin.perks.orders.bills.models import OrderBill
from suxin.perks.orders.commands import complete_order, open_order, refund_order
from suxin.perks.orders.models import OrderRefund, ServiceOrder
from suxin.perks.orders.policies import ORDER_MANAGE, ORDER_READ, ORDER_REFUND
from suxin.perks.orders.provider import OrderName
from suxin.perks.orders.states import OutcomeKind
from suxin.perks.policies import PROGRAMME_MANAGE, REDEMPTION_GRANT
from suxin.perks.redeeming import grant_redemption
from suxin.perks.scenarios.templates import benefit
from suxin.perks.states import BenefitKind

PAID, TOLD = "PAID-1", "TOLD-1"


@dataclass(frozen=True, kw_only=True)
class FilledOrders:
    """The ids of one tenant's orders, and somebody who may do everything with them."""

    merchant: Actor
    service_id: UUID
    order_id: UUID
    redemption_id: UUID
    paid_id: UUID
    told_number: str
    transaction_id: str
    refund_id: UUID
    refund_number: str
    authorisation_id: UUID
    authorisation_code: str
    bill_id: UUID
    bill_day: date
    gap_id: UUID


@dataclass
class Remote:
    """A merchant's orders at a provider, whose answers are carried when it is said."""

    city: SmallCity
    merchant: Actor
    provider: ReferenceProvider

    def name(self, number: str) -> OrderName:
        return OrderName(number=number, service_code=WECHAT_CODE, sub_mchid=SUB_MCHID)

    async def open(self, number: str) -> ServiceOrder:
        said = draft(service_code=WECHAT_CODE, number=number)
        made = await self.city.act(open_order, self.merchant, draft=said)
        order: ServiceOrder = made.order
        return await self.carry(order)

    async def carry(self, order: ServiceOrder) -> ServiceOrder:
        """Let the job ask the provider what waits, and look after the order."""
        named = {"tenant_id": order.tenant_id, "order_id": order.id, "provider": self.provider}
        if order.request_id is not None:
            await as_platform(
                self.city, carrying.carry_request, **named, request_id=order.request_id
            )
        await as_platform(self.city, carrying.look_after, **named)
        return order

    async def pay(self, order: ServiceOrder, total_fen: int) -> None:
        """Let the user confirm, the merchant complete, and the user pay."""
        assert self.provider.user(self.name(order.number), "confirm")
        await self.carry(replaced(order))
        asked = await self.city.act(
            complete_order, self.merchant, order_id=order.id, completion=asking(total_fen)
        )
        await self.carry(asked)
        assert self.provider.user(self.name(order.number), "pay")
        await self.carry(replaced(order))


def replaced(order: ServiceOrder) -> ServiceOrder:
    """The order's name alone, of which nothing is asked."""
    return ServiceOrder(tenant_id=order.tenant_id, id=order.id)


async def as_platform(
    city: SmallCity, function: Callable[..., Awaitable[Any]], **given: Any
) -> Any:
    """Let the platform do something in a transaction of its own."""
    async with city.database.transaction(Actor.system("test"), now=city.now) as session:
        return await function(session, **given, now=city.now)


async def ridden(perks: SmallPerks) -> UUID:
    """Let a visitor hire a bicycle without a deposit."""
    waived = benefit(BenefitKind.DEPOSIT_WAIVER, "免 99 元押金", 9_900)
    held = await perks.hold(await perks.published("travel.bike", fallback=waived))
    await perks.city.act(grant_redemption, perks.merchant, redemption_id=held.id)
    return held.id


async def authorised(
    city: SmallCity, merchant: Actor, provider: ReferenceAuthorisations | None = None
) -> OrderAuthorisation:
    """Let a user authorise the merchant's service at the provider."""
    provider = provider or ReferenceAuthorisations()
    given = {"service_code": WECHAT_CODE, "code": "AUTH-1"}
    made: OrderAuthorisation = await city.act(apply_authorisation, merchant, **given)
    provider.standings[made.code] = Standing.GIVEN
    named = {"tenant_id": made.tenant_id, "authorisation_id": made.id, "provider": provider}
    for _ in range(2):
        await as_platform(city, carry, **named)
    return made


async def fill_orders(city: SmallCity, admin: asyncpg.Connection) -> FilledOrders:
    """Give the first bank a merchant's orders, as if it were one: whoever looks on is then asked about its rows."""
    merchant = replace(
        city.banks[0].officer,
        permissions=frozenset(
            {ORDER_READ, ORDER_MANAGE, ORDER_REFUND, PROGRAMME_MANAGE, REDEMPTION_GRANT}
        ),
    )
    await build_service(city, merchant)
    service = await build_service(city, merchant, code=WECHAT_CODE, sub_mchid=SUB_MCHID)
    remote = Remote(city, merchant, ReferenceProvider())
    await remote.open(TOLD)
    paid = await remote.open(PAID)
    await remote.pay(paid, 1_500)
    redemption_id = await ridden(SmallPerks(city=city, merchant=merchant))
    order = await opened(city, merchant, redemption_id=redemption_id)
    given = {"transaction_id": f"tx-{PAID}", "number": "R-1", "amount_fen": 500, "reason": "退款"}
    await city.act(refund_order, merchant, **given)
    authorisation = await authorised(city, merchant)
    async with city.database.transaction(Actor.system("test"), now=city.now) as session:
        named = {"tenant_id": paid.tenant_id, "order_id": paid.id}
        await carrying.keep_outcome(session, **named, kind=OutcomeKind.KEPT, at=city.now)
    day = local_day(city.now)
    bills = ReferenceBills({(SUB_MCHID, day): written(billed("UNKNOWN-1", "tx-0", 100))})
    bill: OrderBill = await as_platform(
        city,
        compare_bill,
        provider=bills,
        tenant_id=paid.tenant_id,
        sub_mchid=SUB_MCHID,
        day=day,
    )
    refund_id: UUID = await admin.fetchval(f"select id from {OrderRefund.__tablename__}")  # noqa: S608 - a name of our own
    gap_id: UUID = await admin.fetchval("select id from order_bill_gaps limit 1")
    return FilledOrders(
        merchant=merchant,
        service_id=service.id,
        order_id=order.id,
        redemption_id=redemption_id,
        paid_id=paid.id,
        told_number=TOLD,
        transaction_id=f"tx-{PAID}",
        refund_id=refund_id,
        refund_number="R-1",
        authorisation_id=authorisation.id,
        authorisation_code=authorisation.code,
        bill_id=bill.id,
        bill_day=bill.day,
        gap_id=gap_id,
    )
