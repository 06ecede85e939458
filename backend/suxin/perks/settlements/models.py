"""Statements and their lines."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import KIND, TENANT, Reader, batch, reading_tenant, system, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.perks.settlements.states import SettlementState
from suxin.perks.states import FunderKind

_MERCHANT: Final = frozenset({Party.TENANT})
_OPERATOR: Final = frozenset({Party.OPERATOR})
_PLATFORM: Final = frozenset({Party.PLATFORM})
_S: Final = SettlementState


def _step(
    leaves: SettlementState, to: SettlementState, by: frozenset[Party], zh: str, en: str
) -> NamedStep[SettlementState]:
    return NamedStep(leaves=frozenset({leaves}), to=to, by=by, zh=zh, en=en)


_CONFIRM = _step(_S.DRAWN_UP, _S.CONFIRMED, _MERCHANT, "确认", "confirm it")
_DISPUTE = _step(_S.DRAWN_UP, _S.DISPUTED, _MERCHANT, "提出异议", "dispute it")
_ANSWER = _step(_S.DISPUTED, _S.DRAWN_UP, _OPERATOR, "答复异议", "answer the dispute")
_FIRST = _step(_S.CONFIRMED, _S.CONFIRMED, _OPERATOR, "审批", "approve it")
_APPROVE = _step(_S.CONFIRMED, _S.APPROVED, _OPERATOR, "审批", "approve it")
_PAY = _step(_S.APPROVED, _S.PAID, _OPERATOR, "登记付款", "note its payment")

_CHANGED: Final = (
    "state", "confirmed_by", "confirmed_at", "reason", "answer", "first_by", "first_at",
    "approved_by", "approved_at", "paid_by", "paid_on", "reference",
)  # fmt: skip


class Settlement(Table):
    """What one funder owes one merchant for a month (``month`` is its first day). ``tenant_id`` is the merchant.

    ``first_by`` is the first of two people who approve the city's money. ``reason`` is why the merchant disputed it last, ``answer`` what
    the operator answered. ``paid_on`` and ``reference`` are of a payment made elsewhere.
    """

    __tablename__ = "perk_settlements"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(*_CHANGED)
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")
    __machine__: ClassVar[StateMachine[SettlementState]] = StateMachine(
        begins={SettlementState.DRAWN_UP: _PLATFORM},
        steps=(_CONFIRM, _DISPUTE, _ANSWER, _APPROVE, _PAY),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        reading_tenant(),
        when(
            "answered_by_merchant",
            f"tenant_id = {TENANT}",
            "UPDATE",
            check=f"tenant_id = {TENANT} and state in ('CONFIRMED', 'DISPUTED')",
        ),
        when("overseen", f"{KIND} = 'operator'"),
        when("decided", f"{KIND} = 'operator'", "UPDATE", check=f"{KIND} = 'operator'"),
        system(),
        batch(),
    )
    __table_args__ = (
        UniqueConstraint("tenant_id", "month", "funder", "funder_name", name="uq_perk_settlements_month"),
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint("funder <> 'merchant'", name="funded_by_another"),
        CheckConstraint("redemptions > 0 and uses > 0 and amount_fen > 0", name="figures"),
        CheckConstraint(
            "num_nonnulls(confirmed_by, confirmed_at) = case when state in ('CONFIRMED', 'APPROVED', 'PAID') then 2 else 0 end",
            name="confirmed",
        ),
        CheckConstraint("state <> 'DISPUTED' or reason is not null", name="disputed"),
        CheckConstraint("num_nonnulls(first_by, first_at) in (0, 2)", name="first"),
        # The city's money takes two people; whoever else pays, the operator approves once.
        CheckConstraint(
            "num_nonnulls(approved_by, approved_at) = case when state in ('APPROVED', 'PAID') then 2 else 0 end"
            " and (approved_by is null or (funder = 'city') = (first_by is not null))",
            name="approved",
        ),
        CheckConstraint("approved_by <> first_by", name="two_people"),
        CheckConstraint(
            "num_nonnulls(paid_by, paid_on, reference) = case when state = 'PAID' then 3 else 0 end", name="paid"
        ),
        Index("ix_perk_settlements_state", "state", "id"),
        Index("ix_perk_settlements_tenant_id", "tenant_id", "id"),
        Index("ix_perk_settlements_tenant_state", "tenant_id", "state", "id"),
    )  # fmt: skip

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date]
    funder: Mapped[FunderKind]
    funder_name: Mapped[str]
    redemptions: Mapped[int] = mapped_column(Integer)
    uses: Mapped[int] = mapped_column(Integer)
    amount_fen: Mapped[int]
    state: Mapped[SettlementState]
    drawn_up_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    answer: Mapped[str | None]
    first_by: Mapped[UUID | None]
    first_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    paid_by: Mapped[UUID | None]
    paid_on: Mapped[date | None]
    reference: Mapped[str | None]

    @property
    def waits_for_second(self) -> bool:
        """Whether one of two people has approved it."""
        return self.first_by is not None and self.approved_by is None

    def confirm(self, *, by: UUID, now: datetime) -> None:
        """Agree with it."""
        self.state = _CONFIRM.taken_from(self.state)
        self.confirmed_by, self.confirmed_at = by, now

    def dispute(self, reason: str) -> None:
        """Say what is wrong with it."""
        self.state = _DISPUTE.taken_from(self.state)
        self.reason, self.answer = reason, None

    def answer_dispute(self, answer: str) -> None:
        """Answer, so that the merchant looks at it anew."""
        self.state = _ANSWER.taken_from(self.state)
        self.answer = answer

    def approve_first(self, *, by: UUID, now: datetime) -> None:
        """Approve the city's money as the first of two."""
        self.state = _FIRST.taken_from(self.state)
        self.first_by, self.first_at = by, now

    def approve(self, *, by: UUID, now: datetime) -> None:
        """Let it be paid."""
        self.state = _APPROVE.taken_from(self.state)
        self.approved_by, self.approved_at = by, now

    def pay(self, *, by: UUID, on: date, reference: str) -> None:
        """Note that it was paid."""
        self.state = _PAY.taken_from(self.state)
        self.paid_by, self.paid_on, self.reference = by, on, reference


class SettlementLine(Table):
    """One redemption on a statement. Its key is the redemption's, so that none is ever counted twice."""

    __tablename__ = "perk_settlement_lines"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        reading_tenant(),
        when("overseen", f"{KIND} = 'operator'"),
        system(),
        batch(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "redemption_id"], ["perk_redemptions.tenant_id", "perk_redemptions.id"]
        ),
        ForeignKeyConstraint(
            ["tenant_id", "settlement_id"], ["perk_settlements.tenant_id", "perk_settlements.id"]
        ),
        ForeignKeyConstraint(
            ["tenant_id", "programme_id"], ["perk_programmes.tenant_id", "perk_programmes.id"]
        ),
        CheckConstraint("uses > 0 and amount_fen > 0", name="figures"),
        Index("ix_perk_settlement_lines_settlement_id", "tenant_id", "settlement_id", "redemption_id"),
        Index("ix_perk_settlement_lines_programme_id", "tenant_id", "programme_id"),
    )  # fmt: skip

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    redemption_id: Mapped[UUID] = mapped_column(primary_key=True)
    settlement_id: Mapped[UUID]
    programme_id: Mapped[UUID]
    ended_on: Mapped[date]
    uses: Mapped[int] = mapped_column(Integer)
    amount_fen: Mapped[int]
