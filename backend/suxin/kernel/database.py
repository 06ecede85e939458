"""The one place that begins and ends transactions, and gives each its row context.

A write is one transaction, committed before its answer is built; a read is one READ ONLY, REPEATABLE READ snapshot.
The actor's tenant, subject and purposes are set transaction-locally in the first statement, so that a pooled
connection never carries them to another caller. What was read about subjects is noted on the session while it is read
and committed as receipts when the snapshot closes, before the edge sends its answer.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import event, text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import QueuePool

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.announcements import Announcements
from suxin.kernel.audit import borrowing, write_receipts
from suxin.kernel.doorways import add_outside
from suxin.kernel.driver_pool import ROWS_IN_ROWS
from suxin.kernel.lone_readings import LoneReadings
from suxin.kernel.refusals import Refusal
from suxin.kernel.row_context import begin_reading, row_context, set_context
from suxin.kernel.sandbox_clocks import machine_time
from suxin.kernel.short_transactions import ShortTransactions
from suxin.kernel.single_steps import SingleStep, SingleSteps
from suxin.kernel.snapshots import OpenSnapshot, open_snapshot

MAX_ATTEMPTS: Final = 3
SERIALIZATION_FAILURE: Final = "40001"
DEADLOCK_DETECTED: Final = "40P01"
UNIQUE_VIOLATION: Final = "23505"
_RETRYABLE: Final = frozenset({SERIALIZATION_FAILURE, DEADLOCK_DETECTED, UNIQUE_VIOLATION})

SHORT_CONNECTIONS: Final = 4
"""How many short transactions of one kind a process carries out at once."""

_LEFT_BY_READING: Final = ("receipts", "settling")

Result = TypeVar("Result")


class RoleUnsafe(Exception):
    """The connection's role could step around row-level security; the server must not start."""


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _refuse_closed(connection: DBAPIConnection, *_: object) -> None:
    """Make the pool open a connection anew that its server closed while it waited.

    A ping would say the same after three round trips, and at every use.
    """
    driver: asyncpg.Connection = connection.driver_connection
    if driver.is_closed():
        raise DisconnectionError


def _learn_rows_in_rows(connection: AsyncAdapt_asyncpg_connection, *_: object) -> None:
    connection.run_async(lambda driver: driver.prepare(ROWS_IN_ROWS))


def _engine(url: str, **options: object) -> AsyncEngine:
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_timeout=10,
        # An error's text goes to the log, and parameters are people's data.
        hide_parameters=True,
        json_serializer=_json,
        json_deserializer=msgspec.json.decode,
        connect_args={"server_settings": {"application_name": "suxin", "jit": "off"}},
        **options,
    )
    event.listen(engine.sync_engine, "connect", _learn_rows_in_rows)
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


