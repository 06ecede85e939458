"""Nesting: relations that come with the row that they belong to, so that one statement reads several levels.

A level that has such relations is a sub-select by itself, with all its conditions, its order and its end; around it stand
its columns and, for each of its rows, the rows of a relation: one row, or an array of them. Each of these is the same
statement of its type's source as where it is read by itself, under the same row policies. What all rows of an array would
find by the key that ties them to their level is found once beside the array.

Where the rows of a level are objects of its type's source, they need not be found again from beneath: the way back is
answered from the level's own row, and a list is not joined to the level to ask once more whether that may be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import FromClause, Select, func, literal_column, select

from suxin.kernel.actor import Actor
from suxin_graphql.cursors import Ordering
from suxin_graphql.execution.records import Record, ToMany, ToOne

if TYPE_CHECKING:
    from suxin_graphql.execution.pages import PagePlan
    from suxin_graphql.execution.plans import Columns, Plan


SHARED: Final = -1
"""In place of the column that a relation is found by, where it is the one that its page is found by."""


@dataclass(frozen=True, slots=True)
class NestedOne:
    """The row of another type whose key stands in column ``own`` of the level; its own key comes first in it."""

    relation: ToOne
    columns: "Columns"
    plan: "Plan"
    own: int

    def expression(self, level: FromClause, actor: Actor) -> Any:  # noqa: ANN401 - an SQL expression of rows
        """Return what stands in the level's rows for it."""
        source = self.relation.target().__source__
        found = source.statement(actor).order_by(None).where(source.key == _column(level, self.own))
        return _rows(found, self.columns, level, actor).scalar_subquery()

    def leads_back(self, level: type[Record], relation: ToMany) -> bool:
        """Tell whether it is the row of the level itself, to which a list belongs by this relation."""
        return (
            self.relation.target() is level
            and getattr(level.__model__, relation.own) is level.__source__.key
            and not self.columns.nested
            and not self.columns.shared
        )


@dataclass(frozen=True, slots=True)
class NestedPage:
    """The first rows of another type that point at column ``own`` of the level, one more where it is told whether others follow.

    ``admitted`` are the level's rows where they are objects of its type's source. ``back`` says then, where all that the rows
    of a page share is that row itself, in which columns of the level its values stand.
    """

    relation: ToMany
    plan: "PagePlan"
    first: int
    own: int
    admitted: bool = False
    back: tuple[tuple[int, ...], ...] | None = None

    def under(self, cls: type[Record], level: "Columns") -> "NestedPage":
        """Return it as it stands under a level of objects of a type, whose columns gain what leads back to them."""
        shared = self.plan.columns.shared
        if not level.admitted:
            return self
        found = [one for one in shared if isinstance(one, NestedOne)]
        if not all(one.leads_back(cls, self.relation) for one in found):
            return replace(self, admitted=True)
        back = tuple(tuple(map(level.place, one.columns.expressions)) for one in found)
        return replace(self, admitted=True, back=back)

    def expression(self, level: FromClause, actor: Actor) -> Any:  # noqa: ANN401 - an SQL expression of arrays
        """Return what stands in the level's rows for it."""
        within = self.relation.within if self.admitted else None
        found = page_of(
            (within or self.relation.target().__source__.statement)(actor)
            .order_by(None)
            .where(self.relation.key == _column(level, self.own)),
            self.plan.ordering,
            self.first + self.plan.looks_ahead,
        )
        rows = _rows(found, self.plan.columns, level, actor, self.plan.ordering)
        page = func.array(rows.scalar_subquery())
        if self.back is not None:
            return page
        shared = [replace(one, own=self.own) for one in self.plan.columns.shared]
        return func.row(page, *(one.expression(level, actor) for one in shared)) if shared else page

    def rows(self, found: Any, level: Sequence[Any]) -> Sequence[Any]:  # noqa: ANN401 - what stands in a row of the level for it
        """Return the rows of a page, each with what all of them share behind its own columns, the first of it last."""
        if not self.plan.columns.shared:
            return cast("Sequence[Any]", found)
        if self.back is None:
            rows, *shared = found
        else:
            rows, shared = found, [tuple([level[at] for at in places]) for places in self.back]
        shared.reverse()
        return [(*row, *shared) for row in rows]


