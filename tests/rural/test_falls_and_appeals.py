"""Nobody falls unheard, an appeal freezes what is proposed, and a grade ends after a year."""

from datetime import UTC, datetime, timedelta

import pytest
from arrangements import arrangement_2027
from observing import changed, contents
from small_rural import AFTER_NOTICE, GOOD, add_fact, build_village
from small_scores import official

from suxin.kernel.calendars import load_arrangement
from suxin.kernel.refusals import Invalid
from suxin.review.deciding import accept_case, check_case
from suxin.review.states import Outcome
from suxin.rights.answering import answer_case
from suxin.rights.kinds import RATING_APPEAL
from suxin.rights.rating_appeals import appeal_rating
from suxin.rural.hearings import decide_hearing, state_hearing
from suxin.rural.panel import Marks
from suxin.rural.refusals import AppealTimeOver, HearingOver, HearingRunning

GRADED = "select tier, state from rural_grades order by effective_on, id"
STATE = "select state from rural_entries where id = $1"


async def fallen(small_city, admin):
    """A household of AA whose next year's rating would be C, with its hearing open."""
    village = await build_village(small_city)
    await admin.execute("update mandates set ends_at = ends_at + interval '1 year'")
    await village.noticed(numbers=[1])
    now = small_city.now + AFTER_NOTICE
    await admin.execute("update rural_entries set tier = 'AA', place = 1")
    await village.work(now)
    next_year = now + timedelta(days=340)
    _, (later,) = await village.noticed(numbers=[1], now=next_year)
    over = next_year + timedelta(days=20)
    await village.work(over)
    assert await admin.fetchval(STATE, later.id) == "HEARING"
    return village, later, over


@pytest.mark.parametrize(("lowered", "tier"), [(True, "C"), (False, "AA")])
async def test_a_fall_is_heard_first_and_decided_by_the_office(small_city, admin, lowered, tier):
    village, entry, now = await fallen(small_city, admin)
    decision = {
        "subject_id": village.subjects[1],
        "entry_id": entry.id,
        "lowered": lowered,
        "answer": "已核实",
    }
    before = await contents(admin)
    for refusal, more in ((HearingRunning, {}), (Invalid, {"answer": " "})):
        with pytest.raises(refusal):
            await small_city.act(
                decide_hearing, official(small_city, 1), **(decision | more), now=now
            )
    assert await changed(admin, before) == set()
    assert [tuple(row) for row in await admin.fetch(GRADED)] == [("AA", "IN_FORCE")]
    said = {"entry_id": entry.id, "statement": "当年受灾", "now": now}
    await small_city.act(state_hearing, village.head(1), **said)
    await small_city.act(decide_hearing, official(small_city, 1), **decision, now=now)
    with pytest.raises(HearingOver):
        await small_city.act(state_hearing, village.head(1), **said)
    await village.work(now)
    assert [tuple(row) for row in await admin.fetch(GRADED)] == [
        ("AA", "REPLACED"),
        (tier, "IN_FORCE"),
    ]
    titles = await admin.fetch("select title from notices where person_id = $1", village.people[1])
    assert "拟降级，请陈述" in {row[0] for row in titles}


async def test_who_says_nothing_is_decided_on_when_the_time_is_over(small_city, admin):
    village, entry, now = await fallen(small_city, admin)
    over = now + timedelta(days=30)
    given = {"subject_id": village.subjects[1], "entry_id": entry.id, "answer": "未陈述"}
    with pytest.raises(HearingOver):
        await small_city.act(
            state_hearing, village.head(1), entry_id=entry.id, statement="晚了", now=over
        )
    await small_city.act(decide_hearing, official(small_city, 1), **given, lowered=True, now=over)
    await village.work(over)
    assert await admin.fetchval(STATE, entry.id) == "EFFECTIVE"


async def test_a_hearings_provisional_end_follows_the_years_arrangement(small_city, admin):
    village, entry, _ = await fallen(small_city, admin)
    assert await admin.fetchval("select open_provisional from rural_hearings") is True
    opened, now = datetime(2027, 9, 28, 2, tzinfo=UTC), datetime(2027, 9, 29, 2, tzinfo=UTC)
    # As if it had been opened before a holiday that nobody knew of yet.
    await admin.execute(
        "update rural_hearings set opened_at = $1, open_until = $2",
        opened,
        datetime(2027, 10, 12, 15, 59, 59, tzinfo=UTC),
    )
    told = "select count(*) from notices where title = '拟降级，请陈述'"
    before = await admin.fetchval(told)
    off = [f"2027-10-{day:02}" for day in range(4, 9)]
    await small_city.act(
        load_arrangement, small_city.operator, arrangement=arrangement_2027(off=off)
    )
    for _ in range(2):
        await village.work(now)
    row = await admin.fetchrow("select open_until, open_provisional from rural_hearings")
    # Ten working days after the 28th: the 29th and 30th, then eight from the 11th on.
    assert tuple(row) == (datetime(2027, 10, 20, 15, 59, 59, tzinfo=UTC), False)
    assert await admin.fetchval(told) == before + 1
    said = {"entry_id": entry.id, "statement": "当年受灾"}
    await small_city.act(
        state_hearing, village.head(1), **said, now=datetime(2027, 10, 19, tzinfo=UTC)
    )


