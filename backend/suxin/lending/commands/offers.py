"""Offers: what a bank offers and takes back, and what the applicant accepts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import commands as consents
from suxin.consent import queries as consent_queries
from suxin.consent.giving import RecipientUnknown
from suxin.kernel import notices, outbox
from suxin.kernel.actor import Actor
from suxin.kernel.announcements import announce
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.money import format_wan
from suxin.kernel.refusals import Invalid, Refusal
from suxin.lending import dispatch, policies
from suxin.lending.claims import release_claim
from suxin.lending.commands.referrals import ConsentRequired, hold_consent
from suxin.lending.commands.requests import close_request
from suxin.lending.models import DispatchMode, LoanRequest, Offer, OfferState, Referral
from suxin.lending.product_promises import broken_promise
from suxin.lending.queries import referrals as bank_queries
from suxin.lending.queries import requests as queries
from suxin.lending.queries.products import referred_product
from suxin.lending.repayment import CostSummary, Fees, cost, schedule
from suxin.lending.snapshots import freeze_what_was_seen
from suxin.lending.telling import tell_of_offer
from suxin.lending.terms import GuaranteeMode, RepaymentMethod, check_amount_fen, loan_ends_at

MAX_VALID_DAYS = 30
MAX_COOLING_OFF_DAYS = 30
MAX_CONDITIONS = 500
CONTRACT_BASIS_AFTER_END = timedelta(days=365 * 5)
"""How long after the loan's last day the bank keeps access to identity and contact, and the decision snapshot is kept.

Proposed default: longer than the three years in which claims can be brought (民法典 art. 188) and than the two
further ones in which a judgment may be applied to be enforced (民事诉讼法 of 2023, art. 250).
"""
OFFER_EXPIRE_TOPIC = "lending.offer.expire"
OFFER_CHOSEN: Final = "lending.offer.chosen"
"""Announced to the bank whose offer an applicant chose."""


class OfferOutsideProduct(Refusal):
    """A figure of the offer is outside what the referred product promises."""

    code = "OFFER_OUTSIDE_PRODUCT"
    zh = "报价超出所对接产品的公开条件（{bound}）"
    en = "The offer is outside the terms of the referred product ({bound})"


class OfferAboveRequest(Refusal):
    """The offered amount is more than the applicant asked for."""

    code = "OFFER_ABOVE_REQUEST"
    zh = "报价金额不能超过申请金额 {asked}"
    en = "The offer may not exceed the amount asked for ({asked})"


class OfferLapsed(Refusal):
    """The offer's validity is over."""

    code = "OFFER_LAPSED"
    zh = "该报价已于 {until} 过期"
    en = "The offer ended at {until}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTerms:
    """What a bank offers. Money in fen, rates and fees in basis points, periods in days and months."""

    amount_fen: int
    term_months: int
    rate_bps: int
    repayment_method: RepaymentMethod
    guarantee: GuaranteeMode
    upfront_fee_bps: int = 0
    upfront_fee_fen: int = 0
    cooling_off_days: int = 3
    valid_days: int = 7
    conditions: str = ""

    @property
    def fees(self) -> Fees:
        """The fees charged before drawdown."""
        return Fees(self.upfront_fee_bps, self.upfront_fee_fen)


def price(terms: OfferTerms) -> CostSummary:
    """Return what an offer costs: instalment, interest, fees, total, annualised rate by IRR.

    Shown while the officer types and stored with the offer; lenders must show the annualised rate (中国人民银行公告
    〔2021〕第3号).

    :raises LoanTermOutOfRange: naming the figure that is out of bounds
    :raises Invalid: if a period is out of bounds or the conditions are too long
    """
    _check_bounds("validDays", terms.valid_days, 1, MAX_VALID_DAYS, _DAYS)
    _check_bounds("coolingOffDays", terms.cooling_off_days, 0, MAX_COOLING_OFF_DAYS, _DAYS)
    _check_bounds("conditions", len(terms.conditions), 0, MAX_CONDITIONS, _CHARACTERS)
    check_amount_fen(terms.amount_fen)
    return cost(
        schedule(
            terms.amount_fen,
            terms.rate_bps,
            terms.term_months,
            terms.repayment_method,
            terms.fees,
        )
    )


