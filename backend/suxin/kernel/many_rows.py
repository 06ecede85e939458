"""Writing many rows with one statement: the rows travel as one JSON document and PostgreSQL reads its own types.

Row policies stay in force, which a plain COPY into a protected table does not allow.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Table as SqlTable
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from suxin.kernel.tables import Table

CHUNK: Final = 4_000
_DIALECT: Final = PGDialect()  # type: ignore[no-untyped-call] # SQLAlchemy's constructor has no types

Row = Table | Mapping[str, Any]


async def put(
    session: AsyncSession, model: type[Table], rows: Sequence[Row], *, without: Container[str] = ()
) -> int:
    """Insert the rows into the model's table; return how many. What a row does not name is null; ``without`` are left to their defaults."""
    statement = text(inserting(model, without=without))
    for start in range(0, len(rows), CHUNK):
        await session.execute(statement, {"document": document_of(rows[start : start + CHUNK])})
    return len(rows)


async def change(session: AsyncSession, rows: Sequence[Table], columns: Sequence[str]) -> None:
    """Write these columns of rows that the session holds, all of one model; nothing of them waits for a flush after it.

    :raises StaleDataError: if one of them is not there to be changed
    """
    if not rows:
        return
    table = _table(type(rows[0]))
    key = [column.name for column in table.primary_key]
    statement = text(changing(type(rows[0]), columns))
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        document = document_of(
            [{name: getattr(row, name) for name in (*key, *columns)} for row in chunk]
        )
        keys = {f"{name}s": list({getattr(row, name) for row in chunk}) for name in key}
        found = (await session.scalars(statement, {"document": document, **keys})).one()
        if found != len(chunk):
            message = f"{len(chunk)} rows of {table.name} were to be changed, {found} were there"
            raise StaleDataError(message)
    for row in rows:
        for name in columns:
            set_committed_value(row, name, getattr(row, name))


def changing(model: type[Table], columns: Sequence[str]) -> str:
    """Return the statement that changes these columns of the rows of a document and says how many; each part of a key is given besides, as ``ids`` for ``id``.

    By these the rows are found in the index of the key whatever statistics say: a join with the document alone may be planned as a reading of the
    whole table, under its row policies.
    """
    table = _table(model)
    values = ", ".join(f'"{name}" = r."{name}"' for name in columns)
    given = " and ".join(
        f't."{column.name}" = any(cast(:{column.name}s as {column.type.compile(_DIALECT)}[]))'
        for column in table.primary_key
    )
    same = " and ".join(f't."{column.name}" = r."{column.name}"' for column in table.primary_key)
    return (
        f"with changed as (update {table.name} t set {values}"  # noqa: S608 - names of our own tables
        f" from json_populate_recordset(null::{table.name}, cast(:document as json)) r"
        f" where {given} and {same} returning 1) select count(*) from changed"
    )


def inserting(
    model: type[Table], *, document: str = "document", without: Container[str] = ()
) -> str:
    """Return the statement that inserts the rows of a document, given as the parameter of this name.

    The columns ``without`` are left to their defaults, and what the database makes of others is left to it.
    """
    table = _table(model)
    columns = ", ".join(
        f'"{column.name}"'
        for column in table.columns
        if column.name not in without and column.computed is None
    )
    return (
        f"insert into {table.name} ({columns}) select {columns}"  # noqa: S608 - names of our own tables
        f" from json_populate_recordset(null::{table.name}, cast(:{document} as json))"
    )


def _table(model: type[Table]) -> SqlTable:
    table = model.__table__
    assert isinstance(table, SqlTable)  # noqa: S101 - no model of ours is mapped to a join
    return table


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
