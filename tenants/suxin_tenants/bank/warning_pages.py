"""The bank's warnings: the list, one warning with the record behind it, and what the bank did about it."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.lending import policies
from suxin.lending.loans.contracts import MAX_NOTE
from suxin.lending.loans.queries import own_loan
from suxin.lending.warnings import queries
from suxin.lending.warnings.answering import acknowledge_warning, act_on_warning, dismiss_warning
from suxin.lending.warnings.models import LoanWarning
from suxin.lending.warnings.states import (
    OPEN,
    Evidence,
    FalseAlarmReason,
    Severity,
    WarningAction,
    WarningState,
)
from suxin.subjects.models import CatalogueItem
from suxin.subjects.policies import RECORD_READ
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form, options
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

PLACE: Final = "/desk/warnings"
STATES: Final[Mapping[WarningState, Said]] = {
    WarningState.RAISED: ("待签收", "warn"),
    WarningState.ACKNOWLEDGED: ("处理中", "info"),
    WarningState.ACTED: ("已处置", "good"),
    WarningState.FALSE_ALARM: ("误报", "plain"),
    WarningState.LAPSED: ("逾期未处理", "bad"),
    WarningState.WITHDRAWN: ("已撤销", "plain"),
}
SEVERITIES: Final[Mapping[Severity, Said]] = {
    Severity.HIGH: ("高", "bad"),
    Severity.MEDIUM: ("中", "warn"),
    Severity.LOW: ("低", "plain"),
}
TABS: Final[Mapping[str, tuple[str, frozenset[WarningState]]]] = {
    "open": ("待处理", frozenset(OPEN)),
    "answered": ("已处理", frozenset({WarningState.ACTED, WarningState.FALSE_ALARM})),
    "withdrawn": ("已撤销", frozenset({WarningState.WITHDRAWN})),
    "all": ("全部", frozenset()),
}
_FIELDS: Final = ("answer", "note")


@get("/warnings")
async def show_warnings(visit: GivenVisit) -> Answer:
    """Show the bank's warnings, newest first: those that wait for an answer, unless another tab or severity is asked for."""
    _require(visit)
    state = visit.request.query_params.get("state", "open")
    state = state if state in TABS else "open"
    severity = _severity(visit.request.query_params.get("severity", ""))
    async with visit.reading() as session:
        statement, states = queries.warnings_in_reach(visit.actor), TABS[state][1]
        if states:
            statement = statement.where(LoanWarning.state.in_(states))
        if severity is not None:
            statement = statement.where(LoanWarning.severity == severity)
        kept = {"state": state, "severity": "" if severity is None else severity.value}
        page = await read_page(session, visit.request, statement, LoanWarning.id, kept=kept)
        counts = await queries.warning_counts(session, visit.actor)
        context = {
            "page": page,
            "tabs": [(key, _tab(zh, among, counts)) for key, (zh, among) in TABS.items()],
            "state": state,
            "severity": kept["severity"],
            "choices": [("", "全部"), *options(Severity)],
            "states": STATES,
            "severities": SEVERITIES,
        }
        return await visit.page(session, "bank/warnings.html", context)


@get("/warnings/{warning_id:uuid}")
async def show_warning(visit: GivenVisit, warning_id: FromPath[UUID]) -> Answer:
    """Show one warning; the record behind it is read on the borrower's consent, and leaves a receipt that he sees."""
    return await _show(visit, warning_id, Form({}), status=200)


@post("/warnings/{warning_id:uuid}/acknowledge", status_code=200)
async def send_acknowledge(visit: GivenVisit, warning_id: FromPath[UUID]) -> Answer:
    """Take a warning up."""
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await acknowledge_warning(session, visit.actor, warning_id=warning_id, now=visit.now)
        return {}

    back = f"{PLACE}/{warning_id}"
    return await visit.press(
        "warning.acknowledge", work, back=back, done="已签收", warning=warning_id
    )


@post("/warnings/{warning_id:uuid}/act", status_code=200)
async def send_act(visit: GivenVisit, warning_id: FromPath[UUID]) -> Answer:
    """Say what was done about a warning, or show the form again with what is wrong with it."""

    async def work(session: AsyncSession, action: WarningAction, note: str) -> None:
        await act_on_warning(
            session, visit.actor, warning_id=warning_id, action=action, note=note, now=visit.now
        )

    return await _answer(visit, warning_id, "act", kind=WarningAction, work=work, done="已登记处置")


@post("/warnings/{warning_id:uuid}/dismiss", status_code=200)
async def send_dismiss(visit: GivenVisit, warning_id: FromPath[UUID]) -> Answer:
    """Call a warning a false alarm, or show the form again with what is wrong with it."""

    async def work(session: AsyncSession, reason: FalseAlarmReason, note: str) -> None:
        await dismiss_warning(
            session, visit.actor, warning_id=warning_id, reason=reason, note=note, now=visit.now
        )

    return await _answer(
        visit, warning_id, "dismiss", kind=FalseAlarmReason, work=work, done="已标为误报"
    )


async def _answer(
    visit: Visit,
    warning_id: UUID,
    step: str,
    *,
    kind: type[StrEnum],
    work: Callable[[AsyncSession, Any, str], Awaitable[None]],
    done: str,
) -> Answer:
    _require(visit)
    visit.actor.require(policies.LOAN_MANAGE)
    form = await visit.form()
    answer = form.choice("answer", kind)
    form.require("note")
    if answer is None or form.errors:
        return await _show(visit, warning_id, form, step=step, status=422)

    async def carried_out(session: AsyncSession) -> dict[str, Any]:
        await work(session, answer, form.text("note"))
        return {}

    try:
        await visit.once(form, f"warning.{step}", carried_out, warning=warning_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        for name, message in errors_of(refusal, {}, _FIELDS).items():
            form.fail(name, message)
        return await _show(visit, warning_id, form, step=step, status=422)
    return visit.go(f"{PLACE}/{warning_id}", done)


async def _show(
    visit: Visit, warning_id: UUID, form: Form, *, step: str = "", status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        warning = await queries.own_warning(session, visit.actor, warning_id)
        loan = await own_loan(session, visit.actor, warning.loan_id)
        may_read = visit.actor.may(RECORD_READ)
        found = await queries.evidence_of(session, visit.actor, warning) if may_read else None
        item = await session.get(CatalogueItem, warning.item_code) if warning.item_code else None
        may = visit.actor.may(policies.LOAN_MANAGE)
        context = {
            "warning": warning,
            "loan": loan,
            "item": item,
            "of_grade": warning.evidence is Evidence.GRADE,
            "found": found,
            "may_read": may_read,
            "state": STATES[warning.state],
            "severity": SEVERITIES[warning.severity],
            "may_acknowledge": may and warning.state in (WarningState.RAISED, WarningState.LAPSED),
            "may_answer": may and warning.state is WarningState.ACKNOWLEDGED,
            "forms": (
                ("act", "登记处置", "采取的措施", options(WarningAction)),
                ("dismiss", "标为误报", "误报原因", options(FalseAlarmReason)),
            ),
            "typed": form,
            "step": step,
            "max_note": MAX_NOTE,
        }
        return await visit.page(session, "bank/warning.html", context, status=status)


def _tab(zh: str, among: frozenset[WarningState], counts: Mapping[str, int]) -> str:
    return f"{zh} {sum(counts.get(one.value, 0) for one in among)}" if among else zh


def _severity(text: str) -> Severity | None:
    return next((one for one in Severity if one.value == text), None)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(policies.LOAN_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_warnings,
    show_warning,
    send_acknowledge,
    send_act,
    send_dismiss,
)
