"""Consents of the demo city, the access bases that stand or have ended with them, and what was read on them."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from suxin.consent.bases import basis_of_consent, basis_of_contract
from suxin.consent.channels import FILED_BY_THE_PERSON
from suxin.consent.fetches import delivery_of
from suxin.consent.giving import ERASE_TOPIC, EXPIRE_TOPIC
from suxin.consent.models import GIVEN, Consent, ConsentFetch, ConsentState
from suxin.consent.notice_texts import current_text
from suxin.consent.purposes import LOAN_MATCH
from suxin.kernel.working_days import local_day
from suxin.subjects.contents import months_later
from suxin.subjects.models import CreditRecord, DataCategory, RecordStatus
from suxin_server.demo.asking import Answer, Case
from suxin_server.demo.book import Bank, Party, Stage

_LIVES: Final = (30, 30, 60, 90)
_ALL_PERCENT: Final = 65


def consent(
    stage: Stage, case: Case, answer: Answer, *, at: datetime, life_days: int | None = None
) -> Consent:
    """Let the applicant permit the bank to see who he is; the basis opens with it."""
    given = asked(
        stage,
        case.party,
        tenant_id=answer.referral.tenant_id,
        life_days=life_days or stage.dice.choice(_LIVES),
        context_id=case.request.id,
        at=at,
    )
    allow(stage, case.party, given, at=at)
    answer.consent, answer.referral.consented_at = given, at
    return given


def asked(
    stage: Stage,
    party: Party,
    *,
    tenant_id: UUID,
    life_days: int,
    at: datetime,
    context_id: UUID | None = None,
    answer_by: datetime | None = None,
) -> Consent:
    """Put down what is asked of an applicant, as wide as the purpose and his being a natural person let it be."""
    text = current_text(LOAN_MATCH.code)
    wanted = Consent(
        subject_id=party.subject_id,
        id=stage.dice.id_at(at),
        tenant_id=tenant_id,
        purpose=LOAN_MATCH.code,
        categories=_categories(stage, natural_person=party.is_natural_person),
        context_id=context_id,
        notice_version=text.version,
        notice_sha256=text.sha256,
        life_days=life_days,
        records_from=months_later(local_day(at), -LOAN_MATCH.range_months),
        frequency_times=LOAN_MATCH.frequency.times,
        frequency_unit=LOAN_MATCH.frequency.unit,
        retention_days=LOAN_MATCH.retention_days,
        natural_person=None,
        state=ConsentState.REQUESTED,
        requested_at=at,
        answer_by=answer_by,
        starts_at=at,
        expires_at=at + timedelta(days=life_days),
    )
    stage.book.add(wanted)
    return wanted


def allow(stage: Stage, party: Party, wanted: Consent, *, at: datetime) -> None:
    """Let the applicant say yes; from then on it runs."""
    wanted.enter(ConsentState.ACTIVE)
    wanted.decided_at, wanted.decided_by = at, party.person_id
    wanted.starts_at, wanted.expires_at = at, at + timedelta(days=wanted.life_days)
    wanted.natural_person = party.is_natural_person
    record(stage, party, wanted, "granted", at)


def use(
    stage: Stage,
    party: Party,
    given: Consent,
    *,
    at: datetime,
    number: int = 1,
    object_id: UUID | None = None,
) -> None:
    """Let an officer read on a permission at the desk, or, without anything looked at there, the bank's system fetch."""
    bank, at_desk = stage.banks[given.tenant_id], object_id is not None
    content, sha256 = (None, None) if at_desk else delivery_of(_records(party, given))
    stage.book.add(
        ConsentFetch(
            subject_id=given.subject_id,
            consent_id=given.id,
            number=number,
            tenant_id=given.tenant_id,
            period=given.frequency.period_of(at),
            at_desk=at_desk,
            at=at,
            categories=given.categories,
            content=content,
            sha256=sha256,
        )
    )
    stage.read(at, party=party, bank=bank, given=given, lead_id=object_id)


def _records(party: Party, given: Consent) -> list[CreditRecord]:
    return [
        CreditRecord(
            **row
            | {
                "category": DataCategory(row["category"]),
                "status": RecordStatus(row["status"]),
            }
        )
        for row in party.records
        if row["category"] in given.categories and row["occurred_on"] >= given.records_from
    ]


