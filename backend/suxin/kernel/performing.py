"""Carrying out what the outbox holds: for the relay and the worker, and how that goes.

A relay claims due rows and wakes a worker; the worker locks the row, does the work and marks it done in one
transaction. Effects in the database therefore happen exactly once, however often a row is handed out; effects over
HTTP happen at least once, under the row's id. PostgreSQL is the truth: a worker killed or a queue flushed loses
nothing, because an unfinished row is handed out again when its lease ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.outbox import Handler, Job, OutboxRow
from suxin.kernel.playing import go_on_in_sandbox
from suxin.kernel.refusals import Refusal
from suxin.kernel.sandbox_clocks import held_ahead

LEASE: Final = timedelta(seconds=8)
MAX_ATTEMPTS: Final = 12
CLAIM_LIMIT: Final = 200
PRUNE_LIMIT: Final = 1_000
_FIRST_BACKOFF: Final = timedelta(seconds=2)
_LONGEST_BACKOFF: Final = timedelta(hours=1)
# The database's own clock measures how long the transaction took; no fact of the domain depends on it.
_ELAPSED_MS: Final = text(
    "(extract(epoch from clock_timestamp() - transaction_timestamp()) * 1000)::bigint"
)


class TopicUnknown(Exception):
    """No handler knows the topic of a row: a newer release posted it, or a handler is missing."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"no handler for the topic {topic}")


class JobRefused(Exception):
    """A handler's command refused; nothing it did stands."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.code}: {refusal.en_message}")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row handed out, with the number of this attempt."""

    id: UUID
    attempts: int


async def claim(
    session: AsyncSession, *, now: datetime, limit: int = CLAIM_LIMIT
) -> Sequence[Claimed]:
    """Hand out at most ``limit`` rows that are due and not in other hands; several relays may do so at once."""
    async with doorway(session):
        # A common table expression runs once; as a plain sub-select the planner might run it again and hand out more.
        due = (
            select(OutboxRow.id)
            .where(
                OutboxRow.done_at.is_(None),
                OutboxRow.failed_at.is_(None),
                OutboxRow.not_before <= now,
                or_(OutboxRow.sent_at.is_(None), OutboxRow.sent_at <= now - LEASE),
            )
            .order_by(OutboxRow.not_before, OutboxRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        rows = await session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == due.c.id)
            .values(sent_at=now, attempts=OutboxRow.attempts + 1)
            .returning(OutboxRow.id, OutboxRow.attempts)
            .execution_options(synchronize_session=False)
        )
        return [Claimed(row.id, row.attempts) for row in rows]


async def perform(
    database: Database, row_id: UUID, handlers: Mapping[str, Handler], *, now: datetime
) -> bool:
    """Carry out one row: lock it, call its handler, mark it done, all in one transaction.

    Return False when it is done already or in another worker's hands. A handler's exception leaves no effect; it is
    recorded on the row, which is tried again with growing pauses, and set aside after ``MAX_ATTEMPTS``.
    """
    actor = Actor.system(f"job:{row_id}")
    try:
        async with database.transaction(actor, now=now) as session:
            job = await _lock(session, row_id, now)
            if job is None:
                return False
            handler = _handler_of(handlers, job)
            try:
                await handler(session, job)
            except Refusal as refusal:
                # A refusal that commits for a caller must not do so here: the row will be tried again.
                raise JobRefused(refusal) from refusal
            async with doorway(session):
                await session.execute(
                    update(OutboxRow)
                    .where(OutboxRow.id == row_id)
                    .values(done_at=now, error=None, took_ms=_ELAPSED_MS)
                )
    except Exception as error:
        await _record_failure(database, row_id, error, now)
        raise
    return True


def _handler_of(handlers: Mapping[str, Handler], job: Job) -> Handler:
    handler = handlers.get(job.topic)
    if handler is None:
        raise TopicUnknown(job.topic)
    return handler


