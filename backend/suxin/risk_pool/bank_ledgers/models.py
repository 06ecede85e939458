"""Ledgers as banks sent them, and what came of comparing each day."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import KIND, TENANT, Reader, owner_tenant, system, when
from suxin.kernel.tables import Table, append_and_change
from suxin.risk_pool.bank_ledgers.measures import Figures, Measure

_KEEPER: Final = f"{KIND} = 'operator' and operator_id = {TENANT}"
"""The operator sees what is about its pools: nothing else names it."""
_OF_POOLS: Final = "operator_id is null or measure in ('filed', 'compensated', 'recovered')"


class BankLedger(Table):
    """A ledger as it was taken: its period, what it says of each loan, and why some lines were not taken. ``tenant_id`` is the bank.

    ``lines`` are the contract number and the figures in the order of ``Measure``. ``operator_id`` is whose pools the bank has agreed
    with, if it has. A later one of the same last day supersedes it.
    """

    __tablename__ = "bank_ledgers"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("superseded_at", "compared_at")
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "from_day", "to_day", "sha256"),
        CheckConstraint("from_day <= to_day", name="period"),
        CheckConstraint(
            "rows_rejected = jsonb_array_length(rejects) and rows_taken = jsonb_array_length(lines)",
            name="rows",
        ),
        Index(
            "uq_bank_ledgers_to_day",
            "tenant_id",
            "to_day",
            unique=True,
            postgresql_where=text("superseded_at is null"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    operator_id: Mapped[UUID | None]
    from_day: Mapped[date]
    to_day: Mapped[date]
    name: Mapped[str]
    sha256: Mapped[str]
    rows_taken: Mapped[int]
    rows_rejected: Mapped[int]
    rejects: Mapped[list[dict[str, Any]]]
    lines: Mapped[list[list[Any]]] = mapped_column(JSONB, deferred=True)
    received_at: Mapped[datetime]
    received_by: Mapped[UUID]
    superseded_at: Mapped[datetime | None]
    compared_at: Mapped[datetime | None]

    @property
    def rows_read(self) -> int:
        """How many lines it has."""
        return self.rows_taken + self.rows_rejected

    @property
    def figures(self) -> dict[str, Figures]:
        """What it says of each loan, by contract number."""
        return {number: Figures(*figures) for number, *figures in self.lines}


class BankLedgerDay(Table):
    """One measure of a bank's loans at the end of a day, as the two had it when they were compared last."""

    __tablename__ = "bank_ledger_days"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "operator_id", "theirs", "ours", "differing", "compared_at"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("pool_keeper", _KEEPER),
        system(),
    )
    __table_args__ = (
        CheckConstraint("least(theirs, ours, differing) >= 0", name="figures"),
        CheckConstraint(_OF_POOLS, name="of_pools"),
        Index("ix_bank_ledger_days_operator_id", "operator_id", "day"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[Measure] = mapped_column(primary_key=True)
    operator_id: Mapped[UUID | None]
    theirs: Mapped[int]
    ours: Mapped[int]
    differing: Mapped[int]
    compared_at: Mapped[datetime]


class BankLedgerDifference(Table):
    """A measure of one loan of which the two did not say the same when they were compared last; none of one side where it has no such loan.

    ``told`` is whether anybody was told of these figures; ``settled_at`` when the two were found to agree.
    """

    __tablename__ = "bank_ledger_differences"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "operator_id", "theirs", "ours", "told", "found_at", "settled_at"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("pool_keeper", _KEEPER),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "day", "measure"],
            ["bank_ledger_days.tenant_id", "bank_ledger_days.day", "bank_ledger_days.measure"],
        ),
        CheckConstraint("theirs is distinct from ours", name="differs"),
        CheckConstraint(_OF_POOLS, name="of_pools"),
        Index("ix_bank_ledger_differences_operator_id", "operator_id", "day"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[Measure] = mapped_column(primary_key=True)
    contract_number: Mapped[str] = mapped_column(primary_key=True)
    operator_id: Mapped[UUID | None]
    theirs: Mapped[int | None]
    ours: Mapped[int | None]
    told: Mapped[bool]
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
