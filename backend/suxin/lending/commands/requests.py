"""What an applicant does: ask, be matched, permit a bank, take a request back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import commands as consents
from suxin.consent.giving import Granted
from suxin.consent.purposes import LOAN_MATCH
from suxin.events.feed import record_event
from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import actor_of
from suxin.kernel.ids import new_id
from suxin.kernel.many_rows import put
from suxin.kernel.refusals import Invalid, NotFound, Refusal, RefusalKind
from suxin.kernel.working_days import local_day
from suxin.lending import dispatch
from suxin.lending.applicants import facts_of
from suxin.lending.claims import end_claim
from suxin.lending.deadlines import REQUEST_LIFE
from suxin.lending.event_types import REFERRAL_CONSENTED
from suxin.lending.facts import ApplicantFacts
from suxin.lending.leads import coarsen, keys_of
from suxin.lending.match_rows import match_rows
from suxin.lending.matching import MatchOutcome, match
from suxin.lending.models import (
    ENDED,
    DispatchMode,
    Lead,
    LoanRequest,
    MatchResult,
    Referral,
    RequestState,
)
from suxin.lending.product_terms import terms_of
from suxin.lending.queries import requests as queries
from suxin.lending.queries.turns import take_turn
from suxin.lending.telling import tell_of_offer, tell_of_referral
from suxin.lending.terms import RepaymentMethod, RequestTerms, check_request_terms
from suxin.places.models import CITY_CODE
from suxin.subjects.models import DataCategory

RECOMMENDED_BANKS = 3
MAX_LIVE_REQUESTS = 3
MAX_NOTE = 300
EXPIRE_TOPIC = "lending.request.expire"
CONSENTED_TOPIC = "lending.referral.consented"
# The city keeps no statistics by first loan, so a lead cannot show it without narrowing who it may be.
WITHHELD = frozenset({"first_loan"})


class TooManyLoanRequests(Refusal):
    """The subject has as many running requests as it may have at once."""

    code = "TOO_MANY_LOAN_REQUESTS"
    kind = RefusalKind.LIMITED
    zh = "同时进行的贷款申请最多 {limit} 笔，请先完成或撤回其中一笔"
    en = "At most {limit} loan requests may run at once; finish or withdraw one first"


class ProductNotOffered(Refusal):
    """The named product is not published."""

    code = "PRODUCT_NOT_OFFERED"
    kind = RefusalKind.NOT_FOUND
    zh = "该产品不存在或已下架"
    en = "The product does not exist or is no longer offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestForm:
    """What the applicant filled in. ``product`` is (bank, product) when he named one."""

    terms: RequestTerms
    mode: DispatchMode
    product: tuple[UUID, UUID] | None = None
    first_loan: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A request that was matched and dispatched."""

    request: LoanRequest
    lead: Lead | None
    referrals: Sequence[Referral]


async def submit_request(
    session: AsyncSession, actor: Actor, *, form: RequestForm, now: datetime
) -> Submitted:
    """Take a loan request, match it with every published product, and dispatch it blind.

    The answer is stored for every product: its rank and cost, or all reasons why it did not fit. A request that
    nothing fits ends as UNMATCHED and reaches no bank.

    :raises LoanTermOutOfRange: if amount, term or ceiling is out of bounds
    :raises Invalid: if the note is too long, or a named request names no product
    :raises TooManyLoanRequests: if ``MAX_LIVE_REQUESTS`` are running
    :raises ProductNotOffered: if the named product is not published
    """
    _check_form(form)
    subject_id = actor.own_subject
    await take_turn(session, "requests", subject_id)
    if await queries.live_requests(session, subject_id) >= MAX_LIVE_REQUESTS:
        raise TooManyLoanRequests(limit=MAX_LIVE_REQUESTS)
    applicant = await queries.applicant(session, subject_id)
    facts = facts_of(
        applicant.subject,
        applicant.records,
        first_loan=form.first_loan and not applicant.had_loan,
        area_name=applicant.area_name,
        today=local_day(now),
    )
    request = _new_request(actor, form, facts, now=now)
    session.add(request)
    await session.flush()
    outcome, versions = await _matched(session, form, facts)
    await put(session, MatchResult, match_rows(request, outcome, versions))
    append_act(
        session,
        action="lending.request.submitted",
        now=now,
        object_type="loan_request",
        object_id=request.id,
        detail={"eligible": len(outcome.ranked), "rejected": len(outcome.rejected)},
    )
    if not outcome.ranked:
        request.find_no_match(now=now)
        return Submitted(request, None, ())
    lead, referrals = await _dispatched(session, request, form, facts, outcome, now=now)
    request.open_to_banks()
    await outbox.post(
        session,
        EXPIRE_TOPIC,
        {"subject_id": subject_id, "request_id": request.id},
        now=now,
        not_before=request.expires_at,
    )
    return Submitted(request, lead, referrals)


