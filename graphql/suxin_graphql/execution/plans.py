"""Plans: which columns a selection needs, how a row becomes a record, and which relations are read after it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import strawberry

from suxin_graphql.context import Context
from suxin_graphql.execution.records import (
    Column,
    Record,
    Relation,
    Told,
    ToldPage,
    ToOne,
    shape_of,
)
from suxin_graphql.execution.selection import Selections, Wanted, fields_of

Kept = TypeVar("Kept")

_NOTHING: Final[frozenset[str]] = frozenset()


class Columns:
    """The columns of one statement, each once."""

    def __init__(self) -> None:
        self.expressions: list[Any] = []
        self._places: dict[int, int] = {}

    def place(self, expression: Any) -> int:  # noqa: ANN401 - any SQL expression
        """Return where in the row the expression's value will stand."""
        key = hash(expression)
        if key not in self._places:
            self._places[key] = len(self.expressions)
            self.expressions.append(expression)
        return self._places[key]


@dataclass(slots=True)
class Plan:
    """What is read of objects of one type under one selection.

    ``joined`` are relations that come with the same row, ``relations`` those read for all records of a level at once.
    ``weight`` is what one record costs beside its row and its relations.
    """

    type: type[Record]
    values: list[tuple[str, int, Column | None]] = field(default_factory=list)
    joined: list[tuple[str, "Plan"]] = field(default_factory=list)
    relations: list[tuple[str, Relation, Wanted]] = field(default_factory=list)
    weight: int = 0

    def record(self, row: Sequence[Any], context: Context) -> Record:
        """Return the record of a row."""
        values = {
            name: row[place] if column is None else column.value(row[place], context)
            for name, place, column in self.values
        }
        made = self.type.given(**values)
        made.__dict__["read"] = {key: plan.record(row, context) for key, plan in self.joined}
        return made


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes plans against one schema, and keeps those that its holder will ask for again."""

    schema: strawberry.Schema
    kept: dict[object, Any] = field(default_factory=dict)

    def keep(self, key: tuple[object, Selections], make: Callable[[], Kept]) -> Kept:
        """Return what was made for a selection before, or make it now; the key is told by which object it is."""
        name, selections = key
        # The selections are kept beside it, so that no other object can come to have their identity.
        place = (name, id(selections))
        if place not in self.kept:
            self.kept[place] = (make(), selections)
        found: Kept = self.kept[place][0]
        return found

    def plan(
        self,
        cls: type[Record],
        selections: Selections,
        columns: Columns | None = None,
        joined: frozenset[str] = _NOTHING,
    ) -> Plan:
        """Return the plan of a selection, adding its columns to the statement's."""
        places = columns or Columns()
        shape, plan = shape_of(cls), Plan(cls)
        for key, wanted in fields_of(selections, cls, self.schema).items():
            relation = shape.relations.get(wanted.name)
            plan.weight += shape.weights.get(wanted.name, 0)
            if wanted.name in shape.columns:
                _add_value(plan, shape.columns[wanted.name], places)
            elif isinstance(relation, ToOne) and wanted.name in joined:
                inner = self.plan(relation.target(), wanted.selections, places)
                plan.joined.append((key, inner))
            elif relation is not None:
                plan.relations.append((key, relation, wanted))
                _add_needs(plan, relation, cls, places.place)
        return plan


def _add_value(plan: Plan, column: Column, places: Columns) -> None:
    place = places.place(column.expression)
    plan.values.append((column.name, place, column if column.convert else None))


def _add_needs(
    plan: Plan, relation: Relation, cls: type[Record], place: Callable[[Any], int]
) -> None:
    if isinstance(relation, ToldPage) or cls.__model__ is None:
        return
    needs = relation.needs if isinstance(relation, Told) else (relation.own,)
    for name in needs:
        plan.values.append((f"_{name}", place(getattr(cls.__model__, name)), None))