async def _lock(session: AsyncSession, row_id: UUID, now: datetime) -> Job | None:
    async with doorway(session):
        row = (
            await session.execute(
                select(
                    OutboxRow.topic, OutboxRow.payload, OutboxRow.tenant_id, OutboxRow.sandbox_id
                )
                .where(
                    OutboxRow.id == row_id,
                    OutboxRow.done_at.is_(None),
                    OutboxRow.failed_at.is_(None),
                )
                .with_for_update(skip_locked=True)
            )
        ).first()
    if row is None:
        return None
    if row.sandbox_id is not None:
        now = await _enter_sandbox(session, row.sandbox_id, now)
    return Job(row_id, row.topic, row.payload, row.tenant_id, now)


async def _enter_sandbox(session: AsyncSession, sandbox_id: UUID, now: datetime) -> datetime:
    """Go on confined to a sandbox, whose clock stands still for this job; return what it says."""
    ahead = await held_ahead(session, sandbox_id)
    await go_on_in_sandbox(session, sandbox_id, ahead=ahead)
    return now + ahead


async def _record_failure(
    database: Database, row_id: UUID, error: Exception, now: datetime
) -> None:
    actor = Actor.system(f"job:{row_id}")
    async with database.transaction(actor, now=now) as session, doorway(session):
        attempts = await session.scalar(
            select(OutboxRow.attempts).where(OutboxRow.id == row_id).with_for_update()
        )
        tried = attempts or 1
        pause = min(_FIRST_BACKOFF * 2 ** min(tried - 1, MAX_ATTEMPTS), _LONGEST_BACKOFF)
        await session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == row_id, OutboxRow.done_at.is_(None))
            .values(
                error=f"{type(error).__name__}: {error}"[:2_000],
                sent_at=None,
                not_before=now + pause,
                failed_at=now if tried >= MAX_ATTEMPTS else None,
            )
        )


async def waiting(session: AsyncSession, *, now: datetime) -> tuple[int, int]:
    """Return how many rows are due and how many were set aside, for the metrics."""
    async with doorway(session):
        row = (
            await session.execute(
                select(
                    func.count().filter(OutboxRow.failed_at.is_(None), OutboxRow.not_before <= now),
                    func.count().filter(OutboxRow.failed_at.is_not(None)),
                ).where(OutboxRow.done_at.is_(None))
            )
        ).one()
    return row[0], row[1]


@dataclass(frozen=True, slots=True)
class TopicPace:
    """How one topic's jobs went lately: how many are done, and how long half and nearly all of them took."""

    topic: str
    done: int
    median_ms: int
    p95_ms: int


async def paces(session: AsyncSession, *, since: datetime) -> Sequence[TopicPace]:
    """Return the pace of each topic over the rows posted since then, for the metrics."""
    async with doorway(session):
        rows = await session.execute(
            select(
                OutboxRow.topic,
                func.count(),
                func.percentile_disc(0.5).within_group(OutboxRow.took_ms),
                func.percentile_disc(0.95).within_group(OutboxRow.took_ms),
            )
            # Ids sort by the time they were made, so this walks the end of the primary key alone.
            .where(OutboxRow.id >= new_id(since), OutboxRow.took_ms.is_not(None))
            .group_by(OutboxRow.topic)
            .order_by(OutboxRow.topic)
        )
        return [TopicPace(row[0], row[1], row[2], row[3]) for row in rows]


async def prune(session: AsyncSession, *, before: datetime, limit: int = PRUNE_LIMIT) -> int:
    """Delete at most ``limit`` rows that were posted and done before then; return how many."""
    async with doorway(session):
        old = (
            select(OutboxRow.id)
            .where(OutboxRow.id < new_id(before), OutboxRow.done_at < before)
            .order_by(OutboxRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("old")
        )
        gone = await session.execute(
            delete(OutboxRow)
            .where(OutboxRow.id == old.c.id)
            .returning(OutboxRow.id)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())
