"""The exchange with the town's app: the village's mapping in its versions, and what the app knows of events."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from suxin.grid.exchange.words import AppMissing, AppSort, AppState
from suxin.kernel.readers import Reader, owner_tenant, system
from suxin.kernel.tables import APPEND_ONLY, Table, append_and_change


class AppMapping(Table):
    """One version of a village's mapping: the code of a rule by the sort of events. The newest is the one in use."""

    __tablename__ = "grid_app_mappings"
    __privileges__: ClassVar[tuple[str, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        # Of special persons nothing is taken.
        CheckConstraint("not rules ? 'persons'", name="no_persons"),
        Index("uq_grid_app_mappings_number", "tenant_id", "number", unique=True),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    rules: Mapped[dict[str, Any]]
    adopted_by: Mapped[UUID]
    adopted_at: Mapped[datetime]


class AppEvent(Table):
    """What the app says of an event, under the app's own number. ``id`` is the id of the claim that a person makes of it.

    ``worker`` is the app's number of the grid worker, empty where a file brought it; ``brought_by`` is none where the interface did.
    ``missing`` says why nothing comes of it yet, and is none where it is a draft. Whether it became a claim is seen from the claims.
    """

    __tablename__ = "grid_app_events"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "content_hash", "sort", "state", "household_number", "household_id", "happened_on", "note", "rule_code", "missing",
        "worker", "changed_at", "dismissed_by", "dismissed_at",
    )  # fmt: skip
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "household_id"], ["households.tenant_id", "households.id"]
        ),
        CheckConstraint("length(content_hash) = 64", name="content_hash"),
        CheckConstraint("sort <> 'persons'", name="no_persons"),
        CheckConstraint("length(note) <= 300 and length(worker) <= 64", name="note"),
        CheckConstraint(
            "missing is not null or household_id is not null and rule_code is not null",
            name="whole",
        ),
        CheckConstraint("(dismissed_by is null) = (dismissed_at is null)", name="dismissed"),
        Index("uq_grid_app_events_foreign_number", "tenant_id", "foreign_number", unique=True),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    foreign_number: Mapped[str]
    content_hash: Mapped[str]
    sort: Mapped[AppSort]
    state: Mapped[AppState]
    household_number: Mapped[str]
    household_id: Mapped[UUID | None]
    happened_on: Mapped[date]
    note: Mapped[str]
    worker: Mapped[str]
    rule_code: Mapped[str | None]
    missing: Mapped[AppMissing | None]
    brought_by: Mapped[UUID | None]
    brought_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    dismissed_by: Mapped[UUID | None]
    dismissed_at: Mapped[datetime | None]

    def dismiss(self, *, by: UUID, now: datetime) -> None:
        """Let nothing come of it."""
        self.dismissed_by, self.dismissed_at = by, now
