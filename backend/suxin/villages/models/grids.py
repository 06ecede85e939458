"""Grids, and who of the tenant's staff covers which."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, batch, owner_tenant, system
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import READ_WRITE, Table, append_and_change
from suxin.villages.states import GridKind, GridState

_VILLAGE: Final = frozenset({Party.TENANT})


class Grid(Table):
    """A grid of a village. Its id stays when it is renumbered, so that what is about it stays about it.

    ``predecessors`` are the codes of grids that it was made of, and its own before it was renumbered; ``merged_into`` is the grid that took it in.
    """

    __tablename__ = "village_grids"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "code", "kind", "name", "predecessors", "state", "valid_until", "merged_into"
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = READ_WRITE
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system(), batch())
    __machine__: ClassVar[StateMachine[GridState]] = StateMachine(
        begins={GridState.ACTIVE: _VILLAGE},
        steps=(
            Step(
                leaves=frozenset({GridState.ACTIVE}),
                to=GridState.ENDED,
                by=_VILLAGE | {Party.PLATFORM},
            ),
        ),
    )
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{15}$' and right(code, 3) <> '000'", name="code"),
        CheckConstraint("(kind = 'special') = (right(code, 3) > '900')", name="kind"),
        CheckConstraint("right(code, 3) <> '900'", name="between"),
        CheckConstraint("length(name) between 1 and 40", name="name"),
        CheckConstraint("(state = 'ENDED') = (valid_until is not null)", name="ended"),
        CheckConstraint("valid_until >= valid_from", name="period"),
        Index(
            "uq_village_grids_code",
            "tenant_id",
            "code",
            unique=True,
            postgresql_where=text("state = 'ACTIVE'"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    kind: Mapped[GridKind]
    name: Mapped[str]
    predecessors: Mapped[list[str]]
    state: Mapped[GridState]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    merged_into: Mapped[UUID | None]
    created_at: Mapped[datetime]

    def end(self, *, into: UUID | None, on: date) -> None:
        """Use it no more; ``into`` is the grid that takes it in."""
        self.state, self.valid_until, self.merged_into = GridState.ENDED, on, into

    def renumber(self, code: str, kind: GridKind) -> None:
        """Let it have another code, and remember the former."""
        self.predecessors = [*self.predecessors, self.code]
        self.code, self.kind = code, kind


class GridWorker(Table):
    """One of the tenant's staff with a grid that he covers, from a day until another (not included; null and it goes on)."""

    __tablename__ = "grid_workers"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("ends_before", "ended_by")
    __batch_privileges__: ClassVar[tuple[str, ...]] = READ_WRITE
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system(), batch())
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "grid_id"], ["village_grids.tenant_id", "village_grids.id"]
        ),
        CheckConstraint("ends_before >= starts_on", name="period"),
        Index(
            "uq_grid_workers_live",
            "tenant_id",
            "grid_id",
            "staff_id",
            unique=True,
            postgresql_where=text("ends_before is null"),
        ),
        Index("ix_grid_workers_staff_id", "tenant_id", "staff_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    grid_id: Mapped[UUID]
    staff_id: Mapped[UUID]
    starts_on: Mapped[date]
    ends_before: Mapped[date | None]
    assigned_by: Mapped[UUID | None]
    assigned_at: Mapped[datetime]
    ended_by: Mapped[UUID | None]
