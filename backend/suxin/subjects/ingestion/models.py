"""Batches with their named steps, the files they are read from, their rejects, and how good each source is."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import KIND, TENANT_KIND, Reader, batch, when
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import APPEND_ONLY, READ_ONLY, Privilege, Table, append_and_change

_OPERATORS: Final = f"{TENANT_KIND} = 'operator'"
"""The operator's people, and the systems of source departments, which are clients of the operator's."""


FILE_KEY: Final = "ingestion.file_key"
"""The purpose under which the key of a waiting file is sealed."""


class BatchState(StrEnum):
    """Where a batch stands."""

    RECEIVED = "RECEIVED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class BatchFormat(StrEnum):
    """What a batch is read as."""

    CSV = "csv"
    PARQUET = "parquet"


OPEN_STATES: Final = frozenset({BatchState.RECEIVED, BatchState.RUNNING})


class BatchEnded(Refusal):
    """The batch was read to its end, failed, or was cancelled before."""

    code = "BATCH_ENDED"
    zh = "该批次已结束，不能取消"
    en = "The batch has ended; it cannot be cancelled"


class IngestionBatch(Table):
    """One delivery of one source, and how far it has come.

    ``last_line`` is the last line whose fate is decided; ``bytes_read`` of ``bytes_total`` (unpacked) say how much that is.
    ``rows_read`` is what was read so far: added, changed, unchanged and rejected together. ``rows_erased`` is how many of the records
    that it wrote last are erased since, because they were over.
    """

    __tablename__ = "ingestion_batches"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "finished_at", "cancel_reason"
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        when("operators", _OPERATORS),
        when("received", f"{_OPERATORS} and state = 'RECEIVED'", "INSERT"),
        when(
            "cancelled",
            f"{KIND} = 'operator' and state in ('RECEIVED', 'RUNNING')",
            "UPDATE",
            check=f"{KIND} = 'operator' and state = 'CANCELLED'",
        ),
        batch(),
    )
    __machine__: ClassVar[StateMachine[BatchState]] = StateMachine(
        # A source's system comes as a client of the operator; the row policy lets no other tenant's add one.
        begins={BatchState.RECEIVED: frozenset({Party.OPERATOR, Party.TENANT})},
        steps=(
            Step(
                leaves=frozenset({BatchState.RECEIVED}),
                to=BatchState.RUNNING,
                by=frozenset({Party.PLATFORM}),
            ),
            Step(
                leaves=frozenset({BatchState.RUNNING}),
                to=BatchState.COMPLETED,
                by=frozenset({Party.PLATFORM}),
            ),
            Step(leaves=OPEN_STATES, to=BatchState.FAILED, by=frozenset({Party.PLATFORM})),
            Step(leaves=OPEN_STATES, to=BatchState.CANCELLED, by=frozenset({Party.OPERATOR})),
        ),
    )
    __table_args__ = (
        CheckConstraint(
            "rows_read = rows_added + rows_changed + rows_unchanged + rows_rejected", name="rows"
        ),
        CheckConstraint("(state = 'FAILED') = (failure_code is not null)", name="failure"),
        CheckConstraint("(state = 'CANCELLED') = (cancel_reason is not null)", name="cancelled"),
        CheckConstraint("(finished_at is null) = (state in ('RECEIVED', 'RUNNING'))", name="ended"),
        Index("uq_ingestion_batches_key", "source", "batch_key", unique=True),
        Index(
            "ix_ingestion_batches_open",
            "id",
            postgresql_where=text("state in ('RECEIVED', 'RUNNING')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    batch_key: Mapped[str]
    sha256: Mapped[str]
    file_name: Mapped[str]
    file_bytes: Mapped[int]
    # Of the pieces of the file; forgotten with them.
    key_sealed: Mapped[bytes | None] = sealed(FILE_KEY, row="id")
    state: Mapped[BatchState]
    staff_id: Mapped[UUID | None]
    client_id: Mapped[str | None]
    received_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    format: Mapped[BatchFormat | None]
    encoding: Mapped[str | None]
    bytes_total: Mapped[int] = mapped_column(default=0)
    bytes_read: Mapped[int] = mapped_column(default=0)
    last_line: Mapped[int] = mapped_column(default=0)
    rows_read: Mapped[int] = mapped_column(default=0)
    rows_added: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    rows_rejected: Mapped[int] = mapped_column(default=0)
    rows_incomplete: Mapped[int] = mapped_column(default=0)
    rows_inconsistent: Mapped[int] = mapped_column(default=0)
    rows_late: Mapped[int] = mapped_column(default=0)
    rows_erased: Mapped[int] = mapped_column(default=0)
    failure_code: Mapped[str | None]
    failure_zh: Mapped[str | None]
    failure_en: Mapped[str | None]
    cancel_reason: Mapped[str | None]

    @property
    def is_open(self) -> bool:
        """Whether it still has rows to read."""
        return self.state in OPEN_STATES

    def begin(self, *, now: datetime) -> None:
        """Let the batch be read."""
        self.state, self.started_at = BatchState.RUNNING, now

    def complete(self, *, now: datetime) -> None:
        """Say that every row was read."""
        self.state, self.finished_at = BatchState.COMPLETED, now

    def fail(self, refusal: Refusal, *, now: datetime) -> None:
        """End the batch for a named reason; what was taken before stays taken."""
        self.state, self.finished_at = BatchState.FAILED, now
        self.failure_code = refusal.code
        self.failure_zh, self.failure_en = refusal.zh_message, refusal.en_message

    def cancel(self, reason: str, *, now: datetime) -> None:
        """End the batch before it was read to its end; what was taken before stays taken.

        :raises BatchEnded: if it has ended
        """
        if not self.is_open:
            raise BatchEnded
        self.state, self.finished_at, self.cancel_reason = BatchState.CANCELLED, now, reason


class IngestionPart(Table):
    """A piece of a batch's file, sealed under the batch's own key, kept until the batch has ended."""

    __tablename__ = "ingestion_parts"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "DELETE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        # Written with its batch; of what was sent nobody reads anything but what became of it.
        when("received", _OPERATORS, "INSERT"),
        batch(),
    )

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class IngestionReject(Table):
    """A row that was not taken: its line and why, never what it held."""

    __tablename__ = "ingestion_rejects"
    __privileges__: ClassVar[tuple[Privilege, ...]] = READ_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")
    __readers__: ClassVar[tuple[Reader, ...]] = (when("operators", _OPERATORS), batch())

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    field: Mapped[str | None]
    zh: Mapped[str]
    en: Mapped[str]


class SourceQuality(Table):
    """How good a source's deliveries are, counted when one of its batches ends.

    Of ``rows_read`` rows of all its batches, how many were complete, consistent with registry and catalogue, and timely;
    and of how many of the city's organisations, and of the natural persons that are known to it, the source has a record.
    """

    __tablename__ = "source_qualities"
    __privileges__: ClassVar[tuple[Privilege, ...]] = READ_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    __readers__: ClassVar[tuple[Reader, ...]] = (when("operators", _OPERATORS), batch())

    source: Mapped[str] = mapped_column(primary_key=True)
    measured_at: Mapped[datetime]
    last_received_at: Mapped[datetime]
    batches: Mapped[int]
    rows_read: Mapped[int]
    rows_complete: Mapped[int]
    rows_consistent: Mapped[int]
    rows_timely: Mapped[int]
    subjects_covered: Mapped[int]
    subjects_total: Mapped[int]
    persons_covered: Mapped[int]
    persons_total: Mapped[int]


class StagedRecord(Table):
    """A row on its way into the records: copied here, taken over from here, and gone, in one transaction.

    Its subject is an organisation by its credit code, or one of the ``StagedPerson``.
    """

    __tablename__ = "staged_records"
    __staging__: ClassVar[str | None] = "COPY does not work into a table under row policies"
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "TRUNCATE")
    __table_args__ = (
        CheckConstraint("(person is null) <> (uscc is null)", name="subject"),
        # Nothing tells the planner how many there are, so that without it each person may be looked for among all rows.
        Index("ix_staged_records_person", "person", postgresql_where=text("person is not null")),
        # Nothing in it outlives its transaction, so that nothing of it need be logged.
        {"prefixes": ["UNLOGGED"]},
    )

    line: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    person: Mapped[int | None]
    uscc: Mapped[str | None]
    item_code: Mapped[str]
    source_ref: Mapped[str]
    occurred_on: Mapped[date]
    published_until: Mapped[date | None]
    valid_until: Mapped[date | None]
    polarity: Mapped[str]
    status: Mapped[str]
    amount_fen: Mapped[int | None]
    content: Mapped[dict[str, Any]]


class StagedPerson(Table):
    """A person whom staged rows are about: a number of the chunk's own, and one of the indexes that he may be kept under.

    The one of today's key has an ``id``, which is his subject's if he is not known yet.
    """

    __tablename__ = "staged_persons"
    __staging__: ClassVar[str | None] = "COPY does not work into a table under row policies"
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "TRUNCATE")
    __table_args__ = (
        CheckConstraint("(id is null) = (key_version is null)", name="own"),
        {"prefixes": ["UNLOGGED"]},
    )

    person: Mapped[int] = mapped_column(primary_key=True)
    blind_index: Mapped[bytes] = mapped_column(primary_key=True)
    id: Mapped[UUID | None]
    key_version: Mapped[int | None]
