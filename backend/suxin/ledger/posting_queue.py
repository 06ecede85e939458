"""The posting queue: postings that stand alone, handed in by one caller each and committed together.

Callers share the locks, the round trips and the commit, a turn at a time (``suxin.kernel.lines``); each gets his own transfers or
his own refusal, once that is committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.lines import Lines, Turn
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

Chain = tuple[Sequence[TransferDraft], datetime]
"""Transfers that stand or fall together, with the moment at which they were asked for."""


@dataclass(frozen=True, slots=True)
class _Book:
    """A book, and the row context under which all who wait for it post into it."""

    actor: Actor
    id: UUID


class PostingQueue:
    """Takes one caller's chain at a time and posts what waits together; one for each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._short = database.short_transactions(short_posting.SHORT.steps)
        self._lines: Lines[_Book, Chain, Sequence[Transfer]] = Lines(
            Turn(fits=_fits, together=self._posted, alone=self._posted_alone)
        )

    @property
    def waiting(self) -> int:
        """How many callers wait for their turn."""
        return self._lines.waiting

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
        return await self._lines.ask(_Book(_bare(actor), book), (transfers, now))

    async def close(self) -> None:
        """Wait until everybody who waits has his answer."""
        await self._lines.close()
        await self._short.close()

    async def _posted(self, book: _Book, asked: Asked) -> Sequence[Answer]:
        """Return what became of each chain, once that is committed."""
        drafts = [draft for chain, _ in asked for draft in chain]
        if any(draft.expires_at is not None for draft in drafts):
            # The end of a hold's time is an outbox's matter, which a session knows to write.
            return await self._posted_in_session(book, asked)
        given = short_posting.given(book.id, drafts)
        return await self._short.carry_out(
            short_posting.SHORT,
            row_context(book.actor, _latest(asked)),
            given,
            lambda found: short_posting.decide(book.id, asked, given["ids"], found),
        )

    async def _posted_alone(self, book: _Book, chain: Chain) -> Sequence[Transfer]:
        (said,) = await self._posted_in_session(book, [chain])
        if isinstance(said, Exception):
            raise said
        return said

    async def _posted_in_session(self, book: _Book, asked: Asked) -> Sequence[Answer]:
        return await self._database.run(
            book.actor,
            lambda session: post_asked(session, book=book.id, asked=asked),
            now=_latest(asked),
        )


def _fits(chosen: Sequence[Chain], more: Chain) -> bool:
    transfers = sum(len(chain) for chain, _ in chosen) + len(more[0])
    return len(chosen) < MAX_TOGETHER and transfers <= MAX_TRANSFERS


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
