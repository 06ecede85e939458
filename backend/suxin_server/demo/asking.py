"""Asking for a loan: a request with its match, and the lead and referrals that leave from it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from suxin.consent.models import Consent
from suxin.kernel.working_days import BUILT_IN, local_day
from suxin.lending import dispatch
from suxin.lending.applicants import facts_of
from suxin.lending.commands.offers import OFFER_EXPIRE_TOPIC
from suxin.lending.commands.requests import (
    EXPIRE_TOPIC,
    RECOMMENDED_BANKS,
    WITHHELD,
)
from suxin.lending.deadlines import REQUEST_LIFE
from suxin.lending.facts import ApplicantFacts
from suxin.lending.leads import LeadKey, coarsen
from suxin.lending.match_rows import match_rows
from suxin.lending.matching import MatchOutcome, match
from suxin.lending.models import (
    DispatchMode,
    Lead,
    LeadParty,
    LoanRequest,
    MatchResult,
    Offer,
    Referral,
    RequestState,
    Step,
)
from suxin.lending.terms import GuaranteeMode, LoanPurpose, RepaymentMethod, RequestTerms
from suxin.places.models import CITY_CODE
from suxin.subjects.models import CreditRecord, Subject, SubjectKind
from suxin_server.demo.book import Party, Stage

_WAN: Final = 1_000_000
_AMOUNTS_WAN: Final = {
    SubjectKind.FIRM: (10, 20, 30, 50, 80, 100, 150, 200, 300, 500, 800),
    SubjectKind.SOLE_TRADER: (5, 8, 10, 15, 20, 30),
    SubjectKind.HOUSEHOLD: (3, 5, 8, 10),
}
_FARM_AMOUNTS_WAN: Final = (5, 10, 20, 30, 50, 80)
_TERMS: Final = (6, 12, 12, 12, 18, 24, 24, 36)
_FIRM_PURPOSES: Final = (
    (LoanPurpose.WORKING_CAPITAL, 40),
    (LoanPurpose.RAW_MATERIALS, 22),
    (LoanPurpose.EQUIPMENT, 14),
    (LoanPurpose.TECHNOLOGY, 6),
    (LoanPurpose.GREEN_TRANSITION, 6),
    (LoanPurpose.PREMISES, 5),
    (LoanPurpose.RENEWAL, 7),
)
_FARM_PURPOSES: Final = (
    (LoanPurpose.AGRICULTURE_INPUTS, 45),
    (LoanPurpose.LIVESTOCK, 25),
    (LoanPurpose.EQUIPMENT, 15),
    (LoanPurpose.WORKING_CAPITAL, 15),
)
_GUARANTEES: Final = (
    (GuaranteeMode.CREDIT, 60),
    (GuaranteeMode.MORTGAGE, 16),
    (GuaranteeMode.GUARANTEE_COMPANY, 12),
    (GuaranteeMode.SURETY, 9),
    (GuaranteeMode.PLEDGE, 3),
)


@dataclass(slots=True, kw_only=True)
class Answer:
    """One bank's referral with what came of it."""

    referral: Referral
    consent: Consent | None = None
    offers: list[Offer] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Case:
    """One request with everything that hangs on it; ``long_offers`` keeps its offers from ending early."""

    request: LoanRequest
    party: Party
    outcome: MatchOutcome
    lead: Lead | None = None
    long_offers: bool = False
    answers: list[Answer] = field(default_factory=list)


def random_terms(stage: Stage, party: Party) -> RequestTerms:
    """Return terms that an applicant of this kind might ask for."""
    dice, kind = stage.dice, SubjectKind(party.subject["kind"])
    trades = kind in (SubjectKind.FIRM, SubjectKind.SOLE_TRADER)
    return RequestTerms(
        amount_fen=dice.choice(_AMOUNTS_WAN.get(kind, _FARM_AMOUNTS_WAN)) * _WAN,
        term_months=dice.choice(_TERMS),
        purpose=dice.pick(_FIRM_PURPOSES if trades else _FARM_PURPOSES),
        guarantee_mode=dice.pick(_GUARANTEES),
        rate_ceiling_bps=dice.pick(((None, 80), (600, 12), (450, 8))),
        repayment_method=dice.pick(
            (
                (None, 60),
                (RepaymentMethod.EQUAL_INSTALMENT, 20),
                (RepaymentMethod.INTEREST_MONTHLY, 20),
            )
        ),
    )


def facts_at(stage: Stage, party: Party, at: datetime, *, first_loan: bool) -> ApplicantFacts:
    """Return what is known about an applicant at a moment, by the product's own reading of the records."""
    return facts_of(
        Subject(**party.subject | {"kind": SubjectKind(party.subject["kind"])}),
        [CreditRecord(**row) for row in party.records],
        first_loan=first_loan,
        area_name=stage.county_names.get(party.subject["county_code"]),
        today=local_day(at),
    )


def matched(stage: Stage, terms: RequestTerms, facts: ApplicantFacts) -> MatchOutcome:
    """Return how every published product fares."""
    return match(terms, facts, stage.terms, stage.speeds, k=RECOMMENDED_BANKS)


