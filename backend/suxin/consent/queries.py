"""Consents, recipients and receipts, as a subject or a tenant reads them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import (
    NEVER_GIVEN,
    ArtefactNotSigned,
    Consent,
    ConsentArtefact,
    ConsentFetch,
    ConsentState,
)
from suxin.kernel.actor import Actor
from suxin.kernel.audit import READ_ACTION, AuditEntry
from suxin.kernel.bases import AccessBasis, BasisKind, live
from suxin.kernel.refusals import NotFound
from suxin.kernel.single_steps import Term
from suxin.tenancy.models import Tenant, TenantStatus

_OPEN = (ConsentState.REQUESTED, ConsentState.ACTIVE, ConsentState.PAUSED)


def consents_of(subject_id: UUID) -> Select[Consent, Tenant]:
    """Return a subject's consents with their tenants, newest first.

    A suspended tenant's row is not public and reads as nothing, but a permission given to it must still be found and
    taken back.
    """
    return (
        select(Consent, Tenant)
        .outerjoin(Tenant, Tenant.id == Consent.tenant_id)
        .where(Consent.subject_id == subject_id)
        .order_by(Consent.id.desc())
    )


def reads_of(subject_id: UUID) -> Select[AuditEntry, Tenant]:
    """Return who read the subject's data, newest first: the receipts he may see at once, with the readers' tenants."""
    return (
        select(AuditEntry, Tenant)
        .outerjoin(Tenant, Tenant.id == AuditEntry.tenant_id)
        .where(AuditEntry.subject_id == subject_id, AuditEntry.action == READ_ACTION)
        .order_by(AuditEntry.id.desc())
    )


async def recipient(session: AsyncSession, tenant_id: UUID) -> Tenant | None:
    """Return the organisation a consent would be given to, while it is active."""
    return await session.scalar(
        select(Tenant).where(Tenant.id == tenant_id, Tenant.status == TenantStatus.ACTIVE)
    )


async def lock_open(
    session: AsyncSession,
    subject_id: UUID,
    tenant_id: UUID,
    purpose: str,
    context_id: UUID | None,
) -> Consent | None:
    """Return the consent that is open for this subject, tenant, purpose and matter, if there is one, locked."""
    return await session.scalar(
        select(Consent)
        .where(
            Consent.subject_id == subject_id,
            Consent.tenant_id == tenant_id,
            Consent.purpose == purpose,
            Consent.context_id.is_not_distinct_from(context_id),
            Consent.state.in_(_OPEN),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def is_open(
    session: AsyncSession,
    actor: Actor,
    *,
    subject_id: UUID,
    purpose: str,
    context_id: UUID | None,
) -> bool:
    """Tell whether the actor's tenant has asked for, or holds, a consent for this purpose and matter."""
    found = await session.scalar(
        select(Consent.id).where(
            Consent.subject_id == subject_id,
            Consent.tenant_id == actor.own_tenant,
            Consent.purpose == purpose,
            Consent.context_id.is_not_distinct_from(context_id),
            Consent.state.in_(_OPEN),
        )
    )
    return found is not None


async def refusals_of(
    session: AsyncSession,
    *,
    subject_id: UUID,
    tenant_id: UUID,
    purpose: str,
    context_id: UUID | None,
    since: datetime,
) -> Sequence[datetime]:
    """Return when the subject refused this tenant this purpose and matter since then, the latest first."""
    return (
        await session.scalars(
            # A refusal has its time: it is a decision.
            select(func.coalesce(Consent.decided_at, Consent.requested_at))
            .where(
                Consent.subject_id == subject_id,
                Consent.tenant_id == tenant_id,
                Consent.purpose == purpose,
                Consent.context_id.is_not_distinct_from(context_id),
                Consent.state == ConsentState.REJECTED,
                Consent.decided_at > since,
            )
            .order_by(Consent.decided_at.desc())
        )
    ).all()


async def tenants_consent(session: AsyncSession, actor: Actor, consent_id: UUID) -> Consent:
    """Return a consent that the actor's tenant holds or has asked for.

    :raises NotFound: if it is another's, or the actor's token was approved for another consent
    """
    consent = await session.scalar(tenants_consents(actor).where(Consent.id == consent_id))
    if consent is None:
        raise NotFound(thing_zh="授权", thing_en="consent")
    return consent


async def hold_consent_basis(
    session: AsyncSession, consent: Consent, *, now: datetime
) -> AccessBasis | None:
    """Return a consent's live basis, locked: whoever uses it or ends it meanwhile waits; after its end, none is found."""
    found = select(AccessBasis).where(
        is_live_basis(consent.subject_id, consent.tenant_id, consent.id, now=now)
    )
    return await session.scalar(found.with_for_update().execution_options(populate_existing=True))


def is_live_basis(
    subject_id: Term[UUID], tenant_id: Term[UUID], consent_id: Term[UUID], *, now: Term[datetime]
) -> ColumnElement[bool]:
    """Return the condition that a basis is a consent's, and admits reading at ``now``; each may be a column of a statement."""
    return and_(
        AccessBasis.subject_id == subject_id,
        AccessBasis.tenant_id == tenant_id,
        AccessBasis.source_id == consent_id,
        live(now),
    )


async def fetches_counted(
    session: AsyncSession, consent: Consent, *, period: str, day_began: datetime
) -> tuple[int, int, bool]:
    """Return the last fetch's number, how many there were in a period, and whether there was one since the day began."""
    counted = uses_counted(consent.subject_id, consent.id, period=period)
    today = func.count().filter(ConsentFetch.at >= day_began)
    row = (await session.execute(counted.add_columns(today))).one()
    return row.last, row.used, row[2] > 0


