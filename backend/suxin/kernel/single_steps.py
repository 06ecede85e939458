"""Single steps: statements that each stand alone at a doorway, compiled once and sent in one round trip.

They are for what shows who asks, before the work begins: a look-up, or one write that is right whatever follows. Each is
committed by itself and nothing is taken back by a refusal. They pass over the session, whose share of so short a
statement is several times the database's own.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import asyncpg
import msgspec
from sqlalchemy import ClauseElement, Dialect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from suxin.kernel.driver_pool import DriverPool
from suxin.kernel.readers import DOORWAY_ROLE


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
        values = {**self._fixed, **given}
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
    """Connections that are at the doorways from their start."""

    def __init__(self, url: str, *, most: int) -> None:
        self._pool = DriverPool(url, asyncpg.Connection, {"role": DOORWAY_ROLE}, most=most)

    async def row(self, step: SingleStep, **given: object) -> tuple[Any, ...] | None:
        """Carry out a step and return the first row it gives, if any.

        :raises DBAPIError: if it fails
        """
        arguments = step.arguments(given)
        record = await self._pool.use(
            step.sql, lambda connection: connection.fetchrow(step.sql, *arguments)
        )
        return None if record is None else step.read(record)

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()
