"""A cycle from its opening to the grade: consent first, votes that nobody reads, two people, a public notice, and what follows."""

import asyncio
from datetime import timedelta

import pytest
from observing import changed, contents
from small_rural import AFTER_NOTICE, FAIR, GOOD, add_fact, build_village
from sqlalchemy import select

from suxin.rural.cycles import (
    begin_panel,
    call_off_cycle,
    check_results,
    close_panel,
    open_cycle,
)
from suxin.rural.entering import leave_cycle
from suxin.rural.models import PanelVote, RuralGrade, RuralReckoning
from suxin.rural.queries.own import explained
from suxin.rural.refusals import (
    CycleNotAt,
    CycleOpenAlready,
    EnteredAlready,
    NobodyEntered,
    NotOnPanel,
    PanelSize,
    RatingModelMissing,
    Recused,
    SecondRaterNeeded,
    VotedAlready,
    VotesMissing,
)
from suxin.rural.states import RuralKind
from suxin.rural.voting import cast_vote, recuse

ENTRIES = "select state, tier, tier_before, number from rural_entries order by entered_at, id"


async def test_a_cycle_leads_to_grades_certificates_and_records(small_city, admin):
    village = await build_village(small_city)
    _, entries = await village.noticed(publish_name=True)
    rows = await admin.fetch(ENTRIES)
    assert [tuple(row) for row in rows] == [("RATED", "C", None, 1), ("RATED", "C", None, 2)]
    # Six voted on the first, because one lives there.
    votes = await admin.fetch("select entry_id, count(*) from rural_votes group by 1")
    assert {row["entry_id"]: row["count"] for row in votes} == {
        entries[0].id: 6,
        entries[1].id: 7,
    }
    assert await village.work(small_city.now + timedelta(days=1)) == 0
    assert await village.work(small_city.now + AFTER_NOTICE) > 0
    assert {row["state"] for row in await admin.fetch(ENTRIES)} == {"EFFECTIVE"}
    grades = await admin.fetch("select tier, state, expires_on - effective_on from rural_grades")
    assert [tuple(row) for row in grades] == [("C", "IN_FORCE", 365)] * 2
    assert (
        await admin.fetchval("select count(*) from rural_certificates where ended_at is null") == 2
    )
    records = await admin.fetch(
        "select content, category, natural_person from credit_records where item_code = 'RURAL-GRADE'"
    )
    assert {tuple(row) for row in records} == {
        ('{"year": 2026, "grade": "C"}', "rural_rating", True)
    }
    # What was voted and what was on notice is gone, and doing it again does nothing.
    assert await admin.fetchval("select count(*) from rural_votes") == 0
    assert await admin.fetchval("select lines is null from rural_notices")
    assert await village.work(small_city.now + AFTER_NOTICE) == 0
    told = await admin.fetch("select distinct title from notices where template = 'rural_rating'")
    assert {row[0] for row in told} == {"信用等级公示中", "信用等级已生效"}


async def test_the_subject_alone_reads_how_it_was_reckoned(small_city, admin):
    """The panel's fifteen points, trimmed and in proportion (14 of 15 here), and nothing else on record."""
    village = await build_village(small_city)
    _, (first, _) = await village.noticed()
    async with small_city.database.snapshot(village.head(0), now=small_city.now) as session:
        found = await explained(session, village.head(0), first.id)
    assert found is not None
    assert (found.row.score, found.row.panel_points, found.row.votes) == (14, 14, 6)
    assert [(one.code, one.points) for one in found.contributions] == [("BASE", 0), ("P1", 14)]
    assert found.row.aspects == {"character": 50, "family": 50, "ability": 40}
    async with small_city.database.snapshot(village.head(1), now=small_city.now) as session:
        assert await explained(session, village.head(1), first.id) is None
    async with small_city.database.snapshot(village.manager, now=small_city.now) as session:
        for table in (RuralReckoning, RuralGrade):
            assert not (await session.scalars(select(table))).all()


async def test_what_is_on_record_counts_with_the_votes(small_city, admin):
    village = await build_village(small_city)
    await add_fact(small_city, village.subjects[0], "FAMILY-HONOUR", {"title": "文明家庭"})
    land = {"number": "1", "band": "30至100亩"}
    await add_fact(small_city, village.subjects[0], "FARM-LAND", land)
    # Of whoever did not enter nothing is read.
    await add_fact(small_city, village.subjects[2], "FARM-LAND", land)
    await village.rated()
    scores = await admin.fetch("select subject_id, score, panel_points from rural_reckonings")
    assert {row["subject_id"]: (row["score"], row["panel_points"]) for row in scores} == {
        village.subjects[0]: (14 + 5 + 8, 14),
        village.subjects[1]: (14, 14),
    }


async def test_silence_leaves_no_mark_and_taking_consent_back_leaves_none_either(small_city, admin):
    """PIPL art. 13(1), 15, 47."""
    village = await build_village(small_city)
    _, (first, second) = await village.noticed()
    for subject in village.subjects[2:]:
        for table in ("rural_entries", "consents", "rural_reckonings"):
            assert not await admin.fetchval(
                f"select count(*) from {table} where subject_id = $1",  # noqa: S608 - this test's own names
                subject,
            )
    await village.work(small_city.now + AFTER_NOTICE)
    later = small_city.now + AFTER_NOTICE
    await small_city.act(leave_cycle, village.head(0), entry_id=first.id, now=later)
    await village.work(later)
    row = await admin.fetchrow(
        "select state, label, tier from rural_entries where id = $1", first.id
    )
    assert tuple(row) == ("LEFT", "", None)
    assert await admin.fetchval("select count(*) from rural_reckonings") == 1
    states = await admin.fetch("select entry_id, state from rural_grades")
    assert {row[0]: row[1] for row in states} == {first.id: "WITHDRAWN", second.id: "IN_FORCE"}
    ended = "select count(*) from rural_certificates where ended_at is not null"
    assert await admin.fetchval(ended) == 1
    status = "select status from credit_records where item_code = 'RURAL-GRADE' and subject_id = $1"
    assert await admin.fetchval(status, village.subjects[0]) == "withdrawn"


