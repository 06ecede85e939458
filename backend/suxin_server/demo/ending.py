"""How requests of the demo city end: chosen, taken back, run out, or with nobody left to ask."""

from dataclasses import fields
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final
from uuid import UUID

from suxin.consent.models import ConsentState
from suxin.lending.commands.offers import contract_ends_at
from suxin.lending.models import Offer
from suxin.lending.snapshots import ERASE_TOPIC, SeenRecord, snapshot_of
from suxin_server.demo import consenting
from suxin_server.demo.answering import record_offer
from suxin_server.demo.asking import Answer, Case
from suxin_server.demo.book import Stage

_MOMENT: Final = timedelta(minutes=2)


def last_event(case: Case) -> datetime:
    """Return the last moment at which anything happened to a case."""
    moments = [case.request.created_at]
    for answer in case.answers:
        referral, given = answer.referral, answer.consent
        moments += [
            moment
            for moment in (
                referral.dispatched_at,
                referral.accepted_at,
                referral.consented_at,
                referral.contacted_at,
                referral.decided_at,
                given.ended_at if given else None,
                *(offer.made_at for offer in answer.offers),
                *(offer.decided_at for offer in answer.offers),
            )
            if moment is not None
        ]
    return max(moments)


def choose(stage: Stage, case: Case) -> bool:
    """Accept the cheapest offer that still stands; return False where none does."""
    after = last_event(case) + _MOMENT
    standing = [
        offer
        for answer in case.answers
        for offer in answer.offers
        if offer.open and offer.valid_until > after
    ]
    if not standing or after >= stage.now:
        return False
    chosen = min(standing, key=_price)
    middle = after + (min(chosen.valid_until, stage.now) - after) / 2
    at = stage.hours.between(stage.dice, after, middle)
    chosen.choose(now=at)
    case.request.accept(now=at)
    close(stage, case, reason="申请人已选择其他银行", at=at, chosen_tenant=chosen.tenant_id)
    ends_at = contract_ends_at(chosen, accepted_at=at)
    _freeze(stage, case, chosen, at, kept_until=ends_at)
    consenting.open_contract_basis(
        stage,
        case,
        tenant_id=chosen.tenant_id,
        contract_id=chosen.id,
        at=at,
        ends_at=ends_at,
    )
    record_offer(stage, case, chosen, step="accepted", at=at, bank=None)
    return True


def _price(offer: Offer) -> tuple[int, Fraction, UUID]:
    return offer.annualised_rate_bps, Fraction(offer.total_cost_fen, offer.amount_fen), offer.id


def withdraw(stage: Stage, case: Case) -> None:
    """Let the applicant take the request back."""
    after = min(last_event(case) + _MOMENT, stage.now)
    at = stage.hours.between(stage.dice, after, stage.now)
    case.request.withdraw(now=at)
    close(stage, case, reason="申请已撤回", at=at)
    stage.act("lending.request.withdrawn", at, of=("loan_request", case.request.id), by=case.party)


def run_out(stage: Stage, case: Case) -> None:
    """End a request whose time is over."""
    at = case.request.expires_at
    case.request.expire(now=at)
    close(stage, case, reason="申请已到期", at=at)


def give_up(stage: Stage, case: Case) -> None:
    """End a request for which no bank is left."""
    at = last_event(case)
    case.request.find_no_match(now=at)
    close(stage, case, reason="没有可对接的银行", at=at)


def close(
    stage: Stage, case: Case, *, reason: str, at: datetime, chosen_tenant: UUID | None = None
) -> None:
    """Pass over what is left, close the lead and end the permissions; the chosen bank's stay."""
    if case.lead is not None:
        case.lead.release()
        case.lead.close()
    for answer in case.answers:
        if answer.referral.answerable and answer.referral.tenant_id != chosen_tenant:
            answer.referral.pass_over(now=at)
        for offer in answer.offers:
            if offer.open:
                offer.pass_over(now=at)
        if answer.referral.tenant_id != chosen_tenant:
            _end_consent(stage, case, answer, reason, at)


def _end_consent(stage: Stage, case: Case, answer: Answer, reason: str, at: datetime) -> None:
    given = answer.consent
    if given is None or given.expires_at <= at:
        return
    if given.state in (ConsentState.ACTIVE, ConsentState.PAUSED):
        consenting.revoke(stage, case, given, at=at, reason=reason)


def _freeze(stage: Stage, case: Case, chosen: Offer, at: datetime, *, kept_until: datetime) -> None:
    given = next(
        answer.consent for answer in case.answers if answer.referral.id == chosen.referral_id
    )
    request = case.request
    seen = given.categories if given else []
    records = sorted(
        (row for row in case.party.records if row["category"] in seen), key=lambda row: row["id"]
    )
    snapshot = snapshot_of(
        request,
        chosen,
        consent_id=given.id if given else None,
        records=[
            SeenRecord(**{field.name: row[field.name] for field in fields(SeenRecord)})
            for row in records
        ],
        snapshot_id=stage.dice.id_at(at),
        kept_until=kept_until,
        now=at,
    )
    stage.book.add(snapshot)
    of_snapshot = {"tenant_id": snapshot.tenant_id, "snapshot_id": snapshot.id}
    stage.duty(ERASE_TOPIC, kept_until, of_snapshot, snapshot.tenant_id)
