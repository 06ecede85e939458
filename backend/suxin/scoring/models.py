"""Score models with their named steps, runs, scores as numbers, and tiers in a table of their own."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Integer, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    KIND,
    Reader,
    batch,
    data_subject,
    operator,
    published,
    when,
    with_basis,
)
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import READ_ONLY, Privilege, Table, append_and_change
from suxin.subjects.models import LAWFUL_READER


class ModelState(StrEnum):
    """Where a score model stands."""

    DRAFT = "DRAFT"
    SIMULATED = "SIMULATED"
    APPROVED = "APPROVED"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"
    WITHDRAWN = "WITHDRAWN"


class TierOrigin(StrEnum):
    """Who worked a tier out: the platform's own engine, or the city's own score system."""

    ENGINE = "engine"
    CITY = "city"


ORIGINS: Final[dict[TierOrigin, tuple[str, str]]] = {
    TierOrigin.ENGINE: ("平台评分引擎", "the platform's own engine"),
    TierOrigin.CITY: ("本市信用评分系统", "the city's own score system"),
}
"""In Chinese and in English."""


WAITING: Final = frozenset({ModelState.DRAFT, ModelState.SIMULATED, ModelState.APPROVED})
_OFFICE: Final = frozenset({Party.OPERATOR})


class ScoreModel(Table):
    """One version of a score model.

    Its ``document`` is never changed: what is better is a new version. ``simulation`` is how today's city would shift under it.
    ``approved_by`` names those who approved it so far; ``run_asked_at`` is when the office last asked for a run before the month's
    own is due. Whoever is scored may read the model in force and those before it.
    """

    __tablename__ = "score_models"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "approved_by", "activated_at", "run_asked_at", "ended_at"
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        published("state in ('ACTIVE', 'RETIRED')"),
        operator(),
        when("drafted", f"{KIND} = 'operator'", "INSERT"),
        when("moved_on", f"{KIND} = 'operator'", "UPDATE"),
        batch(),
    )
    __machine__: ClassVar[StateMachine[ModelState]] = StateMachine(
        begins={ModelState.DRAFT: _OFFICE},
        steps=(
            Step(
                leaves=frozenset({ModelState.DRAFT}),
                to=ModelState.SIMULATED,
                by=frozenset({Party.PLATFORM}),
            ),
            Step(leaves=frozenset({ModelState.SIMULATED}), to=ModelState.APPROVED, by=_OFFICE),
            Step(leaves=frozenset({ModelState.APPROVED}), to=ModelState.ACTIVE, by=_OFFICE),
            Step(leaves=frozenset({ModelState.ACTIVE}), to=ModelState.RETIRED, by=_OFFICE),
            Step(leaves=WAITING, to=ModelState.WITHDRAWN, by=_OFFICE),
        ),
    )
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("(simulated_at is null) = (simulation is null)", name="simulation"),
        CheckConstraint(
            "state not in ('APPROVED', 'ACTIVE', 'RETIRED') or cardinality(approved_by) = 2",
            name="approved_by_two",
        ),
        CheckConstraint(
            "cardinality(approved_by) < 2 or approved_by[1] <> approved_by[2]",
            name="two_people",
        ),
        CheckConstraint(
            "(ended_at is not null) = (state in ('RETIRED', 'WITHDRAWN'))", name="ended"
        ),
        Index("uq_score_models_version", "code", "version", unique=True),
        # One version of a code is in force at a time.
        Index(
            "uq_score_models_active",
            "code",
            unique=True,
            postgresql_where=text("state = 'ACTIVE'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[int]
    document: Mapped[dict[str, Any]]
    state: Mapped[ModelState]
    drafted_by: Mapped[UUID]
    drafted_at: Mapped[datetime]
    simulated_at: Mapped[datetime | None]
    simulation: Mapped[dict[str, Any] | None]
    approved_by: Mapped[list[str]]
    activated_at: Mapped[datetime | None]
    run_asked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    def approve(self, staff_id: UUID, *, enough: int) -> None:
        """Note one more who approves; the last of them moves the model on."""
        self.approved_by = [*self.approved_by, str(staff_id)]
        if len(self.approved_by) == enough:
            self.state = ModelState.APPROVED

    def activate(self, *, now: datetime) -> None:
        """Put the model in force."""
        self.state, self.activated_at = ModelState.ACTIVE, now

    def ask_run(self, *, now: datetime) -> None:
        """Note that everybody is to be scored anew, which the worker does next."""
        self.run_asked_at = now

    def waits_for_run(self, last: "ScoreRun | None") -> bool:
        """Return whether it is to be run next, given the last run of its code: for the first time, or because that was asked for."""
        if self.state is not ModelState.ACTIVE:
            return False
        if last is None or last.model_id != self.id:
            return True
        return self.run_asked_at is not None and self.run_asked_at > last.began_at

    def retire(self, *, now: datetime) -> None:
        """Let the next version take over."""
        self.state, self.ended_at = ModelState.RETIRED, now

    def withdraw(self, *, now: datetime) -> None:
        """Give the model up before it was in force."""
        self.state, self.ended_at = ModelState.WITHDRAWN, now


class ScoreRun(Table):
    """One run of a model over everybody it scores, as of a day; ``tiers`` counts them.

    One of the engine is all there, or not at all; one of the city's own system is written down once everybody was asked for.
    """

    __tablename__ = "score_runs"
    __privileges__: ClassVar[tuple[Privilege, ...]] = READ_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")
    __readers__: ClassVar[tuple[Reader, ...]] = (operator(), batch())
    __table_args__ = (
        CheckConstraint("subject_count >= 0", name="subject_count"),
        Index("ix_score_runs_day", "model_id", "as_of"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    model_id: Mapped[UUID]
    as_of: Mapped[date]
    began_at: Mapped[datetime]
    origin: Mapped[TierOrigin]
    subject_count: Mapped[int]
    tiers: Mapped[dict[str, Any]]


class Score(Table):
    """A subject's score of one run, as a number, with what makes it up; nobody but the subject reads it.

    ``numbers`` are the indicators of which something counted, by their places in the model, ``points`` theirs; ``dimensions`` are
    the points of each dimension within its bounds.
    """

    __tablename__ = "scores"
    __privileges__: ClassVar[tuple[Privilege, ...]] = READ_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "DELETE")
    __readers__: ClassVar[tuple[Reader, ...]] = (data_subject(), batch())
    __table_args__ = (Index("ix_scores_as_of", "as_of", postgresql_using="brin"),)

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    model_id: Mapped[UUID]
    as_of: Mapped[date]
    score: Mapped[int] = mapped_column(Integer)
    tier: Mapped[str]
    numbers: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    points: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    dimensions: Mapped[list[int]] = mapped_column(ARRAY(Integer))

    @property
    def lines(self) -> dict[int, int]:
        """The points of what counted, by the number of the indicator."""
        return lines_of(self.numbers, self.points)


def lines_of(numbers: Sequence[int], points: Sequence[int]) -> dict[int, int]:
    """Return the points of what counted by the number of the indicator."""
    return dict(zip(numbers, points, strict=True))


class ScoreTier(Table):
    """The tier that a subject has now under a model's code: all that a tenant reads, on a basis, and never the number.

    ``place`` is 0 for the best tier. A tier that was not renewed in time is nobody's any more (``valid_until``). ``origin`` says who
    worked it out and ``as_of`` of which day it is; ``learned_at`` is when the platform came to know it.
    """

    __tablename__ = "score_tiers"
    __privileges__: ClassVar[tuple[Privilege, ...]] = READ_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        with_basis(category="'score_tier'", besides=LAWFUL_READER),
        batch(),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    model_code: Mapped[str] = mapped_column(primary_key=True)
    natural_person: Mapped[bool]
    run_id: Mapped[UUID]
    origin: Mapped[TierOrigin]
    learned_at: Mapped[datetime]
    tier: Mapped[str]
    place: Mapped[int] = mapped_column(Integer)
    as_of: Mapped[date]
    valid_until: Mapped[date]
