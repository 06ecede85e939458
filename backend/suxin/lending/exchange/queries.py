"""What bank and applicant read of what they exchanged: files, requests for material, and messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from suxin.kernel.actor import Actor
from suxin.kernel.audit import Receipt, note_read
from suxin.kernel.bases import AccessBasis, ground_of, live
from suxin.kernel.refusals import NotFound
from suxin.lending import policies
from suxin.lending.exchange.models import Attachment, Author, MaterialRequest, ReferralMessage
from suxin.lending.models import LeadParty, Referral
from suxin.lending.queries.referrals import own_referral, party_of, within_reach
from suxin.subjects.policies import RECORD_READ

ATTACHMENTS_A_PAGE: Final = 20
MESSAGES_A_PAGE: Final = 50

Row = TypeVar("Row", Attachment, ReferralMessage)


@dataclass(frozen=True, slots=True)
class ExchangePage(Generic[Row]):
    """A part of what was exchanged, the latest first; whether older ones follow, and how many there are if that was asked."""

    rows: Sequence[Row]
    more: bool
    total: int | None


def attachments_of(subject_id: UUID, request_id: UUID) -> Select[Attachment]:
    """Return what was handed in for a request, the latest first."""
    return (
        select(Attachment)
        .where(Attachment.subject_id == subject_id, Attachment.request_id == request_id)
        .order_by(Attachment.id.desc())
    )


async def attachments_on(
    session: AsyncSession,
    actor: Actor,
    referral: Referral,
    *,
    first: int = ATTACHMENTS_A_PAGE,
    after: UUID | None = None,
    counted: bool = False,
) -> ExchangePage[Attachment]:
    """Return a page of what a bank sees of the files of a referral's request, the latest first: what they are, with a receipt.

    :raises Forbidden: without the rights to read referrals and records
    :raises OutsideOwnArea: if the referral lies outside the actor's branch or areas
    """
    party = await _known_party(session, actor, referral)
    if party is None:
        return ExchangePage((), more=False, total=0)
    page = await _page(
        session,
        attachments_of(party.subject_id, party.request_id),
        Attachment.id,
        first=first,
        after=after,
        counted=counted,
    )
    if page.rows:
        about = page.rows[0]
        await _note(session, actor, party, about=("attachment", about.id), fields=("name", "kind"))
    return page


async def messages_on(
    session: AsyncSession,
    actor: Actor,
    referral: Referral,
    *,
    first: int = MESSAGES_A_PAGE,
    after: UUID | None = None,
    counted: bool = False,
) -> ExchangePage[ReferralMessage]:
    """Return a page of a referral's conversation, the latest first, for its bank, with a receipt.

    :raises Forbidden, OutsideOwnArea: see ``attachments_on``
    """
    party = await _known_party(session, actor, referral)
    if party is None:
        return ExchangePage((), more=False, total=0)
    page = await _page(
        session,
        messages_of(referral.tenant_id, referral.id),
        ReferralMessage.id,
        first=first,
        after=after,
        counted=counted,
    )
    if page.rows:
        await _note(session, actor, party, about=("referral", referral.id), fields=("messages",))
    return page


async def attachment_on(
    session: AsyncSession, actor: Actor, *, referral_id: UUID, attachment_id: UUID
) -> Attachment:
    """Return a file that is to be opened for a bank, with a receipt that its applicant sees.

    :raises Forbidden: without the rights to read referrals and records
    :raises OutsideOwnArea: if the referral lies outside the actor's branch or areas
    :raises NotFound: if the bank sees no such file of this referral, or it is erased
    """
    referral, _ = await own_referral(session, actor, referral_id)
    party = await _known_party(session, actor, referral)
    found = None
    if party is not None:
        found = await session.scalar(
            attachments_of(party.subject_id, party.request_id).where(Attachment.id == attachment_id)
        )
    if party is None or found is None or found.content is None:
        raise _no_attachment()
    await _note(session, actor, party, about=("attachment", found.id), fields=("content",))
    return found


async def attachment_count(session: AsyncSession, subject_id: UUID, request_id: UUID) -> int:
    """Return how many files a request has."""
    counted = attachments_of(subject_id, request_id).order_by(None).subquery()
    return await session.scalar(select(func.count()).select_from(counted)) or 0


async def is_referred(session: AsyncSession, request_id: UUID, tenant_id: UUID) -> bool:
    """Tell whether a request was referred to a bank."""
    found = await session.scalar(
        select(Referral.id)
        .join(LeadParty, LeadParty.lead_id == Referral.lead_id)
        .where(LeadParty.request_id == request_id, Referral.tenant_id == tenant_id)
    )
    return found is not None


def material_of(tenant_id: UUID, referral_id: UUID) -> Select[MaterialRequest]:
    """Return what a bank asked for on a referral, the latest first."""
    return (
        select(MaterialRequest)
        .where(MaterialRequest.tenant_id == tenant_id, MaterialRequest.referral_id == referral_id)
        .order_by(MaterialRequest.id.desc())
    )


def material_in_reach(actor: Actor) -> Select[MaterialRequest]:
    """Return what the bank asked for on the referrals within the actor's branch and areas."""
    return (
        select(MaterialRequest)
        .join(
            Referral,
            (Referral.tenant_id == MaterialRequest.tenant_id)
            & (Referral.id == MaterialRequest.referral_id),
        )
        .where(MaterialRequest.tenant_id == actor.own_tenant, within_reach(actor))
    )


