"""Importing lists: twice the same changes nothing, what is known is brought up to date, and nothing is half taken."""

import asyncio

import pytest
from rosters import line, roster_csv
from small_city import SmallCity
from small_villages import PERSON_ID, build_household, build_village
from sqlalchemy import func, select

from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden
from suxin.villages import queries
from suxin.villages.importing import import_roster
from suxin.villages.models import Household, HouseholdMember, RegisterImport
from suxin.villages.people import opened
from suxin.villages.refusals import ImportElsewhere

ONE, TWO, THREE = "321302197204040036", "321302197305050049", "321302199506060058"
GRID = "321324102201001"


async def take(city: SmallCity, village, *rows, import_id=None) -> RegisterImport:
    return await city.act(
        import_roster,
        village.admin,
        import_id=import_id or new_id(),
        file_name="名册.csv",
        content=roster_csv(*rows),
        sealer=city.sealer,
    )


def figures(done: RegisterImport) -> tuple[int, int, int, list[str]]:
    return done.added, done.changed, done.unchanged, [one["code"] for one in done.rejects]


async def people(city: SmallCity, village) -> dict[str, list[str]]:
    async with city.database.snapshot(village.admin, now=city.now) as session:
        rows = (await session.scalars(queries.households(village.tenant_id))).all()
        found = await session.scalars(queries.members(village.tenant_id, [one.id for one in rows]))
        by_id: dict = {one.id: [] for one in rows}
        for one in found:
            by_id[one.household_id].append(opened(city.sealer, one).name)
        return {one.number: by_id[one.id] for one in rows}


async def test_a_list_is_taken_and_taken_again_and_corrected(small_city):
    village = await build_village(small_city)
    rows = (
        line("1", "钱七", "户主", ONE, grid=GRID),
        line("1", "孙八", "配偶", TWO, head="钱七", grid=GRID),
        line("2", "周九", "户主", THREE),
    )
    import_id = new_id()
    first = await take(small_city, village, *rows, import_id=import_id)
    assert figures(first) == (3, 0, 0, [])
    assert (await take(small_city, village, *rows, import_id=import_id)).id == first.id
    with pytest.raises(ImportElsewhere):
        await take(small_city, village, rows[2], import_id=import_id)
    assert figures(await take(small_city, village, *rows)) == (0, 0, 3, [])
    changed = (
        # The phone is new; the empty cell says nothing of the grid.
        line("1", "钱七", "户主", ONE, phone="13800000000"),
        line("1", "孙八", "配偶", head="钱七"),
        line("1", "钱小七", "长子", head="钱七"),
    )
    assert figures(await take(small_city, village, *changed)) == (1, 1, 1, [])
    assert await people(small_city, village) == {"1": ["钱七", "孙八", "钱小七"], "2": ["周九"]}
    async with small_city.database.snapshot(village.admin, now=small_city.now) as session:
        one = await queries.household_numbered(session, village.tenant_id, "1")
        assert one.grid_id == village.grids[0].id
        assert (await queries.counts_of(session, village.tenant_id)).persons == 4


async def test_what_the_register_knows_otherwise_is_refused_for_the_household_alone(small_city):
    village = await build_village(small_city)
    await build_household(small_city, village)
    done = await take(
        small_city,
        village,
        line("1", "别人", "户主", ONE),
        line("2", "王小明", "户主", PERSON_ID),
        line("3", "孙八", "户主", grid="321324102201077"),
        line("4", "周九", "户主", THREE),
    )
    assert figures(done) == (
        1,
        0,
        0,
        ["ROSTER_HEAD_DIFFERS", "PERSON_IN_ANOTHER_HOUSEHOLD", "INVALID"],
    )
    assert [one["line"] for one in done.rejects] == [2, 3, 4]
    assert await people(small_city, village) == {"1": ["王小明", "王小小"], "4": ["周九"]}


async def test_two_at_once_import_one_list_under_one_id_and_one_is_there(small_city):
    village = await build_village(small_city)
    rows, import_id = [line("1", "钱七", "户主", ONE)], new_id()
    done = await asyncio.gather(
        *(take(small_city, village, *rows, import_id=import_id) for _ in range(2))
    )
    assert [figures(one) for one in done] == [(1, 0, 0, [])] * 2
    async with small_city.database.snapshot(village.admin, now=small_city.now) as session:
        assert await session.scalar(select(func.count()).select_from(HouseholdMember)) == 1


async def test_whoever_may_not_manage_the_register_imports_nothing(small_city):
    village = await build_village(small_city)
    with pytest.raises(Forbidden):
        await small_city.act(
            import_roster,
            village.admin.with_permissions(set()),
            import_id=new_id(),
            file_name="x",
            content=b"",
            sealer=small_city.sealer,
        )
    async with small_city.database.snapshot(village.admin, now=small_city.now) as session:
        assert await session.scalar(select(func.count()).select_from(Household)) == 0


async def test_a_large_list_is_taken_in_one_transaction_within_seconds(small_city):
    village = await build_village(small_city)
    rows = [
        line(str(number), f"户主{number}", "户主", head=f"户主{number}") for number in range(3_000)
    ]
    async with asyncio.timeout(60):
        assert figures(await take(small_city, village, *rows)) == (3_000, 0, 0, [])
