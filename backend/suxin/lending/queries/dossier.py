"""The dossier: what a bank reads about the applicant behind a referral, on his consent or a contract, with a receipt."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.fetches import require_people, use_at_desk
from suxin.consent.models import Consent, ConsentState
from suxin.consent.purposes import GUARANTEE_ASSESS, LOAN_CONTRACT, LOAN_MATCH, Purpose
from suxin.consent.queries import contract_basis
from suxin.kernel.actor import Actor
from suxin.kernel.audit import Ground, Receipt, note_read
from suxin.kernel.bases import ground_of
from suxin.lending import policies
from suxin.lending.guarantees.policies import GUARANTEE_READ
from suxin.lending.models import LoanRequest, Referral
from suxin.lending.queries.referrals import party_of, request_behind
from suxin.scoring.queries import GradeTold, grades_of
from suxin.subjects.models import Subject
from suxin.subjects.policies import IDENTITY_READ, RECORD_READ, require_reader
from suxin.subjects.queries import (
    RECORDS_A_PAGE,
    RecordPage,
    RecordPosition,
    records_of,
    subject_row,
)


@dataclass(frozen=True, slots=True)
class Dossier:
    """The applicant, the request as he made it, and the permission; his records are read page by page."""

    subject: Subject
    request: LoanRequest
    consent: Consent


async def dossier(session: AsyncSession, actor: Actor, referral: Referral) -> Dossier | None:
    """Return who is behind a referral; nothing without a live consent to this request that covers who he is.

    A contract's basis alone opens no dossier (see ``contracted_request``). The read is noted as a receipt that the
    applicant sees. A staff member's look counts against the frequency that he agreed to, once a day and before the
    answer is sent; a system's does not, because it learns no record by it.

    :raises Forbidden: without the right to read referrals
    :raises OutsideOwnArea: if the referral lies outside the actor's branch or areas
    """
    actor.require(policies.REFERRAL_READ)
    policies.require_in_reach(actor, referral)
    return await _opened(session, actor, referral.lead_id, LOAN_MATCH)


async def guarantor_dossier(session: AsyncSession, actor: Actor, lead_id: UUID) -> Dossier | None:
    """Return who is behind a lead that a guarantor was asked about; nothing without his live consent to it for this request.

    Receipts and days of use are as with a bank's. What a bank was let know is none of it.

    :raises Forbidden: without the right to read guarantees or, where there is a consent, records
    Source: PIPL art. 23
    """
    actor.require(GUARANTEE_READ)
    return await _opened(session, actor, lead_id, GUARANTEE_ASSESS)


async def _opened(
    session: AsyncSession, actor: Actor, lead_id: UUID, purpose: Purpose
) -> Dossier | None:
    party = await party_of(session, lead_id)
    request = await request_behind(session, lead_id)
    if party is None or request is None:
        return None
    consent = await session.scalar(
        select(Consent).where(
            Consent.subject_id == party.subject_id,
            Consent.tenant_id == actor.own_tenant,
            Consent.purpose == purpose.code,
            Consent.context_id == party.request_id,
            Consent.state == ConsentState.ACTIVE,
            Consent.expires_at > session.info["now"],
        )
    )
    if consent is None:
        return None
    actor.require(RECORD_READ)
    subject = await subject_row(session, party.subject_id)
    note_read(
        session,
        Receipt(
            subject_id=party.subject_id,
            purpose=purpose.code,
            categories=("loan_request", "registration"),
            fields=("name", "uscc", "request"),
            row_count=1,
            object_type="loan_request",
            object_id=party.request_id,
            ground=Ground(consent_id=consent.id),
        ),
    )
    use_at_desk(session, actor, consent)
    return Dossier(subject, request, consent)


async def dossier_records(
    session: AsyncSession,
    actor: Actor,
    found: Dossier,
    *,
    first: int = RECORDS_A_PAGE,
    after: RecordPosition | None = None,
    counted: bool = False,
) -> RecordPage:
    """Return a page of the records that an open dossier's consent covers, the latest first, on a receipt of its own.

    A consent to another request adds no category to this one. Opening the dossier counted the day.

    :raises Forbidden: without the right to read records, or for the consent's purpose
    :raises RecordsAreFetched: if a system reads, which fetches them (``fetch_records``), so that each use is counted
    """
    require_people(actor)
    return await records_of(
        session,
        replace(actor, consent_id=found.consent.id),
        found.subject.id,
        found.consent.purpose,
        first=first,
        after=after,
        counted=counted,
    )


async def dossier_grades(session: AsyncSession, actor: Actor, found: Dossier) -> list[GradeTold]:
    """Return the grades of an open dossier's subject with what counts, on a receipt; none where its consent covers none.

    Opening the dossier counted the day. A contract alone opens none: it is about the loan, and no longer about whom to lend to.

    :raises Forbidden: without the right to ask for tiers, or for the consent's purpose
    :raises RecordsAreFetched: if a system reads, which fetches them (``fetch_tiers``), so that each use is counted
    """
    require_people(actor)
    return await grades_of(
        session,
        replace(actor, consent_id=found.consent.id),
        subject_id=found.subject.id,
        purpose=found.consent.purpose,
        now=session.info["now"],
    )


async def contracted_request(
    session: AsyncSession, actor: Actor, referral: Referral
) -> LoanRequest | None:
    """Return the request that a contract of this bank stands on; nothing without a live contract.

    A contract tells who the borrower is and how to reach him (``identity_of`` the request's person), and neither what is
    registered nor what is on record about the subject. The read is noted as a receipt that the applicant sees.

    :raises Forbidden: without the right to read referrals or, where there is a contract, identities
    :raises OutsideOwnArea: if the referral lies outside the actor's branch or areas
    Source: PIPL art. 13(2)
    """
    actor.require(policies.REFERRAL_READ)
    policies.require_in_reach(actor, referral)
    request = await request_behind(session, referral.lead_id)
    if request is None:
        return None
    basis = await contract_basis(
        session,
        actor,
        subject_id=request.subject_id,
        context_id=request.id,
        now=session.info["now"],
    )
    if basis is None:
        return None
    require_reader(actor, IDENTITY_READ)
    note_read(
        session,
        Receipt(
            subject_id=request.subject_id,
            purpose=LOAN_CONTRACT.code,
            categories=("loan_request",),
            fields=("request",),
            row_count=1,
            object_type="loan_request",
            object_id=request.id,
            ground=ground_of(basis),
        ),
    )
    return request
