"""Plans: which columns a selection needs, how a row becomes an object, and which relations are read after it.

An object is a record where graphql-core walks through the answer, and what the JSON holds where the operation is
compiled. Both kinds of plan say the same of it: how it is made of a row, which of its columns a relation is found by,
and how the value of a relation is put in its place.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeVar

import strawberry
from typing_extensions import override

from suxin.kernel.single_steps import Processor, result_processor
from suxin_graphql.context import Context
from suxin_graphql.execution.arguments import Arguments
from suxin_graphql.execution.completion import Complete, Form
from suxin_graphql.execution.nesting import Nested
from suxin_graphql.execution.records import (
    Column,
    Record,
    Relation,
    Told,
    ToldPage,
    ToOne,
    shape_of,
)
from suxin_graphql.execution.selection import Selected, Selections, Wanted, fields_of
from suxin_graphql.execution.statements import CompiledStatements

Kept = TypeVar("Kept")
Row = Sequence[Any]

_NOTHING: Final[frozenset[str]] = frozenset()


class Columns:
    """The columns of one statement, each once; its rows may all belong to one object by the column ``tied``.

    They are ``admitted`` where the statement is that of their type's source, so that each of them is an object of it.
    """

    def __init__(self, tied: object = None, *, admitted: bool = False) -> None:
        self._tied = tied
        self.admitted = admitted
        self.mark = object()
        """What tells these columns from all others, for whoever remembers them longer than the document they belong to."""

        self.expressions: list[Any] = []
        self.nested = False
        self.shared: list[Nested] = []
        self._places: dict[int, int] = {}

    def nest(self, nested: Nested) -> int:
        """Return where in the row the rows of a relation will stand."""
        self.nested = True
        self.expressions.append(nested)
        return len(self.expressions) - 1

    def is_tied(self, needed: Sequence[tuple[str, object]]) -> bool:
        """Tell whether a relation that needs these columns is found by what is the same in all rows."""
        return bool(needed) and all(one is self._tied for _, one in needed)

    def share(self, nested: Nested) -> int:
        """Return where in the row a row will stand that all rows of a page find by the key that they have in common."""
        self.shared.append(nested)
        return -len(self.shared)

    def place(self, expression: Any) -> int:  # noqa: ANN401 - any SQL expression
        """Return where in the row the expression's value will stand."""
        key = hash(expression)
        if key not in self._places:
            self._places[key] = len(self.expressions)
            self.expressions.append(expression)
        return self._places[key]

    def processor(self, place: int) -> Processor | None:
        """Return what makes a value of what the driver reads there, where that is not the value itself."""
        return result_processor(self.expressions[place].type)


@dataclass(frozen=True, slots=True)
class Later:
    """A relation that is made for all objects of a level at once, after their own rows.

    It is read then, unless its rows came with theirs: in column ``place``, as ``nested`` says.
    """

    key: str
    relation: Relation
    wanted: Wanted
    form: Form | None = None
    complete: Complete | None = None
    nested: Nested | None = None
    place: int = -1

    @property
    def selected(self) -> Selected:
        """What is asked of its value."""
        return Selected(self.wanted.selections, self.form)


