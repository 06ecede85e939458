"""How far rural credit reaches, as it is shown to towns, the city's office and banks: counts by area, none of fewer than five households.

From credit households to credit villages and towns: what is still missing for the next level, in counts. Who is in an area is nowhere here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from suxin.rural.models import RuralAreaCount
from suxin.rural.rollup import ONE, Measure, Share, to_do
from suxin.rural.states import TitleLevel

SMALLEST_SHOWN: Final = 5
"""Cells of fewer households are not shown (PIPL art. 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One area as it is shown; a count is none where fewer than five households stand behind it.

    ``share_bps`` are households with a grade in force of all in the register. ``needed`` is how many more credit households (of a village)
    or credit villages (of a town) the rule asks for; none where that would say a count that is not shown. ``title_year`` is that of its title.
    """

    area_code: str
    households: int | None
    rated: int | None
    credit: int | None
    entities: int | None
    share_bps: int | None
    villages: int
    credit_villages: int
    point_villages: int
    shop_villages: int
    needed: int | None
    title_year: int | None
    counted_at: datetime


def as_shown(count: RuralAreaCount, titled: Mapping[str, int]) -> Coverage:
    """Return an area's figures as they are shown; ``titled`` are the years of titles by area."""
    households, rated, credit = map(
        _shown, (count.households, count.rated_households, count.credit_households)
    )
    share = None
    if households and rated is not None:
        share = count.rated_households * ONE // count.households
    of_villages = count.level is TitleLevel.VILLAGE
    hidden = of_villages and (credit is None or households is None)
    return Coverage(
        area_code=count.area_code,
        households=households,
        rated=rated,
        credit=credit,
        entities=_shown(count.entities),
        share_bps=share,
        villages=count.villages,
        credit_villages=count.credit_villages,
        point_villages=count.point_villages,
        shop_villages=count.shop_villages,
        needed=None if hidden else _needed(count),
        title_year=titled.get(count.area_code),
        counted_at=count.counted_at,
    )


def _shown(count: int) -> int | None:
    return None if 0 < count < SMALLEST_SHOWN else count


def _needed(count: RuralAreaCount) -> int | None:
    """Return how many more of the level below the area's first rule asks for."""
    shares = {
        Measure.CREDIT_HOUSEHOLDS: Share(part=count.credit_households, whole=count.households),
        Measure.CREDIT_VILLAGES: Share(part=count.credit_villages, whole=count.villages),
    }
    return to_do(count.level, shares)[0].still_needed
