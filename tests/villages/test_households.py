"""Households: registered with a head, changed, moved, merged and split, under one turn and never half."""

import asyncio

import pytest
from small_city import SmallCity
from small_villages import (
    CHILD_ID,
    CODES,
    PERSON_ID,
    build_household,
    build_village,
    child,
    head,
)
from sqlalchemy import func, select

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.villages import queries
from suxin.villages.drafts import HouseholdDraft
from suxin.villages.households import (
    add_member,
    bring_household_back,
    change_household,
    change_member,
    leave_household,
    merge_households,
    move_household_away,
    name_head,
    register_household,
    split_household,
)
from suxin.villages.models import Household, HouseholdMember, VillageCount
from suxin.villages.people import MemberDraft, open_member
from suxin.villages.refusals import (
    HeadMissing,
    HeadStays,
    HouseholdNumberTaken,
    NotAVillage,
    PersonInAnotherHousehold,
    RegisterOpened,
)
from suxin.villages.registers import open_register
from suxin.villages.states import HouseholdElsewhere, LeaveReason, Relation


async def counts(city: SmallCity, tenant_id) -> tuple[int, int, int]:
    async with city.database.snapshot(city.operator, now=city.now) as session:
        row = await session.get(VillageCount, tenant_id)
        return row.households, row.persons, row.grids


async def members(city: SmallCity, village, household) -> list[HouseholdMember]:
    async with city.database.snapshot(village.admin, now=city.now) as session:
        return list(await queries.members_of(session, village.tenant_id, household.id))


async def test_a_household_is_registered_with_its_head_and_told_in_full_only_on_record(small_city):
    village = await build_village(small_city)
    household = await build_household(small_city, village)
    people = await members(small_city, village, household)
    assert [(one.name_masked, one.relation, one.birth_year) for one in people] == [
        ("王**", Relation.HEAD, 1990),
        ("王**", Relation.CHILD, 2010),
    ]
    assert household.head_id == people[0].id
    opened = await small_city.act(
        open_member, village.admin, sealer=small_city.sealer, member_id=people[0].id
    )
    assert (opened.name, opened.resident_id, opened.phone) == ("王小明", PERSON_ID, "19900000001")
    assert "王小明" not in repr(opened)
    assert await counts(small_city, village.tenant_id) == (1, 2, 2)
    reader = village.admin.with_permissions(set())
    with pytest.raises(Forbidden):
        await small_city.act(open_member, reader, sealer=small_city.sealer, member_id=people[0].id)


@pytest.mark.parametrize(
    ("number", "people", "refusal"),
    [
        ("1", (head("李四", None),), HouseholdNumberTaken),
        ("2", (child(),), HeadMissing),
        ("2", (head("李四", None), head("李五", None)), HeadMissing),
        ("2", (head("李四", CHILD_ID),), PersonInAnotherHousehold),
    ],
    ids=["number", "headless", "two heads", "elsewhere"],
)
async def test_what_cannot_be_is_refused_and_nothing_is_written(
    small_city, number, people, refusal
):
    village = await build_village(small_city)
    await build_household(small_city, village)
    with pytest.raises(refusal):
        await build_household(small_city, village, number, people)
    assert await counts(small_city, village.tenant_id) == (1, 2, 2)


