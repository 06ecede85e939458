"""Referrals: one lead dispatched to one bank, with its clocks."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from suxin.kernel.readers import KIND, Reader, batch, exists, owner_tenant, system, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table
from suxin.lending.models.leads import of_own_request
from suxin.lending.models.requests import DispatchMode
from suxin.lending.models.steps import LabelledState, NamedStep, StepNotPossible
from suxin.lending.terms import DeclineReason


class ReferralState(LabelledState):
    """Where a referral stands."""

    DISPATCHED = "DISPATCHED", "待受理", "not yet accepted"
    ACCEPTED = "ACCEPTED", "已受理", "accepted"
    CONTACTED = "CONTACTED", "已联系", "contacted"
    DUE_DILIGENCE = "DUE_DILIGENCE", "尽调中", "under examination"
    OFFERED = "OFFERED", "已报价", "offered"
    DECLINED = "DECLINED", "已婉拒", "declined"
    LAPSED = "LAPSED", "超时退回", "lapsed"
    PASSED = "PASSED", "已结束", "closed"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "对接", "referral"


IN_PROGRESS: Final = frozenset(
    {ReferralState.ACCEPTED, ReferralState.CONTACTED, ReferralState.DUE_DILIGENCE}
)
WAITING: Final = IN_PROGRESS | {ReferralState.DISPATCHED}
"""The bank has a deadline to take the next step by."""
_ANSWERABLE = WAITING | {ReferralState.OFFERED}
ENDED: Final = frozenset(ReferralState) - _ANSWERABLE
_BANK = frozenset({Party.TENANT})

_ACCEPT = NamedStep(
    leaves=frozenset({ReferralState.DISPATCHED}),
    to=ReferralState.ACCEPTED,
    by=_BANK,
    zh="受理",
    en="accept it",
)
_CONTACT = NamedStep(
    leaves=frozenset({ReferralState.ACCEPTED}),
    to=ReferralState.CONTACTED,
    by=_BANK,
    zh="登记联系",
    en="record the contact",
)
_EXAMINE = NamedStep(
    leaves=frozenset({ReferralState.CONTACTED}),
    to=ReferralState.DUE_DILIGENCE,
    by=_BANK,
    zh="开始尽调",
    en="start due diligence",
)
_OFFER = NamedStep(
    leaves=IN_PROGRESS,
    to=ReferralState.OFFERED,
    by=_BANK,
    zh="报价",
    en="make an offer",
)
_REOPEN = NamedStep(
    leaves=frozenset({ReferralState.OFFERED}),
    to=ReferralState.DUE_DILIGENCE,
    by=_BANK,
    zh="撤回报价",
    en="take the offer back",
)
_DECLINE = NamedStep(
    leaves=WAITING, to=ReferralState.DECLINED, by=_BANK, zh="婉拒", en="decline it"
)
_LAPSE = NamedStep(
    leaves=WAITING,
    to=ReferralState.LAPSED,
    by=frozenset({Party.PLATFORM}),
    zh="失效",
    en="let it lapse",
)
_PASS_OVER = NamedStep(
    leaves=_ANSWERABLE,
    to=ReferralState.PASSED,
    by=frozenset({Party.SUBJECT, Party.PLATFORM}),
    zh="结束",
    en="pass it over",
)


class Step(StrEnum):
    """The steps of a referral that have a deadline."""

    ACCEPT = "accept"
    CONTACT = "contact"
    DECIDE = "decide"

    @property
    def nearly_late(self) -> str:
        """What a bank is told shortly before the deadline."""
        return _NEARLY_LATE[self]

    def open_at(self, referral: "Referral") -> bool:
        """Return whether the referral stands where this step is still to be taken."""
        return referral.state in _OPEN_AT[self]

    def lies_ahead(self, referral: "Referral") -> bool:
        """Return whether the step's deadline may still bind: the step is to be taken, or may be to be taken again."""
        return self is Step.DECIDE or self.open_at(referral) or Step.ACCEPT.open_at(referral)

    def due_of(self, referral: "Referral") -> datetime:
        """Return when the referral must have taken this step."""
        by = {
            Step.ACCEPT: referral.accept_by,
            Step.CONTACT: referral.contact_by,
            Step.DECIDE: referral.decide_by,
        }
        return by[self]


_NEARLY_LATE = {
    Step.ACCEPT: "该线索即将超过 1 个工作日受理时限。",
    Step.CONTACT: "该线索即将超过 3 个工作日联系时限，逾期线索将被退回。",
    Step.DECIDE: "该线索即将超过答复时限，请报价或婉拒。",
}
_OPEN_AT = {
    Step.ACCEPT: {ReferralState.DISPATCHED},
    Step.CONTACT: {ReferralState.ACCEPTED},
    Step.DECIDE: IN_PROGRESS,
}


