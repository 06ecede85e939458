"""Warnings with their named steps, the sets of rules by which they are raised, and how each rule fared."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    KIND,
    Reader,
    batch,
    data_subject,
    operator,
    owner_tenant,
    system,
    when,
)
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import READ_ONLY, Privilege, Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.lending.warnings.states import (
    Evidence,
    FalseAlarmReason,
    Severity,
    WarningAction,
    WarningState,
    WithdrawnBecause,
)

_BANK: Final = frozenset({Party.TENANT})
_PLATFORM: Final = frozenset({Party.PLATFORM})
_UNANSWERED: Final = frozenset(
    {WarningState.RAISED, WarningState.ACKNOWLEDGED, WarningState.LAPSED}
)

_ACKNOWLEDGE: Final = NamedStep(
    leaves=frozenset({WarningState.RAISED, WarningState.LAPSED}),
    to=WarningState.ACKNOWLEDGED,
    by=_BANK,
    zh="签收",
    en="acknowledge it",
)
_ACT: Final = NamedStep(
    leaves=frozenset({WarningState.ACKNOWLEDGED}),
    to=WarningState.ACTED,
    by=_BANK,
    zh="登记处置",
    en="say what was done",
)
_DISMISS: Final = NamedStep(
    leaves=frozenset({WarningState.ACKNOWLEDGED}),
    to=WarningState.FALSE_ALARM,
    by=_BANK,
    zh="标为误报",
    en="call it a false alarm",
)
_LAPSE: Final = NamedStep(
    leaves=frozenset({WarningState.RAISED, WarningState.ACKNOWLEDGED}),
    to=WarningState.LAPSED,
    by=_PLATFORM,
    zh="逾期",
    en="let it lapse",
)
_WITHDRAW: Final = Step(leaves=_UNANSWERED, to=WarningState.WITHDRAWN, by=_PLATFORM)
# What was disputed in vain counts again.
_RAISE_AGAIN: Final = Step(
    leaves=frozenset({WarningState.WITHDRAWN}), to=WarningState.RAISED, by=_PLATFORM
)

_CHANGED: Final = (
    "state", "told_state", "acknowledged_at", "acknowledged_by", "answered_at", "answered_by", "action", "false_alarm", "note", "lapsed_at",
    "withdrawn_because",
)  # fmt: skip


class LoanWarning(Table):
    """One warning about one loan, by one rule, of one record or one fall of a grade.

    ``evidence_id`` is the record, or the run that lowered the grade; ``ground_id`` the consent on which the bank is told. What is said
    of the evidence is erased when the borrower takes that back; that there was a warning, and what the bank did, stays.
    ``told_state`` is where it stood when whoever it concerns was last told. ``hit_on`` is the day from which the loan was overdue.
    """

    __tablename__ = "loan_warnings"
    __privileges__: ClassVar[tuple[str, ...]] = ("SELECT", f"UPDATE ({', '.join(_CHANGED)})")
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    __machine__: ClassVar[StateMachine[WarningState]] = StateMachine(
        begins={WarningState.RAISED: _PLATFORM},
        steps=(_ACKNOWLEDGE, _ACT, _DISMISS, _LAPSE, _WITHDRAW, _RAISE_AGAIN),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), data_subject(), batch(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "loan_id", "rule_code", "evidence_id"),
        ForeignKeyConstraint(["tenant_id", "loan_id"], ["loans.tenant_id", "loans.id"]),
        CheckConstraint("(state = 'ACTED') = (action is not null)", name="action"),
        CheckConstraint("(state = 'FALSE_ALARM') = (false_alarm is not null)", name="false_alarm"),
        CheckConstraint(
            "(state in ('ACTED', 'FALSE_ALARM')) = (answered_at is not null)", name="answered"
        ),
        CheckConstraint("(state = 'WITHDRAWN') = (withdrawn_because is not null)", name="withdrawn"),
        CheckConstraint("item_code is null or evidence = 'record'", name="item"),
        CheckConstraint("due_at > raised_at and hit_days > 0", name="times"),
        Index("ix_loan_warnings_state", "tenant_id", "state", "id"),
        Index("ix_loan_warnings_severity", "tenant_id", "severity", "id"),
        Index("ix_loan_warnings_loan_id", "tenant_id", "loan_id", "id"),
        Index("ix_loan_warnings_subject_id", "subject_id", "id"),
        Index("ix_loan_warnings_due_at", "due_at", postgresql_where=text("state in ('RAISED', 'ACKNOWLEDGED')")),
        Index("ix_loan_warnings_untold", "tenant_id", "id", postgresql_where=text("state <> told_state")),
    )  # fmt: skip

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    loan_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    rule_set_id: Mapped[UUID]
    rule_code: Mapped[str]
    rule_name: Mapped[str]
    severity: Mapped[Severity]
    evidence: Mapped[Evidence]
    evidence_id: Mapped[UUID]
    category: Mapped[str]
    item_code: Mapped[str | None]
    source: Mapped[str | None]
    occurred_on: Mapped[date]
    tier_before: Mapped[str | None]
    tier_after: Mapped[str | None]
    place_before: Mapped[int | None] = mapped_column(Integer)
    ground_id: Mapped[UUID]
    state: Mapped[WarningState]
    told_state: Mapped[str]
    raised_at: Mapped[datetime]
    due_at: Mapped[datetime]
    hit_days: Mapped[int] = mapped_column(Integer)
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    action: Mapped[WarningAction | None]
    false_alarm: Mapped[FalseAlarmReason | None]
    note: Mapped[str | None]
    lapsed_at: Mapped[datetime | None]
    withdrawn_because: Mapped[WithdrawnBecause | None]
    hit_on: Mapped[date | None]

    def acknowledge(self, *, by: UUID | None, now: datetime) -> None:
        """Note that the bank has it in hand; what has lapsed may still be taken up."""
        self.state = _ACKNOWLEDGE.taken_from(self.state)
        self.acknowledged_at, self.acknowledged_by = now, by

    def act(self, action: WarningAction, *, note: str, by: UUID | None, now: datetime) -> None:
        """Note what the bank did."""
        self.state, self.action = _ACT.taken_from(self.state), action
        self._answer(note, by=by, now=now)

    def dismiss(
        self, reason: FalseAlarmReason, *, note: str, by: UUID | None, now: datetime
    ) -> None:
        """Note that it was none, and why."""
        self.state, self.false_alarm = _DISMISS.taken_from(self.state), reason
        self._answer(note, by=by, now=now)

    def lapse(self, *, now: datetime) -> None:
        """Note that the bank has not answered in time."""
        self.state, self.lapsed_at = _LAPSE.taken_from(self.state), now

    def _answer(self, note: str, *, by: UUID | None, now: datetime) -> None:
        self.note, self.answered_at, self.answered_by = note, now, by


class RuleSetState(StrEnum):
    """Where a version of the rules stands."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"
    WITHDRAWN = "WITHDRAWN"


