"""Written plans: functions, generated once for a selection, that write down a row as what its JSON holds.

Between the driver's row and the JSON nothing is made: no mapped object, no record. A value that is not as its type says
raises ``NotPlain``, as in ``completion``.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, NoReturn

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLString,
)
from typing_extensions import override

from suxin.kernel.single_steps import Processor
from suxin_graphql.context import Context
from suxin_graphql.execution.completion import (
    MAX_INT,
    MIN_INT,
    Complete,
    Form,
)
from suxin_graphql.execution.nesting import SHARED, Nested, NestedPage
from suxin_graphql.execution.plans import Columns, Later, Plan, Row, needs
from suxin_graphql.execution.records import Bound, Column, Convert, Record, Relation, ToMany, ToOne
from suxin_graphql.execution.selection import Wanted

Made = Callable[[Row, Context], dict[str, Any]]
MadeEach = Callable[[Sequence[Row], Context], list[Any]]
Nest = Callable[[int], Nested]
"""How a relation is nested in its level, where the column that it is found by stands at a place."""

_PLAIN: Final = {
    GraphQLString: ".__class__ is str",
    GraphQLInt: f".__class__ is int and {MIN_INT} <= v <= {MAX_INT}",
    GraphQLBoolean: ".__class__ is bool",
}


_DATE_TIME: Final = "DateTime"
_TEXTS: Final = (GraphQLString, GraphQLID)


class _Known(dict[Any, Any]):
    """What the members of an enumeration, or the words of a closed list, are in the JSON, by what the driver reads."""

    def __init__(self, find: Complete) -> None:
        self._find = find

    def __missing__(self, key: Any) -> Any:  # noqa: ANN401 - whatever the driver reads, and what it is in the JSON
        self[key] = found = self._find(key)
        return found


class WrittenPlan(Plan):
    """A plan whose objects are what the JSON holds of them."""

    def __init__(self, cls: type[Record], columns: Columns) -> None:
        super().__init__(cls)
        self._columns = columns
        self._places: dict[str, int] = {}
        self._names: dict[str, Any] = {}
        self._entries: list[str] = []
        self._bound: list[str] = []
        self.function: Made = _unfinished
        self._each: MadeEach = _unfinished

    @override
    def made(self, row: Row, context: Context) -> dict[str, Any]:
        return self.function(row, context)

    @override
    def each(self, rows: Sequence[Row], context: Context) -> list[Any]:
        return self._each(rows, context)

    @override
    def own(self, name: str, rows: Sequence[Row], made: Sequence[Any]) -> list[Any]:
        place = self._places[name]
        return [row[place] for row in rows]

    @override
    def inner(self, key: str, made: Any) -> Any:
        return made[key]

    @override
    def put(self, later: Later, made: Any, value: Any) -> None:
        made[later.key] = value if later.complete is None else later.complete(value)

    @override
    def put_each(self, later: Later, made: Sequence[Any], values: Sequence[Any]) -> None:
        key, complete = later.key, later.complete
        if complete is None:
            super().put_each(later, made, values)
            return
        for one, value in zip(made, values, strict=True):
            # What was written from its row is what the JSON holds.
            one[key] = value if value.__class__ is dict else complete(value)

    @override
    def records(self, rows: Sequence[Row], made: Sequence[Any], context: Context) -> Sequence[Any]:
        places = {f"_{name}": place for name, place in self._places.items()}
        return [
            self.type.given(**{name: row[place] for name, place in places.items()}) for row in rows
        ]

    def write(self, key: str, expression: str) -> None:
        """Have a field written by an expression over ``row`` and ``context``."""
        self._entries.append(f"{key!r}: {expression}")

    def named(self, value: object) -> str:
        """Return the name under which the expressions find a value."""
        name = f"x{len(self._names)}"
        self._names[name] = value
        return name

    def column(self, key: str, column: Column, form: Form) -> None:
        """Have a column written."""
        place = self._columns.place(column.expression)
        self.write(key, self._expression(f"row[{place}]", column, form, place))

    def later(
        self,
        key: str,
        wanted: Wanted,
        relation: Relation,
        form: Form,
        nest: Nest | None = None,
    ) -> None:
        """Have a place kept for a relation whose value is made after the row; ``nest`` says how its rows come with it."""
        nested, place = self._nested(relation, nest)
        self.relations.append(Later(key, relation, wanted, form, form.complete, nested, place))
        self.write(key, "None")

    def finish(self) -> "WrittenPlan":
        """Make the functions of what is to be written: of one row, and of several."""
        written = f"{{{', '.join(self._entries)}}}"
        once = "\n    ".join(self._bound) or "pass"
        source = f"""
