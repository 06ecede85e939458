"""A village's exchange with the town's app over its interface: how far it is, and what the app was told."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.grid.states import ClaimState
from suxin.kernel.readers import Reader, owner_tenant, system
from suxin.kernel.tables import Table, append_and_change


class AppLink(Table):
    """That a village exchanges over the interface, on the ground that it named, and how far it is.

    ``cursor`` is the app's own word for how far its events were taken. A worker holds the row while it asks (``held_until``); ``next_at`` is when
    it is asked again. After failures in a row it is only probed (``broken_since``). ``not_taken`` are the app's events that could not be read,
    ``differences`` what differed when both sides were compared last.
    """

    __tablename__ = "grid_app_links"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "ground", "joined_by", "joined_at", "left_by", "left_at", "cursor", "held_until", "next_at", "failures", "broken_since", "problem",
        "last_success_at", "not_taken", "compared_at", "compared_month", "differences",
    )  # fmt: skip
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        CheckConstraint("length(ground) between 2 and 200", name="ground"),
        CheckConstraint("length(cursor) <= 200", name="cursor"),
        CheckConstraint("failures >= 0", name="failures"),
        CheckConstraint("(left_by is null) = (left_at is null)", name="left"),
        CheckConstraint("(compared_at is null) = (compared_month is null)", name="compared"),
        Index("ix_grid_app_links_next_at", "next_at", postgresql_where=text("left_at is null")),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    ground: Mapped[str]
    joined_by: Mapped[UUID]
    joined_at: Mapped[datetime]
    left_by: Mapped[UUID | None]
    left_at: Mapped[datetime | None]
    cursor: Mapped[str]
    held_until: Mapped[datetime | None]
    next_at: Mapped[datetime]
    failures: Mapped[int]
    broken_since: Mapped[datetime | None]
    problem: Mapped[str | None]
    last_success_at: Mapped[datetime | None]
    not_taken: Mapped[list[dict[str, Any]]]
    compared_at: Mapped[datetime | None]
    compared_month: Mapped[date | None]
    differences: Mapped[list[dict[str, Any]]]

    def join(self, ground: str, *, by: UUID, now: datetime) -> None:
        """Begin to exchange, or begin again where it was left."""
        self.ground, self.joined_by, self.joined_at, self.next_at = ground, by, now, now
        self.left_by = self.left_at = self.broken_since = self.problem = None
        self.failures = 0

    def leave(self, *, by: UUID, now: datetime) -> None:
        """Exchange nothing more."""
        self.left_by, self.left_at, self.held_until = by, now, None


class AppTold(Table):
    """What the app was told last of a claim: its state and points then, and why the app did not take it, where it said so."""

    __tablename__ = "grid_app_told"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "points", "told_at", "refusal"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "claim_id"], ["grid_claims.tenant_id", "grid_claims.id"]
        ),
        CheckConstraint("length(refusal) <= 200", name="refusal"),
        Index(
            "ix_grid_app_told_refused",
            "tenant_id",
            "claim_id",
            postgresql_where=text("refusal is not null"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[ClaimState]
    points: Mapped[int]
    told_at: Mapped[datetime]
    refusal: Mapped[str | None]
