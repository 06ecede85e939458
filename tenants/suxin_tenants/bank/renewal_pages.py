"""The bank's loans that it is asked to renew after a declared disaster: the list, and one with the bank's decision."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.disasters import queries
from suxin.disasters.models import RenewalProposal
from suxin.disasters.renewals import decide_renewal
from suxin.disasters.states import WEATHER_ZH, DisasterState, RenewalState
from suxin.kernel.refusals import Refusal
from suxin.lending import policies
from suxin.lending.loans.contracts import MAX_NOTE
from suxin.lending.loans.states import LoanState
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.area_names import area_names
from suxin_tenants.bank.loan_pages import LOAN_STATES
from suxin_tenants.disaster_words import RENEWAL_STATES, RENEWED
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

PLACE: Final = "/desk/renewals"
TABS: Final[Mapping[str, tuple[str, frozenset[RenewalState]]]] = {
    "open": ("待研究", frozenset({RenewalState.PROPOSED})),
    "decided": ("已答复", frozenset(queries.DECIDED)),
    "over": ("已终止", frozenset({RenewalState.WITHDRAWN, RenewalState.LAPSED})),
    "all": ("全部", frozenset()),
}
_TOLD_THERE: Final = "RENEWAL_NOT_HERE"


@get("/renewals")
async def show_renewals(visit: GivenVisit) -> Answer:
    """Show the bank's loans that it is asked to renew, newest first: those on which it has not decided, unless another tab is asked for."""
    _require(visit)
    state = visit.request.query_params.get("state", "open")
    state = state if state in TABS else "open"
    async with visit.reading() as session:
        statement, states = queries.renewals_in_reach(visit.actor), TABS[state][1]
        if states:
            statement = statement.where(RenewalProposal.state.in_(states))
        page = await read_page(
            session, visit.request, statement, RenewalProposal.id, kept={"state": state}
        )
        counts = await queries.renewal_counts(session, visit.actor)
        loans = [loan.id for _, loan, _ in page.rows]
        renewed = await queries.renewed_by(session, visit.actor, loans)
        context = {
            "page": page,
            "tabs": [(key, _tab(zh, among, counts)) for key, (zh, among) in TABS.items()],
            "state": state,
            "stands": {one.id: _stands(one, renewed) for one, _, _ in page.rows},
        }
        return await visit.page(session, "bank/renewals.html", context)


@get("/renewals/{proposal_id:uuid}")
async def show_renewal(visit: GivenVisit, proposal_id: FromPath[UUID]) -> Answer:
    """Show one loan that the bank is asked to renew."""
    return await _show(visit, proposal_id, Form({}), {}, status=200)


@post("/renewals/{proposal_id:uuid}/agree", status_code=200)
async def send_agreement(visit: GivenVisit, proposal_id: FromPath[UUID]) -> Answer:
    """Agree to renew the loan."""
    done = "已同意，借款人将收到通知；签订新合同后请登记续贷"
    return await _decide(visit, proposal_id, granted=True, done=done)


@post("/renewals/{proposal_id:uuid}/decline", status_code=200)
async def send_refusal(visit: GivenVisit, proposal_id: FromPath[UUID]) -> Answer:
    """Decline to renew the loan."""
    return await _decide(visit, proposal_id, granted=False, done="已答复不续贷，借款人将收到通知")


async def _decide(visit: Visit, proposal_id: UUID, *, granted: bool, done: str) -> Answer:
    _require(visit)
    visit.actor.require(policies.LOAN_MANAGE)
    form = await visit.form()
    form.require("note")
    if form.errors:
        return await _show(visit, proposal_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await decide_renewal(
            session,
            visit.actor,
            proposal_id=proposal_id,
            granted=granted,
            note=form.text("note"),
            now=visit.now,
        )
        return {}

    name = "renewal.agree" if granted else "renewal.decline"
    try:
        await visit.once(form, name, work, proposal=proposal_id)
    except Refusal as refusal:
        if not (can_be_set_right(refusal) or refusal.code == _TOLD_THERE):
            raise
        errors = errors_of(refusal, {}, ("note",))
        return await _show(visit, proposal_id, form, errors, status=422)
    return visit.go(f"{PLACE}/{proposal_id}", done)


async def _show(
    visit: Visit, proposal_id: UUID, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        proposal, loan, disaster = await queries.own_renewal(session, visit.actor, proposal_id)
        renewed = await queries.renewed_by(session, visit.actor, [loan.id])
        may = visit.actor.may(policies.LOAN_MANAGE)
        open_ = proposal.state is RenewalState.PROPOSED and loan.ended_at is None
        context = {
            "proposal": proposal,
            "loan": loan,
            "loan_state": LOAN_STATES[loan.state],
            "disaster": disaster,
            "weather": WEATHER_ZH[disaster.weather],
            "areas": await area_names(session, disaster.areas),
            "state": _stands(proposal, renewed),
            "renewed_id": renewed.get(loan.id),
            "deciding": may and open_ and disaster.state is DisasterState.CONFIRMED,
            "renewing": may
            and proposal.state is RenewalState.AGREED
            and loan.state in (LoanState.DISBURSED, LoanState.PERFORMING),
            "typed": typed,
            "errors": errors,
            "max_note": MAX_NOTE,
        }
        return await visit.page(session, "bank/renewal.html", context, status=status)


def _stands(proposal: RenewalProposal, renewed: Mapping[UUID, UUID]) -> Said:
    return RENEWED if proposal.loan_id in renewed else RENEWAL_STATES[proposal.state]


def _tab(zh: str, among: frozenset[RenewalState], counts: Mapping[str, int]) -> str:
    return f"{zh} {sum(counts.get(one.value, 0) for one in among)}" if among else zh


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(policies.LOAN_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_renewals,
    show_renewal,
    send_agreement,
    send_refusal,
)
