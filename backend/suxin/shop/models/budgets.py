"""What a village puts up for a year, on which days its shop is open, and which months are closed."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, batch, owner_tenant, published, system
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import APPEND_ONLY, READ_ONLY, Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.shop.states import BudgetState

_VILLAGE: Final = frozenset({Party.TENANT})
_B: Final = BudgetState
_CONFIRM: Final = NamedStep(
    leaves=frozenset({_B.PROPOSED}), to=_B.CONFIRMED, by=_VILLAGE, zh="确认", en="confirm it"
)
_DROP: Final = NamedStep(
    leaves=frozenset({_B.PROPOSED}), to=_B.DROPPED, by=_VILLAGE, zh="作废", en="drop it"
)


class ShopBudget(Table):
    """An amount for a year's budget, put up by one and confirmed by another; a year may have several. One is open at a time."""

    __tablename__ = "shop_budgets"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "decided_by", "decided_at", "transfer_id"
    )
    __machine__: ClassVar[StateMachine[BudgetState]] = StateMachine(
        begins={_B.PROPOSED: _VILLAGE}, steps=(_CONFIRM, _DROP)
    )
    # Areas are counted: in which villages there is a shop.
    __batch_privileges__: ClassVar[tuple[str, ...]] = READ_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system(), batch())
    __table_args__ = (
        CheckConstraint("year between 2020 and 2100", name="year"),
        CheckConstraint("amount_fen between 1 and 1000000000", name="amount"),
        CheckConstraint("length(source) between 2 and 60", name="source"),
        CheckConstraint("(state = 'PROPOSED') = (decided_at is null)", name="decided"),
        CheckConstraint("state <> 'CONFIRMED' or decided_by <> proposed_by", name="by_another"),
        CheckConstraint("(state = 'CONFIRMED') = (transfer_id is not null)", name="transfer"),
        Index(
            "uq_shop_budgets_open",
            "tenant_id",
            "year",
            unique=True,
            postgresql_where=text("state = 'PROPOSED'"),
        ),
        Index("ix_shop_budgets_year", "tenant_id", "year", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int]
    amount_fen: Mapped[int]
    source: Mapped[str]
    state: Mapped[BudgetState]
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    transfer_id: Mapped[UUID | None]

    def confirm(self, *, by: UUID, transfer_id: UUID, now: datetime) -> None:
        """Put it up."""
        self.state = _CONFIRM.taken_from(self.state)
        self.decided_by, self.decided_at, self.transfer_id = by, now, transfer_id

    def drop(self, *, by: UUID, now: datetime) -> None:
        """Let nothing come of it."""
        self.state = _DROP.taken_from(self.state)
        self.decided_by, self.decided_at = by, now


class ShopTerms(Table):
    """On which days of a month a village's shop is open, and how many points a household may spend in a month; none for no limit.

    A village without a row is open on every day. Residents read when to come.
    """

    __tablename__ = "shop_terms"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "opens_on", "closes_on", "month_points", "set_by", "set_at"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), published(), system())
    __table_args__ = (
        CheckConstraint(
            "opens_on between 1 and 31 and closes_on between opens_on and 31", name="days"
        ),
        CheckConstraint("month_points between 1 and 100000", name="month_points"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    opens_on: Mapped[int]
    closes_on: Mapped[int]
    month_points: Mapped[int | None]
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]


class ShopMonth(Table):
    """A month of a village's shop that was closed, with its figures as they were then: a month's figures change no more once it is over."""

    __tablename__ = "shop_months"
    __privileges__: ClassVar[tuple[str, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        CheckConstraint("extract(day from month) = 1", name="first_day"),
        CheckConstraint(
            "opening_points + earned_points - lost_points - spent_points = closing_points",
            name="adds_up",
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    households: Mapped[int]
    opening_points: Mapped[int]
    earned_points: Mapped[int]
    lost_points: Mapped[int]
    spent_points: Mapped[int]
    closing_points: Mapped[int]
    redemptions: Mapped[int]
    closed_by: Mapped[UUID]
    closed_at: Mapped[datetime]
