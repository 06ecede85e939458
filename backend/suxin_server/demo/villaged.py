"""The villages' registers of the demo city: opened, drawn into grids and filled by the product's own commands, in the villages' own names.

The worker does it after the start. A city that has registers is left as it is.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.sealing import Sealer
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import Profiles
from suxin.villages.areas import add_village_area
from suxin.villages.grids import GridDraft, assign_worker, draw_grid
from suxin.villages.households import add_household
from suxin.villages.models import Grid, Village
from suxin.villages.policies import AREA_ADD, REGISTER_MANAGE
from suxin.villages.registers import open_register, record, recount, take_register
from suxin_server.demo import cast
from suxin_server.demo.book import REQUEST_ID
from suxin_server.demo.office import credit_office, people_of
from suxin_server.demo.villages import GROUPS, REGISTERS, VILLAGES, Register, households

_SYSTEM: Final = Actor.system(REQUEST_ID)


@dataclass(frozen=True, slots=True)
class VillagedCity:
    """The database of a demo city, what its villages' people may do, and how their registers are sealed."""

    database: Database
    sealer: Sealer
    profiles: Profiles

    async def fill(self, *, now: datetime) -> bool:
        """Open the villages' registers with who lives in them; return whether there was anything to do."""
        async with self.database.transaction(_SYSTEM, now=now) as session:
            known = await session.scalar(select(Village.tenant_id).limit(1))
            tenants = {one.name: one for one in await session.scalars(select(Tenant))}
        office = await credit_office(self.database, rights=frozenset({AREA_ADD}), now=now)
        if known is not None or not office:
            return False
        for register in REGISTERS:
            village = tenants.get(_named(register))
            if village is None:
                continue
            await self._act(
                add_village_area, office[0], area_code=register.code, name=register.name, now=now
            )
            log_ins = [f"{register.slug}.admin", f"{register.slug}.grid"]
            people = await people_of(self.database, self.profiles, village.id, log_ins, now=now)
            await self._open(people[0], people[1], register, now=now)
        return True

    async def _open(
        self, admin: Actor, worker: Actor, register: Register, *, now: datetime
    ) -> None:
        await self._act(open_register, admin, area_code=register.code, now=now)
        grids: list[Grid] = []
        for place, name in enumerate(register.grids, start=1):
            draft = GridDraft(code=f"{register.code}{place:03d}", name=name)
            grids.append(await self._act(draw_grid, admin, draft=draft, now=now))
        for grid in grids[:2]:
            await self._act(
                assign_worker, admin, grid_id=grid.id, staff_id=worker.own_staff, now=now
            )
        await self._act(fill_register, admin, sealer=self.sealer, register=register, grids=grids, now=now)  # fmt: skip

    async def _act(
        self,
        command: Callable[..., Awaitable[Any]],
        actor: Actor,
        *,
        now: datetime,
        **given: object,
    ) -> Any:  # noqa: ANN401 - what the command returns
        async def work(session: AsyncSession) -> Any:  # noqa: ANN401 - see above
            return await command(session, actor, now=now, **given)

        return await self.database.run(actor, work, now=now)


async def fill_register(
    session: AsyncSession,
    actor: Actor,
    *,
    sealer: Sealer,
    register: Register,
    grids: list[Grid],
    now: datetime,
) -> None:
    """Register every household of a village in one transaction, each group in a grid of its own."""
    village = await take_register(session, actor, REGISTER_MANAGE)
    of_group = dict(zip(GROUPS, grids, strict=True))
    for place, people in households(register):
        household = await add_household(session, village, place, people, sealer=sealer, now=now)
        household.grid_id = of_group[place.group_name].id
        record(session, "villages.household.registered", of=("household", household.id), now=now)
    await recount(session, village.tenant_id, now=now)


def _named(register: Register) -> str:
    organisers = (*cast.OTHERS, *VILLAGES)
    return next(one.name for one in organisers if one.slug == register.slug)