def new_offer(
    referral: Referral,
    request: LoanRequest,
    terms: OfferTerms,
    *,
    offer_id: UUID,
    made_by: UUID | None,
    now: datetime,
) -> Offer:
    """Return an open offer of these terms with what they cost; it stands no longer than the request does.

    :raises LoanTermOutOfRange, Invalid: see ``price``
    """
    priced = price(terms)
    return Offer(
        tenant_id=referral.tenant_id,
        id=offer_id,
        referral_id=referral.id,
        request_id=request.id,
        subject_id=request.subject_id,
        product_id=referral.product_id,
        state=OfferState.OPEN,
        amount_fen=terms.amount_fen,
        term_months=terms.term_months,
        rate_bps=terms.rate_bps,
        upfront_fee_bps=terms.upfront_fee_bps,
        upfront_fee_fen=terms.upfront_fee_fen,
        repayment_method=terms.repayment_method,
        guarantee=terms.guarantee,
        monthly_payment_fen=priced.monthly_payment_fen,
        total_interest_fen=priced.total_interest_fen,
        total_fees_fen=priced.total_fees_fen,
        total_cost_fen=priced.total_cost_fen,
        annualised_rate_bps=priced.annualised_rate_bps,
        cooling_off_days=terms.cooling_off_days,
        conditions=terms.conditions,
        made_at=now,
        made_by=made_by,
        valid_until=min(now + timedelta(days=terms.valid_days), request.expires_at),
    )


def contract_ends_at(offer: Offer, *, accepted_at: datetime) -> datetime:
    """Return until when an accepted offer's bank keeps access to identity and contact: long after the loan's last day."""
    return loan_ends_at(accepted_at, term_months=offer.term_months) + CONTRACT_BASIS_AFTER_END


async def make_offer(
    session: AsyncSession, actor: Actor, *, referral_id: UUID, terms: OfferTerms, now: datetime
) -> Offer:
    """Offer terms on a referral whose applicant consented.

    :raises NotFound, Forbidden, OutsideOwnArea: if it is not the actor's to offer on
    :raises ConsentRequired: without a live consent
    :raises LoanTermOutOfRange, Invalid: see ``price``
    :raises OfferAboveRequest: if more is offered than was asked
    :raises OfferOutsideProduct: if a figure, the repayment or the guarantee leaves what the product publishes
    :raises StepNotPossible: if the referral or the request does not wait for an offer
    """
    actor.require(policies.OFFER_MAKE)
    known, _ = await bank_queries.own_referral(session, actor, referral_id)
    policies.require_in_reach(actor, known)
    price(terms)
    request = await bank_queries.request_behind(session, known.lead_id)
    if request is None:
        raise ConsentRequired
    if terms.amount_fen > request.amount_fen:
        raise OfferAboveRequest(field="amountFen", asked=format_wan(request.amount_fen))
    await _check_product(session, known, terms)
    async with act_for(session, subject_id=request.subject_id, reason="offer received"):
        owned = await queries.lock_request(session, request.subject_id, request.id)
        if owned is None:
            raise ConsentRequired
        owned.receive_offer()
    if known.mode is DispatchMode.OPEN_POOL:
        await bank_queries.lock_lead(session, known.lead_id)
    referral = await bank_queries.lock_own_referral(session, actor, referral_id)
    await hold_consent(session, actor, request.subject_id, request.id, now=now)
    referral.offer(now=now)
    await release_claim(session, referral)
    offer = new_offer(referral, request, terms, offer_id=new_id(), made_by=actor.staff_id, now=now)
    session.add(offer)
    await outbox.post(
        session,
        OFFER_EXPIRE_TOPIC,
        {"tenant_id": offer.tenant_id, "offer_id": offer.id},
        now=now,
        tenant_id=offer.tenant_id,
        not_before=offer.valid_until,
    )
    _record(session, offer, "made", now=now)
    await notices.notify_person(
        session,
        person_id=request.person_id,
        template="offer_made",
        title="收到新的贷款报价",
        body=f"您的申请 {request.number} 收到一份报价，请在有效期内比较并选择。",
        link=f"/pages/request?id={request.id}",
        facts={"number": request.number, "amount": format_wan(terms.amount_fen)},
        now=now,
    )
    return offer


