"""Pages: from the rows of a list to a connection with its edges, as records or as what the JSON holds."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import GraphQLObjectType, get_named_type
from typing_extensions import override

from suxin_graphql.context import Context
from suxin_graphql.cursors import Ordering
from suxin_graphql.execution.completion import TYPENAME, Complete, Form, NotCompiled
from suxin_graphql.execution.plans import Columns, Plan, Planner, Row
from suxin_graphql.execution.records import Part, Record
from suxin_graphql.execution.selection import Selected, Selections, Wanted, fields_of, named
from suxin_graphql.execution.writing import WrittenPlan, written_plan
from suxin_graphql.paging import Connection, Edge, PageInfo

EDGES: Final = "edges"
CURSOR: Final = "cursor"
NODE: Final = "node"
TOTAL: Final = "totalCount"
PAGE_INFO: Final = "pageInfo"

Rows = Sequence[Row]


@dataclass(slots=True)
class Level:
    """The objects of one plan that a page holds, with the rows they were made of."""

    plan: Plan
    rows: list[Row] = field(default_factory=list)
    made: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class MadePage:
    """A connection as it was made, and the objects whose relations are still to be read."""

    connection: Any
    levels: list[Level]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page lies: how many were asked for, after which cursor, and how many there are if counted."""

    first: int
    after: str | None
    total: int | None


class PagePlan(ABC):
    """What is asked of one page of objects of a type."""

    counts: bool

    def __init__(self, ordering: Ordering) -> None:
        self.ordering = ordering
        self.columns = Columns()
        self._places = [self.columns.place(key.expression) for key in ordering.keys]

    @abstractmethod
    def page(self, rows: Rows, place: Place, context: Context) -> MadePage:
        """Return the page of the rows, of which there is one more than asked for when others follow."""

    def _cursor(self, row: Row, context: Context) -> str:
        return self.ordering.cursor([row[place] for place in self._places], context.actor)

    def _page_info(self, rows: Rows, place: Place, context: Context) -> PageInfo:
        shown = rows[: place.first]
        ends = [self._cursor(row, context) for row in (*shown[:1], *shown[-1:])]
        return _page_info(ends, more=len(rows) > place.first, after=place.after)


@dataclass(frozen=True, slots=True)
class EdgesPlan:
    """What is asked of the edges under one response key."""

    key: str
    nodes: list[tuple[str, Plan]]
    cursors: bool


class RecordPagePlan(PagePlan):
    """A page whose connection, edges and nodes are records."""

    def __init__(
        self,
        planner: Planner,
        cls: type[Record],
        ordering: Ordering,
        selections: Selections,
        joined: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(ordering)
        fields = fields_of(selections, Connection, planner.schema)
        self.counts = named(fields.values(), TOTAL)
        self.edges: list[EdgesPlan] = []
        for key, wanted in fields.items():
            if wanted.name != EDGES:
                continue
            inner = fields_of(wanted.selections, Edge, planner.schema)
            nodes: list[tuple[str, Plan]] = [
                (name, planner.plan(cls, one.selections, self.columns, joined))
                for name, one in inner.items()
                if one.name == NODE
            ]
            self.edges.append(EdgesPlan(key, nodes, named(inner.values(), CURSOR)))

    @override
    def page(self, rows: Rows, place: Place, context: Context) -> MadePage:
        made: Record = Connection.given(
            page_info=self._page_info(rows, place, context), total_count=place.total
        )
        levels: list[Level] = []
        for edges in self.edges:
            of_nodes = [Level(plan) for _, plan in edges.nodes]
            made.__dict__["read"][edges.key] = [
                self._edge(edges, row, of_nodes, context) for row in rows[: place.first]
            ]
            levels += of_nodes
        return MadePage(made, levels)

    def page_of(self, part: Part, place: Place, context: Context) -> MadePage:
        """Return the page that a query of the core has told."""
        told = [
            (self.ordering.cursor(position, context.actor), node) for position, node in part.nodes
        ]
        ends = [cursor for cursor, _ in (*told[:1], *told[-1:])]
        made: Record = Connection.given(
            page_info=_page_info(ends, more=part.more, after=place.after), total_count=part.total
        )
        levels: list[Level] = []
        for edges in self.edges:
            shown = [_edge_of(edges, cursor, node) for cursor, node in told]
            made.__dict__["read"][edges.key] = shown
            levels += [
                Level(plan, [()] * len(shown), [edge.__dict__["read"][key] for edge in shown])
                for key, plan in edges.nodes
            ]
        return MadePage(made, levels)

    def _edge(
        self, edges: EdgesPlan, row: Row, levels: Sequence[Level], context: Context
    ) -> Record:
        made: Record = Edge.given(cursor=self._cursor(row, context) if edges.cursors else "")
        for (key, plan), level in zip(edges.nodes, levels, strict=True):
            node = plan.made(row, context)
            made.__dict__["read"][key] = node
            level.rows.append(row)
            level.made.append(node)
        return made


@dataclass(frozen=True, slots=True)
class _WrittenEdges:
    """How the edges under one response key are written: each field's key with its name, or its node's plan."""

    key: str
    fields: list[tuple[str, str, WrittenPlan | None]]
    typename: str


class WrittenPagePlan(PagePlan):
    """A page that is made as what the JSON holds of it.

    :raises NotCompiled: if the selection holds what is not written from a row
    """

    def __init__(
        self,
        planner: Planner,
        cls: type[Record],
        ordering: Ordering,
        selected: Selected,
        joined: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(ordering)
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
        written: list[dict[str, Any]] = [{} for _ in rows]
        for key, name, plan in edges.fields:
            if plan is not None:
                write = plan.function
                nodes: list[Any] = [write(row, context) for row in rows]
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
) -> PagePlan:
    """Return the plan of a page: a written one where its form is known and all of it can be written."""
    try:
        return WrittenPagePlan(planner, cls, ordering, selected, joined)
    except NotCompiled:
        return RecordPagePlan(planner, cls, ordering, selected.selections, joined)


def _object(form: Form) -> GraphQLObjectType:
    kind = get_named_type(form.type)
    if not isinstance(kind, GraphQLObjectType):
        raise NotCompiled
    return kind


def _edge_of(edges: EdgesPlan, cursor: str, node: Record) -> Record:
    """Return an edge; what is read of its node under one response key stays apart from what is read under another."""
    made: Record = Edge.given(cursor=cursor)
    values = {name: value for name, value in node.__dict__.items() if name != "read"}
    made.__dict__["read"] = {key: type(node).given(**values) for key, _ in edges.nodes}
    return made


def _page_info(ends: Sequence[str], *, more: bool, after: str | None) -> PageInfo:
    return PageInfo(
        has_next_page=more,
        has_previous_page=after is not None,
        start_cursor=ends[0] if ends else None,
        end_cursor=ends[-1] if ends else None,
    )
