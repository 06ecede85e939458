"""The dossier: what a bank reads about the applicant behind a referral, on his consent or a contract, with a receipt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.fetches import use_at_desk
from suxin.consent.models import Consent, ConsentState
from suxin.consent.purposes import LOAN_CONTRACT, LOAN_MATCH
from suxin.consent.queries import contract_basis
from suxin.kernel.actor import Actor
from suxin.kernel.audit import Receipt, note_read
from suxin.lending import policies
from suxin.lending.models import LoanRequest, Referral
from suxin.lending.queries.referrals import party_of, request_behind
from suxin.subjects.models import CreditRecord, Subject
from suxin.subjects.policies import IDENTITY_READ, require_reader
from suxin.subjects.queries import records_of, subject_row


@dataclass(frozen=True, slots=True)
class Dossier:
    """The applicant, the request as he made it, his records in the categories he permitted, and the permission."""

    subject: Subject
    request: LoanRequest
    records: Sequence[CreditRecord]
    consent: Consent


async def dossier(session: AsyncSession, actor: Actor, referral: Referral) -> Dossier | None:
    """Return who is behind a referral and what he lets this bank see; nothing without a live consent to this request.

    A contract's basis alone opens no dossier (see ``contracted_request``), and a consent to another request adds no
    category to this one. The read is noted as receipts that the applicant sees, and counts against the frequency that he
    agreed to before the answer is sent: at a desk once a day, else each time.

    :raises Forbidden: without the right to read referrals
    :raises OutsideOwnArea: if the referral lies outside the actor's branch or areas
    """
    actor.require(policies.REFERRAL_READ)
    policies.require_in_reach(actor, referral)
    party = await party_of(session, referral.lead_id)
    request = await request_behind(session, referral.lead_id)
    if party is None or request is None:
        return None
    consent = await session.scalar(
        select(Consent).where(
            Consent.subject_id == party.subject_id,
            Consent.tenant_id == actor.own_tenant,
            Consent.purpose == LOAN_MATCH.code,
            Consent.context_id == party.request_id,
            Consent.state == ConsentState.ACTIVE,
            Consent.expires_at > session.info["now"],
        )
    )
    if consent is None:
        return None
    subject = await subject_row(session, party.subject_id)
    narrowed = replace(actor, consent_id=consent.id)
    records = await records_of(session, narrowed, party.subject_id, LOAN_MATCH.code)
    note_read(
        session,
        Receipt(
            subject_id=party.subject_id,
            purpose=LOAN_MATCH.code,
            categories=("loan_request", "registration"),
            fields=("name", "uscc", "request"),
            row_count=1,
            object_type="loan_request",
            object_id=party.request_id,
            consent_id=consent.id,
        ),
    )
    use_at_desk(session, actor, consent)
    return Dossier(subject, request, records, consent)


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
        ),
    )
    return request
