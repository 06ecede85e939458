"""Accounts, transfers and closings, with the triggers by which an inserted transfer, and nothing else, moves balances."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.money import MAX_AMOUNT_FEN
from suxin.kernel.readers import Reader, owner_tenant, system
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table, append_and_change

MAX_AMOUNT: Final = MAX_AMOUNT_FEN
"""The largest amount of one transfer, in the asset's smallest unit."""

CNY: Final = "CNY"
"""Money, in fen; other assets are ``POINT:x`` and ``STOCK:x``, in whole points and pieces."""

ASSET_PATTERN: Final = r"CNY|(POINT|STOCK):[a-z0-9][a-z0-9_.-]{0,59}"
CODE_PATTERN: Final = r"[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_-]*)*"
MAX_CODE: Final = 80
MAX_REFERENCE: Final = 200


class Side(StrEnum):
    """The side on which an account grows."""

    DEBIT = "debit"
    CREDIT = "credit"


class Phase(StrEnum):
    """What a transfer is: moved at once, held, or the one end of a hold."""

    SINGLE = "SINGLE"
    PENDING = "PENDING"
    POSTED = "POSTED"
    VOIDED = "VOIDED"
    EXPIRED = "EXPIRED"


MOVING: Final = frozenset({Phase.SINGLE, Phase.POSTED})
RESOLVING: Final = frozenset({Phase.POSTED, Phase.VOIDED, Phase.EXPIRED})

BALANCES: Final = (
    "posted_debits",
    "posted_credits",
    "pending_debits",
    "pending_credits",
    "moved_at",
)

# What an account has at the worst, on its own side: what may still flow out is gone, what may still flow in is not there.
_LOWEST: Final = (
    "case normal_side when 'debit' then posted_debits - posted_credits - pending_credits"
    " else posted_credits - posted_debits - pending_debits end"
)
# And at the most: what may still flow in is there, what may still flow out is not gone.
_HIGHEST: Final = (
    "case normal_side when 'debit' then posted_debits + pending_debits - posted_credits"
    " else posted_credits + pending_credits - posted_debits end"
)

# Whatever statement asks for it: balances are moved by the trigger behind a transfer, a closed account stays as it is, and
# a closed period stays closed.
_BY_HAND: Final = (
    "pg_trigger_depth() = 0 AND (OLD.closed_at IS NOT NULL"
    f" OR ({', '.join(f'OLD.{name}' for name in BALANCES)}) IS DISTINCT FROM ({', '.join(f'NEW.{name}' for name in BALANCES)})"
    " OR OLD.closed_before IS NOT NULL AND (NEW.closed_before IS NULL OR NEW.closed_before < OLD.closed_before))"
)
_NOT_EMPTY: Final = " OR ".join(f"NEW.{name} <> 0" for name in BALANCES[:-1])

_REFUSED: Final = "USING ERRCODE = 'check_violation', TABLE = 'ledger_transfers'"
# One statement's transfers at a time, account by account in the order of their keys, as they are locked. The rows that are
# read and written are those that the caller's policies admit.
MOVE_BALANCES: Final = f"""CREATE FUNCTION move_ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE s record;
BEGIN
  IF EXISTS (SELECT 1 FROM added r WHERE r.pending_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM ledger_transfers p WHERE p.tenant_id = r.tenant_id AND p.id = r.pending_id AND p.phase = 'PENDING'
      AND p.amount = r.pending_amount AND p.debit_account_id = r.debit_account_id AND p.credit_account_id = r.credit_account_id)) THEN
    RAISE EXCEPTION 'this resolves no hold as it was made' {_REFUSED}, CONSTRAINT = 'ledger_transfers_resolves';
  END IF;
  IF EXISTS (SELECT 1 FROM added r WHERE r.reverses_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM ledger_transfers t WHERE t.tenant_id = r.tenant_id AND t.id = r.reverses_id AND t.phase IN ('SINGLE', 'POSTED')
      AND t.amount = r.amount AND t.debit_account_id = r.credit_account_id AND t.credit_account_id = r.debit_account_id)) THEN
    RAISE EXCEPTION 'this reverses no transfer as it was made' {_REFUSED}, CONSTRAINT = 'ledger_transfers_reverses';
  END IF;
  FOR s IN
    SELECT side.tenant_id, side.account_id, sum(posted * on_debit)::bigint AS posted_debits, sum(posted * (1 - on_debit))::bigint AS posted_credits,
      sum(held * on_debit)::bigint AS pending_debits, sum(held * (1 - on_debit))::bigint AS pending_credits,
      min(effective_at) AS earliest, min(recorded_at) AS first_at, max(recorded_at) AS last_at
    FROM added CROSS JOIN LATERAL (VALUES (debit_account_id, 1), (credit_account_id, 0)) AS sides (account_id, on_debit)
    CROSS JOIN LATERAL (SELECT added.tenant_id, sides.account_id,
      CASE WHEN phase IN ('SINGLE', 'POSTED') THEN amount ELSE 0 END AS posted,
      CASE WHEN phase = 'PENDING' THEN amount ELSE - coalesce(pending_amount, 0) END AS held) AS side
    GROUP BY side.tenant_id, side.account_id ORDER BY side.account_id
  LOOP
    UPDATE ledger_accounts a SET posted_debits = a.posted_debits + s.posted_debits, posted_credits = a.posted_credits + s.posted_credits,
      pending_debits = a.pending_debits + s.pending_debits, pending_credits = a.pending_credits + s.pending_credits, moved_at = s.last_at
    WHERE a.tenant_id = s.tenant_id AND a.id = s.account_id AND a.closed_at IS NULL AND s.first_at >= a.moved_at
      AND (a.closed_before IS NULL OR s.earliest >= a.closed_before);
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the account or the period is closed, or the times run backwards' {_REFUSED}, CONSTRAINT = 'ledger_transfers_open';
    END IF;
  END LOOP;
  RETURN NULL;
END $$"""  # noqa: S608 - words of our own
"""The function that moves balances; what it refuses, the rules of ``postings`` have refused by name before."""


