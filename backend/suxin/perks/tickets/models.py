"""Tickets, and what the gates recorded about them. Whose a ticket is stands with its redemption, and not here."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import SUBJECT, Reader, exists, owner_tenant, system, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.perks.models import Redemption
from suxin.perks.states import RedemptionState
from suxin.perks.tickets.states import SpendVerdict, TicketState

_ATTRACTION: Final = frozenset({Party.TENANT})
_PLATFORM: Final = frozenset({Party.PLATFORM})
# Whoever took a ticket takes and gives it back in the rows of its attraction.
_HOLDER: Final = frozenset({Party.SUBJECT})
_T: Final = TicketState


def _step(
    leaves: set[TicketState], to: TicketState, by: frozenset[Party], zh: str, en: str
) -> NamedStep[TicketState]:
    return NamedStep(leaves=frozenset(leaves), to=to, by=by, zh=zh, en=en)


_OPEN: Final = {_T.ISSUED, _T.PART_USED}
_PART: Final = _step(_OPEN, _T.PART_USED, _ATTRACTION, "登记入园", "let somebody in by it")
_USE: Final = _step(_OPEN, _T.USED, _ATTRACTION, "登记入园", "let the last one in by it")
_CANCEL: Final = _step({_T.ISSUED}, _T.CANCELLED, _ATTRACTION | _HOLDER, "作废", "cancel it")
_EXPIRE: Final = _step(_OPEN, _T.EXPIRED, _PLATFORM, "过期", "let it expire")

_HELD: Final = exists(
    "perk_redeemers r",
    f"r.tenant_id = {{row}}.tenant_id and r.redemption_id = {{row}}.redemption_id and r.subject_id = {SUBJECT}",
)


class Ticket(Table):
    """A ticket for ``persons`` admissions, of which ``used`` were made; good from ``valid_from`` and before ``valid_until``.

    Its ``label`` is the benefit of everybody as it was when it was issued. Its text is signed each time it is shown, and kept nowhere.
    """

    __tablename__ = "perk_tickets"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "used", "last_used_at", "ended_at", "reason"
    )
    __machine__: ClassVar[StateMachine[TicketState]] = StateMachine(
        begins={TicketState.ISSUED: _ATTRACTION | _HOLDER},
        steps=(_PART, _USE, _CANCEL, _EXPIRE),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), when("holder", _HELD), system())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "programme_id"], ["perk_programmes.tenant_id", "perk_programmes.id"]
        ),
        ForeignKeyConstraint(
            ["tenant_id", "redemption_id"], ["perk_redemptions.tenant_id", "perk_redemptions.id"]
        ),
        CheckConstraint("persons >= 1 and used between 0 and persons", name="persons"),
        CheckConstraint("valid_until > valid_from", name="validity"),
        CheckConstraint("state <> 'ISSUED' or used = 0", name="issued"),
        CheckConstraint("state <> 'CANCELLED' or used = 0", name="cancelled"),
        CheckConstraint("state <> 'PART_USED' or used between 1 and persons - 1", name="part_used"),
        CheckConstraint("state <> 'USED' or used = persons", name="used_up"),
        CheckConstraint("(state in ('ISSUED', 'PART_USED')) = (ended_at is null)", name="ended"),
        Index("uq_perk_tickets_redemption_id", "tenant_id", "redemption_id", unique=True),
        Index("ix_perk_tickets_programme_id", "tenant_id", "programme_id"),
        Index("ix_perk_tickets_state", "tenant_id", "state", "id"),
        # What a gate must know of beside what it let in itself.
        Index("ix_perk_tickets_valid_until", "tenant_id", "valid_until"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    programme_id: Mapped[UUID]
    redemption_id: Mapped[UUID]
    label: Mapped[str]
    persons: Mapped[int] = mapped_column(Integer)
    used: Mapped[int] = mapped_column(Integer)
    state: Mapped[TicketState]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None]
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    @property
    def left(self) -> int:
        """How many may still be let in."""
        ended = self.state not in (TicketState.ISSUED, TicketState.PART_USED)
        return 0 if ended else self.persons - self.used

    def use(self, persons: int, *, at: datetime, now: datetime) -> None:
        """Count admissions; how many are left was asked before."""
        step = _USE if persons == self.left else _PART
        self.state = step.taken_from(self.state)
        self.used += persons
        self.last_used_at = at
        if self.state is TicketState.USED:
            self.ended_at = now

    def cancel(self, reason: str, *, now: datetime) -> None:
        """Let it be good no more: nobody was let in by it."""
        self.state = _CANCEL.taken_from(self.state)
        self.reason, self.ended_at = reason, now

    def expire(self, *, now: datetime) -> None:
        """Note that its time is over, and that no gate may tell of it any more."""
        self.state, self.ended_at = _EXPIRE.taken_from(self.state), now


def left_of(ticket: Ticket, redemption: Redemption) -> int:
    """Return how many may still be let in by a ticket, of whose redemption a clerk may have used or ended something at the counter."""
    granted = redemption.state is RedemptionState.GRANTED
    return min(ticket.left, redemption.uses_left) if granted else 0


class TicketSpend(Table):
    """What a gate recorded: its own id, when it says that it was, who recorded it, and what the platform found.

    ``ticket_id`` is null for what is no ticket of the attraction's.
    """

    __tablename__ = "perk_ticket_spends"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(),)
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["perk_tickets.tenant_id", "perk_tickets.id"]
        ),
        CheckConstraint("persons >= 1", name="persons"),
        CheckConstraint("(verdict = 'forged') = (ticket_id is null)", name="forged"),
        Index("ix_perk_ticket_spends_ticket_id", "tenant_id", "ticket_id"),
        Index("ix_perk_ticket_spends_verdict", "tenant_id", "verdict", "synced_at", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID | None]
    verdict: Mapped[SpendVerdict]
    persons: Mapped[int] = mapped_column(Integer)
    gate: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID]
    synced_at: Mapped[datetime]
