"""Covers, claims on them with their papers, and what came back of what was paid."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    KIND,
    TENANT,
    Reader,
    batch,
    owner_tenant,
    published,
    reading_tenant,
    system,
    when,
)
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.perks.covers.refusals import CoverClosed
from suxin.perks.covers.states import CoverClaimState, CoverGround, CoverRecoveryState
from suxin.perks.states import FunderKind

DOCUMENT: Final = "perks.cover.document"
"""The purpose for which the pieces of a claim's paper are sealed, under its own key."""

DOCUMENT_KEY: Final = "perks.cover.document_key"
"""The purpose for which a paper's own key is sealed."""

_MERCHANT: Final = frozenset({Party.TENANT})
_OPERATOR: Final = frozenset({Party.OPERATOR})
_C: Final = CoverClaimState


def _step(
    leaves: CoverClaimState, to: CoverClaimState, by: frozenset[Party], zh: str, en: str
) -> NamedStep[CoverClaimState]:
    return NamedStep(leaves=frozenset({leaves}), to=to, by=by, zh=zh, en=en)


_DECIDE = _step(_C.SUBMITTED, _C.DECIDED, _OPERATOR, "审核", "decide on it")
_SEND_BACK = _step(_C.DECIDED, _C.SUBMITTED, _OPERATOR, "退回重审", "send it back")
_APPROVE = _step(_C.DECIDED, _C.APPROVED, _OPERATOR, "复核", "check it")
_REJECT = _step(_C.DECIDED, _C.REJECTED, _OPERATOR, "复核", "check it")
_RELEASE = _step(_C.APPROVED, _C.REJECTED, _OPERATOR, "撤销批准", "take its approval back")
_PAY = _step(_C.APPROVED, _C.PAID, _OPERATOR, "登记付款", "note its payment")
_WITHDRAW = _step(_C.SUBMITTED, _C.WITHDRAWN, _MERCHANT, "撤回", "withdraw it")
# These leave a claim where it is; they name what is refused elsewhere.
_RECOVER = _step(_C.PAID, _C.PAID, _MERCHANT, "登记追回", "report a recovery")
_ADD_PAPER = _step(_C.SUBMITTED, _C.SUBMITTED, _MERCHANT, "补充材料", "hand in papers")
_CONFIRM = NamedStep(
    leaves=frozenset({CoverRecoveryState.REPORTED}),
    to=CoverRecoveryState.CONFIRMED,
    by=_OPERATOR,
    zh="确认到账",
    en="confirm it",
)


class Cover(Table):
    """Money that a funder set aside for merchants' losses, and the rules by which it pays. ``tenant_id`` is the operator.

    It stands behind every programme of the funder's, or behind one alone (``merchant_id``, ``programme_id``). ``custody_id`` and the other
    accounts are in the operator's book. Caps are in fen; days are calendar days.
    """

    __tablename__ = "perk_covers"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("closed_at")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        published(),
        when("opened", f"{KIND} = 'operator' and tenant_id = {TENANT}", "INSERT"),
        when("closed", f"{KIND} = 'operator' and tenant_id = {TENANT}", "UPDATE"),
        system(),
    )
    __table_args__ = (
        CheckConstraint("funder <> 'merchant'", name="funded_by_another"),
        CheckConstraint("(merchant_id is null) = (programme_id is null)", name="programme"),
        CheckConstraint("per_claim_fen > 0 and merchant_year_fen >= per_claim_fen", name="caps"),
        CheckConstraint("wait_days between 1 and 365 and within_days between 1 and 365", name="days"),
        ForeignKeyConstraint(
            ["merchant_id", "programme_id"], ["perk_programmes.tenant_id", "perk_programmes.id"]
        ),
        Index(
            "uq_perk_covers_open", "funder", "funder_name", "merchant_id", "programme_id",
            unique=True, postgresql_nulls_not_distinct=True, postgresql_where=text("closed_at is null"),
        ),
    )  # fmt: skip

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    funder: Mapped[FunderKind]
    funder_name: Mapped[str]
    merchant_id: Mapped[UUID | None]
    programme_id: Mapped[UUID | None]
    per_claim_fen: Mapped[int]
    merchant_year_fen: Mapped[int]
    wait_days: Mapped[int] = mapped_column(Integer)
    within_days: Mapped[int] = mapped_column(Integer)
    custody_id: Mapped[UUID]
    put_in_id: Mapped[UUID]
    paid_id: Mapped[UUID]
    recovered_id: Mapped[UUID]
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    def require_open(self) -> None:
        """Refuse once it was closed.

        :raises CoverClosed: if it was
        """
        if self.closed_at is not None:
            raise CoverClosed


