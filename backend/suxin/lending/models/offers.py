"""Offers, and the snapshot of what a bank had seen when one was accepted."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from suxin.kernel.readers import (
    SUBJECT,
    TENANT,
    Reader,
    data_subject,
    owner_tenant,
    system,
    when,
    with_basis,
)
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import LabelledState, NamedStep
from suxin.lending.terms import GuaranteeMode, RepaymentMethod


class OfferState(LabelledState):
    """Where an offer stands."""

    OPEN = "OPEN", "等待选择", "open"
    CHOSEN = "CHOSEN", "已接受", "accepted"
    PASSED = "PASSED", "未被选择", "passed over"
    EXPIRED = "EXPIRED", "已过期", "expired"
    WITHDRAWN = "WITHDRAWN", "已撤回", "withdrawn"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "报价", "offer"


def _decision(to: OfferState, *by: Party) -> NamedStep[OfferState]:
    """Return a step that ends an open offer, once."""
    return NamedStep(
        leaves=frozenset({OfferState.OPEN}),
        to=to,
        by=frozenset(by),
        zh="再处理该报价",
        en="decide on this offer again",
    )


_CHOOSE = _decision(OfferState.CHOSEN, Party.SUBJECT)
_PASS_OVER = _decision(OfferState.PASSED, Party.SUBJECT, Party.PLATFORM)
_EXPIRE = _decision(OfferState.EXPIRED, Party.PLATFORM)
_WITHDRAW = _decision(OfferState.WITHDRAWN, Party.TENANT)


class Offer(Table):
    """A bank's answer: the terms, what they cost in full, and how long they stand."""

    __tablename__ = "offers"
    # Terms once offered are never rewritten, by nobody: another price is another offer.
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("state", "decided_at")
    __machine__: ClassVar[StateMachine[OfferState]] = StateMachine(
        begins={OfferState.OPEN: frozenset({Party.TENANT})},
        steps=(_CHOOSE, _PASS_OVER, _EXPIRE, _WITHDRAW),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        data_subject(),
        # The subject's own decision (choose, pass over) is written by his command.
        when("decided_by_subject", f"subject_id = {SUBJECT}", "UPDATE"),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "referral_id"], ["referrals.tenant_id", "referrals.id"]),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("valid_until > made_at", name="validity"),
        Index("ix_offers_subject_id", "subject_id", "request_id"),
        Index("ix_offers_referral_id", "tenant_id", "referral_id", "id"),
        *(
            Index(f"ix_offers_{name}", "tenant_id", name, "id")
            for name in ("state", "made_at", "valid_until", "amount_fen")
        ),
        Index(
            "uq_offers_open",
            "tenant_id",
            "referral_id",
            unique=True,
            postgresql_where=text("state in ('OPEN', 'CHOSEN')"),
        ),
        Index(
            "uq_offers_chosen",
            "request_id",
            unique=True,
            postgresql_where=text("state = 'CHOSEN'"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    referral_id: Mapped[UUID]
    request_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    product_id: Mapped[UUID | None]
    state: Mapped[OfferState]
    amount_fen: Mapped[int]
    term_months: Mapped[int]
    rate_bps: Mapped[int]
    upfront_fee_bps: Mapped[int]
    upfront_fee_fen: Mapped[int]
    repayment_method: Mapped[RepaymentMethod]
    guarantee: Mapped[GuaranteeMode]
    monthly_payment_fen: Mapped[int]
    total_interest_fen: Mapped[int]
    total_fees_fen: Mapped[int]
    total_cost_fen: Mapped[int]
    annualised_rate_bps: Mapped[int]
    cooling_off_days: Mapped[int]
    conditions: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
    valid_until: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    @property
    def open(self) -> bool:
        """Whether the applicant may still choose it, time permitting."""
        return self.state is OfferState.OPEN

    def choose(self, *, now: datetime) -> None:
        """Enter CHOSEN by the subject's decision."""
        self.state, self.decided_at = _CHOOSE.taken_from(self.state), now

    def pass_over(self, *, now: datetime) -> None:
        """Enter PASSED: another was chosen, or the request was taken back."""
        self.state, self.decided_at = _PASS_OVER.taken_from(self.state), now

    def expire(self, *, now: datetime) -> None:
        """Enter EXPIRED when its validity is over."""
        self.state, self.decided_at = _EXPIRE.taken_from(self.state), now

    def withdraw(self, *, now: datetime) -> None:
        """Enter WITHDRAWN by the bank's decision."""
        self.state, self.decided_at = _WITHDRAW.taken_from(self.state), now


_WITH_BASIS = with_basis(category="'loan_request'", context="request_id").using


class DecisionSnapshot(Table):
    """What the bank had been permitted to see when it made the offer that was accepted, frozen with its SHA-256.

    The bank reads it as long as it has a basis for the request: at first the consent's, then the contract's. When the
    contract's time and the time of keeping after it are over (``kept_until``), the content is erased and never before;
    that there was a snapshot, and its SHA-256, stay on record.
    """

    __tablename__ = "decision_snapshots"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("content", "erased_at")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when("decided_by_subject", f"subject_id = {SUBJECT}", "INSERT"),
        # Its own snapshot alone: another bank may hold a basis for the same request.
        when("bank_with_basis", f"tenant_id = {TENANT} and {_WITH_BASIS}"),
        system(),
    )
    __table_args__ = (
        CheckConstraint("erased_at is null or content is null", name="erased"),
        CheckConstraint("erased_at >= kept_until", name="kept"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID]
    request_id: Mapped[UUID]
    offer_id: Mapped[UUID]
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    sha256: Mapped[str]
    taken_at: Mapped[datetime]
    kept_until: Mapped[datetime]
    erased_at: Mapped[datetime | None]
