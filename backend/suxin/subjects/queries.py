"""Queries of subjects: who a person may act for, and what is known of a subject to whom.

What a tenant reads here it reads on a live basis: the row policies admit nothing without one, and each read is noted
as a receipt that the subject sees.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import Receipt, note_read
from suxin.kernel.bases import AccessBasis, live
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.subjects.models import (
    CatalogueItem,
    CreditRecord,
    DataCategory,
    Mandate,
    Subject,
)
from suxin.subjects.policies import RECORD_READ, reads_for_others, require_reader

RECORD_FIELDS = ("item_code", "occurred_on", "amount_fen", "content")


@dataclass(frozen=True, slots=True)
class ActableSubject:
    """A subject that a person may act for; without a mandate it is he himself."""

    subject: Subject
    mandate: Mandate | None


async def live_mandate(
    session: AsyncSession, *, person_id: UUID, subject_id: UUID | None, now: datetime
) -> Mandate | None:
    """Return the mandate by which a person may act for a subject now, if there is one."""
    return await session.scalar(
        select(Mandate).where(
            Mandate.person_id == person_id,
            Mandate.subject_id == subject_id,
            Mandate.ended_at.is_(None),
            Mandate.starts_at <= now,
            Mandate.ends_at > now,
        )
    )


async def my_subjects(
    session: AsyncSession, *, person_id: UUID, now: datetime
) -> list[ActableSubject]:
    """Return whom the person may act for now: first himself, then whom he represents, by name."""
    himself = await session.get(Subject, person_id)
    if himself is None:
        raise NotFound(thing_zh="主体", thing_en="subject")
    represented = await session.execute(
        select(Subject, Mandate)
        .join(Mandate, Mandate.subject_id == Subject.id)
        .where(
            Mandate.person_id == person_id,
            Mandate.ended_at.is_(None),
            Mandate.starts_at <= now,
            Mandate.ends_at > now,
        )
        .order_by(Subject.name_pinyin, Subject.id)
    )
    return [
        ActableSubject(himself, None),
        *(ActableSubject(subject, mandate) for subject, mandate in represented),
    ]


async def subject_row(session: AsyncSession, subject_id: UUID) -> Subject:
    """Return a subject that the caller may see: his own, one he represents, or one on a basis for registration data.

    :raises NotFound: if he sees no such subject
    """
    subject = await session.get(Subject, subject_id)
    if subject is None:
        raise NotFound(thing_zh="主体", thing_en="subject")
    return subject


def catalogue() -> Select[CatalogueItem]:
    """Return what may be recorded at all, by code."""
    return select(CatalogueItem).order_by(CatalogueItem.code)


def records(subject_id: UUID) -> Select[CreditRecord]:
    """Return a subject's records that the caller sees, the latest first; whoever reads them notes the receipt."""
    return (
        select(CreditRecord)
        .where(CreditRecord.subject_id == subject_id)
        .order_by(CreditRecord.occurred_on.desc(), CreditRecord.id.desc())
    )


async def basis_categories(
    session: AsyncSession,
    actor: Actor,
    *,
    subject_id: UUID,
    purpose: str,
    now: datetime,
    of_person: bool = False,
) -> frozenset[str]:
    """Return the categories in which the actor's tenant has a live basis to read a subject for a purpose.

    ``of_person`` says that a basis on a firm for which this person speaks counts too, as it does for his identity.
    """
    about = AccessBasis.subject_id == subject_id
    bases = select(func.unnest(AccessBasis.categories)).where(
        or_(about, AccessBasis.person_id == subject_id) if of_person else about,
        AccessBasis.tenant_id == actor.tenant_id,
        AccessBasis.purpose == purpose,
        live(now),
    )
    if actor.consent_id is not None:
        bases = bases.where(AccessBasis.source_id == actor.consent_id)
    return frozenset(await session.scalars(bases))


async def records_of(
    session: AsyncSession, actor: Actor, subject_id: UUID, purpose: str
) -> list[CreditRecord]:
    """Return a subject's records for a purpose, the latest first, and note the receipt.

    A tenant gets the categories in which it has a live basis for that very purpose, and nothing without one; the
    subject gets all of his own. Whether a basis is live is judged at the session's time, as the row policies do.

    :raises Forbidden: if the actor may not read records, or not for this purpose
    """
    require_reader(actor, RECORD_READ)
    if not reads_for_others(actor):
        return list(await session.scalars(records(subject_id)))
    if purpose not in actor.purposes:
        raise Forbidden(permission=purpose)
    categories = await basis_categories(
        session, actor, subject_id=subject_id, purpose=purpose, now=session.info["now"]
    )
    if not categories:
        return []
    readable = CreditRecord.category.in_([DataCategory(category) for category in categories])
    rows = list(await session.scalars(records(subject_id).where(readable)))
    read = tuple(sorted({row.category.value for row in rows}))
    note_read(
        session,
        Receipt(
            subject_id=subject_id,
            purpose=purpose,
            # Nothing found in the categories asked for is an answer too.
            categories=read or tuple(sorted(categories)),
            fields=RECORD_FIELDS,
            row_count=len(rows),
            object_type="credit_record",
            consent_id=actor.consent_id,
        ),
    )
    return rows
