"""The league table at the operator's desk: a quarter's figures of every bank, its versions, and what banks have earned by it.

A correction is asked for with its reason, and counted by the platform; the former version stays and can be looked at.
"""

from collections.abc import Mapping
from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.ledger.queries import account_by_code
from suxin.lending.league import queries
from suxin.lending.league.commands import MAX_REASON, ask_correction, name_banks
from suxin.lending.league.measures import MIN_CASES, REPORTED_WITHIN_DAYS, Measure
from suxin.lending.league.models import LeagueTable
from suxin.lending.league.policies import LEAGUE_KEEP, LEAGUE_READ
from suxin.lending.league.quarters import Quarter
from suxin.risk_pool.incentives.accounts import FUNDS
from suxin.risk_pool.incentives.policies import (
    INCENTIVE_CHECK,
    INCENTIVE_PROPOSE,
    INCENTIVE_READ,
)
from suxin.risk_pool.incentives.queries import rules_for
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.league_words import (
    banks_by_id,
    of_banks,
    table_asked,
    value_words,
)
from suxin_tenants.operator.incentive_lists import runs_shown
from suxin_tenants.operator.league_charts import place_chart
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_web.refusals import RouteUnknown

PLACE: Final = "/desk/league"
QUARTERS_SHOWN: Final = 12


@get("/league")
async def show_league(visit: GivenVisit) -> Answer:
    """Show the latest counted quarter, or the one asked for."""
    _require(visit)
    return await show_league_with(visit, Form({}), {}, status=200)


@post("/league/{code:str}/correct", status_code=200)
async def send_correction(visit: GivenVisit, code: FromPath[str]) -> Answer:
    """Ask for a corrected version of a quarter."""
    quarter = quarter_of(visit, code)
    visit.actor.require(LEAGUE_KEEP)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await ask_correction(
            session, visit.actor, quarter=quarter, reason=form.text("reason"), now=visit.now
        )
        return {}

    try:
        await visit.once(form, "league.correct", work, quarter=quarter.code)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, ("reason",))
        return await show_league_with(visit, form, errors, status=422, quarter=quarter)
    return visit.go(place_of(quarter), "已申请更正，平台随即重新统计，原版本保留")


@post("/league/{code:str}/names", status_code=200)
async def send_names(visit: GivenVisit, code: FromPath[str]) -> Answer:
    """Let banks see each other by name, or no longer."""
    quarter = quarter_of(visit, code)
    visit.actor.require(LEAGUE_KEEP)
    form = await visit.form()
    named = form.text("named") == "yes"

    async def work(session: AsyncSession) -> dict[str, Any]:
        await name_banks(session, visit.actor, quarter=quarter, named=named, now=visit.now)
        return {}

    await visit.once(form, "league.names", work, quarter=quarter.code)
    said = "各行可见彼此名称与数值" if named else "各行只见本行数值与不具名的排序"
    return visit.go(place_of(quarter), said)


async def show_league_with(
    visit: Visit,
    form: Form,
    errors: Mapping[str, str],
    *,
    status: int,
    quarter: Quarter | None = None,
) -> Answer:
    """Show a quarter with what was typed into one of its forms, and what was wrong with that."""
    async with visit.reading() as session:
        table = (
            await table_asked(session, visit)
            if quarter is None
            else await queries.latest_counted(session, quarter)
        )
        context = {
            "measures": tuple(Measure),
            "min_cases": MIN_CASES,
            "within": REPORTED_WITHIN_DAYS,
            "max_reason": MAX_REASON,
            "form": form,
            "errors": errors,
            "table": table,
            "quarters": [],
            **({} if table is None else await _table_context(session, visit, table)),
        }
        return await visit.page(session, "operator/league.html", context, status=status)


def quarter_of(visit: Visit, code: str) -> Quarter:
    """Return the quarter of an address.

    :raises RouteUnknown: if it is none
    """
    _require(visit)
    quarter = Quarter.parse(code)
    if quarter is None:
        raise RouteUnknown
    return quarter


def place_of(quarter: Quarter) -> str:
    """Return where a quarter's page is."""
    return f"{PLACE}?quarter={quarter.code}"


async def _table_context(
    session: AsyncSession, visit: Visit, table: LeagueTable
) -> dict[str, object]:
    quarter, actor = Quarter(table.quarter), visit.actor
    banks = await banks_by_id(session)
    lines = await queries.lines_of(session, actor, quarter=quarter, version=table.version)
    versions = await queries.versions_of(session, quarter)
    counted = await session.scalars(
        queries.tables(actor).where(LeagueTable.version == 1).limit(QUARTERS_SHOWN)
    )
    rows = of_banks(lines, banks)
    may = actor.may
    runs = await runs_shown(session, visit, quarter, banks) if may(INCENTIVE_READ) else None
    return {
        "quarter": quarter,
        "quarters": [Quarter(one.quarter) for one in counted],
        "versions": versions,
        "latest": versions[0].version == table.version,
        "waits": any(one.counted_at is None for one in versions),
        "rows": rows,
        "value": value_words,
        "place_charts": [place_chart(measure, rows) for measure in Measure],
        "may_keep": may(LEAGUE_KEEP),
        "may_propose": may(INCENTIVE_PROPOSE),
        "may_check": may(INCENTIVE_CHECK),
        "runs": runs,
        "alive": any(one.alive for one in runs or ()),
        "funds": await account_by_code(session, book=actor.own_tenant, code=FUNDS),
        "in_force": await rules_for(session, actor, quarter) if may(INCENTIVE_READ) else None,
        "measure_zh": {measure.value: measure.zh for measure in Measure},
    }


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(LEAGUE_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_league, send_correction, send_names)
