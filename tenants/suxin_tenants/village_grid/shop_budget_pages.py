"""A year's budget at a village's desk, with its report as a page and as files; the shop's days; and months with their statements."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin.shop import budgets, goods, months, queries
from suxin.shop.accounts import FEN_PER_POINT
from suxin.shop.models import ShopBudget
from suxin.shop.policies import BUDGET_CONFIRM, BUDGET_PROPOSE, MONTH_CLOSE, TERMS_SET
from suxin.shop.queries.statements import Statement, statements
from suxin_tenants.forms import Form
from suxin_tenants.operator.list_file_pages import give_file
from suxin_tenants.operator.list_files import Cell, Column, Format, Sheet, Value
from suxin_tenants.village_grid.shop_words import BUDGETS, PLACE, require, rights
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_web.refusals import RouteUnknown

_FIELDS: Final = ("amount", "source", "year", "opensOn", "closesOn", "monthPoints")
_SHOWN: Final = 24
_MONTH_DIGITS: Final = 7


@get("/shop/budget")
async def show_budget(visit: GivenVisit) -> Answer:
    """Show how a year's budget stands, what was given out of it, and what was proposed for it."""
    require(visit)
    return await _show(visit, Form({}), {}, status=200)


@post("/shop/budget", status_code=200)
async def send_budget(visit: GivenVisit) -> Answer:
    """Propose an amount for a year."""
    require(visit, BUDGET_PROPOSE)
    form = await visit.form()
    form.require("source")
    year, amount_fen = form.whole("year"), form.yuan("amount")
    if form.errors:
        return await _show(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await budgets.propose_budget(
            session,
            visit.actor,
            year=year,
            amount_fen=amount_fen,
            source=form.text("source"),
            now=visit.now,
        )
        return {}

    try:
        await visit.once(form, "shop.budget.propose", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, form, errors_of(refusal, {}, _FIELDS), status=422)
    return visit.go(f"{PLACE}/budget?year={year}", "已提出，待另一人确认")


@post("/shop/budget/{budget_id:uuid}/confirm", status_code=200)
async def send_confirm(visit: GivenVisit, budget_id: FromPath[UUID]) -> Answer:
    """Confirm an amount that another person proposed."""
    require(visit, BUDGET_CONFIRM)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await budgets.confirm_budget(session, visit.actor, budget_id=budget_id, now=visit.now)
        return {}

    return await visit.press("shop.budget.confirm", work, back=f"{PLACE}/budget", done="预算已到位", budget=budget_id)  # fmt: skip


@post("/shop/budget/{budget_id:uuid}/drop", status_code=200)
async def send_drop(visit: GivenVisit, budget_id: FromPath[UUID]) -> Answer:
    """Let nothing come of an amount."""
    require(visit, BUDGET_PROPOSE)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await budgets.drop_budget(session, visit.actor, budget_id=budget_id, now=visit.now)
        return {}

    return await visit.press("shop.budget.drop", work, back=f"{PLACE}/budget", done="已作废", budget=budget_id)  # fmt: skip


@post("/shop/terms", status_code=200)
async def send_terms(visit: GivenVisit) -> Answer:
    """Say on which days the shop is open, and how many points a household may spend in a month."""
    require(visit, TERMS_SET)
    form = await visit.form()
    opens_on, closes_on = form.whole("opensOn"), form.whole("closesOn")
    month_points = form.whole("monthPoints") if form.text("monthPoints") else None
    if form.errors:
        return await _show(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await goods.set_terms(
            session,
            visit.actor,
            opens_on=opens_on,
            closes_on=closes_on,
            month_points=month_points,
            now=visit.now,
        )
        return {}

    try:
        await visit.once(form, "shop.terms", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, form, errors_of(refusal, {}, _FIELDS), status=422)
    return visit.go(f"{PLACE}/budget", "开放日已设定")


@get("/shop/budget/{year:int}/{form:str}")
async def send_report(visit: GivenVisit, year: FromPath[int], form: FromPath[str]) -> Stream:
    """Give a year's report as a file: what was put up and used, and what was given, good by good."""
    require(visit)
    if form not in set(Format):
        raise RouteUnknown

    async def read(session: AsyncSession, given: Visit) -> Sheet:
        return await _report(session, given, year)

    return await give_file(visit, "shop-budget", read, Format(form))


@get("/shop/months")
async def show_months(visit: GivenVisit) -> Answer:
    """Show the statements of a month, as the village's and each household's, and the months that were closed."""
    require(visit)
    async with visit.reading() as session:
        month = _month(visit)
        of_households = await statements(session, visit.actor, month=month)
        closed = queries.own_months(visit.actor).limit(_SHOWN)
        context = {
            "month": month,
            "statements": of_households,
            "sums": _sums(of_households),
            "closed": await queries.own_month(session, visit.actor, month),
            "months": (await session.scalars(closed)).all(),
            "over": month < local_day(visit.world_now).replace(day=1),
            "may": rights(visit),
        }
        return await visit.page(session, "village_grid/shop_months.html", context)


@post("/shop/months/{month:str}/close", status_code=200)
async def send_close(visit: GivenVisit, month: FromPath[str]) -> Answer:
    """Close a month."""
    require(visit, MONTH_CLOSE)
    first = _read_month(month)
    if first is None:
        raise RouteUnknown

    async def work(session: AsyncSession) -> dict[str, Any]:
        await months.close_month(session, visit.actor, month=first, now=visit.now)
        return {}

    return await visit.press("shop.month.close", work, back=f"{PLACE}/months?month={month}", done="已月结，结余转入下月", month=month)  # fmt: skip


def _read_month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == _MONTH_DIGITS else None
    except ValueError:
        return None


def _month(visit: Visit) -> date:
    asked = _read_month(visit.request.query_params.get("month", ""))
    return asked or local_day(visit.world_now).replace(day=1)


def _sums(of_households: Sequence[Statement]) -> dict[str, int]:
    return {
        name: sum(getattr(one, name) for one in of_households)
        for name in ("opening", "earned", "lost", "spent", "closing")
    }


def _year(visit: Visit) -> int:
    text, this_year = visit.request.query_params.get("year", ""), local_day(visit.world_now).year
    asked = int(text) if text.isascii() and text.isdigit() else this_year
    return asked if this_year - 10 <= asked <= this_year + 1 else this_year


async def _report(session: AsyncSession, visit: Visit, year: int) -> Sheet:
    stands = await queries.own_year(session, visit.actor, year)
    given = await queries.goods_of_year(session, visit.actor, year)
    rows: list[Sequence[Value]] = [
        ("预算到位", None, None, stands.put_up_fen),
        *((f"{one.name}（{one.unit}）", one.pieces, one.points, one.points * FEN_PER_POINT) for one in given),
        ("已使用", None, stands.used_fen // FEN_PER_POINT, stands.used_fen),
        ("待发放占用", None, stands.held_fen // FEN_PER_POINT, stands.held_fen),
        ("结余", None, stands.left_fen // FEN_PER_POINT, stands.left_fen),
    ]  # fmt: skip

    async def each() -> AsyncIterator[Sequence[Value]]:
        for row in rows:
            yield row

    columns = (
        Column("项目"),
        Column("数量", Cell.COUNT),
        Column("积分", Cell.COUNT),
        Column("金额", Cell.YUAN),
    )
    return Sheet(f"积分超市{year}年预算报告", columns, each())


async def _show(visit: Visit, form: Form, errors: Mapping[str, str], *, status: int) -> Answer:
    async with visit.reading() as session:
        year, this_year = _year(visit), local_day(visit.world_now).year
        proposed = queries.own_budgets(visit.actor).where(ShopBudget.year == year).limit(_SHOWN)
        context = {
            "year": year,
            "years": [(str(one), f"{one} 年") for one in (this_year, this_year + 1)],
            "budget": await queries.own_year(session, visit.actor, year),
            "given": await queries.goods_of_year(session, visit.actor, year),
            "amounts": (await session.scalars(proposed)).all(),
            "states": BUDGETS,
            "terms": await queries.own_terms(session, visit.actor),
            "fen_per_point": FEN_PER_POINT,
            "form": form,
            "errors": errors,
            "may": rights(visit),
        }
        return await visit.page(session, "village_grid/shop_budget.html", context, status=status)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_budget,
    send_budget,
    send_confirm,
    send_drop,
    send_terms,
    send_report,
    show_months,
    send_close,
)
