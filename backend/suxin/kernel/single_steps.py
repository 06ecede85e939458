"""Single steps: statements that each stand alone at a doorway, compiled once and sent in one round trip.

They are for what shows who asks, before the work begins: a look-up, or one write that is right whatever follows. Each is
committed by itself and nothing is taken back by a refusal. They pass over the session, whose share of so short a
statement is several times the database's own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self, TypeAlias, TypeVar

import asyncpg
import msgspec
from sqlalchemy import ClauseElement, Dialect, SQLColumnExpression
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from suxin.kernel.driver_pool import DriverPool
from suxin.kernel.readers import DOORWAY_ROLE

Kind = TypeVar("Kind")
Term: TypeAlias = Kind | SQLColumnExpression[Kind]
"""A value, or what stands for it in the statement that it goes into: a parameter, a column. So a condition is written once, for one row and for many."""


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
        compiled = _Compiled.of(self._statement)
        # What it was made of is many times what is sent.
        del self._statement
        return compiled

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
