"""The bank's loans: the list, one loan with its plan, and the forms on which it reports what happened."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.working_days import local_day
from suxin.lending import policies
from suxin.lending.loans import queries
from suxin.lending.loans.models import Loan
from suxin.lending.loans.states import LoanState
from suxin.lending.queries.referrals import own_offer
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.bank.filing_pages import filing_of
from suxin_tenants.bank.loan_forms import ACTS, METHODS, SIGN, Act, open_acts, typed
from suxin_tenants.forms import Form, yuan_text
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

LOAN_STATES: Final[Mapping[LoanState, Said]] = {
    LoanState.SIGNED: ("待放款", "info"),
    LoanState.CANCELLED: ("已撤销", "plain"),
    LoanState.DISBURSED: ("已放款", "good"),
    LoanState.PERFORMING: ("正常还款", "good"),
    LoanState.OVERDUE: ("逾期", "bad"),
    LoanState.SETTLED: ("已结清", "plain"),
    LoanState.COMPENSATED: ("已代偿", "warn"),
    LoanState.RECOVERING: ("追偿中", "warn"),
    LoanState.WRITTEN_OFF: ("已核销", "plain"),
}
TABS: Final[Mapping[str, tuple[str, frozenset[LoanState]]]] = {
    "all": ("全部", frozenset()),
    "signed": ("待放款", frozenset({LoanState.SIGNED})),
    "running": ("还款中", frozenset({LoanState.DISBURSED, LoanState.PERFORMING})),
    "overdue": ("逾期", frozenset({LoanState.OVERDUE})),
    "ended": (
        "已结束",
        frozenset({LoanState.CANCELLED, LoanState.SETTLED, LoanState.WRITTEN_OFF}),
    ),
}
PARTS_SHOWN: Final = 50
"""How many of a loan's latest draw-downs and repayments its page lists."""


@get("/loans")
async def show_loans(visit: GivenVisit) -> Answer:
    """Show the bank's loans, newest first."""
    _require(visit)
    state = visit.request.query_params.get("state", "all")
    state = state if state in TABS else "all"
    async with visit.reading() as session:
        statement, states = queries.loans_in_reach(visit.actor), TABS[state][1]
        if states:
            statement = statement.where(Loan.state.in_(states))
        page = await read_page(session, visit.request, statement, Loan.id, kept={"state": state})
        counts = await queries.loan_counts(session, visit.actor)
        context = {
            "page": page,
            "tabs": {
                key: f"{zh} {sum(counts.get(one, 0) for one in among)}" if among else zh
                for key, (zh, among) in TABS.items()
            },
            "state": state,
            "states": LOAN_STATES,
            "may_report": visit.actor.may(policies.REPAYMENT_REPORT),
        }
        return await visit.page(session, "bank/loans.html", context)


@get("/loans/{loan_id:uuid}")
async def show_loan(visit: GivenVisit, loan_id: FromPath[UUID]) -> Answer:
    """Show one loan with its plan, what was drawn and what was repaid."""
    _require(visit)
    async with visit.reading() as session:
        loan = await queries.own_loan(session, visit.actor, loan_id)
        facts = (await queries.facts_of(session, loan.tenant_id, [loan.id]))[loan.id]
        context = {
            "loan": loan,
            "state": LOAN_STATES[loan.state],
            "acts": open_acts(loan, visit.actor, now=visit.world_now),
            "plan": facts.instalments,
            "today": local_day(visit.world_now),
            "drawdowns": sorted(facts.drawdowns, key=_latest)[:PARTS_SHOWN],
            "repayments": sorted(facts.repayments, key=_latest)[:PARTS_SHOWN],
            **await filing_of(session, visit.actor, loan),
        }
        return await visit.page(session, "bank/loan.html", context)