class Referral(Table):
    """One lead dispatched to one bank, with its clocks. It names no subject: only the lead's party does."""

    __tablename__ = "referrals"
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __machine__: ClassVar[StateMachine[ReferralState]] = StateMachine(
        begins={
            ReferralState.DISPATCHED: frozenset({Party.SUBJECT}),
            # A lead claimed out of the open pool is taken up in the same step.
            ReferralState.ACCEPTED: _BANK,
        },
        steps=(_ACCEPT, _CONTACT, _EXAMINE, _OFFER, _REOPEN, _DECLINE, _LAPSE, _PASS_OVER),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("data_subject", of_own_request("referrals.lead_id")),
        # The applicant's own submission dispatches, and his decision passes the others over.
        when("dispatcher", of_own_request("referrals.lead_id"), "INSERT"),
        # Counted by the platform's statistics.
        batch(),
        # Who watches over the deadlines sees where each referral stands: which bank's, and of nobody by name.
        when(
            "operator",
            f"{KIND} = 'operator' and not "
            + exists("tenants t", "t.id = referrals.tenant_id and t.sandbox"),
        ),
        when("decider", of_own_request("referrals.lead_id"), "UPDATE"),
        system(),
    )
    __table_args__ = (
        Index("uq_referrals_lead_id", "tenant_id", "lead_id", unique=True),
        Index("ix_referrals_lead_id", "lead_id"),
        Index("ix_referrals_inbox", "tenant_id", "state", "id"),
        Index("ix_referrals_dispatched", "tenant_id", "dispatched_at", "id"),
        Index("ix_referrals_decide_by", "tenant_id", "decide_by", "id"),
        Index("ix_referrals_officer_id", "tenant_id", "officer_id"),
        Index("ix_referrals_dispatched_at", "dispatched_at"),
        Index("ix_referrals_escalated", "escalated_at", postgresql_where=text("escalations > 0")),
        ForeignKeyConstraint(
            ["tenant_id", "product_id"], ["loan_products.tenant_id", "loan_products.id"]
        ),
        CheckConstraint(
            "(state = 'DECLINED') = (decline_reason is not null)", name="decline_reason"
        ),
        CheckConstraint("extra_days >= 0", name="extra_days"),
        CheckConstraint(
            "(escalations > 0) = (escalated_at is not null)"
            " and (escalated_at is null) = (escalated_step is null)",
            name="escalated",
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    lead_id: Mapped[UUID]
    product_id: Mapped[UUID | None]
    # Where it is worked on: a branch, or the head office where an officer is given alone; nobody's without either.
    branch_id: Mapped[UUID | None]
    officer_id: Mapped[UUID | None]
    mode: Mapped[DispatchMode]
    state: Mapped[ReferralState]
    county_code: Mapped[str]
    dispatched_at: Mapped[datetime]
    accept_by: Mapped[datetime]
    contact_by: Mapped[datetime]
    decide_by: Mapped[datetime]
    # When the time to decide began: with the dispatch, or anew after a missed decision or an offer taken back.
    decide_from: Mapped[datetime]
    # Working days by which the time to decide is longer: an applicant was asked for more, and had time to answer.
    extra_days: Mapped[int]
    deadlines_provisional: Mapped[bool]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None]
    contacted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    decline_reason: Mapped[DeclineReason | None]
    decline_note: Mapped[str | None]
    reminders: Mapped[int]
    escalations: Mapped[int]
    escalated_at: Mapped[datetime | None]
    escalated_step: Mapped[Step | None]

    @property
    def answerable(self) -> bool:
        """Whether the bank may still act on it."""
        return self.state in _ANSWERABLE

    @property
    def routed(self) -> bool:
        """Whether a branch or an officer has it."""
        return self.branch_id is not None or self.officer_id is not None

    def accept(self, *, staff_id: UUID | None, now: datetime) -> None:
        """Enter ACCEPTED: the bank takes the lead up."""
        self.state = _ACCEPT.taken_from(self.state)
        self.accepted_at, self.accepted_by = now, staff_id

    def contact(self, *, now: datetime) -> None:
        """Enter CONTACTED: the bank has spoken to the applicant."""
        self.state, self.contacted_at = _CONTACT.taken_from(self.state), now

    def examine(self) -> None:
        """Enter DUE_DILIGENCE: the bank examines the application."""
        self.state = _EXAMINE.taken_from(self.state)

    def offer(self, *, now: datetime) -> None:
        """Enter OFFERED."""
        self.state, self.decided_at = _OFFER.taken_from(self.state), now

    def reopen(self) -> None:
        """Return to DUE_DILIGENCE when the bank takes its offer back."""
        self.state, self.decided_at = _REOPEN.taken_from(self.state), None

    def decline(self, *, reason: DeclineReason, note: str | None, now: datetime) -> None:
        """Enter DECLINED with a reason."""
        self.state, self.decided_at = _DECLINE.taken_from(self.state), now
        self.decline_reason, self.decline_note = reason, note

    def lapse(self, *, now: datetime) -> None:
        """Enter LAPSED: the bank missed a deadline and the lead goes back."""
        self.state, self.decided_at = _LAPSE.taken_from(self.state), now

    def escalate(self, step: Step, *, now: datetime) -> None:
        """Note that the bank missed a deadline it could have met; the state stays."""
        if self.state not in IN_PROGRESS:
            raise StepNotPossible(state=self.state, step_zh="上报", step_en="escalate it")
        self.escalations = (self.escalations or 0) + 1
        self.escalated_at, self.escalated_step = now, step

    def pass_over(self, *, now: datetime) -> None:
        """Enter PASSED: the applicant chose another offer or took the request back."""
        self.state, self.decided_at = _PASS_OVER.taken_from(self.state), now
