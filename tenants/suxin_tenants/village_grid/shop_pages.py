"""The shop at a village's desk: the counter with its basket, what waits to be handed over, and one redemption with its steps."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin.shop import queries, redeeming
from suxin.shop.limits import MAX_PIECES
from suxin.shop.models import ShopGood, ShopRedemption
from suxin.shop.photo_addresses import photo_address
from suxin.shop.states import GoodState, Means
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.village_grid.shop_words import PLACE, REDEMPTIONS, require, rights
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

_FIELDS: Final = ("code", "card", "householdNumber", "collector", "basket")
_PIECES: Final = "pieces-"
_SHOWN: Final = 50


@get("/shop")
async def show_counter(visit: GivenVisit) -> Answer:
    """Show the counter: what is offered, by what a household redeems, and what waits to be handed over."""
    require(visit)
    return await _show(visit, Form({}), {}, status=200)


@post("/shop", status_code=200)
async def send_basket(visit: GivenVisit) -> Answer:
    """Hold a basket for the household whose code, card or number was given."""
    require(visit)
    form = await visit.form()
    basket, means = _basket(form), form.choice("means", Means)
    if form.errors or means is None:
        return await _show(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        held = await _HOLD[means](session, visit, form, basket)
        return {"id": str(held.id)}

    try:
        held = await visit.once(form, "shop.hold", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, form, errors_of(refusal, {}, _FIELDS), status=422)
    return visit.go(f"{PLACE}/redemptions/{held['id']}", "已预留 30 分钟，请核对后发放")


@get("/shop/redemptions")
async def show_redemptions(visit: GivenVisit) -> Answer:
    """Show the village's redemptions, newest first."""
    require(visit)
    async with visit.reading() as session:
        statement = queries.own_redemptions(visit.actor)
        page = await read_page(session, visit.request, statement, ShopRedemption.id)
        context = {"page": page, "states": REDEMPTIONS}
        return await visit.page(session, "village_grid/shop_redemptions.html", context)


@get("/shop/redemptions/{redemption_id:uuid}")
async def show_redemption(visit: GivenVisit, redemption_id: FromPath[UUID]) -> Answer:
    """Show one redemption: what it is of, and the steps that are the visitor's."""
    require(visit)
    return await _show_one(visit, redemption_id, Form({}), {}, status=200)


