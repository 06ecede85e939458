"""Two villages of one town in a test's small city, each with a register, two grids and somebody who may do everything there."""

from dataclasses import dataclass, replace
from uuid import UUID

from small_city import SmallCity

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.ids import new_id
from suxin.places.commands import load_areas
from suxin.tenancy.commands import create_tenant
from suxin.tenancy.models import StaffMember
from suxin.tenancy.profiles import TenantKind
from suxin.villages.areas import add_village_area
from suxin.villages.drafts import HouseholdDraft
from suxin.villages.grids import GridDraft, draw_grid
from suxin.villages.households import register_household
from suxin.villages.models import Grid, Household
from suxin.villages.people import MemberDraft
from suxin.villages.policies import AREA_ADD, COUNT_READ, MERGER_DECIDE, MERGER_PROPOSE
from suxin.villages.registers import open_register
from suxin.villages.states import Relation
from suxin_tenants import PROFILES

CODES = ("321324102201", "321324102202")
NAMES = ("垫湖村（测试）", "上塘村（测试）")
USCCS = ("54321324MATE0T0015", "54321324MATE0T0023")
# The resident id of the small city's person, so that he may link himself.
PERSON_ID = "321302199001010012"
CHILD_ID = "321302201001010012"


@dataclass(frozen=True, kw_only=True)
class SmallVillage:
    """A village's register: its tenant, its administrator, and what is in it."""

    tenant_id: UUID
    code: str
    admin: Actor
    grids: tuple[Grid, ...]


def office(city: SmallCity, *, staff_id: UUID | None = None) -> Actor:
    """Return somebody of the operator who may do everything with villages."""
    rights = {AREA_ADD, COUNT_READ, MERGER_DECIDE, MERGER_PROPOSE}
    return replace(
        city.operator,
        staff_id=staff_id or city.operator.staff_id,
        permissions=city.operator.permissions | rights,
    )


async def build_village(city: SmallCity, number: int = 0) -> SmallVillage:
    """Let the operator take a village in, and the village open its register and draw two grids."""
    async with city.batch.transaction(Actor.system("test"), now=city.now) as session:
        await load_areas(session)
    await city.act(add_village_area, office(city), area_code=CODES[number], name=NAMES[number])
    tenant_id = await city.act(
        create_tenant,
        city.operator,
        kind=TenantKind.VILLAGE_GRID,
        name=NAMES[number],
        short_name=NAMES[number][:3],
        uscc=USCCS[number],
        contact="0527-1",
        area_code=CODES[number],
        profiles=PROFILES,
        override_reason="made up for a test",
    )
    profile = PROFILES[TenantKind.VILLAGE_GRID]
    admin = Actor(
        kind=ActorKind.STAFF,
        request_id="test-village",
        tenant_id=tenant_id,
        tenant_kind="village_grid",
        staff_id=new_id(),
        permissions=profile.permissions_of(frozenset(profile.roles)),
    )
    async with city.database.transaction(admin, now=city.now) as session:
        session.add(
            StaffMember(
                tenant_id=tenant_id,
                id=admin.own_staff,
                name="史福",
                login=f"village-{number}",
                created_at=city.now,
            )
        )
    await city.act(open_register, admin, area_code=CODES[number])
    grids = [
        await city.act(
            draw_grid,
            admin,
            draft=GridDraft(code=f"{CODES[number]}00{place}", name=f"第{place}网格"),
        )
        for place in (1, 2)
    ]
    return SmallVillage(tenant_id=tenant_id, code=CODES[number], admin=admin, grids=tuple(grids))


def head(name: str = "王小明", resident_id: str | None = PERSON_ID) -> MemberDraft:
    """Return the head of a household."""
    return MemberDraft(
        name=name, relation=Relation.HEAD, resident_id=resident_id, phone="19900000001"
    )


def child(name: str = "王小小", resident_id: str | None = CHILD_ID) -> MemberDraft:
    """Return the child of a household."""
    return MemberDraft(name=name, relation=Relation.CHILD, resident_id=resident_id)


async def build_household(
    city: SmallCity,
    village: SmallVillage,
    number: str = "1",
    members: tuple[MemberDraft, ...] | None = None,
) -> Household:
    """Register a household in the village's first grid: the small city's person with a child, unless said otherwise."""
    return await city.act(
        register_household,
        village.admin,
        draft=HouseholdDraft(
            number=number,
            group_name="一组",
            address=f"{number}号",
            grid_id=village.grids[0].id,
        ),
        members=members or (head(), child()),
        sealer=city.sealer,
    )
