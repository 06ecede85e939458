"""Counting what a query returns, without reading it."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute


async def counted(
    session: AsyncSession,
    statement: Select[*tuple[Any, ...]],
    *,
    first: InstrumentedAttribute[Any] | None = None,
) -> tuple[int, Any]:
    """Return how many rows a query has, and the least value of the column ``first`` among them, if one is named."""
    columns: list[ColumnElement[Any]] = [func.count()]
    if first is not None:
        columns.append(func.min(first))
    row = (
        await session.execute(
            statement.with_only_columns(*columns, maintain_column_froms=True).order_by(None)
        )
    ).one()
    return row[0], row[1] if first is not None else None