async def test_whoever_leaves_while_the_panel_votes_is_rated_by_nobody(small_city, admin):
    village = await build_village(small_city)
    cycle = await small_city.act(open_cycle, village.manager, kind=RuralKind.HOUSEHOLD)
    entries = [await village.enter(cycle, number) for number in (0, 1)]
    await village.name(cycle)
    await small_city.act(begin_panel, village.manager, cycle_id=cycle.id)
    await small_city.act(leave_cycle, village.head(1), entry_id=entries[1].id)
    await village.vote(entries[:1])
    await small_city.act(close_panel, village.manager, cycle_id=cycle.id)
    await village.work()
    assert [row["state"] for row in await admin.fetch(ENTRIES)] == ["RATED", "LEFT"]


async def test_steps_in_another_order_are_refused_and_change_nothing(small_city, admin):
    village = await build_village(small_city)
    with pytest.raises(RatingModelMissing):
        await small_city.act(open_cycle, village.manager, kind=RuralKind.COOPERATIVE)
    cycle = await small_city.act(open_cycle, village.manager, kind=RuralKind.HOUSEHOLD)
    with pytest.raises(CycleOpenAlready):
        await small_city.act(open_cycle, village.manager, kind=RuralKind.HOUSEHOLD)
    named = {"cycle_id": cycle.id}
    before = await contents(admin)
    for refusal, command, actor in (
        (PanelSize, begin_panel, village.manager),
        (CycleNotAt, close_panel, village.manager),
        (CycleNotAt, check_results, village.checker),
    ):
        with pytest.raises(refusal):
            await small_city.act(command, actor, **named)
    assert await changed(admin, before) == set()
    await village.name(cycle)
    with pytest.raises(NobodyEntered):
        await small_city.act(begin_panel, village.manager, **named)
    entry = await village.enter(cycle, 0)
    with pytest.raises(EnteredAlready):
        await village.enter(cycle, 0)
    await small_city.act(begin_panel, village.manager, **named)
    with pytest.raises(VotesMissing):
        await small_city.act(close_panel, village.manager, **named)
    with pytest.raises(CycleNotAt):
        await village.enter(cycle, 1)
    await small_city.act(call_off_cycle, village.manager, **named, reason="换届")
    with pytest.raises(CycleNotAt):
        await village.vote([entry])


async def test_a_member_votes_once_by_himself_and_never_on_his_own_or_kin(small_city, admin):
    village = await build_village(small_city)
    cycle = await small_city.act(open_cycle, village.manager, kind=RuralKind.HOUSEHOLD)
    first, second = [await village.enter(cycle, number) for number in (0, 1)]
    await village.name(cycle)
    await small_city.act(begin_panel, village.manager, cycle_id=cycle.id)
    ballot = {"marks": GOOD, "sealer": small_city.sealer}
    one = village.member(1)
    await small_city.act(cast_vote, one, entry_id=second.id, **ballot)
    await small_city.act(recuse, one, entry_id=first.id, staff_id=one.own_staff)
    outsider = village.person(8, "committee")
    for refusal, actor, entry in (
        (VotedAlready, one, second),
        (Recused, one, first),
        (Recused, village.member(0), first),
        (NotOnPanel, outsider, first),
    ):
        with pytest.raises(refusal):
            await small_city.act(cast_vote, actor, entry_id=entry.id, **ballot)
    assert await admin.fetchval("select count(*) from rural_votes") == 1
    voter = await admin.fetchval("select voter from rural_votes")
    assert one.own_staff.bytes not in voter
    async with small_city.database.snapshot(village.manager, now=small_city.now) as session:
        with pytest.raises(Exception, match="permission denied"):
            await session.execute(select(PanelVote))


async def test_two_votes_of_one_at_once_are_one(small_city, admin):
    village = await build_village(small_city)
    cycle = await small_city.act(open_cycle, village.manager, kind=RuralKind.HOUSEHOLD)
    entry = await village.enter(cycle, 1)
    await village.name(cycle)
    await small_city.act(begin_panel, village.manager, cycle_id=cycle.id)
    ballot = {"entry_id": entry.id, "marks": FAIR, "sealer": small_city.sealer}
    done = await asyncio.gather(
        *(small_city.act(cast_vote, village.member(1), **ballot) for _ in range(3)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == [
        "RatingEntry",
        "VotedAlready",
        "VotedAlready",
    ]
    assert await admin.fetchval("select count(*) from rural_votes") == 1


async def test_whoever_closed_the_panel_or_was_on_it_does_not_check(small_city, admin):
    village = await build_village(small_city)
    cycle, _ = await village.rated()
    both = village.person(0, "village_admin", "supervisor")
    panellist = village.person(3, "supervisor")
    for actor in (both, panellist):
        with pytest.raises(SecondRaterNeeded):
            await small_city.act(check_results, actor, cycle_id=cycle.id)
    assert await admin.fetchval("select count(*) from rural_notices") == 0