def pause(stage: Stage, case: Case, given: Consent, *, at: datetime) -> None:
    """Stop the bank's access for a while."""
    given.enter(ConsentState.PAUSED)
    _open_and_end_basis(stage, given, ended_at=at)
    record(stage, case.party, given, "paused", at)


def revoke(stage: Stage, case: Case, given: Consent, *, at: datetime, reason: str | None) -> None:
    """Take the permission back."""
    paused = given.state is ConsentState.PAUSED
    given.enter(ConsentState.REVOKED)
    given.ended_at, given.end_reason = at, reason
    if not paused:
        _open_and_end_basis(stage, given, ended_at=at)
    record(stage, case.party, given, "revoked", at)


def shorten(given: Consent, *, after: datetime, before: datetime) -> None:
    """Make it a permission for a few days that has ended, where that fits what was done on it."""
    life = timedelta(days=(after - given.starts_at) // timedelta(days=1) + 1)
    if given.starts_at + life <= before:
        given.life_days, given.expires_at = life.days, given.starts_at + life


def settle(stage: Stage, case: Case) -> None:
    """Bring the consents that nobody ended to where time has brought them, and write their bases."""
    for answer in case.answers:
        given = answer.consent
        if given is None or given.state is not ConsentState.ACTIVE:
            continue
        if given.expires_at <= stage.now:
            given.enter(ConsentState.EXPIRED)
            given.ended_at = given.expires_at
            _open_and_end_basis(stage, given, ended_at=given.expires_at)
            record(stage, case.party, given, "expired", given.expires_at)
            kept_until = given.expires_at + timedelta(days=given.retention_days)
            duty(stage, ERASE_TOPIC, kept_until, given)
        else:
            _open_and_end_basis(stage, given, ended_at=None)
    for answer in case.answers:
        given = answer.consent
        if given is not None and given.state in GIVEN:
            duty(stage, EXPIRE_TOPIC, given.expires_at, given)


def open_basis(stage: Stage, given: Consent) -> None:
    """Open the basis of a permission that stands, and put its end in the book."""
    _open_and_end_basis(stage, given, ended_at=None)
    duty(stage, EXPIRE_TOPIC, given.expires_at, given)


def duty(stage: Stage, topic: str, due: datetime, consent: Consent) -> None:
    """Schedule what falls due about a consent."""
    stage.duty(topic, due, {"subject_id": consent.subject_id, "consent_id": consent.id})


def open_contract_basis(
    stage: Stage,
    case: Case,
    *,
    tenant_id: UUID,
    contract_id: UUID,
    at: datetime,
    ends_at: datetime,
) -> None:
    """Give the contract's bank access to identity and contact for as long as the contract needs it."""
    stage.book.add(
        basis_of_contract(
            basis_id=stage.dice.id_at(at),
            subject_id=case.party.subject_id,
            person_id=case.party.person_id,
            tenant_id=tenant_id,
            contract_id=contract_id,
            context_id=case.request.id,
            starts_at=at,
            ends_at=ends_at,
        )
    )


def _categories(stage: Stage, *, natural_person: bool) -> list[str]:
    # The banks of the demo hold no licence for personal credit reporting.
    open_to_banks = FILED_BY_THE_PERSON if natural_person else LOAN_MATCH.optional
    optional: list[DataCategory] = sorted(LOAN_MATCH.optional & open_to_banks)
    if not stage.dice.happens(_ALL_PERCENT):
        optional = stage.dice.sample(optional, stage.dice.randrange(len(optional)))
    return sorted(category.value for category in LOAN_MATCH.required.union(optional))


def _open_and_end_basis(stage: Stage, given: Consent, *, ended_at: datetime | None) -> None:
    starts_at = given.starts_at
    stage.book.add(
        basis_of_consent(
            given, basis_id=stage.dice.id_at(starts_at), starts_at=starts_at, ended_at=ended_at
        )
    )


def record(
    stage: Stage,
    by: Party | Bank,
    given: Consent,
    step: str,
    at: datetime,
) -> None:
    """Enter a step of a consent into the audit stream; what runs out does so by itself."""
    stage.act(
        f"consent.consent.{step}",
        at,
        of=("consent", given.id),
        by=None if step in ("expired", "lapsed") else by,
        tenant_id=given.tenant_id,
        about=given.subject_id,
        detail={"purpose": given.purpose, "categories": given.categories},
    )
