"""Pools, the partners who fund them, and what each paid in."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    SUBJECT,
    TENANT,
    Reader,
    batch,
    exists,
    owner_tenant,
    system,
    when,
)
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.risk_pool.agreements import MAX_MULTIPLE
from suxin.risk_pool.pools.states import FundingState, PartnerKind, PoolState

CUSTODY_ACCOUNT: Final = "risk_pool.custody_account"
"""The purpose for which the number of a pool's account at its custodian is sealed."""

_OPERATOR: Final = frozenset({Party.OPERATOR})

_PAUSE = NamedStep(
    leaves=frozenset({PoolState.OPEN}),
    to=PoolState.PAUSED,
    by=_OPERATOR,
    zh="暂停备案",
    en="pause it",
)
_RESUME = NamedStep(
    leaves=frozenset({PoolState.PAUSED}),
    to=PoolState.OPEN,
    by=_OPERATOR,
    zh="恢复备案",
    en="resume it",
)
_CLOSE = NamedStep(
    leaves=frozenset({PoolState.PAUSED}),
    to=PoolState.CLOSED,
    by=_OPERATOR,
    zh="关闭",
    en="close it",
)
_CONFIRM = NamedStep(
    leaves=frozenset({FundingState.RECORDED}),
    to=FundingState.CONFIRMED,
    by=frozenset({Party.OPERATOR, Party.PLATFORM}),
    zh="确认到账",
    en="confirm it",
)
_REJECT = NamedStep(
    leaves=frozenset({FundingState.RECORDED}),
    to=FundingState.REJECTED,
    by=_OPERATOR,
    zh="退回",
    en="reject it",
)


class RiskPool(Table):
    """A pool of the operator's; its money stands in the operator's book.

    ``custody_id``, ``compensated_id``, ``recovered_id`` and ``committed_id`` are its accounts there. ``required_fen`` is what it is to hold,
    ``multiple`` how many fen of principal one fen stands behind. ``low_told`` and ``capacity_told_bps`` say of what its people were told.
    """

    __tablename__ = "risk_pools"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "name", "custodian", "account_sealed", "account_mask", "multiple", "required_fen",
        "state", "closed_at", "low_told", "capacity_told_bps",
    )  # fmt: skip
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE")
    __machine__: ClassVar[StateMachine[PoolState]] = StateMachine(
        begins={PoolState.OPEN: _OPERATOR}, steps=(_PAUSE, _RESUME, _CLOSE)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when(
            "agreeing_bank",
            exists(
                "pool_agreements a",
                f"a.tenant_id = risk_pools.tenant_id and a.pool_id = risk_pools.id and a.bank_id = {TENANT}",
            ),
        ),
        when(
            "agreeing_guarantor",
            exists(
                "pool_agreements a",
                f"a.tenant_id = risk_pools.tenant_id and a.pool_id = risk_pools.id and a.guarantor_id = {TENANT}",
            ),
        ),
        when(
            "filed_borrower",
            exists("pool_filings f", f"f.pool_id = risk_pools.id and f.subject_id = {SUBJECT}"),
        ),
        batch(),
        system(),
    )
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        *(
            ForeignKeyConstraint(
                ["tenant_id", column], ["ledger_accounts.tenant_id", "ledger_accounts.id"]
            )
            for column in ("custody_id", "compensated_id", "recovered_id", "committed_id")
        ),
        CheckConstraint(f"multiple between 1 and {MAX_MULTIPLE}", name="multiple"),
        CheckConstraint("required_fen > 0", name="required"),
        CheckConstraint("(state = 'CLOSED') = (closed_at is not null)", name="closed"),
        CheckConstraint("capacity_told_bps between 0 and 10000", name="told"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    custodian: Mapped[str]
    account_sealed: Mapped[bytes] = sealed(CUSTODY_ACCOUNT, row="id")
    account_mask: Mapped[str]
    multiple: Mapped[int]
    required_fen: Mapped[int]
    state: Mapped[PoolState]
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID]
    closed_at: Mapped[datetime | None]
    custody_id: Mapped[UUID]
    compensated_id: Mapped[UUID]
    recovered_id: Mapped[UUID]
    committed_id: Mapped[UUID]
    low_told: Mapped[bool]
    capacity_told_bps: Mapped[int]

    def pause(self) -> None:
        """Enter PAUSED: nothing is filed until it is resumed."""
        self.state = _PAUSE.taken_from(self.state)

    def resume(self) -> None:
        """Enter OPEN again."""
        self.state = _RESUME.taken_from(self.state)

    def close(self, *, now: datetime) -> None:
        """End as CLOSED."""
        self.state, self.closed_at = _CLOSE.taken_from(self.state), now


class PoolPartner(Table):
    """Who funds a pool: what he pledged until a day, and his share of the pool; what he paid in stands on his account."""

    __tablename__ = "pool_partners"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "pledged_fen", "share_bps", "due_on", "late_told"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "pool_id", "name"),
        ForeignKeyConstraint(["tenant_id", "pool_id"], ["risk_pools.tenant_id", "risk_pools.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "account_id"], ["ledger_accounts.tenant_id", "ledger_accounts.id"]
        ),
        CheckConstraint("pledged_fen > 0", name="pledged"),
        CheckConstraint("share_bps between 1 and 10000", name="share"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    pool_id: Mapped[UUID]
    name: Mapped[str]
    kind: Mapped[PartnerKind]
    pledged_fen: Mapped[int]
    share_bps: Mapped[int]
    due_on: Mapped[date]
    account_id: Mapped[UUID]
    added_at: Mapped[datetime]
    late_told: Mapped[bool]


class PoolFunding(Table):
    """What a partner paid into a pool, once for the bank's reference; it counts when a second person has confirmed it.

    ``statement_line_id`` is the line of the custodian's statement that confirmed it in a second person's place.
    """

    __tablename__ = "pool_fundings"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "settled_at", "settled_by", "statement_line_id", "note"
    )
    __machine__: ClassVar[StateMachine[FundingState]] = StateMachine(
        begins={FundingState.RECORDED: _OPERATOR}, steps=(_CONFIRM, _REJECT)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "pool_id", "reference"),
        ForeignKeyConstraint(
            ["tenant_id", "partner_id"], ["pool_partners.tenant_id", "pool_partners.id"]
        ),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("settled_by <> recorded_by", name="two_people"),
        CheckConstraint("(state = 'RECORDED') = (settled_at is null)", name="settled"),
        CheckConstraint(
            "state = 'RECORDED' or settled_by is not null or statement_line_id is not null",
            name="settled_by_someone",
        ),
        Index("ix_pool_fundings_pool_id", "tenant_id", "pool_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    pool_id: Mapped[UUID]
    partner_id: Mapped[UUID]
    reference: Mapped[str]
    amount_fen: Mapped[int]
    paid_on: Mapped[date]
    state: Mapped[FundingState]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]
    statement_line_id: Mapped[UUID | None]
    note: Mapped[str | None]

    def confirm(
        self, *, staff_id: UUID | None, statement_line_id: UUID | None = None, now: datetime
    ) -> None:
        """Enter CONFIRMED by a second person or a line of the custodian's statement."""
        self.state, self.settled_at = _CONFIRM.taken_from(self.state), now
        self.settled_by, self.statement_line_id = staff_id, statement_line_id

    def reject(self, *, staff_id: UUID, note: str, now: datetime) -> None:
        """End as REJECTED: it did not arrive, or was recorded wrongly."""
        self.state, self.settled_at = _REJECT.taken_from(self.state), now
        self.settled_by, self.note = staff_id, note
