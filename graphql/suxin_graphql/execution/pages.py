"""Pages: from the rows of a list to a connection with its edges, as records or as what the JSON holds."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from typing_extensions import override

from suxin_graphql.context import Context
from suxin_graphql.cursors import Ordering
from suxin_graphql.execution.plans import Columns, Plan, Planner, Row
from suxin_graphql.execution.records import Part, Record
from suxin_graphql.execution.selection import Selections, fields_of, named
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
    looks_ahead = True
    """Whether a row more than asked for is read, to tell whether others follow."""

    is_bare = False
    """Whether nothing is asked of the tables that the statement of its list joins."""

    def __init__(self, ordering: Ordering, columns: Columns | None = None) -> None:
        self.ordering = ordering
        self.columns = columns or Columns()
        self._places = [self.columns.place(key.expression) for key in ordering.keys]

    @cached_property
    def complete(self) -> bool:
        """Whether the rows of the page hold all that is asked of it."""
        return False

    @abstractmethod
    def page(self, rows: Rows, place: Place, context: Context) -> MadePage:
        """Return the page of the rows, of which there may be one more than asked for when others follow."""

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
