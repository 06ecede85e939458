"""Single steps: statements that each stand alone at a doorway, compiled once and sent in one round trip.

They are for what shows who asks, before the work begins: a look-up, or one write that is right whatever follows. Each is
committed by itself and nothing is taken back by a refusal. They pass over the session, whose share of so short a
statement is several times the database's own.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

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


class SingleStep:
    """One statement with named parameters (``bindparam``), compiled when it is declared."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        if not isinstance(compiled, SQLCompiler):
            message = "a step is a statement over rows"
            raise TypeError(message)
        self.sql: Final = compiled.string
        self._fixed = dict(compiled.params)
        # What SQLAlchemy would do at each execution, in the order of the places $1, $2, …
        processors: Mapping[str, Any] = compiled._bind_processors  # noqa: SLF001 - how its own executions read them
        self._order: list[tuple[str, Processor | None]] = [
            (name, processors.get(name)) for name in compiled.positiontup or ()
        ]
        self._results = [result_processor(column.type) for column in compiled._result_columns]  # noqa: SLF001 - as above

    def arguments(self, given: dict[str, Any]) -> list[Any]:
        """Return the values for the statement's places."""
        values = self._fixed | given
        return [
            values[name] if process is None else process(values[name])
            for name, process in self._order
        ]

    def read(self, record: asyncpg.Record) -> tuple[Any, ...]:
        """Return a row as SQLAlchemy's types read it."""
        return tuple(
            value if process is None else process(value)
            for value, process in zip(record, self._results, strict=True)
        )


class SingleSteps:
    """A pool of connections that are at the doorways from their start."""

    def __init__(self, url: str, *, most: int) -> None:
        self._url = url
        self._most = most
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def row(self, step: SingleStep, **given: object) -> tuple[Any, ...] | None:
        """Carry out a step and return the first row it gives, if any."""
        pool = self._pool or await self._opened()
        try:
            async with pool.acquire(timeout=WAIT_S) as connection:
                record = await connection.fetchrow(step.sql, *step.arguments(given))
        except TimeoutError:
            message = f"no connection was free within {WAIT_S} s"
            raise PoolTimeout(message) from None
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            # As from every other statement; what was given is people's data and stays out of its text.
            raise DBAPIError(step.sql, None, error, hide_parameters=True) from error
        return None if record is None else step.read(record)

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            await self._pool.close()

    async def _opened(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=0,
                    max_size=self._most,
                    server_settings={
                        "application_name": "suxin",
                        "jit": "off",
                        "role": DOORWAY_ROLE,
                    },
                    # Nothing is left behind by statements that stand alone, so there is nothing to reset.
                    reset=_leave,
                    init=_read_json,
                )
        return self._pool


async def _leave(_: asyncpg.Connection) -> None:
    """Give a connection back as it is."""


async def _read_json(connection: asyncpg.Connection) -> None:
    """Have JSON read as the sessions' connections read it; it is written as text by the types themselves."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=str, decoder=msgspec.json.decode, format="text"
    )