_OFFICE: Final = frozenset({Party.OPERATOR})


def _office(leaves: RuleSetState, to: RuleSetState) -> Step[RuleSetState]:
    return Step(leaves=frozenset({leaves}), to=to, by=_OFFICE)


class WarningRuleSet(Table):
    """One version of the rules, never changed: what is better is a new version, which another person puts in force."""

    __tablename__ = "warning_rule_sets"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "activated_by", "activated_at", "ended_at"
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __readers__: ClassVar[tuple[Reader, ...]] = (
        operator(),
        when("drafted", f"{KIND} = 'operator'", "INSERT"),
        when("moved_on", f"{KIND} = 'operator'", "UPDATE"),
        batch(),
    )
    __machine__: ClassVar[StateMachine[RuleSetState]] = StateMachine(
        begins={RuleSetState.DRAFT: _OFFICE},
        steps=(
            _office(RuleSetState.DRAFT, RuleSetState.ACTIVE),
            _office(RuleSetState.DRAFT, RuleSetState.WITHDRAWN),
            _office(RuleSetState.ACTIVE, RuleSetState.RETIRED),
        ),
    )
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint(
            "(state in ('ACTIVE', 'RETIRED')) = (activated_by is not null and activated_at is not null)",
            name="activated",
        ),
        CheckConstraint("activated_by <> drafted_by", name="two_people"),
        CheckConstraint("(ended_at is not null) = (state in ('RETIRED', 'WITHDRAWN'))", name="ended"),
        Index("uq_warning_rule_sets_version", "version", unique=True),
        # One version is in force at a time.
        Index("uq_warning_rule_sets_active", "state", unique=True, postgresql_where=text("state = 'ACTIVE'")),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    document: Mapped[dict[str, Any]]
    state: Mapped[RuleSetState]
    drafted_by: Mapped[UUID]
    drafted_at: Mapped[datetime]
    activated_by: Mapped[UUID | None]
    activated_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    def activate(self, *, by: UUID, now: datetime) -> None:
        """Put it in force."""
        self.state, self.activated_by, self.activated_at = RuleSetState.ACTIVE, by, now

    def retire(self, *, now: datetime) -> None:
        """Let the next version take over."""
        self.state, self.ended_at = RuleSetState.RETIRED, now

    def withdraw(self, *, now: datetime) -> None:
        """Give it up before it was in force."""
        self.state, self.ended_at = RuleSetState.WITHDRAWN, now


class WatchedGrade(Table):
    """The grade from which a watched loan's borrower could fall; kept while he lets it be watched, and read by nobody."""

    __tablename__ = "watched_grades"
    __privileges__: ClassVar[tuple[Privilege, ...]] = READ_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE", "DELETE")
    __readers__: ClassVar[tuple[Reader, ...]] = (batch(),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    loan_id: Mapped[UUID] = mapped_column(primary_key=True)
    model_code: Mapped[str] = mapped_column(primary_key=True)
    tier: Mapped[str]
    place: Mapped[int] = mapped_column(Integer)
    as_of: Mapped[date]


class RuleFigure(Table):
    """How one rule of one version fared in the whole city so far: sums, which name neither bank nor borrower.

    ``judged`` is of how many the time for a hit is over, or a hit has come; withdrawn ones are in neither.
    """

    __tablename__ = "warning_rule_figures"
    __privileges__: ClassVar[tuple[Privilege, ...]] = READ_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    __readers__: ClassVar[tuple[Reader, ...]] = (operator(), batch())

    rule_set_id: Mapped[UUID] = mapped_column(primary_key=True)
    rule_code: Mapped[str] = mapped_column(primary_key=True)
    raised: Mapped[int]
    open: Mapped[int]
    acted: Mapped[int]
    false_alarms: Mapped[int]
    lapsed: Mapped[int]
    withdrawn: Mapped[int]
    hits: Mapped[int]
    judged: Mapped[int]
    counted_at: Mapped[datetime]
