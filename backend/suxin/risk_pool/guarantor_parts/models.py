"""Guarantors' answers to claims, and transfers between them and banks."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import TENANT, Reader, owner_tenant, reading_tenant, system, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.risk_pool.claims.models import KEEPER
from suxin.risk_pool.guarantor_parts.states import (
    PartRefusal,
    PartState,
    TransferKind,
    TransferState,
)

_TENANT: Final = frozenset({Party.TENANT})
_OWN: Final = f"guarantor_id = {TENANT}"

_AGREE: Final = NamedStep(
    leaves=frozenset({PartState.ASKED, PartState.REFUSED}),
    to=PartState.AGREED,
    by=_TENANT,
    zh="同意分担",
    en="agree",
)
_REFUSE: Final = NamedStep(
    leaves=frozenset({PartState.ASKED}),
    to=PartState.REFUSED,
    by=_TENANT,
    zh="不同意分担",
    en="refuse",
)
_WITHDRAW: Final = NamedStep(
    leaves=frozenset({PartState.ASKED, PartState.AGREED, PartState.REFUSED}),
    to=PartState.WITHDRAWN,
    by=frozenset({Party.TENANT, Party.OPERATOR}),
    zh="撤销征询",
    en="ask no more",
)
_CONFIRM: Final = NamedStep(
    leaves=frozenset({TransferState.NOTED}),
    to=TransferState.CONFIRMED,
    by=_TENANT,
    zh="确认到账",
    en="confirm it",
)
_DENY: Final = NamedStep(
    leaves=frozenset({TransferState.NOTED}),
    to=TransferState.DENIED,
    by=_TENANT,
    zh="答复未到账",
    en="deny it",
)
_RETURN: Final = NamedStep(
    leaves=frozenset({TransferState.CONFIRMED}),
    to=TransferState.RETURNED,
    by=_TENANT,
    zh="退回",
    en="give it back",
)


class GuarantorPart(Table):
    """What a guarantor is asked to bear of a claim as it was submitted, and its answer. ``tenant_id`` is the bank.

    ``amount_fen`` is what the arithmetic gave on that day, and the most that an agreement binds the guarantor to. ``answer_by`` is until
    when the claim waits for it; ``escalated_at`` is when the clock was over without an answer.
    """

    __tablename__ = "guarantor_parts"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "escalated_at", "answered_at", "answered_by", "refusal", "note", "ended_at"
    )
    __machine__: ClassVar[StateMachine[PartState]] = StateMachine(
        begins={PartState.ASKED: _TENANT}, steps=(_AGREE, _REFUSE, _WITHDRAW)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("asked_guarantor", _OWN),
        when("answering_guarantor", _OWN, "UPDATE"),
        when("pool_keeper", KEEPER),
        when("ended_by_keeper", KEEPER, "UPDATE"),
        system(),
    )
    __table_args__ = (
        UniqueConstraint("tenant_id", "claim_id", "round"),
        ForeignKeyConstraint(
            ["tenant_id", "claim_id"], ["pool_claims.tenant_id", "pool_claims.id"]
        ),
        CheckConstraint("guarantor_id <> tenant_id", name="parties"),
        CheckConstraint(
            "amount_fen > 0 and amount_fen <= loss_fen and share_bps between 1 and 10000",
            name="amount",
        ),
        CheckConstraint(
            "state not in ('AGREED', 'REFUSED') or answered_at is not null", name="answered"
        ),
        CheckConstraint("state <> 'AGREED' or answered_by is not null", name="agreed"),
        CheckConstraint("state <> 'REFUSED' or refusal is not null", name="refused"),
        CheckConstraint("(state = 'WITHDRAWN') = (ended_at is not null)", name="ended"),
        Index("ix_guarantor_parts_guarantor_id", "guarantor_id", "state", "id"),
        Index("ix_guarantor_parts_state", "tenant_id", "state", "id"),
        Index("ix_guarantor_parts_operator_id", "operator_id", "claim_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    guarantor_id: Mapped[UUID]
    operator_id: Mapped[UUID]
    claim_id: Mapped[UUID]
    round: Mapped[int]
    contract_number: Mapped[str]
    letter_number: Mapped[str | None]
    state: Mapped[PartState]
    share_bps: Mapped[int]
    loss_fen: Mapped[int]
    amount_fen: Mapped[int]
    overdue_days: Mapped[int]
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    escalated_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    refusal: Mapped[PartRefusal | None]
    note: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    def agree(self, *, staff_id: UUID, now: datetime) -> None:
        """Enter AGREED; a guarantor that refused may think better of it."""
        self.state, self.refusal, self.note = _AGREE.taken_from(self.state), None, None
        self.answered_by, self.answered_at = staff_id, now

    def refuse(
        self, refusal: PartRefusal, *, note: str, staff_id: UUID | None, now: datetime
    ) -> None:
        """Enter REFUSED with the reason."""
        self.state, self.refusal, self.note = _REFUSE.taken_from(self.state), refusal, note
        self.answered_by, self.answered_at = staff_id, now

    def withdraw(self, *, now: datetime) -> None:
        """End as WITHDRAWN: the claim went back or ended, and is asked about anew when it is submitted again."""
        self.state, self.ended_at = _WITHDRAW.taken_from(self.state), now

    def escalate(self, *, now: datetime) -> bool:
        """Note that the clock is over without an answer; return False where there is one, or it was noted."""
        if self.state is not PartState.ASKED or self.escalated_at is not None:
            return False
        self.escalated_at = now
        return True

    def holds_up(self, now: datetime) -> bool:
        """Tell whether the claim waits for the answer."""
        return self.state is PartState.ASKED and now <= self.answer_by


class GuarantorTransfer(Table):
    """Money between a guarantor and a bank about one claim, in fen. ``tenant_id`` is the bank.

    ``reference`` is the payer's: the guarantor's own for what it pays, the recovery's number for its part of one.
    """

    __tablename__ = "guarantor_transfers"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "settled_at", "settled_by", "note"
    )
    __machine__: ClassVar[StateMachine[TransferState]] = StateMachine(
        begins={TransferState.NOTED: _TENANT}, steps=(_CONFIRM, _DENY, _RETURN)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        reading_tenant(),
        when("party_guarantor", _OWN),
        # Whoever pays notes it, and nobody but whoever receives says what came of it.
        when("noting_bank", f"tenant_id = {TENANT} and kind = 'recovery'", "INSERT"),
        when("noting_guarantor", f"{_OWN} and kind = 'compensation'", "INSERT"),
        when("confirming_bank", f"tenant_id = {TENANT} and kind = 'compensation'", "UPDATE"),
        when("confirming_guarantor", f"{_OWN} and kind = 'recovery'", "UPDATE"),
        when("pool_keeper", KEEPER),
        system(),
    )
    __table_args__ = (
        UniqueConstraint("guarantor_id", "reference"),
        ForeignKeyConstraint(
            ["tenant_id", "claim_id"], ["pool_claims.tenant_id", "pool_claims.id"]
        ),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("(state = 'NOTED') = (settled_at is null)", name="settled"),
        CheckConstraint(
            "kind = 'compensation' or state in ('NOTED', 'CONFIRMED')", name="recovery_stays"
        ),
        # One at a time, so that what is owed is looked at with nothing under way.
        Index(
            "uq_guarantor_transfers_noted",
            "tenant_id",
            "claim_id",
            unique=True,
            postgresql_where=text("state = 'NOTED' and kind = 'compensation'"),
        ),
        Index("ix_guarantor_transfers_claim_id", "tenant_id", "claim_id", "id"),
        Index("ix_guarantor_transfers_guarantor_id", "guarantor_id", "state", "id"),
        Index("ix_guarantor_transfers_state", "tenant_id", "state", "id"),
        Index("ix_guarantor_transfers_operator_id", "operator_id", "claim_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    guarantor_id: Mapped[UUID]
    operator_id: Mapped[UUID]
    claim_id: Mapped[UUID]
    kind: Mapped[TransferKind]
    state: Mapped[TransferState]
    reference: Mapped[str]
    amount_fen: Mapped[int]
    paid_on: Mapped[date]
    noted_at: Mapped[datetime]
    noted_by: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]
    note: Mapped[str | None]

    def confirm(self, *, staff_id: UUID | None, now: datetime) -> None:
        """Enter CONFIRMED by whoever received it."""
        self.state = _CONFIRM.taken_from(self.state)
        self.settled_by, self.settled_at = staff_id, now

    def deny(self, note: str, *, staff_id: UUID | None, now: datetime) -> None:
        """End as DENIED: it has not come."""
        self.state, self.note = _DENY.taken_from(self.state), note
        self.settled_by, self.settled_at = staff_id, now

    def give_back(self, note: str, *, staff_id: UUID | None, now: datetime) -> None:
        """End as RETURNED: the bank has paid it back."""
        self.state, self.note = _RETURN.taken_from(self.state), note
        self.settled_by, self.settled_at = staff_id, now
