"""Writing many rows with one statement: the rows travel as one JSON document and PostgreSQL reads its own types.

Row policies stay in force, which a plain COPY into a protected table does not allow.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Table as SqlTable
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.tables import Table

CHUNK: Final = 4_000

Row = Table | Mapping[str, Any]


async def put(session: AsyncSession, model: type[Table], rows: Sequence[Row]) -> int:
    """Insert the rows into the model's table; return how many. What a row does not name is null."""
    table = model.__table__
    assert isinstance(table, SqlTable)  # noqa: S101 - no model of ours is mapped to a join
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    statement = text(
        f"insert into {table.name} ({columns}) select {columns}"  # noqa: S608 - names of our own tables
        f" from json_populate_recordset(null::{table.name}, cast(:document as json))"
    )
    for start in range(0, len(rows), CHUNK):
        document = msgspec.json.encode([_plain(row) for row in rows[start : start + CHUNK]])
        await session.execute(statement, {"document": document.decode()})
    return len(rows)


def _plain(row: Row) -> dict[str, Any]:
    values: Iterable[tuple[str, Any]] = (
        row.items() if isinstance(row, Mapping) else vars(row).items()
    )
    return {
        # PostgreSQL reads bytes in hexadecimal; msgspec would write base64.
        name: "\\x" + value.hex() if isinstance(value, bytes) else value
        for name, value in values
        if name != "_sa_instance_state"
    }
