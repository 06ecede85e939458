"""Bills as they were compared, and in what they differed."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import NOW, TENANT, Reader, operator, reading_tenant, system, when
from suxin.kernel.tables import APPEND_ONLY, Table, append_and_change
from suxin.perks.orders.bills.states import BillGap


class OrderBill(Table):
    """A merchant's bill of one day, compared once: what it has, what the orders have that were paid on it, how many differences there are."""

    __tablename__ = "order_bills"
    __privileges__: ClassVar[tuple[str, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (reading_tenant(), operator(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "sub_mchid", "day"),
        CheckConstraint(
            "least(payments, payments_fen, refunds, refunds_fen, paid_here, paid_here_fen, gaps) >= 0",
            name="figures",
        ),
        Index("ix_order_bills_id", "tenant_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sub_mchid: Mapped[str]
    day: Mapped[date]
    payments: Mapped[int]
    payments_fen: Mapped[int]
    refunds: Mapped[int]
    refunds_fen: Mapped[int]
    paid_here: Mapped[int]
    paid_here_fen: Mapped[int]
    gaps: Mapped[int]
    compared_at: Mapped[datetime]


class OrderBillGap(Table):
    """One difference between a bill and the orders, open until the merchant writes down once what it found."""

    __tablename__ = "order_bill_gaps"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("found", "found_by", "found_at")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        reading_tenant(),
        operator(),
        when(
            "explained_by_tenant",
            f"tenant_id = {TENANT} and found_at is null",
            "UPDATE",
            check=f"tenant_id = {TENANT} and found_at = {NOW}",
        ),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "bill_id"], ["order_bills.tenant_id", "order_bills.id"]),
        CheckConstraint("num_nonnulls(bill_fen, here_fen) > 0", name="amounts"),
        CheckConstraint("num_nulls(found, found_by, found_at) in (0, 3)", name="found"),
        Index("ix_order_bill_gaps_bill_id", "tenant_id", "bill_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    bill_id: Mapped[UUID]
    kind: Mapped[BillGap]
    refund: Mapped[bool]
    number: Mapped[str]
    transaction_id: Mapped[str | None]
    bill_fen: Mapped[int | None]
    here_fen: Mapped[int | None]
    found: Mapped[str | None]
    found_by: Mapped[UUID | None]
    found_at: Mapped[datetime | None]
