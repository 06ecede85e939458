"""Loans, what was drawn, what is due and what was repaid; and the files that repayments came by."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, batch, data_subject, owner_tenant, system
from suxin.kernel.steps import StateMachine
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table, append_and_change
from suxin.lending.loans import steps
from suxin.lending.loans.plans import Terms
from suxin.lending.loans.standing import COMPENSATED, JUDGED, Standing
from suxin.lending.loans.states import LoanState, RepaymentKind, RiskClass
from suxin.lending.models.steps import StepNotPossible
from suxin.lending.terms import GuaranteeMode, RepaymentMethod

_BY_STATE: Final = {LoanState.PERFORMING: steps.PERFORM, LoanState.OVERDUE: steps.FALL_OVERDUE}

OPEN: Final = (
    "principal_paid_fen + interest_paid_fen + fee_paid_fen < principal_fen + interest_fen + fee_fen"
)
"""The SQL condition that an instalment is not covered whole."""

# What a bank may change of a loan, and the platform by the day; the contract's own terms are never rewritten.
_CHANGED: Final = (
    "state", "first_drawn_on", "first_due_on", "ends_on", "drawn_fen", "principal_paid_fen", "interest_paid_fen", "fee_paid_fen",
    "overdue_since", "overdue_days", "risk_class", "told_state", "ended_at", "end_note",
    "collateral_registry", "collateral_number", "collateral_expires_on", "collateral_recorded_at", "collateral_reminded_for",
)  # fmt: skip


class Loan(Table):
    """A contract with what was drawn and repaid under it.

    ``told_state`` is where the bank, and the borrower where it is overdue, were last told that it stands. A renewal has no offer of
    its own, and names the loan that it renews.
    """

    __tablename__ = "loans"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(*_CHANGED)
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE")
    __machine__: ClassVar[StateMachine[LoanState]] = StateMachine(
        begins={LoanState.SIGNED: steps.BANK},
        steps=(
            steps.CANCEL,
            steps.PAY_OUT,
            steps.PERFORM,
            steps.FALL_OVERDUE,
            steps.SETTLE,
            steps.WRITE_OFF,
            steps.COMPENSATE,
            steps.RECOVER,
            steps.REOPEN,
            steps.CLOSE,
            steps.GIVE_UP,
        ),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), data_subject(), batch(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "contract_number"),
        ForeignKeyConstraint(["tenant_id", "offer_id"], ["offers.tenant_id", "offers.id"]),
        ForeignKeyConstraint(["tenant_id", "referral_id"], ["referrals.tenant_id", "referrals.id"]),
        ForeignKeyConstraint(["tenant_id", "renews_id"], ["loans.tenant_id", "loans.id"]),
        CheckConstraint("(offer_id is null) <> (renews_id is null)", name="origin"),
        CheckConstraint("principal_fen > 0 and term_months between 1 and 360", name="terms"),
        CheckConstraint(
            "principal_paid_fen between 0 and drawn_fen and interest_paid_fen >= 0 and fee_paid_fen >= 0",
            name="paid",
        ),
        CheckConstraint(
            "drawn_fen - case repayment_method when 'revolving' then principal_paid_fen else 0 end <= principal_fen",
            name="drawn",
        ),
        CheckConstraint(
            "(first_drawn_on is null) = (drawn_fen = 0) and (first_drawn_on is null) = (ends_on is null)"
            " and (first_drawn_on is null) = (first_due_on is null)",
            name="begun",
        ),
        CheckConstraint(
            "(overdue_days > 0) = (overdue_since is not null) and overdue_days >= 0", name="overdue"
        ),
        CheckConstraint(
            "(collateral_number is null) = (collateral_expires_on is null)"
            " and (collateral_number is not null or collateral_registry is null)",
            name="collateral",
        ),
        CheckConstraint(
            "(ended_at is not null) = (state in ('CANCELLED', 'SETTLED', 'WRITTEN_OFF'))",
            name="ended",
        ),
        Index("uq_loans_offer_id", "tenant_id", "offer_id", unique=True),
        Index("uq_loans_renews_id", "tenant_id", "renews_id", unique=True),
        Index("ix_loans_subject_id", "subject_id", "id"),
        Index("ix_loans_state", "tenant_id", "state", "id"),
        Index("ix_loans_contract_number", "tenant_id", "contract_number", "id"),
        Index("ix_loans_overdue_days", "tenant_id", "overdue_days", "id"),
        Index("ix_loans_referral_id", "tenant_id", "referral_id", "id"),
        Index(
            "ix_loans_collateral",
            "collateral_expires_on",
            postgresql_where=text("collateral_reminded_for is distinct from collateral_expires_on"),
        ),
        Index("ix_loans_untold", "tenant_id", "id", postgresql_where=text("state <> told_state")),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    offer_id: Mapped[UUID | None]
    renews_id: Mapped[UUID | None]
    referral_id: Mapped[UUID]
    request_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    person_id: Mapped[UUID]
    sandbox_id: Mapped[UUID | None]
    contract_number: Mapped[str]
    state: Mapped[LoanState]
    principal_fen: Mapped[int]
    term_months: Mapped[int]
    rate_bps: Mapped[int]
    repayment_method: Mapped[RepaymentMethod]
    guarantee: Mapped[GuaranteeMode]
    collateral_number: Mapped[str | None]
    collateral_expires_on: Mapped[date | None]
    collateral_registry: Mapped[str | None]
    collateral_recorded_at: Mapped[datetime | None]
    collateral_reminded_for: Mapped[date | None]
    signed_at: Mapped[datetime]
    signed_by: Mapped[UUID | None]
    cooling_off_ends_at: Mapped[datetime]
    first_drawn_on: Mapped[date | None]
    first_due_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    drawn_fen: Mapped[int]
    principal_paid_fen: Mapped[int]
    interest_paid_fen: Mapped[int]
    fee_paid_fen: Mapped[int]
    overdue_since: Mapped[date | None]
    overdue_days: Mapped[int]
    risk_class: Mapped[RiskClass]
    told_state: Mapped[str]
    ended_at: Mapped[datetime | None]
    end_note: Mapped[str | None]

    @property
    def terms(self) -> Terms:
        """What the contract says of repaying."""
        return Terms(self.rate_bps, self.term_months, self.repayment_method)

    @property
    def outstanding_fen(self) -> int:
        """The principal that is drawn and not repaid."""
        return self.drawn_fen - self.principal_paid_fen

    @property
    def drawable_fen(self) -> int:
        """What may still be drawn: where it is drawn and repaid at will, what was repaid too."""
        revolving = self.repayment_method is RepaymentMethod.REVOLVING
        return self.principal_fen - (self.outstanding_fen if revolving else self.drawn_fen)

    def require_reportable(self) -> None:
        """Refuse a repayment where nothing was ever drawn, or the loan is at its end; a debt compensated or written off can still be paid.

        :raises StepNotPossible: if it is not possible
        """
        if self.state not in (*JUDGED, *COMPENSATED, LoanState.WRITTEN_OFF):
            raise StepNotPossible(
                state=self.state, step_zh="登记还款", step_en="report a repayment"
            )

    def require_drawable(self) -> None:
        """Refuse a draw-down of a loan that is overdue or at its end.

        :raises StepNotPossible: if it is not possible
        """
        if self.state not in (LoanState.SIGNED, LoanState.DISBURSED, LoanState.PERFORMING):
            raise StepNotPossible(state=self.state, step_zh="放款", step_en="draw on it")

    def require_open(self, *, step_zh: str, step_en: str) -> None:
        """Refuse a step on a loan that has ended.

        :raises StepNotPossible: if it has
        """
        if self.ended_at is not None:
            raise StepNotPossible(state=self.state, step_zh=step_zh, step_en=step_en)

    def cancel(self, *, note: str, now: datetime) -> None:
        """End as CANCELLED before anything was drawn."""
        self.state, self.ended_at, self.end_note = steps.CANCEL.taken_from(self.state), now, note

    def pay_out(self) -> None:
        """Enter DISBURSED with the first draw-down."""
        self.state = steps.PAY_OUT.taken_from(self.state)

    def take(self, standing: Standing) -> None:
        """Stand as the facts and the day say."""
        if self.state not in JUDGED:
            return
        if standing.state is not self.state:
            self.state = _BY_STATE[standing.state].taken_from(self.state)
        self.overdue_since, self.overdue_days = standing.overdue_since, standing.overdue_days
        self.risk_class = standing.risk_class

    def settle(self, *, note: str | None, now: datetime) -> None:
        """End as SETTLED."""
        self.state, self.ended_at, self.end_note = steps.SETTLE.taken_from(self.state), now, note

    def compensate(self) -> None:
        """Enter COMPENSATED: a risk pool has paid its share."""
        self.state = steps.COMPENSATE.taken_from(self.state)

    def recover(self) -> None:
        """Enter RECOVERING with the first that comes back; what comes later leaves it there."""
        if self.state is LoanState.COMPENSATED:
            self.state = steps.RECOVER.taken_from(self.state)

    def reopen(self) -> None:
        """Enter OVERDUE again: the pool's payment was reversed."""
        self.state = steps.REOPEN.taken_from(self.state)

    def close_compensated(self, *, note: str, now: datetime) -> None:
        """End as SETTLED once all that was lost has come back."""
        self.state, self.ended_at, self.end_note = steps.CLOSE.taken_from(self.state), now, note

    def give_up(self, *, note: str, now: datetime) -> None:
        """End as WRITTEN_OFF after its compensation, by the pool's word."""
        self.state, self.ended_at, self.end_note = steps.GIVE_UP.taken_from(self.state), now, note

    def write_off(self, *, note: str, now: datetime) -> None:
        """End as WRITTEN_OFF: the bank expects nothing more, and the debt stands."""
        self.state, self.ended_at, self.end_note = steps.WRITE_OFF.taken_from(self.state), now, note


