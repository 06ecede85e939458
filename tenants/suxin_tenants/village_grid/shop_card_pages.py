"""Cards at a village's desk: given out by household number, printed with their code, replaced and revoked."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import segno
from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound, Refusal
from suxin.shop import cards, queries
from suxin.shop.models import ShopCard
from suxin.shop.policies import CARD_ISSUE
from suxin.villages import queries as villages
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.village_grid.shop_words import CARDS, PLACE, require, rights
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

QR_SCALE: Final = 5


@get("/shop/cards")
async def show_cards(visit: GivenVisit) -> Answer:
    """Show the village's cards, newest first."""
    require(visit)
    return await _show(visit, Form({}), {}, status=200)


@post("/shop/cards", status_code=200)
async def send_card(visit: GivenVisit) -> Answer:
    """Give a household a card; the one that it had ends."""
    require(visit, CARD_ISSUE)
    form = await visit.form()
    form.require("householdNumber")
    if form.errors:
        return await _show(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        number = form.text("householdNumber")
        household = await villages.household_numbered(session, visit.actor.own_tenant, number)
        if household is None:
            raise NotFound(thing_zh="农户", thing_en="household", field="householdNumber")
        card = await cards.issue_card(
            session, visit.actor, household_id=household.id, now=visit.now
        )
        return {"id": str(card.id)}

    try:
        issued = await visit.once(form, "shop.card.issue", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal) and not isinstance(refusal, NotFound):
            raise
        errors = errors_of(refusal, {}, ("householdNumber",))
        return await _show(visit, form, errors, status=422)
    return visit.go(f"{PLACE}/cards/{issued['id']}", "已发卡，请打印")


@get("/shop/cards/{card_id:uuid}")
async def show_card(visit: GivenVisit, card_id: FromPath[UUID]) -> Answer:
    """Show a card as it is printed: its code and number, without the household's."""
    require(visit, CARD_ISSUE)
    async with visit.reading() as session:
        card, household = await queries.own_card(session, visit.actor, card_id)
        picture = segno.make(cards.qr_text(card), error="m").svg_data_uri(scale=QR_SCALE)
        context = {"card": card, "household": household, "state": CARDS[card.state], "picture": picture}  # fmt: skip
        return await visit.page(session, "village_grid/shop_card.html", context)


@post("/shop/cards/{card_id:uuid}/revoke", status_code=200)
async def send_revoke(visit: GivenVisit, card_id: FromPath[UUID]) -> Answer:
    """Make a card good for nothing."""
    require(visit, CARD_ISSUE)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        reason = form.text("reason")
        await cards.revoke_card(session, visit.actor, card_id=card_id, reason=reason, now=visit.now)
        return {}

    return await visit.press("shop.card.revoke", work, back=f"{PLACE}/cards/{card_id}", done="已注销", card=card_id)  # fmt: skip


async def _show(visit: Visit, form: Form, errors: Mapping[str, str], *, status: int) -> Answer:
    async with visit.reading() as session:
        page = await read_page(session, visit.request, queries.own_cards(visit.actor), ShopCard.id)
        context = {
            "page": page,
            "states": CARDS,
            "form": form,
            "errors": errors,
            "may": rights(visit),
        }
        return await visit.page(session, "village_grid/shop_cards.html", context, status=status)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_cards,
    send_card,
    show_card,
    send_revoke,
)
