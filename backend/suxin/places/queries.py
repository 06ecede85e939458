"""Queries of places: areas by code and by parent, and their names."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.places.models import Area


def areas_of(parent_code: str | None, *, on: date | None = None) -> Select[Area]:
    """Return the areas directly under one (none: the city), by code; ``on`` leaves only those of that day."""
    found = select(Area).where(Area.parent_code.is_not_distinct_from(parent_code))
    if on is not None:
        found = found.where(
            Area.valid_from <= on, or_(Area.valid_until.is_(None), Area.valid_until > on)
        )
    return found.order_by(Area.code)


async def area(session: AsyncSession, code: str) -> Area:
    """Return the area with a code, also one that has ended.

    :raises NotFound: if there is none
    """
    found = await session.get(Area, code)
    if found is None:
        raise NotFound(thing_zh="区划", thing_en="area")
    return found


async def names(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    """Return the full names of areas by their codes; a code that is not known is left out."""
    rows = await session.execute(select(Area.code, Area.full_name).where(Area.code.in_(set(codes))))
    return {row.code: row.full_name for row in rows}
