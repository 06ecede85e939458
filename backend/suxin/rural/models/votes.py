"""The panel of a cycle: who is on it, who does not vote on whom, who has voted, and what was voted, which nobody reads."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import STAFF, TENANT, Reader, batch, owner_tenant, system, when
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table


class PanelMember(Table):
    """A person on the panel of a cycle, with the household of the register that is his own, if there is one."""

    __tablename__ = "rural_panel_members"
    __privileges__: ClassVar[tuple[str, ...]] = (*APPEND_ONLY, "DELETE")
    __batch_privileges__: ClassVar[tuple[str, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system(), batch())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "cycle_id"], ["rural_cycles.tenant_id", "rural_cycles.id"]
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    cycle_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID | None]
    named_by: Mapped[UUID]
    named_at: Mapped[datetime]


class PanelRecusal(Table):
    """That a panel member does not vote on an entry, because it is kin; of his own household that follows by itself."""

    __tablename__ = "rural_recusals"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = (*APPEND_ONLY, "DELETE")
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system(), batch())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "entry_id"], ["rural_entries.tenant_id", "rural_entries.id"]
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(primary_key=True)
    named_by: Mapped[UUID]
    named_at: Mapped[datetime]


class PanelBallot(Table):
    """That a panel member has voted on an entry; what, stands elsewhere under a pseudonym."""

    __tablename__ = "rural_ballots"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = (*APPEND_ONLY, "DELETE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        when("own_village", f"tenant_id = {TENANT}"),
        when("himself", f"tenant_id = {TENANT} and staff_id = {STAFF}", "INSERT"),
        system(),
        batch(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "entry_id"], ["rural_entries.tenant_id", "rural_entries.id"]
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(primary_key=True)
    cycle_id: Mapped[UUID]


class PanelVote(Table):
    """One vote on one entry, under a keyed pseudonym of whoever cast it, without its time.

    An opinion about somebody else is his personal information: the village's people add votes and read none, and the batch role alone
    joins them. They go when the cycle has taken effect.
    Source: PIPL art. 6, 51 (de-identification)
    """

    __tablename__ = "rural_votes"
    __privileges__: ClassVar[tuple[str, ...]] = ("INSERT",)
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "DELETE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        when("casting", f"tenant_id = {TENANT} and {STAFF} is not null", "INSERT"),
        batch(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "entry_id"], ["rural_entries.tenant_id", "rural_entries.id"]
        ),
        CheckConstraint(
            "least(character, family, ability) >= 1 and greatest(character, family, ability) <= 5",
            name="marks",
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    voter: Mapped[bytes] = mapped_column(primary_key=True)
    character: Mapped[int] = mapped_column(SmallInteger)
    family: Mapped[int] = mapped_column(SmallInteger)
    ability: Mapped[int] = mapped_column(SmallInteger)
