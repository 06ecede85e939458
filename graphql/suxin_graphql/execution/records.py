"""Records: GraphQL types that are read from rows, and the words in which a type declares how.

A plain field of a type with a ``__model__`` is the model's column of the same name. ``column`` names another expression
or converts the value; ``to_one`` and ``to_many`` declare relations, ``Told`` and ``ToldPage`` ask a
query of the core that notes its own receipts. What was read for a relation lies in ``read``
under its response key, because one relation may be asked for twice with different fields.
"""

import functools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

import strawberry
from sqlalchemy import Select, SQLColumnExpression
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.schema.name_converter import NameConverter
from strawberry.types.base import get_object_definition

from suxin.kernel.actor import Actor, Permission
from suxin.kernel.tables import Table
from suxin.subjects.models import DataCategory
from suxin_graphql.context import Context, Info
from suxin_graphql.cursors import Ordering, Position
from suxin_graphql.execution.weights import of_items

RELATION: Final = "suxin.relation"
WEIGHT: Final = "suxin.weight"
"""What a field costs beside what is selected of it, in points (``suxin_graphql.prices``)."""

CATEGORY: Final = "suxin.category"
"""The category of data about a subject that a field needs, where it is another than its type's."""

_COLUMN: Final = "suxin.column"
_NAMES: Final = NameConverter()

Convert = Callable[[Any, Context], Any]
Bound = Callable[[Context], Callable[[Any], Any]]
"""What converts the values of one request, made once for all of them."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where objects of a type are found by key; ``statement`` admits only what the caller may see, whenever he asks."""

    statement: Callable[[Actor], Select[Any]]
    key: Any
    permission: Permission | None = None


class Record:
    """The base of GraphQL types whose objects are read.

    ``__category__`` is the category of data about a subject that its fields need of a reader's basis. Who lacks it is told nothing
    by the core; here it is said once, for all who read the schema's types.
    """

    __model__: ClassVar[type[Table] | None] = None
    __category__: ClassVar[DataCategory | None] = None
    __source__: ClassVar[Source]

    @classmethod
    def given(cls, **values: Any) -> Self:  # noqa: ANN401 - the values of any field
        """Return an object with these values, some fields perhaps not read at all."""
        made = cls.__new__(cls)
        made.__dict__.update(values, read={})
        return made

    @classmethod
    def of_row(cls, row: Table, context: Context, **more: Any) -> Self:  # noqa: ANN401 - see given
        """Return an object of a row that a query of the core has read."""
        shape = shape_of(cls)
        values = {
            column.name: column.value(getattr(row, column.expression.key), context)
            for column in shape.columns.values()
        }
        for relation in shape.relations.values():
            if isinstance(relation, ToOne | ToMany):
                values[f"_{relation.own}"] = getattr(row, relation.own)
        return cls.given(**values, **more)


@dataclass(frozen=True, slots=True)
class Column:
    """A field that is one SQL expression, perhaps converted.

    Where ``words`` is given, the column holds words of a closed list, and each is always converted to the same. ``bound``
    is the conversion, as it is made for the request of a context.
    """

    name: str
    expression: Any
    convert: Convert | None = None
    words: Callable[[Any], Any] | None = None
    bound: Bound | None = None

    def value(self, found: Any, context: Context) -> Any:  # noqa: ANN401 - of any column's type
        """Return the field's value for what was found in the row."""
        return found if self.convert is None else self.convert(found, context)


@dataclass(frozen=True, slots=True)
class ToOne:
    """The object of another type whose key stands in this row's column ``own``."""

    target: Callable[[], type[Record]]
    own: str


@dataclass(frozen=True, slots=True)
class ToMany:
    """A page of the objects of another type whose column ``key`` holds this row's ``own``.

    Its field takes ``first``, ``after``, ``filter`` and ``orderBy``, as the lists at the root do. ``within`` are the rows of
    the other type that its source has for rows of this type's source: it need not ask again what those were found by.
    """

    target: Callable[[], type[Record]]
    own: str
    key: Any
    within: Callable[[Actor], Select[Any]] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An object that a query of the core tells about one record, columns ``needs`` of which it wants."""

    target: Callable[[], type[Record]]
    tell: Callable[[AsyncSession, Context, Any], Awaitable[Record | None]]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldPage:
    """A page of objects that a query of the core tells about one record, whose own relations are still to be read."""

    target: Callable[[], type[Record]]
    ordering: Callable[[], Ordering]
    tell: Callable[[AsyncSession, Context, Any, "Asked"], Awaitable["Part | None"]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is asked for: how many, after which position, and whether all are to be counted."""

    first: int
    after: Position | None
    counted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A page as it was told: objects with their positions, whether others follow, and how many there are if counted."""

    nodes: Sequence[tuple[Position, Record]]
    more: bool
    total: int | None


Relation = ToOne | ToMany | Told | ToldPage


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns and relations of a type by the names of their GraphQL fields."""

    columns: dict[str, Column]
    relations: dict[str, Relation]
    weights: dict[str, int]


