"""Referrals: one lead dispatched to one bank, with its clocks."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, batch, owner_tenant, system, when
from suxin.kernel.tables import Table
from suxin.lending.models.leads import of_own_request
from suxin.lending.models.requests import DispatchMode
from suxin.lending.models.steps import StepNotPossible
from suxin.lending.terms import DeclineReason


class ReferralState(StrEnum):
    """Where a referral stands."""

    DISPATCHED = "DISPATCHED"
    ACCEPTED = "ACCEPTED"
    CONTACTED = "CONTACTED"
    DUE_DILIGENCE = "DUE_DILIGENCE"
    OFFERED = "OFFERED"
    DECLINED = "DECLINED"
    LAPSED = "LAPSED"
    PASSED = "PASSED"


_ANSWERABLE = frozenset(
    {
        ReferralState.DISPATCHED,
        ReferralState.ACCEPTED,
        ReferralState.CONTACTED,
        ReferralState.DUE_DILIGENCE,
        ReferralState.OFFERED,
    }
)


class Referral(Table):
    """One lead dispatched to one bank, with its clocks. It names no subject: only the lead's party does."""

    __tablename__ = "referrals"
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("data_subject", of_own_request("referrals.lead_id")),
        # The applicant's own submission dispatches, and his decision passes the others over.
        when(
            "dispatcher",
            f"state = 'DISPATCHED' and {of_own_request('referrals.lead_id')}",
            "INSERT",
        ),
        # Counted by the platform's statistics.
        batch(),
        when("decider", of_own_request("referrals.lead_id"), "UPDATE"),
        system(),
    )
    __table_args__ = (
        Index("uq_referrals_lead_id", "tenant_id", "lead_id", unique=True),
        Index("ix_referrals_lead_id", "lead_id"),
        Index("ix_referrals_inbox", "tenant_id", "state", "id"),
        ForeignKeyConstraint(
            ["tenant_id", "product_id"], ["loan_products.tenant_id", "loan_products.id"]
        ),
        CheckConstraint(
            "(state = 'DECLINED') = (decline_reason is not null)", name="decline_reason"
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    lead_id: Mapped[UUID]
    product_id: Mapped[UUID | None]
    branch_id: Mapped[UUID | None]
    mode: Mapped[DispatchMode]
    state: Mapped[ReferralState]
    county_code: Mapped[str]
    dispatched_at: Mapped[datetime]
    accept_by: Mapped[datetime]
    contact_by: Mapped[datetime]
    decide_by: Mapped[datetime]
    # When the time to decide began: with the dispatch, or anew after a missed decision or an offer taken back.
    decide_from: Mapped[datetime]
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

    @property
    def answerable(self) -> bool:
        """Whether the bank may still act on it."""
        return self.state in _ANSWERABLE

    def accept(self, *, staff_id: UUID | None, now: datetime) -> None:
        """Enter ACCEPTED: the bank takes the lead up."""
        self._leave({ReferralState.DISPATCHED}, "受理", "accept it")
        self.state, self.accepted_at, self.accepted_by = ReferralState.ACCEPTED, now, staff_id

    def contact(self, *, now: datetime) -> None:
        """Enter CONTACTED: the bank has spoken to the applicant."""
        self._leave({ReferralState.ACCEPTED}, "登记联系", "record the contact")
        self.state, self.contacted_at = ReferralState.CONTACTED, now

    def examine(self) -> None:
        """Enter DUE_DILIGENCE: the bank examines the application."""
        self._leave({ReferralState.CONTACTED}, "开始尽调", "start due diligence")
        self.state = ReferralState.DUE_DILIGENCE

    def offer(self, *, now: datetime) -> None:
        """Enter OFFERED."""
        self._leave(
            {ReferralState.ACCEPTED, ReferralState.CONTACTED, ReferralState.DUE_DILIGENCE},
            "报价",
            "make an offer",
        )
        self.state, self.decided_at = ReferralState.OFFERED, now

    def reopen(self) -> None:
        """Return to DUE_DILIGENCE when the bank takes its offer back."""
        self._leave({ReferralState.OFFERED}, "撤回报价", "take the offer back")
        self.state, self.decided_at = ReferralState.DUE_DILIGENCE, None

    def decline(self, *, reason: DeclineReason, note: str | None, now: datetime) -> None:
        """Enter DECLINED with a reason."""
        self._leave(_ANSWERABLE - {ReferralState.OFFERED}, "婉拒", "decline it")
        self.state, self.decided_at = ReferralState.DECLINED, now
        self.decline_reason, self.decline_note = reason, note

    def lapse(self, *, now: datetime) -> None:
        """Enter LAPSED: the bank missed a deadline and the lead goes back."""
        self._leave(_ANSWERABLE - {ReferralState.OFFERED}, "失效", "let it lapse")
        self.state, self.decided_at = ReferralState.LAPSED, now

    def pass_over(self, *, now: datetime) -> None:
        """Enter PASSED: the applicant chose another offer or took the request back."""
        self._leave(_ANSWERABLE, "结束", "pass it over")
        self.state, self.decided_at = ReferralState.PASSED, now

    def _leave(
        self, allowed: "set[ReferralState] | frozenset[ReferralState]", zh: str, en: str
    ) -> None:
        if self.state not in allowed:
            raise StepNotPossible(state=self.state.value, step_zh=zh, step_en=en)
