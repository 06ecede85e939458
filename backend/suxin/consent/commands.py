"""What a subject decides about his permissions, and the access bases that follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import queries
from suxin.consent.bases import basis_of_consent, basis_of_contract
from suxin.consent.models import Consent, ConsentState, ConsentStateConflict, NoticeText
from suxin.consent.notice_texts import TEXTS, current_text
from suxin.consent.oauth.grants import end_grants_on_consent
from suxin.consent.purposes import narrow, purpose_named
from suxin.kernel import notices, outbox
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.audit import append_act
from suxin.kernel.bases import AccessBasis
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, Refusal, RefusalKind
from suxin.subjects.models import DataCategory

EXPIRE_TOPIC = "consent.consent.expire"


class NoticeOutdated(Refusal):
    """The subject was shown a wording that is no longer in force; he must be shown the present one."""

    code = "NOTICE_OUTDATED"
    zh = "授权告知书已更新为 {version}，请重新阅读后确认"
    en = "The notice is now {version}; please read it again before deciding"


class ConsentExists(Refusal):
    """The same permission is already given and has not ended."""

    code = "CONSENT_EXISTS"
    zh = "您已对该机构作出相同用途的授权"
    en = "You have already given this organisation this permission"


class RecipientUnknown(Refusal):
    """The organisation does not exist or may not act at present."""

    code = "RECIPIENT_UNKNOWN"
    kind = RefusalKind.NOT_FOUND
    zh = "找不到该机构，或其已暂停服务"
    en = "No such organisation, or it is suspended"


@dataclass(frozen=True, slots=True)
class Granted:
    """A consent that was given; ``cuts`` says in words what was narrowed."""

    consent_id: UUID
    expires_at: datetime
    categories: tuple[DataCategory, ...]
    cuts: tuple[str, ...]


async def publish_notice_texts(session: AsyncSession, actor: Actor, *, now: datetime) -> None:
    """Store the wordings in force that are not stored yet, as the platform itself; stored ones are left as they are.

    :raises Forbidden: if anyone but the platform calls
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Forbidden(permission="consent.notice.publish")
    known = set(await session.scalars(select(NoticeText.version)))
    session.add_all(
        NoticeText(
            version=text.version,
            purpose=text.purpose,
            body=text.body,
            sha256=text.sha256,
            published_at=now,
        )
        for text in TEXTS
        if text.version not in known
    )
    append_act(session, action="consent.notices.published", now=now, tenant_id=actor.tenant_id)


async def grant_consent(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    purpose: str,
    categories: Sequence[DataCategory],
    life_days: int,
    notice_version: str,
    context_id: UUID | None,
    now: datetime,
) -> Granted:
    """Give one tenant permission for one purpose, after the notice text was shown.

    A wider request is narrowed to the purpose's limits, and ``cuts`` says how.

    :raises PurposeUnknown: if there is no such purpose
    :raises CategoriesOutsidePurpose: if no category belongs to it
    :raises NoticeOutdated: if another wording was shown than the one in force
    :raises RecipientUnknown: if the tenant does not exist or is suspended
    :raises ConsentExists: if the same permission is open already
    Source: PIPL art. 13, 14, 17, 23
    """
    limits = purpose_named(purpose)
    text = current_text(limits.code)
    if notice_version != text.version:
        raise NoticeOutdated(field="noticeVersion", version=text.version)
    narrowed = narrow(limits, categories=categories, life_days=life_days)
    recipient = await queries.recipient(session, tenant_id)
    if recipient is None:
        raise RecipientUnknown(field="tenantId")
    subject_id = actor.own_subject
    if await queries.open_consent(session, subject_id, tenant_id, limits.code, context_id):
        raise ConsentExists(field="tenantId")
    consent = Consent(
        subject_id=subject_id,
        id=new_id(),
        tenant_id=tenant_id,
        purpose=limits.code,
        categories=[category.value for category in narrowed.categories],
        context_id=context_id,
        notice_version=text.version,
        notice_sha256=text.sha256,
        retention_days=limits.retention_days,
        state=ConsentState.REQUESTED,
        requested_at=now,
        starts_at=now,
        expires_at=now + timedelta(days=narrowed.life_days),
    )
    session.add(consent)
    consent.enter(ConsentState.ACTIVE)
    consent.decided_at, consent.decided_by = now, actor.person_id
    session.add(basis_of_consent(consent, basis_id=new_id(), starts_at=now))
    await outbox.post(
        session,
        EXPIRE_TOPIC,
        {"subject_id": subject_id, "consent_id": consent.id},
        now=now,
        not_before=consent.expires_at,
    )
    _record(session, consent, "granted", now=now)
    return Granted(consent.id, consent.expires_at, narrowed.categories, narrowed.cuts)


async def pause_consent(
    session: AsyncSession, actor: Actor, *, consent_id: UUID, now: datetime
) -> Consent:
    """Stop the tenant's access until the subject resumes it.

    :raises NotFound: if it is not this subject's consent
    :raises ConsentStateConflict: if it is not active
    """
    consent = await queries.lock_own_consent(session, actor, consent_id)
    consent.enter(ConsentState.PAUSED)
    await _end_bases(session, consent, now=now)
    _record(session, consent, "paused", now=now)
    return consent


