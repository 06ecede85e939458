"""Claims on a pool, and the attempts of a bank to get its money, which stand with the loan."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

import msgspec
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import KIND, SUBJECT, TENANT, Reader, owner_tenant, system, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table, append_and_change
from suxin.lending.models.steps import NamedStep, StepNotPossible
from suxin.risk_pool.agreements import AgreementTerms
from suxin.risk_pool.claims.states import (
    COMPENSATED,
    ClaimState,
    CollectionKind,
    CollectionResult,
    Ending,
)
from suxin.risk_pool.losses import Compensation, LimitedBy, Recoveries

_BANK: Final = frozenset({Party.TENANT})
_OPERATOR: Final = frozenset({Party.OPERATOR})
_SETTLED: Final = frozenset({Party.OPERATOR, Party.PLATFORM})


def _step(
    leaves: set[ClaimState] | frozenset[ClaimState],
    to: ClaimState,
    by: frozenset[Party],
    zh: str,
    en: str,
) -> NamedStep[ClaimState]:
    return NamedStep(leaves=frozenset(leaves), to=to, by=by, zh=zh, en=en)


_SUBMIT = _step(
    {ClaimState.DRAFT, ClaimState.RETURNED}, ClaimState.SUBMITTED, _BANK, "提交", "submit it"
)
_WITHDRAW = _step(
    {ClaimState.DRAFT, ClaimState.RETURNED, ClaimState.SUBMITTED},
    ClaimState.WITHDRAWN,
    _BANK,
    "撤回",
    "withdraw it",
)
_TAKE_UP = _step(
    {ClaimState.SUBMITTED}, ClaimState.MATERIAL_CHECK, _OPERATOR, "核对材料", "check its materials"
)
_PASS_ON = _step(
    {ClaimState.MATERIAL_CHECK}, ClaimState.REVIEW, _OPERATOR, "送审", "pass it on to review"
)
_RETURN = _step(
    {ClaimState.MATERIAL_CHECK, ClaimState.REVIEW},
    ClaimState.RETURNED,
    _OPERATOR,
    "退回补正",
    "return it",
)
_REJECT = _step({ClaimState.REVIEW}, ClaimState.REJECTED, _OPERATOR, "不予代偿", "reject it")
_APPROVE = _step({ClaimState.REVIEW}, ClaimState.APPROVED, _OPERATOR, "批准", "approve it")
_PAY = _step({ClaimState.APPROVED}, ClaimState.PAID, _SETTLED, "确认付款", "take it as paid")
_RECOVER = _step({ClaimState.PAID}, ClaimState.RECOVERING, _BANK, "登记追偿", "report a recovery")
_CLOSE = _step(COMPENSATED, ClaimState.CLOSED, _SETTLED | _BANK, "结案", "close it")
_WRITE_OFF = _step(COMPENSATED, ClaimState.WRITTEN_OFF, _OPERATOR, "核销", "write it off")
_REOPEN = _step({ClaimState.PAID}, ClaimState.RETURNED, _OPERATOR, "冲正重开", "open it again")

KEEPER: Final = f"{KIND} = 'operator' and operator_id = {TENANT}"
"""The operator whose pool it is."""
_APPROVED: Final = "state in ('APPROVED', 'PAID', 'RECOVERING', 'CLOSED', 'WRITTEN_OFF')"
_CHANGED: Final = (
    "state", "round", "principal_fen", "interest_fen", "deposit_fen", "loss_fen", "pool_fen", "bank_fen", "guarantor_fen",
    "guarantor_id", "guarantor_paid_fen", "unmet_fen", "limited_by", "overdue_since", "overdue_days", "trigger_days_left", "terms", "dossier", "gaps", "worked_out_at",
    "submitted_at", "submitted_by", "checked_at", "checked_by", "note", "payment_id", "first_approved_by", "second_approved_by",
    "approved_at", "paid_at", "received_fen", "cost_fen", "ending", "ending_reason", "ending_asked_at", "ending_asked_by",
    "ending_by", "ended_at",
)  # fmt: skip


class PoolClaim(Table):
    """A bank's claim on a pool for one filed loan. ``tenant_id`` is the bank, ``operator_id`` whose pool it is.

    Figures are in fen, worked out with the draft, with each submission and with the first approval, by the agreement's ``terms`` as the
    filing stands under them. ``guarantor_paid_fen`` is what of ``guarantor_fen`` the guarantor has paid. ``received_fen`` and ``cost_fen`` are all that was recovered, and what that cost. ``payment_id`` with both
    approvers is the payment by which it was approved: two different people, which a foreign key and a CHECK there hold.
    """

    __tablename__ = "pool_claims"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(*_CHANGED)
    __machine__: ClassVar[StateMachine[ClaimState]] = StateMachine(
        begins={ClaimState.DRAFT: _BANK},
        steps=(
            _SUBMIT, _WITHDRAW, _TAKE_UP, _PASS_ON, _RETURN, _REJECT, _APPROVE, _PAY, _RECOVER, _CLOSE, _WRITE_OFF, _REOPEN,
        ),
    )  # fmt: skip
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        # What a bank has not submitted is nobody's but its own.
        when("pool_keeper", f"{KEEPER} and submitted_at is not null"),
        when("decided_by_keeper", f"{KEEPER} and submitted_at is not null", "UPDATE"),
        when(
            "claims_guarantor",
            f"guarantor_id = {TENANT} and submitted_at is not null and guarantor_fen > 0",
        ),
        when("compensated_borrower", f"subject_id = {SUBJECT} and paid_at is not null"),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "filing_id"], ["pool_filings.tenant_id", "pool_filings.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "loan_id"], ["loans.tenant_id", "loans.id"]),
        ForeignKeyConstraint(
            [
                "tenant_id",
                "operator_id",
                "id",
                "payment_id",
                "first_approved_by",
                "second_approved_by",
            ],
            [
                "pool_payments.bank_id",
                "pool_payments.tenant_id",
                "pool_payments.claim_id",
                "pool_payments.id",
                "pool_payments.first_approved_by",
                "pool_payments.second_approved_by",
            ],
            name="fk_pool_claims_approved",
        ),
        CheckConstraint(
            f"not ({_APPROVED}) or num_nonnulls(payment_id, first_approved_by, second_approved_by, approved_at) = 4",
            name="approved_by_two",
        ),
        CheckConstraint(
            "least(principal_fen, interest_fen, deposit_fen, loss_fen, pool_fen, bank_fen, guarantor_fen, unmet_fen,"
            " received_fen, cost_fen, round, overdue_days) >= 0"
            " and pool_fen + bank_fen + guarantor_fen + unmet_fen = loss_fen"
            " and guarantor_paid_fen between 0 and guarantor_fen",
            name="figures",
        ),
        CheckConstraint("guarantor_fen = 0 or guarantor_id is not null", name="guarantor"),
        CheckConstraint(
            "(state in ('DRAFT', 'WITHDRAWN')) or submitted_at is not null", name="submitted"
        ),
        CheckConstraint(
            "state not in ('PAID', 'RECOVERING', 'CLOSED', 'WRITTEN_OFF') or paid_at is not null",
            name="paid",
        ),
        CheckConstraint("ending_by <> ending_asked_by", name="ended_by_two"),
        CheckConstraint(
            "num_nonnulls(ending, ending_reason, ending_asked_at, ending_asked_by) in (0, 4)",
            name="ending_asked",
        ),
        CheckConstraint(
            "state <> 'WRITTEN_OFF' or (ending = 'write_off' and ending_by is not null)",
            name="written_off",
        ),
        CheckConstraint(
            "(ended_at is not null) = (state in ('REJECTED', 'WITHDRAWN', 'CLOSED', 'WRITTEN_OFF'))",
            name="ended",
        ),
        Index(
            "uq_pool_claims_live",
            "tenant_id",
            "filing_id",
            unique=True,
            postgresql_where=text("state not in ('REJECTED', 'WITHDRAWN')"),
        ),
        Index("ix_pool_claims_state", "tenant_id", "state", "id"),
        Index("ix_pool_claims_operator_id", "operator_id", "state", "id"),
        Index("ix_pool_claims_pool_id", "operator_id", "pool_id", "paid_at"),
        Index("ix_pool_claims_guarantor_id", "guarantor_id", "id"),
        Index("ix_pool_claims_loan_id", "tenant_id", "loan_id"),
        Index("ix_pool_claims_subject_id", "subject_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    operator_id: Mapped[UUID]
    pool_id: Mapped[UUID]
    agreement_id: Mapped[UUID]
    guarantor_id: Mapped[UUID | None]
    filing_id: Mapped[UUID]
    loan_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    contract_number: Mapped[str]
    state: Mapped[ClaimState]
    round: Mapped[int]
    principal_fen: Mapped[int]
    interest_fen: Mapped[int]
    deposit_fen: Mapped[int]
    loss_fen: Mapped[int]
    pool_fen: Mapped[int]
    bank_fen: Mapped[int]
    guarantor_fen: Mapped[int]
    guarantor_paid_fen: Mapped[int]
    unmet_fen: Mapped[int]
    limited_by: Mapped[LimitedBy | None]
    overdue_since: Mapped[date | None]
    overdue_days: Mapped[int]
    trigger_days_left: Mapped[int]
    terms: Mapped[dict[str, Any]]
    dossier: Mapped[dict[str, Any]]
    gaps: Mapped[list[dict[str, Any]]]
    worked_out_at: Mapped[datetime]
    drafted_at: Mapped[datetime]
    drafted_by: Mapped[UUID | None]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[UUID | None]
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[UUID | None]
    note: Mapped[str | None]
    payment_id: Mapped[UUID | None]
    first_approved_by: Mapped[UUID | None]
    second_approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    received_fen: Mapped[int]
    cost_fen: Mapped[int]
    ending: Mapped[Ending | None]
    ending_reason: Mapped[str | None]
    ending_asked_at: Mapped[datetime | None]
    ending_asked_by: Mapped[UUID | None]
    ending_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]

    @property
    def agreed(self) -> AgreementTerms:
        """The terms by which its figures were worked out."""
        return msgspec.convert(self.terms, AgreementTerms)

    @property
    def compensation(self) -> Compensation:
        """Who bears what, as the arithmetic takes it."""
        return Compensation(
            loss_fen=self.loss_fen,
            deposit_fen=self.deposit_fen,
            pool_fen=self.pool_fen,
            bank_fen=self.bank_fen,
            guarantor_fen=self.guarantor_fen,
            unmet_fen=self.unmet_fen,
            guarantor_paid_fen=self.guarantor_paid_fen,
            limited_by=self.limited_by,
        )

    @property
    def recoveries(self) -> Recoveries:
        """All that came back so far, as the arithmetic takes it."""
        return Recoveries(received_fen=self.received_fen, cost_fen=self.cost_fen)

    def share(self, compensation: Compensation) -> None:
        """Write down who bears what."""
        self.loss_fen = compensation.loss_fen
        self.pool_fen, self.bank_fen = compensation.pool_fen, compensation.bank_fen
        self.guarantor_fen, self.unmet_fen = compensation.guarantor_fen, compensation.unmet_fen
        self.guarantor_paid_fen = compensation.guarantor_paid_fen
        self.limited_by = compensation.limited_by

    def require_drafting(self) -> None:
        """Refuse a change of what the bank says once it is submitted.

        :raises StepNotPossible: if it does not lie with the bank
        """
        _SUBMIT.taken_from(self.state)

    def require_review(self) -> None:
        """Refuse an approval of what is not under review.

        :raises StepNotPossible: if it is not
        """
        _APPROVE.taken_from(self.state)

    def require_compensated(self) -> None:
        """Refuse what only concerns a claim that was paid and has not ended.

        :raises StepNotPossible: if it was not, or has
        """
        if self.state not in COMPENSATED:
            raise StepNotPossible(state=self.state, step_zh=_RECOVER.zh, step_en=_RECOVER.en)

    def submit(self, *, staff_id: UUID | None, now: datetime) -> None:
        """Enter SUBMITTED, for the next round."""
        self.state = _SUBMIT.taken_from(self.state)
        self.round += 1
        self.submitted_at, self.submitted_by, self.note = now, staff_id, None
        self.checked_at = self.checked_by = None

    def withdraw(self, *, now: datetime) -> None:
        """End as WITHDRAWN by the bank's word, before anybody has looked at it."""
        self.state, self.ended_at = _WITHDRAW.taken_from(self.state), now

    def take_up(self, *, staff_id: UUID, now: datetime) -> None:
        """Enter MATERIAL_CHECK with whoever checks it."""
        self.state = _TAKE_UP.taken_from(self.state)
        self.checked_by, self.checked_at = staff_id, now

    def pass_on(self) -> None:
        """Enter REVIEW."""
        self.state = _PASS_ON.taken_from(self.state)

    def return_to_bank(self, note: str) -> None:
        """Enter RETURNED, with what is missing."""
        self.state, self.note = _RETURN.taken_from(self.state), note

    def reject(self, note: str, *, now: datetime) -> None:
        """End as REJECTED, with the reason."""
        self.state, self.note, self.ended_at = _REJECT.taken_from(self.state), note, now

    def approve(self, *, payment_id: UUID, by: tuple[UUID, UUID], now: datetime) -> None:
        """Enter APPROVED by a payment that two people approved."""
        self.state = _APPROVE.taken_from(self.state)
        self.payment_id, self.approved_at = payment_id, now
        self.first_approved_by, self.second_approved_by = by

    def pay(self, *, now: datetime) -> None:
        """Enter PAID; what is paid later of a share that waited leaves it where it stands."""
        if self.state is ClaimState.APPROVED:
            self.state, self.paid_at = _PAY.taken_from(self.state), now

    def take_recovery(self, *, received_fen: int, cost_fen: int) -> None:
        """Count what came back; the first time, enter RECOVERING."""
        if self.state is ClaimState.PAID:
            self.state = _RECOVER.taken_from(self.state)
        self.received_fen += received_fen
        self.cost_fen += cost_fen

    def close(self, *, now: datetime) -> None:
        """End as CLOSED."""
        self.state, self.ended_at = _CLOSE.taken_from(self.state), now

    def ask_ending(self, ending: Ending, reason: str, *, staff_id: UUID, now: datetime) -> None:
        """Wait for a second person to write it off or to reverse its payment."""
        self.ending, self.ending_reason = ending, reason
        self.ending_asked_by, self.ending_asked_at, self.ending_by = staff_id, now, None

    def drop_ending(self) -> None:
        """Wait for nobody any more."""
        self.ending = self.ending_reason = self.ending_asked_by = self.ending_asked_at = None

    def write_off(self, *, staff_id: UUID, now: datetime) -> None:
        """End as WRITTEN_OFF by a second person's word."""
        self.state, self.ended_at = _WRITE_OFF.taken_from(self.state), now
        self.ending_by = staff_id

    def reopen(self) -> None:
        """Enter RETURNED again after its payment was reversed; who did so stands with the payment."""
        self.state, self.note = _REOPEN.taken_from(self.state), self.ending_reason
        self.payment_id = self.first_approved_by = self.second_approved_by = None
        self.approved_at = self.paid_at = None
        self.drop_ending()


class CollectionAttempt(Table):
    """One attempt of a bank to get its money from an overdue borrower, as the bank says."""

    __tablename__ = "pool_collections"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("collected_from", f"subject_id = {SUBJECT}"),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "loan_id"], ["loans.tenant_id", "loans.id"]),
        CheckConstraint("length(note) <= 300", name="note"),
        Index("ix_pool_collections_loan_id", "tenant_id", "loan_id", "id"),
        Index("ix_pool_collections_subject_id", "subject_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    loan_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    kind: Mapped[CollectionKind]
    result: Mapped[CollectionResult]
    attempted_on: Mapped[date]
    note: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None]
