"""Mandates: proved by the legal representative, kept for a year, ended by himself."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from suxin.kernel.actor import Actor
from suxin.kernel.identifiers import UsccChecksum, UsccMalformed
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.subjects.identity import IdentityServiceUnavailable, NotLegalRepresentative
from suxin.subjects.mandates import MANDATE_LIFE, SubjectUnknown, end_mandate, prove_mandate
from suxin.subjects.queries import my_subjects

FIRM = "91321302MATE5T017A"
FARM = "93321324MATE5T025T"
TABLES = ("mandates", "audit_entries")


@pytest.fixture
def prove(people, database, now):
    async def prove(actor, uscc=FIRM, at=now):
        return await prove_mandate(
            database, actor, uscc=uscc, verifier=people.registry, sealer=people.sealer, now=at
        )

    return prove


async def test_a_legal_representative_gets_a_mandate_for_a_year(people, firms, prove, admin, now):
    wang = await people.proved()
    assert await prove(wang, " 91321302-mate5t017a ") == firms[FIRM]
    asked = people.registry.asked[-1]
    assert (asked["uscc"], asked["name"]) == (FIRM, "王小明")
    row = await admin.fetchrow("select * from mandates")
    assert (row["person_id"], row["subject_id"]) == (wang.person_id, firms[FIRM])
    assert (row["role"], row["proof_ref"]) == ("legal_representative", "R2")
    assert (row["starts_at"], row["ends_at"], row["ended_at"]) == (now, now + MANDATE_LIFE, None)
    act = await admin.fetchrow("select * from audit_entries where action like '%mandate.proved'")
    assert (act["person_id"], act["subject_id"]) == (wang.person_id, firms[FIRM])


async def test_a_live_mandate_is_not_asked_for_again(people, firms, prove, counted):
    wang = await people.proved()
    await prove(wang)
    asked, before = len(people.registry.asked), await counted(*TABLES)
    assert await prove(wang) == firms[FIRM]
    assert len(people.registry.asked) == asked
    assert await counted(*TABLES) == before


async def test_asked_for_twice_at_once_there_is_one_mandate(people, firms, prove, counted):
    wang = await people.proved()
    assert await asyncio.gather(prove(wang), prove(wang)) == [firms[FIRM]] * 2
    assert await counted("mandates") == (1,)


async def test_after_its_year_a_mandate_is_proved_anew(people, firms, prove, admin, now):
    wang = await people.proved()
    await prove(wang)
    after = now + MANDATE_LIFE
    assert await prove(wang, at=after) == firms[FIRM]
    rows = await admin.fetch("select starts_at, ended_at from mandates order by starts_at")
    assert [tuple(row) for row in rows] == [(now, after), (after, None)]


@pytest.mark.parametrize(
    ("uscc", "refusal"),
    [
        ("12", UsccMalformed),
        ("91321302MATE5T0171", UsccChecksum),
        ("9144030071526726XG", SubjectUnknown),
    ],
)
async def test_a_code_the_city_does_not_know_gives_no_mandate(
    people, firms, prove, counted, uscc, refusal
):
    wang = await people.proved()
    asked, before = len(people.registry.asked), await counted(*TABLES)
    with pytest.raises(refusal):
        await prove(wang, uscc)
    assert len(people.registry.asked) == asked
    assert await counted(*TABLES) == before


@pytest.mark.parametrize("refusal", [NotLegalRepresentative(), IdentityServiceUnavailable()])
async def test_without_the_registry_s_word_there_is_no_mandate(
    people, firms, prove, counted, refusal
):
    wang = await people.proved()
    before = await counted(*TABLES)
    people.registry.refusal = refusal
    with pytest.raises(type(refusal)):
        await prove(wang)
    assert await counted(*TABLES) == before


async def test_only_a_proved_person_gets_a_mandate(firms, prove, reading, counted):
    for actor in (Actor.anonymous("t"), reading.officer()):
        with pytest.raises(Forbidden):
            await prove(actor)
    assert await counted("mandates") == (0,)


async def test_nobody_ends_the_mandate_of_another(people, firms, prove, database, counted, now):
    wang, li = await people.proved(), await people.proved("openid-li", 2, name="李四")
    await prove(wang)
    visitor = await people.visit()
    mandate_id = (await people.acting(visitor, firms[FIRM])).mandate_id
    before = await counted(*TABLES)
    for actor, wanted in ((li, mandate_id), (wang, uuid4())):
        with pytest.raises(NotFound):
            async with database.transaction(actor, now=now) as session:
                await end_mandate(session, actor, mandate_id=wanted, now=now)
    assert await counted(*TABLES) == before


async def test_whom_a_person_may_act_for(people, firms, prove, database, reading, now):
    wang = await people.proved()
    await prove(wang)
    await prove(wang, FARM)
    async with reading.as_(wang) as session:
        found = await my_subjects(session, person_id=wang.own_person, now=now)
    assert [(one.subject.id, one.mandate is None) for one in found] == [
        (wang.person_id, True),
        (firms[FARM], False),
        (firms[FIRM], False),
    ]
    async with database.transaction(wang, now=now) as session:
        await end_mandate(session, wang, mandate_id=found[1].mandate.id, now=now)
    for moment, expected in (
        (now, [wang.person_id, firms[FIRM]]),
        (now + timedelta(days=365), [wang.person_id]),
    ):
        async with reading.as_(wang, moment) as session:
            found = await my_subjects(session, person_id=wang.own_person, now=moment)
        assert [one.subject.id for one in found] == expected
