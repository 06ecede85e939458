"""Writing many rows with one statement: the rows travel as one JSON document and PostgreSQL reads its own types.

Row policies stay in force, which a plain COPY into a protected table does not allow.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
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
    statement = text(inserting(model))
    for start in range(0, len(rows), CHUNK):
        await session.execute(statement, {"document": document_of(rows[start : start + CHUNK])})
    return len(rows)


def inserting(
    model: type[Table], *, document: str = "document", without: Container[str] = ()
) -> str:
    """Return the statement that inserts the rows of a document, given as the parameter of this name.

    The columns ``without`` are left to their defaults.
    """
    table = model.__table__
    assert isinstance(table, SqlTable)  # noqa: S101 - no model of ours is mapped to a join
    columns = ", ".join(
        f'"{column.name}"' for column in table.columns if column.name not in without
    )
    return (
        f"insert into {table.name} ({columns}) select {columns}"  # noqa: S608 - names of our own tables
        f" from json_populate_recordset(null::{table.name}, cast(:{document} as json))"
    )


def document_of(rows: Sequence[Row]) -> str:
    """Return rows as the document that ``inserting`` takes."""
    return msgspec.json.encode([_plain(row) for row in rows]).decode()


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
