"""Paging: a list read by its own key, a page at a time in both directions; ids newest first, codes in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import Select, Text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Refusal
from suxin_web.callers import AnyRequest

PAGE_SIZE: Final = 20
MAX_SEARCH: Final = 60

MAX_CODE: Final = 40
MAX_LINE_DIGITS: Final = 9

Key = InstrumentedAttribute[UUID] | InstrumentedAttribute[str]


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

    ``statement`` has no order of its own that matters: rows come by ``key``, ids newest first and codes ascending.
    ``kept`` are the filters that the neighbours' addresses repeat. A cursor that is none is as good as none.
    """
    ascending = isinstance(key.type, Text)
    before, after = (_cursor(request, name, code=ascending) for name in ("before", "after"))
    rows_of = statement.order_by(None).limit(size + 1)
    if before is not None:
        earlier = key < before if ascending else key > before
        backwards = key.desc() if ascending else key.asc()
        found = list(await session.execute(rows_of.where(earlier).order_by(backwards)))
        more, rows = len(found) > size, found[:size][::-1]
        newer, older = more, True
    else:
        if after is not None:
            rows_of = rows_of.where(key > after if ascending else key < after)
        forwards = key.asc() if ascending else key.desc()
        found = list(await session.execute(rows_of.order_by(forwards)))
        rows = found[:size]
        newer, older = after is not None, len(found) > size

    def address(name: str, row: Any) -> str:  # noqa: ANN401 - a row of whatever was selected
        cursor = str(getattr(row[0], key.key))
        return f"{request.scope['path']}?{urlencode({**(kept or {}), name: cursor})}"

    return ListPage(
        rows,
        newer=address("before", rows[0]) if rows and newer else None,
        older=address("after", rows[-1]) if rows and older else None,
    )


def asked_text(request: AnyRequest, name: str) -> str:
    """Return what the address asks to search for: one line, without blanks around it, of limited length."""
    return request.query_params.get(name, "").replace("\x00", "").strip()[:MAX_SEARCH]


def asked_line(request: AnyRequest, name: str = "fromLine") -> int:
    """Return the line of a file from which on the address asks; what is no line is the first one."""
    asked = request.query_params.get(name, "")
    return (
        int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= MAX_LINE_DIGITS else 0
    )


def _cursor(request: AnyRequest, name: str, *, code: bool) -> UUID | str | None:
    text = request.query_params.get(name)
    if code:
        return (
            text if text and len(text) <= MAX_CODE and text.isascii() and text.isalnum() else None
        )
    try:
        return parse_id(text, field=name)
    except Refusal:
        return None
