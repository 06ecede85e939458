"""What is looked up before anybody is known: subjects by their numbers, and mini program sessions."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.sealed_columns import indexed
from suxin.kernel.tables import Table
from suxin.subjects.models.parties import BATCH_WRITES, PHONE, RESIDENT_ID


class SubjectDoor(Table):
    """From a blind index (of a resident id) or a USCC to the subject; the only way to find one by number.

    ``key_version`` is of the key that a resident id was indexed with; a USCC's hash needs none.
    """

    __tablename__ = "subject_doors"
    __doorway__: ClassVar[str | None] = "finds the subject before anyone acts for it"
    __batch_privileges__: ClassVar[tuple[str, ...]] = BATCH_WRITES
    __table_args__ = (
        Index(
            "ix_subject_doors_key_version",
            "key_version",
            postgresql_where=text("key_version is not null"),
        ),
    )

    blind_index: Mapped[bytes] = indexed(
        RESIDENT_ID, of="person_identities.resident_id_sealed", link="subject_id", primary_key=True
    )
    subject_id: Mapped[UUID]
    key_version: Mapped[int | None]


class WeChatAccount(Table):
    """An openid, which proves nothing by itself, and the person who was proved behind it."""

    __tablename__ = "wechat_accounts"
    __doorway__: ClassVar[str | None] = "the openid is known before the person"
    __table_args__ = (Index("ix_wechat_accounts_person_id", "person_id"),)

    openid: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


class PhoneCode(Table):
    """The last one-time code sent to a phone, hashed, with wrong tries and how many were sent on that day."""

    __tablename__ = "phone_codes"
    __doorway__: ClassVar[str | None] = "sent before the person is proved"
    # Counted by key version before a key is dropped.
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __table_args__ = (
        Index("ix_phone_codes_openid", "openid", "sent_on"),
        Index("ix_phone_codes_expires_at", "expires_at"),
    )

    phone_index: Mapped[bytes] = indexed(PHONE, primary_key=True)
    # Of the key behind the index and the code's hash; a day after it expired the row is gone.
    key_version: Mapped[int]
    openid: Mapped[str]
    code_hash: Mapped[bytes]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    failures: Mapped[int]
    sent_on: Mapped[date]
    sent_count: Mapped[int]


class PassKind(StrEnum):
    """Where a pass is shown from: a phone, whose code changes every 30 seconds, or paper, on which it cannot."""

    PHONE = "phone"
    PAPER = "paper"


class PresentationPass(Table):
    """A pass that one subject opened for one merchant and one matter, to be shown once; its key follows from its id.

    ``number`` is drawn anew for each pass and is all that a code tells; ``consent_id`` is the one-time consent that goes
    with it, if the subject gave one. A day after it expired the row is gone.
    """

    __tablename__ = "presentation_passes"
    __doorway__: ClassVar[str | None] = "a code is shown before it is known whose it is"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("subject_id", "kind"),
        CheckConstraint("failures >= 0", name="failures"),
        CheckConstraint("expires_at > opened_at", name="expires_at"),
        Index("ix_presentation_passes_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    kind: Mapped[PassKind]
    subject_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    context_id: Mapped[UUID]
    consent_id: Mapped[UUID | None]
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    failures: Mapped[int]
    used_at: Mapped[datetime | None]
