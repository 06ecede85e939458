"""Statements at the operator's desk: what waits, one of them, approving it, answering a dispute, and noting its payment."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid, Refusal
from suxin.perks.limits import MAX_REASON, MAX_REFERENCE
from suxin.perks.settlements import commands, queries
from suxin.perks.settlements.models import Settlement
from suxin.perks.settlements.policies import SETTLEMENT_APPROVE
from suxin.perks.settlements.states import SettlementState
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names, tenant_row, tenants_by_id
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.perks.settlement_pages import lines_file
from suxin_tenants.perks.settlement_words import STATES, month_zh, settlement_context
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

PLACE: Final = "/desk/settlement-approvals"
_FIELDS: Final = ("answer", "paidOn", "reference")
TABS: Final[Mapping[str, tuple[str, frozenset[SettlementState]]]] = {
    "waiting": ("待办", frozenset({SettlementState.CONFIRMED, SettlementState.DISPUTED, SettlementState.APPROVED})),
    "merchant": ("待商户确认", frozenset({SettlementState.DRAWN_UP})),
    "paid": ("已付款", frozenset({SettlementState.PAID})),
    "all": ("全部", frozenset()),
}  # fmt: skip


@get("/settlement-approvals")
async def show_settlements(visit: GivenVisit) -> Answer:
    """Show the statements, those that wait for the operator unless others are asked for."""
    _require(visit)
    state = visit.request.query_params.get("state", "waiting")
    state = state if state in TABS else "waiting"
    async with visit.reading() as session:
        statement = queries.settlements_overseen(visit.actor, states=TABS[state][1])
        page = await read_page(
            session, visit.request, statement, Settlement.id, kept={"state": state}
        )
        wanted = {row[0].tenant_id for row in page.rows}
        found = {one.id: one for one in await session.scalars(tenants_by_id(wanted))}
        context = {
            "page": page,
            "tenants": found,
            "tabs": [(key, zh) for key, (zh, _) in TABS.items()],
            "state": state,
            "states": STATES,
            "month_zh": month_zh,
        }
        return await visit.page(session, "operator/settlements.html", context)


@get("/settlement-approvals/{settlement_id:uuid}")
async def show_settlement(visit: GivenVisit, settlement_id: FromPath[UUID]) -> Answer:
    """Show one statement with who did what about it."""
    _require(visit)
    return await _show(visit, settlement_id, Form({}), {}, status=200)


async def _show(
    visit: Visit, settlement_id: UUID, form: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    async with visit.reading() as session:
        context = await settlement_context(session, visit, settlement_id)
        found = context["settlement"]
        assert isinstance(found, Settlement)  # noqa: S101 - what the context is of
        people = [one for one in (found.first_by, found.approved_by, found.paid_by) if one]
        context |= {
            "tenant": await tenant_row(session, found.tenant_id),
            "names": await staff_names(session, visit.actor.own_tenant, people),
            "max_reason": MAX_REASON,
            "max_reference": MAX_REFERENCE,
            "form": form,
            "errors": errors,
        }
        return await visit.page(session, "operator/settlement.html", context, status=status)


@get("/settlement-approvals/{settlement_id:uuid}/lines/{form:str}")
async def send_lines(
    visit: GivenVisit, settlement_id: FromPath[UUID], form: FromPath[str]
) -> Stream:
    """Give a statement's lines as a file."""
    _require(visit)
    return await lines_file(visit, settlement_id, form)


@post("/settlement-approvals/{settlement_id:uuid}/approve", status_code=200)
async def send_approve(visit: GivenVisit, settlement_id: FromPath[UUID]) -> Answer:
    """Approve it; the city's money takes another person besides."""

    async def take(session: AsyncSession, _: Form) -> object:
        return await commands.approve_settlement(
            session, visit.actor, settlement_id=settlement_id, now=visit.now
        )

    return await _press(visit, settlement_id, "approve", take, done="已审批")


@post("/settlement-approvals/{settlement_id:uuid}/answer", status_code=200)
async def send_answer(visit: GivenVisit, settlement_id: FromPath[UUID]) -> Answer:
    """Answer the merchant's dispute."""

    async def take(session: AsyncSession, form: Form) -> object:
        return await commands.answer_dispute(
            session,
            visit.actor,
            settlement_id=settlement_id,
            answer=form.text("answer"),
            now=visit.now,
        )

    return await _press(visit, settlement_id, "answer", take, done="已答复，商户将再次确认")


@post("/settlement-approvals/{settlement_id:uuid}/pay", status_code=200)
async def send_payment(visit: GivenVisit, settlement_id: FromPath[UUID]) -> Answer:
    """Note its payment."""

    async def take(session: AsyncSession, form: Form) -> object:
        return await commands.note_payment(
            session,
            visit.actor,
            settlement_id=settlement_id,
            paid_on=_day(form.text("paidOn")),
            reference=form.text("reference"),
            now=visit.now,
        )

    return await _press(visit, settlement_id, "pay", take, done="已登记付款")


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Invalid(
            field="paidOn", reason_zh="请填写付款日期", reason_en="say on which day it was paid"
        ) from None


async def _press(
    visit: Visit,
    settlement_id: UUID,
    step: str,
    take: Callable[[AsyncSession, Form], Awaitable[object]],
    *,
    done: str,
) -> Answer:
    _require(visit)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await take(session, form)
        return {}

    try:
        await visit.once(form, f"settlement.{step}", work, settlement=settlement_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        # A command calls every text that it is given a reason; here it is an answer.
        errors = errors_of(refusal, {"reason": "answer"}, _FIELDS)
        return await _show(visit, settlement_id, form, errors, status=422)
    return visit.go(f"{PLACE}/{settlement_id}", done)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(SETTLEMENT_APPROVE)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_settlements,
    show_settlement,
    send_lines,
    send_approve,
    send_answer,
    send_payment,
)
