"""Loan requests: asking, looking, taking back."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid, NotFound
from suxin.lending.commands.requests import (
    MAX_NOTE,
    ProductNotOffered,
    RequestForm,
    TooManyLoanRequests,
    submit_request,
    withdraw_request,
)
from suxin.lending.models import DispatchMode, LoanRequest, StepNotPossible
from suxin.lending.queries.requests import own_request, requests_of
from suxin.lending.terms import (
    MAX_AMOUNT_FEN,
    MAX_RATE_BPS,
    MAX_TERM_MONTHS,
    MIN_AMOUNT_FEN,
    MIN_RATE_BPS,
    MIN_TERM_MONTHS,
    GuaranteeMode,
    LoanPurpose,
    LoanTermOutOfRange,
    RepaymentMethod,
    RequestTerms,
)
from suxin_mini_program.answering import answer, newest_page, write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import MODES, REQUEST_STATES, Label, label_of, labelled
from suxin_mini_program.paging import Page, PageQuery
from suxin_mini_program.reading import AnyRequest, path_id, read_body
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "贷款申请"


def _bounds(minimum: int, maximum: int) -> dict[str, int]:
    # Only published: the core itself refuses, with a message that names figure and unit.
    return {"minimum": minimum, "maximum": maximum}


AmountFen = Annotated[int, msgspec.Meta(extra_json_schema=_bounds(MIN_AMOUNT_FEN, MAX_AMOUNT_FEN))]
TermMonths = Annotated[
    int, msgspec.Meta(extra_json_schema=_bounds(MIN_TERM_MONTHS, MAX_TERM_MONTHS))
]
RateBps = Annotated[int, msgspec.Meta(extra_json_schema=_bounds(MIN_RATE_BPS, MAX_RATE_BPS))]
Note = Annotated[str, msgspec.Meta(extra_json_schema={"maxLength": MAX_NOTE})]


class NamedProduct(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A bank's product, for the mode ``named``."""

    tenant_id: UUID
    product_id: UUID


class NewRequest(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What is asked for. Amounts are whole fen; what is left out is left open."""

    amount_fen: AmountFen
    term_months: TermMonths
    purpose: LoanPurpose
    guarantee: GuaranteeMode
    repayment_method: RepaymentMethod | None = None
    rate_ceiling_bps: RateBps | None = None
    mode: DispatchMode = DispatchMode.RECOMMENDED
    product: NamedProduct | None = None
    first_loan: bool = False
    note: Note = ""

    def form(self) -> RequestForm:
        """Return it as the core takes it."""
        named = self.product
        return RequestForm(
            terms=RequestTerms(
                amount_fen=self.amount_fen,
                term_months=self.term_months,
                purpose=self.purpose,
                guarantee_mode=self.guarantee,
                rate_ceiling_bps=self.rate_ceiling_bps,
                repayment_method=self.repayment_method,
            ),
            mode=self.mode,
            product=None if named is None else (named.tenant_id, named.product_id),
            first_loan=self.first_loan,
            note=self.note,
        )


class RequestView(msgspec.Struct, rename="camel", kw_only=True):
    """A loan request; ``alive`` says whether banks may still answer it."""

    id: UUID
    number: str
    state: Label
    alive: bool
    amount_fen: int
    term_months: int
    purpose: Label
    guarantee: Label
    repayment_method: Label
    rate_ceiling_bps: int | None
    mode: Label
    product: NamedProduct | None
    first_loan: bool
    note: str
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None


class SubmittedView(msgspec.Struct, rename="camel", kw_only=True):
    """A request that was matched, and the banks it was referred to, which do not know yet who asks."""

    request: RequestView
    bank_ids: list[UUID]


SUBMIT: Final = Contract(
    tag=TAG,
    zh="提交贷款申请：即时匹配并匿名推送",
    en="Submit a loan request; it is matched at once and dispatched without a name",
    body=NewRequest,
    answer=SubmittedView,
    status=201,
    keyed=True,
    refusals=(LoanTermOutOfRange, Invalid, TooManyLoanRequests, ProductNotOffered),
)
LIST: Final = Contract(
    tag=TAG,
    zh="我的贷款申请，最新在前",
    en="My loan requests, newest first",
    query=PageQuery,
    answer=Page[RequestView],
)
SHOW: Final = Contract(
    tag=TAG, zh="一笔贷款申请", en="One loan request", answer=RequestView, refusals=(NotFound,)
)
WITHDRAW: Final = Contract(
    tag=TAG,
    zh="撤回贷款申请",
    en="Take a loan request back",
    answer=RequestView,
    keyed=True,
    refusals=(NotFound, StepNotPossible),
)


@post("/loan-requests", status_code=201, opt=SUBMIT.opt)
async def submit(request: AnyRequest, runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """Submit a loan request."""
    given, now = await read_body(request, NewRequest), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        done = await submit_request(session, actor, form=given.form(), now=now)
        return SubmittedView(
            request=request_view(done.request),
            bank_ids=[referral.tenant_id for referral in done.referrals],
        )

    return await write_once(request, runtime, actor, work, body=given, status=201)


@get("/loan-requests", opt=LIST.opt)
async def list_requests(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List one's loan requests."""
    return await newest_page(
        request,
        runtime,
        actor,
        requests_of(actor.own_subject),
        name="loan-requests",
        by=LoanRequest.id,
        view=lambda row: request_view(row[0]),
    )


@get("/loan-requests/{request_id:str}", opt=SHOW.opt)
async def show_request(
    runtime: GivenRuntime, actor: GivenActor, request_id: FromPath[str]
) -> Response[bytes]:
    """Show one loan request."""
    wanted = path_id(request_id)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        return answer(request_view(await own_request(session, actor, wanted)))


@post("/loan-requests/{request_id:str}/withdrawal", status_code=200, opt=WITHDRAW.opt)
async def withdraw(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, request_id: FromPath[str]
) -> Response[bytes]:
    """Take a loan request back."""
    wanted, now = path_id(request_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        return request_view(await withdraw_request(session, actor, request_id=wanted, now=now))

    return await write_once(request, runtime, actor, work)


def request_view(request: LoanRequest) -> RequestView:
    """Return a request as its applicant reads it."""
    tenant_id, product_id = request.named_tenant_id, request.named_product_id
    named = (
        NamedProduct(tenant_id=tenant_id, product_id=product_id)
        if tenant_id is not None and product_id is not None
        else None
    )
    return RequestView(
        id=request.id,
        number=request.number,
        state=label_of(request.state, REQUEST_STATES),
        alive=request.alive,
        amount_fen=request.amount_fen,
        term_months=request.term_months,
        purpose=labelled(request.purpose),
        guarantee=labelled(request.guarantee),
        repayment_method=labelled(request.repayment_method),
        rate_ceiling_bps=request.rate_ceiling_bps,
        mode=label_of(request.mode, MODES),
        product=named,
        first_loan=request.first_loan,
        note=request.note,
        created_at=request.created_at,
        expires_at=request.expires_at,
        ended_at=request.ended_at,
    )


HANDLERS: Final = (submit, list_requests, show_request, withdraw)
