"""Links: a person is found by his resident id, or asks his village; a head has his household made a subject and acts for it."""

import asyncio
from dataclasses import replace

import pytest
from small_city import SmallCity
from small_villages import CODES, build_household, build_village, child, head
from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.subjects.models import Mandate, Subject
from suxin.subjects.queries import my_subjects
from suxin.villages import queries
from suxin.villages.households import leave_household, name_head
from suxin.villages.linking import (
    ask_to_be_linked,
    confirm_link,
    decline_link,
    end_own_link,
    link_by_resident_id,
)
from suxin.villages.models import Household, HouseholdMember
from suxin.villages.notice import CURRENT
from suxin.villages.refusals import (
    HouseholdLinked,
    HouseholdUnknown,
    LinkAsked,
    MemberProvable,
    NoticeNotShown,
    NotInRegister,
    NotTheHead,
    VillageUnknown,
)
from suxin.villages.states import LeaveReason, LinkElsewhere, LinkState
from suxin.villages.subjecthood import agree_household_subject, end_former_heads


def person(city: SmallCity) -> Actor:
    return Actor.subject("test-person", person_id=city.person_id, subject_id=city.person_id)


async def link(city: SmallCity, who: Actor | None = None):
    return await link_by_resident_id(
        city.database, who or person(city), sealer=city.sealer, now=city.now
    )


async def ask(city: SmallCity, who: Actor, number: str = "1", code: str = CODES[0]):
    return await ask_to_be_linked(
        city.database,
        who,
        village_code=code,
        household_number=number,
        sealer=city.sealer,
        now=city.now,
    )


async def agree(
    city: SmallCity, household, who: Actor | None = None, version: str = CURRENT.version
):
    return await agree_household_subject(
        city.database,
        who or person(city),
        tenant_id=household.tenant_id,
        household_id=household.id,
        notice_version=version,
        now=city.now,
    )


async def mine(city: SmallCity, who: Actor) -> list[HouseholdMember]:
    async with city.database.snapshot(who, now=city.now) as session:
        return list(await session.scalars(queries.memberships_of(who.own_person)))


async def test_a_person_is_linked_by_his_resident_id_and_sees_his_own_household(small_city):
    village = await build_village(small_city)
    household = await build_household(small_city, village)
    await build_household(small_city, village, "2", (head("李四", None),))
    assert await mine(small_city, person(small_city)) == []
    with pytest.raises(NotInRegister):
        await link(small_city, replace(small_city.stranger, subject_id=small_city.stranger_id))
    first, again = await asyncio.gather(link(small_city), link(small_city))
    assert first == again
    assert [one.household_id for one in first] == [household.id]
    async with small_city.database.snapshot(person(small_city), now=small_city.now) as session:
        assert [one.number for one in await session.scalars(select(Household))] == ["1"]
        # Of the others in it he is shown nothing yet, and of himself what the village has.
        assert [one.name_masked for one in await session.scalars(select(HouseholdMember))] == [
            "王**"
        ]
        assert len((await session.scalars(queries.links_of(small_city.person_id))).all()) == 1


async def test_whoever_cannot_be_found_asks_and_the_village_answers(small_city):
    village = await build_village(small_city)
    household = await build_household(small_city, village)
    await build_household(small_city, village, "2", (head("李四", None), child("李五", None)))
    other = replace(small_city.stranger, subject_id=small_city.stranger_id)
    with pytest.raises(HouseholdUnknown):
        await ask(small_city, other, "9")
    with pytest.raises(VillageUnknown):
        await ask(small_city, other, "1", CODES[1])
    link_id = await ask(small_city, other)
    with pytest.raises(LinkAsked):
        await ask(small_city, other, "2")
    sure = {"link_id": link_id, "member_id": household.head_id}
    with pytest.raises(MemberProvable):
        await small_city.act(confirm_link, village.admin, **sure)
    await small_city.act(decline_link, village.admin, link_id=link_id, reason="查无此人")
    with pytest.raises(LinkElsewhere):
        await small_city.act(decline_link, village.admin, link_id=link_id, reason="再次")
    link_id = await ask(small_city, other, "2")
    async with small_city.database.snapshot(village.admin, now=small_city.now) as session:
        two = await queries.household_numbered(session, village.tenant_id, "2")
        kid = (await queries.members_of(session, village.tenant_id, two.id))[1]
    with pytest.raises(NotFound):
        await small_city.act(
            confirm_link, village.admin, link_id=link_id, member_id=household.head_id
        )
    done = await small_city.act(confirm_link, village.admin, link_id=link_id, member_id=kid.id)
    assert done.state is LinkState.CONFIRMED
    assert [one.id for one in await mine(small_city, other)] == [kid.id]
    with pytest.raises(NotFound):
        await end_own_link(
            small_city.database, person(small_city), link_id=link_id, now=small_city.now
        )
    await end_own_link(small_city.database, other, link_id=link_id, now=small_city.now)
    assert await mine(small_city, other) == []


async def test_a_link_ends_with_the_membership(small_city):
    village = await build_village(small_city)
    household = await build_household(small_city, village, members=(head("李四", None), child("王小明", "321302199001010012")))  # fmt: skip
    await link(small_city)
    (member,) = await mine(small_city, person(small_city))
    await small_city.act(
        leave_household, village.admin, member_id=member.id, reason=LeaveReason.MOVED
    )
    assert await mine(small_city, person(small_city)) == []
    async with small_city.database.snapshot(person(small_city), now=small_city.now) as session:
        (one,) = await session.scalars(queries.links_of(small_city.person_id))
        assert one.state is LinkState.ENDED
        assert await session.get(Household, (village.tenant_id, household.id)) is None


async def test_the_head_agrees_once_and_acts_for_his_household_until_another_heads_it(small_city):
    village = await build_village(small_city)
    household = await build_household(small_city, village)
    with pytest.raises(NotTheHead):
        await agree(small_city, household)
    await link(small_city)
    with pytest.raises(NoticeNotShown):
        await agree(small_city, household, version="household/2020-01")
    with pytest.raises(Forbidden):
        await agree(small_city, household, village.admin)
    done = await asyncio.gather(
        agree(small_city, household), agree(small_city, household), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["HouseholdLinked", "UUID"]
    (subject_id,) = [one for one in done if not isinstance(one, HouseholdLinked)]
    async with small_city.database.snapshot(person(small_city), now=small_city.now) as session:
        actable = await my_subjects(session, person_id=small_city.person_id, now=small_city.now)
        mandates = {one.subject.name: one.mandate.role for one in actable if one.mandate}
        assert mandates["王家农户"] == "household_head"
    acting = Actor.subject("test-household", person_id=small_city.person_id, subject_id=subject_id)
    async with small_city.database.snapshot(acting, now=small_city.now) as session:
        subject = await session.get(Subject, subject_id)
        assert subject.uscc.startswith("Y1" + CODES[0])
        people = await queries.members_of(session, village.tenant_id, household.id)
        assert len(people) == 2
        kid = people[1]
    await small_city.act(name_head, village.admin, member_id=kid.id)
    platform = Actor.system("test")
    async with small_city.database.transaction(platform, now=small_city.now) as session:
        ended = await end_former_heads(
            session, tenant_id=village.tenant_id, household_id=household.id, now=small_city.now
        )
        assert ended == 1
        assert (
            await session.scalar(select(Mandate.ended_at).where(Mandate.subject_id == subject_id))
        ) == small_city.now
