"""Custodian statements and their lines."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, owner_tenant, system
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.risk_pool.statements.entries import Direction, Format
from suxin.risk_pool.statements.states import LineState, Matched

_SETTLED: Final = frozenset({Party.OPERATOR, Party.PLATFORM})
_OPERATOR: Final = frozenset({Party.OPERATOR})
_MATCH = NamedStep(
    leaves=frozenset({LineState.OPEN}), to=LineState.MATCHED, by=_SETTLED, zh="匹配", en="match it"
)
_SET_ASIDE = NamedStep(
    leaves=frozenset({LineState.OPEN}),
    to=LineState.SET_ASIDE,
    by=_OPERATOR,
    zh="搁置",
    en="set it aside",
)
_TAKE_UP = NamedStep(
    leaves=frozenset({LineState.SET_ASIDE}),
    to=LineState.OPEN,
    by=_OPERATOR,
    zh="重新处理",
    en="take it up again",
)


class CustodianStatement(Table):
    """A statement as it was taken: its period and balances in fen, how many entries came to what, and why some were not taken."""

    __tablename__ = "custodian_statements"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "pool_id", "number"),
        UniqueConstraint("tenant_id", "pool_id", "sha256"),
        ForeignKeyConstraint(["tenant_id", "pool_id"], ["risk_pools.tenant_id", "risk_pools.id"]),
        CheckConstraint("rows_read = rows_taken + rows_known + rows_rejected", name="rows"),
        CheckConstraint("rows_rejected = jsonb_array_length(rejects)", name="rejects"),
        CheckConstraint("from_day <= to_day", name="period"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    pool_id: Mapped[UUID]
    number: Mapped[str]
    name: Mapped[str]
    format: Mapped[Format]
    sha256: Mapped[str]
    from_day: Mapped[date]
    to_day: Mapped[date]
    opening_fen: Mapped[int]
    closing_fen: Mapped[int]
    rows_read: Mapped[int]
    rows_taken: Mapped[int]
    rows_known: Mapped[int]
    rows_rejected: Mapped[int]
    rejects: Mapped[list[dict[str, Any]]]
    received_at: Mapped[datetime]
    received_by: Mapped[UUID]


class CustodianLine(Table):
    """One booked entry of a pool's account, once for the bank's reference; what it was found to be, if anything.

    ``matched_id`` is the payment, recovery, funding or reversed payment that it is; ``note`` says why a person set it aside, or why it
    was not matched although it names something.
    """

    __tablename__ = "custodian_lines"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "matched", "matched_id", "settled_at", "settled_by", "note"
    )
    __machine__: ClassVar[StateMachine[LineState]] = StateMachine(
        begins={LineState.OPEN: _OPERATOR}, steps=(_MATCH, _SET_ASIDE, _TAKE_UP)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "pool_id", "reference"),
        ForeignKeyConstraint(
            ["tenant_id", "statement_id"],
            ["custodian_statements.tenant_id", "custodian_statements.id"],
        ),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint(
            "(state = 'MATCHED') = (matched is not null) and (matched is null) = (matched_id is null)",
            name="as_what",
        ),
        CheckConstraint(
            "state <> 'SET_ASIDE' or (settled_by is not null and note is not null)",
            name="set_aside",
        ),
        # A reversal's one line may give several payments back; everything else has a line of its own.
        Index(
            "uq_custodian_lines_matched_id",
            "tenant_id",
            "matched",
            "matched_id",
            unique=True,
            postgresql_where=text("matched is not null"),
        ),
        Index("ix_custodian_lines_statement_id", "tenant_id", "statement_id", "id"),
        Index("ix_custodian_lines_state", "tenant_id", "pool_id", "state", "id"),
        Index("ix_custodian_lines_booked_on", "tenant_id", "pool_id", "booked_on"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    pool_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    reference: Mapped[str]
    direction: Mapped[Direction]
    amount_fen: Mapped[int]
    booked_on: Mapped[date]
    value_on: Mapped[date]
    counterparty: Mapped[str]
    remittance: Mapped[str]
    state: Mapped[LineState]
    matched: Mapped[Matched | None]
    matched_id: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]
    note: Mapped[str | None]

    def match(
        self, matched: Matched, matched_id: UUID, *, staff_id: UUID | None, now: datetime
    ) -> None:
        """Enter MATCHED as the movement of something."""
        self.state = _MATCH.taken_from(self.state)
        self.matched, self.matched_id, self.note = matched, matched_id, None
        self.settled_at, self.settled_by = now, staff_id

    def set_aside(self, note: str, *, staff_id: UUID, now: datetime) -> None:
        """Enter SET_ASIDE by a person's word."""
        self.state, self.note = _SET_ASIDE.taken_from(self.state), note
        self.settled_at, self.settled_by = now, staff_id

    def take_up(self) -> None:
        """Enter OPEN again."""
        self.state = _TAKE_UP.taken_from(self.state)
        self.note = self.settled_at = self.settled_by = None
