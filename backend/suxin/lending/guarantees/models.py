"""Requests for guarantees with their commitments, and the limits that a guarantor is held to."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import TENANT, Reader, operator, owner_tenant, system, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.guarantees.states import (
    WAITING,
    GuaranteeDecline,
    GuaranteeRelease,
    GuaranteeState,
    GuarantorForm,
)
from suxin.lending.models.leads import of_own_request
from suxin.lending.models.steps import NamedStep, StepNotPossible

_TENANT: Final = frozenset({Party.TENANT})
_PLATFORM: Final = frozenset({Party.PLATFORM})

_UNDERWRITE: Final = NamedStep(
    leaves=frozenset({GuaranteeState.REQUESTED}),
    to=GuaranteeState.UNDERWRITTEN,
    by=_TENANT,
    zh="提交审查意见",
    en="underwrite it",
)
_SEND_BACK: Final = NamedStep(
    leaves=frozenset({GuaranteeState.UNDERWRITTEN}),
    to=GuaranteeState.REQUESTED,
    by=_TENANT,
    zh="退回审查",
    en="send it back",
)
_APPROVE: Final = NamedStep(
    leaves=frozenset({GuaranteeState.UNDERWRITTEN}),
    to=GuaranteeState.APPROVED,
    by=_TENANT,
    zh="批准",
    en="approve it",
)
_DECLINE: Final = NamedStep(
    leaves=WAITING, to=GuaranteeState.DECLINED, by=_TENANT, zh="不予担保", en="decline it"
)
_WITHDRAW: Final = NamedStep(
    leaves=WAITING | {GuaranteeState.APPROVED},
    to=GuaranteeState.WITHDRAWN,
    by=_TENANT,
    zh="撤回",
    en="withdraw it",
)
_LAPSE: Final = NamedStep(
    leaves=WAITING | {GuaranteeState.APPROVED},
    to=GuaranteeState.LAPSED,
    by=_PLATFORM,
    zh="失效",
    en="let it lapse",
)
_RELEASE: Final = NamedStep(
    leaves=frozenset({GuaranteeState.APPROVED}),
    to=GuaranteeState.RELEASED,
    by=_PLATFORM,
    zh="解除",
    en="release it",
)
_ANSWERED: Final = (
    "letter_number", "letter_fen", "fee_bps", "starts_on", "ends_on", "opinion", "underwritten_at", "underwritten_by",
)  # fmt: skip
_CHANGED: Final = (
    "state", "operator_id", "client_account_id", "committed_fen", *_ANSWERED, "approved_at", "approved_by", "sign_by", "decline_reason",
    "release", "note", "ended_at",
)  # fmt: skip


class GuaranteeRequest(Table):
    """What a bank asks a guarantor about one accepted offer, and what the guarantor answers. ``tenant_id`` is the bank.

    It names no subject: the guarantor finds him behind ``lead_id`` on his consent, as a bank does (decision 2). What it is asked for blind
    is what the lead shows. ``letter_fen`` is the principal that it answers for, ``share_bps`` of the offer's, and ``committed_fen`` what
    of that is outstanding; ``fee_bps`` is its fee a year. ``sign_by`` is until when the contract must be signed. ``client_account_id`` is
    the account of what the guarantor answers for this client, in the book of ``operator_id``.
    """

    __tablename__ = "guarantee_requests"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(*_CHANGED)
    __machine__: ClassVar[StateMachine[GuaranteeState]] = StateMachine(
        begins={GuaranteeState.REQUESTED: _TENANT},
        steps=(_UNDERWRITE, _SEND_BACK, _APPROVE, _DECLINE, _WITHDRAW, _LAPSE, _RELEASE),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("asked_guarantor", f"guarantor_id = {TENANT}"),
        when("answering_guarantor", f"guarantor_id = {TENANT}", "UPDATE"),
        when("applicant", of_own_request("guarantee_requests.lead_id")),
        operator(),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "offer_id"], ["offers.tenant_id", "offers.id"]),
        ForeignKeyConstraint(["tenant_id", "referral_id"], ["referrals.tenant_id", "referrals.id"]),
        CheckConstraint("guarantor_id <> tenant_id", name="parties"),
        CheckConstraint("share_bps between 1 and 8000", name="share"),
        CheckConstraint("underwritten_by <> approved_by", name="two_people"),
        CheckConstraint(
            f"num_nonnulls({', '.join(_ANSWERED)}) in (0, {len(_ANSWERED)})", name="answered"
        ),
        CheckConstraint(
            "state <> 'UNDERWRITTEN' or letter_number is not null", name="underwritten"
        ),
        CheckConstraint(
            "state not in ('APPROVED', 'RELEASED') or (letter_number is not null"
            " and num_nonnulls(approved_at, approved_by, sign_by, operator_id, client_account_id) = 5)",
            name="approved",
        ),
        CheckConstraint(
            "letter_fen > 0 and fee_bps between 0 and 1000 and starts_on < ends_on", name="letter"
        ),
        CheckConstraint(
            "committed_fen between 0 and coalesce(letter_fen, 0)"
            " and (state = 'APPROVED' or committed_fen = 0)",
            name="committed",
        ),
        CheckConstraint("(state = 'DECLINED') = (decline_reason is not null)", name="declined"),
        CheckConstraint("(state = 'RELEASED') = (release is not null)", name="released"),
        CheckConstraint(
            "(ended_at is not null) = (state in ('DECLINED', 'WITHDRAWN', 'LAPSED', 'RELEASED'))",
            name="ended",
        ),
        Index(
            "uq_guarantee_requests_live",
            "tenant_id",
            "offer_id",
            unique=True,
            postgresql_where=text("state in ('REQUESTED', 'UNDERWRITTEN', 'APPROVED')"),
        ),
        Index(
            "uq_guarantee_requests_letter",
            "guarantor_id",
            "letter_number",
            unique=True,
            postgresql_where=text("approved_at is not null"),
        ),
        Index("ix_guarantee_requests_state", "tenant_id", "state", "id"),
        Index("ix_guarantee_requests_guarantor_id", "guarantor_id", "state", "id"),
        Index("ix_guarantee_requests_lead_id", "lead_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    guarantor_id: Mapped[UUID]
    offer_id: Mapped[UUID]
    referral_id: Mapped[UUID]
    lead_id: Mapped[UUID]
    number: Mapped[str]
    state: Mapped[GuaranteeState]
    share_bps: Mapped[int]
    subject_kind: Mapped[str]
    county_code: Mapped[str]
    industry_section: Mapped[str]
    amount_band: Mapped[str]
    term_band: Mapped[str]
    grade: Mapped[str]
    purpose: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID | None]
    answer_by: Mapped[datetime]
    letter_number: Mapped[str | None]
    letter_fen: Mapped[int | None]
    fee_bps: Mapped[int | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    opinion: Mapped[str | None]
    underwritten_at: Mapped[datetime | None]
    underwritten_by: Mapped[UUID | None]
    operator_id: Mapped[UUID | None]
    client_account_id: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    sign_by: Mapped[datetime | None]
    committed_fen: Mapped[int]
    decline_reason: Mapped[GuaranteeDecline | None]
    release: Mapped[GuaranteeRelease | None]
    note: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    def binds_on(self, day: date) -> bool:
        """Tell whether the guarantor answers for a contract that is signed on a day."""
        if self.starts_on is None or self.ends_on is None:
            return False
        return self.state is GuaranteeState.APPROVED and self.starts_on <= day < self.ends_on

    def require_waiting(self) -> None:
        """Refuse unless the guarantor is still to answer.

        :raises StepNotPossible: if it has answered, or need not any more
        """
        if self.state not in WAITING:
            raise StepNotPossible(
                state=self.state, step_zh="征求申请人授权", step_en="ask the applicant"
            )

    def underwrite(
        self,
        *,
        letter: tuple[str, int, int],
        period: tuple[date, date],
        opinion: str,
        staff_id: UUID,
        now: datetime,
    ) -> None:
        """Take what one person would commit the guarantor to: number, principal in fen and yearly fee of the letter, and its period."""
        self.state = _UNDERWRITE.taken_from(self.state)
        self.letter_number, self.letter_fen, self.fee_bps = letter
        self.starts_on, self.ends_on = period
        self.opinion, self.underwritten_by, self.underwritten_at = opinion, staff_id, now

    def send_back(self, note: str) -> None:
        """Return to the underwriter, who words it anew."""
        self.state, self.note = _SEND_BACK.taken_from(self.state), note
        self.letter_number = self.letter_fen = self.fee_bps = self.starts_on = self.ends_on = None
        self.opinion = self.underwritten_by = self.underwritten_at = None

    def require_underwritten(self) -> None:
        """Refuse unless somebody has underwritten it, before anything is committed.

        :raises StepNotPossible: if nobody has, or it was answered
        """
        _APPROVE.taken_from(self.state)

    def approve(
        self, *, staff_id: UUID, account: tuple[UUID, UUID], sign_by: datetime, now: datetime
    ) -> None:
        """Bind the guarantor, by another person than who underwrote it; ``account`` is the client's, after the book that it is in."""
        self.operator_id, self.client_account_id = account
        self.state, self.note = _APPROVE.taken_from(self.state), None
        self.approved_by, self.approved_at, self.sign_by = staff_id, now, sign_by
        self.committed_fen = self.letter_fen or 0

    def decline(self, reason: GuaranteeDecline, *, note: str, now: datetime) -> None:
        """End as DECLINED by the guarantor's word."""
        self.state = _DECLINE.taken_from(self.state)
        self.decline_reason, self.note, self.ended_at = reason, note, now

    def withdraw(self, *, note: str, now: datetime) -> None:
        """End as WITHDRAWN by the bank's word; nothing is committed any more."""
        self.state = _WITHDRAW.taken_from(self.state)
        self.note, self.ended_at, self.committed_fen = note, now, 0

    def lapse(self, *, now: datetime) -> None:
        """End as LAPSED: nobody answered, or no contract was signed, in time."""
        self.state, self.ended_at = _LAPSE.taken_from(self.state), now
        self.committed_fen = 0

    def commit_less(self, committed_fen: int) -> None:
        """Answer for no more than this from now on."""
        self.committed_fen = min(self.committed_fen, committed_fen)

    def let_go(self, release: GuaranteeRelease, *, now: datetime) -> None:
        """End as RELEASED and answer for nothing."""
        self.state, self.ended_at = _RELEASE.taken_from(self.state), now
        self.release, self.committed_fen = release, 0


