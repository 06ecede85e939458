"""Cases with their named steps, and the decisions that people took on them."""

from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    KIND,
    NOW,
    PERSON,
    STAFF,
    SUBJECT,
    TENANT,
    Reader,
    batch,
    data_subject,
    exists,
    kept_until,
    system,
    when,
)
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import Table, append_and_change
from suxin.review.states import WITHDRAWABLE, CaseElsewhere, CaseState, Clock, Outcome

CASE_KEPT_DAYS: Final = 3 * 365 + 1
"""How long a case is kept after it ended: three years, of which one may be a leap year. Proposed."""

_OFFICE: Final = frozenset({Party.OPERATOR, Party.TENANT})
_FILER: Final = frozenset({Party.SUBJECT, *_OFFICE})
_ENDED_SQL: Final = "state in ('EFFECTIVE', 'WITHDRAWN', 'LAPSED')"


def _step(leaves: set[CaseState], to: CaseState, by: frozenset[Party]) -> Step[CaseState]:
    return Step(leaves=frozenset(leaves), to=to, by=by)


class ReviewDecision(Table):
    """What one person decided on a case, and what another said who checked it.

    ``terms`` are what the owning context needs to carry it out. ``upheld_by`` is whoever checked it and agreed. What is decided anew after an appeal names the decision that it reviews.
    """

    __tablename__ = "review_decisions"
    # Erased with its case by the platform.
    __privileges__: ClassVar[tuple[str, ...]] = (
        *append_and_change("checked_by", "upheld_by", "check_reason", "checked_at"),
        "DELETE",
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        # What nobody has checked is said to nobody outside.
        when("told_subject", f"subject_id = {SUBJECT} and upheld_by is not null"),
        when("office", f"office_id = {TENANT}"),
        when("decided", f"office_id = {TENANT} and decided_by = {STAFF}", "INSERT"),
        when(
            "checked",
            f"office_id = {TENANT} and checked_by is null",
            "UPDATE",
            check=f"office_id = {TENANT} and checked_by = {STAFF}",
        ),
        when("platform", f"{KIND} = 'system'"),
        when(
            "kept_with_case",
            f"{KIND} = 'system' and not "
            + exists(
                "review_cases c",
                "c.subject_id = review_decisions.subject_id and c.id = review_decisions.case_id",
            ),
            "DELETE",
        ),
    )
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("round in (1, 2)", name="round"),
        CheckConstraint("decided_by <> filed_by", name="not_his_own"),
        CheckConstraint(
            "checked_by <> decided_by and checked_by <> filed_by", name="checked_by_another"
        ),
        CheckConstraint(
            "(checked_by is null) = (checked_at is null)"
            " and (upheld_by is null or upheld_by = checked_by)",
            name="checked",
        ),
        CheckConstraint(
            "(round = 2) = (reviewed_by is not null and reviewed_number is not null)",
            name="reviews",
        ),
        CheckConstraint("decided_by <> reviewed_by", name="decided_anew_by_another"),
        UniqueConstraint(
            "subject_id",
            "case_id",
            "number",
            "round",
            "filed_by",
            "decided_by",
            "outcome",
            name="uq_review_decisions_decided",
        ),
        UniqueConstraint(
            "subject_id",
            "case_id",
            "number",
            "decided_by",
            "upheld_by",
            name="uq_review_decisions_upheld",
        ),
        UniqueConstraint(
            "subject_id", "case_id", "number", "decided_by", name="uq_review_decisions_decider"
        ),
        ForeignKeyConstraint(
            ["subject_id", "case_id", "reviewed_number", "reviewed_by"],
            [
                "review_decisions.subject_id",
                "review_decisions.case_id",
                "review_decisions.number",
                "review_decisions.decided_by",
            ],
            name="fk_review_decisions_reviewed",
        ),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    round: Mapped[int]
    office_id: Mapped[UUID]
    filed_by: Mapped[UUID]
    outcome: Mapped[Outcome]
    reason: Mapped[str]
    terms: Mapped[dict[str, Any] | None]
    decided_by: Mapped[UUID]
    decided_at: Mapped[datetime]
    checked_by: Mapped[UUID | None]
    upheld_by: Mapped[UUID | None]
    check_reason: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    reviewed_number: Mapped[int | None]
    reviewed_by: Mapped[UUID | None]


