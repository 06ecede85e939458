"""What a source department was asked about a disputed record, and by when it was to be asked."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import STAFF, TENANT, Reader, data_subject, system, when
from suxin.kernel.tables import Table, append_and_change


class SourceInquiry(Table):
    """One question to a record's source, with its answer as the office wrote it down; it goes with its case."""

    __tablename__ = "source_inquiries"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "answered_by", "answered_at", "answer", "late_at"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when("office", f"office_id = {TENANT}"),
        when("asked", f"office_id = {TENANT} and asked_by = {STAFF}", "INSERT"),
        when(
            "answered",
            f"office_id = {TENANT} and answered_at is null",
            "UPDATE",
            check=f"office_id = {TENANT} and answered_by = {STAFF}",
        ),
        system(),
    )
    __table_args__ = (
        CheckConstraint("num_nulls(answered_by, answered_at, answer) in (0, 3)", name="answered"),
        ForeignKeyConstraint(
            ["subject_id", "case_id"],
            ["review_cases.subject_id", "review_cases.id"],
            ondelete="CASCADE",
            name="fk_source_inquiries_case",
        ),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    office_id: Mapped[UUID]
    source: Mapped[str]
    question: Mapped[str]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    late_at: Mapped[datetime | None]


class SourceTransfer(Table):
    """By when an accepted dispute is passed to the source of its record, and whether it was; it goes with its case."""

    __tablename__ = "source_transfers"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "due_at", "due_provisional", "late_at", "passed_at"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when("office", f"office_id = {TENANT}"),
        when("begun", f"office_id = {TENANT} and passed_at is null", "INSERT"),
        when(
            "passed",
            f"office_id = {TENANT} and passed_at is null",
            "UPDATE",
            check=f"office_id = {TENANT} and passed_at is not null",
        ),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["subject_id", "case_id"],
            ["review_cases.subject_id", "review_cases.id"],
            ondelete="CASCADE",
            name="fk_source_transfers_case",
        ),
        Index("ix_source_transfers_due_at", "due_at", postgresql_where=text("passed_at is null")),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    office_id: Mapped[UUID]
    began_at: Mapped[datetime]
    due_at: Mapped[datetime]
    due_provisional: Mapped[bool]
    late_at: Mapped[datetime | None]
    passed_at: Mapped[datetime | None]
