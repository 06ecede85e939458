"""Rating cycles, who entered them, what is on public notice, and facts that a village attests."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    KIND,
    NOW,
    SUBJECT,
    Reader,
    batch,
    data_subject,
    owner_tenant,
    published,
    system,
    when,
)
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import READ_WRITE, WITH_DELETE, Table, append_and_change
from suxin.rural.refusals import CycleNotAt, EntryNotAt, StatementNotAt
from suxin.rural.states import CycleState, EntryState, RuralKind, StatementState

_VILLAGE: Final = frozenset({Party.TENANT})
_PLATFORM: Final = frozenset({Party.PLATFORM})
_SUBJECT: Final = frozenset({Party.SUBJECT})
_OFFICE: Final = frozenset({Party.OPERATOR})
_C: Final = CycleState
_E: Final = EntryState
RUNNING: Final = frozenset({_C.OPEN, _C.VOTING, _C.COMBINING, _C.REVIEW, _C.NOTICED})
LEAVABLE: Final = frozenset({_E.CONSENTED, _E.PROPOSED, _E.ENTERED})
"""From where whoever entered may leave by himself at once; later the platform takes him out when his consent has ended."""


class RatingCycle(Table):
    """One rating of one kind of entity in one village and year, by the version of the model that was in force when it began.

    ``as_of`` is the day whose records count. ``entries`` is how many took part when the panel began. Which cycles there are, and where
    they stand, is no secret; who entered is.
    """

    __tablename__ = "rural_cycles"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "as_of", "entries", "closed_by", "closed_at", "checked_by", "noticed_at",
        "notice_ends_at", "notice_provisional", "ended_at", "ended_reason",
    )  # fmt: skip
    __batch_privileges__: ClassVar[tuple[str, ...]] = READ_WRITE
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), published(), system(), batch())
    __machine__: ClassVar[StateMachine[CycleState]] = StateMachine(
        begins={_C.OPEN: _VILLAGE},
        steps=(
            Step(leaves=frozenset({_C.OPEN}), to=_C.VOTING, by=_VILLAGE),
            Step(leaves=frozenset({_C.VOTING}), to=_C.COMBINING, by=_VILLAGE),
            Step(leaves=frozenset({_C.COMBINING}), to=_C.REVIEW, by=_PLATFORM),
            Step(leaves=frozenset({_C.REVIEW}), to=_C.NOTICED, by=_VILLAGE),
            Step(leaves=frozenset({_C.NOTICED}), to=_C.EFFECTIVE, by=_PLATFORM),
            Step(leaves=RUNNING, to=_C.CALLED_OFF, by=_VILLAGE),
        ),
    )
    __table_args__ = (
        CheckConstraint("year between 2021 and 2200", name="year"),
        # Whoever closes the panel does not check what came of it (decision 33).
        CheckConstraint("checked_by <> closed_by", name="two_people"),
        CheckConstraint(
            "state not in ('NOTICED', 'EFFECTIVE')"
            " or (checked_by is not null and notice_ends_at > noticed_at)",
            name="noticed",
        ),
        CheckConstraint("(ended_at is null) = (state <> 'CALLED_OFF')", name="ended"),
        Index(
            "uq_rural_cycles_year",
            "tenant_id",
            "kind",
            "year",
            unique=True,
            postgresql_where=text("state <> 'CALLED_OFF'"),
        ),
        Index("ix_rural_cycles_village", "village_code", "kind", "state"),
        Index("ix_rural_cycles_state", "tenant_id", "state", "id"),
        Index("ix_rural_cycles_kind", "tenant_id", "kind", "id"),
        Index(
            "ix_rural_cycles_working",
            "state",
            postgresql_where=text("state in ('COMBINING', 'NOTICED')"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[RuralKind]
    year: Mapped[int] = mapped_column(Integer)
    village_code: Mapped[str]
    model_id: Mapped[UUID]
    state: Mapped[CycleState]
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime]
    as_of: Mapped[date | None]
    entries: Mapped[int | None] = mapped_column(Integer)
    closed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    checked_by: Mapped[UUID | None]
    noticed_at: Mapped[datetime | None]
    notice_ends_at: Mapped[datetime | None]
    notice_provisional: Mapped[bool | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]

    def require(self, state: CycleState) -> None:
        """Refuse unless the cycle stands there.

        :raises CycleNotAt: if it does not
        """
        if self.state is not state:
            raise CycleNotAt

    def begin_panel(self, *, entries: int, as_of: date) -> None:
        """Take nobody more in, and let the panel vote; the records of this day count."""
        self.require(_C.OPEN)
        self.state, self.entries, self.as_of = _C.VOTING, entries, as_of

    def close_panel(self, *, by: UUID, now: datetime) -> None:
        """Let the platform join votes and records."""
        self.require(_C.VOTING)
        self.state, self.closed_by, self.closed_at = _C.COMBINING, by, now

    def notice(self, *, by: UUID, ends_at: datetime, provisional: bool, now: datetime) -> None:
        """Put what came of it on public notice."""
        self.require(_C.REVIEW)
        self.state, self.checked_by, self.noticed_at = _C.NOTICED, by, now
        self.notice_ends_at, self.notice_provisional = ends_at, provisional

    def call_off(self, reason: str, *, now: datetime) -> None:
        """Give the cycle up: nobody is graded by it.

        :raises CycleNotAt: if it took effect, or was called off
        """
        if self.state not in RUNNING:
            raise CycleNotAt
        self.state, self.ended_at, self.ended_reason = _C.CALLED_OFF, now, reason


class RatingEntry(Table):
    """One subject in one cycle, as the village knows it: under a number, and with a grade at the end, never a score.

    ``label`` is the name as others may see it; ``publish_name`` says that the subject agreed separately to have its name on the public
    notice (PIPL art. 25). ``tier_before`` is the grade that was in force. ``told`` is the state that the subject was told of last.
    """

    __tablename__ = "rural_entries"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "number", "label", "publish_name", "proposed_by", "proposed_at", "reason",
        "decided_by", "decided_at", "tier", "place", "tier_before", "appealed_at", "told",
    )  # fmt: skip
    __batch_privileges__: ClassVar[tuple[str, ...]] = WITH_DELETE
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        data_subject(),
        when("entered", f"subject_id = {SUBJECT} and {KIND} = 'subject'", "INSERT"),
        when("by_itself", f"subject_id = {SUBJECT} and {KIND} = 'subject'", "UPDATE"),
        # The city's office settles what was appealed.
        when("contested", f"{KIND} = 'operator' and state in ('FROZEN', 'RATED', 'REOPENED') and appealed_at is not null"),
        when("settled", f"{KIND} = 'operator' and appealed_at is not null", "UPDATE"),
        system(),
        batch(),
    )  # fmt: skip
    __machine__: ClassVar[StateMachine[EntryState]] = StateMachine(
        begins={_E.CONSENTED: _SUBJECT, _E.ENTERED: _SUBJECT},
        steps=(
            Step(leaves=frozenset({_E.CONSENTED}), to=_E.PROPOSED, by=_VILLAGE),
            Step(leaves=frozenset({_E.PROPOSED}), to=_E.ENTERED, by=_VILLAGE),
            Step(leaves=frozenset({_E.PROPOSED}), to=_E.NOT_ADMITTED, by=_VILLAGE),
            Step(leaves=LEAVABLE, to=_E.LEFT, by=_SUBJECT),
            Step(leaves=frozenset({_E.ENTERED}), to=_E.RATED, by=_PLATFORM),
            Step(leaves=frozenset({_E.RATED}), to=_E.FROZEN, by=_SUBJECT),
            Step(
                leaves=frozenset({_E.FROZEN}),
                to=_E.RATED,
                by=_OFFICE | _PLATFORM | _SUBJECT,
            ),
            Step(leaves=frozenset({_E.FROZEN}), to=_E.REOPENED, by=_OFFICE | _PLATFORM),
            Step(leaves=frozenset({_E.REOPENED}), to=_E.RATED, by=_PLATFORM),
            Step(leaves=frozenset({_E.RATED}), to=_E.HEARING, by=_PLATFORM),
            Step(leaves=frozenset({_E.HEARING}), to=_E.RATED, by=_PLATFORM),
            Step(leaves=frozenset({_E.RATED}), to=_E.EFFECTIVE, by=_PLATFORM),
            Step(
                leaves=frozenset(_E) - {_E.LEFT, _E.NOT_ADMITTED},
                to=_E.LEFT,
                by=_PLATFORM,
            ),
        ),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "cycle_id"], ["rural_cycles.tenant_id", "rural_cycles.id"]
        ),
        CheckConstraint("length(label) <= 80", name="label"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("(tier is null) = (place is null)", name="tier"),
        CheckConstraint(
            "state not in ('RATED', 'FROZEN', 'REOPENED', 'HEARING', 'EFFECTIVE') or tier is not null",
            name="rated",
        ),
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
        Index(
            "uq_rural_entries_subject",
            "tenant_id",
            "cycle_id",
            "subject_id",
            unique=True,
            postgresql_where=text("state <> 'LEFT'"),
        ),
        Index("ix_rural_entries_cycle", "tenant_id", "cycle_id", "state", "number"),
        Index("ix_rural_entries_state", "tenant_id", "state", "id"),
        Index("ix_rural_entries_tier", "tenant_id", "tier", "id"),
        # A grade comes of the platform's joining of votes and records.
        CheckConstraint(
            "state not in ('CONSENTED', 'PROPOSED', 'NOT_ADMITTED', 'ENTERED', 'LEFT') or tier is null",
            name="unrated",
        ),
        Index("ix_rural_entries_subject_id", "subject_id", "id"),
        Index(
            "ix_rural_entries_waiting",
            "state",
            postgresql_where=text("state in ('RATED', 'REOPENED', 'HEARING')"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    cycle_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    household_id: Mapped[UUID | None]
    consent_id: Mapped[UUID]
    label: Mapped[str]
    publish_name: Mapped[bool]
    state: Mapped[EntryState]
    number: Mapped[int | None] = mapped_column(Integer)
    entered_at: Mapped[datetime]
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    tier: Mapped[str | None]
    place: Mapped[int | None] = mapped_column(SmallInteger)
    tier_before: Mapped[str | None]
    appealed_at: Mapped[datetime | None]
    told: Mapped[str | None]

    @property
    def is_leavable(self) -> bool:
        """Whether nothing was reckoned yet, so that the subject may go by itself."""
        return self.state in LEAVABLE

    def require(self, state: EntryState) -> None:
        """Refuse unless the entry stands there.

        :raises EntryNotAt: if it does not
        """
        if self.state is not state:
            raise EntryNotAt

    def propose(self, reason: str, *, by: UUID, now: datetime) -> None:
        """Put an entity forward that has consented."""
        self.require(_E.CONSENTED)
        self.state, self.reason = _E.PROPOSED, reason
        self.proposed_by, self.proposed_at = by, now

    def admit(self, *, granted: bool, by: UUID, now: datetime) -> None:
        """Take a proposed entity in, or not."""
        self.require(_E.PROPOSED)
        self.state = _E.ENTERED if granted else _E.NOT_ADMITTED
        self.decided_by, self.decided_at = by, now

    def leave(self) -> None:
        """Take the subject out before anything was reckoned; nothing of it stays but that it is gone.

        :raises EntryNotAt: if the panel's votes were joined, or it is out already
        """
        if not self.is_leavable:
            raise EntryNotAt
        self.forget()

    def forget(self) -> None:
        """Keep nothing of whoever took his consent back but that he was there."""
        self.state, self.label, self.publish_name = _E.LEFT, "", False
        self.tier = self.place = self.tier_before = self.reason = None

    def freeze(self, *, now: datetime) -> None:
        """Let nothing take effect while an appeal is heard."""
        self.require(_E.RATED)
        self.state, self.appealed_at = _E.FROZEN, now

    def settle(self, *, reopened: bool) -> None:
        """Go on after an appeal: reckoned anew, or as it was."""
        self.require(_E.FROZEN)
        self.state = _E.REOPENED if reopened else _E.RATED


class RuralNotice(Table):
    """What is on public notice of one cycle: numbers with grades, and names of those alone who agreed to that.

    ``lines`` are erased when it ends; its page then says that it is over.
    Source: PIPL art. 25
    """

    __tablename__ = "rural_notices"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("lines", "ended_at")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        published(f"ends_at > {NOW} and ended_at is null"),
        owner_tenant(),
        system(),
        batch(),
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = READ_WRITE
    __table_args__ = (
        CheckConstraint("(ended_at is null) = (lines is not null)", name="lines"),
        Index("ix_rural_notices_running", "ends_at", postgresql_where=text("ended_at is null")),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    cycle_id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    lines: Mapped[list[dict[str, Any]] | None]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RuralStatement(Table):
    """A fact that a village attests about somebody who entered: stated by one of its people, verified by another, then on record.

    ``valid_until`` is the first day on which it holds no more; ``record_id`` the credit record that it became.
    """

    __tablename__ = "rural_statements"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "verified_by", "verified_at", "record_id"
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = WITH_DELETE
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        data_subject(),
        system(),
        batch(),
    )
    __machine__: ClassVar[StateMachine[StatementState]] = StateMachine(
        begins={StatementState.STATED: _VILLAGE},
        steps=(
            Step(
                leaves=frozenset({StatementState.STATED}),
                to=StatementState.VERIFIED,
                by=_VILLAGE,
            ),
            Step(
                leaves=frozenset({StatementState.STATED}),
                to=StatementState.REJECTED,
                by=_VILLAGE,
            ),
        ),
    )
    __table_args__ = (
        CheckConstraint("verified_by <> stated_by", name="two_people"),
        CheckConstraint("(state = 'STATED') = (verified_at is null)", name="verified"),
        Index("ix_rural_statements_subject_id", "subject_id", "id"),
        Index("ix_rural_statements_state", "tenant_id", "state", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID]
    entry_id: Mapped[UUID]
    item_code: Mapped[str]
    content: Mapped[dict[str, Any]]
    state: Mapped[StatementState]
    stated_by: Mapped[UUID]
    stated_at: Mapped[datetime]
    valid_until: Mapped[date | None]
    verified_by: Mapped[UUID | None]
    verified_at: Mapped[datetime | None]
    record_id: Mapped[UUID | None]

    def decide(self, *, granted: bool, by: UUID, now: datetime) -> None:
        """Take what another stated as true, or not.

        :raises StatementNotAt: if that was done before
        """
        if self.state is not StatementState.STATED:
            raise StatementNotAt
        self.state = StatementState.VERIFIED if granted else StatementState.REJECTED
        self.verified_by, self.verified_at = by, now
