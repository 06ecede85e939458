"""Documents that wait: put down by their subject before something takes them, and erased where nothing does within a day.

What is taken and how it is kept is in ``suxin.kernel.sealed_documents``. A context says with a ``Shelf`` which table of its own holds
them and which column names what took one; its rows are ``subject_id``, ``id``, that column, and those of ``sealed_row``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealed_documents import Handed, Seals, sealed_row
from suxin.kernel.sealing import Sealer
from suxin.kernel.tables import Table

Document = TypeVar("Document", bound=Table)

MAX_LOOSE: Final = 10
"""How many documents of one kind a subject may have put down that nothing has taken yet."""

LOOSE_LIFE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf(Generic[Document]):
    """A table of such documents, and the column of it that names what took one."""

    model: type[Document]
    taken_by: str

    def documents_in(self, subject_id: UUID, takers: Sequence[UUID]) -> Select[Document]:
        """Return the documents that some of a subject's things have taken, oldest first."""
        return self._of(subject_id).where(self.column(self.taken_by).in_(takers))

    def loose(self, subject_id: UUID, document_ids: Sequence[UUID]) -> Select[Document]:
        """Return those of a subject's documents that nothing has taken, to be locked in the order of their ids."""
        return (
            self._of(subject_id)
            .where(self.column("id").in_(document_ids), self.waits())
            .with_for_update()
        )

    def waits(self) -> ColumnElement[bool]:
        """Return the condition that nothing has taken a document."""
        return self.column(self.taken_by).is_(None)

    def column(self, name: str) -> ColumnElement[Any]:
        """Return a column that all such tables have, or the one that names what took a document."""
        column: ColumnElement[Any] = self.model.__table__.c[name]
        return column

    def _of(self, subject_id: UUID) -> Select[Document]:
        return (
            select(self.model)
            .where(self.column("subject_id") == subject_id)
            .order_by(self.column("id"))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tray(Generic[Document]):
    """How documents come to a shelf and go from it again.

    ``forget_topic`` is the job that erases what nothing took, ``full`` the refusal once ``MAX_LOOSE`` wait.
    """

    shelf: Shelf[Document]
    seals: Seals
    forget_topic: str
    full: type[Refusal]

    async def put_down(
        self,
        session: AsyncSession,
        subject_id: UUID,
        given: Handed,
        *,
        sealer: Sealer,
        now: datetime,
        **more: object,
    ) -> UUID:
        """Keep a document until something takes it; return its id. ``more`` are columns of this table alone.

        :raises Refusal: ``full``, if ``MAX_LOOSE`` wait
        """
        await self._require_room(session, subject_id)
        document_id = new_id(now)
        columns = sealed_row(sealer, document_id, given, seals=self.seals, now=now)
        session.add(self.shelf.model(subject_id=subject_id, id=document_id, **columns, **more))
        await outbox.post(
            session,
            self.forget_topic,
            {"subject_id": subject_id, "document_id": document_id},
            now=now,
            not_before=now + LOOSE_LIFE,
        )
        await session.flush()
        return document_id

    async def forget(
        self, session: AsyncSession, *, subject_id: UUID, document_id: UUID, now: datetime
    ) -> bool:
        """Erase a document that nothing took in time; return whether there was one."""
        gone = await session.scalar(
            delete(self.shelf.model)
            .where(
                self.shelf.column("subject_id") == subject_id,
                self.shelf.column("id") == document_id,
                self.shelf.waits(),
                self.shelf.column("uploaded_at") <= now - LOOSE_LIFE,
            )
            .returning(self.shelf.column("id"))
            .execution_options(synchronize_session=False)
        )
        return gone is not None

    async def erase_contents(
        self, session: AsyncSession, *, subject_id: UUID, taken_by: UUID
    ) -> None:
        """Erase what the documents hold that something has taken; their names and digests stay with it."""
        await session.execute(
            update(self.shelf.model)
            .where(
                self.shelf.column("subject_id") == subject_id,
                self.shelf.column(self.shelf.taken_by) == taken_by,
            )
            .values(key_sealed=None, content=None)
            .execution_options(synchronize_session=False)
        )

    async def _require_room(self, session: AsyncSession, subject_id: UUID) -> None:
        # Two uploads at once would both find room.
        key = func.hashtextextended(f"{self.forget_topic}:{subject_id}", 0)
        await session.execute(select(func.pg_advisory_xact_lock(key)))
        loose = await session.scalar(
            select(func.count())
            .select_from(self.shelf.model)
            .where(self.shelf.column("subject_id") == subject_id, self.shelf.waits())
        )
        if (loose or 0) >= MAX_LOOSE:
            raise self.full(limit=MAX_LOOSE)
