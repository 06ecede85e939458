"""How banks answer the referrals of the demo city, step by step along the models' own transitions."""

from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from suxin.kernel.working_days import BUILT_IN, add_working_days
from suxin.lending.commands.offers import OfferTerms, new_offer
from suxin.lending.deadlines import CLAIM_WITHIN_DAYS, DECIDE_WITHIN_DAYS
from suxin.lending.matching import ProductTerms
from suxin.lending.models import DispatchMode, Offer, Referral, Step
from suxin.lending.terms import DeclineReason
from suxin_server.demo import consenting
from suxin_server.demo.asking import Answer, Case, next_bank, refer
from suxin_server.demo.book import Bank, Stage

_RATE_STEP: Final = 5
_VALID_DAYS: Final = (7, 10, 15)
_PAUSE: Final = timedelta(minutes=4)
_BEGUN: Final = timedelta(minutes=10)
_WORKED: Final = timedelta(hours=2)
_BATCH: Final = timedelta(seconds=5)
"""How long after a deadline the platform's own jobs act."""

_REASONS: Final = (
    (DeclineReason.INSUFFICIENT_CASH_FLOW, 5),
    (DeclineReason.OVER_INDEBTED, 4),
    (DeclineReason.INCOMPLETE_MATERIAL, 4),
    (DeclineReason.INDUSTRY_POLICY, 3),
    (DeclineReason.GUARANTEE_INSUFFICIENT, 3),
    (DeclineReason.CANNOT_REACH_APPLICANT, 2),
    (DeclineReason.BUSINESS_TOO_YOUNG, 2),
    (DeclineReason.APPLICANT_GAVE_UP, 1),
    (DeclineReason.OTHER_WITH_NOTE, 2),
)
_NOTES: Final = ("现场核查后，暂不符合本行授信政策", "申请人拟调整用款计划，建议三个月后再申请")
_CONDITIONS: Final = (
    "",
    "",
    "须在本行开立结算账户",
    "须由实际控制人提供连带责任保证",
    "按季提供财务报表",
)


class Course(Enum):
    """How far a referral has come."""

    WAITING = auto()
    TAKEN = auto()
    CALLED = auto()
    EXAMINED = auto()
    OFFERED = auto()
    REFUSED = auto()
    SILENT = auto()


LIVE: Final = frozenset({Course.WAITING, Course.TAKEN, Course.CALLED, Course.EXAMINED})


def play(stage: Stage, case: Case, answer: Answer, course: Course) -> None:
    """Bring a referral to where its course leads; whatever needs more time than there was stays before that."""
    referral = answer.referral
    if course is Course.WAITING:
        referral.reminders = int(referral.accept_by - stage.now < timedelta(hours=4))
    elif course is Course.SILENT:
        _lapse(stage, case, answer)
    elif course is Course.REFUSED and stage.dice.happens(35):
        _decline(stage, case, answer, after=referral.dispatched_at)
    else:
        _work(stage, case, answer, course)


def _work(stage: Stage, case: Case, answer: Answer, course: Course) -> None:
    referral, hours, dice = answer.referral, stage.hours, stage.dice
    bank = stage.banks[referral.tenant_id]
    start = referral.dispatched_at + _PAUSE
    taken = referral.accepted_at or hours.between(
        dice, start, max(start, _half(start, referral.accept_by, stage.now))
    )
    if referral.accepted_at is None:
        referral.accept(staff_id=bank.officer_id, now=taken)
        _act(stage, referral, bank, "accepted", taken)
    if course is Course.TAKEN:
        # Once he has consented, the applicant must be called in time.
        if referral.contact_by > stage.now and dice.happens(55):
            consenting.consent(stage, case, answer, at=hours.between(dice, taken, stage.now))
        return
    agreed = hours.between(dice, taken, _half(taken, referral.contact_by, stage.now))
    given = consenting.consent(stage, case, answer, at=agreed)
    called = hours.between(dice, agreed, _half(agreed, referral.contact_by, stage.now))
    referral.contact(now=called)
    _act(stage, referral, bank, "contacted", called)
    consenting.use(stage, case.party, given, at=called, object_id=referral.lead_id)
    if case.lead is not None and referral.mode is DispatchMode.OPEN_POOL:
        case.lead.claim(referral.tenant_id, until=referral.decide_by)
    if course is Course.CALLED:
        return
    referral.examine()
    examined = hours.between(dice, called, _half(called, referral.decide_by, stage.now))
    _act(stage, referral, bank, "examined", examined)
    if course is Course.OFFERED:
        offer(stage, case, answer, after=examined)
    elif course is Course.REFUSED:
        _decline(stage, case, answer, after=examined)
    else:
        _escalate(referral, stage.now)


