"""The operator's view of the payment provider's daily bills: each merchant's day, what did not agree, and what the merchant found."""

from datetime import date
from typing import Final
from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from suxin.perks.orders.bills import queries
from suxin.perks.orders.bills.comparing import MAX_GAPS
from suxin.perks.orders.bills.models import OrderBill, OrderBillGap
from suxin.perks.orders.bills.policies import BILL_OVERSEE
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.paging import asked_text, read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit

PLACE: Final = "/desk/order-bills"
OPEN: Final = "yes"


@get("/order-bills")
async def show_order_bills(visit: GivenVisit) -> Answer:
    """Show the bills, newest first: of one day, or those alone of which a difference is open."""
    _require(visit)
    open_only = _open_only(visit)
    day, unclear = _day(visit)
    kept = {**({"day": day.isoformat()} if day else {}), **({"open": OPEN} if open_only else {})}
    async with visit.reading() as session:
        statement = queries.bills_overseen(visit.actor, day=day, open_only=open_only)
        page = await read_page(session, visit.request, statement, OrderBill.id, kept=kept)
        context = {
            "page": page,
            "day": asked_text(visit.request, "day"),
            "errors": {"day": "日期应为 2026-11-30 的样式"} if unclear else {},
            "open_only": open_only,
            "filtered": bool(kept),
        }
        return await visit.page(
            session, "operator/order_bills.html", context, status=422 if unclear else 200
        )


@get("/order-bills/{bill_id:uuid}")
async def show_order_bill(visit: GivenVisit, bill_id: FromPath[UUID]) -> Answer:
    """Show one bill, in what it differed, and what the merchant found."""
    _require(visit)
    open_only = _open_only(visit)
    async with visit.reading() as session:
        bill, merchant, opened = await queries.bill_overseen(session, visit.actor, bill_id)
        statement = queries.gaps_overseen(visit.actor, bill_id, open_only=open_only)
        kept = {"open": OPEN} if open_only else {}
        page = await read_page(session, visit.request, statement, OrderBillGap.id, kept=kept)
        context = {
            "bill": bill,
            "merchant": merchant,
            "opened": opened,
            "page": page,
            "open_only": open_only,
            "listed": MAX_GAPS,
        }
        return await visit.page(session, "operator/order_bill.html", context)


def _open_only(visit: Visit) -> bool:
    return visit.request.query_params.get("open") == OPEN


def _day(visit: Visit) -> tuple[date | None, bool]:
    """Return the day that was asked for, and whether what was asked for is none."""
    asked = asked_text(visit.request, "day")
    if not asked:
        return None, False
    try:
        return date.fromisoformat(asked), False
    except ValueError:
        return None, True


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(BILL_OVERSEE)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_order_bills, show_order_bill)
