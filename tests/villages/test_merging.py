"""Villages merge: two people of the operator decide, the successor has the households, and the former register names nobody."""

import asyncio
from uuid import UUID

import pytest
from small_city import SmallCity
from small_villages import CODES, PERSON_ID, build_household, build_village, head, office
from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden
from suxin.places.models import Area
from suxin.tenancy.models import Tenant, TenantStatus
from suxin.villages import queries
from suxin.villages.linking import link_by_resident_id
from suxin.villages.merging import approve_merger, decline_merger, propose_merger
from suxin.villages.models import Household, HouseholdMember, VillageMerger
from suxin.villages.people import opened
from suxin.villages.refusals import MergerAsked, SameHousehold, SecondPersonDecides
from suxin.villages.states import MergerElsewhere, MergerState
from suxin.villages.succeeding import carry_out_merger

CHECKER = UUID(int=77)


async def propose(city: SmallCity, former, successor) -> VillageMerger:
    return await city.act(
        propose_merger,
        office(city),
        from_tenant_id=former.tenant_id,
        into_tenant_id=successor.tenant_id,
        document="泗政复〔2026〕1号",
    )


async def test_a_merger_takes_two_people_and_is_decided_once(small_city):
    former, successor = await build_village(small_city), await build_village(small_city, 1)
    with pytest.raises(SameHousehold):
        await propose(small_city, former, former)
    done = await asyncio.gather(
        propose(small_city, former, successor),
        propose(small_city, successor, former),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["MergerAsked", "VillageMerger"]
    (merger,) = [one for one in done if not isinstance(one, MergerAsked)]
    asked = {"merger_id": merger.id}
    with pytest.raises(SecondPersonDecides):
        await small_city.act(approve_merger, office(small_city), **asked)
    with pytest.raises(Forbidden):
        await small_city.act(approve_merger, successor.admin, **asked)
    checker = office(small_city, staff_id=CHECKER)
    await small_city.act(decline_merger, checker, **asked, answer="村民会议尚未通过")
    with pytest.raises(MergerElsewhere):
        await small_city.act(approve_merger, checker, **asked)


async def merged(city: SmallCity):
    """Return two villages after the first was merged into the second, and the household that came over with a linked head."""
    former, successor = await build_village(city), await build_village(city, 1)
    household = await build_household(city, former)
    await build_household(city, former, "2", (head("李四", None),))
    await build_household(city, successor, "1", (head("赵六", None),))
    await link_by_resident_id(city.database, person(city), sealer=city.sealer, now=city.now)
    merger = await propose(city, former, successor)
    await city.act(approve_merger, office(city, staff_id=CHECKER), merger_id=merger.id)
    # A job may come twice.
    for _ in range(2):
        async with city.database.transaction(Actor.system("test"), now=city.now) as session:
            await carry_out_merger(session, merger_id=merger.id, now=city.now)
    return former, successor, household


def person(city: SmallCity) -> Actor:
    return Actor.subject("test", person_id=city.person_id, subject_id=city.person_id)


async def test_the_successor_has_the_households_with_whoever_is_in_them(small_city):
    former, successor, household = await merged(small_city)
    async with small_city.database.snapshot(successor.admin, now=small_city.now) as session:
        numbers = [one.number for one in await session.scalars(select(Household))]
        assert sorted(numbers) == ["1", "2", f"{CODES[0][-3:]}-1"]
        moved = await queries.household(session, successor.tenant_id, household.id)
        assert moved.came_from == former.tenant_id
        first, _ = await queries.members_of(session, successor.tenant_id, household.id)
        assert opened(small_city.sealer, first).resident_id == PERSON_ID
        assert first.subject_id == small_city.person_id
        village = await queries.village_of(session, successor.tenant_id)
        assert village.codes == (CODES[1], CODES[0])
        assert [one.code for one in await session.scalars(queries.grids(successor.tenant_id))] == [
            f"{code}00{place}" for code in CODES for place in (1, 2)
        ]
        assert (await queries.counts_of(session, successor.tenant_id)).persons == 4
    async with small_city.database.snapshot(person(small_city), now=small_city.now) as session:
        (mine,) = await session.scalars(queries.memberships_of(small_city.person_id))
        assert (mine.tenant_id, mine.household_id) == (successor.tenant_id, household.id)


async def test_the_former_register_names_nobody_and_its_tenant_is_closed(small_city):
    former, _, _ = await merged(small_city)
    async with small_city.database.snapshot(former.admin, now=small_city.now) as session:
        assert set(await session.scalars(select(Household.state))) == {"TRANSFERRED"}
        for one in await session.scalars(select(HouseholdMember)):
            assert (one.name_sealed, one.resident_id_index, one.subject_id) == (None, None, None)
            assert one.left_at == small_city.now
    async with small_city.database.snapshot(small_city.operator, now=small_city.now) as session:
        assert (await session.get(Tenant, former.tenant_id)).status is TenantStatus.SUSPENDED
        merger = await session.scalar(select(VillageMerger))
        assert (merger.state, merger.households, merger.persons) == (MergerState.CARRIED_OUT, 2, 3)
        assert (await session.get(Area, CODES[1])).predecessors == [CODES[0]]