async def settle(city, case, outcome, *, now):
    accepted = {"kind": RATING_APPEAL, "case_id": case.id, "now": now}
    await city.act(accept_case, official(city, 0), **accepted)
    await city.act(
        answer_case,
        official(city, 0),
        case_id=case.id,
        outcome=outcome,
        reason="已核实",
        now=now,
    )
    await city.act(check_case, official(city, 1), **accepted, upheld=True, reason="")


async def test_an_appeal_that_is_granted_is_reckoned_anew_with_the_panels_mean(small_city, admin):
    village = await build_village(small_city)
    low = Marks(character=1, family=1, ability=1)
    cycle, entries = await village.noticed(numbers=[1, 2, 3])
    # The third household's panel was unkind, as if it had voted so.
    reckoned = "update rural_reckonings set panel_points = 2, score = 2 where entry_id = $1"
    await admin.execute(reckoned, entries[0].id)
    assert low.above_least == 0
    now = small_city.now + timedelta(days=1)
    case = await small_city.act(
        appeal_rating, village.head(1), entry_id=entries[0].id, reason="评议不公", now=now
    )
    assert await admin.fetchval(STATE, entries[0].id) == "FROZEN"
    await add_fact(small_city, village.subjects[1], "FAMILY-HONOUR", {"title": "文明家庭"})
    over = small_city.now + AFTER_NOTICE
    await village.work(over)
    states = await admin.fetch("select state, count(*) from rural_entries group by 1")
    assert {row[0]: row[1] for row in states} == {"FROZEN": 1, "EFFECTIVE": 2}
    await settle(small_city, case, Outcome.GRANTED, now=over)
    await village.work(over)
    row = await admin.fetchrow(
        "select score, panel_points from rural_reckonings where entry_id = $1", entries[0].id
    )
    # The mean of 2, 14 and 14, and what came on record since.
    assert tuple(row) == (10 + 5, 10)
    assert await admin.fetchval(STATE, entries[0].id) == "EFFECTIVE"
    assert cycle.id


async def test_an_appeal_that_is_taken_back_or_declined_leaves_what_was_proposed(small_city, admin):
    village = await build_village(small_city)
    _, entries = await village.noticed(numbers=[1, 2])
    now = small_city.now + timedelta(days=1)
    appeal = {"reason": "记录有误", "now": now}
    case = await small_city.act(appeal_rating, village.head(1), entry_id=entries[0].id, **appeal)
    with pytest.raises(AppealTimeOver):
        await small_city.act(appeal_rating, village.head(1), entry_id=entries[0].id, **appeal)
    await settle(small_city, case, Outcome.DECLINED, now=now)
    assert await admin.fetchval(STATE, entries[0].id) == "FROZEN"
    over = small_city.now + AFTER_NOTICE
    with pytest.raises(AppealTimeOver):
        await small_city.act(
            appeal_rating, village.head(2), entry_id=entries[1].id, reason="晚", now=over
        )


async def test_a_grade_ends_after_a_year_and_its_subject_is_reminded_before(small_city, admin):
    village = await build_village(small_city)
    await village.noticed(numbers=[1], marks=GOOD)
    given = small_city.now + AFTER_NOTICE
    await village.work(given)
    await admin.execute("update mandates set ends_at = ends_at + interval '1 year'")
    titles = "select count(*) from notices where person_id = $1 and title = $2"
    for days, reminded, ended, state in (
        (334, 0, 0, "IN_FORCE"),
        (336, 1, 0, "IN_FORCE"),
        (365, 1, 1, "EXPIRED"),
    ):
        await village.work(given + timedelta(days=days))
        await village.work(given + timedelta(days=days))
        found = [
            await admin.fetchval(titles, village.people[1], title)
            for title in ("信用等级即将到期", "信用等级已到期")
        ]
        assert (found, await admin.fetchval("select state from rural_grades")) == (
            [reminded, ended],
            state,
        )
