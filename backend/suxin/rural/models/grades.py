"""What a rating came to: the number for the subject alone, the hearing before a fall, the grade, and what anybody may know of a certificate."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    KIND,
    SUBJECT,
    Reader,
    batch,
    data_subject,
    operator,
    system,
    when,
    with_basis,
)
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import WITH_DELETE, Privilege, Table, append_and_change
from suxin.rural.states import GradeState, RuralKind
from suxin.subjects.models import LAWFUL_READER

_PLATFORM: Final = frozenset({Party.PLATFORM})
_G: Final = GradeState


class RuralReckoning(Table):
    """How an entry's rating was reckoned, as a number with its parts; nobody but the subject reads it.

    As in ``scores``; ``aspects`` are the means of the panel's marks in tenths, ``votes`` how many there were.
    """

    __tablename__ = "rural_reckonings"
    __privileges__: ClassVar[tuple[Privilege, ...]] = ("SELECT", "DELETE")
    __batch_privileges__: ClassVar[tuple[str, ...]] = WITH_DELETE
    __readers__: ClassVar[tuple[Reader, ...]] = (data_subject(), system(), batch())
    __table_args__ = (
        CheckConstraint("votes is null or votes >= 5", name="votes"),
        CheckConstraint("(votes is null) = (aspects is null)", name="aspects"),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    model_id: Mapped[UUID]
    as_of: Mapped[date]
    score: Mapped[int] = mapped_column(Integer)
    tier: Mapped[str]
    numbers: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    points: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    dimensions: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    panel_points: Mapped[int | None] = mapped_column(Integer)
    votes: Mapped[int | None] = mapped_column(SmallInteger)
    aspects: Mapped[dict[str, Any] | None]


class RuralHearing(Table):
    """The hearing of a subject whose grade would fall: what it says, and what another person decides thereupon.

    ``lowered`` false keeps the grade that was in force for another year. ``carried_out_at`` is when the platform did so.
    Source: plan §28, docs/rural.md (a downgrade is heard first)
    """

    __tablename__ = "rural_hearings"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "statement", "stated_by", "stated_at", "lowered", "answer", "decided_by", "decided_at"
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = WITH_DELETE
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        # Whoever is heard says something, and decides nothing.
        when(
            "stated",
            f"subject_id = {SUBJECT} and {KIND} = 'subject'",
            "UPDATE",
            check=f"subject_id = {SUBJECT} and {KIND} = 'subject' and decided_at is null",
        ),
        operator(),
        when("decided", f"{KIND} = 'operator'", "UPDATE"),
        system(),
        batch(),
    )  # fmt: skip
    __table_args__ = (
        CheckConstraint("(statement is null) = (stated_at is null)", name="statement"),
        CheckConstraint(
            "(decided_at is null) = (lowered is null) and (decided_at is null) = (answer is null)"
            " and (decided_at is null) = (decided_by is null)",
            name="decided",
        ),
        # Time to be heard: a statement, or its end.
        CheckConstraint("stated_at is not null or decided_at >= open_until", name="heard"),
        CheckConstraint("carried_out_at is null or decided_at is not null", name="carried_out"),
        Index(
            "ix_rural_hearings_open",
            "open_until",
            postgresql_where=text("carried_out_at is null"),
        ),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    kind: Mapped[RuralKind]
    label: Mapped[str]
    tier_before: Mapped[str]
    tier_proposed: Mapped[str]
    opened_at: Mapped[datetime]
    open_until: Mapped[datetime]
    open_provisional: Mapped[bool]
    statement: Mapped[str | None]
    stated_by: Mapped[UUID | None]
    stated_at: Mapped[datetime | None]
    lowered: Mapped[bool | None]
    answer: Mapped[str | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    carried_out_at: Mapped[datetime | None]


class RuralGrade(Table):
    """A grade that took effect: the subject's, and a tenant's on a basis.

    It holds from ``effective_on`` until ``expires_on``, which is the first day without it. One is in force at a time for each kind.
    ``told_of_end`` says that the subject was reminded before, or told after, its end.
    """

    __tablename__ = "rural_grades"
    __privileges__: ClassVar[tuple[str, ...]] = (
        "SELECT",
        "UPDATE (state, ended_at, reminded_at, told_of_end_at)",
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = WITH_DELETE
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        with_basis(category="'rural_rating'", besides=LAWFUL_READER),
        system(),
        batch(),
    )
    __machine__: ClassVar[StateMachine[GradeState]] = StateMachine(
        begins={_G.IN_FORCE: _PLATFORM},
        steps=tuple(
            Step(leaves=frozenset({_G.IN_FORCE}), to=to, by=_PLATFORM)
            for to in (_G.EXPIRED, _G.REPLACED, _G.WITHDRAWN)
        ),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "entry_id"], ["rural_entries.tenant_id", "rural_entries.id"]
        ),
        CheckConstraint("expires_on > effective_on", name="period"),
        CheckConstraint("(state = 'IN_FORCE') = (ended_at is null)", name="ended"),
        Index(
            "uq_rural_grades_in_force",
            "subject_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'IN_FORCE'"),
        ),
        Index("ix_rural_grades_area", "village_code", "kind", "state"),
        Index("ix_rural_grades_expiry", "expires_on", postgresql_where=text("state = 'IN_FORCE'")),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    entry_id: Mapped[UUID]
    kind: Mapped[RuralKind]
    natural_person: Mapped[bool]
    village_code: Mapped[str]
    year: Mapped[int] = mapped_column(Integer)
    tier: Mapped[str]
    place: Mapped[int] = mapped_column(SmallInteger)
    effective_on: Mapped[date]
    expires_on: Mapped[date]
    state: Mapped[GradeState]
    ended_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    told_of_end_at: Mapped[datetime | None]


class RuralCertificate(Table):
    """What anybody may know of a certificate by its number: until when it holds, and whether its grade has ended; nothing of whose."""

    __tablename__ = "rural_certificates"
    __privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE (ended_at)")
    __batch_privileges__: ClassVar[tuple[str, ...]] = WITH_DELETE
    __readers__: ClassVar[tuple[Reader, ...]] = (
        when("anybody", f"{KIND} is not null"),
        system(),
        batch(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    expires_on: Mapped[date]
    ended_at: Mapped[datetime | None]
