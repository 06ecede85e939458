"""Redeeming at a merchant's or an attraction's counter: scan or type, see the benefit alone, give it, count uses, take it back.

Whoever shows a code and whoever shows none comes to one page in one tone: the clerk learns what applies, and neither why nor to whom.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin.perks.limits import MAX_REASON
from suxin.perks.models import Redemption
from suxin.perks.orders.policies import ORDER_MANAGE
from suxin.perks.policies import REDEMPTION_GRANT, REDEMPTION_READ
from suxin.perks.presenting import hold_by_code
from suxin.perks.queries import own_programmes
from suxin.perks.redeeming import (
    complete_redemption,
    grant_redemption,
    hold_redemption,
    roll_back_redemption,
)
from suxin.perks.showing.queries import redemption_at, redemptions_at
from suxin.perks.states import ProgrammeState, RedemptionState
from suxin.subjects.presentation_codes import MAX_CODE_CHARACTERS
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.merchant import redemption_orders
from suxin_tenants.merchant.order_pages import PLACE as ORDERS
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said
from suxin_web.rate_limits import PRESENTED_CODE

SCAN: Final = "/desk/redeem"
LIST: Final = "/desk/redemptions"
MAX_CHOICES: Final = 100
"""How many programmes a counter chooses of for whoever shows no code."""

STATES: Final[Mapping[RedemptionState, Said]] = {
    RedemptionState.HELD: ("已锁定", "warn"),
    RedemptionState.GRANTED: ("使用中", "info"),
    RedemptionState.COMPLETED: ("已完成", "good"),
    RedemptionState.ROLLED_BACK: ("已撤回", "plain"),
    RedemptionState.EXPIRED: ("已超时", "plain"),
}
_TABS: Final = {"today": "今日", "all": "全部"}
_FIELDS: Final = ("code", "persons", "programmeId", "guests")


@get("/redeem")
async def show_scan(visit: GivenVisit) -> Answer:
    """Show where a code is scanned or typed."""
    return await _scan(visit, Form({}), status=200)


@post("/redeem", status_code=200)
async def send_code(visit: GivenVisit) -> Answer:
    """Take a code, or show the form again with what is wrong with it."""
    _require(visit)
    form = await visit.form()
    form.require("code")
    persons = form.whole("persons", default=1)

    async def work(session: AsyncSession) -> dict[str, Any]:
        held = await hold_by_code(
            session,
            visit.actor,
            code=form.text("code"),
            persons=persons,
            sealer=visit.runtime.sealer,
            now=visit.now,
        )
        return {"id": str(held.id)}

    if form.errors:
        return await _scan(visit, form, status=422)
    try:
        await visit.runtime.limits.take(PRESENTED_CODE, f"staff:{visit.actor.own_staff}")
        held = await visit.once(form, "perk.code", work)
    except Refusal as refusal:
        return await _again(visit, form, refusal, {})
    return visit.go(f"{LIST}/{held['id']}")


@post("/redeem/without-code", status_code=200)
async def send_without_code(visit: GivenVisit) -> Answer:
    """Lock what everybody gets for whoever shows no code, or show the form again with what is wrong with it."""
    _require(visit)
    form = await visit.form()
    form.require("programmeId")
    programme_id, persons = form.id("programmeId"), form.whole("guests", default=1)
    if programme_id is None or form.errors:
        return await _scan(visit, form, status=422)
    chosen = programme_id

    async def work(session: AsyncSession) -> dict[str, Any]:
        held = await hold_redemption(
            session,
            visit.actor,
            programme_id=chosen,
            subject_id=None,
            persons=persons,
            now=visit.now,
        )
        return {"id": str(held.id)}

    try:
        held = await visit.once(form, "perk.without_code", work)
    except Refusal as refusal:
        return await _again(visit, form, refusal, {"persons": "guests"})
    return visit.go(f"{LIST}/{held['id']}")


@get("/redemptions")
async def show_redemptions(visit: GivenVisit) -> Answer:
    """Show what was redeemed today, or at all, newest first."""
    visit.require_kind(TenantKind.MERCHANT, TenantKind.ATTRACTION)
    visit.actor.require(REDEMPTION_READ)
    tab = visit.request.query_params.get("when", "today")
    tab = tab if tab in _TABS else "today"
    day = local_day(visit.now) if tab == "today" else None
    async with visit.reading() as session:
        page = await read_page(
            session,
            visit.request,
            redemptions_at(visit.actor, day=day),
            Redemption.id,
            kept={"when": tab},
        )
        context = {"page": page, "states": STATES, "tabs": list(_TABS.items()), "tab": tab}
        return await visit.page(session, "perks/redemptions.html", context)


@get("/redemptions/{redemption_id:uuid}")
async def show_redemption(visit: GivenVisit, redemption_id: FromPath[UUID]) -> Answer:
    """Show one redemption: what applies, how long it is locked, and what may be done."""
    return await _one(visit, redemption_id, Form({}), status=200)


@post("/redemptions/{redemption_id:uuid}/order", status_code=200)
async def send_order(visit: GivenVisit, redemption_id: FromPath[UUID]) -> Answer:
    """Open the service order of a benefit in use, or show the form again with what is wrong with it."""
    visit.require_kind(TenantKind.MERCHANT, TenantKind.ATTRACTION)
    visit.actor.require(ORDER_MANAGE)
    form = await visit.form()
    form.require("service")
    fund_fen = form.yuan("fund")
    if form.errors:
        return await _one(visit, redemption_id, form, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        made = await redemption_orders.open_for(
            session, visit, redemption_id, form, fund_fen=fund_fen
        )
        return {"id": str(made)}

    try:
        made = await visit.once(form, "perk.order", work, redemption=redemption_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        shown = errors_of(refusal, redemption_orders.NAMES, redemption_orders.FIELDS)
        for name, message in shown.items():
            form.fail(name, message)
        return await _one(visit, redemption_id, form, status=422)
    return visit.go(f"{ORDERS}/{made['id']}", "已开通服务订单")


async def _one(visit: Visit, redemption_id: UUID, form: Form, *, status: int) -> Answer:
    visit.require_kind(TenantKind.MERCHANT, TenantKind.ATTRACTION)
    async with visit.reading() as session:
        redemption, programme = await redemption_at(session, visit.actor, redemption_id)
        over = redemption.state is RedemptionState.HELD and redemption.held_until <= visit.now
        context = {
            "redemption": redemption,
            "programme": programme,
            "benefit": redemption.benefit_read,
            "state": STATES[RedemptionState.EXPIRED if over else redemption.state],
            "held": redemption.state is RedemptionState.HELD and not over,
            "granted": redemption.state is RedemptionState.GRANTED,
            "may_grant": visit.actor.may(REDEMPTION_GRANT),
            "max_reason": MAX_REASON,
            "typed": form,
            **await redemption_orders.offered(session, visit, redemption, programme),
        }
        return await visit.page(session, "perks/redemption.html", context, status=status)


@post("/redemptions/{redemption_id:uuid}/grant", status_code=200)
async def send_grant(visit: GivenVisit, redemption_id: FromPath[UUID]) -> Answer:
    """Give what is locked, to be completed later."""
    return await _press(visit, redemption_id, "grant", done="已核销", steps=(_grant,))


@post("/redemptions/{redemption_id:uuid}/finish", status_code=200)
async def send_finish(visit: GivenVisit, redemption_id: FromPath[UUID]) -> Answer:
    """Give what is locked, and complete it with all its uses."""
    return await _press(visit, redemption_id, "finish", done="已完成", steps=(_grant, _complete))


@post("/redemptions/{redemption_id:uuid}/complete", status_code=200)
async def send_complete(visit: GivenVisit, redemption_id: FromPath[UUID]) -> Answer:
    """Count the uses that are left, and complete it."""
    return await _press(visit, redemption_id, "complete", done="已完成", steps=(_complete,))


@post("/redemptions/{redemption_id:uuid}/use", status_code=200)
async def send_use(visit: GivenVisit, redemption_id: FromPath[UUID]) -> Answer:
    """Count some uses, and leave it open until the last is used."""
    return await _press(visit, redemption_id, "use", done="已登记使用", steps=(_use,))


@post("/redemptions/{redemption_id:uuid}/roll-back", status_code=200)
async def send_roll_back(visit: GivenVisit, redemption_id: FromPath[UUID]) -> Answer:
    """Take back what was not used."""
    return await _press(visit, redemption_id, "roll_back", done="已撤回", steps=(_roll_back,))


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_scan,
    send_code,
    send_without_code,
    show_redemptions,
    show_redemption,
    send_order,
    send_grant,
    send_finish,
    send_complete,
    send_use,
    send_roll_back,
)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.MERCHANT, TenantKind.ATTRACTION)
    visit.actor.require(REDEMPTION_GRANT)


async def _scan(visit: Visit, form: Form, *, status: int) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        published = own_programmes(visit.actor, state=ProgrammeState.PUBLISHED)
        programmes = (await session.scalars(published.limit(MAX_CHOICES))).all()
        context = {
            "form": form,
            "programmes": [(str(one.id), one.name) for one in programmes],
            "max_code": MAX_CODE_CHARACTERS,
        }
        return await visit.page(session, "perks/redeem.html", context, status=status)


async def _again(visit: Visit, form: Form, refusal: Refusal, names: Mapping[str, str]) -> Answer:
    if not can_be_set_right(refusal):
        raise refusal
    for name, message in errors_of(refusal, names, _FIELDS).items():
        form.fail(name, message)
    return await _scan(visit, form, status=422)


async def _grant(session: AsyncSession, visit: Visit, redemption_id: UUID, _form: Form) -> None:
    await grant_redemption(session, visit.actor, redemption_id=redemption_id, now=visit.now)


async def _complete(session: AsyncSession, visit: Visit, redemption_id: UUID, _form: Form) -> None:
    await complete_redemption(session, visit.actor, redemption_id=redemption_id, now=visit.now)


async def _use(session: AsyncSession, visit: Visit, redemption_id: UUID, form: Form) -> None:
    await complete_redemption(
        session,
        visit.actor,
        redemption_id=redemption_id,
        uses=form.whole("uses"),
        close=False,
        now=visit.now,
    )


async def _roll_back(session: AsyncSession, visit: Visit, redemption_id: UUID, form: Form) -> None:
    await roll_back_redemption(
        session,
        visit.actor,
        redemption_id=redemption_id,
        reason=form.text("reason"),
        now=visit.now,
    )


async def _press(
    visit: Visit, redemption_id: UUID, name: str, *, done: str, steps: tuple[Any, ...]
) -> Answer:
    _require(visit)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        for step in steps:
            await step(session, visit, redemption_id, form)
        return {}

    back = f"{LIST}/{redemption_id}"
    return await visit.press(f"perk.{name}", work, back=back, done=done, redemption=redemption_id)
