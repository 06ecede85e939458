"""The posting queue: postings that stand alone, handed in by one caller each and committed together.

While one batch is being written, what is handed in meanwhile waits and makes up the next (group commit). Callers so share the
locks, the round trips and the commit, and an account on which all of them move is locked by one writer of a process
instead of by each caller. Every caller gets his own transfers or his own refusal, once that is committed.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database, sqlstate
from suxin.kernel.row_context import row_context
from suxin.ledger import short_posting
from suxin.ledger.books import Transfer
from suxin.ledger.drafts import TransferDraft
from suxin.ledger.posting import MAX_TRANSFERS, Answer, Asked, post_asked
from suxin.ledger.refusals import PostingsWaiting, TooManyTransfers

MAX_WAITING: Final = 1_000
"""How many callers wait in one process at most, whichever books they post into: some seconds' work."""

MAX_TOGETHER: Final = 64
"""How many callers' chains are committed together: beyond it a batch takes longer and gains nothing (``bench ledger``)."""

# The connection was lost, or the server is going down or was told to stop: nobody's transfers are to blame.
_NOBODYS: Final = frozenset({"", "08", "57"})

log = structlog.get_logger("suxin.ledger")

Said = Answer | Exception
"""What a caller is told: his transfers, his refusal, or what went wrong."""


@dataclass(slots=True, eq=False)
class _Caller:
    """A chain that waits, with the moment at which it was asked for and whoever waits for its answer."""

    chain: Sequence[TransferDraft]
    now: datetime
    answer: asyncio.Future[Sequence[Transfer]]

    def tell(self, said: Sequence[Transfer] | BaseException) -> None:
        """Give the answer, unless he has gone."""
        if self.answer.done():
            return
        if isinstance(said, BaseException):
            self.answer.set_exception(said)
        else:
            self.answer.set_result(said)


@dataclass(slots=True, eq=False)
class _Line:
    """Who waits for one book, all under one row context, and the task that posts for them."""

    actor: Actor
    book: UUID
    callers: deque[_Caller] = field(default_factory=deque)

    def next_together(self) -> list[_Caller]:
        """Take those who are served next out of the line; who has gone meanwhile is left out."""
        together: list[_Caller] = []
        transfers = 0
        while self.callers and len(together) < MAX_TOGETHER:
            transfers += len(self.callers[0].chain)
            if transfers > MAX_TRANSFERS:
                break
            caller = self.callers.popleft()
            if not caller.answer.done():
                together.append(caller)
        return together


class PostingQueue:
    """Takes one caller's chain at a time and posts what waits together; one for each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._short = database.short_transactions(short_posting.SHORT)
        self._lines: dict[tuple[Actor, UUID], _Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """How many callers wait for their turn."""
        return sum(len(line.callers) for line in self._lines.values())

    async def post(
        self, actor: Actor, *, book: UUID, transfers: Sequence[TransferDraft], now: datetime
    ) -> Sequence[Transfer]:
        """Post transfers that stand or fall together, in a transaction that others may share; return once they are committed.

        As with ``posting.post``, the row policies show the actor his own tenant's book and whoever calls has asked who may.
        Whoever stops waiting before his turn has posted nothing; later, or when the connection is lost, the same ids tell.

        :raises TooManyTransfers: if they are more than ``MAX_TRANSFERS``
        :raises PostingsWaiting: if ``MAX_WAITING`` callers wait already
        :raises PostingRefused: the rule that the first refused one breaks, with its index
        """
        if len(transfers) > MAX_TRANSFERS:
            raise TooManyTransfers(limit=MAX_TRANSFERS)
        if not transfers:
            return []
        if self.waiting >= MAX_WAITING:
            raise PostingsWaiting(limit=MAX_WAITING)
        caller = _Caller(transfers, now, asyncio.get_running_loop().create_future())
        self._line_of(actor, book).callers.append(caller)
        return await caller.answer

    async def close(self) -> None:
        """Wait until everybody who waits has his answer."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._short.close()

    def _line_of(self, actor: Actor, book: UUID) -> _Line:
        """Return the line for a book, with somebody who serves it."""
        bare = _bare(actor)
        line = self._lines.get((bare, book))
        if line is None:
            line = self._lines[bare, book] = _Line(bare, book)
            task = asyncio.create_task(self._serve(line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return line

    async def _serve(self, line: _Line) -> None:
        """Post for those who wait until nobody does."""
        try:
            while line.callers:
                together = line.next_together()
                if together:
                    await self._post(line, together)
                # Who was just served may hand in his next before the next batch is made up.
                await asyncio.sleep(0)
        finally:
            del self._lines[line.actor, line.book]
            for caller in line.callers:
                caller.answer.cancel()

    async def _post(self, line: _Line, together: Sequence[_Caller]) -> None:
        """Post for some callers in one transaction, and for each in one of his own if it fails by what one of them asks."""
        try:
            for caller, said in zip(together, await self._answers(line, together), strict=True):
                caller.tell(said)
        finally:
            # Nobody waits for ever, whatever stopped this.
            for caller in together:
                caller.answer.cancel()

    async def _answers(self, line: _Line, together: Sequence[_Caller]) -> Sequence[Said]:
        try:
            return await self._posted(line, together)
        except Exception as error:  # noqa: BLE001 - each caller is told it
            if not _may_be_of_one(error):
                return [error] * len(together)
            log.warning(
                "posted one by one",
                book=str(line.book),
                callers=len(together),
                error=type(error).__name__,
            )
        return [await self._posted_alone(line, caller) for caller in together]

    async def _posted(self, line: _Line, together: Sequence[_Caller]) -> Sequence[Said]:
        """Return what became of each chain, once that is committed."""
        asked = [(caller.chain, caller.now) for caller in together]
        drafts = [draft for chain, _ in asked for draft in chain]
        if any(draft.expires_at is not None for draft in drafts):
            # The end of a hold's time is an outbox's matter, which a session knows to write.
            return await self._posted_in_session(line, asked)
        given = short_posting.given(line.book, drafts)
        return await self._short.carry_out(
            row_context(line.actor, _latest(asked)),
            given,
            lambda found: short_posting.decide(line.book, asked, given["ids"], found),
        )

    async def _posted_alone(self, line: _Line, caller: _Caller) -> Said:
        try:
            (said,) = await self._posted_in_session(line, [(caller.chain, caller.now)])
        except Exception as error:  # noqa: BLE001 - as above
            return error
        return said

    async def _posted_in_session(self, line: _Line, asked: Asked) -> Sequence[Answer]:
        return await self._database.run(
            line.actor,
            lambda session: post_asked(session, book=line.book, asked=asked),
            now=_latest(asked),
        )


def _latest(asked: Asked) -> datetime:
    return max(now for _, now in asked)


def _bare(actor: Actor) -> Actor:
    """Return the actor without what the ledger's row policies do not ask, so that one tenant's callers are alike."""
    return Actor(
        kind=actor.kind,
        request_id="ledger.posting_queue",
        tenant_id=actor.tenant_id,
        tenant_kind=actor.tenant_kind,
        sandbox_id=actor.sandbox_id,
        ahead=actor.ahead,
    )


def _may_be_of_one(error: Exception) -> bool:
    """Tell whether the error may lie in what one caller asked for: not if there was no connection, or it was lost."""
    if isinstance(error, DBAPIError):
        return (sqlstate(error) or "")[:2] not in _NOBODYS
    return not isinstance(error, OSError | PoolTimeout)
