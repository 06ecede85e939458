"""Recoveries of compensated losses."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import SUBJECT, Reader, owner_tenant, system, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.risk_pool.claims.models import KEEPER
from suxin.risk_pool.recoveries.states import RecoveryState

_CONFIRM = NamedStep(
    leaves=frozenset({RecoveryState.REPORTED}),
    to=RecoveryState.CONFIRMED,
    by=frozenset({Party.OPERATOR, Party.PLATFORM}),
    zh="确认入账",
    en="confirm it",
)
_BANK: Final = frozenset({Party.TENANT})


class PoolRecovery(Table):
    """What a bank got back of a compensated loss, and who is due what of it, in fen. ``tenant_id`` is the bank.

    The parts may be less than what came in: costs come first. ``posting_id`` is the pool's part in the operator's book.
    """

    __tablename__ = "pool_recoveries"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "line_id", "confirmed_at"
    )
    __machine__: ClassVar[StateMachine[RecoveryState]] = StateMachine(
        begins={RecoveryState.REPORTED: _BANK, RecoveryState.CONFIRMED: _BANK}, steps=(_CONFIRM,)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("pool_keeper", KEEPER),
        when("confirmed_by_keeper", KEEPER, "UPDATE"),
        when("recovered_from", f"subject_id = {SUBJECT}"),
        system(),
    )
    __table_args__ = (
        UniqueConstraint("tenant_id", "reference"),
        UniqueConstraint("operator_id", "number"),
        ForeignKeyConstraint(
            ["tenant_id", "claim_id"], ["pool_claims.tenant_id", "pool_claims.id"]
        ),
        CheckConstraint(
            "received_fen >= 0 and cost_fen >= 0 and received_fen + cost_fen > 0", name="amounts"
        ),
        CheckConstraint("pool_fen >= 0 and guarantor_fen >= 0", name="parts"),
        # Where nothing is the pool's there is nothing to wait for.
        CheckConstraint(
            "(state = 'CONFIRMED') = (confirmed_at is not null)"
            " and (state = 'CONFIRMED') = (line_id is not null or pool_fen = 0)",
            name="confirmed",
        ),
        Index("ix_pool_recoveries_claim_id", "tenant_id", "claim_id", "id"),
        Index("ix_pool_recoveries_state", "tenant_id", "state", "id"),
        Index("ix_pool_recoveries_pool_id", "operator_id", "pool_id", "state", "id"),
        Index("ix_pool_recoveries_subject_id", "subject_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    operator_id: Mapped[UUID]
    pool_id: Mapped[UUID]
    claim_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    reference: Mapped[str]
    number: Mapped[str]
    received_fen: Mapped[int]
    cost_fen: Mapped[int]
    recovered_on: Mapped[date]
    pool_fen: Mapped[int]
    bank_fen: Mapped[int]
    guarantor_fen: Mapped[int]
    state: Mapped[RecoveryState]
    posting_id: Mapped[UUID]
    line_id: Mapped[UUID | None]
    reported_at: Mapped[datetime]
    reported_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]

    def confirm(self, *, line_id: UUID, now: datetime) -> None:
        """Enter CONFIRMED by a line of the custodian's."""
        self.state, self.confirmed_at = _CONFIRM.taken_from(self.state), now
        self.line_id = line_id
