"""Loans as the borrower sees them: the contract, what was drawn, the plan with what is paid of it, and where the loan stands."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.lending.loans.models import Loan, LoanDrawdown, LoanInstalment
from suxin.lending.loans.queries import Facts, facts_of, loans_of
from suxin.lending.loans.states import LoanState
from suxin.lending.queries.requests import own_request
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.filings.queries import filing_of_loan
from suxin.tenancy.models import Tenant
from suxin.tenancy.queries import tenants_by_id
from suxin_mini_program.answering import answer
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import Label, labelled
from suxin_mini_program.paging import Page, PageQuery, listed
from suxin_mini_program.reading import AnyRequest, path_id, read_query
from suxin_mini_program.recipients import recipient_view
from suxin_mini_program.reference import BankView
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "贷款"


class PoolFilingView(msgspec.Struct, rename="camel", kw_only=True):
    """That a risk pool stands behind a loan: since when, and whether it does still. The borrower owes all of it either way."""

    state: Label
    filed_at: datetime
    released_at: datetime | None
    release: Label | None


class LoanView(msgspec.Struct, rename="camel", kw_only=True):
    """A loan; ``nextDue…`` is what falls due next and is not covered, an overdue instalment first, none where nothing is.

    ``coolingOff`` says that the contract can still be cancelled without cost, by telling the bank; ``poolFiling`` is there once the bank has
    filed the loan in a risk pool.
    """

    id: UUID
    bank: BankView
    contract_number: str
    state: Label
    principal_fen: int
    drawn_fen: int
    outstanding_fen: int
    rate_bps: int
    term_months: int
    repayment_method: Label
    guarantee: Label
    signed_at: datetime
    cooling_off: bool
    cooling_off_ends_at: datetime
    first_drawn_on: date | None
    ends_on: date | None
    next_due_on: date | None
    next_due_fen: int | None
    overdue_days: int
    overdue_since: date | None
    renews_id: UUID | None
    pool_filing: PoolFilingView | None


class LoanInstalmentView(msgspec.Struct, rename="camel", kw_only=True):
    """What is due on one day, and what of it is paid."""

    number: int
    due_on: date
    principal_fen: int
    interest_fen: int
    fee_fen: int
    total_fen: int
    paid_fen: int
    paid: bool


class LoanDrawdownView(msgspec.Struct, rename="camel", kw_only=True):
    """Money that was paid out."""

    id: UUID
    drawn_on: date
    amount_fen: int


LOANS: Final = Contract(
    tag=TAG,
    zh="申请签订的贷款：余额、下一还款日、逾期与冷静期",
    en="The loans that came of a request: what is owed, what falls due next, days overdue and the cooling-off period",
    query=PageQuery,
    answer=Page[LoanView],
    refusals=(NotFound,),
)
INSTALMENTS: Final = Contract(
    tag=TAG,
    zh="一笔贷款的还款计划及已还部分，由近及远",
    en="The plan of a loan and what of it is paid, as it falls due",
    query=PageQuery,
    answer=Page[LoanInstalmentView],
    refusals=(NotFound,),
)
DRAWDOWNS: Final = Contract(
    tag=TAG,
    zh="一笔贷款的放款记录，最早在前",
    en="What was paid out under a loan, oldest first",
    query=PageQuery,
    answer=Page[LoanDrawdownView],
    refusals=(NotFound,),
)


@get("/loan-requests/{request_id:str}/loans", opt=LOANS.opt)
async def list_loans(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, request_id: FromPath[str]
) -> Response[bytes]:
    """List the loans that came of a request."""
    wanted, query, now = path_id(request_id), read_query(request, PageQuery), runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        loans = await _loans(session, actor, wanted)
        banks = await session.scalars(tenants_by_id({loan.tenant_id for loan in loans}))
        by_id = {bank.id: bank for bank in banks}
        facts, filings = await _facts(session, loans), await _filings(session, loans)
        return answer(
            listed(
                loans,
                query,
                name=f"loans:{wanted}",
                view=lambda loan: _view(
                    loan, by_id.get(loan.tenant_id), facts[loan.id], filings.get(loan.id), now
                ),
            )
        )


@get("/loan-requests/{request_id:str}/loans/{loan_id:str}/instalments", opt=INSTALMENTS.opt)
async def list_instalments(
    request: AnyRequest,
    runtime: GivenRuntime,
    actor: GivenActor,
    request_id: FromPath[str],
    loan_id: FromPath[str],
) -> Response[bytes]:
    """List a loan's plan."""
    wanted, query = (path_id(request_id), path_id(loan_id)), read_query(request, PageQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        loan = await own_loan(session, actor, *wanted)
        facts = await _facts(session, [loan])
        found = facts[loan.id].instalments
        return answer(listed(found, query, name=f"instalments:{loan.id}", view=_instalment_view))


@get("/loan-requests/{request_id:str}/loans/{loan_id:str}/drawdowns", opt=DRAWDOWNS.opt)
async def list_drawdowns(
    request: AnyRequest,
    runtime: GivenRuntime,
    actor: GivenActor,
    request_id: FromPath[str],
    loan_id: FromPath[str],
) -> Response[bytes]:
    """List what was paid out under a loan."""
    wanted, query = (path_id(request_id), path_id(loan_id)), read_query(request, PageQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        loan = await own_loan(session, actor, *wanted)
        facts = await _facts(session, [loan])
        found = sorted(facts[loan.id].drawdowns, key=lambda one: (one.drawn_on, one.id))
        return answer(listed(found, query, name=f"drawdowns:{loan.id}", view=_drawdown_view))


async def _loans(session: AsyncSession, actor: Actor, request_id: UUID) -> Sequence[Loan]:
    await own_request(session, actor, request_id)
    return (await session.scalars(loans_of(actor.own_subject, request_id))).all()


async def own_loan(session: AsyncSession, actor: Actor, request_id: UUID, loan_id: UUID) -> Loan:
    """Return one of the loans that came of the actor's request.

    :raises NotFound: if the request is not his, or the loan is none of it
    """
    for loan in await _loans(session, actor, request_id):
        if loan.id == loan_id:
            return loan
    raise NotFound(thing_zh="贷款", thing_en="loan")


async def _facts(session: AsyncSession, loans: Iterable[Loan]) -> dict[UUID, Facts]:
    """Return what was reported of each loan; a request's loans are one bank's, one that renews another."""
    found: dict[UUID, Facts] = {}
    for loan in loans:
        found |= {loan.id: (await facts_of(session, loan.tenant_id, [loan.id]))[loan.id]}
    return found


async def _filings(session: AsyncSession, loans: Iterable[Loan]) -> dict[UUID, PoolFiling]:
    """Return which of a request's loans are filed in a risk pool."""
    found: dict[UUID, PoolFiling] = {}
    for loan in loans:
        filing = await filing_of_loan(session, tenant_id=loan.tenant_id, loan_id=loan.id)
        if filing is not None:
            found[loan.id] = filing
    return found


def _view(
    loan: Loan, bank: Tenant | None, facts: Facts, filing: PoolFiling | None, now: datetime
) -> LoanView:
    due = next((one for one in facts.instalments if _open_fen(one)), None)
    return LoanView(
        id=loan.id,
        bank=recipient_view(loan.tenant_id, bank),
        contract_number=loan.contract_number,
        state=labelled(loan.state),
        principal_fen=loan.principal_fen,
        drawn_fen=loan.drawn_fen,
        outstanding_fen=loan.outstanding_fen,
        rate_bps=loan.rate_bps,
        term_months=loan.term_months,
        repayment_method=labelled(loan.repayment_method),
        guarantee=labelled(loan.guarantee),
        signed_at=loan.signed_at,
        cooling_off=loan.state is LoanState.SIGNED and now < loan.cooling_off_ends_at,
        cooling_off_ends_at=loan.cooling_off_ends_at,
        first_drawn_on=loan.first_drawn_on,
        ends_on=loan.ends_on,
        next_due_on=None if due is None else due.due_on,
        next_due_fen=None if due is None else _open_fen(due),
        overdue_days=loan.overdue_days,
        overdue_since=loan.overdue_since,
        renews_id=loan.renews_id,
        pool_filing=None if filing is None else _filing_view(filing),
    )


def _filing_view(filing: PoolFiling) -> PoolFilingView:
    return PoolFilingView(
        state=Label(filing.state.value, filing.state.zh, filing.state.en),
        filed_at=filing.filed_at,
        released_at=filing.released_at,
        release=None if filing.release is None else labelled(filing.release),
    )


def _instalment_view(one: LoanInstalment) -> LoanInstalmentView:
    total = one.principal_fen + one.interest_fen + one.fee_fen
    open_fen = _open_fen(one)
    return LoanInstalmentView(
        number=one.number,
        due_on=one.due_on,
        principal_fen=one.principal_fen,
        interest_fen=one.interest_fen,
        fee_fen=one.fee_fen,
        total_fen=total,
        paid_fen=total - open_fen,
        paid=not open_fen,
    )


def _drawdown_view(one: LoanDrawdown) -> LoanDrawdownView:
    return LoanDrawdownView(id=one.id, drawn_on=one.drawn_on, amount_fen=one.amount_fen)


def _open_fen(one: LoanInstalment) -> int:
    """Return what of an instalment is not covered."""
    paid = one.principal_paid_fen + one.interest_paid_fen + one.fee_paid_fen
    return one.principal_fen + one.interest_fen + one.fee_fen - paid


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (list_loans, list_instalments, list_drawdowns)