class Plan(ABC):
    """What is read of objects of one type under one selection.

    ``joined`` are relations that come with the same row, ``relations`` those that are read after it. ``weight`` is what
    one object costs beside its row and its relations.
    """

    def __init__(self, cls: type[Record]) -> None:
        self.type = cls
        self.weight = 0
        self.joined: list[tuple[str, Plan]] = []
        self.relations: list[Later] = []

    @cached_property
    def flat_weight(self) -> int | None:
        """What one object costs with all that comes with it; None where more is made after its row."""
        inner = [plan.flat_weight for _, plan in self.joined]
        if self.relations or None in inner:
            return None
        return self.weight + len(inner) + sum(one for one in inner if one is not None)

    @cached_property
    def complete(self) -> bool:
        """Whether the rows of everything beneath come with the objects' own."""
        return all(inner.complete for _, inner in self.joined) and all(
            later.nested is not None and later.nested.plan.complete for later in self.relations
        )

    @abstractmethod
    def made(self, row: Row, context: Context) -> Any:  # noqa: ANN401 - a record, or what the JSON holds of it
        """Return the object of a row."""

    def each(self, rows: Sequence[Row], context: Context) -> list[Any]:
        """Return the objects of several rows."""
        return [self.made(row, context) for row in rows]

    @abstractmethod
    def own(self, name: str, rows: Sequence[Row], made: Sequence[Any]) -> list[Any]:
        """Return the values of a column that a relation is found by."""

    @abstractmethod
    def inner(self, key: str, made: Any) -> Any:  # noqa: ANN401 - as in made
        """Return the object that came with the same row."""

    @abstractmethod
    def put(self, later: Later, made: Any, value: Any) -> None:  # noqa: ANN401 - as in made
        """Put the value of a relation in its place."""

    def put_each(self, later: Later, made: Sequence[Any], values: Sequence[Any]) -> None:
        """Put the values of a relation in their places, one for each object."""
        for one, value in zip(made, values, strict=True):
            self.put(later, one, value)

    def records(self, rows: Sequence[Row], made: Sequence[Any], context: Context) -> Sequence[Any]:  # noqa: ARG002 - the other kind of plan makes them of the rows
        """Return the records of the objects, for queries of the core that tell of them."""
        return made


@dataclass(slots=True)
class _Value:
    name: str
    place: int
    column: Column | None


class RecordPlan(Plan):
    """A plan whose objects are records."""

    def __init__(self, cls: type[Record]) -> None:
        super().__init__(cls)
        self.values: list[_Value] = []

    @override
    def made(self, row: Row, context: Context) -> Record:
        values = {
            one.name: row[one.place]
            if one.column is None
            else one.column.value(row[one.place], context)
            for one in self.values
        }
        made = self.type.given(**values)
        made.__dict__["read"] = {key: plan.made(row, context) for key, plan in self.joined}
        return made

    @override
    def own(self, name: str, rows: Sequence[Row], made: Sequence[Any]) -> list[Any]:
        return [record.__dict__[f"_{name}"] for record in made]

    @override
    def inner(self, key: str, made: Any) -> Any:
        return made.__dict__["read"][key]

    @override
    def put(self, later: Later, made: Any, value: Any) -> None:
        made.__dict__["read"][later.key] = value


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes plans against one schema, and keeps those that its holder will ask for again.

    One that keeps them also has a place for its statements in compiled form, and the arguments for which it is kept.
    """

    schema: strawberry.Schema
    compiled: CompiledStatements | None = None
    arguments: Arguments | None = None
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
    ) -> RecordPlan:
        """Return the plan of a selection, adding its columns to the statement's."""
        places = columns or Columns()
        plan = RecordPlan(cls)
        for key, wanted, found in asked_of(cls, selections, self.schema):
            plan.weight += shape_of(cls).weights.get(wanted.name, 0)
            if isinstance(found, Column):
                place = places.place(found.expression)
                plan.values.append(_Value(found.name, place, found if found.convert else None))
            elif isinstance(found, ToOne) and wanted.name in joined:
                inner = self.plan(found.target(), wanted.selections, places)
                plan.joined.append((key, inner))
            else:
                plan.relations.append(Later(key, found, wanted))
                plan.values += [
                    _Value(f"_{name}", places.place(expression), None)
                    for name, expression in needs(found, cls)
                ]
        return plan


def asked_of(
    cls: type[Record], selections: Selections, schema: strawberry.Schema
) -> Iterator[tuple[str, Wanted, Column | Relation]]:
    """Tell which columns and relations of a type are asked for, by their response keys."""
    shape = shape_of(cls)
    for key, wanted in fields_of(selections, cls, schema).items():
        found = shape.columns.get(wanted.name) or shape.relations.get(wanted.name)
        if found is not None:
            yield key, wanted, found


def needs(relation: Relation, cls: type[Record]) -> list[tuple[str, Any]]:
    """Return the columns of a type's row that a relation is found by, with their names."""
    if isinstance(relation, ToldPage) or cls.__model__ is None:
        return []
    names = relation.needs if isinstance(relation, Told) else (relation.own,)
    return [(name, getattr(cls.__model__, name)) for name in names]
