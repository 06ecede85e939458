"""Pages: from the rows of a list to a connection with its edges."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from suxin_graphql.context import Context
from suxin_graphql.cursors import Ordering
from suxin_graphql.execution.plans import Columns, Plan, Planner
from suxin_graphql.execution.records import Part, Record
from suxin_graphql.execution.selection import Selections, fields_of, named
from suxin_graphql.paging import Connection, Edge, PageInfo

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class EdgesPlan:
    """What is asked of the edges under one response key."""

    key: str
    nodes: list[tuple[str, Plan]]
    cursors: bool


class PagePlan:
    """What is asked of one page of objects of a type."""

    def __init__(
        self,
        planner: Planner,
        cls: type[Record],
        ordering: Ordering,
        selections: Selections,
        joined: frozenset[str] = frozenset(),
    ) -> None:
        self.ordering = ordering
        self.columns = Columns()
        self._places = [self.columns.place(key.expression) for key in ordering.keys]
        fields = fields_of(selections, Connection, planner.schema)
        self.counts = named(fields.values(), "totalCount")
        self.edges: list[EdgesPlan] = []
        for key, wanted in fields.items():
            if wanted.name != "edges":
                continue
            inner = fields_of(wanted.selections, Edge, planner.schema)
            nodes = [
                (name, planner.plan(cls, one.selections, self.columns, joined))
                for name, one in inner.items()
                if one.name == "node"
            ]
            self.edges.append(EdgesPlan(key, nodes, named(inner.values(), "cursor")))

    def connection(self, rows: Rows, *, first: int, after: str | None, context: Context) -> Record:
        """Return the connection of the rows, of which there is one more than ``first`` when others follow."""
        shown = rows[:first]
        ends = [self._cursor(row, context) for row in (*shown[:1], *shown[-1:])]
        page_info = _page_info(ends, more=len(rows) > first, after=after)
        made: Record = Connection.given(page_info=page_info)
        made.__dict__["read"] = {
            edges.key: [self._edge(edges, row, context) for row in shown] for edges in self.edges
        }
        return made

    def connection_of(self, part: Part, *, after: str | None, context: Context) -> Record:
        """Return the connection of a page that a query of the core has told."""
        told = [
            (self.ordering.cursor(position, context.actor), node) for position, node in part.nodes
        ]
        ends = [cursor for cursor, _ in (*told[:1], *told[-1:])]
        made: Record = Connection.given(
            page_info=_page_info(ends, more=part.more, after=after), total_count=part.total
        )
        made.__dict__["read"] = {
            edges.key: [_edge_of(edges, cursor, node) for cursor, node in told]
            for edges in self.edges
        }
        return made

    def _edge(self, edges: EdgesPlan, row: Sequence[Any], context: Context) -> Record:
        made: Record = Edge.given(cursor=self._cursor(row, context) if edges.cursors else "")
        made.__dict__["read"] = {key: plan.record(row, context) for key, plan in edges.nodes}
        return made

    def _cursor(self, row: Sequence[Any], context: Context) -> str:
        return self.ordering.cursor([row[place] for place in self._places], context.actor)


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