def uses_counted(
    subject_id: Term[UUID], consent_id: Term[UUID], *, period: Term[str]
) -> Select[int, int]:
    """Return the statement of a consent's ``last`` use's number, and how many were ``used`` in a period; each may be a column of a statement."""
    return select(
        func.coalesce(func.max(ConsentFetch.number), 0).label("last"),
        func.count().filter(ConsentFetch.period == period).label("used"),
    ).where(ConsentFetch.subject_id == subject_id, ConsentFetch.consent_id == consent_id)


async def fetch_numbered(
    session: AsyncSession, consent: Consent, number: int
) -> ConsentFetch | None:
    """Return one use of a consent; its tenant sees it while the consent is active."""
    return await session.scalar(
        select(ConsentFetch).where(
            ConsentFetch.subject_id == consent.subject_id,
            ConsentFetch.consent_id == consent.id,
            ConsentFetch.number == number,
        )
    )


def tenants_consents(actor: Actor) -> Select[Consent]:
    """Return the consents that the actor's tenant holds or has asked for; a token bound to one shows that one alone."""
    found = select(Consent).where(Consent.tenant_id == actor.own_tenant)
    return found if actor.consent_id is None else found.where(Consent.id == actor.consent_id)


async def own_artefact(session: AsyncSession, actor: Actor, consent_id: UUID) -> str:
    """Return the signed artefact of one of the acting subject's consents.

    :raises NotFound: if it is not his, or nothing was agreed
    :raises ArtefactNotSigned: if it is not signed yet
    """
    row = (
        await session.execute(
            select(Consent.state, ConsentArtefact.jws)
            .outerjoin(
                ConsentArtefact,
                (ConsentArtefact.subject_id == Consent.subject_id)
                & (ConsentArtefact.consent_id == Consent.id),
            )
            .where(Consent.subject_id == actor.own_subject, Consent.id == consent_id)
        )
    ).first()
    if row is None or row.state in NEVER_GIVEN:
        raise NotFound(thing_zh="授权凭证", thing_en="consent artefact")
    if row.jws is None:
        raise ArtefactNotSigned
    jws: str = row.jws
    return jws


async def lock_open_about(
    session: AsyncSession, subject_id: UUID, context_id: UUID
) -> Sequence[Consent]:
    """Return the subject's open consents about one matter, locked in the order of their ids."""
    return (
        await session.scalars(
            select(Consent)
            .where(
                Consent.subject_id == subject_id,
                Consent.context_id == context_id,
                Consent.state.in_(_OPEN),
            )
            .order_by(Consent.id)
            .with_for_update()
        )
    ).all()


async def open_consents_of(session: AsyncSession, subject_id: UUID) -> Sequence[Consent]:
    """Return the subject's consents that are asked for or given and have not ended, in the order of their ids."""
    return (
        await session.scalars(
            select(Consent)
            .where(Consent.subject_id == subject_id, Consent.state.in_(_OPEN))
            .order_by(Consent.id)
        )
    ).all()


async def lock_own_consent(session: AsyncSession, actor: Actor, consent_id: UUID) -> Consent:
    """Return one of the acting subject's consents, locked.

    :raises NotFound: if it is not his
    """
    consent = await lock_consent(session, actor.own_subject, consent_id)
    if consent is None:
        raise NotFound(thing_zh="授权", thing_en="consent")
    return consent


async def lock_consent(session: AsyncSession, subject_id: UUID, consent_id: UUID) -> Consent | None:
    """Return a consent, locked until the transaction ends."""
    return await session.scalar(
        select(Consent)
        .where(Consent.subject_id == subject_id, Consent.id == consent_id)
        .with_for_update()
    )


async def contract_basis(
    session: AsyncSession, actor: Actor, *, subject_id: UUID, context_id: UUID, now: datetime
) -> AccessBasis | None:
    """Return the live basis that a contract about one matter gives the actor's tenant."""
    return await session.scalar(
        select(AccessBasis)
        .where(
            AccessBasis.subject_id == subject_id,
            AccessBasis.tenant_id == actor.own_tenant,
            AccessBasis.kind == BasisKind.CONTRACT,
            AccessBasis.context_id == context_id,
            live(now),
        )
        .order_by(AccessBasis.id)
        .limit(1)
    )


def grounds_of(subject_id: UUID) -> Select[AccessBasis, Tenant]:
    """Return the grounds other than consent on which a subject's data may be read, with their tenants, newest first.

    Where a tenant is suspended its row is not public and reads as nothing.
    """
    return (
        select(AccessBasis, Tenant)
        .outerjoin(Tenant, Tenant.id == AccessBasis.tenant_id)
        .where(AccessBasis.subject_id == subject_id, AccessBasis.kind != BasisKind.CONSENT)
        .order_by(AccessBasis.id.desc())
    )


async def hold_basis(
    session: AsyncSession,
    actor: Actor,
    *,
    subject_id: UUID,
    context_id: UUID,
    purpose: str,
    now: datetime,
) -> AccessBasis | None:
    """Return the live basis on which the actor's tenant decides about one matter, held until the transaction ends.

    Whoever pauses or revokes it meanwhile waits; after him, none is found. Hold it last, after every other lock.
    """
    return await session.scalar(
        select(AccessBasis)
        .where(
            AccessBasis.subject_id == subject_id,
            AccessBasis.tenant_id == actor.own_tenant,
            AccessBasis.purpose == purpose,
            AccessBasis.context_id == context_id,
            live(now),
        )
        .order_by(AccessBasis.id)
        .limit(1)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
