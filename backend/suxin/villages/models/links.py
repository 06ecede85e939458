"""What people say in the mini program of the household that they are in, and the village's answer."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, acting_person, owner_tenant, system
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import Table, append_and_change
from suxin.villages.states import LinkElsewhere, LinkState

_L: Final = LinkState


class HouseholdLink(Table):
    """A person's word that he is in a household, and where it stands. What his resident id shows is confirmed at once.

    ``member_id`` is the member whom he turned out to be. ``name_masked`` is how the village knows him until it has confirmed.
    """

    __tablename__ = "household_links"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "member_id", "decided_by", "decided_at", "reason", "ended_at"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), acting_person(), system())
    __machine__: ClassVar[StateMachine[LinkState]] = StateMachine(
        begins={_L.ASKED: frozenset({Party.PLATFORM}), _L.CONFIRMED: frozenset({Party.PLATFORM})},
        steps=(
            Step(leaves=frozenset({_L.ASKED}), to=_L.CONFIRMED, by=frozenset({Party.TENANT})),
            Step(leaves=frozenset({_L.ASKED}), to=_L.DECLINED, by=frozenset({Party.TENANT})),
            Step(
                leaves=frozenset({_L.ASKED, _L.CONFIRMED}),
                to=_L.ENDED,
                by=frozenset({Party.TENANT, Party.PLATFORM}),
            ),
        ),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "household_id"], ["households.tenant_id", "households.id"]
        ),
        CheckConstraint("state <> 'CONFIRMED' or member_id is not null", name="confirmed"),
        CheckConstraint("(state = 'ASKED') = (decided_at is null)", name="decided"),
        CheckConstraint("(state = 'ENDED') = (ended_at is not null)", name="ended"),
        Index(
            "uq_household_links_open",
            "tenant_id",
            "person_id",
            unique=True,
            postgresql_where=text("state in ('ASKED', 'CONFIRMED')"),
        ),
        Index("ix_household_links_person_id", "person_id"),
        Index("ix_household_links_state", "tenant_id", "state", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    person_id: Mapped[UUID]
    name_masked: Mapped[str]
    state: Mapped[LinkState]
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    def confirm(self, member_id: UUID, *, by: UUID, now: datetime) -> None:
        """Say that he is this member."""
        self._take({_L.ASKED}, _L.CONFIRMED)
        self.member_id, self.decided_by, self.decided_at = member_id, by, now

    def decline(self, reason: str, *, by: UUID, now: datetime) -> None:
        """Say that he is not in this household."""
        self._take({_L.ASKED}, _L.DECLINED)
        self.reason, self.decided_by, self.decided_at = reason, by, now

    def end(self, *, now: datetime) -> None:
        """End it: he took it back, or is in the household no more."""
        self._take({_L.ASKED, _L.CONFIRMED}, _L.ENDED)
        self.decided_at, self.ended_at = self.decided_at or now, now

    def _take(self, leaves: set[LinkState], to: LinkState) -> None:
        if self.state not in leaves:
            raise LinkElsewhere(state=self.state)
        self.state = to