async def test_two_at_once_register_one_number_and_one_of_them_is_refused_by_name(small_city):
    village = await build_village(small_city)
    done = await asyncio.gather(
        build_household(small_city, village, "7", (head("李四", None),)),
        build_household(small_city, village, "7", (head("李五", None),)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Household", "HouseholdNumberTaken"]
    assert await counts(small_city, village.tenant_id) == (1, 1, 2)


async def test_members_join_change_head_and_leave(small_city):
    village = await build_village(small_city)
    household = await build_household(small_city, village)
    sealer, admin = small_city.sealer, village.admin
    old_head, kid = await members(small_city, village, household)
    spouse = await small_city.act(
        add_member,
        admin,
        household_id=household.id,
        draft=MemberDraft(name="赵六", relation=Relation.SPOUSE, birth_year=1991),
        sealer=sealer,
    )
    with pytest.raises(HeadMissing):
        await small_city.act(
            add_member, admin, household_id=household.id, draft=head("孙七", None), sealer=sealer
        )
    with pytest.raises(HeadStays):
        await small_city.act(leave_household, admin, member_id=old_head.id, reason=LeaveReason.DIED)
    await small_city.act(name_head, admin, member_id=spouse.id)
    await small_city.act(leave_household, admin, member_id=old_head.id, reason=LeaveReason.DIED)
    await small_city.act(
        change_member, admin, member_id=kid.id, draft=child("王大大"), sealer=sealer
    )
    people = await members(small_city, village, household)
    assert [(one.id, one.relation) for one in people] == [
        (spouse.id, Relation.HEAD),
        (kid.id, Relation.CHILD),
    ]
    with pytest.raises(NotFound):
        await small_city.act(name_head, admin, member_id=old_head.id)
    assert await counts(small_city, village.tenant_id) == (1, 2, 2)


async def test_households_are_split_merged_moved_away_and_brought_back(small_city):
    village = await build_village(small_city)
    household = await build_household(small_city, village)
    admin = village.admin
    first, kid = await members(small_city, village, household)
    with pytest.raises(HeadStays):
        await small_city.act(
            split_household,
            admin,
            household_id=household.id,
            draft=HouseholdDraft(number="2"),
            member_ids=[first.id, kid.id],
            head_id=kid.id,
        )
    made = await small_city.act(
        split_household,
        admin,
        household_id=household.id,
        draft=HouseholdDraft(number="2", grid_id=village.grids[1].id),
        member_ids=[kid.id],
        head_id=kid.id,
    )
    assert (made.split_from, made.head_id) == (household.id, kid.id)
    assert await counts(small_city, village.tenant_id) == (2, 2, 2)
    await small_city.act(merge_households, admin, household_id=made.id, into_id=household.id)
    people = await members(small_city, village, household)
    assert [one.relation for one in people] == [Relation.HEAD, Relation.OTHER]
    with pytest.raises(HouseholdElsewhere):
        await small_city.act(
            change_household, admin, household_id=made.id, draft=HouseholdDraft(number="3")
        )
    await small_city.act(move_household_away, admin, household_id=household.id, reason="随子女进城")
    assert await counts(small_city, village.tenant_id) == (0, 0, 2)
    await small_city.act(bring_household_back, admin, household_id=household.id)
    assert await counts(small_city, village.tenant_id) == (1, 2, 2)


async def test_a_register_is_one_tenants_and_no_other_village_sees_it(small_city):
    village, other = await build_village(small_city), await build_village(small_city, 1)
    household = await build_household(small_city, village)
    for actor in (other.admin, small_city.operator, small_city.stranger):
        async with small_city.database.snapshot(actor, now=small_city.now) as session:
            assert await session.scalar(select(func.count()).select_from(Household)) == 0
            assert await session.scalar(select(func.count()).select_from(HouseholdMember)) == 0
    with pytest.raises(NotFound):
        await small_city.act(
            change_household,
            other.admin,
            household_id=household.id,
            draft=HouseholdDraft(number="9"),
        )
    with pytest.raises(NotFound):
        await small_city.act(
            register_household,
            other.admin,
            draft=HouseholdDraft(number="9", grid_id=village.grids[0].id),
            members=[head()],
            sealer=small_city.sealer,
        )
    with pytest.raises(RegisterOpened):
        await small_city.act(open_register, other.admin, area_code=CODES[0])
    with pytest.raises(RegisterOpened):
        await small_city.act(open_register, village.admin, area_code="321324102999")
    assert (await small_city.act(open_register, village.admin, area_code=CODES[0])).code == CODES[0]


async def test_a_register_is_opened_for_a_village_in_force_alone(small_city):
    village = await build_village(small_city)
    stranger = village.admin.with_permissions(set())
    with pytest.raises(Forbidden):
        await small_city.act(open_register, stranger, area_code=CODES[0])
    other = small_city.banks[0].officer.with_permissions(village.admin.permissions)
    with pytest.raises(NotAVillage):
        await small_city.act(open_register, other, area_code="321324102")