def material_asked(subject_id: UUID, request_id: UUID) -> Select[MaterialRequest]:
    """Return what banks asked for on a subject's request, the latest first."""
    return (
        select(MaterialRequest)
        .where(MaterialRequest.subject_id == subject_id, MaterialRequest.request_id == request_id)
        .order_by(MaterialRequest.id.desc())
    )


async def material_for(session: AsyncSession, actor: Actor, material_id: UUID) -> MaterialRequest:
    """Return something that was asked of the acting subject.

    :raises NotFound: if it was not
    """
    found = await session.scalar(
        select(MaterialRequest).where(
            MaterialRequest.subject_id == actor.own_subject, MaterialRequest.id == material_id
        )
    )
    if found is None:
        raise NotFound(thing_zh="补充材料要求", thing_en="request for material")
    return found


async def lock_material(
    session: AsyncSession, tenant_id: UUID, material_id: UUID
) -> MaterialRequest | None:
    """Return a request for material, locked until the transaction ends."""
    return await session.scalar(
        select(MaterialRequest)
        .where(MaterialRequest.tenant_id == tenant_id, MaterialRequest.id == material_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def messages_of(tenant_id: UUID, referral_id: UUID) -> Select[ReferralMessage]:
    """Return a referral's conversation, the latest first."""
    return (
        select(ReferralMessage)
        .where(ReferralMessage.tenant_id == tenant_id, ReferralMessage.referral_id == referral_id)
        .order_by(ReferralMessage.id.desc())
    )


async def messages_sent(
    session: AsyncSession, tenant_id: UUID, referral_id: UUID, author: Author
) -> int:
    """Return how many messages one side has written in a conversation."""
    count = await session.scalar(
        select(func.count())
        .select_from(ReferralMessage)
        .where(
            ReferralMessage.tenant_id == tenant_id,
            ReferralMessage.referral_id == referral_id,
            ReferralMessage.author == author,
        )
    )
    return count or 0


async def referral_of_own(
    session: AsyncSession, actor: Actor, referral_id: UUID
) -> tuple[Referral, LeadParty]:
    """Return a referral of one of the acting subject's requests, with the lead's party.

    :raises NotFound: if it is of none
    """
    row = (
        await session.execute(
            select(Referral, LeadParty)
            .join(LeadParty, LeadParty.lead_id == Referral.lead_id)
            .where(LeadParty.subject_id == actor.own_subject, Referral.id == referral_id)
        )
    ).first()
    if row is None:
        raise NotFound(thing_zh="银行的对接", thing_en="referral")
    return row[0], row[1]


def _no_attachment() -> NotFound:
    return NotFound(thing_zh="材料", thing_en="attachment")


async def _known_party(session: AsyncSession, actor: Actor, referral: Referral) -> LeadParty | None:
    actor.require(policies.REFERRAL_READ)
    actor.require(RECORD_READ)
    policies.require_in_reach(actor, referral)
    return await party_of(session, referral.lead_id)


async def _page(
    session: AsyncSession,
    statement: Select[Row],
    by: InstrumentedAttribute[UUID],
    *,
    first: int,
    after: UUID | None,
    counted: bool,
) -> ExchangePage[Row]:
    total = None
    if counted:
        all_rows = statement.order_by(None).subquery()
        total = await session.scalar(select(func.count()).select_from(all_rows))
    further = statement if after is None else statement.where(by < after)
    rows = (await session.scalars(further.limit(first + 1))).all()
    return ExchangePage(rows[:first], more=len(rows) > first, total=total)


async def _note(
    session: AsyncSession,
    actor: Actor,
    party: LeadParty,
    *,
    about: tuple[str, UUID],
    fields: tuple[str, ...],
) -> None:
    basis = await session.scalar(
        select(AccessBasis)
        .where(
            AccessBasis.subject_id == party.subject_id,
            AccessBasis.tenant_id == actor.own_tenant,
            AccessBasis.context_id == party.request_id,
            # What watches the loan of this very request lets nobody read what was exchanged.
            AccessBasis.categories.contains(["loan_request"]),
            live(session.info["now"]),
        )
        .order_by(AccessBasis.id)
        .limit(1)
    )
    if basis is None:
        raise _no_attachment()
    note_read(
        session,
        Receipt(
            subject_id=party.subject_id,
            purpose=basis.purpose,
            categories=("loan_request",),
            fields=fields,
            row_count=1,
            object_type=about[0],
            object_id=about[1],
            ground=ground_of(basis),
        ),
    )
