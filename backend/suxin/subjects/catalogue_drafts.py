"""Drafting a release of the catalogue at the desk: checked as it is sent, compared with what is in force, then activated.

Requests may not write the catalogue: what is activated a job puts in force, as the batch role.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor, Permission
from suxin.kernel.audit import append_act
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, Refusal
from suxin.kernel.texts import bounded_text
from suxin.subjects import queries
from suxin.subjects.catalogue import (
    Catalogue,
    ItemRow,
    ReleaseTaken,
    check_release,
    load_catalogue,
    read_items,
)
from suxin.subjects.catalogue_releases import CatalogueDraft, DraftState
from suxin.subjects.models import CatalogueItem

CATALOGUE_LOAD: Final = Permission("subjects.catalogue.load", "启用信息目录版本")
APPLY_TOPIC: Final = "subjects.catalogue.apply"
MAX_FILE_BYTES: Final = 1024**2
MAX_SOURCE: Final = 120
_COMPARED: Final = tuple(field.name for field in fields(ItemRow) if field.name != "code")


@dataclass(frozen=True, slots=True)
class Changed:
    """An item that stays, and what of it would be another: the column, what it is now, what it would be."""

    item: ItemRow
    columns: Sequence[tuple[str, Any, Any]]


@dataclass(frozen=True, slots=True)
class Differences:
    """What a release would change of the catalogue in force."""

    added: Sequence[ItemRow]
    changed: Sequence[Changed]
    retired: Sequence[CatalogueItem]


async def draft_release(
    session: AsyncSession, actor: Actor, *, release: str, source: str, file: bytes, now: datetime
) -> CatalogueDraft:
    """Take a CSV file of items as a draft that nobody goes by yet.

    :raises Forbidden: if the actor may not load releases
    :raises Invalid: if the file is too large, no text in UTF-8 or no catalogue, or number or source is not acceptable
    :raises ForbiddenClass, ConsentNeeded, ClassUnknown, SensitiveMisplaced: if an item may not be in a catalogue
    :raises ReleaseOutdated, ReleaseTaken: if a later release, or this very one, is in force
    """
    actor.require(CATALOGUE_LOAD)
    said = bounded_text(source, "source", most=MAX_SOURCE)
    items = tuple(read_items(_text_of(file).splitlines()))
    catalogue = Catalogue(release=release, source=said, items=items)
    checked = await check_release(session, catalogue)
    if checked.in_force:
        raise ReleaseTaken(field="release", release=release)
    draft = CatalogueDraft(
        id=new_id(now),
        release=release,
        source=catalogue.source,
        sha256=checked.sha256,
        items={"items": [asdict(item) for item in items]},
        item_count=len(items),
        state=DraftState.DRAFT,
        drafted_by=actor.own_staff,
        drafted_at=now,
    )
    session.add(draft)
    _record(session, draft, "drafted", now=now)
    await session.flush()
    return draft


async def activate_release(
    session: AsyncSession, actor: Actor, *, draft_id: UUID, now: datetime
) -> CatalogueDraft:
    """Have a drafted release put in force, by the platform's job.

    :raises Forbidden: if the actor may not load releases
    :raises NotFound: if there is none of that id
    :raises DraftEnded: if it was dealt with before
    :raises ReleaseOutdated, ReleaseTaken: if another one was put in force meanwhile
    """
    actor.require(CATALOGUE_LOAD)
    draft = await queries.lock_catalogue_draft(session, draft_id)
    draft.decide(DraftState.ACTIVATED, by=actor.own_staff)
    await check_release(session, catalogue_of(draft))
    _record(session, draft, "activated", now=now)
    await outbox.post(session, APPLY_TOPIC, {"draft_id": draft.id}, now=now, wake=True)
    await session.flush()
    return draft


async def discard_release(
    session: AsyncSession, actor: Actor, *, draft_id: UUID, now: datetime
) -> CatalogueDraft:
    """Put a draft away.

    :raises Forbidden: if the actor may not load releases
    :raises NotFound: if there is none of that id
    :raises DraftEnded: if it was dealt with before
    """
    actor.require(CATALOGUE_LOAD)
    draft = await queries.lock_catalogue_draft(session, draft_id)
    draft.decide(DraftState.DISCARDED, by=actor.own_staff)
    draft.ended_at = now
    _record(session, draft, "discarded", now=now)
    await session.flush()
    return draft


async def apply_release(database: Database, draft_id: UUID, *, now: datetime) -> None:
    """Put an activated draft in force, as the batch role; what cannot be is marked with why. Doing it again changes nothing."""
    async with database.transaction(Actor.system(f"catalogue:{draft_id}"), now=now) as session:
        draft = await session.scalar(
            select(CatalogueDraft).where(CatalogueDraft.id == draft_id).with_for_update()
        )
        if draft is None or draft.state is not DraftState.ACTIVATED:
            return
        try:
            # It refuses before it writes anything.
            await load_catalogue(session, catalogue_of(draft))
        except Refusal as refusal:
            draft.fail(refusal, now=now)
            _record(session, draft, "failed", now=now)
        else:
            draft.state, draft.ended_at = DraftState.IN_FORCE, now
            _record(session, draft, "in_force", now=now)


def catalogue_of(draft: CatalogueDraft) -> Catalogue:
    """Return the release that a draft holds."""
    items = msgspec.convert(draft.items["items"], type=tuple[ItemRow, ...])
    return Catalogue(release=draft.release, source=draft.source, items=items)


def differences(in_force: Iterable[CatalogueItem], wanted: Catalogue) -> Differences:
    """Return what a release would change: items that come, that would be others, and that go."""
    known = {one.code: one for one in in_force if one.retired_in is None}
    changed = [
        Changed(item, columns)
        for item in wanted.items
        if item.code in known and (columns := _changes(known[item.code], item))
    ]
    codes = {item.code for item in wanted.items}
    return Differences(
        added=[item for item in wanted.items if item.code not in known],
        changed=changed,
        retired=[one for code, one in known.items() if code not in codes],
    )


def _changes(known: CatalogueItem, item: ItemRow) -> list[tuple[str, Any, Any]]:
    return [
        (name, getattr(known, name), getattr(item, name))
        for name in _COMPARED
        if getattr(known, name) != getattr(item, name)
    ]


def _text_of(file: bytes) -> str:
    if not 1 <= len(file) <= MAX_FILE_BYTES:
        raise Invalid(
            field="file",
            reason_zh="请选择 1 MiB 以内的文件",
            reason_en="it must be a file of at most 1 MiB",
        )
    try:
        return file.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(
            field="file", reason_zh="应为 UTF-8 编码的文本", reason_en="it is no text in UTF-8"
        ) from None


def _record(session: AsyncSession, draft: CatalogueDraft, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"subjects.catalogue.{step}",
        now=now,
        object_type="catalogue_draft",
        object_id=draft.id,
        detail={"release": draft.release, "sha256": draft.sha256},
    )
