"""Single steps: statements that each stand alone at a doorway, compiled once and sent in one round trip.

They are for what shows who asks, before the work begins: a look-up, or one write that is right whatever follows. Each is
committed by itself and nothing is taken back by a refusal. They pass over the session, whose share of so short a
statement is several times the database's own.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import asyncpg
import msgspec
from sqlalchemy import ClauseElement, Dialect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from suxin.kernel.readers import DOORWAY_ROLE

WAIT_S: Final = 10
"""How long a step waits for a connection to be free."""


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


_DIALECT: Final[Dialect] = PGDialect_asyncpg(json_serializer=_json)  # type: ignore[no-untyped-call] # SQLAlchemy's constructor has no types

Processor = Callable[[Any], Any]


def result_processor(kind: TypeEngine[Any]) -> Processor | None:
    """Return what makes a column's Python value of what the driver reads, where that is not the value itself."""
    return kind._cached_result_processor(_DIALECT, None)  # noqa: SLF001 - how SQLAlchemy's own executions read them


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as it is sent: what SQLAlchemy would work out at each execution."""

    sql: str
    fixed: Mapping[str, Any]
    order: Sequence[tuple[str, Processor | None]]
    """The names at the places $1, $2, …, and what makes of each value what the driver takes."""

    results: Sequence[Processor | None]

    @classmethod
    def of(cls, statement: ClauseElement) -> Self:
        compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        if not isinstance(compiled, SQLCompiler):
            message = "a step is a statement over rows"
            raise TypeError(message)
        processors: Mapping[str, Any] = compiled._bind_processors  # noqa: SLF001 - how its own executions read them
        return cls(
            sql=compiled.string,
            fixed=dict(compiled.params),
            order=[(name, processors.get(name)) for name in compiled.positiontup or ()],
            results=[result_processor(column.type) for column in compiled._result_columns],  # noqa: SLF001 - as above
        )


class SingleStep:
    """One statement with named parameters (``bindparam``), compiled once, when it is first sent."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement

    @cached_property
    def _compiled(self) -> _Compiled:
        # Not where it is declared: all of them together are a twentieth of what a web process takes to load.
        return _Compiled.of(self._statement)

    @property
    def sql(self) -> str:
        """The statement's text, with places for its parameters."""
        return self._compiled.sql

    def arguments(self, given: dict[str, Any]) -> list[Any]:
        """Return the values for the statement's places."""
        compiled = self._compiled
        values = {**compiled.fixed, **given}
        return [
            values[name] if process is None else process(values[name])
            for name, process in compiled.order
        ]

    def read(self, record: asyncpg.Record) -> tuple[Any, ...]:
        """Return a row as SQLAlchemy's types read it."""
        return tuple(
            value if process is None else process(value)
            for value, process in zip(record, self._compiled.results, strict=True)
        )


class SingleSteps:
    """Connections that are at the doorways from their start, opened as they are needed and kept."""

    def __init__(self, url: str, *, most: int) -> None:
        self._url = url
        self._turns = asyncio.Semaphore(most)
        self._free: list[asyncpg.Connection] = []
        self._closed = False

    async def row(self, step: SingleStep, **given: object) -> tuple[Any, ...] | None:
        """Carry out a step and return the first row it gives, if any."""
        arguments = step.arguments(given)
        await self._take_turn()
        connection: asyncpg.Connection | None = None
        try:
            connection = self._kept() or await self._opened()
            record = await connection.fetchrow(step.sql, *arguments)
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            # As from every other statement; what was given is people's data and stays out of its text.
            raise DBAPIError(step.sql, None, error, hide_parameters=True) from error
        except BaseException:
            # Whoever leaves in the middle leaves an answer behind that nobody may take for his own.
            if connection is not None:
                connection.terminate()
            raise
        finally:
            self._give_back(connection)
        return None if record is None else step.read(record)

    async def close(self) -> None:
        """Close the connections; one that is in use is closed when its step is done."""
        self._closed = True
        free, self._free = self._free, []
        for connection in free:
            await connection.close()

    async def _take_turn(self) -> None:
        if not self._turns.locked():
            await self._turns.acquire()
            return
        try:
            async with asyncio.timeout(WAIT_S):
                await self._turns.acquire()
        except TimeoutError:
            message = f"no connection was free within {WAIT_S} s"
            raise PoolTimeout(message) from None

    def _kept(self) -> asyncpg.Connection | None:
        """Return a free connection that the server has not closed meanwhile."""
        while self._free:
            connection = self._free.pop()
            if not connection.is_closed():
                return connection
        return None

    def _give_back(self, connection: asyncpg.Connection | None) -> None:
        # Nothing is left behind by statements that stand alone, so there is nothing to reset.
        self._turns.release()
        if connection is None or connection.is_closed():
            return
        if self._closed:
            connection.terminate()
        else:
            self._free.append(connection)

    async def _opened(self) -> asyncpg.Connection:
        try:
            connection = await asyncpg.connect(
                self._url,
                timeout=WAIT_S,
                server_settings={"application_name": "suxin", "jit": "off", "role": DOORWAY_ROLE},
            )
        except TimeoutError:
            message = f"no connection was opened within {WAIT_S} s"
            raise PoolTimeout(message) from None
        try:
            # JSON is read as the sessions' connections read it; it is written as text by the types themselves.
            await connection.set_type_codec(
                "jsonb",
                schema="pg_catalog",
                encoder=str,
                decoder=msgspec.json.decode,
                format="text",
            )
        except BaseException:
            connection.terminate()
            raise
        return connection
