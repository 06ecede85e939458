"""A merchant's statements: the list, one with what it holds, agreeing with it or saying what is wrong."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Permission
from suxin.kernel.refusals import Refusal
from suxin.perks.limits import MAX_REASON
from suxin.perks.settlements import commands, queries
from suxin.perks.settlements.models import Settlement
from suxin.perks.settlements.policies import SETTLEMENT_CONFIRM, SETTLEMENT_READ
from suxin.perks.settlements.states import SettlementState
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.operator.list_file_pages import give_file
from suxin_tenants.operator.list_files import Format, Sheet
from suxin_tenants.paging import read_page
from suxin_tenants.perks.settlement_words import STATES, lines_sheet, month_zh, settlement_context
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_web.refusals import RouteUnknown

PLACE: Final = "/desk/perk-settlements"


@get("/perk-settlements")
async def show_settlements(visit: GivenVisit) -> Answer:
    """Show the tenant's statements, newest first."""
    _require(visit)
    async with visit.reading() as session:
        statement = queries.own_settlements(visit.actor)
        page = await read_page(session, visit.request, statement, Settlement.id, kept={})
        context = {"page": page, "states": STATES, "month_zh": month_zh}
        return await visit.page(session, "perks/settlements.html", context)


@get("/perk-settlements/{settlement_id:uuid}")
async def show_settlement(visit: GivenVisit, settlement_id: FromPath[UUID]) -> Answer:
    """Show one statement with what it holds of each programme."""
    _require(visit)
    return await _show(visit, settlement_id, Form({}), {}, status=200)


@get("/perk-settlements/{settlement_id:uuid}/lines/{form:str}")
async def send_lines(
    visit: GivenVisit, settlement_id: FromPath[UUID], form: FromPath[str]
) -> Stream:
    """Give a statement's lines as a file."""
    _require(visit)
    return await lines_file(visit, settlement_id, form)


@post("/perk-settlements/{settlement_id:uuid}/confirm", status_code=200)
async def send_confirm(visit: GivenVisit, settlement_id: FromPath[UUID]) -> Answer:
    """Agree with it."""

    async def take(session: AsyncSession, _: Form) -> object:
        return await commands.confirm_settlement(
            session, visit.actor, settlement_id=settlement_id, now=visit.now
        )

    return await _press(visit, settlement_id, "confirm", take, done="已确认，等待运营方审批")


@post("/perk-settlements/{settlement_id:uuid}/dispute", status_code=200)
async def send_dispute(visit: GivenVisit, settlement_id: FromPath[UUID]) -> Answer:
    """Say what is wrong with it."""

    async def take(session: AsyncSession, form: Form) -> object:
        return await commands.dispute_settlement(
            session,
            visit.actor,
            settlement_id=settlement_id,
            reason=form.text("reason"),
            now=visit.now,
        )

    return await _press(
        visit, settlement_id, "dispute", take, done="已提出异议，运营方答复后再确认"
    )


async def lines_file(visit: Visit, settlement_id: UUID, form: str) -> Stream:
    """Give a statement's lines as a file to whoever may see it.

    :raises RouteUnknown: if no list is given in this form
    """
    if form not in set(Format):
        raise RouteUnknown

    async def read(session: AsyncSession, given: Visit) -> Sheet:
        return await lines_sheet(session, given, settlement_id)

    return await give_file(visit, "perk-settlement", read, Format(form))


async def _show(
    visit: Visit, settlement_id: UUID, form: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    async with visit.reading() as session:
        context = await settlement_context(session, visit, settlement_id)
        found = context["settlement"]
        assert isinstance(found, Settlement)  # noqa: S101 - what the context is of
        waits = found.state is SettlementState.DRAWN_UP
        context |= {
            "may_answer": waits and visit.actor.may(SETTLEMENT_CONFIRM),
            "max_reason": MAX_REASON,
            "form": form,
            "errors": errors,
        }
        return await visit.page(session, "perks/settlement.html", context, status=status)


async def _press(
    visit: Visit,
    settlement_id: UUID,
    step: str,
    take: Callable[[AsyncSession, Form], Awaitable[object]],
    *,
    done: str,
) -> Answer:
    _require(visit, SETTLEMENT_CONFIRM)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await take(session, form)
        return {}

    try:
        await visit.once(form, f"perk_settlement.{step}", work, settlement=settlement_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, ("reason",))
        return await _show(visit, settlement_id, form, errors, status=422)
    return visit.go(f"{PLACE}/{settlement_id}", done)


def _require(visit: Visit, *more: Permission) -> None:
    visit.require_kind(TenantKind.MERCHANT, TenantKind.ATTRACTION)
    for permission in (SETTLEMENT_READ, *more):
        visit.actor.require(permission)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_settlements,
    show_settlement,
    send_lines,
    send_confirm,
    send_dispute,
)
