"""What leaves a transaction: domain events and timed jobs, as rows written with the change they follow from.

A relay claims due rows and wakes a worker; the worker locks the row, does the work and marks it done in one
transaction. Effects in the database therefore happen exactly once, however often a row is handed out; effects over
HTTP happen at least once, under the row's id. PostgreSQL is the truth: a worker killed or a queue flushed loses
nothing, because an unfinished row is handed out again when its lease ends.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import Index, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database, actor_of
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.many_rows import put
from suxin.kernel.playing import go_on_in_sandbox
from suxin.kernel.refusals import Refusal
from suxin.kernel.sandbox_clocks import held_ahead, machine_time
from suxin.kernel.tables import Privilege, Table

LEASE: Final = timedelta(seconds=8)
MAX_ATTEMPTS: Final = 12
CLAIM_LIMIT: Final = 200
WAKE_CHANNEL: Final = "suxin_outbox"
PRUNE_LIMIT: Final = 1_000
_FIRST_BACKOFF: Final = timedelta(seconds=2)
_LONGEST_BACKOFF: Final = timedelta(hours=1)
# The database's own clock measures how long the transaction took; no fact of the domain depends on it.
_ELAPSED_MS: Final = text(
    "(extract(epoch from clock_timestamp() - transaction_timestamp()) * 1000)::bigint"
)


class OutboxRow(Table):
    """One event or job on its way. ``topic`` names it in the past tense or as a duty due at ``not_before``.

    Its times are the machine's. One of a sandbox says so: it is done as of that sandbox's clock, and comes sooner when the
    clock is moved.
    """

    __tablename__ = "outbox"
    __doorway__: ClassVar[str | None] = "handed out across tenants; requests may only add to it"
    __privileges__: ClassVar[tuple[Privilege, ...]] = ("INSERT",)
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "not_before",
            "id",
            postgresql_where=text("done_at is null and failed_at is null"),
        ),
        Index(
            "ix_outbox_of_sandboxes",
            "sandbox_id",
            postgresql_where=text(
                "sandbox_id is not null and done_at is null and failed_at is null"
            ),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID | None]
    sandbox_id: Mapped[UUID | None]
    topic: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int]
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    took_ms: Mapped[int | None]
    error: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Job:
    """A row in the hands of its handler."""

    id: UUID
    topic: str
    payload: dict[str, Any]
    tenant_id: UUID | None
    now: datetime

    def uuid(self, name: str) -> UUID:
        """Return an id out of the payload."""
        return UUID(self.payload[name])


class TopicUnknown(Exception):
    """No handler knows the topic of a row: a newer release posted it, or a handler is missing."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"no handler for the topic {topic}")


class JobRefused(Exception):
    """A handler's command refused; nothing it did stands."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.code}: {refusal.en_message}")


Handler = Callable[[AsyncSession, Job], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row handed out, with the number of this attempt."""

    id: UUID
    attempts: int


async def post(
    session: AsyncSession,
    topic: str,
    payload: Mapping[str, object],
    *,
    now: datetime,
    tenant_id: UUID | None = None,
    not_before: datetime | None = None,
    wake: bool = False,
    world: UUID | None = None,
    by_machine: bool = False,
) -> UUID:
    """Add an event or a timed job to the outbox in this transaction; return its id.

    ``wake`` notifies the relay at commit, for effects whose latency a person feels; the rest waits for its sweep.
    ``not_before`` is told by the clock of the sandbox that the session's actor is confined to, if he is, or that a job of the
    whole city posts for (``world``); ``by_machine`` says that it is the platform's own affair and goes by no sandbox's.
    """
    posted_at = machine_time(session, now)
    sandbox_id = None if by_machine else world or actor_of(session).sandbox_id
    due = not_before or posted_at
    if sandbox_id is not None and not_before is not None:
        due = not_before - await held_ahead(session, sandbox_id)
    row = row_of(topic, payload, posted_at, due, tenant_id=tenant_id, sandbox_id=sandbox_id)
    session.add(row)
    if wake:
        await session.flush()
        await _wake(session)
    return row.id


async def post_all(
    session: AsyncSession, topic: str, payloads: Sequence[Mapping[str, object]], *, now: datetime
) -> None:
    """Add a job for each payload by one statement, and wake the relay at commit, as ``post`` does for one."""
    if not payloads:
        return
    at, sandbox_id = machine_time(session, now), actor_of(session).sandbox_id
    rows = [row_of(topic, one, at, at, tenant_id=None, sandbox_id=sandbox_id) for one in payloads]
    await put(session, OutboxRow, rows)
    await _wake(session)


def row_of(
    topic: str,
    payload: Mapping[str, object],
    posted_at: datetime,
    due: datetime,
    *,
    tenant_id: UUID | None,
    sandbox_id: UUID | None,
) -> OutboxRow:
    """Return the row of an event or a job, for whoever writes it down himself; both times are the machine's."""
    return OutboxRow(
        id=new_id(),
        tenant_id=tenant_id,
        sandbox_id=sandbox_id,
        topic=topic,
        payload={
            name: str(value) if isinstance(value, UUID) else value
            for name, value in payload.items()
        },
        created_at=posted_at,
        not_before=due,
        sent_at=None,
        attempts=0,
        done_at=None,
        failed_at=None,
        took_ms=None,
        error=None,
    )


async def _wake(session: AsyncSession) -> None:
    await session.execute(select(func.pg_notify(WAKE_CHANNEL, "")))


async def hasten(session: AsyncSession, *, sandbox_id: UUID, by: timedelta) -> int:
    """Let what waits in a sandbox come sooner, as its clock has been moved by that much; return of how many rows.

    The clock is locked, so that nobody sets a timer meanwhile.
    """
    async with doorway(session):
        moved = await session.execute(
            update(OutboxRow)
            .where(
                OutboxRow.sandbox_id == sandbox_id,
                OutboxRow.done_at.is_(None),
                OutboxRow.failed_at.is_(None),
            )
            .values(not_before=OutboxRow.not_before - by)
            .returning(OutboxRow.id)
            .execution_options(synchronize_session=False)
        )
        rows = len(moved.all())
    await _wake(session)
    return rows


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
