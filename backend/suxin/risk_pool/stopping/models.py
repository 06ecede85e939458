"""Stop-losses, what changed them, and what two people asked to lift."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import TENANT, Reader, batch, owner_tenant, system, when
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table, append_and_change
from suxin.risk_pool.stop_loss import CompensationRate, Lift, StopLossState


class PoolStopLoss(Table):
    """The stop-loss of one pool, bank and product in the running year.

    ``opening_fen`` is the balance of filed loans at the year's start; ``days_fen`` sums the balances of ``days`` days until
    ``counted_on``. ``lifted_…`` is the rate at which two people lifted a suspension; asking for that is ``lift_asked_by``.
    """

    __tablename__ = "pool_stop_losses"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "year", "compensated_fen", "balance_fen", "opening_fen", "days_fen", "days", "counted_on",
        "lift_asked_by", "lift_asked_at", "lift_reason", "lifted_compensated_fen", "lifted_balance_fen",
    )  # fmt: skip
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("suspended_bank", f"bank_id = {TENANT}"),
        batch(),
        system(),
    )
    __table_args__ = (
        UniqueConstraint("tenant_id", "pool_id", "bank_id", "product_code"),
        ForeignKeyConstraint(["tenant_id", "pool_id"], ["risk_pools.tenant_id", "risk_pools.id"]),
        CheckConstraint(
            "least(compensated_fen, balance_fen, opening_fen, days_fen, days) >= 0", name="figures"
        ),
        CheckConstraint(
            "num_nonnulls(lift_asked_by, lift_asked_at, lift_reason) in (0, 3)", name="lift_asked"
        ),
        CheckConstraint(
            "num_nonnulls(lifted_compensated_fen, lifted_balance_fen) in (0, 2)", name="lifted"
        ),
        Index("ix_pool_stop_losses_bank_id", "bank_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    pool_id: Mapped[UUID]
    bank_id: Mapped[UUID]
    product_code: Mapped[str]
    state: Mapped[StopLossState]
    year: Mapped[int]
    compensated_fen: Mapped[int]
    balance_fen: Mapped[int]
    opening_fen: Mapped[int]
    days_fen: Mapped[int]
    days: Mapped[int]
    counted_on: Mapped[date | None]
    lift_asked_by: Mapped[UUID | None]
    lift_asked_at: Mapped[datetime | None]
    lift_reason: Mapped[str | None]
    lifted_compensated_fen: Mapped[int | None]
    lifted_balance_fen: Mapped[int | None]

    @property
    def lift(self) -> Lift | None:
        """The lift that holds, if any."""
        if self.lifted_compensated_fen is None or self.lifted_balance_fen is None:
            return None
        return Lift(CompensationRate(self.lifted_compensated_fen, self.lifted_balance_fen))


class PoolStopLossChange(Table):
    """That a stop-loss changed: from and to which state, at which rate, and who lifted it with which reason, if anybody did."""

    __tablename__ = "pool_stop_loss_changes"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("suspended_bank", f"bank_id = {TENANT}"),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "stop_loss_id"], ["pool_stop_losses.tenant_id", "pool_stop_losses.id"]
        ),
        CheckConstraint("lifted_by <> asked_by", name="two_people"),
        CheckConstraint("num_nonnulls(asked_by, lifted_by, reason) in (0, 3)", name="lifted"),
        Index("ix_pool_stop_loss_changes_of", "tenant_id", "stop_loss_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    stop_loss_id: Mapped[UUID]
    bank_id: Mapped[UUID]
    before: Mapped[str]
    after: Mapped[StopLossState]
    compensated_fen: Mapped[int]
    balance_fen: Mapped[int]
    changed_at: Mapped[datetime]
    asked_by: Mapped[UUID | None]
    lifted_by: Mapped[UUID | None]
    reason: Mapped[str | None]
