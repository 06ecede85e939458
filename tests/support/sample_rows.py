"""A row for any table, made up from its columns."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Integer, LargeBinary, Text, Uuid
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import JSONB

from suxin.kernel.tables import Table


def sample(model: type[Table], now: datetime, **given: Any) -> dict[str, Any]:
    """One row for any table: what is in it does not matter to a proof about every table, only that there is one."""
    return {
        column.name: given.get(column.name, None if column.nullable else _value(column, now))
        for column in model.__table__.columns
        if column.computed is None
    }


def _value(column: Column[Any], now: datetime) -> Any:
    if isinstance(column.type, EnumType):
        return column.type.enums[0]
    if isinstance(column.type, ARRAY) and isinstance(column.type.item_type, Integer):
        return [1]
    if isinstance(column.type, ARRAY) and isinstance(column.type.item_type, Uuid):
        return [uuid4()]
    for kind, value in (
        (Uuid, uuid4()),
        (DateTime, now),
        (Date, date(2026, 11, 20)),
        (Boolean, False),
        (Integer, 1),
        (LargeBinary, uuid4().bytes),
        (ARRAY, ["x"]),
        (JSONB, "{}"),
        (Text, f"x-{uuid4()}"),
    ):
        if isinstance(column.type, kind):
            return value
    message = f"no sample for {column.table.name}.{column.name} of type {column.type!r}"
    raise TypeError(message)


async def insert(connection: asyncpg.Connection, model: type[Table], row: dict[str, Any]) -> None:
    columns = ", ".join(f'"{name}"' for name in row)
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await connection.execute(
        f"insert into {model.__tablename__} ({columns}) values ({places})",  # noqa: S608 - names of our own tables
        *row.values(),
    )