Nested = NestedOne | NestedPage


def page_of(statement: Select[Any], ordering: Ordering, limit: int) -> Select[Any]:
    """Return the first rows of a statement in an order.

    How many they are stands in its text: the plan of a statement that is planned once would otherwise be made for a tenth
    of all rows, whatever is asked for.
    """
    return statement.order_by(*(key.order for key in ordering.keys)).limit(
        literal_column(f"{limit:d}")
    )


def narrowed(
    statement: Select[Any], columns: "Columns", actor: Actor, ordering: Ordering | None = None
) -> Select[Any]:
    """Return the statement with these columns alone, and with the relations that are nested in its rows."""
    if not columns.nested:
        return statement.with_only_columns(*columns.expressions, maintain_column_froms=True)
    level = _level(statement, columns)
    return _around(level, _expressions(level, columns, actor), columns, ordering)


def numbered(
    statement: Select[Any],
    key: Any,  # noqa: ANN401 - a mapped column
    plan: "PagePlan",
    limit: int,
    actor: Actor,
) -> Select[Any]:
    """Return the first rows of each key in the plan's order, with the key and the row's number at the end.

    What is nested in them is found for those alone that are shown.
    """
    order = [one.order for one in plan.ordering.keys]
    number = func.row_number().over(partition_by=key, order_by=order)
    level = statement.with_only_columns(
        *_plain(plan.columns),
        key.label("belongs_to"),
        number.label("number"),
        maintain_column_froms=True,
    ).subquery()
    expressions = _expressions(level, plan.columns, actor)
    return (
        select(*expressions, level.c.belongs_to, level.c.number)
        .where(level.c.number <= literal_column(f"{limit:d}"))
        .order_by(level.c.number)
    )


def _rows(
    statement: Select[Any],
    columns: "Columns",
    outer: FromClause,
    actor: Actor,
    ordering: Ordering | None = None,
) -> Select[Any]:
    """Return what ``narrowed`` does, each of its rows in one column, for the rows of the level around it."""
    inner = statement.correlate(outer)
    if not columns.nested:
        row = func.row(*columns.expressions)
        return inner.with_only_columns(row, maintain_column_froms=True)
    level = _level(inner, columns)
    row = func.row(*_expressions(level, columns, actor))
    return _around(level, [row], columns, ordering).correlate(outer)


def _level(statement: Select[Any], columns: "Columns") -> FromClause:
    return statement.with_only_columns(*_plain(columns), maintain_column_froms=True).subquery()


def _plain(columns: "Columns") -> list[Any]:
    """Return the level's own columns under the names that ``_column`` finds them by."""
    return [
        expression.label(f"c{place}")
        for place, expression in enumerate(columns.expressions)
        if not isinstance(expression, Nested)
    ]


def _expressions(level: FromClause, columns: "Columns", actor: Actor) -> list[Any]:
    return [
        expression.expression(level, actor)
        if isinstance(expression, Nested)
        else _column(level, place)
        for place, expression in enumerate(columns.expressions)
    ]


def _around(
    level: FromClause, expressions: Sequence[Any], columns: "Columns", ordering: Ordering | None
) -> Select[Any]:
    """Return the rows of a level with what stands around it, in its own order, which a sub-select does not promise."""
    found = select(*expressions).select_from(level)
    if ordering is None:
        return found
    places = [(key, _column(level, columns.place(key.expression))) for key in ordering.keys]
    return found.order_by(*(at.desc() if key.descending else at.asc() for key, at in places))


def _column(level: FromClause, place: int) -> Any:  # noqa: ANN401 - a column of any type
    return level.c[f"c{place}"]
