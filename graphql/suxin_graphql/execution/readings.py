"""Readings: what a resolver of stored data returns instead of rows."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin_graphql.cursors import Ordering
from suxin_graphql.execution.records import Record
from suxin_graphql.execution.statements import Statement


@dataclass(frozen=True, slots=True)
class Named:
    """One thing, by the key of its type's source."""

    type: type[Record]
    id: UUID
    missing: Refusal


@dataclass(frozen=True, slots=True)
class OneOf:
    """A thing by its key; the refusal when there is none."""

    wanted: Named


@dataclass(frozen=True, slots=True)
class EachOf:
    """Several things by their keys, in the order asked; a refusal stands where there is none."""

    wanted: Sequence[Named | Refusal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a statement, whose own order gives way to ``ordering``.

    ``joined`` names the relations to one whose tables the statement joins already, so that they are read with it. ``bare``
    is the statement of the type's own source that finds the very same rows without those tables: it is read where nothing of
    them is asked for.
    """

    type: type[Record]
    statement: Statement
    ordering: Ordering
    first: int
    after: str | None
    joined: frozenset[str] = frozenset()
    bare: Statement | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query of the core answers, read in its turn."""

    query: Callable[[AsyncSession], Awaitable[Any]]


Reading = OneOf | EachOf | Page | Answer
