"""Rounds of whole-village credit, the households that joined, what is on notice, and the requests made on a line."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    KIND,
    NOW,
    SUBJECT,
    TENANT,
    Reader,
    data_subject,
    operator,
    owner_tenant,
    published,
    system,
    when,
)
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import APPEND_ONLY, Table, append_and_change
from suxin.village_credit.refusals import MemberNotAt, ObjectedAlready, RoundNotAt
from suxin.village_credit.states import LEAVABLE, UNSIGNED, MemberState, RoundState

_TENANT: Final = frozenset({Party.TENANT})
_PLATFORM: Final = frozenset({Party.PLATFORM})
_SUBJECT: Final = frozenset({Party.SUBJECT})
_R: Final = RoundState
_M: Final = MemberState
_BY_ITSELF: Final = f"subject_id = {SUBJECT} and {KIND} = 'subject'"


class CreditRound(Table):
    """What one bank and one village have agreed on for one product: four signatures, the rules, and counts in whole fives.

    ``rules`` are the lines by grade, in fen. ``households``, ``joined``, ``lined`` and ``active`` are counted by the platform: nothing
    where there are fewer than five. Which rounds are open is known to every subject; who joined is not.
    """

    __tablename__ = "credit_rounds"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "signed_by", "signed_at", "accepted_by", "accepted_at", "confirmed_by", "confirmed_at",
        "ended_at", "ended_reason", "households", "joined", "lined", "active", "counted_at",
    )  # fmt: skip
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("village", f"village_tenant_id = {TENANT}"),
        when("village_signs", f"village_tenant_id = {TENANT}", "UPDATE"),
        when("invited", f"{KIND} = 'subject' and state in ('OPEN', 'CLOSED')"),
        operator(),
        system(),
    )
    __machine__: ClassVar[StateMachine[RoundState]] = StateMachine(
        begins={_R.PROPOSED: _TENANT},
        steps=(
            Step(leaves=frozenset({_R.PROPOSED}), to=_R.SIGNED, by=_TENANT),
            Step(leaves=frozenset({_R.SIGNED}), to=_R.ACCEPTED, by=_TENANT),
            Step(leaves=frozenset({_R.ACCEPTED}), to=_R.OPEN, by=_TENANT),
            Step(leaves=frozenset({_R.OPEN}), to=_R.CLOSED, by=_TENANT),
            Step(leaves=UNSIGNED, to=_R.CALLED_OFF, by=_TENANT),
        ),
    )
    __table_args__ = (
        # Two people on either side (decision 33).
        CheckConstraint("signed_by <> proposed_by", name="two_of_the_bank"),
        CheckConstraint("confirmed_by <> accepted_by", name="two_of_the_village"),
        CheckConstraint(
            "state not in ('OPEN', 'CLOSED') or (signed_by is not null and confirmed_by is not null)",
            name="signed",
        ),
        CheckConstraint(
            "(state in ('CLOSED', 'CALLED_OFF')) = (ended_at is not null)", name="ended"
        ),
        Index(
            "uq_credit_rounds_running",
            "tenant_id",
            "village_tenant_id",
            "product_id",
            unique=True,
            postgresql_where=text("state not in ('CLOSED', 'CALLED_OFF')"),
        ),
        Index("ix_credit_rounds_state", "tenant_id", "state", "id"),
        Index("ix_credit_rounds_village", "village_tenant_id", "state", "id"),
        Index("ix_credit_rounds_code", "village_code", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    village_tenant_id: Mapped[UUID]
    village_code: Mapped[str]
    product_id: Mapped[UUID]
    product_name: Mapped[str]
    rules: Mapped[dict[str, Any]]
    most_fen: Mapped[int]
    state: Mapped[RoundState]
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime]
    signed_by: Mapped[UUID | None]
    signed_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None]
    accepted_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]
    households: Mapped[int | None] = mapped_column(Integer)
    joined: Mapped[int | None] = mapped_column(Integer)
    lined: Mapped[int | None] = mapped_column(Integer)
    active: Mapped[int | None] = mapped_column(Integer)
    counted_at: Mapped[datetime | None]

    def require(self, state: RoundState) -> None:
        """Refuse unless the round stands there.

        :raises RoundNotAt: if it does not
        """
        if self.state is not state:
            raise RoundNotAt

    def sign(self, *, by: UUID, now: datetime) -> None:
        """Sign for the bank."""
        self.require(_R.PROPOSED)
        self.state, self.signed_by, self.signed_at = _R.SIGNED, by, now

    def accept(self, *, by: UUID, now: datetime) -> None:
        """Accept for the village."""
        self.require(_R.SIGNED)
        self.state, self.accepted_by, self.accepted_at = _R.ACCEPTED, by, now

    def confirm(self, *, by: UUID, now: datetime) -> None:
        """Confirm for the village: households may join."""
        self.require(_R.ACCEPTED)
        self.state, self.confirmed_by, self.confirmed_at = _R.OPEN, by, now

    def end(self, reason: str, *, now: datetime) -> None:
        """Let nobody join any more, or give a round up that was not signed by all; lines that are in force stay.

        :raises RoundNotAt: if it has ended
        """
        if self.state is not _R.OPEN and self.state not in UNSIGNED:
            raise RoundNotAt
        self.state = _R.CLOSED if self.state is _R.OPEN else _R.CALLED_OFF
        self.ended_at, self.ended_reason = now, reason


class RoundMember(Table):
    """A household that joined a round, as its bank knows it.

    ``number`` is what a notice has, by which nobody else knows it. ``line_fen`` is the bank's own figure. ``expires_on`` is the first day
    without the line. ``told`` is the state that the household was told of last.
    """

    __tablename__ = "credit_round_members"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "label", "number", "tier", "line_fen", "reason", "decided_by", "decided_at", "notice_ends_at",
        "objection", "objected_at", "answer", "answered_by", "answered_at", "starts_on", "expires_on",
        "ended_at", "told",
    )  # fmt: skip
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        data_subject(),
        when("joined", _BY_ITSELF, "INSERT"),
        when("by_itself", _BY_ITSELF, "UPDATE"),
        system(),
    )
    __machine__: ClassVar[StateMachine[MemberState]] = StateMachine(
        begins={_M.CONSENTED: _SUBJECT},
        steps=(
            Step(leaves=frozenset({_M.CONSENTED, _M.OBJECTED}), to=_M.NOTICED, by=_TENANT),
            Step(leaves=frozenset({_M.CONSENTED, _M.OBJECTED}), to=_M.NOT_OFFERED, by=_TENANT),
            Step(leaves=frozenset({_M.NOTICED, _M.NOT_OFFERED}), to=_M.OBJECTED, by=_SUBJECT),
            Step(leaves=frozenset({_M.NOTICED}), to=_M.ACTIVE, by=_PLATFORM),
            Step(leaves=frozenset({_M.ACTIVE}), to=_M.ENDED, by=_TENANT | _PLATFORM),
            Step(leaves=LEAVABLE, to=_M.LEFT, by=_SUBJECT | _PLATFORM),
        ),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "round_id"], ["credit_rounds.tenant_id", "credit_rounds.id"]
        ),
        CheckConstraint("length(label) <= 80", name="label"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("line_fen between 1000000 and 30000000", name="line"),
        CheckConstraint(
            "state not in ('NOTICED', 'ACTIVE') or (line_fen is not null and decided_by is not null)",
            name="lined",
        ),
        CheckConstraint("state <> 'ACTIVE' or expires_on > starts_on", name="active"),
        # Whoever decided on a line does not decide on what is said against it (PIPL art. 24; decision 33).
        CheckConstraint("answered_by <> decided_by", name="two_people"),
        CheckConstraint("state <> 'LEFT' or (line_fen is null and tier is null)", name="left"),
        Index(
            "uq_credit_round_members_subject",
            "tenant_id",
            "round_id",
            "subject_id",
            unique=True,
            postgresql_where=text("state not in ('LEFT', 'ENDED')"),
        ),
        Index("ix_credit_round_members_round", "tenant_id", "round_id", "state", "id"),
        Index("ix_credit_round_members_state", "tenant_id", "state", "id"),
        Index("ix_credit_round_members_subject_id", "subject_id", "id"),
        Index(
            "ix_credit_round_members_running",
            "state",
            postgresql_where=text("state in ('NOTICED', 'ACTIVE')"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    consent_id: Mapped[UUID]
    label: Mapped[str]
    state: Mapped[MemberState]
    number: Mapped[int | None] = mapped_column(Integer)
    joined_at: Mapped[datetime]
    tier: Mapped[str | None]
    line_fen: Mapped[int | None]
    reason: Mapped[str | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    notice_ends_at: Mapped[datetime | None]
    objection: Mapped[str | None]
    objected_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    starts_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    told: Mapped[str | None]

    def require(self, *states: MemberState) -> None:
        """Refuse unless the household stands at one of these.

        :raises MemberNotAt: if it does not
        """
        if self.state not in states:
            raise MemberNotAt

    def over(self, *, today: date) -> bool:
        """Tell whether the line's year is over."""
        return self.expires_on is not None and self.expires_on <= today

    def offer(
        self, tier: str, line_fen: int, *, number: int, ends_at: datetime, by: UUID, now: datetime
    ) -> None:
        """Put a line on notice."""
        self.require(_M.CONSENTED)
        self.state, self.tier, self.line_fen, self.number = _M.NOTICED, tier, line_fen, number
        self.notice_ends_at, self.decided_by, self.decided_at = ends_at, by, now

    def offer_none(self, tier: str, reason: str, *, by: UUID, now: datetime) -> None:
        """Say that there is no line, and why."""
        self.require(_M.CONSENTED)
        self.state, self.tier, self.reason = _M.NOT_OFFERED, tier, reason
        self.decided_by, self.decided_at = by, now

    def object(self, text: str, *, now: datetime) -> None:
        """Say something against what was decided, once: a second person's answer is the bank's last word.

        :raises MemberNotAt: if nothing was decided, or the line is in force
        :raises ObjectedAlready: if it was answered
        """
        self.require(_M.NOTICED, _M.NOT_OFFERED)
        if self.objected_at is not None:
            raise ObjectedAlready
        self.state, self.objection, self.objected_at = _M.OBJECTED, text, now

    def settle(self, answer: str, line_fen: int | None, *, by: UUID, now: datetime) -> None:
        """Decide on an objection: a line, also another one, or none."""
        self.require(_M.OBJECTED)
        self.answer, self.answered_by, self.answered_at = answer, by, now
        self.line_fen = line_fen
        self.state = _M.NOT_OFFERED if line_fen is None else _M.NOTICED

    def activate(self, *, starts_on: date, expires_on: date) -> None:
        """Put the line in force."""
        self.require(_M.NOTICED)
        self.state, self.starts_on, self.expires_on = _M.ACTIVE, starts_on, expires_on

    def end_line(self, reason: str | None, *, now: datetime) -> None:
        """End a line; what was lent on it goes on by its own contract."""
        self.require(_M.ACTIVE)
        self.state, self.ended_at, self.reason = _M.ENDED, now, reason

    def forget(self) -> None:
        """Keep nothing of whoever took his consent back but that he was there."""
        self.require(*LEAVABLE)
        self.state = _M.LEFT
        self._erase()

    def forget_line(self) -> None:
        """Keep nothing of a line that ended long ago but that there was one."""
        self.require(_M.ENDED)
        self._erase()

    def _erase(self) -> None:
        self.label = ""
        self.tier = self.line_fen = self.reason = self.objection = self.answer = self.number = None


