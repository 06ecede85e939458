"""Commitments with their named steps."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import KIND, SUBJECT, Reader, data_subject, operator, published, when
from suxin.kernel.refusals import Refusal
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import Table, append_and_change


class CommitmentKind(StrEnum):
    """What is promised: that a declaration is true, or what a department, a trade, or a repair of credit asks for."""

    TRUTH = "truth"
    APPROVAL = "approval"
    PUBLISHED = "published"
    INDUSTRY = "industry"
    REPAIR = "repair"


KINDS_ZH: Final[dict[CommitmentKind, str]] = {
    CommitmentKind.TRUTH: "真实性承诺",
    CommitmentKind.APPROVAL: "审批替代型承诺",
    CommitmentKind.PUBLISHED: "主动公示型承诺",
    CommitmentKind.INDUSTRY: "行业自律型承诺",
    CommitmentKind.REPAIR: "信用修复型承诺",
}


class CommitmentState(StrEnum):
    """Where a commitment stands; RETURNED is a declaration that could not be verified and is not held to be false."""

    OPEN = "OPEN"
    KEPT = "KEPT"
    BROKEN = "BROKEN"
    RETURNED = "RETURNED"


STATES_ZH: Final[dict[CommitmentState, str]] = {
    CommitmentState.OPEN: "履行中",
    CommitmentState.KEPT: "已履行",
    CommitmentState.BROKEN: "未履行",
    CommitmentState.RETURNED: "已退回",
}


TRUTH_STATES_ZH: Final[dict[CommitmentState, str]] = {
    CommitmentState.OPEN: "待核查",
    CommitmentState.KEPT: "核查属实",
    CommitmentState.BROKEN: "申报不实",
    CommitmentState.RETURNED: "已退回",
}
"""What the states are called where a declaration is promised to be true."""


class CommitmentJudged(Refusal):
    """It was said before what became of this commitment."""

    code = "COMMITMENT_JUDGED"
    zh = "该承诺已有结论（{state_zh}）"
    en = "It was decided before what became of this commitment ({state_en})"

    def __init__(self, *, state: CommitmentState) -> None:
        super().__init__(state_zh=STATES_ZH[state], state_en=state.value.lower())


def _judged(to: CommitmentState) -> Step[CommitmentState]:
    return Step(leaves=frozenset({CommitmentState.OPEN}), to=to, by=frozenset({Party.OPERATOR}))


class Commitment(Table):
    """One commitment of one subject: what was promised, to whom, and what became of it.

    ``record_id`` is the credit record that it stands behind: what was declared, or the commitment itself. ``stated`` is what
    was declared, so that whoever judges it needs no access to the subject. ``outcome_id`` is the record that came of it,
    ``document`` what shows so. ``text_version`` names the wording that the subject signed, where it is the platform's own.
    """

    __tablename__ = "commitments"
    __privileges__: ClassVar[tuple[str, ...]] = (
        *append_and_change("state", "judged_at", "judged_by", "reason", "document", "outcome_id"),
        "DELETE",
    )
    __machine__: ClassVar[StateMachine[CommitmentState]] = StateMachine(
        begins={CommitmentState.OPEN: frozenset({Party.SUBJECT, Party.OPERATOR})},
        steps=(
            _judged(CommitmentState.KEPT),
            _judged(CommitmentState.BROKEN),
            _judged(CommitmentState.RETURNED),
        ),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when(
            "signed", f"subject_id = {SUBJECT} and {KIND} = 'subject' and kind = 'truth'", "INSERT"
        ),
        # Goes with what was declared; that it was found false stays.
        when(
            "taken_back",
            f"subject_id = {SUBJECT} and {KIND} = 'subject' and kind = 'truth' and state <> 'BROKEN'",
            "DELETE",
        ),
        operator(),
        when("registered", f"{KIND} = 'operator' and kind <> 'truth'", "INSERT"),
        when("judged", f"{KIND} = 'operator'", "UPDATE"),
        published("published"),
    )
    __table_args__ = (
        CheckConstraint("(kind = 'truth') = (text_version is not null)", name="signed"),
        CheckConstraint("(kind = 'truth') = (person_id is not null)", name="signer"),
        CheckConstraint("(state = 'OPEN') = (judged_at is null)", name="judged"),
        CheckConstraint("(state in ('BROKEN', 'RETURNED')) <= (reason is not null)", name="reason"),
        CheckConstraint("state <> 'RETURNED' or kind = 'truth'", name="returned"),
        CheckConstraint(
            "(state = 'BROKEN' or state = 'KEPT' and kind <> 'truth')"
            " = (document is not null and outcome_id is not null)",
            name="outcome",
        ),
        Index("ix_commitments_state", "state", "id"),
        Index("uq_commitments_number", "authority", "number", unique=True),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[CommitmentKind]
    number: Mapped[str]
    subject_name: Mapped[str]
    published: Mapped[bool]
    authority: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    text_version: Mapped[str | None]
    person_id: Mapped[UUID | None]
    record_id: Mapped[UUID]
    stated: Mapped[dict[str, Any]]
    made_on: Mapped[date]
    due_on: Mapped[date | None]
    made_at: Mapped[datetime]
    state: Mapped[CommitmentState]
    judged_at: Mapped[datetime | None]
    judged_by: Mapped[UUID | None]
    reason: Mapped[str | None]
    document: Mapped[str | None]
    outcome_id: Mapped[UUID | None]

    @property
    def state_zh(self) -> str:
        """What its state is called."""
        words = TRUTH_STATES_ZH if self.kind is CommitmentKind.TRUTH else STATES_ZH
        return words[self.state]

    def enter(self, state: CommitmentState) -> None:
        """Take the step to a state.

        :raises CommitmentJudged: if it was judged before
        """
        if self.state is not CommitmentState.OPEN:
            raise CommitmentJudged(state=self.state)
        self.state = state
