"""Queries of subjects: who a person may act for, and what is known of a subject to whom.

What a tenant reads here it reads on a live basis: the row policies admit nothing without one, and each read is noted
as a receipt that the subject sees.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import Receipt, note_read
from suxin.kernel.bases import AccessBasis, ground_of, live
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.subjects.catalogue_releases import CatalogueDraft, CatalogueRelease
from suxin.subjects.models import (
    CatalogueItem,
    CreditRecord,
    DataCategory,
    Mandate,
    Subject,
)
from suxin.subjects.policies import RECORD_READ, reads_for_others, require_reader

RECORD_FIELDS: Final = ("item_code", "occurred_on", "amount_fen", "content")
RECORDS_A_PAGE: Final = 100
"""How many records are read at once."""

RecordPosition = tuple[date, UUID]
"""Where a record stands among its subject's: its day and its id, the latest first."""


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Some of a subject's records, whether others come after them, and how many there are if that was asked."""

    rows: Sequence[CreditRecord]
    more: bool
    total: int | None


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


def catalogue_releases() -> Select[CatalogueRelease]:
    """Return the releases of the catalogue, the one in force first."""
    return select(CatalogueRelease).order_by(
        CatalogueRelease.loaded_at.desc(), CatalogueRelease.release.desc()
    )


def catalogue_drafts() -> Select[CatalogueDraft]:
    """Return the drafted releases that the caller sees, the latest first."""
    return select(CatalogueDraft).order_by(CatalogueDraft.id.desc())


async def catalogue_draft(session: AsyncSession, draft_id: UUID) -> CatalogueDraft:
    """Return one drafted release.

    :raises NotFound: if the caller sees none of that id
    """
    draft = await session.get(CatalogueDraft, draft_id)
    if draft is None:
        raise NotFound(thing_zh="目录草稿", thing_en="draft of the catalogue")
    return draft


async def lock_catalogue_draft(session: AsyncSession, draft_id: UUID) -> CatalogueDraft:
    """Return one drafted release as it is once everybody before has decided on it.

    :raises NotFound: if the caller sees none of that id
    """
    draft = await catalogue_draft(session, draft_id)
    # One that was decided on meanwhile may not be locked any more, and is read again as it is.
    await session.execute(
        select(CatalogueDraft.id).where(CatalogueDraft.id == draft_id).with_for_update()
    )
    await session.refresh(draft)
    return draft


def records(subject_id: UUID) -> Select[CreditRecord]:
    """Return a subject's records that the caller sees, the latest first; whoever reads them notes the receipt."""
    return (
        select(CreditRecord)
        .where(CreditRecord.subject_id == subject_id)
        .order_by(CreditRecord.occurred_on.desc(), CreditRecord.id.desc())
    )


async def bases_relied_on(
    session: AsyncSession,
    actor: Actor,
    *,
    subject_id: UUID,
    purposes: Collection[str],
    now: datetime,
    context_id: UUID | None = None,
    of_person: bool = False,
) -> Sequence[AccessBasis]:
    """Return the live bases on which the actor's tenant may read a subject for some purposes, the latest first.

    A token that is bound to a consent relies on that one alone; ``context_id`` leaves only bases about one matter.
    ``of_person`` says that a basis on a firm for which this person speaks counts too, as it does for his identity.
    """
    about = AccessBasis.subject_id == subject_id
    bases = select(AccessBasis).where(
        or_(about, AccessBasis.person_id == subject_id) if of_person else about,
        AccessBasis.tenant_id == actor.tenant_id,
        AccessBasis.purpose.in_(purposes),
        live(now),
    )
    if actor.consent_id is not None:
        bases = bases.where(AccessBasis.source_id == actor.consent_id)
    if context_id is not None:
        bases = bases.where(AccessBasis.context_id == context_id)
    return (await session.scalars(bases.order_by(AccessBasis.id.desc()))).all()


async def records_of(
    session: AsyncSession,
    actor: Actor,
    subject_id: UUID,
    purpose: str,
    *,
    first: int = RECORDS_A_PAGE,
    after: RecordPosition | None = None,
    counted: bool = False,
) -> RecordPage:
    """Return a page of a subject's records for a purpose, the latest first, and note the receipt of what is on it.

    A tenant gets the categories in which it has a live basis for that very purpose, and nothing without one; the
    subject gets all of his own. Whether a basis is live is judged at the session's time, as the row policies do.
    ``after`` is where the page before ended; ``counted`` asks how many there are in all.

    :raises Forbidden: if the actor may not read records, or not for this purpose
    """
    require_reader(actor, RECORD_READ)
    readable = records(subject_id)
    bases: Sequence[AccessBasis] = ()
    if reads_for_others(actor):
        if purpose not in actor.purposes:
            raise Forbidden(permission=purpose)
        now: datetime = session.info["now"]
        bases = await bases_relied_on(
            session, actor, subject_id=subject_id, purposes=[purpose], now=now
        )
        if not bases:
            return RecordPage((), more=False, total=0 if counted else None)
        held = {DataCategory(category) for basis in bases for category in basis.categories}
        readable = readable.where(CreditRecord.category.in_(held))
    total = await _counted(session, readable) if counted else None
    if after is not None:
        position = tuple_(CreditRecord.occurred_on, CreditRecord.id)
        readable = readable.where(position < after)
    found = (await session.scalars(readable.limit(first + 1))).all()
    rows = tuple(found[:first])
    _note_records(session, bases, rows)
    return RecordPage(rows, more=len(found) > first, total=total)


async def _counted(session: AsyncSession, readable: Select[CreditRecord]) -> int:
    counted = readable.order_by(None).with_only_columns(func.count())
    return await session.scalar(counted) or 0


def _note_records(
    session: AsyncSession, bases: Sequence[AccessBasis], rows: Sequence[CreditRecord]
) -> None:
    """Note a receipt for each basis that some category was read on; what several cover was read on the latest."""
    taken: set[str] = set()
    for basis in bases:
        own = set(basis.categories) - taken
        taken |= own
        read = [row.category.value for row in rows if row.category.value in own]
        if not own:
            continue
        note_read(
            session,
            Receipt(
                subject_id=basis.subject_id,
                purpose=basis.purpose,
                # Nothing found in the categories asked for is an answer too.
                categories=tuple(sorted({*read} or own)),
                fields=RECORD_FIELDS,
                row_count=len(read),
                object_type="credit_record",
                ground=ground_of(basis),
            ),
        )
