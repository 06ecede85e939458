"""Paging: Relay connections over keyset cursors (``suxin_graphql.cursors``)."""

from typing import Final, Generic, TypeVar

import strawberry

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_graphql.execution.records import Record, read_field

MAX_PAGE: Final = 100

FILTER: Final = strawberry.argument(name="filter")
"""The argument by which a list is narrowed, whose own name is a built-in function."""

Node = TypeVar("Node")


class PageSizeOutOfRange(Refusal):
    """A page is asked for with no or too many rows."""

    code = "PAGE_SIZE_OUT_OF_RANGE"
    kind = RefusalKind.INVALID
    zh = "first 应为 1 至 {limit} 之间的整数"
    en = "first must be a whole number from 1 to {limit}"


def check_page_size(first: object) -> int:
    """Return a page size that is served.

    :raises PageSizeOutOfRange: if it is not 1 to ``MAX_PAGE``
    """
    if type(first) is not int or not 1 <= first <= MAX_PAGE:
        raise PageSizeOutOfRange(field="first", limit=MAX_PAGE)
    return first


@strawberry.type(
    description="一页在列表中的位置。Where a page lies in its list; pages go forward only."
)
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="列表中的一项。One item of a list.")
class Edge(Record, Generic[Node]):
    """One item of a list."""

    cursor: str
    node: Node = read_field()


@strawberry.type(description="一页。One page of a list.")
class Connection(Record, Generic[Node]):
    """One page of a list."""

    page_info: PageInfo
    edges: list[Edge[Node]] = read_field()
    total_count: int = strawberry.field(
        description="列表总数，仅在查询时计算。Counted only when asked for."
    )