class RoundNotice(Table):
    """The numbers of one batch while they are on notice, for everybody; neither names nor lines (PIPL art. 25).

    ``title`` names village and bank, so that whoever reads it knows whether it is about him.
    """

    __tablename__ = "credit_round_notices"
    __privileges__: ClassVar[tuple[str, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (
        published(f"ends_at > {NOW}"),
        owner_tenant(),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "round_id"], ["credit_rounds.tenant_id", "credit_rounds.id"]
        ),
        CheckConstraint("cardinality(numbers) >= 1", name="numbers"),
        CheckConstraint("ends_at > begins_at", name="period"),
        Index("ix_credit_round_notices_round", "round_id", "ends_at"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID]
    title: Mapped[str]
    numbers: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class LineUse(Table):
    """A request that was made on a line; what came of it is in ``lending``. Its bank and its subject alone read it."""

    __tablename__ = "credit_line_uses"
    __privileges__: ClassVar[tuple[str, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        data_subject(),
        when("asked", _BY_ITSELF, "INSERT"),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["credit_round_members.tenant_id", "credit_round_members.id"],
        ),
        CheckConstraint("amount_fen > 0", name="amount"),
        Index("ix_credit_line_uses_subject_id", "subject_id", "request_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    amount_fen: Mapped[int]
    asked_at: Mapped[datetime]
