"""Official papers (公文): what an authority has said, put in by one of the credit office's people, in force only by another's decision.

A context says with a ``PaperKind`` which table of its own holds them, what its states are called and what it refuses. What a paper
says, who may put one in or decide on it, how one that is in force comes to its end, and what follows, is the context's own.
Nothing is filed about a subject here, nobody is told of a decision and nobody appeals: that is ``suxin.review`` (decision 33).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, undefer

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.sealed_documents import (
    Seals,
    SentFile,
    handed_in,
    opened_content,
    sealed_row,
)
from suxin.kernel.sealing import Sealer
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import Table

MAX_TITLE: Final = 60
MAX_AUTHORITY: Final = 60
MAX_DOCUMENT_NUMBER: Final = 60
MAX_ANSWER: Final = 300

OFFICE: Final = frozenset({Party.OPERATOR})

State_co = TypeVar("State_co", bound=StrEnum, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperStates(Generic[State_co]):
    """Where a paper stands: put in; then withdrawn, rejected or in force; and over once it was in force."""

    put_in: State_co
    withdrawn: State_co
    rejected: State_co
    in_force: State_co
    over: State_co

    def machine(self, *, over_by: frozenset[Party] = OFFICE) -> StateMachine[State_co]:
        """Return the steps of such a table, every one of them the office's; ``over_by`` says who ends what is in force."""
        return StateMachine(
            begins={self.put_in: OFFICE},
            steps=(
                *(
                    Step(leaves=frozenset({self.put_in}), to=to, by=OFFICE)
                    for to in (self.withdrawn, self.rejected, self.in_force)
                ),
                Step(leaves=frozenset({self.in_force}), to=self.over, by=over_by),
            ),
        )


class OfficialPaper(Table):
    """The columns that every table of official papers has: what it is called, who decided on it, and the document that it rests on."""

    __abstract__ = True

    if TYPE_CHECKING:
        # Each table's own: what its states are, whether the platform puts papers in, what the document's key is sealed for.
        state: Mapped[StrEnum]
        filed_by: Mapped[UUID | None]
        filed_at: Mapped[datetime]
        key_sealed: Mapped[bytes | None]

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    authority: Mapped[str]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    uploaded_at: Mapped[datetime]


def paper_checks(*, filed_by: str = "filed_by") -> tuple[CheckConstraint, ...]:
    """Return the checks of every such table: two people (decision 33), and a document that is whole or erased."""
    return (
        CheckConstraint(f"decided_by <> {filed_by}", name="two_people"),
        CheckConstraint("(key_sealed is null) = (content is null)", name="content"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )


Paper = TypeVar("Paper", bound=OfficialPaper)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperKind(Generic[Paper]):
    """One kind of official paper.

    ``thing_zh``, ``thing_en`` and ``field`` name one that is not found, ``object_type`` one on the audit stream. ``not_here`` is
    refused of a step that does not begin where a paper stands, ``second_person`` of a decision on what one has asked for oneself.
    """

    model: type[Paper]
    states: PaperStates[StrEnum]
    seals: Seals
    object_type: str
    thing_zh: str
    thing_en: str
    field: str
    not_here: type[Refusal]
    second_person: type[Refusal]

    async def one(self, session: AsyncSession, papers: Select[Paper], paper_id: UUID) -> Paper:
        """Return one of these papers without its document.

        :raises NotFound: if it is none of them
        """
        return self._found(await session.scalar(papers.where(self.model.id == paper_id)))

    async def with_document(
        self, session: AsyncSession, papers: Select[Paper], paper_id: UUID
    ) -> Paper:
        """Return one of these papers with what its document holds, sealed.

        :raises NotFound: if it is none of them
        """
        return await self.one(session, papers.options(undefer(self.model.content)), paper_id)

    async def locked(self, session: AsyncSession, papers: Select[Paper], paper_id: UUID) -> Paper:
        """Return one of these papers, locked until the transaction ends.

        :raises NotFound: if it is none of them
        """
        anew = papers.with_for_update().execution_options(populate_existing=True)
        return await self.one(session, anew, paper_id)

    async def waiting(self, session: AsyncSession, actor: Actor) -> int:
        """Return how many papers wait for the decision of somebody else than whoever put them in."""
        waits = (
            select(func.count())
            .select_from(self.model)
            .where(
                self.model.state == self.states.put_in,
                self.model.filed_by.is_distinct_from(actor.staff_id),
            )
        )
        return await session.scalar(waits) or 0

    async def put_in(
        self,
        session: AsyncSession,
        says: Mapping[str, object],
        file: SentFile,
        *,
        by: UUID | None,
        sealer: Sealer,
        now: datetime,
    ) -> Paper:
        """Add a paper that says this, for somebody else to decide on; ``by`` is nobody where the platform puts it in.

        :raises DocumentTooLarge, DocumentTypeRefused: see ``sealed_documents.media_type_of``
        :raises Invalid: if the document has no name, or a long one
        """
        given, paper_id = handed_in(file.name, file.content), new_id(now)
        paper = self.model(
            id=paper_id,
            state=self.states.put_in,
            filed_by=by,
            filed_at=now,
            **says,
            **sealed_row(sealer, paper_id, given, seals=self.seals, now=now),
        )
        session.add(paper)
        await session.flush()
        return paper

    def require_at(self, paper: Paper, state: StrEnum) -> None:
        """Refuse unless a paper stands there.

        :raises Refusal: ``not_here``, if it does not
        """
        if paper.state is not state:
            raise self.not_here

    def require_other(self, asked_by: UUID | None, actor: Actor) -> None:
        """Refuse whoever asked for something to decide on it.

        :raises Refusal: ``second_person``, if he asked for it
        :raises Forbidden: if no staff member acts
        """
        if asked_by == actor.own_staff:
            raise self.second_person

    def require_decidable(self, paper: Paper, actor: Actor) -> None:
        """Refuse unless a paper waits for a decision, which the actor may take because somebody else put it in.

        :raises Refusal: ``not_here``, if it was decided on or withdrawn; ``second_person``, if the actor put it in
        """
        self.require_at(paper, self.states.put_in)
        self.require_other(paper.filed_by, actor)

    def withdraw(self, paper: Paper) -> None:
        """Take a paper back that nobody has decided on.

        :raises Refusal: ``not_here``, if somebody has, or it was taken back
        """
        self.require_at(paper, self.states.put_in)
        paper.state = self.states.withdrawn

    def decide(
        self, paper: Paper, actor: Actor, *, granted: bool, answer: str, now: datetime
    ) -> None:
        """Bring a paper in force that somebody else has put in, or reject it.

        :raises Refusal: see ``require_decidable``
        """
        self.require_decidable(paper, actor)
        paper.state = self.states.in_force if granted else self.states.rejected
        paper.decided_by, paper.decided_at, paper.answer = actor.own_staff, now, answer

    def opened(self, sealer: Sealer, paper: Paper) -> bytes:
        """Return what the document of a paper holds, which was read with it.

        :raises SealBroken: if it was erased, or is not what was handed in
        """
        return opened_content(sealer, paper, purpose=self.seals.content, key_purpose=self.seals.key)

    def record(self, session: AsyncSession, action: str, paper: Paper, *, now: datetime) -> None:
        """Add to the audit stream that the session's actor did this to a paper."""
        append_act(
            session,
            action=action,
            now=now,
            object_type=self.object_type,
            object_id=paper.id,
            detail={"title": paper.title},
        )

    def _found(self, paper: Paper | None) -> Paper:
        if paper is None:
            raise NotFound(thing_zh=self.thing_zh, thing_en=self.thing_en, field=self.field)
        return paper