def made(row, context):
    {once}
    return {written}

def each(rows, context):
    {once}
    found = []
    add = found.append
    for row in rows:
        add({written})
    return found
"""
        exec(compile(source, f"<plan of {self.type.__name__}>", "exec"), self._names)  # noqa: S102 - names of the schema and numbers, nothing a caller wrote but names that GraphQL admits
        self.function, self._each = self._names["made"], self._names["each"]
        return self

    def _nested(self, relation: Relation, nest: Nest | None) -> tuple[Nested | None, int]:
        """Return how the rows of a relation come with those of its level, and where they stand in them."""
        needed = needs(relation, self.type)
        if nest is not None and isinstance(relation, ToOne) and self._columns.is_tied(needed):
            shared = nest(SHARED)
            return shared, self._columns.share(shared)
        for name, expression in needed:
            self._places[name] = self._columns.place(expression)
        if nest is None or not isinstance(relation, ToOne | ToMany):
            return None, -1
        nested = nest(self._places[relation.own])
        if isinstance(nested, NestedPage):
            nested = nested.under(self.type, self._columns)
        return nested, self._columns.nest(nested)

    def _expression(self, value: str, column: Column, form: Form, place: int) -> str:
        kind = form.type.of_type if isinstance(form.type, GraphQLNonNull) else form.type
        processor, complete = self._columns.processor(place), form.complete
        if column.convert is not None and column.words is None:
            convert = self._converted(column.convert, column.bound)
            return self._conversion(value, convert, processor, form, of_text=kind in _TEXTS)
        if column.words is not None or isinstance(kind, GraphQLEnumType):
            return f"{self.named(_Known(_processed(processor, column.words, complete)))}[{value}]"
        other = f"{self.named(_processed(processor, None, complete))}({value})"
        test = _PLAIN.get(kind) if isinstance(kind, GraphQLScalarType) else None
        if processor is not None:
            return other
        if isinstance(kind, GraphQLScalarType) and kind.name == _DATE_TIME:
            moment = self.named(datetime)
            return f"v.isoformat() if (v := {value}).__class__ is {moment} else {other}"
        return f"v if (v := {value}){test} else {other}" if test else other

    def _converted(self, convert: Convert, bound: Bound | None) -> str:
        """Return how a conversion is called, with a place for the value."""
        if bound is None:
            return f"{self.named(convert)}({{}}, context)"
        name = f"b{len(self._bound)}"
        self._bound.append(f"{name} = {self.named(bound)}(context)")
        return f"{name}({{}})"

    def _conversion(
        self, value: str, convert: str, processor: Processor | None, form: Form, *, of_text: bool
    ) -> str:
        found = value if processor is None else f"{self.named(processor)}({value})"
        converted, complete = convert.format(found), self.named(form.complete)
        if of_text:
            return f"v if (v := {converted}).__class__ is str else {complete}(v)"
        return f"{complete}({converted})"


def _unfinished(_rows: object, _context: Context) -> NoReturn:
    message = "the plan is not finished"
    raise RuntimeError(message)


def _processed(processor: Processor | None, words: Complete | None, complete: Complete) -> Complete:
    """Return what makes of what the driver reads what the JSON holds."""
    steps = [step for step in (processor, words, complete) if step is not None]

    def process(value: Any) -> Any:  # noqa: ANN401 - of any column's type
        for step in steps:
            value = step(value)
        return value

    return steps[0] if len(steps) == 1 else process
