"""Written pages: pages and rows that are made as what the JSON holds of them, with what comes in their rows.

Both have the other beneath them: a page has rows, and in each row may stand the first page of what points at it.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import GraphQLObjectType, get_named_type
from typing_extensions import override

from suxin_graphql.context import Context
from suxin_graphql.cursors import Ordering
from suxin_graphql.execution.completion import TYPENAME, Complete, Form, NotCompiled
from suxin_graphql.execution.nesting import NestedOne, NestedPage
from suxin_graphql.execution.pages import (
    CURSOR,
    EDGES,
    NODE,
    PAGE_INFO,
    TOTAL,
    Level,
    MadePage,
    PagePlan,
    Place,
    RecordPagePlan,
    Rows,
)
from suxin_graphql.execution.plans import Columns, Plan, Planner, Row, asked_of
from suxin_graphql.execution.readings import OneOf, Page
from suxin_graphql.execution.records import (
    Column,
    Record,
    Relation,
    ToldPage,
    ToMany,
    ToOne,
    shape_of,
    type_name,
)
from suxin_graphql.execution.selection import Selected, Wanted, fields_of
from suxin_graphql.execution.writing import Nest, WrittenPlan
from suxin_graphql.paging import Connection, Edge, PageSizeOutOfRange, check_page_size


@dataclass(frozen=True, slots=True)
class _WrittenEdges:
    """How the edges under one response key are written: each field's key with its name, or its node's plan."""

    key: str
    fields: list[tuple[str, str, WrittenPlan | None]]
    typename: str


class WrittenPagePlan(PagePlan):
    """A page that is made as what the JSON holds of it; its rows may belong to one object by the column ``tied``.

    They are ``admitted`` where the statement of its type's source finds them.

    :raises NotCompiled: if the selection holds what is not written from a row
    """

    def __init__(
        self,
        planner: Planner,
        cls: type[Record],
        ordering: Ordering,
        selected: Selected,
        joined: frozenset[str] = frozenset(),
        *,
        tied: object = None,
        admitted: bool = False,
        bare: bool = False,
    ) -> None:
        super().__init__(ordering, Columns(tied, admitted=admitted or bare))
        self.is_bare = bare
        if selected.form is None:
            raise NotCompiled
        self._planner, self._cls, self._joined = planner, cls, joined
        kind = _object(selected.form)
        wanted = fields_of(selected.selections, Connection, planner.schema)
        self._typename = kind.name
        self._fields: list[tuple[str, str, Complete | _WrittenEdges | None]] = []
        for key, inner in selected.form.fields(kind).items():
            self._fields.append((key, inner.name, self._how(key, inner, wanted)))
        self.counts = any(name == TOTAL for _, name, _ in self._fields)
        self.looks_ahead = any(name == PAGE_INFO for _, name, _ in self._fields)

    @cached_property
    @override
    def complete(self) -> bool:
        plans = [
            plan
            for _, _, how in self._fields
            if isinstance(how, _WrittenEdges)
            for _, _, plan in how.fields
            if plan is not None
        ]
        return not self.counts and all(plan.complete for plan in plans)

    def _how(
        self, key: str, form: Form, wanted: dict[str, Wanted]
    ) -> Complete | _WrittenEdges | None:
        if form.name == TYPENAME:
            return None
        if form.name in (PAGE_INFO, TOTAL):
            return form.complete
        if form.name != EDGES:
            raise NotCompiled
        kind = _object(form)
        inner = fields_of(wanted[key].selections, Edge, self._planner.schema)
        return _WrittenEdges(
            key,
            [
                (name, one.name, self._node(one, inner[name]) if one.name == NODE else None)
                for name, one in form.fields(kind).items()
            ],
            kind.name,
        )

    def _node(self, form: Form, wanted: Wanted) -> WrittenPlan:
        return written_plan(
            self._planner,
            self._cls,
            Selected(wanted.selections, form),
            self.columns,
            self._joined,
        )

    @override
    def page(self, rows: Rows, place: Place, context: Context) -> MadePage:
        levels: list[Level] = []
        made: dict[str, Any] = {}
        shown = list(rows[: place.first])
        for key, name, how in self._fields:
            if isinstance(how, _WrittenEdges):
                made[key] = self._edges(how, shown, levels, context)
            elif how is None:
                made[key] = self._typename
            elif name == TOTAL:
                made[key] = how(place.total)
            else:
                made[key] = how(self._page_info(rows, place, context))
        return MadePage(made, levels)

    def _edges(
        self, edges: _WrittenEdges, rows: list[Row], levels: list[Level], context: Context
    ) -> list[dict[str, Any]]:
        nodes: list[Any]
        if len(edges.fields) == 1:
            ((key, _, plan),) = edges.fields
            if plan is not None:
                nodes = plan.each(rows, context)
                levels.append(Level(plan, rows, nodes))
                return [{key: node} for node in nodes]
        written: list[dict[str, Any]] = [{} for _ in rows]
        for key, name, plan in edges.fields:
            if plan is not None:
                nodes = plan.each(rows, context)
                levels.append(Level(plan, rows, nodes))
            elif name == CURSOR:
                nodes = [self._cursor(row, context) for row in rows]
            else:
                nodes = [edges.typename] * len(rows)
            for edge, node in zip(written, nodes, strict=True):
                edge[key] = node
        return written


def page_plan(
    planner: Planner,
    cls: type[Record],
    ordering: Ordering,
    selected: Selected,
    joined: frozenset[str] = frozenset(),
    *,
    admitted: bool,
    bare: bool = False,
) -> PagePlan:
    """Return the plan of a page: a written one where its form is known and all of it can be written."""

    def make() -> PagePlan:
        try:
            return WrittenPagePlan(
                planner,
                cls,
                ordering,
                selected,
                joined,
                admitted=admitted,
                bare=bare and not _joins(planner, cls, selected, joined),
            )
        except NotCompiled:
            return RecordPagePlan(planner, cls, ordering, selected.selections, joined)

    return planner.keep(((cls, ordering.name, joined), selected.selections), make)


def root_plan(planner: Planner, page: Page, selected: Selected) -> PagePlan:
    """Return the plan of a page that a resolver asks for."""
    return page_plan(
        planner,
        page.type,
        page.ordering,
        selected,
        page.joined,
        admitted=page.statement.is_of(page.type.__source__.statement),
        bare=page.bare is not None,
    )


def keyed_plan(planner: Planner, cls: type[Record], selected: Selected) -> tuple[Columns, Plan]:
    """Return the plan of objects that are found by their keys, and its columns, of which the key is the first."""

    def begun() -> Columns:
        columns = Columns(admitted=True)
        columns.place(cls.__source__.key)
        return columns

    def make() -> tuple[Columns, Plan]:
        columns = begun()
        try:
            return columns, written_plan(planner, cls, selected, columns)
        except NotCompiled:
            columns = begun()
            return columns, planner.plan(cls, selected.selections, columns)

    return planner.keep((cls, selected.selections), make)


def is_read_at_once(planner: Planner, found: object, selected: Selected) -> bool:
    """Tell whether one statement reads all that is asked of what a resolver returned."""
    if isinstance(found, Page):
        return root_plan(planner, found, selected).complete
    if isinstance(found, OneOf):
        _, plan = keyed_plan(planner, found.wanted.type, selected)
        return plan.complete
    return False


def _joins(planner: Planner, cls: type[Record], selected: Selected, joined: frozenset[str]) -> bool:
    """Tell whether any of the relations that a statement joins is asked of the nodes of a page."""
    schema = planner.schema
    connection = fields_of(selected.selections, Connection, schema).values()
    edges = [fields_of(one.selections, Edge, schema) for one in connection if one.name == EDGES]
    nodes = [one for edge in edges for one in edge.values() if one.name == NODE]
    asked = [fields_of(node.selections, cls, schema) for node in nodes]
    return any(one.name in joined for fields in asked for one in fields.values())


def _object(form: Form) -> GraphQLObjectType:
    kind = get_named_type(form.type)
    if not isinstance(kind, GraphQLObjectType):
        raise NotCompiled
    return kind


def written_plan(
    planner: Planner,
    cls: type[Record],
    selected: Selected,
    columns: Columns,
    joined: frozenset[str] = frozenset(),
) -> WrittenPlan:
    """Return the plan that writes down rows of a type, adding its columns to the statement's.

    :raises NotCompiled: if the selection holds what is not written from a row
    """
    kind = planner.schema._schema.get_type(type_name(cls))  # noqa: SLF001 - Strawberry gives no other way to it
    if selected.form is None or not isinstance(kind, GraphQLObjectType):
        raise NotCompiled
    asked = {
        key: (wanted, found)
        for key, wanted, found in asked_of(cls, selected.selections, planner.schema)
    }
    plan = WrittenPlan(cls, columns)
    for key, inner in selected.form.fields(kind).items():
        if inner.name == TYPENAME:
            plan.write(key, repr(kind.name))
            continue
        if key not in asked:
            raise NotCompiled
        wanted, found = asked[key]
        plan.weight += shape_of(cls).weights.get(wanted.name, 0)
        if isinstance(found, Column):
            plan.column(key, found, inner)
        elif isinstance(found, ToOne) and wanted.name in joined:
            target = written_plan(
                planner, found.target(), Selected(wanted.selections, inner), columns
            )
            plan.joined.append((key, target))
            plan.write(key, f"{plan.named(target.function)}(row, context)")
        elif isinstance(found, ToldPage):
            raise NotCompiled
        else:
            plan.later(key, wanted, found, inner, _nest(planner, cls, found, wanted, inner))
    return plan.finish()


def _nest(
    planner: Planner, cls: type[Record], relation: Relation, wanted: Wanted, form: Form
) -> Nest | None:
    """Return how the rows of a relation are nested in those of its level, if they can be; the rest is read after them.

    What continues at a cursor, is filtered or counted is not.
    """
    selected = Selected(wanted.selections, form)
    try:
        if isinstance(relation, ToOne):
            columns, target = Columns(admitted=True), relation.target()
            columns.place(target.__source__.key)
            plan = written_plan(planner, target, selected, columns)
            return lambda own: NestedOne(relation, columns, plan, own)
        if isinstance(relation, ToMany) and planner.arguments is not None:
            given = planner.arguments.below(type_name(cls), wanted.node)
            if given.get("after") is not None or given.get("where") is not None:
                return None
            first, ordering = check_page_size(given["first"]), given["order_by"].ordering
            target, key = relation.target(), relation.key
            page = WrittenPagePlan(planner, target, ordering, selected, tied=key, admitted=True)
            return None if page.counts else lambda own: NestedPage(relation, page, first, own)
    except (NotCompiled, PageSizeOutOfRange):
        pass
    return None
