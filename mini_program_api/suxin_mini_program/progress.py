"""How a request fares: the matched products with their scores or reasons, the banks, and what happened when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from sqlalchemy import and_, or_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.lending import matching
from suxin.lending.criterion import Outcome
from suxin.lending.models import LoanProduct, MatchResult, Referral
from suxin.lending.queries.products import product_names
from suxin.lending.queries.requests import (
    match_counts,
    match_results_of,
    offers_of,
    own_request,
    referrals_of,
)
from suxin.lending.timeline import TimelineEvent, timeline
from suxin.tenancy.models import Tenant
from suxin_mini_program.answering import answer
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import REFERRAL_STATES, Label, label_of, labelled
from suxin_mini_program.paging import (
    AnySelect,
    Page,
    PageQuery,
    cursor_of,
    listed,
    place_of,
)
from suxin_mini_program.reading import AnyRequest, path_id, read_query
from suxin_mini_program.recipients import SUSPENDED_NAME, recipient_view
from suxin_mini_program.reference import BankView
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "匹配与进度"

_MAXIMA: Final[Mapping[matching.ContributionKind, int]] = {
    matching.ContributionKind.COST: matching.COST_POINTS,
    matching.ContributionKind.RESPONSE: matching.RESPONSE_POINTS,
    matching.ContributionKind.ON_TIME: matching.ON_TIME_POINTS,
    matching.ContributionKind.FIRST_LOAN: matching.FIRST_LOAN_POINTS,
    matching.ContributionKind.INDUSTRY: matching.INDUSTRY_POINTS,
    matching.ContributionKind.AREA: matching.AREA_POINTS,
    matching.ContributionKind.METHOD: matching.METHOD_POINTS,
    matching.ContributionKind.HEADROOM: matching.HEADROOM_POINTS,
}


class ContributionView(msgspec.Struct, rename="camel", kw_only=True):
    """What a part of the score was given for."""

    kind: Label
    points: int
    maximum: int


class ReasonView(msgspec.Struct, rename="camel", kw_only=True):
    """Why a product did not fit: what it asks, and how the applicant stands to it."""

    code: str
    outcome: Label
    zh: str
    en: str


class MatchView(msgspec.Struct, rename="camel", kw_only=True):
    """How one product fared: rank, score and cost when it fits, otherwise every reason why not."""

    product_id: UUID
    product_version: int
    product_name: str
    bank: BankView
    eligible: bool
    rank: int | None
    score: int | None
    full_score: int
    total_cost_fen: int | None
    annualised_rate_bps: int | None
    contributions: list[ContributionView]
    reasons: list[ReasonView]


class MatchPage(Page[MatchView], rename="camel", kw_only=True):
    """A part of the match, with how many products fit and how many do not."""

    eligible_count: int
    rejected_count: int


class MatchQuery(PageQuery, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Which results are asked for: those that fit, those that do not, or all."""

    eligible: bool | None = None


class ReferralView(msgspec.Struct, rename="camel", kw_only=True):
    """A bank that the request was referred to, its state and its deadlines."""

    id: UUID
    bank: BankView
    product_id: UUID | None
    product_name: str | None
    state: Label
    answerable: bool
    dispatched_at: datetime
    accept_by: datetime
    contact_by: datetime
    decide_by: datetime
    deadlines_provisional: bool
    accepted_at: datetime | None
    contacted_at: datetime | None
    consented_at: datetime | None
    decided_at: datetime | None
    decline_reason: Label | None
    decline_note: str | None


class EventView(msgspec.Struct, rename="camel", kw_only=True):
    """One thing that happened, in Chinese and in English."""

    at: datetime
    kind: str
    zh: str
    en: str
    bank: str | None


MATCHES: Final = Contract(
    tag=TAG,
    zh="匹配结果：相符产品的得分构成，不符产品的全部原因",
    en="The match: fitting products with what their score is made of, the others with every reason",
    query=MatchQuery,
    answer=MatchPage,
    refusals=(NotFound,),
)
REFERRALS: Final = Contract(
    tag=TAG,
    zh="已对接的银行及办理进度",
    en="The banks a request was referred to, and how far each is",
    query=PageQuery,
    answer=Page[ReferralView],
    refusals=(NotFound,),
)
TIMELINE: Final = Contract(
    tag=TAG,
    zh="申请的时间线，最早在前",
    en="What happened to a request, oldest first",
    query=PageQuery,
    answer=Page[EventView],
    refusals=(NotFound,),
)


