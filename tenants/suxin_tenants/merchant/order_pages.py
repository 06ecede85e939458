"""The desk's orders: today's and those that still wait, one order with what may be done about it, and a new one."""

from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.ids import new_id
from suxin.kernel.money import FEN_PER_YUAN
from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.perks.covers.policies import COVER_CLAIM
from suxin.perks.covers.rules import CLAIMABLE
from suxin.perks.limiting.policies import LIMIT_PROPOSE
from suxin.perks.limiting.proposing import end_limit, propose_limit
from suxin.perks.limiting.queries import limit_of_order
from suxin.perks.orders import commands, queries
from suxin.perks.orders.models import OrderService, ServiceOrder
from suxin.perks.orders.policies import ORDER_MANAGE, ORDER_READ, ORDER_REFUND
from suxin.perks.orders.rules import FUNDS, MAX_REASON, Completion, OrderDraft, OrderLine
from suxin.perks.orders.states import OrderChannel, ServiceOrderStage
from suxin.perks.policies import REDEMPTION_READ
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.merchant.order_limits import limit_context
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, Work, can_be_set_right, errors_of
from suxin_tenants.words import Said

PLACE: Final = "/desk/orders"
STAGES: Final[Mapping[ServiceOrderStage, Said]] = {
    ServiceOrderStage.CREATED: ("待用户确认", "warn"),
    ServiceOrderStage.USER_CONFIRM: ("服务中", "info"),
    ServiceOrderStage.USER_PAYING: ("待支付", "warn"),
    ServiceOrderStage.USER_PAID: ("已支付", "good"),
    ServiceOrderStage.REVOKED: ("已取消", "plain"),
    ServiceOrderStage.EXPIRED: ("已失效", "plain"),
}
TABS: Final[Mapping[str, tuple[str, frozenset[ServiceOrderStage]]]] = {
    "all": ("全部", frozenset()),
    "created": ("待确认", frozenset({ServiceOrderStage.CREATED})),
    "serving": ("服务中", frozenset({ServiceOrderStage.USER_CONFIRM})),
    "paying": ("待支付", frozenset({ServiceOrderStage.USER_PAYING})),
    "paid": ("已支付", frozenset({ServiceOrderStage.USER_PAID})),
}
_NAMES: Final = {"payments": "amount", "discounts": "discount", "riskFundFen": "fund"}
"""The fields of the pages' forms, by the names under which the core refuses them."""

_FORMS: Final[Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]]] = {
    "complete": (_NAMES, ("amount", "discount", "reason")),
    "cancel": ({"reason": "why"}, ("why",)),
    "limit": ({"reason": "why", "documentNumber": "document"}, ("months", "why", "document")),
    "refund": ({"amountFen": "back", "reason": "because"}, ("back", "because")),
}
"""The forms of an order's page: how their fields are called in the core, and which they are."""


@get("/orders")
async def show_orders(visit: GivenVisit) -> Answer:
    """Show the day's orders and those of earlier days that still wait, newest first."""
    return await _list(visit, Form({}), status=200)