@get("/offers/{offer_id:uuid}/contract")
async def show_contract(visit: GivenVisit, offer_id: FromPath[UUID]) -> Answer:
    """Show the form for the contract on an offer, or the loan where it was signed already."""
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(policies.LOAN_READ)
    async with visit.reading() as session:
        await own_offer(session, visit.actor, offer_id)
        loan = await queries.loan_on_offer(session, visit.actor, offer_id)
    if loan is not None:
        return visit.go(_at(loan.id))
    return await _show_form(visit, SIGN, offer_id, None, status=200)


@post("/offers/{offer_id:uuid}/contract", status_code=200)
async def send_contract(visit: GivenVisit, offer_id: FromPath[UUID]) -> Answer:
    """Record that the contract is signed, or show the form again with what is wrong with it."""
    return await _send(visit, SIGN, offer_id)


@get("/loans/{loan_id:uuid}/{act:str}")
async def show_act(visit: GivenVisit, loan_id: FromPath[UUID], act: FromPath[str]) -> Answer:
    """Show the form of something that is reported of a loan."""
    return await _show_form(visit, _act(act), loan_id, None, status=200)


@post("/loans/{loan_id:uuid}/{act:str}", status_code=200)
async def send_act(visit: GivenVisit, loan_id: FromPath[UUID], act: FromPath[str]) -> Answer:
    """Report it, or show the form again with what is wrong with it."""
    return await _send(visit, _act(act), loan_id)


def _act(code: str) -> Act:
    if code not in ACTS:
        raise NotFound(thing_zh="办理事项", thing_en="act")
    return ACTS[code]


async def _send(visit: Visit, act: Act, about: UUID) -> Answer:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(act.permission)
    form = await visit.form()
    values = typed(act, form)
    if form.errors:
        return await _show_form(visit, act, about, form, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        if act.code == "repay":
            loan = await queries.own_loan(session, visit.actor, about)
            values["contractNumber"] = loan.contract_number
        done = await act.work(session, visit.actor, about, values, visit.world_now)
        return {"id": str(done)}

    try:
        done = await visit.once(form, f"loan.{act.code}", work, about=about)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        for name, message in errors_of(refusal, {}, [one.name for one in act.fields]).items():
            form.fail(name, message)
        return await _show_form(visit, act, about, form, status=422)
    return visit.go(_at(done["id"]), act.done)


async def _show_form(
    visit: Visit, act: Act, about: UUID, form: Form | None, *, status: int
) -> Answer:
    _require(visit)
    visit.actor.require(act.permission)
    async with visit.reading() as session:
        if act is SIGN:
            offer = await own_offer(session, visit.actor, about)
            loan, back = None, f"/desk/referrals/{offer.referral_id}"
            at = f"/desk/offers/{about}/contract"
        else:
            offer, loan = None, await queries.own_loan(session, visit.actor, about)
            back, at = _at(about), f"{_at(about)}/{act.code}"
        first = {} if loan is None else _first_values(loan, act, visit)
        context = {
            "act": act,
            "at": at,
            "back": back,
            "offer": offer,
            "loan": loan,
            "values": first
            if form is None
            else {one.name: form.text(one.name) for one in act.fields},
            "errors": {} if form is None else form.errors,
            "methods": METHODS,
        }
        return await visit.page(session, "bank/loan_form.html", context, status=status)


def _first_values(loan: Loan, act: Act, visit: Visit) -> dict[str, str]:
    today = local_day(visit.world_now).isoformat()
    if act.code == "draw":
        return {"amountFen": yuan_text(loan.drawable_fen), "drawnOn": today}
    if act.code == "renew":
        return {
            "rateBps": f"{loan.rate_bps / 100:.2f}",
            "termMonths": str(loan.term_months),
            "repaymentMethod": loan.repayment_method.value,
        }
    return {"paidOn": today} if act.code == "repay" else {}


def _latest(part: Any) -> int:  # noqa: ANN401 - a draw-down or a repayment
    return -int(part.id)


def _at(loan_id: UUID | str) -> str:
    return f"/desk/loans/{loan_id}"


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(policies.LOAN_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_loans,
    show_loan,
    show_contract,
    send_contract,
    show_act,
    send_act,
)
