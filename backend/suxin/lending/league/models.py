"""League tables, their lines, and the months' figures of all loans."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    KIND,
    SANDBOX,
    TENANT_KIND,
    Reader,
    exists,
    operator,
    reading_tenant,
    system,
    when,
)
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table, append_and_change
from suxin.lending.league.measures import Measure
from suxin.lending.terms import LabelledEnum

_A_BANK: Final = f"{TENANT_KIND} = 'bank' and {SANDBOX} is null"
_COUNTED: Final = (
    "counted_at", "counted_until", "worked_on", "ranked", "quarter", "version", "definition",
)  # fmt: skip
_COUNTED_AGAIN: Final = (
    f"OLD.counted_at IS NOT NULL AND ({', '.join(f'OLD.{name}' for name in _COUNTED)})"
    f" IS DISTINCT FROM ({', '.join(f'NEW.{name}' for name in _COUNTED)})"
)


_BY_SOMEBODY: Final = (
    "OLD.counted_at IS NULL AND NEW.counted_at IS NOT NULL"
    " AND nullif(current_setting('app.kind', true), '') <> 'system'"
)


class LeagueTable(Table):
    """One version of a quarter's table: until when facts were counted, by which definitions and working days.

    A version is asked for, and counted by the platform; the first is asked for by nobody. ``named`` is whether banks see each other by name,
    ``ranked`` the values that have a place, the best first, of nobody by name.
    """

    __tablename__ = "league_tables"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "counted_at", "worked_on", "ranked", "named"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        when("banks", f"{_A_BANK} and counted_at is not null"),
        operator(),
        when("asked", f"{KIND} = 'operator'", "INSERT"),
        when("published_by", f"{KIND} = 'operator'", "UPDATE"),
        system(),
    )
    __rules__: ClassVar[tuple[str, ...]] = (
        f"CREATE TRIGGER league_tables_counted BEFORE UPDATE ON league_tables FOR EACH ROW WHEN ({_COUNTED_AGAIN}) EXECUTE FUNCTION refuse_step()",
        f"CREATE TRIGGER league_tables_by_platform BEFORE UPDATE ON league_tables FOR EACH ROW WHEN ({_BY_SOMEBODY}) EXECUTE FUNCTION refuse_step()",
    )
    __table_args__ = (
        CheckConstraint(
            "extract(day from quarter) = 1 and extract(month from quarter) in (1, 4, 7, 10)",
            name="quarter",
        ),
        CheckConstraint("version >= 1 and definition >= 1", name="version"),
        CheckConstraint(
            "(version = 1) = (reason is null) and (reason is null) = (asked_by is null)",
            name="corrected",
        ),
        CheckConstraint("(counted_at is null) = (ranked is null)", name="counted"),
        Index("uq_league_tables_id", "id", unique=True),
        # One correction waits at a time.
        Index(
            "uq_league_tables_waiting",
            "quarter",
            unique=True,
            postgresql_where=text("counted_at is null"),
        ),
    )

    quarter: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    definition: Mapped[int]
    reason: Mapped[str | None]
    asked_by: Mapped[UUID | None]
    asked_at: Mapped[datetime]
    counted_until: Mapped[datetime]
    worked_on: Mapped[list[str]]
    counted_at: Mapped[datetime | None]
    ranked: Mapped[dict[str, Any] | None]
    named: Mapped[bool]


class LeagueLine(Table):
    """One bank's measure in a table; ``value`` is in basis points or hundredths of a working day, none where nothing was there."""

    __tablename__ = "league_lines"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (
        reading_tenant(),
        operator(),
        when(
            "named",
            f"{_A_BANK} and "
            + exists(
                "league_tables t",
                "t.quarter = league_lines.quarter and t.version = league_lines.version and t.named",
            ),
        ),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["quarter", "version"], ["league_tables.quarter", "league_tables.version"]
        ),
        CheckConstraint("least(numerator, denominator, cases) >= 0", name="counts"),
        CheckConstraint("(value is null) = (denominator = 0)", name="value"),
        CheckConstraint(
            "measure in ('decision_days', 'rate') or numerator <= denominator", name="shares"
        ),
        CheckConstraint("place is null or place >= 1 and value is not null", name="place"),
        ForeignKeyConstraint(["table_id"], ["league_tables.id"]),
        Index("ix_league_lines_table_id", "table_id", "id"),
        Index("ix_league_lines_tenant_id", "tenant_id", "id"),
        Index("ix_league_lines_measure", "tenant_id", "measure", "id"),
        Index("uq_league_lines_id", "id", unique=True),
    )

    quarter: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    measure: Mapped[Measure] = mapped_column(primary_key=True)
    table_id: Mapped[UUID]
    id: Mapped[UUID]
    numerator: Mapped[int]
    denominator: Mapped[int]
    cases: Mapped[int]
    value: Mapped[int | None]
    place: Mapped[int | None]


class Dimension(LabelledEnum):
    """What a month's figures are told apart by."""

    CITY = "city", "全市", "the whole city"
    BANK = "bank", "银行", "bank"
    COUNTY = "county", "县区", "county"
    INDUSTRY = "industry", "行业", "industry"


class LoanMonth(Table):
    """What the city's loans came to, on the last day of a month that was counted; the running month is counted anew each day.

    ``key`` is a bank's id, a county's code, an industry section's letter, or empty for the city. ``signed…`` and ``first_loans`` are of the
    month alone; everything else is as of ``as_of``. What is written off or compensated is no balance any more.
    """

    __tablename__ = "loan_months"
    __readers__: ClassVar[tuple[Reader, ...]] = (operator(), system())
    __table_args__ = (
        CheckConstraint(
            "extract(day from month) = 1 and as_of >= month and as_of < month + interval '1 month'",
            name="month",
        ),
        CheckConstraint(
            "least(loans, outstanding_fen, credit_loans, credit_fen, overdue_loans, overdue_fen, signed, signed_fen, first_loans) >= 0"
            " and greatest(credit_fen, overdue_fen) <= outstanding_fen"
            " and greatest(credit_loans, overdue_loans) <= loans and first_loans <= signed",
            name="parts",
        ),
    )

    month: Mapped[date] = mapped_column(primary_key=True)
    dimension: Mapped[Dimension] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[date]
    counted_at: Mapped[datetime]
    loans: Mapped[int]
    outstanding_fen: Mapped[int]
    credit_loans: Mapped[int]
    credit_fen: Mapped[int]
    overdue_loans: Mapped[int]
    overdue_fen: Mapped[int]
    signed: Mapped[int]
    signed_fen: Mapped[int]
    first_loans: Mapped[int]