def _half(start: datetime, deadline: datetime, now: datetime) -> datetime:
    """Return a latest moment for the next step that leaves time for the ones after it."""
    latest = min(deadline, now)
    return start + (latest - start) / 2 if latest > start else start


def claim(stage: Stage, case: Case, bank: Bank, *, at: datetime) -> Answer:
    """Let a bank take a lead out of the open pool."""
    answer = refer(stage, case, bank.tenant_id, None, at=at)
    answer.referral.accept(staff_id=bank.officer_id, now=at)
    if case.lead is not None:
        case.lead.claim(
            bank.tenant_id, until=add_working_days(at, CLAIM_WITHIN_DAYS, calendar=BUILT_IN).at
        )
    _act(stage, answer.referral, bank, "claimed", at)
    return answer


def offer(stage: Stage, case: Case, answer: Answer, *, after: datetime, cut_bps: int = 0) -> Offer:
    """Let a bank offer terms within its product's range."""
    referral, dice, request = answer.referral, stage.dice, case.request
    latest = min(referral.decide_by, stage.now)
    made = stage.hours.between(dice, after, _half(after, latest, stage.now))
    terms = _terms(stage, case, referral, cut_bps)
    bank = stage.banks[referral.tenant_id]
    referral.offer(now=made)
    request.receive_offer()
    if case.lead is not None and case.lead.claimed_by == referral.tenant_id:
        case.lead.release()
    offered = new_offer(
        referral,
        request,
        terms,
        offer_id=dice.id_at(made),
        made_by=bank.officer_id,
        now=made,
    )
    answer.offers.append(offered)
    stage.book.add(offered)
    record_offer(stage, case, offered, step="made", at=made, bank=bank)
    return offered


