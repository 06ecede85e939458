"""What a bank does with a referral: accept or claim, contact, examine, decline."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import queries as consent_queries
from suxin.consent.purposes import LOAN_MATCH
from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.refusals import Invalid, Refusal, RefusalKind
from suxin.lending import dispatch, policies
from suxin.lending.claims import keep_claim, release_claim, take_claim
from suxin.lending.models import DispatchMode, Referral
from suxin.lending.queries import referrals as queries
from suxin.lending.telling import tell_of_referral
from suxin.lending.terms import DeclineReason
from suxin.tenancy.profiles import Profiles

MAX_NOTE = 300
ANSWERED_TOPIC = "lending.referral.answered"


class LeadNotClaimable(Refusal):
    """Another bank holds the lead, or it has left the pool."""

    code = "LEAD_NOT_CLAIMABLE"
    zh = "该线索已被其他机构抢先受理或已关闭"
    en = "Another bank holds this lead, or it has closed"


class ConsentRequired(Refusal):
    """The applicant has not permitted this bank to know who he is, or has taken the permission back."""

    code = "CONSENT_REQUIRED"
    kind = RefusalKind.FORBIDDEN
    zh = "申请人尚未授权贵行查阅，或授权已暂停、撤回或到期"
    en = "The applicant has not given this bank consent, or it is paused, revoked or expired"


async def accept_referral(
    session: AsyncSession, actor: Actor, *, referral_id: UUID, now: datetime
) -> Referral:
    """Take a referral up, still blind; the applicant is told and asked for his consent.

    :raises NotFound, Forbidden, OutsideOwnArea: if it is not the actor's to work on
    :raises StepNotPossible: if it is not newly dispatched
    """
    referral = await _lock(session, actor, referral_id)
    referral.accept(staff_id=actor.staff_id, now=now)
    await _answered(session, referral, "accepted", now=now)
    return referral


async def claim_lead(
    session: AsyncSession, actor: Actor, *, lead_id: UUID, profiles: Profiles, now: datetime
) -> Referral:
    """Claim a lead of the open pool (抢单): the first bank locks it until it must have made contact.

    :raises Forbidden: if the actor may not work on referrals
    :raises OutsideOwnArea: if the lead's county is outside the actor's areas
    :raises LeadNotClaimable: if another bank was first, this bank had it before, or it left the pool
    :raises QuotaExhausted: if the bank holds as many leads of the pool as it may at once
    """
    actor.require(policies.REFERRAL_WORK)
    tenant_id = actor.own_tenant
    lead = await queries.lock_pool_lead(session, lead_id, now=now)
    if lead is None or await queries.leads_had(session, tenant_id, [lead_id]):
        raise LeadNotClaimable
    policies.require_county(actor, lead.county_code)
    referral = dispatch.new_referral(
        lead,
        tenant_id=tenant_id,
        product_id=None,
        mode=DispatchMode.OPEN_POOL,
        calendar=await calendar_for_deadlines(session),
        now=now,
    )
    referral.branch_id = actor.branch_id
    referral.accept(staff_id=actor.staff_id, now=now)
    await take_claim(
        session, lead, tenant_id=tenant_id, until=referral.contact_by, profiles=profiles
    )
    session.add(referral)
    await session.flush()
    await dispatch.start_clocks(session, referral, now=now)
    await _answered(session, referral, "claimed", now=now)
    return referral


async def record_contact(
    session: AsyncSession, actor: Actor, *, referral_id: UUID, now: datetime
) -> Referral:
    """Record that the applicant was contacted; only with his consent is there anyone to contact.

    :raises NotFound, Forbidden, OutsideOwnArea: if it is not the actor's to work on
    :raises ConsentRequired: without a live consent
    :raises StepNotPossible: if it is not accepted
    """
    referral = await _lock(session, actor, referral_id)
    party = await queries.party_of(session, referral.lead_id)
    if party is None:
        raise ConsentRequired
    await hold_consent(session, actor, party.subject_id, party.request_id, now=now)
    referral.contact(now=now)
    await keep_claim(session, referral)
    await _answered(session, referral, "contacted", now=now)
    return referral


async def start_due_diligence(
    session: AsyncSession, actor: Actor, *, referral_id: UUID, now: datetime
) -> Referral:
    """Record that the bank examines the application.

    :raises NotFound, Forbidden, OutsideOwnArea: if it is not the actor's to work on
    :raises StepNotPossible: if the applicant was not contacted
    """
    referral = await _lock(session, actor, referral_id)
    referral.examine()
    await _answered(session, referral, "examined", now=now)
    return referral


async def decline_referral(
    session: AsyncSession,
    actor: Actor,
    *,
    referral_id: UUID,
    reason: DeclineReason,
    note: str | None,
    now: datetime,
) -> Referral:
    """Decline with a reason code, which the applicant is told; a lead of the pool goes back to it.

    :raises NotFound, Forbidden, OutsideOwnArea: if it is not the actor's to work on
    :raises Invalid: if the reason needs a note, or the note is too long
    :raises StepNotPossible: if it was answered already
    """
    words = (note or "").strip()
    if len(words) > MAX_NOTE:
        raise Invalid(
            field="note",
            reason_zh=f"最多 {MAX_NOTE} 字",
            reason_en=f"at most {MAX_NOTE} characters",
        )
    if reason is DeclineReason.OTHER_WITH_NOTE and not words:
        raise Invalid(
            field="note", reason_zh="选择“其他”须说明原因", reason_en="this reason needs a note"
        )
    referral = await _lock(session, actor, referral_id)
    referral.decline(reason=reason, note=words or None, now=now)
    await release_claim(session, referral)
    await _answered(session, referral, "declined", now=now, detail={"reason": reason.value})
    return referral


async def hold_consent(
    session: AsyncSession, actor: Actor, subject_id: UUID, request_id: UUID, *, now: datetime
) -> None:
    """Hold the applicant's consent to this bank in place until the step that needs it is written.

    Either the bank's step comes first and the applicant's pause or revocation waits for it, or the step is refused:
    nothing is decided on a consent that he was told has ended. Call it after every other lock of the step.

    :raises ConsentRequired: without a live consent to this request
    """
    basis = await consent_queries.hold_basis(
        session,
        actor,
        subject_id=subject_id,
        context_id=request_id,
        purpose=LOAN_MATCH.code,
        now=now,
    )
    if basis is None:
        raise ConsentRequired


async def _lock(session: AsyncSession, actor: Actor, referral_id: UUID) -> Referral:
    actor.require(policies.REFERRAL_WORK)
    known, _ = await queries.own_referral(session, actor, referral_id)
    policies.require_in_reach(actor, known)
    if known.mode is DispatchMode.OPEN_POOL:
        await queries.lock_lead(session, known.lead_id)
    return await queries.lock_own_referral(session, actor, referral_id)


async def _answered(
    session: AsyncSession,
    referral: Referral,
    step: str,
    *,
    now: datetime,
    detail: dict[str, str] | None = None,
) -> None:
    append_act(
        session,
        action=f"lending.referral.{step}",
        now=now,
        tenant_id=referral.tenant_id,
        object_type="referral",
        object_id=referral.id,
        detail=detail,
    )
    tell_of_referral(session, referral, step, now=now)
    await outbox.post(
        session,
        ANSWERED_TOPIC,
        {"tenant_id": referral.tenant_id, "referral_id": referral.id, "step": step},
        now=now,
        tenant_id=referral.tenant_id,
        wake=True,
    )
