"""Loan requests and how each product fared for them."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from suxin.kernel.readers import (
    SUBJECT,
    Reader,
    data_subject,
    exists,
    system,
    when,
    with_basis,
)
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table
from suxin.lending.models.steps import LabelledState, NamedStep, StepNotPossible
from suxin.lending.terms import GuaranteeMode, LoanPurpose, RepaymentMethod


class DispatchMode(StrEnum):
    """How a request reaches banks: one named product, the best few, or whoever claims it first (抢单)."""

    NAMED = "named"
    RECOMMENDED = "recommended"
    OPEN_POOL = "open_pool"


class RequestState(LabelledState):
    """Where a loan request stands."""

    DRAFT = "DRAFT", "草稿", "a draft"
    SUBMITTED = "SUBMITTED", "已提交", "submitted"
    MATCHING = "MATCHING", "匹配中", "being matched"
    OPEN = "OPEN", "对接中", "with banks"
    OFFERED = "OFFERED", "已有报价", "offered on"
    ACCEPTED = "ACCEPTED", "已选定报价", "settled on an offer"
    CONTRACTED = "CONTRACTED", "已签约", "under contract"
    DISBURSED = "DISBURSED", "已放款", "paid out"
    WITHDRAWN = "WITHDRAWN", "已撤回", "withdrawn"
    EXPIRED = "EXPIRED", "已到期", "expired"
    UNMATCHED = "UNMATCHED", "未匹配", "unmatched"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "申请", "request"


_ALIVE = frozenset(
    {RequestState.SUBMITTED, RequestState.MATCHING, RequestState.OPEN, RequestState.OFFERED}
)
_APPLICANT = frozenset({Party.SUBJECT})
_PLATFORM = frozenset({Party.PLATFORM})

_OPEN_TO_BANKS = NamedStep(
    leaves=frozenset({RequestState.SUBMITTED, RequestState.MATCHING}),
    to=RequestState.OPEN,
    by=_APPLICANT,
    zh="开放对接",
    en="open it",
)
# His own submission finds nobody, or the last bank has said no.
_FIND_NO_MATCH = NamedStep(
    leaves=_ALIVE,
    to=RequestState.UNMATCHED,
    by=_APPLICANT | _PLATFORM,
    zh="结束匹配",
    en="end the matching",
)
_RECEIVE_OFFER = NamedStep(
    leaves=frozenset({RequestState.OPEN, RequestState.OFFERED}),
    to=RequestState.OFFERED,
    by=frozenset({Party.TENANT}),
    zh="接收报价",
    en="receive an offer",
)
_LOSE_OFFERS = NamedStep(
    leaves=frozenset({RequestState.OFFERED}),
    to=RequestState.OPEN,
    by=frozenset({Party.TENANT, Party.PLATFORM}),
    zh="退回对接",
    en="return to open",
)
_ACCEPT = NamedStep(
    leaves=frozenset({RequestState.OFFERED}),
    to=RequestState.ACCEPTED,
    by=_APPLICANT,
    zh="接受报价",
    en="accept an offer",
)
_WITHDRAW = NamedStep(
    leaves=_ALIVE | {RequestState.DRAFT},
    to=RequestState.WITHDRAWN,
    by=_APPLICANT,
    zh="撤回",
    en="withdraw it",
)
_EXPIRE = NamedStep(leaves=_ALIVE, to=RequestState.EXPIRED, by=_PLATFORM, zh="到期", en="expire it")

# The bank reports both: the contract is between it and the applicant.
_SIGN_CONTRACT = NamedStep(
    leaves=frozenset({RequestState.ACCEPTED}),
    to=RequestState.CONTRACTED,
    by=frozenset({Party.TENANT}),
    zh="签约",
    en="sign a contract on it",
)
_CANCEL_CONTRACT = NamedStep(
    leaves=frozenset({RequestState.CONTRACTED}),
    to=RequestState.WITHDRAWN,
    by=frozenset({Party.TENANT}),
    zh="撤销合同",
    en="cancel the contract",
)
_PAY_OUT = NamedStep(
    leaves=frozenset({RequestState.CONTRACTED}),
    to=RequestState.DISBURSED,
    by=frozenset({Party.TENANT}),
    zh="放款",
    en="pay it out",
)


class LoanRequest(Table):
    """What a subject asks for. A bank reads it only on a consent for this very request."""

    __tablename__ = "loan_requests"
    __machine__: ClassVar[StateMachine[RequestState]] = StateMachine(
        begins={RequestState.SUBMITTED: _APPLICANT},
        steps=(
            _OPEN_TO_BANKS,
            _FIND_NO_MATCH,
            _RECEIVE_OFFER,
            _LOSE_OFFERS,
            _ACCEPT,
            _WITHDRAW,
            _EXPIRE,
            _SIGN_CONTRACT,
            _CANCEL_CONTRACT,
            _PAY_OUT,
        ),
    )
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
        if not self.alive:
            raise StepNotPossible(state=self.state, step_zh="继续办理", step_en="go on with it")

    def open_to_banks(self) -> None:
        """Enter OPEN after matching found someone to ask."""
        self.state = _OPEN_TO_BANKS.taken_from(self.state)

    def find_no_match(self, *, now: datetime) -> None:
        """End as UNMATCHED: no product fits, or every bank has said no."""
        self.state, self.ended_at = _FIND_NO_MATCH.taken_from(self.state), now

    def receive_offer(self) -> None:
        """Enter OFFERED with the first offer; further offers leave it there."""
        self.state = _RECEIVE_OFFER.taken_from(self.state)

    def lose_offers(self) -> None:
        """Return to OPEN when the last open offer is gone and banks may still answer."""
        self.state = _LOSE_OFFERS.taken_from(self.state)

    def accept(self, *, now: datetime) -> None:
        """Enter ACCEPTED: the subject has chosen an offer."""
        self.state, self.ended_at = _ACCEPT.taken_from(self.state), now

    def withdraw(self, *, now: datetime) -> None:
        """End as WITHDRAWN by the subject's own decision."""
        self.state, self.ended_at = _WITHDRAW.taken_from(self.state), now

    def expire(self, *, now: datetime) -> None:
        """End as EXPIRED when its time is over."""
        self.state, self.ended_at = _EXPIRE.taken_from(self.state), now

    def sign_contract(self) -> None:
        """Enter CONTRACTED: the chosen bank has signed with the applicant."""
        self.state = _SIGN_CONTRACT.taken_from(self.state)

    def cancel_contract(self, *, now: datetime) -> None:
        """End as WITHDRAWN: the contract was cancelled within its cooling-off period."""
        self.state, self.ended_at = _CANCEL_CONTRACT.taken_from(self.state), now

    def pay_out(self) -> None:
        """Enter DISBURSED with the first draw-down."""
        self.state = _PAY_OUT.taken_from(self.state)


_OF_AN_ENDED_REQUEST = exists(
    "loan_requests q",
    "q.subject_id = {row}.subject_id and q.id = {row}.request_id"
    " and q.state in ('WITHDRAWN', 'EXPIRED', 'UNMATCHED')",
)


class MatchResult(Table):
    """How one product fared for one request: its rank and cost, or all reasons why it did not fit."""

    __tablename__ = "match_results"
    # Never rewritten; erased at the subject's wish once the request has ended without a contract.
    __privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "DELETE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when("submitter", f"subject_id = {SUBJECT}", "INSERT"),
        when("erased", f"subject_id = {SUBJECT} and {_OF_AN_ENDED_REQUEST}", "DELETE"),
        system(),
    )

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