async def consent_to_bank(
    session: AsyncSession,
    actor: Actor,
    *,
    request_id: UUID,
    tenant_id: UUID,
    categories: Sequence[DataCategory],
    life_days: int,
    notice_version: str,
    now: datetime,
) -> Granted:
    """Permit one bank that holds the request to see who is behind it, and the records named.

    :raises NotFound: if the request is not the subject's, or was never referred to this bank
    :raises StepNotPossible: if the request has ended
    :raises NoticeOutdated, ConsentExists, CategoriesOutsidePurpose, RecipientUnknown: see ``grant_consent``
    """
    request = await queries.lock_own_request(session, actor, request_id)
    request.require_alive()
    referral = await _referral_to(session, request_id, tenant_id)
    granted = await consents.grant_consent(
        session,
        actor,
        tenant_id=tenant_id,
        purpose=LOAN_MATCH.code,
        categories=categories,
        life_days=life_days,
        notice_version=notice_version,
        context_id=request_id,
        now=now,
    )
    referral.consented_at = now
    record_event(
        session,
        REFERRAL_CONSENTED,
        tenant_id=tenant_id,
        object_id=referral.id,
        now=now,
        consent=granted.consent_id,
    )
    await outbox.post(
        session,
        CONSENTED_TOPIC,
        {"tenant_id": tenant_id, "referral_id": referral.id},
        now=now,
        tenant_id=tenant_id,
        wake=True,
    )
    return granted


async def withdraw_request(
    session: AsyncSession, actor: Actor, *, request_id: UUID, now: datetime
) -> LoanRequest:
    """Take a request back: banks may no longer answer it, and permissions given for it end.

    :raises NotFound: if it is not the subject's
    :raises StepNotPossible: if it has ended already
    """
    request = await queries.lock_own_request(session, actor, request_id)
    request.withdraw(now=now)
    await close_request(session, request, reason="申请已撤回", now=now)
    append_act(
        session,
        action="lending.request.withdrawn",
        now=now,
        object_type="loan_request",
        object_id=request_id,
    )
    return request


async def close_request(
    session: AsyncSession,
    request: LoanRequest,
    *,
    reason: str,
    now: datetime,
    chosen_tenant: UUID | None = None,
) -> None:
    """Pass over what is left of a request that has ended, close its lead, and end its permissions.

    The chosen bank's referral, offer and permission stay. Locks follow the order request, lead, referrals, offers,
    consents, and last the quota of the bank that held the lead.
    """
    lead = await queries.lock_lead_of(session, request.id)
    if lead is not None:
        lead.close()
        for referral in await queries.lock_referrals_of_lead(session, lead.id):
            if referral.answerable and referral.tenant_id != chosen_tenant:
                referral.pass_over(now=now)
                tell_of_referral(session, referral, "passed", now=now)
    for offer in await queries.lock_offers_of(session, request.subject_id, request.id):
        if offer.open:
            offer.pass_over(now=now)
            tell_of_offer(session, offer, "passed", now=now)
    await consents.end_consents_about(
        session,
        subject_id=request.subject_id,
        context_id=request.id,
        reason=reason,
        now=now,
        except_tenant=chosen_tenant,
    )
    if lead is not None:
        await end_claim(session, lead)