def _terms(stage: Stage, case: Case, referral: Referral, cut_bps: int) -> OfferTerms:
    dice, request = stage.dice, case.request
    product = _product_behind(case, referral)
    steps = (product.max_rate_bps - product.min_rate_bps) // _RATE_STEP
    rate = product.min_rate_bps + _RATE_STEP * dice.randrange(steps + 1)
    asked, methods = request.repayment_method, product.repayment_methods
    share = dice.choice((6, 8, 8, 10, 10, 10, 10))
    return OfferTerms(
        amount_fen=max(product.min_amount_fen, request.amount_fen * share // 10),
        term_months=request.term_months,
        rate_bps=max(product.min_rate_bps, rate - cut_bps),
        repayment_method=asked if asked in methods else methods[0],
        guarantee=request.guarantee,
        upfront_fee_bps=product.fees.upfront_bps,
        upfront_fee_fen=product.fees.upfront_fen,
        cooling_off_days=stage.products[product.product_id].cooling_off_days,
        valid_days=max(_VALID_DAYS) if case.long_offers else dice.choice(_VALID_DAYS),
        conditions=dice.choice(_CONDITIONS),
    )


def _product_behind(case: Case, referral: Referral) -> ProductTerms:
    """Return the referred product, or the bank's best for a lead that it claimed."""
    return next(
        found.product
        for found in case.outcome.ranked
        if referral.product_id == found.product.product_id
        or (referral.product_id is None and referral.tenant_id == found.product.tenant_id)
    )


def take_back(stage: Stage, case: Case, answer: Answer) -> None:
    """Let a bank take its offer back and make a better one."""
    first = answer.offers[-1]
    at = stage.hours.between(
        stage.dice, first.made_at, _half(first.made_at, first.valid_until, stage.now)
    )
    first.withdraw(now=at)
    answer.referral.reopen()
    if not any(other.open for one in case.answers for other in one.offers):
        case.request.lose_offers()
    record_offer(stage, case, first, step="withdrawn", at=at, bank=stage.banks[first.tenant_id])
    offer(stage, case, answer, after=at, cut_bps=20)


def expire_offer(case: Case, answer: Answer) -> None:
    """Let an offer end that nobody chose in time; its referral passes."""
    ended = answer.offers[-1]
    ended.expire(now=ended.valid_until)
    answer.referral.pass_over(now=ended.valid_until)
    if not any(other.open for one in case.answers for other in one.offers):
        case.request.lose_offers()


def record_offer(
    stage: Stage, case: Case, offered: Offer, *, step: str, at: datetime, bank: Bank | None
) -> None:
    """Enter a step of an offer into the audit stream."""
    stage.act(
        f"lending.offer.{step}",
        at,
        of=("offer", offered.id),
        by=bank or case.party,
        tenant_id=offered.tenant_id,
        about=offered.subject_id,
        detail={"amount_fen": offered.amount_fen, "rate_bps": offered.rate_bps},
    )


def _decline(stage: Stage, case: Case, answer: Answer, *, after: datetime) -> None:
    referral, dice = answer.referral, stage.dice
    bank = stage.banks[referral.tenant_id]
    reason = dice.pick(_REASONS)
    due = referral.accept_by if referral.accepted_at is None else referral.decide_by
    at = stage.hours.between(dice, after, _half(after, due, stage.now))
    referral.decline(reason=reason, note=dice.choice(_NOTES) if reason.needs_note else None, now=at)
    _act(stage, referral, bank, "declined", at)
    _give_back(case, referral)


def _lapse(stage: Stage, case: Case, answer: Answer) -> None:
    referral = answer.referral
    at = min(referral.accept_by + _BATCH, stage.now)
    referral.reminders = 1
    referral.lapse(now=at)
    _act(stage, referral, None, "lapsed", at)
    _give_back(case, referral)


def _give_back(case: Case, referral: Referral) -> None:
    if case.lead is not None and case.lead.claimed_by == referral.tenant_id:
        case.lead.release()


def _escalate(referral: Referral, now: datetime) -> None:
    """Give a missed decision as long again, once."""
    if referral.decide_by > now:
        return
    deadline = add_working_days(referral.decide_by, DECIDE_WITHIN_DAYS, calendar=BUILT_IN)
    referral.escalate(Step.DECIDE, now=referral.decide_by)
    referral.decide_from = referral.decide_by
    referral.decide_by, referral.deadlines_provisional = deadline.at, deadline.provisional


def feasible(stage: Stage, referral: Referral, *, pooled: bool = False) -> frozenset[Course]:
    """Return the courses that the referral's clocks leave it at this moment."""
    now = stage.now
    age = now - referral.dispatched_at
    courses = {Course.REFUSED, Course.OFFERED} if age > _WORKED else set()
    if referral.decide_by > now:
        courses |= {Course.TAKEN, Course.CALLED, Course.EXAMINED} if age > _BEGUN else set()
    elif add_working_days(referral.decide_by, DECIDE_WITHIN_DAYS, calendar=BUILT_IN).at > now:
        courses.add(Course.EXAMINED)
    if pooled:
        # A claim is held from other banks, and goes back when its deadline for contact passes.
        courses.discard(Course.TAKEN)
        if referral.contact_by > now:
            courses.add(Course.TAKEN)
    else:
        courses.add(Course.WAITING if referral.accept_by > now else Course.SILENT)
    return frozenset(courses)


def follow_on(stage: Stage, case: Case, answer: Answer) -> Answer | None:
    """Refer a recommended request that a bank let go to the next best bank, as the platform does at once."""
    ended = answer.referral.decided_at
    following = next_bank(case)
    if ended is None or answer.referral.answerable or following is None:
        return None
    return refer(stage, case, *following, at=ended)


def _act(stage: Stage, referral: Referral, bank: Bank | None, step: str, at: datetime) -> None:
    stage.act(
        f"lending.referral.{step}",
        at,
        of=("referral", referral.id),
        by=bank,
        tenant_id=referral.tenant_id,
    )
