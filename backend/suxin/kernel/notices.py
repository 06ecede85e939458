"""Notices: an inbox item for whoever must act or should know, and the message that points him to it.

Every step that waits for someone creates a notice to that person. The inbox item is written with the change; a message
over WeChat, with SMS as the fallback, leaves through the outbox. Appeal windows start at proven delivery, so a notice
keeps which channel accepted it and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel import outbox
from suxin.kernel.ids import new_id
from suxin.kernel.many_rows import put
from suxin.kernel.readers import Reader, acting_person, appended, owner_tenant, system
from suxin.kernel.tables import WITH_DELETE, Privilege, Table

DELIVER_TOPIC = "kernel.notice.deliver"


class DeliveryChannel(StrEnum):
    """The way a message went out."""

    WECHAT = "wechat"
    SMS = "sms"


class Notice(Table):
    """One item in the inbox of a natural person, or of a tenant's staff: of all who hold ``permission``, or of one of them."""

    __tablename__ = "notices"
    # A person may erase his own.
    __privileges__: ClassVar[tuple[Privilege, ...]] = WITH_DELETE
    __readers__: ClassVar[tuple[Reader, ...]] = (
        acting_person(writes=True),
        owner_tenant(),
        system(),
        appended(),
    )
    __table_args__ = (
        CheckConstraint("(person_id is null) <> (tenant_id is null)", name="one_recipient"),
        Index("ix_notices_person_id", "person_id", "id"),
        Index("ix_notices_tenant_id", "tenant_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None]
    tenant_id: Mapped[UUID | None]
    permission: Mapped[str | None]
    staff_id: Mapped[UUID | None]
    template: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    link: Mapped[str]
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    delivered_by: Mapped[str | None]
    delivery_ref: Mapped[str | None]


async def notify_person(
    session: AsyncSession,
    *,
    person_id: UUID,
    template: str,
    title: str,
    body: str,
    link: str,
    facts: dict[str, str],
    now: datetime,
) -> UUID:
    """Put a notice into a person's inbox and send a message about it; return the notice's id.

    ``facts`` fill the message template; ``link`` is the page within the mini program.
    """
    notice_id = new_id()
    session.add(
        Notice(
            id=notice_id,
            person_id=person_id,
            template=template,
            title=title,
            body=body,
            link=link,
            facts=facts,
            created_at=now,
        )
    )
    await outbox.post(
        session,
        DELIVER_TOPIC,
        {"notice_id": notice_id, "person_id": person_id},
        now=now,
        wake=True,
    )
    return notice_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person is told, as ``notify_person`` takes it."""

    person_id: UUID
    template: str
    title: str
    body: str
    link: str
    facts: dict[str, str]


async def notify_persons(session: AsyncSession, words: Sequence[Word], *, now: datetime) -> None:
    """Tell persons as ``notify_person`` does one: a statement writes all notices, and another all messages."""
    if not words:
        return
    written = [Notice(id=new_id(), created_at=now, **_fields(word)) for word in words]
    await put(session, Notice, written)
    told = [{"notice_id": one.id, "person_id": one.person_id} for one in written]
    await outbox.post_all(session, DELIVER_TOPIC, told, now=now)


def _fields(word: Word) -> dict[str, Any]:
    return {name: getattr(word, name) for name in Word.__dataclass_fields__}


async def notify_tenant(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    permission: str | None,
    template: str,
    title: str,
    body: str,
    link: str,
    now: datetime,
    staff_id: UUID | None = None,
) -> UUID:
    """Put a notice into the inbox of a tenant's staff, or of one of them; return its id."""
    notice_id = new_id()
    session.add(
        Notice(
            id=notice_id,
            tenant_id=tenant_id,
            permission=permission,
            staff_id=staff_id,
            template=template,
            title=title,
            body=body,
            link=link,
            facts={},
            created_at=now,
        )
    )
    return notice_id


async def mark_read(session: AsyncSession, *, notice_ids: Sequence[UUID], now: datetime) -> None:
    """Mark notices of the caller as read; those of others are untouched."""
    await session.execute(
        update(Notice)
        .where(Notice.id.in_(notice_ids), Notice.read_at.is_(None))
        .values(read_at=now)
    )
