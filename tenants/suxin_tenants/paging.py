"""Paging: a list read by its own key, newest first, a page at a time in both directions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ColumnElement, Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Refusal
from suxin_web.callers import AnyRequest

PAGE_SIZE: Final = 20

Key = InstrumentedAttribute[UUID] | ColumnElement[UUID]


@dataclass(frozen=True, slots=True)
class ListPage:
    """The rows of one page, and the addresses of its neighbours where there are any."""

    rows: Sequence[Any]
    newer: str | None
    older: str | None


async def read_page(
    session: AsyncSession,
    request: AnyRequest,
    statement: Select[*tuple[Any, ...]],
    key: Key,
    *,
    kept: Mapping[str, str] | None = None,
    size: int = PAGE_SIZE,
) -> ListPage:
    """Read the page that the address asks for by ``after`` (older) or ``before`` (newer).

    ``statement`` has no order of its own that matters: rows come by ``key``, newest first. ``kept`` are the filters that
    the neighbours' addresses repeat. A cursor that is none is as good as none.
    """
    before, after = _cursor(request, "before"), _cursor(request, "after")
    rows_of = statement.order_by(None).limit(size + 1)
    if before is not None:
        found = list(await session.execute(rows_of.where(key > before).order_by(key.asc())))
        more, rows = len(found) > size, found[:size][::-1]
        newer, older = more, True
    else:
        rows_of = rows_of if after is None else rows_of.where(key < after)
        found = list(await session.execute(rows_of.order_by(key.desc())))
        rows = found[:size]
        newer, older = after is not None, len(found) > size

    def address(name: str, row: Any) -> str:  # noqa: ANN401 - a row of whatever was selected
        cursor = str(row[0].id)
        return f"{request.scope['path']}?{urlencode({**(kept or {}), name: cursor})}"

    return ListPage(
        rows,
        newer=address("before", rows[0]) if rows and newer else None,
        older=address("after", rows[-1]) if rows and older else None,
    )


def _cursor(request: AnyRequest, name: str) -> UUID | None:
    try:
        return parse_id(request.query_params.get(name), field=name)
    except Refusal:
        return None