@post("/orders", status_code=200)
async def send_order(visit: GivenVisit) -> Answer:
    """Open an order under one of the services, or show the form again with what is wrong with it."""
    _require(visit)
    visit.actor.require(ORDER_MANAGE)
    form = await visit.form()
    form.require("service")
    fund_fen = form.yuan("fund")
    if form.errors:
        return await _list(visit, form, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        service = await queries.own_service(session, visit.actor, form.text("service"))
        draft = OrderDraft(
            service_code=service.code,
            # A number of the platform's own, for who has no system that gives one.
            number=new_id(visit.world_now).hex,
            introduction=service.name[:20],
            fund_name=FUNDS[service.mode][0],
            fund_fen=fund_fen,
            device=form.text("device") or None,
        )
        opened = await commands.open_order(session, visit.actor, draft=draft, now=visit.world_now)
        return {"id": str(opened.order.id)}

    try:
        made = await visit.once(form, "order.open", work)
    except Refusal as refusal:
        _note(form, refusal, ("service", "fund", "device"))
        return await _list(visit, form, status=422)
    return visit.go(f"{PLACE}/{made['id']}", "已新建订单")


@get("/orders/{order_id:uuid}")
async def show_order(visit: GivenVisit, order_id: FromPath[UUID]) -> Answer:
    """Show one order and what may be done about it now."""
    return await _show(visit, order_id, Form({}), status=200)


@post("/orders/{order_id:uuid}/confirm", status_code=200)
async def send_confirm(visit: GivenVisit, order_id: FromPath[UUID]) -> Answer:
    """State that the user has confirmed on the spot."""
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await commands.confirm_order(session, visit.actor, order_id=order_id, now=visit.world_now)
        return {}

    back = f"{PLACE}/{order_id}"
    return await visit.press("order.confirm", work, back=back, done="用户已确认", order=order_id)


@post("/orders/{order_id:uuid}/paid", status_code=200)
async def send_paid(visit: GivenVisit, order_id: FromPath[UUID]) -> Answer:
    """State that the order is paid, as of now."""
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        now = visit.world_now
        await commands.sync_order(session, visit.actor, order_id=order_id, paid_at=now, now=now)
        return {}

    back = f"{PLACE}/{order_id}"
    return await visit.press("order.paid", work, back=back, done="已登记收款", order=order_id)


@post("/orders/{order_id:uuid}/complete", status_code=200)
async def send_complete(visit: GivenVisit, order_id: FromPath[UUID]) -> Answer:
    """Complete an order, or ask for less of one that is completed."""
    _require(visit)
    visit.actor.require(ORDER_MANAGE)
    form = await visit.form()
    asked = _asked(form)
    lowers = form.has("reason")
    if lowers:
        form.require("reason")
    if form.errors:
        return await _show(visit, order_id, form, step="complete", status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        given: dict[str, Any] = {"order_id": order_id, "completion": asked, "now": visit.world_now}
        if lowers:
            await commands.lower_order(session, visit.actor, **given, reason=form.text("reason"))
        else:
            await commands.complete_order(session, visit.actor, **given)
        return {}

    return await _sent(visit, order_id, form, work, step="complete", done="已提交")


@post("/orders/{order_id:uuid}/cancel", status_code=200)
async def send_cancel(visit: GivenVisit, order_id: FromPath[UUID]) -> Answer:
    """Cancel an order that is not completed."""
    _require(visit)
    visit.actor.require(ORDER_MANAGE)
    form = await visit.form()
    form.require("why")
    if form.errors:
        return await _show(visit, order_id, form, step="cancel", status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await commands.cancel_order(
            session,
            visit.actor,
            order_id=order_id,
            reason=form.text("why"),
            now=visit.world_now,
        )
        return {}

    return await _sent(visit, order_id, form, work, step="cancel", done="已提交取消")


@post("/orders/{order_id:uuid}/refund", status_code=200)
async def send_refund(visit: GivenVisit, order_id: FromPath[UUID]) -> Answer:
    """Give money back of what was paid, or show the form again with what is wrong with it."""
    _require(visit)
    visit.actor.require(ORDER_REFUND)
    form = await visit.form()
    form.require("because")
    back_fen = form.yuan("back")
    if form.errors:
        return await _show(visit, order_id, form, step="refund", status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        order = await queries.own_order(session, visit.actor, order_id)
        await commands.refund_order(
            session,
            visit.actor,
            transaction_id=order.transaction_id or "",
            number=new_id(visit.world_now).hex,
            amount_fen=back_fen,
            reason=form.text("because"),
            now=visit.world_now,
        )
        return {}

    return await _sent(visit, order_id, form, work, step="refund", done="已提交退款")


@post("/orders/{order_id:uuid}/limit", status_code=200)
async def send_limit(visit: GivenVisit, order_id: FromPath[UUID]) -> Answer:
    """Propose that its programme's better terms end for whoever did not pay, for some months."""
    _require(visit)
    visit.actor.require(LIMIT_PROPOSE)
    form = await visit.form()
    form.require("why")
    months = form.whole("months")
    if form.errors:
        return await _show(visit, order_id, form, step="limit", status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await propose_limit(
            session,
            visit.actor,
            order_id=order_id,
            months=months,
            reason=form.text("why"),
            document_number=form.text("document"),
            now=visit.world_now,
        )
        return {}

    return await _sent(visit, order_id, form, work, step="limit", done="已提出，平台将告知本人")


@post("/orders/{order_id:uuid}/limit/end", status_code=200)
async def send_limit_end(visit: GivenVisit, order_id: FromPath[UUID]) -> Answer:
    """End its limit."""
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        found = await limit_of_order(session, visit.actor, order_id)
        if found is None:
            raise NotFound(thing_zh="限制", thing_en="limit")
        await end_limit(
            session, visit.actor, limit_id=found.id, reason="商户撤销", now=visit.world_now
        )
        return {}

    back = f"{PLACE}/{order_id}"
    return await visit.press("order.limit_end", work, back=back, done="已结束限制", order=order_id)


async def _sent(
    visit: Visit, order_id: UUID, form: Form, work: Work, *, step: str, done: str
) -> Answer:
    try:
        await visit.once(form, f"order.{step}", work, order=order_id)
    except Refusal as refusal:
        names, fields = _FORMS[step]
        _note(form, refusal, fields, names)
        return await _show(visit, order_id, form, step=step, status=422)
    return visit.go(f"{PLACE}/{order_id}", done)


def _note(
    form: Form,
    refusal: Refusal,
    fields: tuple[str, ...],
    names: Mapping[str, str] = _NAMES,
) -> None:
    """Show a refusal beside its field, or above the form; raise what the person cannot set right."""
    if not can_be_set_right(refusal):
        raise refusal
    for name, message in errors_of(refusal, names, fields).items():
        form.fail(name, message)


def _asked(form: Form) -> Completion:
    """Return what the form asks of the user: one payment, less a discount where one is given."""
    amount_fen = form.yuan("amount")
    less_fen = form.yuan("discount") if form.text("discount") else 0
    discounts = (OrderLine(name="优惠", amount_fen=less_fen),) if less_fen else ()
    return Completion(
        payments=(OrderLine(name="服务费", amount_fen=amount_fen),), discounts=discounts
    )


async def _list(visit: Visit, form: Form, *, status: int) -> Answer:
    _require(visit)
    tab = visit.request.query_params.get("state", "all")
    tab = tab if tab in TABS else "all"
    today = local_day(visit.world_now)
    begins_at = datetime.combine(today, time.min, SHANGHAI)
    async with visit.reading() as session:
        statement, stages = queries.orders_of_day(visit.actor, begins_at), TABS[tab][1]
        if stages:
            statement = statement.where(ServiceOrder.stage.in_(stages))
        kept = {"state": tab}
        page = await read_page(session, visit.request, statement, ServiceOrder.id, kept=kept)
        counts = await queries.stage_counts(session, visit.actor, begins_at)
        services = (await session.scalars(queries.open_services(visit.actor))).all()
        context = {
            "page": page,
            "tabs": [(key, _tab(zh, among, counts)) for key, (zh, among) in TABS.items()],
            "tab": tab,
            "today": today,
            "stages": STAGES,
            "services": [(one.code, _service(one)) for one in services],
            "unmanned": any(one.unmanned for one in services),
            "may_open": visit.actor.may(ORDER_MANAGE),
            "typed": form,
        }
        return await visit.page(session, "merchant/orders.html", context, status=status)


async def _show(visit: Visit, order_id: UUID, form: Form, *, step: str = "", status: int) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        order = await queries.own_order(session, visit.actor, order_id)
        may = visit.actor.may(ORDER_MANAGE) and order.request is None
        local = order.provider is OrderChannel.LOCAL
        context = {
            "order": order,
            "redemption": order.redemption_id and visit.actor.may(REDEMPTION_READ),
            "refunds": await queries.refunds_of(session, order),
            "state": STAGES[order.stage],
            "yuan": {name: _yuan(getattr(order, name)) for name in ("total_fen", "refundable_fen")},
            "may_confirm": may and local and order.stage is ServiceOrderStage.CREATED,
            "may_complete": may and order.stage is ServiceOrderStage.USER_CONFIRM,
            "may_lower": may and order.stage is ServiceOrderStage.USER_PAYING,
            "may_urge": may and not local and order.stage is ServiceOrderStage.USER_PAYING,
            "may_cancel": may
            and order.stage in (ServiceOrderStage.CREATED, ServiceOrderStage.USER_CONFIRM),
            "may_refund": visit.actor.may(ORDER_REFUND)
            and order.transaction_id is not None
            and order.refundable_fen > 0,
            "may_claim": order.programme_id is not None
            and visit.actor.may(COVER_CLAIM)
            and order.stage in CLAIMABLE,
            **await limit_context(session, visit, order),
            "typed": form,
            "step": step,
            "max_reason": MAX_REASON,
        }
        return await visit.page(session, "merchant/order.html", context, status=status)


def _tab(
    zh: str, among: frozenset[ServiceOrderStage], counts: Mapping[ServiceOrderStage, int]
) -> str:
    return f"{zh} {sum(counts.get(one, 0) for one in among)}" if among else zh


def _service(service: OrderService) -> str:
    return f"{service.name}（{service.mode.zh}，上限 {_yuan(service.ceiling_fen)} 元）"


def _yuan(amount_fen: int | None) -> str:
    return "" if amount_fen is None else str(Decimal(amount_fen) / FEN_PER_YUAN)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.MERCHANT, TenantKind.ATTRACTION)
    visit.actor.require(ORDER_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_orders,
    send_order,
    show_order,
    send_confirm,
    send_paid,
    send_complete,
    send_cancel,
    send_refund,
    send_limit,
    send_limit_end,
)