def column(
    expression: Callable[[], SQLColumnExpression[Any]] | None = None,
    *,
    convert: Convert | None = None,
    words: Callable[[Any], Any] | None = None,
    bound: Bound | None = None,
    items: int = 0,
    description: str | None = None,
) -> Any:  # noqa: ANN401 - stands for the field's own type
    """Declare a field by its SQL expression, or the conversion of its column's value.

    ``words`` converts what is a word of a closed list, whoever asks; what each becomes is remembered. ``bound`` makes the
    conversion for one request. ``items`` is how many there may be at the most where it is a list of objects.
    """
    return strawberry.field(
        metadata={_COLUMN: (expression, convert, words, bound), WEIGHT: of_items(items)},
        description=description,
    )


def read_field(
    relation: Relation | None = None,
    *,
    category: DataCategory | None = None,
    description: str | None = None,
) -> Any:  # noqa: ANN401 - see column
    """Declare a field whose value the executor reads beforehand."""
    return strawberry.field(
        resolver=_read,
        metadata={RELATION: relation, CATEGORY: category},
        description=description,
    )


def of_category(category: DataCategory, *, description: str | None = None) -> Any:  # noqa: ANN401 - see column
    """Declare a field that needs another category of data about a subject than its type does."""
    return strawberry.field(metadata={CATEGORY: category}, description=description)


def to_one(target: Callable[[], type[Record]], own: str, *, description: str | None = None) -> Any:  # noqa: ANN401 - see column
    """Declare a relation to the object whose key stands in column ``own``."""
    return read_field(ToOne(target, own), description=description)


def told_page(
    relation: ToldPage, *, category: DataCategory | None = None, description: str | None = None
) -> Any:  # noqa: ANN401 - see column
    """Declare a relation to a page that a query of the core tells."""
    return strawberry.field(
        resolver=_read_page,
        metadata={RELATION: relation, CATEGORY: category},
        description=description,
    )


def to_many(
    relation: ToMany, *, description: str | None = None
) -> Callable[[Callable[..., Any]], Any]:
    """Declare the method that is decorated as a relation to a page, by the arguments that it names and its return type.

    The executor reads the page; the method is never called.
    """

    def declare(method: Callable[..., Any]) -> Any:  # noqa: ANN401 - see column
        @functools.wraps(method)
        def read_page(self: Any, info: Info, **_: object) -> Any:  # noqa: ANN401 - whatever the field holds
            return _read(self, info)

        return strawberry.field(
            resolver=read_page, metadata={RELATION: relation}, description=description
        )

    return declare


def category_of(cls: type[Record], name: str) -> DataCategory | None:
    """Return the category of data about a subject that a field needs, by its name in Python."""
    field = next(one for one in _definition(cls).fields if one.python_name == name)
    own: DataCategory | None = field.metadata.get(CATEGORY)
    return own or cls.__category__


_SHAPES: Final[dict[type[Record], Shape]] = {}


def shape_of(cls: type[Record]) -> Shape:
    """Return the columns and relations that a type declares."""
    if cls not in _SHAPES:
        _SHAPES[cls] = _shape_of(cls)
    return _SHAPES[cls]


def type_name(cls: type[Record]) -> str:
    """Return the type's name in the schema."""
    name: str = _definition(cls).name
    return name


def is_read(field: Any) -> bool:  # noqa: ANN401 - Strawberry's own
    """Tell whether the executor reads a field's value beforehand."""
    return RELATION in field.metadata


def is_told(field: Any) -> bool:  # noqa: ANN401 - Strawberry's own
    """Tell whether a query of the core tells the field's value about one record at a time."""
    return isinstance(field.metadata.get(RELATION), Told | ToldPage)


def interface_names(cls: type[Record]) -> frozenset[str]:
    """Return the names of the interfaces that the type implements."""
    return frozenset(interface.name for interface in _definition(cls).interfaces)


def _definition(cls: type[Record]) -> Any:  # noqa: ANN401 - Strawberry's own
    return get_object_definition(cls, strict=True)


def _shape_of(cls: type[Record]) -> Shape:
    shape = Shape({}, {}, {})
    for field in _definition(cls).fields:
        name = _NAMES.get_graphql_name(field)
        shape.weights[name] = field.metadata.get(WEIGHT, 0)
        relation = field.metadata.get(RELATION)
        if relation is not None:
            shape.relations[name] = relation
            continue
        expression, convert, words, bound = field.metadata.get(_COLUMN, (None,) * 4)
        found = expression() if expression else getattr(cls.__model__, field.python_name, None)
        if found is not None and field.base_resolver is None:
            made = _by_words(words) if words else _at_once(bound) if bound else convert
            shape.columns[name] = Column(field.python_name, found, made, words, bound)
    return shape


def _at_once(bound: Bound) -> Convert:
    return lambda found, context: bound(context)(found)


def _by_words(words: Callable[[Any], Any]) -> Convert:
    return lambda found, _: words(found)


def _read(self: Any, info: Info) -> Any:  # noqa: ANN401 - whatever the field holds
    value = self.read[info.path.key]
    if isinstance(value, Exception):
        raise value
    return value


def _read_page(self: Any, info: Info, first: int, after: str | None = None) -> Any:  # noqa: ANN401, ARG001 - the arguments were read with the selection
    return _read(self, info)
