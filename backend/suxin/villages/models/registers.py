"""Villages, how many are in their registers, and the joining of two registers."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    KIND,
    TENANT,
    Reader,
    batch,
    operator,
    owner_tenant,
    published,
    system,
    when,
)
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import READ_WRITE, Table, append_and_change
from suxin.villages.states import MergerElsewhere, MergerState, VillageState

_OPERATOR: Final = frozenset({Party.OPERATOR})
_PLATFORM: Final = frozenset({Party.PLATFORM})


class Village(Table):
    """A tenant's register: which village it is, and of which others it has taken the households over.

    ``code`` is the village's twelve digits, ``town_code`` its town's nine; ``former_codes`` are those of villages that were merged into it, whose
    grids keep theirs until they are renumbered. ``merged_into`` is the tenant that keeps the register now. ``next_serial`` counts the
    numbers of the rural register that were given out here. Which village a tenant is, is no secret.
    """

    __tablename__ = "villages"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "former_codes", "state", "merged_into", "merged_at", "next_serial"
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = READ_WRITE
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), published(), system(), batch())
    __machine__: ClassVar[StateMachine[VillageState]] = StateMachine(
        begins={VillageState.ACTIVE: frozenset({Party.TENANT})},
        steps=(
            Step(
                leaves=frozenset({VillageState.ACTIVE}),
                to=VillageState.MERGED,
                by=_PLATFORM,
            ),
        ),
    )
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{12}$'", name="code"),
        CheckConstraint("town_code = left(code, 9)", name="town"),
        CheckConstraint("(state = 'MERGED') = (merged_into is not null)", name="merged"),
        CheckConstraint("(merged_into is null) = (merged_at is null)", name="merged_at"),
        CheckConstraint("merged_into <> tenant_id", name="into_another"),
        CheckConstraint("next_serial >= 0", name="next_serial"),
        Index("uq_villages_code", "code", unique=True, postgresql_where=text("state = 'ACTIVE'")),
        Index("ix_villages_town_code", "town_code", "code"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    town_code: Mapped[str]
    former_codes: Mapped[list[str]]
    state: Mapped[VillageState]
    valid_from: Mapped[date]
    merged_into: Mapped[UUID | None]
    merged_at: Mapped[datetime | None]
    next_serial: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[datetime]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes with which its grids may begin, its own first."""
        return (self.code, *self.former_codes)

    def merge_into(self, successor: UUID, *, now: datetime) -> None:
        """Give the register over to another village."""
        self.state, self.merged_into, self.merged_at = VillageState.MERGED, successor, now

    def succeed(self, former: "Village") -> None:
        """Take the codes of a village over that was merged into this one."""
        self.former_codes = [*self.former_codes, *former.codes]


class VillageCount(Table):
    """How many a village's register holds, counted with each change of it: all that the operator is told of it.

    ``persons`` are members of active households; ``linked`` those of them who proved themselves; ``ungridded`` households without a grid.
    """

    __tablename__ = "village_counts"
    __batch_privileges__: ClassVar[tuple[str, ...]] = READ_WRITE
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), operator(), system(), batch())
    __table_args__ = (
        CheckConstraint("least(grids, households, ungridded, persons, linked) >= 0", name="counts"),
        CheckConstraint("linked <= persons and ungridded <= households", name="parts"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    grids: Mapped[int] = mapped_column(Integer)
    households: Mapped[int] = mapped_column(Integer)
    ungridded: Mapped[int] = mapped_column(Integer)
    persons: Mapped[int] = mapped_column(Integer)
    linked: Mapped[int] = mapped_column(Integer)
    counted_at: Mapped[datetime]


class VillageMerger(Table):
    """The joining of one village's register to another's: proposed by one of the operator's people, decided by another.

    ``households`` and ``persons`` are how many were taken over. Both villages read it; it says nothing of anybody.
    """

    __tablename__ = "village_mergers"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "decided_by", "decided_at", "answer", "carried_out_at", "households", "persons"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        operator(writes=True),
        when("merged", f"from_tenant_id = {TENANT} or into_tenant_id = {TENANT}"),
        when("platform", f"{KIND} = 'system'", "ALL"),
    )
    __machine__: ClassVar[StateMachine[MergerState]] = StateMachine(
        begins={MergerState.PROPOSED: _OPERATOR},
        steps=(
            Step(
                leaves=frozenset({MergerState.PROPOSED}),
                to=MergerState.DECLINED,
                by=_OPERATOR,
            ),
            Step(
                leaves=frozenset({MergerState.PROPOSED}),
                to=MergerState.APPROVED,
                by=_OPERATOR,
            ),
            Step(
                leaves=frozenset({MergerState.APPROVED}),
                to=MergerState.CARRIED_OUT,
                by=_PLATFORM,
            ),
        ),
    )
    __table_args__ = (
        CheckConstraint("from_tenant_id <> into_tenant_id", name="two_villages"),
        # Two people (decision 33).
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
        CheckConstraint("(state = 'PROPOSED') = (decided_at is null)", name="decided"),
        CheckConstraint("(state = 'CARRIED_OUT') = (carried_out_at is not null)", name="done"),
        Index(
            "uq_village_mergers_open",
            "from_tenant_id",
            unique=True,
            postgresql_where=text("state in ('PROPOSED', 'APPROVED')"),
        ),
        Index("ix_village_mergers_into", "into_tenant_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    from_tenant_id: Mapped[UUID]
    into_tenant_id: Mapped[UUID]
    document: Mapped[str]
    state: Mapped[MergerState]
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    carried_out_at: Mapped[datetime | None]
    households: Mapped[int | None] = mapped_column(Integer)
    persons: Mapped[int | None] = mapped_column(Integer)

    def decline(self, answer: str, *, by: UUID, now: datetime) -> None:
        """Leave the two registers as they are."""
        self._take(MergerState.PROPOSED, MergerState.DECLINED)
        self.answer, self.decided_by, self.decided_at = answer, by, now

    def approve(self, *, by: UUID, now: datetime) -> None:
        """Have the platform join the two registers."""
        self._take(MergerState.PROPOSED, MergerState.APPROVED)
        self.decided_by, self.decided_at = by, now

    def carry_out(self, *, households: int, persons: int, now: datetime) -> None:
        """Say that the successor has taken the households over."""
        self._take(MergerState.APPROVED, MergerState.CARRIED_OUT)
        self.households, self.persons, self.carried_out_at = households, persons, now

    def _take(self, leaves: MergerState, to: MergerState) -> None:
        if self.state is not leaves:
            raise MergerElsewhere(state=self.state)
        self.state = to
