"""What the night found about one day of one pool's account."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, reading_tenant, system
from suxin.kernel.tables import Table, append_and_change


class ReckonedDay(Table):
    """One day that a statement is about, as it was compared last: counts and sums in fen, nought where there is no difference.

    ``closing_fen`` is there on the days on which a statement closes; ``waiting…`` are letters issued until then that no line has paid
    yet. ``told`` are the lines and movements that were told of as differences, ``told_fen`` the difference of balances that was.
    """

    __tablename__ = "reckoned_days"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "closing_fen", "book_fen", "missing_here", "missing_here_fen", "missing_there", "missing_there_fen", "amount_differs",
        "amount_differs_fen", "set_aside", "set_aside_fen", "waiting", "waiting_fen", "told", "told_fen", "reckoned_at",
    )  # fmt: skip
    __readers__: ClassVar[tuple[Reader, ...]] = (reading_tenant(), system())
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "pool_id"], ["risk_pools.tenant_id", "risk_pools.id"]),
        CheckConstraint(
            "least(missing_here, missing_there, amount_differs, set_aside, waiting) >= 0",
            name="counts",
        ),
        CheckConstraint(
            "(missing_here = 0) = (missing_here_fen = 0)"
            " and (missing_there = 0) = (missing_there_fen = 0)"
            " and (amount_differs = 0) = (amount_differs_fen = 0)"
            " and (set_aside = 0) = (set_aside_fen = 0) and (waiting = 0) = (waiting_fen = 0)",
            name="sums",
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    pool_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    closing_fen: Mapped[int | None]
    book_fen: Mapped[int]
    missing_here: Mapped[int]
    missing_here_fen: Mapped[int]
    missing_there: Mapped[int]
    missing_there_fen: Mapped[int]
    amount_differs: Mapped[int]
    amount_differs_fen: Mapped[int]
    set_aside: Mapped[int]
    set_aside_fen: Mapped[int]
    waiting: Mapped[int]
    waiting_fen: Mapped[int]
    told: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    told_fen: Mapped[int]
    reckoned_at: Mapped[datetime]

    @property
    def balance_fen(self) -> int | None:
        """What the custodian holds more than the book when a statement closes that day."""
        return None if self.closing_fen is None else self.closing_fen - self.book_fen

    @property
    def differences(self) -> int:
        """How many differences there are that nobody has explained; one that a person set aside is none, unequal balances are one."""
        lines = self.missing_here + self.missing_there + self.amount_differs
        return lines + bool(self.balance_fen)
