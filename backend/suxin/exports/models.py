"""Exports, with their named steps: how far each has come, as whom it reads, and the key of its file."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import TENANT, Reader, batch, reading_tenant, system, when
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import Table, append_and_change

FILE_KEY: Final = "exports.file_key"
"""The purpose for which the keys of files are sealed."""


class ExportState(StrEnum):
    """Where an export stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


OPEN_STATES: Final = frozenset({ExportState.QUEUED, ExportState.RUNNING})


class Export(Table):
    """One export of a list, and how far it has come.

    ``staff_id`` and ``client_id`` are whom it reads as, within ``scopes``: the rights he had when he started it, of which
    ``needs`` is the list's own (null where it needs none). ``branch_id`` and ``area_codes`` are his reach then. ``position`` is how many bytes of
    the file are good, ``row_count`` and ``byte_count`` how much text they hold, ``crc`` its running checksum, ``cursor`` where the next page begins.
    ``key_sealed`` is the file's own key: without it there is no file.
    """

    __tablename__ = "exports"
    # Erased by the platform when their time of keeping is over.
    __privileges__: ClassVar[tuple[str, ...]] = (
        *append_and_change(
            "state",
            "started_at",
            "finished_at",
            "expires_at",
            "erased_at",
            "row_count",
            "byte_count",
            "position",
            "crc",
            "cursor",
            "key_sealed",
            "sha256",
            "failure_code",
            "failure_zh",
            "failure_en",
        ),
        "DELETE",
    )
    # Sealed anew when keys rotate.
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        reading_tenant(),
        when("started", f"tenant_id = {TENANT}", "INSERT"),
        when(
            "cancelled",
            f"tenant_id = {TENANT}",
            "UPDATE",
            check=f"tenant_id = {TENANT} and state = 'CANCELLED' and key_sealed is null",
        ),
        system(),
        batch(),
    )
    __machine__: ClassVar[StateMachine[ExportState]] = StateMachine(
        begins={ExportState.QUEUED: frozenset({Party.TENANT})},
        steps=(
            Step(
                leaves=frozenset({ExportState.QUEUED}),
                to=ExportState.RUNNING,
                by=frozenset({Party.PLATFORM}),
            ),
            Step(
                leaves=frozenset({ExportState.RUNNING}),
                to=ExportState.COMPLETED,
                by=frozenset({Party.PLATFORM}),
            ),
            Step(leaves=OPEN_STATES, to=ExportState.FAILED, by=frozenset({Party.PLATFORM})),
            Step(leaves=OPEN_STATES, to=ExportState.CANCELLED, by=frozenset({Party.TENANT})),
        ),
    )
    __table_args__ = (
        CheckConstraint("row_count >= 0 and byte_count >= 0 and position >= 0", name="progress"),
        CheckConstraint("(state = 'FAILED') = (failure_code is not null)", name="failure"),
        CheckConstraint(
            "state <> 'COMPLETED' or (sha256 is not null and expires_at is not null)",
            name="completed",
        ),
        CheckConstraint("(finished_at is null) = (state in ('QUEUED', 'RUNNING'))", name="ended"),
        # One at a time for each client; the desk, which is none, counts as one.
        Index(
            "ix_exports_running",
            "tenant_id",
            text("coalesce(client_id, '')"),
            unique=True,
            postgresql_where=text("state in ('QUEUED', 'RUNNING')"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, unique=True)
    staff_id: Mapped[UUID | None]
    client_id: Mapped[str | None]
    scopes: Mapped[list[str]]
    branch_id: Mapped[UUID | None]
    area_codes: Mapped[list[str]]
    needs: Mapped[str | None]
    document: Mapped[str]
    variables: Mapped[dict[str, Any]]
    state: Mapped[ExportState]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    row_count: Mapped[int]
    byte_count: Mapped[int]
    position: Mapped[int]
    crc: Mapped[int]
    cursor: Mapped[str | None]
    key_sealed: Mapped[bytes | None] = sealed(FILE_KEY, row="id")
    sha256: Mapped[str | None]
    failure_code: Mapped[str | None]
    failure_zh: Mapped[str | None]
    failure_en: Mapped[str | None]

    @property
    def is_open(self) -> bool:
        """Whether it still has pages to read."""
        return self.state in OPEN_STATES

    def begin(self, *, key_sealed: bytes, now: datetime) -> None:
        """Give the export its file's key and let it read."""
        self.state, self.started_at, self.key_sealed = ExportState.RUNNING, now, key_sealed

    def complete(self, *, sha256: str, now: datetime, expires_at: datetime) -> None:
        """Say that the whole list is in the file."""
        self.state, self.finished_at = ExportState.COMPLETED, now
        self.sha256, self.expires_at = sha256, expires_at

    def fail(self, refusal: Refusal, *, now: datetime) -> None:
        """End the export for a named reason; there is no file any more."""
        self.state, self.finished_at = ExportState.FAILED, now
        self.failure_code = refusal.code
        self.failure_zh, self.failure_en = refusal.zh_message, refusal.en_message
        self.forget_key(now=now)

    def cancel(self, *, now: datetime) -> None:
        """End the export at its owner's wish; there is no file any more."""
        self.state, self.finished_at = ExportState.CANCELLED, now
        self.forget_key(now=now)

    def forget_key(self, *, now: datetime) -> None:
        """Erase the file by its key; its bytes are deleted afterwards."""
        self.key_sealed, self.erased_at = None, now