def draft(
    stage: Stage,
    party: Party,
    terms: RequestTerms,
    *,
    at: datetime,
    first_loan: bool,
    mode: DispatchMode,
    state: RequestState,
) -> LoanRequest:
    """Return a request in its first state."""
    request_id = stage.dice.id_at(at)
    return LoanRequest(
        subject_id=party.subject_id,
        id=request_id,
        number=f"SQ{local_day(at):%Y%m%d}{str(request_id.int)[-8:]}",
        person_id=party.person_id,
        amount_fen=terms.amount_fen,
        term_months=terms.term_months,
        purpose=terms.purpose,
        guarantee=terms.guarantee_mode,
        repayment_method=terms.repayment_method or RepaymentMethod.EQUAL_INSTALMENT,
        rate_ceiling_bps=terms.rate_ceiling_bps,
        first_loan=first_loan,
        mode=mode,
        note="",
        state=state,
        created_at=at,
        submitted_at=None if state is RequestState.DRAFT else at,
        expires_at=at + REQUEST_LIFE,
        facts={},
    )


def submit(
    stage: Stage,
    party: Party,
    terms: RequestTerms,
    *,
    at: datetime,
    mode: DispatchMode,
    first_loan: bool,
) -> Case:
    """Ask: match with every product, keep all reasons, and go out to the banks where any fits."""
    facts = facts_at(stage, party, at, first_loan=first_loan)
    outcome = matched(stage, terms, facts)
    if mode is DispatchMode.NAMED and outcome.ranked:
        # A named request is matched with its one product alone.
        outcome = match(terms, facts, [outcome.ranked[0].product], stage.speeds, k=1)
    request = draft(
        stage,
        party,
        terms,
        at=at,
        first_loan=first_loan,
        mode=mode,
        state=RequestState.SUBMITTED,
    )
    request.facts = msgspec.to_builtins(facts)
    case = Case(request=request, party=party, outcome=outcome)
    if mode is DispatchMode.NAMED and outcome.ranked:
        named = outcome.ranked[0].product
        request.named_tenant_id, request.named_product_id = named.tenant_id, named.product_id
    stage.book.add(request)
    _keep_results(stage, case)
    counted = {"eligible": len(outcome.ranked), "rejected": len(outcome.rejected)}
    stage.act(
        "lending.request.submitted",
        at,
        of=("loan_request", request.id),
        by=party,
        detail=counted,
    )
    if outcome.ranked:
        _go_out(stage, case, terms, facts, at)
    else:
        request.find_no_match(now=at)
    return case


def _go_out(
    stage: Stage, case: Case, terms: RequestTerms, facts: ApplicantFacts, at: datetime
) -> None:
    def population(key: LeadKey) -> int:
        return stage.population.get((key.kind, key.county_code, key.industry_section), 0)

    request = case.request
    shown = coarsen(facts, terms, population, city_code=CITY_CODE, withheld=WITHHELD)
    pool = request.mode is DispatchMode.OPEN_POOL
    lead = dispatch.new_lead(request, shown, pool_open=pool, now=at)
    lead.id = stage.dice.id_at(at)
    lead.number = f"L{str(lead.id.int)[-10:]}"
    case.lead = lead
    stage.book.add(
        lead, LeadParty(lead_id=lead.id, subject_id=request.subject_id, request_id=request.id)
    )
    request.open_to_banks()
    if pool:
        return
    for found in case.outcome.recommended:
        refer(stage, case, found.product.tenant_id, found.product.product_id, at=at)


def refer(
    stage: Stage, case: Case, tenant_id: UUID, product_id: UUID | None, *, at: datetime
) -> Answer:
    """Refer a case's lead to a bank and start the clocks."""
    lead = _lead(case)
    referral = dispatch.new_referral(
        lead,
        tenant_id=tenant_id,
        product_id=product_id,
        mode=case.request.mode,
        # Nothing can have been loaded into a city that is just being made.
        calendar=BUILT_IN,
        now=at,
    )
    referral.id = stage.dice.id_at(at)
    stage.book.add(referral)
    answer = Answer(referral=referral)
    case.answers.append(answer)
    return answer


def next_bank(case: Case) -> tuple[UUID, UUID] | None:
    """Return the best bank and product that a recommended request has not been referred to."""
    if case.request.mode is not DispatchMode.RECOMMENDED:
        return None
    had = {answer.referral.tenant_id for answer in case.answers}
    for found in case.outcome.ranked:
        if found.product.tenant_id not in had:
            return found.product.tenant_id, found.product.product_id
    return None


def _lead(case: Case) -> Lead:
    if case.lead is None:
        message = "a request that nothing fits is referred to nobody"
        raise ValueError(message)
    return case.lead


def _keep_results(stage: Stage, case: Case) -> None:
    versions = {product.product_id: 1 for product in stage.terms}
    for row in match_rows(case.request, case.outcome, versions):
        stage.book.add_plain(MatchResult, row)


def start_duties(stage: Stage, case: Case) -> None:
    """Schedule what falls due for a request that still runs, and for the referrals that wait for a bank.

    A deadline that has passed keeps its duty where its step is still to be taken, and the platform decides what
    follows; every other one, and a reminder of what is past, is taken as done.
    """
    if not case.request.alive:
        return
    stage.duty(
        EXPIRE_TOPIC,
        case.request.expires_at,
        {"subject_id": case.request.subject_id, "request_id": case.request.id},
    )
    for answer in case.answers:
        for offer in answer.offers:
            if offer.open:
                of_offer = {"tenant_id": offer.tenant_id, "offer_id": offer.id}
                stage.duty(OFFER_EXPIRE_TOPIC, offer.valid_until, of_offer, offer.tenant_id)
        if answer.referral.answerable:
            _start_clocks(stage, answer.referral)


def _start_clocks(stage: Stage, referral: Referral) -> None:
    for step in Step:
        for topic, payload, at in dispatch.duties_of(referral, step):
            awaited = topic != dispatch.REMIND_TOPIC and step.open_at(referral)
            if at > stage.now or awaited:
                stage.duty(topic, at, payload, referral.tenant_id)
