"""Goods at a village's desk: the shelf, one good with its stock, and on which days the shop is open."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.shop import goods, queries
from suxin.shop.goods import GoodDraft
from suxin.shop.photo_addresses import photo_address
from suxin.shop.photos import MAX_FILE_BYTES, remove_photo, set_photo
from suxin.shop.policies import GOODS_MANAGE
from suxin.shop.templates import TEMPLATES
from suxin_tenants.forms import Form
from suxin_tenants.village_grid.shop_words import GOODS, PLACE, require, rights
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

_FIELDS: Final = ("name", "unit", "price", "monthLimit", "pieces", "lostPieces", "reason", "photo")
MAX_FORM_BYTES: Final = MAX_FILE_BYTES + 64 * 1024


@get("/shop/goods")
async def show_goods(visit: GivenVisit) -> Answer:
    """Show every good with its stock, a form for a new one, and the templates that are not used yet."""
    require(visit)
    return await _show(visit, Form({}), {}, status=200)


@post("/shop/goods", status_code=200)
async def send_good(visit: GivenVisit) -> Answer:
    """Offer a good, as typed or from a template."""
    require(visit, GOODS_MANAGE)
    form = await visit.form()
    template = form.text("template")
    draft = None if template else _draft(form)
    if form.errors:
        return await _show(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        if draft is None:
            await goods.add_from_template(session, visit.actor, template=template, now=visit.now)
        else:
            await goods.add_good(session, visit.actor, draft=draft, now=visit.now)
        return {}

    try:
        await visit.once(form, "shop.good.add", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, form, errors_of(refusal, {}, _FIELDS), status=422)
    return visit.go(f"{PLACE}/goods", "已上架，请登记入库数量")


@get("/shop/goods/{good_id:uuid}")
async def show_good(visit: GivenVisit, good_id: FromPath[UUID]) -> Answer:
    """Show one good with the forms by which it changes."""
    require(visit)
    return await _show_one(visit, good_id, Form({}), {}, status=200)


Step = Callable[[AsyncSession, Visit, UUID, Form], Awaitable[object]]
_STEPS: Final[Mapping[str, tuple[str, Step]]] = {
    "change": (
        "已修改",
        lambda session, visit, one, form: goods.change_good(
            session, visit.actor, good_id=one, draft=_draft(form), now=visit.now
        ),
    ),
    "deliver": (
        "已入库",
        lambda session, visit, one, form: goods.deliver_goods(
            session, visit.actor, good_id=one, pieces=form.whole("pieces"), now=visit.now
        ),
    ),
    "write-off": (
        "已报损",
        lambda session, visit, one, form: goods.write_off_goods(
            session,
            visit.actor,
            good_id=one,
            pieces=form.whole("lostPieces"),
            reason=form.text("reason"),
            now=visit.now,
        ),
    ),
    "withdraw": (
        "已下架",
        lambda session, visit, one, _: goods.withdraw_good(
            session, visit.actor, good_id=one, now=visit.now
        ),
    ),
    "remove-photo": (
        "照片已移除",
        lambda session, visit, one, _: remove_photo(
            session, visit.actor, good_id=one, now=visit.now
        ),
    ),
    "offer": (
        "已重新上架",
        lambda session, visit, one, _: goods.offer_again(
            session, visit.actor, good_id=one, now=visit.now
        ),
    ),
}


@post("/shop/goods/{good_id:uuid}/{step:str}", status_code=200)
async def send_good_step(visit: GivenVisit, good_id: FromPath[UUID], step: FromPath[str]) -> Answer:
    """Change a good, take pieces in, write some off, withdraw it or offer it again."""
    require(visit, GOODS_MANAGE)
    back = f"{PLACE}/goods/{good_id}"
    if step not in _STEPS:
        return visit.go(back)
    done, take = _STEPS[step]
    form = await visit.form()
    names = {"pieces": "lostPieces"} if step == "write-off" else {}

    async def work(session: AsyncSession) -> dict[str, Any]:
        await take(session, visit, good_id, form)
        return {}

    try:
        await visit.once(form, f"shop.good.{step}", work, good=good_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = {**errors_of(refusal, names, _FIELDS), **form.errors}
        return await _show_one(visit, good_id, form, errors, status=422)
    return visit.go(back, done)


@post("/shop/goods/{good_id:uuid}/photo", status_code=200, request_max_body_size=MAX_FORM_BYTES)
async def send_photo(visit: GivenVisit, good_id: FromPath[UUID]) -> Answer:
    """Show a good by a photo: it is made anew, and the file is not kept."""
    require(visit, GOODS_MANAGE)
    sent = await visit.request.form()
    form, content = Form.of(sent), b""
    file = sent.get("photo")
    if isinstance(file, UploadFile) and file.filename:
        content = await file.read()
        form.take_hash("photo", hashlib.sha256(content).hexdigest())
    if not content:
        return await _show_one(visit, good_id, form, {"photo": "请选择照片"}, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await set_photo(session, visit.actor, good_id=good_id, content=content, now=visit.now)
        return {}

    try:
        await visit.once(form, "shop.good.photo", work, good=good_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show_one(visit, good_id, form, errors_of(refusal, {}, _FIELDS), status=422)
    return visit.go(f"{PLACE}/goods/{good_id}", "照片已更换")


def _draft(form: Form) -> GoodDraft:
    limit = form.whole("monthLimit") if form.text("monthLimit") else None
    return GoodDraft(
        name=form.text("name"),
        unit=form.text("unit"),
        price_points=form.whole("price"),
        month_limit=limit,
    )


async def _show(visit: Visit, form: Form, errors: Mapping[str, str], *, status: int) -> Answer:
    async with visit.reading() as session:
        found = (await session.scalars(queries.own_goods(visit.actor))).all()
        used = {good.name for good in found}
        context = {
            "goods": found,
            "stock": await queries.stock_of(session, visit.actor),
            "states": GOODS,
            "templates": [one for one in TEMPLATES if one.name not in used],
            "form": form,
            "errors": errors,
            "may": rights(visit),
        }
        return await visit.page(session, "village_grid/shop_goods.html", context, status=status)


async def _show_one(
    visit: Visit, good_id: UUID, form: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    async with visit.reading() as session:
        good = await queries.own_good(session, visit.actor, good_id)
        stock = await queries.stock_of(session, visit.actor)
        context = {
            "good": good,
            "state": GOODS[good.state],
            "pieces": stock.get(good.id, 0),
            "photo": photo_address(good),
            "form": form,
            "errors": errors,
            "may": rights(visit),
        }
        return await visit.page(session, "village_grid/shop_good.html", context, status=status)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_goods,
    send_good,
    show_good,
    send_photo,
    send_good_step,
)
