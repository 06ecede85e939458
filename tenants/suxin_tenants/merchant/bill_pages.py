"""The desk's bills: each day's bill of the payment provider beside the orders, and in what a bill differed; and asking for a payment again."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.perks.orders.bills import queries
from suxin.perks.orders.bills.comparing import MAX_GAPS
from suxin.perks.orders.bills.models import OrderBill, OrderBillGap
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.orders.policies import ORDER_READ
from suxin.perks.orders.urging import collect_order, remind_order
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.merchant.order_pages import PLACE
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit

BILLS: Final = f"{PLACE}/bills"


@get("/orders/bills")
async def show_bills(visit: GivenVisit) -> Answer:
    """Show the bills, newest first, each with how many differences there were, none too."""
    _require(visit)
    async with visit.reading() as session:
        statement = queries.own_bills(visit.actor)
        page = await read_page(session, visit.request, statement, OrderBill.id, kept={})
        return await visit.page(session, "merchant/bills.html", {"page": page})


@get("/orders/bills/{bill_id:uuid}")
async def show_bill(visit: GivenVisit, bill_id: FromPath[UUID]) -> Answer:
    """Show one bill and in what it differed."""
    _require(visit)
    async with visit.reading() as session:
        bill = await queries.own_bill(session, visit.actor, bill_id)
        statement = queries.gaps_of(visit.actor, bill_id)
        page = await read_page(session, visit.request, statement, OrderBillGap.id, kept={})
        context = {"bill": bill, "page": page, "listed": MAX_GAPS}
        return await visit.page(session, "merchant/bill.html", context)


@post("/orders/{order_id:uuid}/collect", status_code=200)
async def send_collect(visit: GivenVisit, order_id: FromPath[UUID]) -> Answer:
    """Have the provider try to collect the order."""
    return await _urge(visit, order_id, "collect", collect_order, done="已提交扣款")


@post("/orders/{order_id:uuid}/remind", status_code=200)
async def send_remind(visit: GivenVisit, order_id: FromPath[UUID]) -> Answer:
    """Have the provider remind the user of the payment."""
    return await _urge(visit, order_id, "remind", remind_order, done="已提交催付提醒")


async def _urge(
    visit: Visit,
    order_id: UUID,
    what: str,
    command: Callable[..., Awaitable[ServiceOrder]],
    *,
    done: str,
) -> Answer:
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await command(session, visit.actor, order_id=order_id, now=visit.world_now)
        return {}

    back = f"{PLACE}/{order_id}"
    return await visit.press(f"order.{what}", work, back=back, done=done, order=order_id)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.MERCHANT, TenantKind.ATTRACTION)
    visit.actor.require(ORDER_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_bills,
    show_bill,
    send_collect,
    send_remind,
)