async def withdraw_offer(
    session: AsyncSession, actor: Actor, *, offer_id: UUID, now: datetime
) -> Offer:
    """Take an offer back before the applicant chose; the referral waits for a decision again, with a clock that runs.

    :raises NotFound, Forbidden, OutsideOwnArea: if it is not the actor's
    :raises StepNotPossible: if it was decided already
    """
    actor.require(policies.OFFER_MAKE)
    known = await bank_queries.own_offer(session, actor, offer_id)
    seen, _ = await bank_queries.own_referral(session, actor, known.referral_id)
    policies.require_in_reach(actor, seen)
    async with act_for(session, subject_id=known.subject_id, reason="offer taken back"):
        request = await queries.lock_request(session, known.subject_id, known.request_id)
    referral = await bank_queries.lock_own_referral(session, actor, known.referral_id)
    offer = await bank_queries.lock_own_offer(session, actor, offer_id)
    offer.withdraw(now=now)
    referral.reopen()
    await dispatch.restart_decision(session, referral, now=now)
    async with act_for(session, subject_id=known.subject_id, reason="last offer gone"):
        if request is not None and not await bank_queries.open_offers(session, request.id):
            request.lose_offers()
    _record(session, offer, "withdrawn", now=now)
    return offer


async def accept_offer(
    session: AsyncSession, actor: Actor, *, offer_id: UUID, now: datetime
) -> Offer:
    """Choose an offer: every other offer and referral passes, what the bank had seen is frozen, a contract basis opens.

    :raises NotFound: if the offer is not on a request of the subject
    :raises StepNotPossible: if it, or the request, was decided already
    :raises OfferLapsed: if its validity is over
    :raises RecipientUnknown: if its bank is suspended
    """
    subject_id = actor.own_subject
    known = await queries.offer_to(session, actor, offer_id)
    request = await queries.lock_own_request(session, actor, known.request_id)
    lead = await queries.lock_lead_of(session, request.id)
    if lead is not None:
        await queries.lock_referrals_of_lead(session, lead.id)
    offers = await queries.lock_offers_of(session, subject_id, request.id)
    offer = next(found for found in offers if found.id == offer_id)
    if offer.open and offer.valid_until <= now:
        raise OfferLapsed(until=offer.valid_until.isoformat())
    if await consent_queries.recipient(session, offer.tenant_id) is None:
        raise RecipientUnknown(field="offerId")
    offer.choose(now=now)
    request.accept(now=now)
    await close_request(
        session,
        request,
        reason="申请人已选择其他银行",
        now=now,
        chosen_tenant=offer.tenant_id,
    )
    ends_at = contract_ends_at(offer, accepted_at=now)
    await freeze_what_was_seen(session, request, offer, kept_until=ends_at, now=now)
    await consents.open_contract_basis(
        session,
        actor,
        tenant_id=offer.tenant_id,
        contract_id=offer.id,
        context_id=request.id,
        ends_at=ends_at,
        now=now,
    )
    _record(session, offer, "accepted", now=now)
    await notices.notify_tenant(
        session,
        tenant_id=offer.tenant_id,
        permission=policies.REFERRAL_READ,
        template="offer_accepted",
        title="报价已被申请人接受",
        body=f"申请 {request.number} 的申请人接受了贵行报价，请尽快安排签约。",
        link=f"/desk/referrals/{offer.referral_id}",
        now=now,
    )
    await announce(session, tenant_id=offer.tenant_id, topic=OFFER_CHOSEN, object_id=offer.id)
    return offer


_DAYS = ("天", "days")
_CHARACTERS = ("个字", "characters")


def _check_bounds(field: str, value: int, lowest: int, highest: int, unit: tuple[str, str]) -> None:
    if not lowest <= value <= highest:
        raise Invalid(
            field=field,
            reason_zh=f"应为 {lowest} 至 {highest} {unit[0]}",
            reason_en=f"must be {lowest} to {highest} {unit[1]}",
        )


async def _check_product(session: AsyncSession, referral: Referral, terms: OfferTerms) -> None:
    product = await referred_product(session, referral)
    broken = broken_promise(product, terms) if product is not None else None
    if broken is not None:
        raise OfferOutsideProduct(field=broken[0], bound=broken[1])


def _record(session: AsyncSession, offer: Offer, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"lending.offer.{step}",
        now=now,
        tenant_id=offer.tenant_id,
        subject_id=offer.subject_id,
        object_type="offer",
        object_id=offer.id,
        detail={"amount_fen": offer.amount_fen, "rate_bps": offer.rate_bps},
    )
    tell_of_offer(session, offer, step, now=now)