class CoverClaim(Table):
    """A merchant's claim for one order. ``tenant_id`` is the merchant, ``operator_id`` whose cover it is on.

    ``bound_fen`` is what could be claimed when it was filed, ``asked_fen`` what was; ``granted_fen`` is what was decided, nothing
    for a no. ``due_at`` is when it is to be paid or rejected at the latest, ``late_at`` when that was missed. ``hold_id`` sets the
    amount aside in the operator's book from its approval on; ``reference`` is of a payment made elsewhere.
    """

    __tablename__ = "perk_cover_claims"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "due_at", "due_provisional", "late_at", "granted_fen", "answer", "decided_by", "decided_at",
        "check_reason", "checked_by", "checked_at", "hold_id", "paid_by", "paid_on", "reference", "ended_at",
    )  # fmt: skip
    __machine__: ClassVar[StateMachine[CoverClaimState]] = StateMachine(
        begins={CoverClaimState.SUBMITTED: _MERCHANT},
        steps=(_DECIDE, _SEND_BACK, _APPROVE, _REJECT, _RELEASE, _PAY, _WITHDRAW),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        reading_tenant(),
        when("claimed", f"tenant_id = {TENANT}", "INSERT"),
        when(
            "withdrawn",
            f"tenant_id = {TENANT}",
            "UPDATE",
            check=f"tenant_id = {TENANT} and state = 'WITHDRAWN'",
        ),
        when("overseen", f"{KIND} = 'operator'"),
        when("decided", f"{KIND} = 'operator'", "UPDATE"),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(["operator_id", "cover_id"], ["perk_covers.tenant_id", "perk_covers.id"]),
        ForeignKeyConstraint(["tenant_id", "order_id"], ["service_orders.tenant_id", "service_orders.id"]),
        CheckConstraint("asked_fen > 0 and asked_fen <= bound_fen", name="asked"),
        CheckConstraint("granted_fen between 0 and asked_fen", name="granted"),
        CheckConstraint(
            "num_nonnulls(decided_by, decided_at, granted_fen, answer)"
            " = case when state in ('SUBMITTED', 'WITHDRAWN') then 0 else 4 end",
            name="decided",
        ),
        CheckConstraint(
            "num_nonnulls(checked_by, checked_at) = case when state in ('APPROVED', 'REJECTED', 'PAID') then 2 else 0 end",
            name="checked",
        ),
        CheckConstraint("checked_by <> decided_by", name="two_people"),
        CheckConstraint("state not in ('APPROVED', 'PAID') or granted_fen > 0 and hold_id is not null", name="held"),
        CheckConstraint("state <> 'REJECTED' or granted_fen = 0", name="rejected"),
        CheckConstraint(
            "num_nonnulls(paid_by, paid_on, reference) = case when state = 'PAID' then 3 else 0 end", name="paid"
        ),
        CheckConstraint("(state in ('REJECTED', 'PAID', 'WITHDRAWN')) = (ended_at is not null)", name="ended"),
        Index(
            "uq_perk_cover_claims_order_id", "tenant_id", "order_id",
            unique=True, postgresql_where=text("state not in ('REJECTED', 'WITHDRAWN')"),
        ),
        Index("ix_perk_cover_claims_state", "state", "due_at"),
        Index("ix_perk_cover_claims_year", "operator_id", "cover_id", "tenant_id", "checked_at"),
        Index("ix_perk_cover_claims_tenant_id", "tenant_id", "id"),
    )  # fmt: skip

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    operator_id: Mapped[UUID]
    cover_id: Mapped[UUID]
    order_id: Mapped[UUID]
    order_number: Mapped[str]
    programme_id: Mapped[UUID]
    redemption_id: Mapped[UUID]
    ground: Mapped[CoverGround]
    bound_fen: Mapped[int]
    asked_fen: Mapped[int]
    reason: Mapped[str]
    state: Mapped[CoverClaimState]
    filed_by: Mapped[UUID]
    filed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    due_provisional: Mapped[bool]
    late_at: Mapped[datetime | None]
    granted_fen: Mapped[int | None]
    answer: Mapped[str | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    check_reason: Mapped[str | None]
    checked_by: Mapped[UUID | None]
    checked_at: Mapped[datetime | None]
    hold_id: Mapped[UUID | None]
    paid_by: Mapped[UUID | None]
    paid_on: Mapped[date | None]
    reference: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    def decide(self, granted_fen: int, answer: str, *, by: UUID, now: datetime) -> None:
        """Stand as decided by one person: how much is to be paid, nothing for a no."""
        self.state = _DECIDE.taken_from(self.state)
        self.granted_fen, self.answer = granted_fen, answer
        self.decided_by, self.decided_at, self.check_reason = by, now, None

    def send_back(self, reason: str) -> None:
        """Let it be decided anew."""
        self.state = _SEND_BACK.taken_from(self.state)
        self.granted_fen = self.answer = self.decided_by = self.decided_at = None
        self.check_reason = reason

    def require_decided(self) -> None:
        """Refuse unless it waits for its second person.

        :raises StepNotPossible: if it does not
        """
        _APPROVE.taken_from(self.state)

    def approve(self, *, by: UUID, hold_id: UUID, now: datetime) -> None:
        """Let it be paid, the amount set aside."""
        self.state = _APPROVE.taken_from(self.state)
        self.checked_by, self.checked_at, self.hold_id = by, now, hold_id

    def reject(self, *, by: UUID, now: datetime) -> None:
        """Let a no stand."""
        self.state = _REJECT.taken_from(self.state)
        self.checked_by, self.checked_at, self.ended_at = by, now, now

    def release(self, answer: str, *, now: datetime) -> None:
        """Take an approval back before anything was paid."""
        self.state = _RELEASE.taken_from(self.state)
        self.granted_fen, self.answer, self.ended_at = 0, answer, now

    def pay(self, *, by: UUID, on: date, reference: str, now: datetime) -> None:
        """Note that it was paid."""
        self.state = _PAY.taken_from(self.state)
        self.paid_by, self.paid_on, self.reference, self.ended_at = by, on, reference, now

    def require_paid(self) -> None:
        """Refuse unless it was paid.

        :raises StepNotPossible: if it was not
        """
        _RECOVER.taken_from(self.state)

    def require_submitted(self) -> None:
        """Refuse once somebody has decided on it, or it has ended.

        :raises StepNotPossible: if so
        """
        _ADD_PAPER.taken_from(self.state)

    def withdraw(self, *, now: datetime) -> None:
        """Take it back before anybody decided."""
        self.state, self.ended_at = _WITHDRAW.taken_from(self.state), now


class CoverPaper(Table):
    """A paper of a claim, sealed under a key of its own; the operator reads it. What it holds goes three years after the claim has ended."""

    __tablename__ = "perk_cover_papers"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("key_sealed", "content")
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE (key_sealed)")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("overseen", f"{KIND} = 'operator'"),
        system(),
        batch(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "claim_id"], ["perk_cover_claims.tenant_id", "perk_cover_claims.id"]
        ),
        CheckConstraint("(key_sealed is null) = (content is null)", name="content"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        Index("ix_perk_cover_papers_claim_id", "tenant_id", "claim_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[UUID]
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    key_sealed: Mapped[bytes | None] = sealed(DOCUMENT_KEY, row="id")
    content: Mapped[bytes | None]
    uploaded_at: Mapped[datetime]


class CoverRecovery(Table):
    """What a merchant got back of a loss that was paid, in fen. ``cover_fen`` is the cover's part of it, costs first.

    ``number`` is the merchant's; ``arrived_on`` and ``reference`` are of the payment by which that part came back.
    """

    __tablename__ = "perk_cover_recoveries"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "confirmed_by", "confirmed_at", "arrived_on", "reference"
    )
    __machine__: ClassVar[StateMachine[CoverRecoveryState]] = StateMachine(
        begins={CoverRecoveryState.REPORTED: _MERCHANT, CoverRecoveryState.CONFIRMED: _MERCHANT},
        steps=(_CONFIRM,),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        reading_tenant(),
        when("reported", f"tenant_id = {TENANT}", "INSERT"),
        when("overseen", f"{KIND} = 'operator'"),
        when("confirmed", f"{KIND} = 'operator'", "UPDATE"),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "claim_id"], ["perk_cover_claims.tenant_id", "perk_cover_claims.id"]
        ),
        UniqueConstraint("tenant_id", "claim_id", "number"),
        CheckConstraint("received_fen >= 0 and cost_fen >= 0 and received_fen + cost_fen > 0", name="amounts"),
        CheckConstraint("cover_fen >= 0", name="part"),
        # Where nothing is the cover's there is nothing to wait for.
        CheckConstraint(
            "num_nonnulls(confirmed_by, confirmed_at, arrived_on, reference)"
            " = case when state = 'CONFIRMED' and cover_fen > 0 then 4 else 0 end",
            name="confirmed",
        ),
        CheckConstraint("state = 'CONFIRMED' or cover_fen > 0", name="waits"),
        Index("ix_perk_cover_recoveries_claim_id", "tenant_id", "claim_id", "id"),
    )  # fmt: skip

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[UUID]
    number: Mapped[str]
    received_fen: Mapped[int]
    cost_fen: Mapped[int]
    recovered_on: Mapped[date]
    cover_fen: Mapped[int]
    state: Mapped[CoverRecoveryState]
    reported_by: Mapped[UUID]
    reported_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    arrived_on: Mapped[date | None]
    reference: Mapped[str | None]

    def confirm(self, *, by: UUID, on: date, reference: str, now: datetime) -> None:
        """Note that the cover's part came back."""
        self.state = _CONFIRM.taken_from(self.state)
        self.confirmed_by, self.confirmed_at, self.arrived_on = by, now, on
        self.reference = reference
