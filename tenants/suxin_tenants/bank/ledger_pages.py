"""The bank's own ledgers beside the platform's figures: sending one, what came of it, and every day's sums and differences."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.kernel.row_files import ACCEPTED, FORMATS_ZH
from suxin.kernel.working_days import local_day
from suxin.risk_pool.bank_ledgers import queries
from suxin.risk_pool.bank_ledgers.files import HEADING, MAX_FILE_BYTES, MAX_LINES
from suxin.risk_pool.bank_ledgers.models import BankLedger
from suxin.risk_pool.bank_ledgers.policies import BANK_LEDGER_SEND
from suxin.risk_pool.bank_ledgers.sending import send_ledger
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.ledger_figures import figure
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

_AT: Final = "/desk/bank-ledgers"
_MIB: Final = 1024 * 1024
_FIELDS: Final = ("file", "first", "last")


@get("/bank-ledgers")
async def show_ledgers(visit: GivenVisit) -> Answer:
    """Show the form for a ledger, those that were sent, and the last quarter's days."""
    return await _show(visit, None, {}, status=200)


@post("/bank-ledgers", status_code=200)
async def post_ledger(visit: GivenVisit) -> Answer:
    """Take a ledger and show what came of it, or show the form again with what is wrong with it."""
    _require(visit)
    form, sent = await visit.form_with_bytes("file")
    days = {name: _day(form, name) for name in ("first", "last")}
    if sent is None:
        form.fail("file", "请选择文件")
    first, last = days["first"], days["last"]
    if form.errors or sent is None or first is None or last is None:
        return await _show(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        ledger = await send_ledger(
            session,
            visit.actor,
            first=first,
            last=last,
            name=sent.name,
            content=sent.content,
            now=visit.now,
        )
        return {"id": str(ledger.id)}

    try:
        done = await visit.once(form, "bank_ledger.send", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, form, errors_of(refusal, {}, _FIELDS), status=422)
    return visit.go(f"{_AT}/{done['id']}", "台账已对账")


@get("/bank-ledgers/{ledger_id:uuid}")
async def show_ledger(visit: GivenVisit, ledger_id: FromPath[UUID]) -> Answer:
    """Show what came of a ledger: the day's sums, what differs, and the lines that were not taken."""
    _require(visit)
    async with visit.reading() as session:
        ledger = await queries.own_ledger(session, visit.actor, ledger_id)
        day = ledger.to_day
        context = {
            "ledger": ledger,
            "days": await queries.own_days(session, visit.actor, first=day, last=day),
            "differences": await queries.own_differences(session, visit.actor, first=day, last=day),
            "figure": figure,
            "max_differences": queries.MAX_DIFFERENCES,
        }
        return await visit.page(session, "bank/bank_ledger.html", context)


async def _show(
    visit: Visit, form: Form | None, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    today = local_day(visit.now)
    async with visit.reading() as session:
        context = {
            "page": await read_page(
                session,
                visit.request,
                queries.own_ledgers(visit.actor).order_by(None),
                BankLedger.id,
            ),
            "days": await queries.own_days(
                session,
                visit.actor,
                first=today - timedelta(days=queries.MAX_DAYS - 1),
                last=today,
            ),
            "figure": figure,
            "errors": errors,
            "first": today.replace(day=1) if form is None else form.text("first"),
            "last": today if form is None else form.text("last"),
            "heading": HEADING,
            "formats": FORMATS_ZH,
            "accepted": ACCEPTED,
            "max_mib": MAX_FILE_BYTES // _MIB,
            "max_lines": MAX_LINES,
        }
        return await visit.page(session, "bank/bank_ledgers.html", context, status=status)


def _day(form: Form, name: str) -> date | None:
    try:
        return date.fromisoformat(form.text(name))
    except ValueError:
        form.fail(name, "请填写日期")
        return None


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(BANK_LEDGER_SEND)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_ledgers, post_ledger, show_ledger)
