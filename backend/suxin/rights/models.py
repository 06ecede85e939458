"""Correction requests, with their named steps and what granting each of them does."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    KIND,
    NOW,
    SUBJECT,
    Reader,
    data_subject,
    kept_until,
    operator,
    system,
    when,
)
from suxin.kernel.refusals import Refusal
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import Table, append_and_change


class CorrectionState(StrEnum):
    """Where a correction request stands."""

    FILED = "FILED"
    CORRECTED = "CORRECTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


STATES_ZH: dict[CorrectionState, str] = {
    CorrectionState.FILED: "待答复",
    CorrectionState.CORRECTED: "予以更正",
    CorrectionState.DECLINED: "不予更正",
    CorrectionState.WITHDRAWN: "已撤回",
}


class CorrectionAnswered(Refusal):
    """The request was answered or taken back before."""

    code = "CORRECTION_ANSWERED"
    zh = "该更正申请已办结（{state_zh}）"
    en = "This correction request has ended ({state_en})"

    def __init__(self, *, state: CorrectionState) -> None:
        super().__init__(state_zh=STATES_ZH[state], state_en=state.value.lower())


class CorrectionAbout(StrEnum):
    """What a correction is asked for: one credit record, or an item of the subject's own data."""

    RECORD = "record"
    NAME = "name"
    REGION = "region"
    INDUSTRY = "industry"


class Remedy(StrEnum):
    """What granting a correction does: the platform changes its own data, a source is asked, or a proof is renewed."""

    PLATFORM = "platform"
    SOURCE = "source"
    PROOF = "proof"


def _ended(to: CorrectionState, party: Party) -> Step[CorrectionState]:
    return Step(leaves=frozenset({CorrectionState.FILED}), to=to, by=frozenset({party}))


CORRECTION_KEPT_DAYS: Final = 3 * 365 + 1
"""How long a correction request is kept after it ended: three years, of which one may be a leap year. Proposed."""


class CorrectionRequest(Table):
    """What a subject says is wrong, what it should say, and what the city's credit office answered (PIPL art. 46).

    ``stated`` is the record as it was when the request was filed, so that whoever answers needs no access to the subject.
    ``applied`` is what the platform's own data says since, in words; ``late_at`` that no answer had come in time.
    """

    __tablename__ = "correction_requests"
    # Erased by the platform when the time of keeping is over.
    __privileges__: ClassVar[tuple[str, ...]] = (
        *append_and_change(
            "state",
            "answer_by",
            "answer_by_provisional",
            "late_at",
            "answered_at",
            "answered_by",
            "answer",
            "applied",
        ),
        "DELETE",
    )
    __machine__: ClassVar[StateMachine[CorrectionState]] = StateMachine(
        begins={CorrectionState.FILED: frozenset({Party.SUBJECT})},
        steps=(
            _ended(CorrectionState.CORRECTED, Party.OPERATOR),
            _ended(CorrectionState.DECLINED, Party.OPERATOR),
            _ended(CorrectionState.WITHDRAWN, Party.SUBJECT),
        ),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when("filed", f"subject_id = {SUBJECT}", "INSERT"),
        when("taken_back", f"subject_id = {SUBJECT}", "UPDATE"),
        operator(),
        when("answered", f"{KIND} = 'operator'", "UPDATE"),
        system(),
        kept_until(
            f"state <> 'FILED' and answered_at <= {NOW} - interval '{CORRECTION_KEPT_DAYS} days'"
        ),
    )
    __table_args__ = (
        CheckConstraint("(about = 'record') = (record_id is not null)", name="about"),
        CheckConstraint(
            "(state in ('CORRECTED', 'DECLINED')) = (answer is not null)", name="answer"
        ),
        CheckConstraint(
            "(state = 'CORRECTED' and remedy = 'platform') = (applied is not null)", name="applied"
        ),
        Index("ix_correction_requests_state", "state", "answer_by"),
        Index(
            "uq_correction_requests_open",
            "subject_id",
            "about",
            "record_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("state = 'FILED'"),
        ),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    about: Mapped[CorrectionAbout]
    record_id: Mapped[UUID | None]
    item: Mapped[str]
    source: Mapped[str]
    remedy: Mapped[Remedy]
    stated: Mapped[dict[str, Any]]
    wanted: Mapped[str]
    reason: Mapped[str]
    state: Mapped[CorrectionState]
    filed_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    answer_by_provisional: Mapped[bool]
    late_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    answer: Mapped[str | None]
    applied: Mapped[str | None]

    def enter(self, state: CorrectionState) -> None:
        """Move to ``state``.

        :raises CorrectionAnswered: if it has ended before
        """
        if not self.__machine__.leads(self.state, state):
            raise CorrectionAnswered(state=self.state)
        self.state = state
