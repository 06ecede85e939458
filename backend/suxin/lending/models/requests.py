"""Loan requests and how each product fared for them."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, data_subject, system, with_basis
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table
from suxin.lending.models.steps import StepNotPossible
from suxin.lending.terms import GuaranteeMode, LoanPurpose, RepaymentMethod


class DispatchMode(StrEnum):
    """How a request reaches banks: one named product, the best few, or whoever claims it first (抢单)."""

    NAMED = "named"
    RECOMMENDED = "recommended"
    OPEN_POOL = "open_pool"


class RequestState(StrEnum):
    """Where a loan request stands."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    MATCHING = "MATCHING"
    OPEN = "OPEN"
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    CONTRACTED = "CONTRACTED"
    DISBURSED = "DISBURSED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    UNMATCHED = "UNMATCHED"


_ALIVE = frozenset(
    {RequestState.SUBMITTED, RequestState.MATCHING, RequestState.OPEN, RequestState.OFFERED}
)


class LoanRequest(Table):
    """What a subject asks for. A bank reads it only on a consent for this very request."""

    __tablename__ = "loan_requests"
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(writes=True),
        with_basis(category="'loan_request'", context="id"),
        system(),
    )
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("term_months between 1 and 360", name="term"),
        Index("ix_loan_requests_id", "id", unique=True),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID]
    amount_fen: Mapped[int]
    term_months: Mapped[int]
    purpose: Mapped[LoanPurpose]
    guarantee: Mapped[GuaranteeMode]
    repayment_method: Mapped[RepaymentMethod]
    rate_ceiling_bps: Mapped[int | None]
    first_loan: Mapped[bool]
    mode: Mapped[DispatchMode]
    named_tenant_id: Mapped[UUID | None]
    named_product_id: Mapped[UUID | None]
    note: Mapped[str]
    state: Mapped[RequestState]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    facts: Mapped[dict[str, Any]]

    @property
    def alive(self) -> bool:
        """Whether banks may still answer it."""
        return self.state in _ALIVE

    def require_alive(self) -> None:
        """Refuse unless banks may still answer it.

        :raises StepNotPossible: if it has ended
        """
        self._leave(_ALIVE, "继续办理", "go on with it")

    def open_to_banks(self) -> None:
        """Enter OPEN after matching found someone to ask."""
        self._leave({RequestState.SUBMITTED, RequestState.MATCHING}, "开放对接", "open it")
        self.state = RequestState.OPEN

    def find_no_match(self, *, now: datetime) -> None:
        """End as UNMATCHED: no product fits, or every bank has said no."""
        self._leave(_ALIVE, "结束匹配", "end the matching")
        self.state, self.ended_at = RequestState.UNMATCHED, now

    def receive_offer(self) -> None:
        """Enter OFFERED with the first offer; further offers leave it there."""
        self._leave({RequestState.OPEN, RequestState.OFFERED}, "接收报价", "receive an offer")
        self.state = RequestState.OFFERED

    def lose_offers(self) -> None:
        """Return to OPEN when the last open offer is gone and banks may still answer."""
        self._leave({RequestState.OFFERED}, "退回对接", "return to open")
        self.state = RequestState.OPEN

    def accept(self, *, now: datetime) -> None:
        """Enter ACCEPTED: the subject has chosen an offer."""
        self._leave({RequestState.OFFERED}, "接受报价", "accept an offer")
        self.state, self.ended_at = RequestState.ACCEPTED, now

    def withdraw(self, *, now: datetime) -> None:
        """End as WITHDRAWN by the subject's own decision."""
        self._leave({RequestState.DRAFT, *_ALIVE}, "撤回", "withdraw it")
        self.state, self.ended_at = RequestState.WITHDRAWN, now

    def expire(self, *, now: datetime) -> None:
        """End as EXPIRED when its time is over."""
        self._leave(_ALIVE, "到期", "expire it")
        self.state, self.ended_at = RequestState.EXPIRED, now

    def _leave(
        self, allowed: "set[RequestState] | frozenset[RequestState]", zh: str, en: str
    ) -> None:
        if self.state not in allowed:
            raise StepNotPossible(state=self.state.value, step_zh=zh, step_en=en)


class MatchResult(Table):
    """How one product fared for one request: its rank and cost, or all reasons why it did not fit."""

    __tablename__ = "match_results"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (data_subject(writes=True), system())

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    product_version: Mapped[int]
    eligible: Mapped[bool]
    rank: Mapped[int | None]
    score: Mapped[int | None]
    total_cost_fen: Mapped[int | None]
    annualised_rate_bps: Mapped[int | None]
    contributions: Mapped[dict[str, Any]]
    reasons: Mapped[list[dict[str, Any]]]
