"""What a subject decides about his permissions, and the access bases that follow from it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import queries
from suxin.consent.bases import basis_of_consent, basis_of_contract
from suxin.consent.giving import (
    Granted,
    activate,
    checked_ask,
    end,
    end_bases,
    is_natural_person,
    lawful,
    make_way,
    new_consent,
    record,
    require_current,
)
from suxin.consent.models import GIVEN, Consent, ConsentState, ConsentStateConflict, NoticeText
from suxin.consent.narrowing import Wanted
from suxin.consent.notice_texts import TEXTS, current_text
from suxin.consent.purposes import purpose_named
from suxin.kernel import notices
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden
from suxin.subjects.models import DataCategory


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

    A wider one is narrowed to the purpose's limits and to what may lawfully reach the tenant, and ``cuts`` says how. One
    that differs from an open permission for the same purpose and matter supersedes it; a request of the tenant that waits
    for an answer is answered by it.

    :raises PurposeUnknown: if there is no such purpose
    :raises NoticeOutdated: if another wording was shown than the one in force
    :raises CategoriesOutsidePurpose: if no category belongs to it
    :raises AssessmentMissing: if no impact assessment of the purpose is on file
    :raises RecipientUnknown: if the tenant does not exist or is suspended
    :raises LicensedChannelRequired: if the purpose needs what may not reach this bank
    :raises ConsentExists: if the same permission is open already
    Source: PIPL art. 13, 14, 17, 23
    """
    require_current(current_text(purpose_named(purpose).code), notice_version)
    wanted = Wanted(categories=categories, life_days=life_days)
    ask = await checked_ask(session, tenant_id=tenant_id, purpose=purpose, wanted=wanted)
    natural = await is_natural_person(session, actor.own_subject)
    kept, cuts = lawful(ask, natural_person=natural)
    offered = new_consent(
        ask,
        subject_id=actor.own_subject,
        context_id=context_id,
        categories=kept,
        answer_by=None,
        now=now,
    )
    consent, superseded = await make_way(session, offered, now=now)
    await activate(
        session,
        consent,
        decided_by=actor.person_id,
        natural_person=natural,
        cuts=cuts,
        now=now,
    )
    return Granted(consent.id, consent.expires_at, consent.life_days, tuple(kept), cuts, superseded)


async def pause_consent(
    session: AsyncSession, actor: Actor, *, consent_id: UUID, now: datetime
) -> Consent:
    """Stop the tenant's access until the subject resumes it.

    :raises NotFound: if it is not this subject's consent
    :raises ConsentStateConflict: if it is not active
    """
    consent = await queries.lock_own_consent(session, actor, consent_id)
    consent.enter(ConsentState.PAUSED)
    await end_bases(session, consent, now=now)
    record(session, consent, "paused", now=now)
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
    record(session, consent, "resumed", now=now)
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
    await end(session, consent, ConsentState.REVOKED, step="revoked", reason=reason, now=now)
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
        # What was only asked for lets nobody read, and lapses or is answered by itself.
        if consent.state in GIVEN
        and consent.tenant_id != except_tenant
        and only_tenant in (None, consent.tenant_id)
    ]
    for consent in ended:
        await end(session, consent, ConsentState.REVOKED, step="revoked", reason=reason, now=now)
    return len(ended)


async def expire_consent(
    session: AsyncSession, *, subject_id: UUID, consent_id: UUID, now: datetime
) -> bool:
    """End a consent whose time is over; return False when it has ended otherwise or is not due."""
    consent = await queries.lock_consent(session, subject_id, consent_id)
    if consent is None or consent.expires_at > now:
        return False
    if consent.state not in GIVEN:
        return False
    await end(session, consent, ConsentState.EXPIRED, step="expired", now=now)
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
