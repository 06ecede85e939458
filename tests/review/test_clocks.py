"""The times of a case: reminders, what is late, new dates after a new arrangement, and the end of keeping."""

from datetime import UTC, datetime, timedelta

import pytest
from arrangements import arrangement_2027
from observing import changed, contents, posted

from suxin.kernel.calendars import CALENDAR_CHANGED_TOPIC, load_arrangement
from suxin.review import clocks
from suxin.review.clocks import DUE_TOPIC, REDATE_TOPIC, REMIND_TOPIC
from suxin.review.retention import FORGET_TOPIC, KEPT_FOR

# A Wednesday; the seventh working day after it is 11 January, as far as is known.
START = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def end_of(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T15:59:59+00:00")


async def told(admin, word):
    return await admin.fetch(
        "select * from notices where title like '%' || $1 || '%' order by id", word
    )


@pytest.fixture
def accepted(file, take):
    """Return a way to file a case that is accepted at once, at the end of a year."""

    async def accepted(**changes):
        case = await file(now=START, **changes)
        return await take("accept", case, now=START)

    return accepted


async def test_the_office_accepts_within_a_day_and_decides_within_seven_from_the_filing(file, take):
    case = await file(now=START)
    assert case.due_at == end_of("2026-12-31")
    case = await take("accept", case, now=START + timedelta(days=1))
    assert case.due_at == end_of("2027-01-11")


async def test_the_office_is_reminded_when_one_working_day_is_left(accepted, run, admin):
    case = await accepted()
    assert await run(REMIND_TOPIC, end_of("2027-01-08")) == 1
    (notice,) = await told(admin, "即将逾期")
    assert notice["link"] == f"/desk/cases/{case.id}"
    assert "2027 年 1 月 11 日" in notice["body"]


async def test_what_is_late_is_marked_once_and_both_sides_are_told(accepted, take, run, row, admin):
    case = await accepted()
    # The row of the time to accept finds nothing to do.
    assert await run(DUE_TOPIC, case.due_at) == 2
    assert (await row(case))["late_at"] == case.due_at
    office, person = await told(admin, "逾期")
    assert (office["tenant_id"] is None, person["person_id"] is None) == (False, False)
    # It is still decided, and the mark stays.
    await take("decide", case, now=case.due_at + HOUR)
    assert (await row(case))["late_at"] == case.due_at


async def test_what_has_moved_on_is_neither_reminded_of_nor_late(accepted, take, run, admin):
    case = await accepted()
    await take("withdraw", case, now=START + HOUR)
    before = await contents(admin)
    assert await run(REMIND_TOPIC, case.due_at) == 1
    assert await run(DUE_TOPIC, case.due_at) == 2
    assert await changed(admin, before) == {"outbox"}


@pytest.mark.parametrize(
    ("changes", "day"),
    [({"off": ["2027-01-04"]}, "2027-01-12"), ({"workdays": ["2027-01-02"]}, "2027-01-08")],
)
async def test_a_new_arrangement_moves_the_running_times_in_chunks(
    small_city, accepted, run, row, admin, monkeypatch, changes, day
):
    monkeypatch.setattr(clocks, "CHUNK", 1)
    cases = [await accepted(), await accepted(item="另一事项")]
    assert cases[0].due_provisional
    arrangement, now = arrangement_2027(**changes), START + HOUR
    await small_city.act(load_arrangement, small_city.operator, arrangement=arrangement, now=now)
    assert await run(CALENDAR_CHANGED_TOPIC, now) == 1
    while await run(REDATE_TOPIC, now):
        pass
    for case in cases:
        moved = await row(case)
        assert (moved["due_at"], moved["due_provisional"]) == (end_of(day), False)
    notices = await told(admin, "期限已调整")
    assert ["由 2027 年 1 月 11 日改为" in one["body"] for one in notices] == [True, True]
    # The former time's rows find nothing to do; the new one's do.
    await run(DUE_TOPIC, max(end_of(day), cases[0].due_at))
    assert len(await posted(admin, DUE_TOPIC)) == 6
    assert len(await told(admin, "已逾期")) == 2


async def test_a_case_is_erased_with_its_decisions_three_years_after_it_ended(
    accepted, take, run, admin
):
    case = await accepted()
    await take("decide", case, now=START)
    await take("check", case, now=START + HOUR)
    (duty,) = await posted(admin, FORGET_TOPIC)
    assert duty["not_before"] == START + HOUR + KEPT_FOR
    assert await run(FORGET_TOPIC, duty["not_before"] - HOUR) == 0
    assert await run(FORGET_TOPIC, duty["not_before"]) == 1
    assert await admin.fetch("select id from review_cases") == []
    assert await admin.fetch("select case_id from review_decisions") == []
    acts = await admin.fetch("select action from audit_entries where object_id = $1", case.id)
    assert {act["action"] for act in acts} >= {
        "review.case.filed",
        "review.case.effective",
        "review.case.forgotten",
    }
