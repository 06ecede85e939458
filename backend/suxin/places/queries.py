"""Queries of places: areas by code and by parent, and their names."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from suxin.kernel.refusals import NotFound
from suxin.places.codes import OUTSIDE_ZH, codes_around
from suxin.places.models import Area, AreaLevel


def areas_of(parent_code: str | None, *, on: date | None = None) -> Select[Area]:
    """Return the areas directly under one (none: the city), by code; ``on`` leaves only those of that day."""
    found = select(Area).where(Area.parent_code.is_not_distinct_from(parent_code))
    if on is not None:
        found = found.where(
            Area.valid_from <= on, or_(Area.valid_until.is_(None), Area.valid_until > on)
        )
    return found.order_by(Area.code)


def every_area() -> Select[Area]:
    """Return every area, those that have ended included, by code."""
    return select(Area).order_by(Area.code)


def counties() -> Select[Area]:
    """Return the counties in force, by code."""
    return (
        select(Area)
        .where(Area.level == AreaLevel.COUNTY, Area.valid_until.is_(None))
        .order_by(Area.code)
    )


def counties_and_towns() -> Select[Area]:
    """Return the counties and towns in force, each county before its towns."""
    return (
        select(Area)
        .where(Area.level.in_((AreaLevel.COUNTY, AreaLevel.TOWN)), Area.valid_until.is_(None))
        .order_by(Area.code)
    )


def areas_asked(*, within: str = "", search: str = "") -> Select[Area]:
    """Return areas in force, by code: the counties, those directly within one area, or those found by name or code.

    ``search`` looks anywhere within the area, or the city: for a part of the full name, or the beginning of the code.
    """
    found = select(Area).where(Area.valid_until.is_(None)).order_by(Area.code)
    if search:
        named = or_(
            Area.full_name.contains(search, autoescape=True),
            Area.code.startswith(search, autoescape=True),
        )
        return found.where(named, Area.code.startswith(within, autoescape=True))
    if not within:
        return counties()
    return found.where(Area.parent_code == within, Area.code != within)


async def areas_around(session: AsyncSession, code: str) -> list[Area]:
    """Return the areas around one, the widest first; the city itself is understood."""
    around: list[Area] = []
    inner = await area(session, code)
    while inner.parent_code is not None and inner.parent_code != inner.code:
        inner = await area(session, inner.parent_code)
        if inner.level is not AreaLevel.CITY:
            around.insert(0, inner)
    return around


async def area_counts(session: AsyncSession, codes: Iterable[str]) -> dict[str, int]:
    """Return how many areas ever lay directly within each of these; one with none is left out."""
    rows = await session.execute(
        select(Area.parent_code, func.count())
        .where(Area.parent_code.in_(set(codes)))
        .group_by(Area.parent_code)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


async def area(session: AsyncSession, code: str) -> Area:
    """Return the area with a code, also one that has ended.

    :raises NotFound: if there is none
    """
    found = await session.get(Area, code)
    if found is None:
        raise NotFound(thing_zh="区划", thing_en="area")
    return found


async def known_codes(session: AsyncSession, codes: Iterable[str]) -> frozenset[str]:
    """Return those of the codes that are an area's, also of one that has ended."""
    return frozenset(await session.scalars(select(Area.code).where(Area.code.in_(set(codes)))))


async def short_names(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of areas without what lies around them, for people to read; see ``names``."""
    return await _nearest(session, codes, Area.name)


async def names(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    """Return the full names of areas by their codes, for people to read.

    A code that is not known has the name of the nearest area around it that is, and outside the city ``OUTSIDE_ZH``.
    """
    return await _nearest(session, codes, Area.full_name)


async def _nearest(
    session: AsyncSession, codes: Iterable[str], name: InstrumentedAttribute[str]
) -> dict[str, str]:
    around = {code: codes_around(code) for code in set(codes)}
    wanted = {place for places in around.values() for place in places}
    rows = await session.execute(select(Area.code, name).where(Area.code.in_(wanted)))
    known = {row[0]: row[1] for row in rows}
    return {
        code: next((known[place] for place in places if place in known), OUTSIDE_ZH)
        for code, places in around.items()
    }
