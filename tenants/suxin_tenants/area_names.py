"""Area names: codes as people read them."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.places.models import CITY_CODE, AreaLevel
from suxin.places.queries import counties, counties_and_towns, short_names

CITY_ZH: Final = "宿迁全市"


async def area_names(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    """Return a name for each code, the nearest around it where it is not known itself."""
    known = await short_names(session, codes)
    return {code: CITY_ZH if code == CITY_CODE else known[code] for code in sorted(known)}


async def county_options(session: AsyncSession) -> list[tuple[str, str]]:
    """Return the counties as a form offers them."""
    return [(area.code, area.name) for area in await session.scalars(counties())]


async def counties_with_towns(
    session: AsyncSession,
) -> tuple[list[tuple[str, str]], dict[str, list[tuple[str, str]]]]:
    """Return the whole city and its counties as choices of a form, and the towns of each county by its name."""
    towns: dict[str, list[tuple[str, str]]] = {}
    counties = [(CITY_CODE, CITY_ZH)]
    for area in await session.scalars(counties_and_towns()):
        if area.level is AreaLevel.COUNTY:
            counties.append((area.code, area.name))
            towns[area.name] = []
        elif towns:
            towns[next(reversed(towns))].append((area.code, area.name))
    return counties, towns