class Database:
    """Transactions and snapshots under the application role."""

    def __init__(
        self,
        url: str,
        engine: AsyncEngine,
        steps: SingleSteps,
        lone: LoneReadings,
        announcements: Announcements,
    ) -> None:
        self._url = url
        self._engine = engine
        self.steps: Final = steps
        self._lone = lone
        self.announcements: Final = announcements

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 10, max_overflow: int = 10) -> "Database":
        """Return a database over a pool of connections to ``url`` (``postgresql://…``).

        A second pool of the same size opens a connection when a single step through a doorway first needs one, a third
        of ``pool_size`` where a statement is read alone; one more connection listens to announcements once somebody does.
        """
        return cls(
            url,
            _engine(url, pool_size=pool_size, max_overflow=max_overflow),
            SingleSteps(url, most=pool_size + max_overflow),
            LoneReadings(url, most=pool_size),
            Announcements(url),
        )

    async def close(self) -> None:
        """Close every pooled connection, and the one that listens."""
        await self.announcements.close()
        await self._engine.dispose()
        await self.steps.close()
        await self._lone.close()

    @asynccontextmanager
    async def transaction(self, actor: Actor, *, now: datetime) -> AsyncIterator[AsyncSession]:
        """Open a read-write transaction for the actor; commit at the end, roll back on any exception.

        The few refusals that must be remembered (``Refusal.commits``) commit what came before them.
        """
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            await enter(session, actor, now)
            try:
                yield session
            except Refusal as refusal:
                if refusal.commits:
                    await session.flush()
                    await write_receipts(session, actor_of(session), now)
                    await session.commit()
                raise
            await settle(session)
            await session.commit()

    @asynccontextmanager
    async def snapshot(self, actor: Actor, *, now: datetime) -> AsyncIterator[AsyncSession]:
        """Open a read-only snapshot for the actor and read it through a session; see ``reading``."""
        async with self.reading(actor, now=now) as snapshot:
            yield snapshot.session()

    @asynccontextmanager
    async def reading(self, actor: Actor, *, now: datetime) -> AsyncIterator[OpenSnapshot]:
        """Open a read-only snapshot for the actor; close it, then commit the receipts of what was read.

        Render the answer inside the block and send it after the block, so that no byte leaves unrecorded. What a reading
        uses up (``before_answer``) is used up with its receipts, and may refuse it.
        """
        context = row_context(actor, _aware(now))
        info = {**_begun(actor, now), "context": context}
        async with open_snapshot(self._engine, begin_reading(context), info) as snapshot:
            yield snapshot
            read = snapshot.opened_session
            if read is None:
                # Only what goes through a session leaves anything behind.
                return
            reader = actor_of(read)
            left = {name: list(read.info[name]) for name in _LEFT_BY_READING}
        if any(left.values()):
            async with AsyncSession(self._engine, expire_on_commit=False) as session:
                await enter(session, reader, now)
                session.info.update(left)
                await settle(session)
                await session.commit()

    async def read_alone(
        self, actor: Actor, statement: SingleStep, given: dict[str, Any], *, now: datetime
    ) -> Sequence[asyncpg.Record]:
        """Return what one statement finds for the actor, where nothing else is read with it and no receipt is due.

        ``given`` are the values of its named parameters.
        """
        return await self._lone.rows(statement, row_context(actor, _aware(now)), given)

    async def run(
        self,
        actor: Actor,
        work: Callable[[AsyncSession], Awaitable[Result]],
        *,
        now: datetime,
    ) -> Result:
        """Carry out ``work`` in one transaction, again from the start when the database asks for it.

        Only a serialization failure, a deadlock and a key conflict are tried again, three times at most.
        """
        attempt = 1
        while True:
            try:
                async with self.transaction(actor, now=now) as session:
                    return await work(session)
            except DBAPIError as error:
                if attempt >= MAX_ATTEMPTS or sqlstate(error) not in _RETRYABLE:
                    raise
                attempt += 1

    def short_transactions(self, steps: Sequence[SingleStep]) -> ShortTransactions:
        """Return connections of their own for short transactions of these steps; whoever asks for them closes them."""
        return ShortTransactions(self._url, steps, most=SHORT_CONNECTIONS)

    async def require_safe_role(self) -> None:
        """Check that the role of this connection cannot step around row-level security.

        :raises RoleUnsafe: if it is a superuser, bypasses row-level security, owns a table or inherits the doorway
        """
        async with self._engine.connect() as connection:
            await _require_safe_role(connection)

    @property
    def connections_in_use(self) -> int:
        """How many pooled connections are checked out now, for the metrics."""
        pool = self._engine.pool
        return (pool.checkedout() if isinstance(pool, QueuePool) else 0) + self._lone.in_use


async def enter(session: AsyncSession, actor: Actor, now: datetime) -> None:
    """Begin what an actor does in a session's transaction: it knows him, and its rows are his."""
    session.info.update(_begun(actor, _aware(now)))
    await set_context(session, row_context(actor, now))


def _aware(now: datetime) -> datetime:
    if now.tzinfo is None:
        message = "now must be an aware datetime"
        raise ValueError(message)
    return now


def _begun(actor: Actor, now: datetime) -> dict[str, object]:
    """Return what a session knows of whom it was opened for, and of what it has read: nothing yet."""
    return {"actor": actor, "now": now, "receipts": [], "settling": []}