@post("/shop/redemptions/{redemption_id:uuid}/hand-over", status_code=200)
async def send_hand_over(visit: GivenVisit, redemption_id: FromPath[UUID]) -> Answer:
    """Hand over what is held, or as many pieces as were typed."""
    require(visit)
    form = await visit.form()
    given = _basket(form)
    if form.errors:
        return await _show_one(visit, redemption_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await redeeming.hand_over(
            session, visit.actor, redemption_id=redemption_id, given=given, now=visit.now
        )
        return {}

    try:
        await visit.once(form, "shop.hand_over", work, redemption=redemption_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, ("given",))
        return await _show_one(visit, redemption_id, form, errors, status=422)
    return visit.go(f"{PLACE}/redemptions/{redemption_id}", "已发放，积分和预算已入账")


Step = Callable[[AsyncSession, Visit, UUID, Form], Awaitable[object]]
_STEPS: Final[Mapping[str, tuple[str, Step]]] = {
    "cancel": (
        "已取消，积分已退回",
        lambda session, visit, one, form: redeeming.let_go(
            session, visit.actor, redemption_id=one, reason=form.text("reason"), now=visit.now
        ),
    ),
    "ask-return": (
        "已提出退货，待另一人确认",
        lambda session, visit, one, form: redeeming.ask_return(
            session, visit.actor, redemption_id=one, reason=form.text("reason"), now=visit.now
        ),
    ),
    "return": (
        "退货已确认，积分已退回",
        lambda session, visit, one, _: redeeming.confirm_return(
            session, visit.actor, redemption_id=one, now=visit.now
        ),
    ),
}


@post("/shop/redemptions/{redemption_id:uuid}/{step:str}", status_code=200)
async def send_step(
    visit: GivenVisit, redemption_id: FromPath[UUID], step: FromPath[str]
) -> Answer:
    """Cancel a redemption, ask that it be taken back, or confirm that."""
    require(visit)
    back = f"{PLACE}/redemptions/{redemption_id}"
    if step not in _STEPS:
        return visit.go(back)
    done, take = _STEPS[step]
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await take(session, visit, redemption_id, form)
        return {}

    return await visit.press(f"shop.{step}", work, back=back, done=done, redemption=redemption_id)


Hold = Callable[[AsyncSession, Visit, Form, Mapping[UUID, int]], Awaitable[ShopRedemption]]
_HOLD: Final[Mapping[Means, Hold]] = {
    Means.CODE: lambda session, visit, form, basket: redeeming.hold_by_code(
        session,
        visit.actor,
        code=form.text("code"),
        basket=basket,
        sealer=visit.runtime.sealer,
        now=visit.now,
    ),
    Means.CARD: lambda session, visit, form, basket: redeeming.hold_by_card(
        session,
        visit.actor,
        card=form.text("code"),
        household_number=form.text("householdNumber"),
        basket=basket,
        now=visit.now,
    ),
    Means.COUNTER: lambda session, visit, form, basket: redeeming.hold_at_counter(
        session,
        visit.actor,
        household_number=form.text("householdNumber"),
        collector=form.text("collector"),
        basket=basket,
        now=visit.now,
    ),
}


def _basket(form: Form) -> dict[UUID, int]:
    """Return how many pieces of which good were typed; fields that are empty or zero are none."""
    basket = {}
    for name in form.shown():
        if name.startswith(_PIECES) and form.text(name) not in ("", "0"):
            pieces = form.whole(name)
            basket[parse_id(name.removeprefix(_PIECES), field="basket")] = pieces
    return basket


async def _show(visit: Visit, form: Form, errors: Mapping[str, str], *, status: int) -> Answer:
    async with visit.reading() as session:
        offered = queries.own_goods(visit.actor).where(ShopGood.state == GoodState.OFFERED)
        waiting = queries.redemptions_waiting(visit.actor, now=visit.world_now).limit(_SHOWN)
        year = local_day(visit.world_now).year
        shown = {**errors, **({"code": errors["card"]} if "card" in errors else {})}
        may = rights(visit)
        context = {
            "goods": (await session.scalars(offered)).all(),
            "stock": await queries.stock_of(session, visit.actor),
            "waiting": (await session.scalars(waiting)).all(),
            "budget": await queries.own_year(session, visit.actor, year),
            "terms": await queries.own_terms(session, visit.actor),
            "photo_of": photo_address,
            "means": [
                (one.value, one.zh)
                for one in Means
                if may["help" if one is Means.COUNTER else "sell"]
            ],
            "max_pieces": MAX_PIECES,
            "form": form,
            "errors": shown,
            "may": may,
        }
        return await visit.page(session, "village_grid/shop.html", context, status=status)


async def _show_one(
    visit: Visit, redemption_id: UUID, form: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    async with visit.reading() as session:
        redemption, lines = await queries.own_redemption(session, visit.actor, redemption_id)
        mine = redemption.held_by == visit.actor.staff_id
        context = {
            "redemption": redemption,
            "lines": lines,
            "state": REDEMPTIONS[redemption.state],
            "in_time": redemption.held_until > visit.world_now,
            "helped": redemption.means is Means.COUNTER and mine,
            "asked": redemption.return_asked_by is not None,
            "own_return": redemption.return_asked_by == visit.actor.staff_id,
            "form": form,
            "errors": errors,
            "may": rights(visit),
        }
        return await visit.page(
            session, "village_grid/shop_redemption.html", context, status=status
        )


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_counter,
    send_basket,
    show_redemptions,
    show_redemption,
    send_hand_over,
    send_step,
)
