"""Covers at the operator's desk: the list with what each has, opening one, putting money in, closing it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Permission
from suxin.kernel.refusals import Refusal
from suxin.perks.covers import opening, queries
from suxin.perks.covers.books import balances_of
from suxin.perks.covers.models import Cover
from suxin.perks.covers.policies import COVER_DECIDE, COVER_MANAGE
from suxin.perks.covers.rules import MAX_WAIT_DAYS, WAIT_DAYS, WITHIN_DAYS
from suxin.perks.limits import MAX_REFERENCE
from suxin.perks.queries import programme_seen
from suxin.perks.states import FunderKind
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

PLACE: Final = "/desk/covers"
_FIELDS: Final = (
    "name", "funder", "funderName", "perClaim", "merchantYear", "waitDays", "withinDays", "programme",
)  # fmt: skip
_NAMES: Final = {
    "perClaimFen": "perClaim",
    "merchantYearFen": "merchantYear",
    "amountFen": "amount",
}
_FUNDERS: Final = tuple((one.value, one.zh) for one in FunderKind if one is not FunderKind.MERCHANT)


@get("/covers")
async def show_covers(visit: GivenVisit) -> Answer:
    """Show the covers with what each has."""
    _require(visit)
    async with visit.reading() as session:
        statement = queries.covers_kept(visit.actor)
        page = await read_page(session, visit.request, statement, Cover.id, kept={})
        context = {
            "page": page,
            "balances": await balances_of(session, *(row[0] for row in page.rows)),
            "may_open": visit.actor.may(COVER_MANAGE),
        }
        return await visit.page(session, "operator/covers.html", context)


@get("/covers/new")
async def show_form(visit: GivenVisit) -> Answer:
    """Show the form of a new cover."""
    _require(visit, COVER_MANAGE)
    return await _show_form(visit, Form({}), {}, status=200)


@post("/covers/new", status_code=200)
async def send_cover(visit: GivenVisit) -> Answer:
    """Open a cover, or show the form again with what is wrong with it."""
    _require(visit, COVER_MANAGE)
    form = await visit.form()
    draft = _draft(form)
    if form.errors:
        return await _show_form(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        cover = await opening.open_cover(session, visit.actor, draft=draft, now=visit.now)
        return {"id": str(cover.id)}

    try:
        made = await visit.once(form, "cover.open", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show_form(visit, form, errors_of(refusal, _NAMES, _FIELDS), status=422)
    return visit.go(f"{PLACE}/{made['id']}", "已开立，登记注资后即可赔付")


@get("/covers/{cover_id:uuid}")
async def show_cover(visit: GivenVisit, cover_id: FromPath[UUID]) -> Answer:
    """Show one cover: its rules, what it has, and the form by which money is put in."""
    _require(visit)
    return await _show(visit, cover_id, Form({}), {}, status=200)


@post("/covers/{cover_id:uuid}/fund", status_code=200)
async def send_funding(visit: GivenVisit, cover_id: FromPath[UUID]) -> Answer:
    """Note what a funder put in."""
    form = await visit.form()
    amount_fen = form.yuan("amount")

    async def take(session: AsyncSession) -> object:
        return await opening.fund_cover(
            session,
            visit.actor,
            cover_id=cover_id,
            amount_fen=amount_fen,
            reference=form.text("reference"),
            now=visit.now,
        )

    return await _press(visit, cover_id, form, "fund", take, done="已登记注资")


@post("/covers/{cover_id:uuid}/close", status_code=200)
async def send_closing(visit: GivenVisit, cover_id: FromPath[UUID]) -> Answer:
    """Close it."""

    async def take(session: AsyncSession) -> object:
        return await opening.close_cover(session, visit.actor, cover_id=cover_id, now=visit.now)

    return await _press(visit, cover_id, await visit.form(), "close", take, done="已停用")


def _draft(form: Form) -> opening.CoverDraft:
    form.require("name", "funderName")
    return opening.CoverDraft(
        name=form.text("name"),
        funder=form.choice("funder", FunderKind) or FunderKind.CITY,
        funder_name=form.text("funderName"),
        per_claim_fen=form.yuan("perClaim"),
        merchant_year_fen=form.yuan("merchantYear"),
        wait_days=form.whole("waitDays"),
        within_days=form.whole("withinDays"),
        programme_id=form.id("programme") if form.text("programme") else None,
    )


async def _show_form(visit: Visit, form: Form, errors: Mapping[str, str], *, status: int) -> Answer:
    context = {
        "form": form,
        "errors": errors,
        "funders": _FUNDERS,
        "max_name": opening.MAX_NAME,
        "max_days": MAX_WAIT_DAYS,
        "wait_days": WAIT_DAYS,
        "within_days": WITHIN_DAYS,
    }
    async with visit.reading() as session:
        return await visit.page(session, "operator/cover_form.html", context, status=status)


async def _show(
    visit: Visit, cover_id: UUID, form: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    async with visit.reading() as session:
        cover = await queries.cover_kept(session, visit.actor, cover_id)
        programme = None
        if cover.programme_id is not None:
            programme = await programme_seen(session, cover.programme_id)
        context = {
            "cover": cover,
            "programme": programme,
            "balance": (await balances_of(session, cover))[cover.id],
            "may_fund": visit.actor.may(COVER_MANAGE) and cover.closed_at is None,
            "form": form,
            "errors": errors,
            "max_reference": MAX_REFERENCE,
        }
        return await visit.page(session, "operator/cover.html", context, status=status)


async def _press(
    visit: Visit,
    cover_id: UUID,
    form: Form,
    step: str,
    take: Callable[[AsyncSession], Awaitable[object]],
    *,
    done: str,
) -> Answer:
    _require(visit, COVER_MANAGE)
    if form.errors:
        return await _show(visit, cover_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await take(session)
        return {}

    try:
        await visit.once(form, f"cover.{step}", work, cover=cover_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, _NAMES, ("amount", "reference"))
        return await _show(visit, cover_id, form, errors, status=422)
    return visit.go(f"{PLACE}/{cover_id}", done)


def _require(visit: Visit, *more: Permission) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    for permission in (COVER_DECIDE, *more):
        visit.actor.require(permission)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_covers,
    show_form,
    send_cover,
    show_cover,
    send_funding,
    send_closing,
)
