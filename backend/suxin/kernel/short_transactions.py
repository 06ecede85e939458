"""Short transactions: lock and read in one round trip, decide in plain Python, write and commit in a second one.

In a session each of begin, row context, locks, reading, writing and commit waits for a turn of the Python process, and others
wait for the locks meanwhile. Here the messages of the statements that give no rows go out just before the one that does, with no
Sync between them, so that the locks are held while the process is once thought of. What is read is a statement after the locks and
sees all that those who held them before have written. Where what is locked follows from what was read, a reading more is a round trip more.
"""

import struct
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar, cast
from uuid import UUID

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from suxin.kernel.driver_pool import DriverPool
from suxin.kernel.row_context import ADOPT, ADOPTED, BORROW, adopt
from suxin.kernel.single_steps import SingleStep

# Planned once: planning under row policies takes several times what carrying it out does.
_SETTINGS: Final = {"plan_cache_mode": "force_generic_plan", "timezone": "UTC"}

_BEGIN: Final = "suxin_begin"
_STEP: Final = "suxin_step_{}"
_BORROW: Final = "suxin_borrow"
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

    @property
    def steps(self) -> tuple[SingleStep, ...]:
        """All of them."""
        return (*self.locks, self.read, *self.writes)


@dataclass(frozen=True, slots=True)
class Decided(Generic[Result]):
    """What was decided about what was read: the values of what is written, none if nothing is, and the result."""

    written: Values | None
    result: Result


class ShortConnection(asyncpg.Connection):  # type: ignore[misc] # the driver has no types
    """A connection that carries out short transactions of the same steps."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - the driver's own
        super().__init__(*given, **named)
        self._ready: dict[str, PreparedStatement] = {}
        self._names: dict[SingleStep, str] = {}

    async def get_ready(self, steps: Sequence[SingleStep]) -> None:
        """Have the steps prepared, once."""
        if self._ready:
            return
        names = {step: _STEP.format(number) for number, step in enumerate(steps)}
        # The driver has the server forget what nobody holds any more.
        ready = {
            _BEGIN: await self.prepare("begin", name=_BEGIN),
            ADOPTED: await self.prepare(ADOPT, name=ADOPTED),
            _BORROW: await self.prepare(BORROW, name=_BORROW),
            _COMMIT: await self.prepare("commit", name=_COMMIT),
        }
        for step, name in names.items():
            ready[name] = await self.prepare(step.sql, name=name)
        self._ready, self._names = ready, names

    def message(self, step: SingleStep, given: Values) -> bytes:
        """Return the messages that carry out a step."""
        return _sent(self._names[step], step.arguments(dict(given)))

    async def row(self, before: bytes, step: SingleStep, given: Values) -> asyncpg.Record:
        """Return the row of a step that gives one, after what goes out before it."""
        # As with readings that stand alone: what is prepared is sent by the driver without another word before it.
        self._transport.write(before)
        (found,) = await self._ready[self._names[step]].fetch(*step.arguments(dict(given)))
        return found

    async def commit(self, before: bytes) -> None:
        """Commit, after what goes out before it."""
        if before:
            self._transport.write(before)
        await self._ready[_COMMIT].fetch()


class ShortTransaction:
    """One that is open: steps that give no rows wait, and go out with the next one that gives one, or with the commit."""

    def __init__(self, connection: ShortConnection, context: Mapping[str, str]) -> None:
        self._connection = connection
        self._waiting = [_sent(_BEGIN, ()), adopt(context)]

    def send(self, given: Values, *steps: SingleStep) -> None:
        """Have steps carried out that give no rows."""
        self._waiting += (self._connection.message(step, given) for step in steps)

    def borrow(self, subject_id: UUID | None) -> None:
        """Have what follows touch the rows of a subject, or of none again; whoever borrows writes ``audit.borrowing`` down in the same transaction.

        The actor stays who he is, as with ``database.act_for``.
        """
        self._waiting.append(_sent(_BORROW, ("" if subject_id is None else subject_id,)))

    async def read(self, given: Values, step: SingleStep) -> asyncpg.Record:
        """Return the row of a step that gives one, which sees what those before it did: a round trip."""
        return await self._connection.row(self._out(), step, given)

    async def commit(self) -> None:
        """Commit: a round trip."""
        await self._connection.commit(self._out())

    def _out(self) -> bytes:
        out, self._waiting = b"".join(self._waiting), []
        return out


class ShortTransactions:
    """Connections for short transactions of some steps, under the application's role."""

    def __init__(self, url: str, steps: Sequence[SingleStep], *, most: int) -> None:
        self._steps = steps
        self._pool = DriverPool(url, ShortConnection, _SETTINGS, most=most)

    async def carry_out(
        self,
        work: ShortWork,
        context: Mapping[str, str],
        given: Values,
        decide: Callable[[asyncpg.Record], Decided[Result]],
    ) -> Result:
        """Lock, read, decide, write and commit under a row context; what ``decide`` raises takes everything back.

        :raises DBAPIError: if a statement fails
        """

        async def done(transaction: ShortTransaction) -> Result:
            transaction.send(given, *work.locks)
            decided = decide(await transaction.read(given, work.read))
            if decided.written is not None:
                transaction.send(decided.written, *work.writes)
            return decided.result

        return await self.run(context, done)

    async def run(
        self,
        context: Mapping[str, str],
        work: Callable[[ShortTransaction], Awaitable[Result]],
    ) -> Result:
        """Carry out ``work`` in one transaction under a row context, and commit; what it raises takes everything back.

        :raises DBAPIError: if a statement fails
        """

        async def on(connection: ShortConnection) -> Result:
            try:
                await connection.get_ready(self._steps)
                transaction = ShortTransaction(connection, context)
                result = await work(transaction)
                await transaction.commit()
            except BaseException:
                # Its transaction is open, or nobody knows: the server takes back what was not committed.
                connection.terminate()
                raise
            return result

        return cast("Result", await self._pool.use("a short transaction", on))

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()


def _sent(name: str, values: Sequence[Any]) -> bytes:
    """Return the messages that carry out a prepared statement with values given as texts (PostgreSQL's protocol, Bind, Execute)."""
    parts = [b"\0" + name.encode() + b"\0" + struct.pack("!hh", 0, len(values))]
    for value in values:
        told = _text(value).encode()
        parts += (_LENGTH.pack(len(told)), told)
    parts.append(struct.pack("!h", 0))
    bind = b"".join(parts)
    return b"B" + _LENGTH.pack(4 + len(bind)) + bind + _EXECUTE


def _text(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str | int | UUID):
        return str(value)
    assert isinstance(value, Sequence)  # noqa: S101 - nothing else is given to a step here
    return "{" + ",".join(map(str, value)) + "}"
