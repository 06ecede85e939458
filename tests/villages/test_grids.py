"""Grids: areas of the city with codes of fifteen digits, redrawn without losing whoever lives in them; and who covers them."""

import pytest
from small_villages import CODES, build_household, build_village
from sqlalchemy import select

from suxin.places.models import Area
from suxin.villages import queries
from suxin.villages.grids import (
    GridDraft,
    assign_worker,
    draw_grid,
    end_worker,
    merge_grids,
    rename_grid,
    renumber_grid,
    split_grid,
)
from suxin.villages.models import Household
from suxin.villages.refusals import (
    GridCodeMalformed,
    GridCodeTaken,
    GridEnded,
    SameHousehold,
    WorkerAssigned,
)
from suxin.villages.states import GridKind
from suxin.villages.texts import checked_grid_code, kind_of_code


@pytest.mark.parametrize(
    "code",
    ["", CODES[0], CODES[0] + "000", CODES[0] + "900", CODES[1] + "001", CODES[0] + "0a1"],
)
def test_a_grids_code_is_the_villages_and_three_digits_of_its_own(code):
    with pytest.raises(GridCodeMalformed):
        checked_grid_code(code, villages=(CODES[0],))


@pytest.mark.parametrize(
    ("last", "kind"),
    [("001", GridKind.BASIC), ("899", GridKind.BASIC), ("901", GridKind.SPECIAL)],
)
def test_the_last_three_digits_tell_the_kind_of_grid(last, kind):
    code = checked_grid_code(f" {CODES[0]}{last} ", villages=CODES)
    assert kind_of_code(code) is kind


async def test_grids_are_renumbered_split_and_merged_and_households_stay_in_them(small_city):
    village = await build_village(small_city)
    household = await build_household(small_city, village)
    first, second = village.grids
    admin = village.admin
    with pytest.raises(GridCodeTaken):
        await small_city.act(renumber_grid, admin, grid_id=first.id, code=second.code)
    await small_city.act(renumber_grid, admin, grid_id=first.id, code=CODES[0] + "011")
    with pytest.raises(GridCodeTaken):
        await small_city.act(draw_grid, admin, draft=GridDraft(code=first.code, name="旧编码"))
    made = await small_city.act(
        split_grid,
        admin,
        grid_id=first.id,
        draft=GridDraft(code=CODES[0] + "003", name="一组网格"),
        groups=["一组"],
    )
    with pytest.raises(SameHousehold):
        await small_city.act(merge_grids, admin, grid_id=made.id, into_id=made.id)
    await small_city.act(merge_grids, admin, grid_id=first.id, into_id=made.id)
    with pytest.raises(GridEnded):
        await small_city.act(rename_grid, admin, grid_id=first.id, name="已停用")
    await small_city.act(rename_grid, admin, grid_id=made.id, name="新名")
    async with small_city.database.snapshot(admin, now=small_city.now) as session:
        assert await session.scalar(select(Household.grid_id)) == made.id
        assert (await queries.household(session, village.tenant_id, household.id)).number == "1"
        areas = {
            one.code[-3:]: (one.name, one.valid_until is None, one.predecessors)
            for one in await session.scalars(select(Area).where(Area.level == "grid"))
        }
    assert areas == {
        "001": ("第1网格", False, []),
        "002": ("第2网格", True, []),
        "011": ("第1网格", False, [CODES[0] + "001"]),
        "003": ("新名", True, [CODES[0] + "011", CODES[0] + "011"]),
    }


async def test_a_village_draws_no_area_outside_its_own(small_city):
    village, other = await build_village(small_city), await build_village(small_city, 1)
    with pytest.raises(GridCodeMalformed):
        await small_city.act(
            draw_grid, other.admin, draft=GridDraft(code=CODES[0] + "009", name="别村")
        )
    # The database itself refuses it, whatever code asks.
    async with small_city.database.transaction(other.admin, now=small_city.now) as session:
        area = await session.get(Area, village.grids[0].code)
        area.name = "改名"
        with pytest.raises(Exception, match=r"0 (were )?matched|row-level security"):
            await session.flush()
        await session.rollback()


async def test_workers_cover_grids_until_they_end(small_city):
    village = await build_village(small_city)
    admin, grid = village.admin, village.grids[0]
    given = {"grid_id": grid.id, "staff_id": admin.own_staff}
    worker = await small_city.act(assign_worker, admin, **given)
    with pytest.raises(WorkerAssigned):
        await small_city.act(assign_worker, admin, **given)

    async def covered() -> frozenset:
        async with small_city.database.snapshot(admin, now=small_city.now) as session:
            return await queries.grids_covered(
                session, village.tenant_id, admin.own_staff, on=small_city.now.date()
            )

    assert await covered() == {grid.id}
    await small_city.act(end_worker, admin, worker_id=worker.id)
    assert await covered() == frozenset()
    await small_city.act(assign_worker, admin, **given)
    assert await covered() == {grid.id}