@get("/loan-requests/{request_id:str}/matches", opt=MATCHES.opt)
async def list_matches(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, request_id: FromPath[str]
) -> Response[bytes]:
    """List how every product fared."""
    wanted, query = path_id(request_id), read_query(request, MatchQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        await own_request(session, actor, wanted)
        return answer(await _matches(session, actor.own_subject, wanted, query))


@get("/loan-requests/{request_id:str}/referrals", opt=REFERRALS.opt)
async def list_referrals(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, request_id: FromPath[str]
) -> Response[bytes]:
    """List the banks a request was referred to."""
    wanted, query = path_id(request_id), read_query(request, PageQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        await own_request(session, actor, wanted)
        rows = (await session.execute(referrals_of(wanted))).all()
        matched = [row[0].product_id for row in rows if row[0].product_id is not None]
        products = await product_names(session, matched)
        return answer(
            listed(
                rows,
                query,
                name=f"referrals:{wanted}",
                view=lambda row: _referral_view(row[0], row[1], products),
            )
        )


@get("/loan-requests/{request_id:str}/timeline", opt=TIMELINE.opt)
async def show_timeline(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, request_id: FromPath[str]
) -> Response[bytes]:
    """Show what happened to a request."""
    wanted, query = path_id(request_id), read_query(request, PageQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        own = await own_request(session, actor, wanted)
        referrals = (await session.execute(referrals_of(wanted))).all()
        offers = (await session.execute(offers_of(actor.own_subject, wanted))).all()
        events = timeline(
            own,
            [(row[0], _shown_name(row[1])) for row in referrals],
            [(row[0], _shown_name(row[1])) for row in offers],
        )
        return answer(listed(events, query, name=f"timeline:{wanted}", view=_event_view))


async def _matches(
    session: AsyncSession, subject_id: UUID, request_id: UUID, query: MatchQuery
) -> MatchPage:
    eligible, rejected = await match_counts(session, subject_id, request_id)
    statement = _asked_for(match_results_of(subject_id, request_id), query)
    rows = (await session.execute(statement.limit(query.first + 1))).all()
    shown = rows[: query.first]
    last = shown[-1][0] if len(rows) > query.first else None
    return MatchPage(
        items=[_match_view(*row) for row in shown],
        next_cursor=last and cursor_of("matches", [last.rank, last.product_id]),
        eligible_count=eligible,
        rejected_count=rejected,
    )


def _asked_for(statement: AnySelect, query: MatchQuery) -> AnySelect:
    """Narrow the results to those asked for; they are ordered by rank, those without one by product."""
    if query.eligible is not None:
        statement = statement.where(MatchResult.eligible.is_(query.eligible))
    if query.after is None:
        return statement
    rank, product_id = place_of(query.after, "matches", tuple[int | None, UUID])
    unranked = and_(MatchResult.rank.is_(None), MatchResult.product_id > product_id)
    if rank is None:
        return statement.where(unranked)
    return statement.where(or_(MatchResult.rank > rank, MatchResult.rank.is_(None)))


def _match_view(result: MatchResult, product: LoanProduct, bank: Tenant | None) -> MatchView:
    return MatchView(
        product_id=product.id,
        product_version=result.product_version,
        product_name=product.name,
        bank=recipient_view(result.tenant_id, bank),
        eligible=result.eligible,
        rank=result.rank,
        score=result.score,
        full_score=matching.FULL_SCORE,
        total_cost_fen=result.total_cost_fen,
        annualised_rate_bps=result.annualised_rate_bps,
        contributions=[
            ContributionView(
                kind=labelled(kind), points=result.contributions[kind.value], maximum=maximum
            )
            for kind, maximum in _MAXIMA.items()
            if kind.value in result.contributions
        ],
        reasons=[
            ReasonView(
                code=reason["code"],
                outcome=labelled(Outcome.coded(reason["outcome"])),
                zh=reason["zh"],
                en=reason["en"],
            )
            for reason in result.reasons
        ],
    )


def _referral_view(
    referral: Referral, bank: Tenant | None, products: Mapping[UUID, str]
) -> ReferralView:
    product_id, reason = referral.product_id, referral.decline_reason
    return ReferralView(
        id=referral.id,
        bank=recipient_view(referral.tenant_id, bank),
        product_id=product_id,
        product_name=None if product_id is None else products.get(product_id),
        state=label_of(referral.state, REFERRAL_STATES),
        answerable=referral.answerable and bank is not None,
        dispatched_at=referral.dispatched_at,
        accept_by=referral.accept_by,
        contact_by=referral.contact_by,
        decide_by=referral.decide_by,
        deadlines_provisional=referral.deadlines_provisional,
        accepted_at=referral.accepted_at,
        contacted_at=referral.contacted_at,
        consented_at=referral.consented_at,
        decided_at=referral.decided_at,
        decline_reason=None if reason is None else labelled(reason),
        decline_note=referral.decline_note,
    )


def _shown_name(bank: Tenant | None) -> str:
    return SUSPENDED_NAME if bank is None else bank.short_name


def _event_view(event: TimelineEvent) -> EventView:
    return EventView(at=event.at, kind=event.kind, zh=event.zh, en=event.en, bank=event.bank)


HANDLERS: Final = (list_matches, list_referrals, show_timeline)