class LoanDrawdown(Table):
    """Money that was paid out under a contract, once for the bank's reference."""

    __tablename__ = "loan_drawdowns"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), data_subject(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "reference"),
        ForeignKeyConstraint(["tenant_id", "loan_id"], ["loans.tenant_id", "loans.id"]),
        CheckConstraint("amount_fen > 0", name="amount"),
        Index("ix_loan_drawdowns_drawn_on", "tenant_id", "drawn_on", "id"),
        Index("ix_loan_drawdowns_loan_id", "tenant_id", "loan_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    loan_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    reference: Mapped[str]
    amount_fen: Mapped[int]
    drawn_on: Mapped[date]
    reported_at: Mapped[datetime]
    reported_by: Mapped[UUID | None]


class LoanInstalment(Table):
    """What is due on one day, and what of it is covered; worked out anew whenever a fact is reported."""

    __tablename__ = "loan_instalments"
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), data_subject(), batch(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "loan_id", "number"),
        ForeignKeyConstraint(["tenant_id", "loan_id"], ["loans.tenant_id", "loans.id"]),
        CheckConstraint(
            "principal_paid_fen between 0 and principal_fen and interest_paid_fen between 0 and interest_fen"
            " and fee_paid_fen between 0 and fee_fen",
            name="covered",
        ),
        Index("ix_loan_instalments_due_on", "tenant_id", "due_on", "id"),
        # What the day's judgement reads: little of all that was ever due.
        Index(
            "ix_loan_instalments_open",
            "due_on",
            "tenant_id",
            "loan_id",
            postgresql_where=text(OPEN),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    loan_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    number: Mapped[int]
    due_on: Mapped[date]
    principal_fen: Mapped[int]
    interest_fen: Mapped[int]
    fee_fen: Mapped[int]
    principal_paid_fen: Mapped[int]
    interest_paid_fen: Mapped[int]
    fee_paid_fen: Mapped[int]


class LoanRepayment(Table):
    """What the bank says it has received, once for its reference; split by it, or not at all."""

    __tablename__ = "loan_repayments"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), data_subject(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "reference"),
        ForeignKeyConstraint(["tenant_id", "loan_id"], ["loans.tenant_id", "loans.id"]),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint(
            "num_nonnulls(principal_fen, interest_fen, fee_fen) in (0, 3)"
            " and coalesce(least(principal_fen, interest_fen, fee_fen), 0) >= 0"
            " and coalesce(principal_fen + interest_fen + fee_fen, amount_fen) = amount_fen",
            name="split",
        ),
        CheckConstraint("kind = 'due' or principal_fen > 0", name="prepaid"),
        Index("ix_loan_repayments_paid_on", "tenant_id", "paid_on", "id"),
        Index("ix_loan_repayments_loan_id", "tenant_id", "loan_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    loan_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    reference: Mapped[str]
    kind: Mapped[RepaymentKind]
    paid_on: Mapped[date]
    amount_fen: Mapped[int]
    principal_fen: Mapped[int | None]
    interest_fen: Mapped[int | None]
    fee_fen: Mapped[int | None]
    file_id: Mapped[UUID | None]
    reported_at: Mapped[datetime]
    reported_by: Mapped[UUID | None]


class RepaymentFile(Table):
    """A file of repayments as it was taken: how many lines came to what, and why some were not taken."""

    __tablename__ = "repayment_files"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "sha256"),
        CheckConstraint("rows_read = rows_taken + rows_known + rows_rejected", name="rows"),
        CheckConstraint("rows_rejected = jsonb_array_length(rejects)", name="rejects"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    sha256: Mapped[str]
    rows_read: Mapped[int]
    rows_taken: Mapped[int]
    rows_known: Mapped[int]
    rows_rejected: Mapped[int]
    rejects: Mapped[list[dict[str, Any]]]
    received_at: Mapped[datetime]
    received_by: Mapped[UUID | None]
