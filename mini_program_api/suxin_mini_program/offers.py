"""Offers: comparing them side by side, their repayment plans, and choosing one."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.giving import RecipientUnknown
from suxin.kernel.refusals import NotFound
from suxin.lending.commands.offers import OfferLapsed, accept_offer
from suxin.lending.models import Offer, StepNotPossible
from suxin.lending.queries.requests import offer_to, offers_of, own_request
from suxin.lending.repayment import Fees, Instalment, schedule
from suxin.tenancy.models import Tenant
from suxin_mini_program.answering import answer, write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import OFFER_STATES, Label, label_of, labelled
from suxin_mini_program.paging import Page, PageQuery, listed
from suxin_mini_program.reading import AnyRequest, path_id, read_query
from suxin_mini_program.recipients import recipient_view
from suxin_mini_program.reference import BankView
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "报价"


class OfferView(msgspec.Struct, rename="camel", kw_only=True):
    """An offer with everything it costs; ``open`` says that it may be accepted now.

    ``shortOfAskedFen`` is by how much the amount falls short of what was asked for.
    """

    id: UUID
    request_id: UUID
    bank: BankView
    product_id: UUID | None
    state: Label
    open: bool
    amount_fen: int
    short_of_asked_fen: int
    term_months: int
    rate_bps: int
    annualised_rate_bps: int
    repayment_method: Label
    guarantee: Label
    monthly_payment_fen: int
    total_interest_fen: int
    total_fees_fen: int
    total_cost_fen: int
    cooling_off_days: int
    conditions: str
    made_at: datetime
    valid_until: datetime
    decided_at: datetime | None


class InstalmentView(msgspec.Struct, rename="camel", kw_only=True):
    """What is due at the end of one month."""

    number: int
    principal_fen: int
    interest_fen: int
    fee_fen: int
    total_fen: int


class ScheduleView(Page[InstalmentView], rename="camel", kw_only=True):
    """A part of the repayment plan, and what is charged before it begins."""

    term_months: int
    upfront_fee_fen: int


class AcceptedView(msgspec.Struct, rename="camel", kw_only=True):
    """The offer that was accepted."""

    id: UUID
    request_id: UUID
    state: Label
    decided_at: datetime | None


OFFERS: Final = Contract(
    tag=TAG,
    zh="一笔申请收到的报价，年化利率低者在前，相同时每元借款成本低者在前",
    en="The offers on a request, lowest annualised rate first, then lowest cost of a yuan borrowed",
    query=PageQuery,
    answer=Page[OfferView],
    refusals=(NotFound,),
)
SCHEDULE: Final = Contract(
    tag=TAG,
    zh="报价的还款计划",
    en="The repayment plan of an offer",
    query=PageQuery,
    answer=ScheduleView,
    refusals=(NotFound,),
)
ACCEPT: Final = Contract(
    tag=TAG,
    zh="接受报价：其余报价和对接随之结束",
    en="Accept an offer; all others on the request end with it",
    answer=AcceptedView,
    keyed=True,
    refusals=(NotFound, StepNotPossible, OfferLapsed, RecipientUnknown),
)


@get("/loan-requests/{request_id:str}/offers", opt=OFFERS.opt)
async def list_offers(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, request_id: FromPath[str]
) -> Response[bytes]:
    """List the offers on a request."""
    wanted, query, now = path_id(request_id), read_query(request, PageQuery), runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        own = await own_request(session, actor, wanted)
        rows = (await session.execute(offers_of(actor.own_subject, wanted))).all()
        return answer(
            listed(
                rows,
                query,
                name=f"offers:{wanted}",
                view=lambda row: _offer_view(row[0], row[1], own.amount_fen, now),
            )
        )


@get("/offers/{offer_id:str}/schedule", opt=SCHEDULE.opt)
async def show_schedule(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, offer_id: FromPath[str]
) -> Response[bytes]:
    """Show the repayment plan of an offer."""
    wanted, query = path_id(offer_id), read_query(request, PageQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        return answer(_schedule(await offer_to(session, actor, wanted), query))


@post("/offers/{offer_id:str}/acceptance", status_code=200, opt=ACCEPT.opt)
async def accept(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, offer_id: FromPath[str]
) -> Response[bytes]:
    """Accept an offer."""
    wanted, now = path_id(offer_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        offer = await accept_offer(session, actor, offer_id=wanted, now=now)
        return AcceptedView(
            id=offer.id,
            request_id=offer.request_id,
            state=label_of(offer.state, OFFER_STATES),
            decided_at=offer.decided_at,
        )

    return await write_once(request, runtime, actor, work)


def _schedule(offer: Offer, query: PageQuery) -> ScheduleView:
    plan = schedule(
        offer.amount_fen,
        offer.rate_bps,
        offer.term_months,
        offer.repayment_method,
        Fees(offer.upfront_fee_bps, offer.upfront_fee_fen),
    )
    page = listed(plan.instalments, query, name=f"schedule:{offer.id}", view=_instalment_view)
    return ScheduleView(
        items=page.items,
        next_cursor=page.next_cursor,
        term_months=plan.term_months,
        upfront_fee_fen=plan.upfront_fee_fen,
    )


def _instalment_view(part: Instalment) -> InstalmentView:
    return InstalmentView(
        number=part.number,
        principal_fen=part.principal_fen,
        interest_fen=part.interest_fen,
        fee_fen=part.fee_fen,
        total_fen=part.total_fen,
    )


def _offer_view(offer: Offer, bank: Tenant | None, asked_fen: int, now: datetime) -> OfferView:
    return OfferView(
        id=offer.id,
        request_id=offer.request_id,
        bank=recipient_view(offer.tenant_id, bank),
        product_id=offer.product_id,
        state=label_of(offer.state, OFFER_STATES),
        # A suspended bank has no contract to give.
        open=offer.open and offer.valid_until > now and bank is not None,
        amount_fen=offer.amount_fen,
        short_of_asked_fen=max(asked_fen - offer.amount_fen, 0),
        term_months=offer.term_months,
        rate_bps=offer.rate_bps,
        annualised_rate_bps=offer.annualised_rate_bps,
        repayment_method=labelled(offer.repayment_method),
        guarantee=labelled(offer.guarantee),
        monthly_payment_fen=offer.monthly_payment_fen,
        total_interest_fen=offer.total_interest_fen,
        total_fees_fen=offer.total_fees_fen,
        total_cost_fen=offer.total_cost_fen,
        cooling_off_days=offer.cooling_off_days,
        conditions=offer.conditions,
        made_at=offer.made_at,
        valid_until=offer.valid_until,
        decided_at=offer.decided_at,
    )


HANDLERS: Final = (list_offers, show_schedule, accept)
