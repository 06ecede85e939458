"""Short transactions: lock and read in one round trip, decide in plain Python, write and commit in a second one.

In a session each of begin, row context, locks, reading, writing and commit waits for a turn of the Python process, and others
wait for the locks meanwhile. Here the messages of the statements that give no rows go out just before the one that does, with no
Sync between them, so that the locks are held while the process is once thought of. What is read is a statement after the locks and
sees all that those who held them before have written.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar, cast
from uuid import UUID

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from suxin.kernel.driver_pool import DriverPool
from suxin.kernel.row_context import ADOPT, ADOPTED, adopt
from suxin.kernel.single_steps import SingleStep

# Planned once: planning under row policies takes several times what carrying it out does.
_SETTINGS: Final = {"plan_cache_mode": "force_generic_plan", "timezone": "UTC"}

_BEGIN: Final = "suxin_begin"
_LOCK: Final = "suxin_lock_{}"
_READ: Final = "suxin_read"
_WRITE: Final = "suxin_write_{}"
_COMMIT: Final = "suxin_commit"

_LENGTH: Final = struct.Struct("!i")
_EXECUTE: Final = b"E" + _LENGTH.pack(4 + 1 + 4) + b"\0" + _LENGTH.pack(0)

Result = TypeVar("Result")
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ShortWork:
    """The statements of one kind of short transaction; ``locks`` and ``writes``, in this order, give no rows, ``read`` gives one."""

    locks: tuple[SingleStep, ...]
    read: SingleStep
    writes: tuple[SingleStep, ...]


@dataclass(frozen=True, slots=True)
class Decided(Generic[Result]):
    """What was decided about what was read: the values of what is written, none if nothing is, and the result."""

    written: Values | None
    result: Result


class ShortConnection(asyncpg.Connection):  # type: ignore[misc] # the driver has no types
    """A connection that carries out short transactions of one kind."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - the driver's own
        super().__init__(*given, **named)
        self._ready: dict[str, PreparedStatement] = {}

    async def carry_out(
        self,
        work: ShortWork,
        context: Mapping[str, str],
        given: Values,
        decide: Callable[[asyncpg.Record], Decided[Result]],
    ) -> Result:
        """Carry out one transaction under a row context; leave the connection closed if anything goes wrong."""
        if not self._ready:
            await self._get_ready(work)
        # As with readings that stand alone: what is prepared is sent by the driver without another word before it.
        self._transport.write(
            _sent(_BEGIN, ()) + adopt(context) + _each_sent(_LOCK, work.locks, given)
        )
        (found,) = await self._ready[_READ].fetch(*work.read.arguments(dict(given)))
        decided = decide(found)
        if decided.written is not None:
            self._transport.write(_each_sent(_WRITE, work.writes, decided.written))
        await self._ready[_COMMIT].fetch()
        return decided.result

    async def _get_ready(self, work: ShortWork) -> None:
        # The driver has the server forget what nobody holds any more.
        self._ready = {
            _BEGIN: await self.prepare("begin", name=_BEGIN),
            ADOPTED: await self.prepare(ADOPT, name=ADOPTED),
            _READ: await self.prepare(work.read.sql, name=_READ),
            _COMMIT: await self.prepare("commit", name=_COMMIT),
        }
        for pattern, steps in ((_LOCK, work.locks), (_WRITE, work.writes)):
            for number, step in enumerate(steps):
                name = pattern.format(number)
                self._ready[name] = await self.prepare(step.sql, name=name)


class ShortTransactions:
    """Connections for short transactions of one kind, under the application's role."""

    def __init__(self, url: str, work: ShortWork, *, most: int) -> None:
        self._work = work
        self._pool = DriverPool(url, ShortConnection, _SETTINGS, most=most)

    async def carry_out(
        self,
        context: Mapping[str, str],
        given: Values,
        decide: Callable[[asyncpg.Record], Decided[Result]],
    ) -> Result:
        """Lock, read, decide, write and commit; what ``decide`` raises takes everything back.

        :raises DBAPIError: if a statement fails
        """
        work = self._work

        async def on(connection: ShortConnection) -> Result:
            try:
                return await connection.carry_out(work, context, given, decide)
            except BaseException:
                # Its transaction is open, or nobody knows: the server takes back what was not committed.
                connection.terminate()
                raise

        return cast("Result", await self._pool.use(work.read.sql, on))

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()


def _each_sent(pattern: str, steps: Sequence[SingleStep], given: Values) -> bytes:
    return b"".join(
        _sent(pattern.format(number), step.arguments(dict(given)))
        for number, step in enumerate(steps)
    )


def _sent(name: str, values: Sequence[Any]) -> bytes:
    """Return the messages that carry out a prepared statement with values given as texts (PostgreSQL's protocol, Bind, Execute)."""
    parts = [b"\0" + name.encode() + b"\0" + struct.pack("!hh", 0, len(values))]
    for value in values:
        told = _text(value).encode()
        parts += (_LENGTH.pack(len(told)), told)
    parts.append(struct.pack("!h", 0))
    bind = b"".join(parts)
    return b"B" + _LENGTH.pack(4 + len(bind)) + bind + _EXECUTE


def _text(value: str | int | UUID | Sequence[UUID]) -> str:
    if isinstance(value, str | int | UUID):
        return str(value)
    return "{" + ",".join(map(str, value)) + "}"