class LedgerAccount(Table):
    """An account of a tenant's book.

    ``posted_…`` and ``pending_…`` are sums of its transfers, and grow on both sides; the balance is their difference, on the
    account's ``normal_side``. ``floor`` and ``ceiling`` bound it, null for none. ``moved_at`` is when its last transfer was
    recorded; nothing effective before ``closed_before`` is posted any more.
    """

    __tablename__ = "ledger_accounts"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        *BALANCES, "floor", "ceiling", "closed_at", "closed_before"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __rules__: ClassVar[tuple[str, ...]] = (
        f"CREATE TRIGGER ledger_accounts_begins BEFORE INSERT ON ledger_accounts FOR EACH ROW WHEN ({_NOT_EMPTY}) EXECUTE FUNCTION refuse_step()",
        f"CREATE TRIGGER ledger_accounts_by_hand BEFORE UPDATE ON ledger_accounts FOR EACH ROW WHEN ({_BY_HAND}) EXECUTE FUNCTION refuse_step()",
    )
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        # A transfer names its asset with both accounts, so that units never mix.
        UniqueConstraint("tenant_id", "id", "asset"),
        CheckConstraint(f"asset ~ '^({ASSET_PATTERN})$'", name="asset"),
        CheckConstraint(f"code ~ '^{CODE_PATTERN}$' and length(code) <= {MAX_CODE}", name="code"),
        CheckConstraint(
            "least(posted_debits, posted_credits, pending_debits, pending_credits) >= 0",
            name="sums",
        ),
        CheckConstraint(f"floor is null or {_LOWEST} >= floor", name="floor"),
        CheckConstraint(f"ceiling is null or {_HIGHEST} <= ceiling", name="ceiling"),
        CheckConstraint(
            "closed_at is null or posted_debits = posted_credits"
            " and pending_debits = 0 and pending_credits = 0",
            name="closed_empty",
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    asset: Mapped[str]
    normal_side: Mapped[Side]
    floor: Mapped[int | None]
    ceiling: Mapped[int | None]
    posted_debits: Mapped[int]
    posted_credits: Mapped[int]
    pending_debits: Mapped[int]
    pending_credits: Mapped[int]
    opened_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_before: Mapped[datetime | None]


class LedgerTransfer(Table):
    """An amount that went, or is held to go, from one account's debit side to another's credit side; never changed.

    ``code`` is what kind of business it is, ``reference`` what it is about, ``effective_at`` when it counts and ``recorded_at`` when it
    was written down. A hold has ``expires_at``, or none; the one transfer that ends it has ``pending_id`` and what was held.
    Transfers that stand or fall together have one ``chain_id``, the id of the first.
    """

    __tablename__ = "ledger_transfers"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __rules__: ClassVar[tuple[str, ...]] = (
        MOVE_BALANCES,
        "CREATE TRIGGER ledger_transfers_move AFTER INSERT ON ledger_transfers REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION move_ledger_balances()",
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "debit_account_id", "asset"],
            ["ledger_accounts.tenant_id", "ledger_accounts.id", "ledger_accounts.asset"],
        ),
        ForeignKeyConstraint(
            ["tenant_id", "credit_account_id", "asset"],
            ["ledger_accounts.tenant_id", "ledger_accounts.id", "ledger_accounts.asset"],
        ),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
        CheckConstraint(f"amount between 1 and {MAX_AMOUNT}", name="amount"),
        CheckConstraint(
            "(pending_id is not null) = (phase in ('POSTED', 'VOIDED', 'EXPIRED'))"
            " and (pending_id is null) = (pending_amount is null)",
            name="resolving",
        ),
        CheckConstraint("amount <= pending_amount", name="within_hold"),
        CheckConstraint(
            "phase not in ('VOIDED', 'EXPIRED') or amount = pending_amount", name="released_whole"
        ),
        CheckConstraint("expires_at is null or phase = 'PENDING'", name="expiring"),
        CheckConstraint("reverses_id is null or phase = 'SINGLE'", name="reversing"),
        CheckConstraint("effective_at <= recorded_at", name="not_ahead"),
        # A hold is resolved, and a transfer reversed, once at most.
        Index(
            "uq_ledger_transfers_pending_id",
            "tenant_id",
            "pending_id",
            unique=True,
            postgresql_where=text("pending_id is not null"),
        ),
        Index(
            "uq_ledger_transfers_reverses_id",
            "tenant_id",
            "reverses_id",
            unique=True,
            postgresql_where=text("reverses_id is not null"),
        ),
        Index("ix_ledger_transfers_debit", "tenant_id", "debit_account_id", "recorded_at"),
        Index("ix_ledger_transfers_credit", "tenant_id", "credit_account_id", "recorded_at"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    debit_account_id: Mapped[UUID]
    credit_account_id: Mapped[UUID]
    asset: Mapped[str]
    amount: Mapped[int]
    phase: Mapped[Phase]
    code: Mapped[str]
    reference: Mapped[str | None]
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    pending_id: Mapped[UUID | None]
    pending_amount: Mapped[int | None]
    reverses_id: Mapped[UUID | None]
    chain_id: Mapped[UUID]


class LedgerClosing(Table):
    """That a book's period was closed: nothing effective before ``closed_before`` is posted any more."""

    __tablename__ = "ledger_closings"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (UniqueConstraint("tenant_id", "closed_before"),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    closed_before: Mapped[datetime]
    closed_at: Mapped[datetime]
    staff_id: Mapped[UUID]
