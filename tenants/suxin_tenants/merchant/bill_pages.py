"""The desk's bills: each day's bill of the payment provider beside the orders, and in what a bill differed; and asking for a payment again."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.perks.orders.bills import queries
from suxin.perks.orders.bills.comparing import MAX_GAPS
from suxin.perks.orders.bills.explaining import MAX_FOUND, GapExplained, explain_gap
from suxin.perks.orders.bills.models import OrderBill, OrderBillGap
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.orders.policies import ORDER_MANAGE, ORDER_READ
from suxin.perks.orders.urging import collect_order, remind_order
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.merchant.order_pages import PLACE
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

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
        context = {
            "bill": bill,
            "page": page,
            "listed": MAX_GAPS,
            "may_explain": visit.actor.may(ORDER_MANAGE),
        }
        return await visit.page(session, "merchant/bill.html", context)


@get("/orders/bill-gaps/{gap_id:uuid}")
async def show_gap(visit: GivenVisit, gap_id: FromPath[UUID]) -> Answer:
    """Show the form in which is written down what was found about a difference."""
    return await _show_gap(visit, gap_id, "", {}, status=200)


@post("/orders/bill-gaps/{gap_id:uuid}", status_code=200)
async def send_gap(visit: GivenVisit, gap_id: FromPath[UUID]) -> Answer:
    """Write down what was found."""
    _require(visit)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        gap = await explain_gap(
            session, visit.actor, gap_id=gap_id, found=form.text("found"), now=visit.world_now
        )
        return {"bill": str(gap.bill_id)}

    try:
        done = await visit.once(form, "order.bill_gap", work, gap=gap_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, ("found",))
        return await _show_gap(visit, gap_id, form.text("found"), errors, status=422)
    return visit.go(f"{BILLS}/{done['bill']}", "已登记查明结果")


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


async def _show_gap(
    visit: Visit,
    gap_id: UUID,
    typed: str,
    errors: Mapping[str, str],
    *,
    status: int,
) -> Answer:
    _require(visit)
    visit.actor.require(ORDER_MANAGE)
    async with visit.reading() as session:
        gap = await queries.own_gap(session, visit.actor, gap_id)
        bill = await queries.own_bill(session, visit.actor, gap.bill_id)
        if gap.found_at is not None:
            return visit.go(f"{BILLS}/{bill.id}", GapExplained.zh, good=False)
        context = {"gap": gap, "bill": bill, "typed": typed, "errors": errors, "most": MAX_FOUND}
        return await visit.page(session, "merchant/bill_gap.html", context, status=status)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.MERCHANT, TenantKind.ATTRACTION)
    visit.actor.require(ORDER_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_bills,
    show_bill,
    show_gap,
    send_gap,
    send_collect,
    send_remind,
)