def _check_form(form: RequestForm) -> None:
    check_request_terms(form.terms)
    if len(form.note) > MAX_NOTE:
        raise Invalid(
            field="note",
            reason_zh=f"最多 {MAX_NOTE} 字",
            reason_en=f"at most {MAX_NOTE} characters",
        )
    if (form.mode is DispatchMode.NAMED) != (form.product is not None):
        raise Invalid(
            field="product",
            reason_zh="指定产品方式须且仅须给出一个产品",
            reason_en="name a product if, and only if, the mode is named",
        )


def _new_request(
    actor: Actor, form: RequestForm, facts: ApplicantFacts, *, now: datetime
) -> LoanRequest:
    request_id = new_id()
    named_tenant, named_product = form.product or (None, None)
    return LoanRequest(
        subject_id=actor.own_subject,
        id=request_id,
        number=f"SQ{local_day(now):%Y%m%d}{str(request_id.int)[-8:]}",
        person_id=actor.own_person,
        amount_fen=form.terms.amount_fen,
        term_months=form.terms.term_months,
        purpose=form.terms.purpose,
        guarantee=form.terms.guarantee_mode,
        repayment_method=form.terms.repayment_method or RepaymentMethod.EQUAL_INSTALMENT,
        rate_ceiling_bps=form.terms.rate_ceiling_bps,
        first_loan=facts.first_loan is True,
        mode=form.mode,
        named_tenant_id=named_tenant,
        named_product_id=named_product,
        note=form.note,
        state=RequestState.SUBMITTED,
        created_at=now,
        submitted_at=now,
        expires_at=now + REQUEST_LIFE,
        facts=msgspec.to_builtins(facts),
    )


async def _matched(
    session: AsyncSession, form: RequestForm, facts: ApplicantFacts
) -> tuple[MatchOutcome, dict[UUID, int]]:
    offered = (await session.scalars(queries.offered_products())).all()
    products = [terms_of(product) for product in offered]
    if form.product is not None:
        products = [
            product
            for product in products
            if (product.tenant_id, product.product_id) == form.product
        ]
        if not products:
            raise ProductNotOffered(field="product")
    speeds = await queries.bank_speeds(session)
    outcome = match(form.terms, facts, products, speeds, k=RECOMMENDED_BANKS)
    return outcome, {product.id: product.version for product in offered}


async def _dispatched(
    session: AsyncSession,
    request: LoanRequest,
    form: RequestForm,
    facts: ApplicantFacts,
    outcome: MatchOutcome,
    *,
    now: datetime,
) -> tuple[Lead, list[Referral]]:
    keys = keys_of(facts, city_code=CITY_CODE, withheld=WITHHELD)
    population = await queries.population(session, keys)
    shown = coarsen(facts, form.terms, population, city_code=CITY_CODE, withheld=WITHHELD)
    pool = form.mode is DispatchMode.OPEN_POOL
    world = actor_of(session).sandbox_id
    lead = dispatch.new_lead(request, shown, pool_open=pool, now=now, sandbox_id=world)
    await dispatch.place_lead(session, request, lead)
    if pool:
        return lead, []
    best = [(found.product.tenant_id, found.product.product_id) for found in outcome.recommended]
    return lead, await dispatch.dispatch(session, lead, to=best, mode=form.mode, now=now)


async def _referral_to(session: AsyncSession, request_id: UUID, tenant_id: UUID) -> Referral:
    row = (
        await session.execute(
            queries.referrals_of(request_id).where(
                Referral.tenant_id == tenant_id, Referral.state.not_in(ENDED)
            )
        )
    ).first()
    if row is None:
        raise NotFound(thing_zh="银行的对接", thing_en="referral to this bank", field="tenantId")
    referral: Referral = row[0]
    return referral
