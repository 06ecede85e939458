"""A village's register after everything has happened to it once: the first bank keeps it, as if it were a village."""

from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg
from rosters import line, roster_csv
from sample_rows import insert, sample
from small_city import SmallCity
from small_villages import CODES, NAMES, SmallVillage, build_household, office

from suxin.kernel.actor import Actor
from suxin.villages.areas import add_village_area
from suxin.villages.grids import GridDraft, assign_worker, draw_grid
from suxin.villages.importing import import_roster
from suxin.villages.linking import link_by_resident_id
from suxin.villages.models import VillageMerger
from suxin.villages.policies import GRID_MANAGE, LINK_DECIDE, REGISTER_MANAGE, REGISTER_READ
from suxin.villages.registers import open_register

SUBJECT_ID, IMPORT_ID, MERGER_ID = UUID(int=641), UUID(int=642), UUID(int=643)


@dataclass(frozen=True, kw_only=True)
class FilledVillage:
    """The ids of one village's register, and somebody who may do everything with it."""

    admin: Actor
    code: str
    grid_id: UUID
    worker_id: UUID
    household_id: UUID
    member_id: UUID
    link_id: UUID

    @property
    def tenant_id(self) -> UUID:
        """Whose register it is."""
        return self.admin.own_tenant


async def fill_villages(
    city: SmallCity, admin: asyncpg.Connection, staff_id: UUID
) -> FilledVillage:
    """Let the first bank keep a village's register: whoever looks on is then asked about its rows."""
    keeper = replace(
        city.banks[0].officer,
        permissions=frozenset({GRID_MANAGE, LINK_DECIDE, REGISTER_MANAGE, REGISTER_READ}),
    )
    await city.act(add_village_area, office(city), area_code=CODES[0], name=NAMES[0])
    await city.act(open_register, keeper, area_code=CODES[0])
    grid = await city.act(draw_grid, keeper, draft=GridDraft(code=f"{CODES[0]}001", name="第1网格"))
    worker = await city.act(assign_worker, keeper, grid_id=grid.id, staff_id=staff_id)
    village = SmallVillage(tenant_id=keeper.own_tenant, code=CODES[0], admin=keeper, grids=(grid,))
    household = await build_household(city, village)
    await link_by_resident_id(
        city.database,
        Actor.subject("test", person_id=city.person_id, subject_id=city.person_id),
        sealer=city.sealer,
        now=city.now,
    )
    await city.act(
        import_roster,
        keeper,
        import_id=IMPORT_ID,
        file_name="名册.csv",
        content=roster_csv(line("2", "钱七", "户主")),
        sealer=city.sealer,
    )
    await insert(
        admin,
        VillageMerger,
        sample(
            VillageMerger, city.now, id=MERGER_ID, into_tenant_id=keeper.own_tenant, document="x"
        ),
    )
    await admin.execute(
        "update households set subject_id = $1, register_number = 'Y1', linked_by = $2,"
        " linked_at = registered_at, notice_version = 'x' where number = '1'",
        SUBJECT_ID,
        city.person_id,
    )
    return FilledVillage(
        admin=keeper,
        code=CODES[0],
        grid_id=grid.id,
        worker_id=worker.id,
        household_id=household.id,
        member_id=await admin.fetchval("select head_id from households where number = '1'"),
        link_id=await admin.fetchval("select id from household_links"),
    )
