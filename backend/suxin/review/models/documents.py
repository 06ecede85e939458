"""Documents that whoever files a case hands in as evidence."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import KIND, SUBJECT, TENANT, Reader, batch, data_subject, system, when
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.tables import Table, append_and_change

DOCUMENT: Final = "review.document"
"""The purpose for which the pieces of a document are sealed, under its own key."""

DOCUMENT_KEY: Final = "review.document_key"
"""The purpose for which a document's own key is sealed."""


class CaseDocument(Table):
    """A document of a case, sealed under a key of its own; its office reads it from when the case has taken it.

    It goes with its case. What it holds goes earlier where nobody decided: the case was taken back, or lapsed. One that no
    case has taken within a day is erased.
    """

    __tablename__ = "case_documents"
    __privileges__: ClassVar[tuple[str, ...]] = (
        *append_and_change("case_id", "office_id", "key_sealed", "content"),
        "DELETE",
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE (key_sealed)")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when(
            "put_down",
            f"subject_id = {SUBJECT} and {KIND} = 'subject' and case_id is null",
            "INSERT",
        ),
        when("attached", f"subject_id = {SUBJECT} and {KIND} = 'subject'", "UPDATE"),
        when("office", f"office_id = {TENANT}"),
        system(),
        batch(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["subject_id", "case_id"],
            ["review_cases.subject_id", "review_cases.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("(case_id is null) = (office_id is null)", name="taken"),
        CheckConstraint("(key_sealed is null) = (content is null)", name="content"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        Index("ix_case_documents_case_id", "subject_id", "case_id"),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID | None]
    office_id: Mapped[UUID | None]
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    key_sealed: Mapped[bytes | None] = sealed(DOCUMENT_KEY, row="id")
    content: Mapped[bytes | None]
    uploaded_at: Mapped[datetime]
