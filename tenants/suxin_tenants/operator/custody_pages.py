"""The custodian's statements: importing one, what came of its lines, matching by hand, and the reconciliation with the book."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.money import format_yuan
from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin.risk_pool.claims.policies import STATEMENT_IMPORT, STATEMENT_READ
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.pools.queries import own_pools
from suxin.risk_pool.reconciliation import queries as reconciliation
from suxin.risk_pool.statements import queries
from suxin.risk_pool.statements.csv_files import ACCOUNT_HEADING, HEADING
from suxin.risk_pool.statements.entries import MAX_ENTRIES, MAX_FILE_BYTES
from suxin.risk_pool.statements.importing import import_statement
from suxin.risk_pool.statements.matching import (
    awaited_in,
    match_line,
    set_line_aside,
    take_line_up,
)
from suxin.risk_pool.statements.models import CustodianLine, CustodianStatement
from suxin.risk_pool.statements.recognising import Awaited
from suxin.risk_pool.statements.states import LineState, Matched
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

LINE_STATES: Final[Mapping[LineState, Said]] = {
    LineState.OPEN: ("待匹配", "warn"),
    LineState.MATCHED: ("已匹配", "good"),
    LineState.SET_ASIDE: ("已搁置", "plain"),
}
LINES_A_PAGE: Final = 50
POOLS_SHOWN: Final = 50
DEFAULT_DAYS: Final = 31
_AT: Final = "/desk/custody"
_MIB: Final = 1024 * 1024


@get("/custody")
async def show_statements(visit: GivenVisit) -> Answer:
    """Show the form for a statement, and those that were imported."""
    return await _show(visit, None, {}, status=200)


@post("/custody", status_code=200)
async def send_statement(visit: GivenVisit) -> Answer:
    """Take a statement and show what came of it, or show the form again with what is wrong with it."""
    _require(visit)
    visit.actor.require(STATEMENT_IMPORT)
    form, sent = await visit.form_with_bytes("file")
    form.require("poolId")
    pool_id = form.id("poolId") if form.text("poolId") else None
    if sent is None:
        form.fail("file", "请选择文件")
    if form.errors or sent is None or pool_id is None:
        return await _show(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        statement = await import_statement(
            session,
            visit.actor,
            pool_id=pool_id,
            name=sent.name,
            content=sent.content,
            sealer=visit.runtime.sealer,
            now=visit.now,
        )
        return {"id": str(statement.id)}

    try:
        done = await visit.once(form, "custody.import", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, ("file", "poolId"))
        return await _show(visit, form, errors, status=422)
    return visit.go(f"{_AT}/{done['id']}", "对账单已导入，正在匹配")


@get("/custody/{statement_id:uuid}")
async def show_statement(visit: GivenVisit, statement_id: FromPath[UUID]) -> Answer:
    """Show what came of a statement: how far its lines are matched, each line, and what was not taken and why."""
    _require(visit)
    async with visit.reading() as session:
        statement = await queries.own_statement(session, visit.actor, statement_id)
        lines = queries.own_lines(visit.actor, statement_id=statement.id)
        page = await read_page(
            session, visit.request, lines.order_by(None), CustodianLine.id, size=LINES_A_PAGE
        )
        may_match = visit.actor.may(STATEMENT_IMPORT)
        context = {
            "statement": statement,
            "pool": await session.get_one(RiskPool, (statement.tenant_id, statement.pool_id)),
            "page": page,
            "states": LINE_STATES,
            "progress": await queries.line_counts(session, visit.actor, statement.id),
            "may_match": may_match,
            "awaited": await _choices(visit, session, statement.pool_id) if may_match else {},
        }
        return await visit.page(session, "operator/custody_statement.html", context)


@post("/custody-lines/{line_id:uuid}/match")
async def send_match(visit: GivenVisit, line_id: FromPath[UUID]) -> Answer:
    """Match a line by hand with what was chosen."""
    _require(visit)
    chosen = (await visit.form()).text("awaited").partition(":")

    async def work(session: AsyncSession) -> dict[str, Any]:
        line = await match_line(
            session,
            visit.actor,
            line_id=line_id,
            matched=Matched(chosen[0]),  # type: ignore[call-arg] # by its value
            matched_id=UUID(chosen[2]),
            now=visit.now,
        )
        return {"statement": str(line.statement_id)}

    return await visit.press(
        "custody.match", work, back=await _back(visit, line_id), done="已匹配", line=line_id
    )


@post("/custody-lines/{line_id:uuid}/set-aside")
async def send_aside(visit: GivenVisit, line_id: FromPath[UUID]) -> Answer:
    """Set a line aside with what it is."""
    _require(visit)
    note = (await visit.form()).text("note")

    async def work(session: AsyncSession) -> dict[str, Any]:
        await set_line_aside(session, visit.actor, line_id=line_id, note=note, now=visit.now)
        return {}

    return await visit.press(
        "custody.aside", work, back=await _back(visit, line_id), done="已搁置", line=line_id
    )


@post("/custody-lines/{line_id:uuid}/take-up")
async def send_take_up(visit: GivenVisit, line_id: FromPath[UUID]) -> Answer:
    """Let a line that was set aside be matched again."""
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await take_line_up(session, visit.actor, line_id=line_id, now=visit.now)
        return {}

    return await visit.press(
        "custody.take_up", work, back=await _back(visit, line_id), done="已恢复", line=line_id
    )


@get("/reconciliation")
async def show_reconciliation(visit: GivenVisit) -> Answer:
    """Show a pool's book beside the custodian's statements: each day, each closing balance, and each difference."""
    _require(visit)
    asked = visit.request.query_params
    today = local_day(visit.now)
    last = _day(asked.get("to", "")) or today
    first = _day(asked.get("from", "")) or last - timedelta(days=DEFAULT_DAYS - 1)
    first = max(first, last - timedelta(days=reconciliation.MAX_DAYS - 1))
    async with visit.reading() as session:
        pools = await _pools(session, visit)
        pool_id = next(
            (one.id for one in pools if str(one.id) == asked.get("pool")),
            pools[0].id if pools else None,
        )
        context: dict[str, object] = {
            "pools": [(str(one.id), one.name) for one in pools],
            "pool_id": str(pool_id or ""),
            "first": first,
            "last": last,
            "reckoned": [],
            "days": [],
            "balances": [],
            "differences": [],
        }
        if pool_id is not None:
            context |= await _compared(visit, session, pool_id, first, last)
        return await visit.page(session, "operator/reconciliation.html", context)


async def _compared(
    visit: Visit, session: AsyncSession, pool_id: UUID, first: date, last: date
) -> dict[str, object]:
    return {
        "reckoned": await reconciliation.reckoned_days(
            session, visit.actor, pool_id=pool_id, first=first, last=last
        ),
        "days": await reconciliation.days_of(
            session, visit.actor, pool_id=pool_id, first=first, last=last
        ),
        "balances": await reconciliation.closing_balances(session, visit.actor, pool_id=pool_id),
        "differences": await reconciliation.differences(
            session, visit.actor, pool_id=pool_id, first=first, last=last
        ),
    }


async def _show(
    visit: Visit, form: Form | None, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        page = await read_page(
            session,
            visit.request,
            queries.own_statements(visit.actor).order_by(None),
            CustodianStatement.id,
        )
        context = {
            "page": page,
            "pools": [(str(one.id), one.name) for one in await _pools(session, visit)],
            "pool_id": "" if form is None else form.text("poolId"),
            "errors": errors,
            "may_import": visit.actor.may(STATEMENT_IMPORT),
            "headings": (ACCOUNT_HEADING, HEADING),
            "max_mib": MAX_FILE_BYTES // _MIB,
            "max_entries": MAX_ENTRIES,
        }
        return await visit.page(session, "operator/custody.html", context, status=status)


async def _pools(session: AsyncSession, visit: Visit) -> list[RiskPool]:
    return list(await session.scalars(own_pools(visit.actor).limit(POOLS_SHOWN)))


async def _choices(
    visit: Visit, session: AsyncSession, pool_id: UUID
) -> dict[tuple[str, int], list[tuple[str, str]]]:
    """Return what a line of a direction and amount may be matched with."""
    choices: dict[tuple[str, int], list[tuple[str, str]]] = {}
    one: Awaited
    for one in await awaited_in(session, visit.actor, pool_id=pool_id):
        value = f"{one.matched.value}:{one.id}"
        words = f"{one.matched.zh} {one.number} {format_yuan(one.amount_fen)}元"
        choices.setdefault((one.direction.value, one.amount_fen), []).append((value, words))
    return choices


async def _back(visit: Visit, line_id: UUID) -> str:
    async with visit.reading() as session:
        line = await session.scalar(
            queries.own_lines(visit.actor).where(CustodianLine.id == line_id)
        )
    return _AT if line is None else f"{_AT}/{line.statement_id}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(STATEMENT_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_statements,
    send_statement,
    show_statement,
    send_match,
    send_aside,
    send_take_up,
    show_reconciliation,
)
