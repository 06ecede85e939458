"""The office's time to answer: a reminder, a mark when it is over, new dates after a new arrangement, and the end of keeping."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from arrangements import arrangement_2027
from observing import as_platform, changed, contents, posted

from suxin.kernel import outbox
from suxin.kernel.calendars import CALENDAR_CHANGED_TOPIC, load_arrangement
from suxin.kernel.messaging import Delivery
from suxin.kernel.sealing import Keyring, Sealer
from suxin.rights import deadlines
from suxin.rights.corrections import withdraw_correction
from suxin.rights.deadlines import DUE_TOPIC, REDATE_TOPIC, REMIND_TOPIC
from suxin.rights.models import CorrectionAbout
from suxin.rights.retention import FORGET_TOPIC, KEPT_FOR
from suxin_server.jobs import handlers

# A Wednesday; the seventh working day after it is 8 January, as far as is known.
START = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Silent:
    """A channel that sends nothing."""

    async def send_subscribe_message(self, **_message) -> Delivery:
        return Delivery.taken(None)

    async def send_sms(self, **_message) -> Delivery:
        return Delivery.taken(None)


@pytest.fixture
def run(small_city, admin):
    """Return a way to carry out what is due of a topic; it answers how many rows there were."""
    table = handlers(sealer=Sealer(Keyring.generate()), channel=Silent())

    async def run(topic, now):
        rows = await admin.fetch(
            "select id from outbox where topic = $1 and not_before <= $2 and done_at is null"
            " order by not_before, id",
            topic,
            now,
        )
        for row in rows:
            assert await outbox.perform(small_city.database, row["id"], table, now=now)
        return len(rows)

    return run


@pytest.fixture
def load(small_city, run):
    """Return a way to load an arrangement of 2027, with the work that follows."""

    async def load(now=START + HOUR, **changes):
        arrangement = arrangement_2027(**changes)
        await small_city.act(
            load_arrangement, small_city.operator, arrangement=arrangement, now=now
        )
        assert await run(CALENDAR_CHANGED_TOPIC, now) == 1

    return load


def end_of(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T15:59:59+00:00")


async def told(admin, template):
    return await admin.fetch("select * from notices where template = $1 order by id", template)


async def row_of(admin, request):
    return await admin.fetchrow("select * from correction_requests where id = $1", request.id)


async def test_the_office_is_reminded_once_when_one_working_day_is_left(ask, run, admin):
    request = await ask(now=START)
    (reminder,) = await posted(admin, REMIND_TOPIC)
    assert reminder["not_before"] == end_of("2027-01-08")
    assert request.answer_by == end_of("2027-01-11")

    assert await run(REMIND_TOPIC, reminder["not_before"]) == 1

    (notice,) = await told(admin, "correction_clock")
    assert (notice["title"], notice["permission"]) == (
        "更正申请即将逾期",
        "rights.correction.answer",
    )
    assert notice["link"] == f"/desk/corrections/{request.id}"
    assert "2027 年 1 月 11 日" in notice["body"]


async def test_a_request_that_is_answered_or_taken_back_is_neither_reminded_of_nor_late(
    small_city, ask, run, admin
):
    request = await ask(now=START)
    await small_city.act(
        withdraw_correction, small_city.applicant, request_id=request.id, now=START + HOUR
    )
    before = await contents(admin)
    over = request.answer_by + HOUR
    assert (await run(REMIND_TOPIC, over), await run(DUE_TOPIC, over)) == (1, 1)
    assert await changed(admin, before) == {"outbox"}


async def test_what_is_not_answered_in_time_is_marked_late_and_both_sides_are_told(
    small_city, ask, run, answer, admin
):
    request = await ask(now=START)

    assert await run(DUE_TOPIC, request.answer_by) == 1

    assert (await row_of(admin, request))["late_at"] == request.answer_by
    office, person = await told(admin, "correction_late")
    assert (office["tenant_id"], person["person_id"]) == (
        small_city.operator.tenant_id,
        small_city.person_id,
    )
    acts = await admin.fetch("select * from audit_entries where action = 'rights.correction.late'")
    assert [act["object_id"] for act in acts] == [request.id]
    # The answer still comes, and the mark stays.
    await answer(request, now=request.answer_by + HOUR)
    assert (await row_of(admin, request))["late_at"] == request.answer_by


@pytest.mark.parametrize(
    ("changes", "day"),
    [({"off": ["2027-01-04"]}, "2027-01-12"), ({"workdays": ["2027-01-02"]}, "2027-01-08")],
)
async def test_a_new_arrangement_moves_the_deadline_with_its_reminder_and_the_office_is_told(
    ask, load, run, admin, changes, day
):
    request = await ask(now=START)
    assert request.answer_by_provisional

    await load(**changes)

    row = await row_of(admin, request)
    assert (row["answer_by"], row["answer_by_provisional"]) == (end_of(day), False)
    assert [one["not_before"] for one in await posted(admin, DUE_TOPIC)] == [
        end_of("2027-01-11"),
        end_of(day),
    ]
    (notice,) = await told(admin, "correction_clock")
    assert "由 2027 年 1 月 11 日改为" in notice["body"]
    act = await admin.fetchrow(
        "select detail from audit_entries where action = 'rights.correction.redated'"
    )
    assert json.loads(act["detail"])["year"] == 2027
    # The former deadline's rows find nothing to do; the new one's do.
    both = max(row["answer_by"], request.answer_by)
    assert await run(DUE_TOPIC, both) == 2
    assert len(await told(admin, "correction_late")) == 2


async def test_loading_the_same_again_moves_nothing(ask, load, small_city, admin):
    await ask(now=START)
    await load(off=["2027-01-04"])
    before = await contents(admin)
    await as_platform(
        small_city, deadlines.redate_corrections, now=START + HOUR, year=2027, after=None
    )
    assert await changed(admin, before) == set()


async def test_what_is_published_makes_the_office_late_at_no_moment(ask, load, admin):
    request = await ask(now=START)
    eve = datetime(2027, 1, 10, 2, 0, tzinfo=UTC)
    await load(now=eve, workdays=["2027-01-02"])
    assert (await row_of(admin, request))["answer_by"] == request.answer_by


async def test_many_are_redated_in_chunks(ask, load, run, small_city, admin, monkeypatch):
    monkeypatch.setattr(deadlines, "CHUNK", 1)
    requests = [
        await ask(now=START),
        await ask(now=START, actor=small_city.stranger, about=CorrectionAbout.NAME, record_id=None),
    ]
    await load(off=["2027-01-04"])
    while await run(REDATE_TOPIC, START + HOUR):
        pass
    assert {(await row_of(admin, one))["answer_by"] for one in requests} == {end_of("2027-01-12")}


async def test_a_request_is_erased_three_years_after_it_ended_and_not_before(
    ask, answer, run, admin
):
    ended, open_ = (
        await ask(now=START),
        await ask(now=START, about=CorrectionAbout.NAME, record_id=None),
    )
    await answer(ended, now=START + HOUR)
    (duty,) = await posted(admin, FORGET_TOPIC)
    assert duty["not_before"] == START + HOUR + KEPT_FOR

    assert await run(FORGET_TOPIC, duty["not_before"] - HOUR) == 0
    assert await run(FORGET_TOPIC, duty["not_before"]) == 1

    left = await admin.fetch("select id from correction_requests")
    assert [row["id"] for row in left] == [open_.id]
    acts = await admin.fetch("select action from audit_entries where object_id = $1", ended.id)
    assert {act["action"] for act in acts} >= {
        "rights.correction.filed",
        "rights.correction.corrected",
        "rights.correction.forgotten",
    }