class GuarantorLimit(Table):
    """What a guarantor may answer for: net assets in fen times a multiple in all, and a part of net assets for one client.

    ``tenant_id`` is the operator, in whose book ``committed_id`` is the account of all that the guarantor answers for.
    """

    __tablename__ = "guarantor_limits"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "form", "net_assets_fen", "multiple", "client_bps", "changed_at", "changed_by"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("held_guarantor", f"guarantor_id = {TENANT}"),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "committed_id"], ["ledger_accounts.tenant_id", "ledger_accounts.id"]
        ),
        CheckConstraint("net_assets_fen > 0", name="net_assets"),
        CheckConstraint("multiple between 1 and 15", name="multiple"),
        CheckConstraint("client_bps between 1 and 1000", name="client"),
        Index("uq_guarantor_limits_guarantor_id", "guarantor_id", unique=True),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    guarantor_id: Mapped[UUID] = mapped_column(primary_key=True)
    form: Mapped[GuarantorForm]
    net_assets_fen: Mapped[int]
    multiple: Mapped[int]
    client_bps: Mapped[int]
    committed_id: Mapped[UUID]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID]

    @property
    def whole_fen(self) -> int:
        """The most that the guarantor may answer for in all."""
        return self.net_assets_fen * self.multiple

    @property
    def client_fen(self) -> int:
        """The most that it may answer for one client."""
        return self.net_assets_fen * self.client_bps // 10_000
