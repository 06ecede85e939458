"""Paging: every list is read by ``first`` and an opaque cursor ``after``, and knows whether there is more.

A cursor holds the ordering key of the last item shown, so that items which come in meanwhile neither repeat nor hide
others. It names its list: a cursor of another list, or one that was tampered with, is refused.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Generic, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from suxin.kernel.refusals import Invalid

DEFAULT_PAGE: Final = 20
MAX_PAGE: Final = 100
MAX_CURSOR_CHARACTERS: Final = 256

Item = TypeVar("Item")
Row = TypeVar("Row")
AnySelect = Select[*tuple[Any, ...]]

First = Annotated[
    int, msgspec.Meta(ge=1, le=MAX_PAGE, description="每页条数 / how many items to return")
]
After = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=MAX_CURSOR_CHARACTERS,
        description="上一页的 nextCursor / the page before's nextCursor",
    ),
]


class PageQuery(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Which part of a list is asked for."""

    first: First = DEFAULT_PAGE
    after: After | None = None


class Page(msgspec.Struct, Generic[Item], rename="camel", kw_only=True):
    """A part of a list; ``nextCursor`` is nothing on its last page."""

    items: list[Item]
    next_cursor: str | None


def cursor_of(name: str, key: object) -> str:
    """Write the place in the list ``name`` after the item with this ordering key."""
    packed = msgspec.json.encode([name, key])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def place_of(cursor: str, name: str, shape: Any) -> Any:  # noqa: ANN401 - the key's type is the caller's
    """Return the ordering key that a cursor of the list ``name`` holds, as ``shape``.

    :raises Invalid: if it is not such a cursor
    """
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        found, key = msgspec.json.decode(packed, type=tuple[str, Any])
        if found == name:
            return msgspec.convert(key, shape)
    except (binascii.Error, ValueError, msgspec.MsgspecError, RecursionError):
        pass
    raise Invalid(
        field="after",
        reason_zh="翻页位置无效，请从第一页开始",
        reason_en="not a cursor of this list",
    )


def page_of(
    rows: Sequence[Row],
    query: PageQuery,
    *,
    name: str,
    key: Callable[[Row], object],
    view: Callable[[Row], Item],
) -> Page[Item]:
    """Return a page out of one row more than it may hold."""
    shown = rows[: query.first]
    more = len(rows) > query.first
    return Page(
        items=[view(row) for row in shown],
        next_cursor=cursor_of(name, key(shown[-1])) if more else None,
    )


def listed(
    rows: Sequence[Row], query: PageQuery, *, name: str, view: Callable[[Row], Item]
) -> Page[Item]:
    """Return a page of a short list that is whole in memory, by position.

    For lists bounded by their nature (a request's banks, a loan's instalments), whose order does not change.
    """
    start = 0 if query.after is None else place_of(query.after, name, int)
    if not 0 <= start <= len(rows):
        start = len(rows)
    numbered = list(enumerate(rows))[start : start + query.first + 1]
    return page_of(
        numbered, query, name=name, key=lambda row: row[0] + 1, view=lambda row: view(row[1])
    )


async def newest_first(
    session: AsyncSession,
    statement: AnySelect,
    query: PageQuery,
    *,
    name: str,
    by: InstrumentedAttribute[UUID],
    view: Callable[[Any], Item],
) -> Page[Item]:
    """Return a page of a statement that is ordered by descending id; ``by`` is the id's column.

    Rows of several columns are given to ``view`` whole; the first of them holds the id.
    """
    if query.after is not None:
        statement = statement.where(by < place_of(query.after, name, UUID))
    rows = (await session.execute(statement.limit(query.first + 1))).all()
    return page_of(rows, query, name=name, key=lambda row: row[0].id, view=view)
