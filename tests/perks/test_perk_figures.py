"""The counted months: equal to what was redeemed and not paid, and no cell of fewer than five."""

from datetime import date, timedelta

import asyncpg
from hypothesis import given
from hypothesis import strategies as st
from small_city import SmallCity
from small_covers import SmallCover, build_cover
from small_limits import PLATFORM, WAITED, defaulted
from small_perks import build_perks
from small_settlements import completed

from suxin.perks.figures.counting import count_perks
from suxin.perks.figures.models import PerkDimension
from suxin.perks.figures.queries import perk_figures, perk_months
from suxin.perks.figures.shown import SMALLEST_SHOWN, PerkCounted, as_shown

MONTH = date(2026, 11, 1)


def cell(key: str, people: int, defaults: int = 0) -> PerkCounted:
    return PerkCounted(
        month=MONTH,
        key=key,
        redemptions=people,
        uses=people * 2,
        people=people,
        value_fen=people * 100,
        defaults=defaults,
    )


@given(st.lists(st.integers(0, 12), max_size=8))
def test_no_cell_of_few_is_shown_and_none_can_be_worked_out(people: list[int]) -> None:
    shown = as_shown([cell(str(place), one) for place, one in enumerate(people)], parts=True)
    hidden = [people[place] for place, one in enumerate(shown) if one.uses is None]
    assert all(one.uses is None for one, size in zip(shown, people, strict=True) if 0 < size < 5)
    # One alone would be the whole less the rest.
    whole = [size for size in people if size]
    assert len(hidden) != 1 or len(whole) == 1
    assert sum(1 for size in hidden if size >= SMALLEST_SHOWN) <= 1


def test_few_defaults_are_hidden_by_themselves() -> None:
    (one, two, three) = as_shown([cell("a", 9, 2), cell("b", 9, 7), cell("c", 9)], parts=True)
    assert (one.uses, one.defaults, two.defaults, three.defaults) == (18, None, None, 0)
    (city,) = as_shown([cell("", 4, 6)], parts=False)
    assert (city.redemptions, city.value_fen, city.defaults) == (None, None, 6)


async def counted(small: SmallCover, **later: timedelta) -> int:
    now = small.city.now + later.get("later", timedelta(0))
    async with small.city.database.transaction(PLATFORM, now=now) as session:
        return await count_perks(session, now=now)


async def test_months_are_counted_by_area_and_scenario_and_anew(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    small = await build_cover(await build_perks(small_city))
    tour = await small.perks.published(budget_fen=50_000)
    for _ in range(6):
        await completed(small.perks, tour)
    await completed(small.perks, tour, subject_id=small_city.person_id)
    await completed(small.perks, tour, subject_id=small_city.person_id)
    assert await counted(small) == 3
    spent = await admin.fetchval("select sum(used_value_fen) from perk_redemptions")
    operator = small_city.operator
    async with small_city.database.snapshot(operator, now=small_city.now) as session:
        (city,) = await perk_months(session, operator)
        by = {
            one: list(await perk_figures(session, operator, by=one, month=MONTH))
            for one in (PerkDimension.COUNTY, PerkDimension.SCENARIO)
        }
    assert (city.month, city.redemptions, city.uses, city.value_fen) == (MONTH, 8, 8, spent)
    assert [(one.key, one.redemptions) for one in by[PerkDimension.SCENARIO]] == [
        ("tour.ticket", 8)
    ]
    (area,) = by[PerkDimension.COUNTY]
    assert (len(area.key), area.redemptions) == (6, 8)
    # Seven people: a visitor each time, and one resident twice.
    people = await admin.fetchval("select people from perk_months where dimension = 'city'")
    assert people == 7
    await completed(small.perks, tour)
    # It became known a month after that.
    await defaulted(small)
    assert await counted(small, later=WAITED) == 6
    rows = await admin.fetch(
        "select month, redemptions, defaults from perk_months where dimension = 'city' order by month"
    )
    assert [tuple(row) for row in rows] == [(MONTH, 9, 0), (date(2026, 12, 1), 0, 1)]