class ReviewCase(Table):
    """One case: what is asked about a subject, where it stands, which time runs, and what was decided.

    ``object_id`` is the thing of the other context, ``stated`` what that was when the case was filed, so that whoever decides needs
    no access to the subject. ``filed_by`` is a person, or one of the office's staff; ``person_id`` is who is told, ``answer`` the
    reason in force. ``due_at`` is the end of the time that runs (``clock``), counted from ``clock_from`` in working days.
    """

    __tablename__ = "review_cases"
    # Erased by the platform when the time of keeping is over.
    __privileges__: ClassVar[tuple[str, ...]] = (
        *append_and_change(
            "state",
            "round",
            "wanted",
            "reason",
            "missing",
            "accepted_at",
            "clock",
            "clock_from",
            "clock_days",
            "due_at",
            "due_provisional",
            "late_at",
            "extended_at",
            "extension_reason",
            "decision_number",
            "decided_by",
            "checked_by",
            "outcome",
            "answer",
            "terms",
            "noticed_at",
            "appealed_at",
            "appeal_reason",
            "ended_at",
        ),
        "DELETE",
    )
    __machine__: ClassVar[StateMachine[CaseState]] = StateMachine(
        begins={CaseState.SUBMITTED: _FILER},
        steps=(
            _step({CaseState.SUBMITTED, CaseState.DECIDED}, CaseState.ACCEPTED, _OFFICE),
            _step({CaseState.SUBMITTED}, CaseState.RETURNED, _OFFICE),
            _step({CaseState.RETURNED}, CaseState.SUBMITTED, _FILER),
            _step({CaseState.RETURNED}, CaseState.LAPSED, frozenset({Party.PLATFORM})),
            _step(
                {CaseState.SUBMITTED, CaseState.ACCEPTED, CaseState.APPEALED},
                CaseState.DECIDED,
                _OFFICE,
            ),
            _step({CaseState.DECIDED}, CaseState.NOTICED, _OFFICE),
            _step({CaseState.NOTICED}, CaseState.APPEALED, _FILER),
            _step({CaseState.DECIDED}, CaseState.APPEALED, _OFFICE),
            _step({CaseState.NOTICED}, CaseState.EFFECTIVE, frozenset({*_OFFICE, Party.PLATFORM})),
            _step(set(WITHDRAWABLE), CaseState.WITHDRAWN, _FILER),
        ),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when(
            "filed_by_subject",
            f"subject_id = {SUBJECT} and {KIND} = 'subject' and filed_by = {PERSON}",
            "INSERT",
        ),
        when("moved_by_subject", f"subject_id = {SUBJECT} and {KIND} = 'subject'", "UPDATE"),
        when("office", f"office_id = {TENANT}"),
        when("filed_by_office", f"office_id = {TENANT} and filed_by = {STAFF}", "INSERT"),
        when("moved_by_office", f"office_id = {TENANT}", "UPDATE"),
        system(),
        kept_until(
            f"{_ENDED_SQL} and ended_at <= {NOW} - interval '{CASE_KEPT_DAYS} days'",
        ),
        # What a case exempts stays so when set-based work ends another exemption of the same record.
        batch(),
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __table_args__ = (
        CheckConstraint("round in (1, 2)", name="round"),
        CheckConstraint("(round = 2) = (appealed_at is not null)", name="appealed"),
        CheckConstraint("state <> 'APPEALED' or round = 2", name="appeal_round"),
        CheckConstraint(
            "state <> 'ACCEPTED' or round = 1 and accepted_at is not null", name="accepted"
        ),
        # A case that nobody accepted is refused, or goes on.
        CheckConstraint(
            "outcome is null or outcome = 'REFUSED' or accepted_at is not null", name="no_step_left"
        ),
        CheckConstraint(
            "num_nulls(decision_number, decided_by, outcome)"
            " = case when state in ('DECIDED', 'NOTICED', 'EFFECTIVE') then 0 else 3 end",
            name="decided",
        ),
        CheckConstraint(
            "(state in ('NOTICED', 'EFFECTIVE'))"
            " = (checked_by is not null and noticed_at is not null and answer is not null)",
            name="noticed",
        ),
        CheckConstraint("decided_by <> filed_by", name="not_his_own"),
        CheckConstraint(
            "checked_by <> decided_by and checked_by <> filed_by", name="checked_by_another"
        ),
        # What goes against whoever filed is open to an appeal, and takes effect when the time for it is over.
        CheckConstraint(
            "state not in ('NOTICED', 'EFFECTIVE') or outcome = 'GRANTED' or round = 2"
            " or clock = 'APPEAL' and (state = 'NOTICED' or ended_at >= due_at)",
            name="time_to_appeal",
        ),
        CheckConstraint(f"({_ENDED_SQL}) = (ended_at is not null)", name="ended"),
        CheckConstraint("(extended_at is null) = (extension_reason is null)", name="extended"),
        CheckConstraint("clock_days between 1 and 60", name="clock_days"),
        ForeignKeyConstraint(
            [
                "subject_id",
                "id",
                "decision_number",
                "round",
                "filed_by",
                "decided_by",
                "outcome",
            ],
            [
                "review_decisions.subject_id",
                "review_decisions.case_id",
                "review_decisions.number",
                "review_decisions.round",
                "review_decisions.filed_by",
                "review_decisions.decided_by",
                "review_decisions.outcome",
            ],
            name="fk_review_cases_decided",
        ),
        ForeignKeyConstraint(
            ["subject_id", "id", "decision_number", "decided_by", "checked_by"],
            [
                "review_decisions.subject_id",
                "review_decisions.case_id",
                "review_decisions.number",
                "review_decisions.decided_by",
                "review_decisions.upheld_by",
            ],
            name="fk_review_cases_checked",
        ),
        Index("ix_review_cases_office_id", "office_id", "kind", "state", "due_at"),
        Index(
            "uq_review_cases_open",
            "subject_id",
            "kind",
            "object_id",
            "item",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text(f"not ({_ENDED_SQL})"),
        ),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    office_id: Mapped[UUID]
    filed_by: Mapped[UUID]
    person_id: Mapped[UUID | None]
    object_id: Mapped[UUID | None]
    item: Mapped[str]
    source: Mapped[str]
    stated: Mapped[dict[str, Any]]
    wanted: Mapped[str]
    reason: Mapped[str]
    missing: Mapped[str | None]
    state: Mapped[CaseState]
    round: Mapped[int]
    filed_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    clock: Mapped[Clock]
    clock_from: Mapped[datetime]
    clock_days: Mapped[int]
    due_at: Mapped[datetime]
    due_provisional: Mapped[bool]
    late_at: Mapped[datetime | None]
    extended_at: Mapped[datetime | None]
    extension_reason: Mapped[str | None]
    decision_number: Mapped[int | None]
    decided_by: Mapped[UUID | None]
    checked_by: Mapped[UUID | None]
    outcome: Mapped[Outcome | None]
    answer: Mapped[str | None]
    terms: Mapped[dict[str, Any] | None]
    noticed_at: Mapped[datetime | None]
    appealed_at: Mapped[datetime | None]
    appeal_reason: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    def enter(self, state: CaseState) -> None:
        """Move to ``state``.

        :raises CaseElsewhere: if no step leads there from where the case stands
        """
        if not self.__machine__.leads(self.state, state):
            raise CaseElsewhere(state=self.state)
        self.state = state

    def take_decision(self, decision: ReviewDecision) -> None:
        """Stand as decided by one person, for another to check.

        :raises CaseElsewhere: if it does not wait for a decision
        """
        self.enter(CaseState.DECIDED)
        self.decision_number, self.decided_by = decision.number, decision.decided_by
        self.outcome = decision.outcome

    def give_up_decision(self) -> None:
        """Stand as if nothing was decided; what was, stays on file."""
        self.decision_number = self.decided_by = self.checked_by = self.outcome = None
        self.answer = self.terms = self.noticed_at = None