async def resume_consent(
    session: AsyncSession, actor: Actor, *, consent_id: UUID, now: datetime
) -> Consent:
    """Let the tenant read again, until the consent's old end.

    :raises NotFound: if it is not this subject's consent
    :raises ConsentStateConflict: if it is not paused, or its time is over
    """
    consent = await queries.lock_own_consent(session, actor, consent_id)
    if consent.state is not ConsentState.PAUSED:
        raise ConsentStateConflict(state=consent.state)
    if consent.expires_at <= now:
        raise ConsentStateConflict(state=ConsentState.EXPIRED)
    consent.enter(ConsentState.ACTIVE)
    session.add(basis_of_consent(consent, basis_id=new_id(), starts_at=now))
    _record(session, consent, "resumed", now=now)
    return consent


async def revoke_consent(
    session: AsyncSession, actor: Actor, *, consent_id: UUID, reason: str | None, now: datetime
) -> Consent:
    """Take the permission back: the tenant's next request is refused; history stays.

    :raises NotFound: if it is not this subject's consent
    :raises ConsentStateConflict: if it has ended already
    Source: PIPL art. 15
    """
    consent = await queries.lock_own_consent(session, actor, consent_id)
    consent.enter(ConsentState.REVOKED)
    consent.ended_at, consent.end_reason = now, reason
    await _end_bases(session, consent, now=now)
    await end_grants_on_consent(session, consent.id, reason="consent_revoked", now=now)
    _record(session, consent, "revoked", now=now)
    await notices.notify_tenant(
        session,
        tenant_id=consent.tenant_id,
        permission=None,
        template="consent_revoked",
        title="授权已撤回",
        body="一位申请人撤回了对贵行的授权，相关资料已不可查阅。",
        link="/desk/referrals",
        now=now,
    )
    return consent


async def end_consents_about(
    session: AsyncSession,
    *,
    subject_id: UUID,
    context_id: UUID,
    reason: str,
    now: datetime,
    except_tenant: UUID | None = None,
    only_tenant: UUID | None = None,
) -> int:
    """Revoke the subject's open consents about one matter that is over, for all tenants or for one; return how many.

    Data that a purpose no longer needs is no longer given (PIPL art. 47(1)).
    """
    open_consents = await queries.lock_open_about(session, subject_id, context_id)
    ended = [
        consent
        for consent in open_consents
        if consent.tenant_id != except_tenant and only_tenant in (None, consent.tenant_id)
    ]
    for consent in ended:
        consent.enter(ConsentState.REVOKED)
        consent.ended_at, consent.end_reason = now, reason
        await _end_bases(session, consent, now=now)
        await end_grants_on_consent(session, consent.id, reason="matter_over", now=now)
        _record(session, consent, "revoked", now=now)
    return len(ended)


async def expire_consent(
    session: AsyncSession, *, subject_id: UUID, consent_id: UUID, now: datetime
) -> bool:
    """End a consent whose time is over; return False when it has ended otherwise or is not due."""
    consent = await queries.lock_consent(session, subject_id, consent_id)
    if consent is None or consent.expires_at > now:
        return False
    if consent.state not in (ConsentState.ACTIVE, ConsentState.PAUSED):
        return False
    consent.enter(ConsentState.EXPIRED)
    consent.ended_at = now
    await _end_bases(session, consent, now=now)
    await end_grants_on_consent(session, consent.id, reason="consent_expired", now=now)
    _record(session, consent, "expired", now=now)
    return True


async def open_contract_basis(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    contract_id: UUID,
    context_id: UUID,
    ends_at: datetime,
    now: datetime,
) -> UUID:
    """Give the contract's bank access to identity and contact for as long as the contract needs it."""
    basis = basis_of_contract(
        basis_id=new_id(),
        subject_id=actor.own_subject,
        person_id=actor.own_person,
        tenant_id=tenant_id,
        contract_id=contract_id,
        context_id=context_id,
        starts_at=now,
        ends_at=ends_at,
    )
    session.add(basis)
    append_act(
        session,
        action="consent.contract_basis.opened",
        now=now,
        tenant_id=tenant_id,
        object_type="access_basis",
        object_id=basis.id,
        detail={"categories": basis.categories, "until": ends_at.isoformat()},
    )
    return basis.id


async def _end_bases(session: AsyncSession, consent: Consent, *, now: datetime) -> None:
    await session.execute(
        update(AccessBasis)
        .where(
            AccessBasis.subject_id == consent.subject_id,
            AccessBasis.source_id == consent.id,
            AccessBasis.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def _record(session: AsyncSession, consent: Consent, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"consent.consent.{step}",
        now=now,
        tenant_id=consent.tenant_id,
        subject_id=consent.subject_id,
        object_type="consent",
        object_id=consent.id,
        detail={"purpose": consent.purpose, "categories": consent.categories},
    )