def before_answer(session: AsyncSession, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """Have ``work`` done in the transaction that commits before the reading's answer is sent.

    That is this session's own, or the one that follows a snapshot; a refusal of ``work`` refuses the reading.
    """
    session.info["settling"].append(work)


def forget_reading(session: AsyncSession) -> None:
    """Take back what a reading noted so far: of an answer that is thrown away before anybody sees it."""
    for name in _LEFT_BY_READING:
        session.info[name].clear()


async def settle(session: AsyncSession) -> None:
    """Do what must stand before the answer leaves: what the reading uses up, then its receipts."""
    for work in session.info["settling"]:
        await work(session)
    await session.flush()
    await write_receipts(session, actor_of(session), session.info["now"])


def sqlstate(error: DBAPIError) -> str | None:
    """Return PostgreSQL's five-character error code, if the driver gave one."""
    return getattr(error.orig, "sqlstate", None)


def actor_of(session: AsyncSession) -> Actor:
    """Return the actor this session was opened for."""
    actor: Actor = session.info["actor"]
    return actor


async def continue_as(session: AsyncSession, actor: Actor) -> None:
    """Go on in the same transaction as the caller whom a doorway has just shown (a log-in, a session token).

    Only from an anonymous session: an actor once known is never swapped for another.
    """
    if actor_of(session).kind is not ActorKind.ANONYMOUS:
        message = "only an anonymous session can become a known actor"
        raise RuntimeError(message)
    await session.flush()
    session.info["actor"] = actor
    await set_context(session, row_context(actor, session.info["now"]))


@asynccontextmanager
async def act_for(
    session: AsyncSession,
    *,
    reason: str,
    tenant_id: UUID | None = None,
    subject_id: UUID | None = None,
) -> AsyncIterator[None]:
    """Let the running command touch rows of another tenant or subject, inside the same transaction.

    The actor stays who he is, on record; only the row context changes, and only until the block ends. Every use is
    audited with its reason and listed by an architecture test.
    """
    actor, now = actor_of(session), session.info["now"]
    await session.flush()
    at = machine_time(session, now)
    add_outside(
        session,
        borrowing(actor, reason=reason, at=at, tenant_id=tenant_id, subject_id=subject_id),
    )
    await session.flush()
    borrowed = row_context(actor, now)
    if tenant_id is not None:
        borrowed |= {"tenant_id": str(tenant_id), "tenant_kind": "", "purposes": ""}
    if subject_id is not None:
        borrowed["subject_id"] = str(subject_id)
    outer: dict[str, str] = session.info["context"]
    await set_context(session, borrowed)
    try:
        yield
    except Exception:
        # Whoever catches this must not go on with borrowed rows. Where this fails, the transaction is lost anyway.
        with suppress(SQLAlchemyError):
            await session.flush()
            await set_context(session, outer)
        raise
    await session.flush()
    await set_context(session, outer)


async def _require_safe_role(connection: AsyncConnection) -> None:
    row = (
        await connection.execute(
            text(
                "select current_user, r.rolsuper, r.rolbypassrls,"
                " exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                "  where n.nspname = 'public' and c.relkind in ('r','p')"
                "  and pg_has_role(r.oid, c.relowner, 'MEMBER')),"
                " pg_has_role(current_user, 'suxin_doorway', 'USAGE'),"
                " pg_has_role(current_user, 'suxin_batch', 'MEMBER')"
                " from pg_roles r where r.rolname = current_user"
            )
        )
    ).one()
    name, superuser, bypasses, owns, inherits_doorway, reaches_batch = row
    reasons = {
        "is a superuser": superuser,
        "has BYPASSRLS": bypasses,
        "owns tables, or may become their owner": owns,
        "inherits suxin_doorway": inherits_doorway,
        "is a member of suxin_batch": reaches_batch,
    }
    for reason, holds in reasons.items():
        if holds:
            message = f"unsafe database role: {name} {reason}"
            raise RoleUnsafe(message)
