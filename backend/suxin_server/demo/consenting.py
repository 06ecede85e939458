"""Consents of the demo city and the access bases that stand or have ended with them."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from suxin.consent.bases import basis_of_consent, basis_of_contract
from suxin.consent.giving import EXPIRE_TOPIC
from suxin.consent.models import Consent, ConsentState
from suxin.consent.notice_texts import current_text
from suxin.consent.purposes import LOAN_MATCH
from suxin.kernel.working_days import local_day
from suxin.subjects.contents import months_later
from suxin.subjects.models import DataCategory
from suxin_server.demo.asking import Answer, Case
from suxin_server.demo.book import Stage

_LIVES: Final = (30, 30, 60, 90)
_ALL_PERCENT: Final = 65


def consent(
    stage: Stage, case: Case, answer: Answer, *, at: datetime, life_days: int | None = None
) -> Consent:
    """Let the applicant permit the bank to see who he is; the basis opens with it."""
    party, text = case.party, current_text(LOAN_MATCH.code)
    life = timedelta(days=life_days or stage.dice.choice(_LIVES))
    given = Consent(
        subject_id=party.subject_id,
        id=stage.dice.id_at(at),
        tenant_id=answer.referral.tenant_id,
        purpose=LOAN_MATCH.code,
        categories=_categories(stage),
        context_id=case.request.id,
        notice_version=text.version,
        notice_sha256=text.sha256,
        life_days=life.days,
        records_from=months_later(local_day(at), -LOAN_MATCH.range_months),
        frequency_times=LOAN_MATCH.frequency.times,
        frequency_unit=LOAN_MATCH.frequency.unit,
        retention_days=LOAN_MATCH.retention_days,
        natural_person=False,
        state=ConsentState.REQUESTED,
        requested_at=at,
        answer_by=None,
        starts_at=at,
        expires_at=at + life,
        decided_at=at,
        decided_by=party.person_id,
    )
    given.enter(ConsentState.ACTIVE)
    answer.consent, answer.referral.consented_at = given, at
    stage.book.add(given)
    _record(stage, case, given, "granted", at)
    return given


def pause(stage: Stage, case: Case, given: Consent, *, at: datetime) -> None:
    """Stop the bank's access for a while."""
    given.enter(ConsentState.PAUSED)
    _open_and_end_basis(stage, given, ended_at=at)
    _record(stage, case, given, "paused", at)


def revoke(stage: Stage, case: Case, given: Consent, *, at: datetime, reason: str | None) -> None:
    """Take the permission back."""
    paused = given.state is ConsentState.PAUSED
    given.enter(ConsentState.REVOKED)
    given.ended_at, given.end_reason = at, reason
    if not paused:
        _open_and_end_basis(stage, given, ended_at=at)
    _record(stage, case, given, "revoked", at)


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
            _record(stage, case, given, "expired", given.expires_at)
        else:
            _open_and_end_basis(stage, given, ended_at=None)
    for answer in case.answers:
        given = answer.consent
        if given is not None and given.state in (ConsentState.ACTIVE, ConsentState.PAUSED):
            payload = {"subject_id": given.subject_id, "consent_id": given.id}
            stage.duty(EXPIRE_TOPIC, given.expires_at, payload)


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


def _categories(stage: Stage) -> list[str]:
    optional: list[DataCategory] = sorted(LOAN_MATCH.optional)
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


def _record(stage: Stage, case: Case, given: Consent, step: str, at: datetime) -> None:
    stage.act(
        f"consent.consent.{step}",
        at,
        of=("consent", given.id),
        by=None if step == "expired" else case.party,
        tenant_id=given.tenant_id,
        about=given.subject_id,
        detail={"purpose": given.purpose, "categories": given.categories},
    )
