"""How files, what a bank asks for besides, and messages read to an applicant."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.lending.exchange.models import (
    Attachment,
    AttachmentKind,
    Author,
    ItemState,
    MaterialRequest,
    ReferralMessage,
)
from suxin.lending.queries.requests import bank_name
from suxin_mini_program.labels import Label, labelled

_AUTHORS: Final[Mapping[Author, tuple[str, str]]] = {
    Author.BANK: ("银行", "the bank"),
    Author.APPLICANT: ("我", "me"),
}


class AttachmentView(msgspec.Struct, rename="camel", kw_only=True):
    """A file that was handed in; ``bankId`` is the one bank that sees it, where it is for one alone."""

    id: UUID
    kind: Label
    name: str
    media_type: str
    size_bytes: int
    bank_id: UUID | None
    uploaded_at: datetime
    erased_at: datetime | None


class MaterialItemView(msgspec.Struct, rename="camel", kw_only=True):
    """One thing that a bank asks for."""

    number: int
    kind: Label
    note: str
    state: Label
    words: str | None


class MaterialView(msgspec.Struct, rename="camel", kw_only=True):
    """What a bank asks for, and until when it may be answered; ``open`` says whether it still may."""

    id: UUID
    bank: str
    bank_id: UUID
    note: str
    state: Label
    open: bool
    items: list[MaterialItemView]
    asked_at: datetime
    closes_at: datetime


class MessageView(msgspec.Struct, rename="camel", kw_only=True):
    """A message; nothing is left of its text once it is erased."""

    id: UUID
    author: Label
    text: str | None
    sent_at: datetime
    read_at: datetime | None


class Marked(msgspec.Struct, rename="camel", kw_only=True):
    """How many messages are read now that were not before."""

    count: int


def attachment_view(row: Attachment) -> AttachmentView:
    """Return a file as its applicant reads it."""
    return AttachmentView(
        id=row.id,
        kind=labelled(row.kind),
        name=row.name,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        bank_id=row.tenant_id,
        uploaded_at=row.uploaded_at,
        erased_at=row.erased_at,
    )


async def material_view(session: AsyncSession, asked: MaterialRequest) -> MaterialView:
    """Return what a bank asks for as its applicant reads it."""
    return MaterialView(
        id=asked.id,
        bank=await bank_name(session, asked.tenant_id),
        bank_id=asked.tenant_id,
        note=asked.note,
        state=Label(asked.state.value, asked.state.zh, asked.state.en),
        open=asked.open,
        items=[_item(number, item) for number, item in enumerate(asked.items, start=1)],
        asked_at=asked.asked_at,
        closes_at=asked.closes_at,
    )


def _item(number: int, item: Mapping[str, Any]) -> MaterialItemView:
    return MaterialItemView(
        number=number,
        kind=labelled(AttachmentKind.coded(item["kind"])),
        note=item["note"],
        state=labelled(ItemState.coded(item["state"])),
        words=item["words"],
    )


def message_view(row: ReferralMessage) -> MessageView:
    """Return a message as its applicant reads it."""
    zh, en = _AUTHORS[row.author]
    return MessageView(
        id=row.id,
        author=Label(row.author.value, zh, en),
        text=row.text,
        sent_at=row.sent_at,
        read_at=row.read_at,
    )
