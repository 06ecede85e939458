"""The way through the window: each outcome, outages, workers killed in between, clocks, and the result in every copy."""

import json
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from arrangements import arrangement_2027
from observing import as_platform, changed, contents, posted
from repairs import NUMBER, PDF, add_penalty, both_documents, put_down
from scripted_window import RECEIPT_NO
from small_relief import in_force, relieve
from small_scores import official

from suxin.consent.fetches import delivered_before, fetch_records
from suxin.kernel.actor import Actor
from suxin.kernel.calendars import load_arrangement
from suxin.kernel.refusals import NotFound
from suxin.relief.commands import answer_ending, ask_to_end
from suxin.repair import waiting
from suxin.repair.clocks import end_of
from suxin.repair.commands import RELAY_TOPIC, supplement_application, withdraw_application
from suxin.repair.models import RepairNotHere
from suxin.repair.relaying import ASK_TOPIC
from suxin.repair.results import mark_told_anew
from suxin.repair.retention import FORGET_TOPIC, KEPT_FOR
from suxin.repair.waiting import DUE_TOPIC
from suxin.repair.window import WindowState
from suxin.subjects.models import DataCategory, RecordStatus

HOUR = timedelta(hours=1)
# A Wednesday, before the holidays of the new year.
START = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)


@pytest.fixture
def filed(file, relay):
    """Return a way to bring an application to the window."""

    async def filed(now=None, **changes):
        application = await file(now=now, **changes)
        await relay(now)
        return application

    return filed


async def status_of(admin, record_id):
    return await admin.fetchval("select status from credit_records where id = $1", record_id)


async def test_documents_go_one_by_one_and_then_the_application(
    small_city, file, relay, window, row_of, admin, told
):
    application = await file()
    assert await relay() == 3
    assert [one.content for one in window.documents] == [PDF, PDF]
    (sent,) = window.submissions
    assert (sent.number, sent.round, sent.uscc) == (application.id, 1, "91321302MATE5T017A")
    assert (sent.subject_name, sent.record_ref) == ("宿迁市沭河木业有限公司", NUMBER)
    assert set(sent.documents) == {one.id for one in window.documents}
    row = await row_of(application)
    assert (row["state"], row["clock"], row["receipt_no"]) == ("RELAYED", "ACCEPT", RECEIPT_NO)
    (notice,) = await told("repair_relayed")
    assert RECEIPT_NO in notice["body"]
    (asking,) = await posted(admin, ASK_TOPIC)
    assert asking["not_before"] == small_city.now + timedelta(minutes=1)


async def test_the_department_has_three_days_to_accept_and_the_window_ten_to_answer(
    filed, window, ask, row_of, told
):
    """信用修复管理办法: acceptance in three working days of the push, an answer in ten of receiving it, as a rule."""
    application = await filed(START)
    # 1 January 2027 is a holiday; 31 December, 4 and 5 January are worked.
    assert (await row_of(application))["due_at"] == end_of(date(2027, 1, 5))

    window.says(WindowState.ACCEPTED, START + HOUR)
    await ask(START + HOUR)
    row = await row_of(application)
    assert (row["state"], row["clock"]) == ("ACCEPTED", "ANSWER")
    assert row["due_at"] == end_of(date(2027, 1, 14))
    assert len(await told("repair_accepted")) == 1


async def test_what_is_repaired_counts_no_more_in_any_copy(
    small_city, filed, window, ask, row_of, admin, penalty, told
):
    """Art. 3: no longer published, shared or used; the same penalty from another source is a copy, another penalty is not."""
    copy = await add_penalty(small_city, source="fgw")
    disputed = await add_penalty(small_city, source="xyb", status=RecordStatus.DISPUTED)
    exempted = await add_penalty(small_city, source="sthj", status=RecordStatus.EXEMPTED)
    other = await add_penalty(small_city, number="宿市监罚〔2026〕13号")
    of_another = await add_penalty(small_city, subject_id=small_city.stranger_firm_id)
    application = await filed()
    window.says(WindowState.REPAIRED, small_city.now + HOUR / 2, reason="准予信用修复")

    assert await ask() == 1

    for record_id in (penalty, copy, disputed, exempted):
        assert await status_of(admin, record_id) == "repaired"
    for record_id in (other, of_another):
        assert await status_of(admin, record_id) == "active"
    row = await row_of(application)
    assert (row["state"], row["copies"], row["late_at"]) == ("REPAIRED", 4, None)
    assert row["decided_at"] == small_city.now + HOUR / 2
    assert row["applied_at"] == row["ended_at"] == small_city.now + HOUR
    assert len(await told("repair_repaired")) == 1
    assert (
        await admin.fetchval("select count(*) from repair_documents where content is not null") == 0
    )


async def test_what_is_exempted_is_repaired_at_once_and_stays_so(
    small_city, filed, window, ask, admin, penalty
):
    """Art. 3: what is exempted is shared with that word, and counts again when its notice ends; what is repaired neither."""
    await filed()
    notice = await in_force(small_city)
    await relieve(small_city)
    assert await status_of(admin, penalty) == "exempted"

    window.says(WindowState.REPAIRED, small_city.now)
    await ask()
    assert await status_of(admin, penalty) == "repaired"

    which = {"notice_id": notice.id}
    await small_city.act(ask_to_end, official(small_city, 1), **which, reason="灾后恢复")
    await small_city.act(answer_ending, official(small_city, 2), **which, granted=True)
    # At the end the notice's row is closed, and the record is left as it is.
    assert await relieve(small_city) == 1
    assert await status_of(admin, penalty) == "repaired"


async def test_what_a_later_batch_tells_anew_counts_no_more_either(
    small_city, filed, window, ask, admin
):
    await filed()
    window.says(WindowState.REPAIRED, small_city.now)
    await ask()
    batch_id, earlier = uuid4(), uuid4()
    again = await add_penalty(small_city, source="fgw", batch_id=batch_id)
    other = await add_penalty(small_city, source="fgw", number="2", batch_id=batch_id)
    untouched = await add_penalty(small_city, source="xyb", batch_id=earlier)
    held = [
        await add_penalty(small_city, source=status.value, status=status, batch_id=batch_id)
        for status in (RecordStatus.DISPUTED, RecordStatus.EXEMPTED)
    ]
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as session:
        assert await mark_told_anew(session, batch_id=batch_id, now=small_city.now) == 3
        assert await mark_told_anew(session, batch_id=batch_id, now=small_city.now) == 0
    found = [await status_of(admin, record_id) for record_id in (again, *held, other, untouched)]
    assert found == [*["repaired"] * 3, "active", "active"]


async def test_whoever_may_read_the_record_finds_an_event_that_names_nobody(
    small_city, filed, window, ask, admin
):
    submitted = await small_city.submit()
    bank, rival = small_city.banks
    await small_city.consent(submitted.request.id, bank)
    consent_id = await admin.fetchval("select id from consents")
    await filed()
    window.says(WindowState.REPAIRED, small_city.now + HOUR / 2)
    await ask()

    events = await admin.fetch("select * from tenant_events where type like 'repair.%'")
    assert [(one["tenant_id"], one["object_id"]) for one in events] == [
        (bank.tenant_id, consent_id)
    ]
    assert json.loads(events[0]["data"]) == {
        "item": "PENALTY",
        "repairedAt": (small_city.now + HOUR / 2).isoformat(),
    }
    assert rival.tenant_id not in {one["tenant_id"] for one in events}


async def test_what_was_delivered_of_a_repaired_record_is_not_delivered_again(
    small_city, filed, window, ask, admin
):
    """Art. 3: no longer shared, by a replay of an earlier fetch either; what tells of other records stays."""
    submitted = await small_city.submit()
    bank = small_city.banks[0]
    await small_city.consent(submitted.request.id, bank)
    consent_id = await admin.fetchval("select id from consents")
    for categories in (None, [DataCategory.TAX]):
        given = {"consent_id": consent_id, "categories": categories}
        await small_city.act(fetch_records, bank.officer, **given)
    await filed()
    window.says(WindowState.REPAIRED, small_city.now + HOUR / 2)
    await ask()

    kept = await admin.fetch(
        "select content is null, erased_at is not null, sha256 is not null from consent_fetches order by number"
    )
    assert [tuple(row) for row in kept] == [(True, True, True), (False, False, True)]
    async with small_city.database.snapshot(bank.officer, now=small_city.now) as session:
        with pytest.raises(NotFound):
            await delivered_before(
                session, bank.officer, consent_id=consent_id, number=1, now=small_city.now
            )


async def test_a_result_learnt_after_more_than_a_working_day_is_late_on_record(
    filed, window, ask, row_of, run
):
    """The result is carried to every copy within one working day of the decision."""
    application = await filed(START)
    window.says(WindowState.REPAIRED, START + HOUR)
    # 31 December is the one working day; this is 4 January.
    await ask(datetime(2027, 1, 4, 1, 0, tzinfo=UTC))
    row = await row_of(application)
    assert (row["state"], row["late_clock"]) == ("REPAIRED", "APPLY")


@pytest.mark.parametrize(
    ("state", "ended", "title"),
    [
        (WindowState.NOT_ACCEPTED, "NOT_ACCEPTED", "修复申请不予受理"),
        (WindowState.REFUSED, "REFUSED", "修复申请未获准"),
    ],
)
async def test_a_no_of_the_window_ends_the_application_with_its_reason_and_changes_no_record(
    small_city, filed, window, ask, row_of, admin, penalty, told, state, ended, title
):
    application = await filed()
    window.says(state, small_city.now, reason="相关义务尚未完全履行")
    await ask()
    row = await row_of(application)
    assert (row["state"], row["reason"]) == (ended, "相关义务尚未完全履行")
    (notice,) = await told("repair_refused")
    assert (notice["title"], "相关义务尚未完全履行" in notice["body"]) == (title, True)
    assert await status_of(admin, penalty) == "active"
    # And may be asked for again.
    assert (await filed(document_ids=await both_documents(small_city))).id != application.id


async def test_what_is_returned_is_supplemented_and_goes_again(
    small_city, filed, window, ask, row_of, relay, admin, penalty
):
    application = await filed()
    window.says(WindowState.RETURNED, small_city.now, reason="请补充罚款缴纳凭证")
    await ask()
    row = await row_of(application)
    assert (row["state"], row["clock"], row["reason"]) == ("RETURNED", None, "请补充罚款缴纳凭证")

    more = await put_down(small_city)
    await small_city.act(
        supplement_application,
        small_city.applicant,
        application_id=application.id,
        statement="已补充缴款凭证",
        document_ids=[more],
    )
    assert await relay() == 2
    assert [one.round for one in window.submissions] == [1, 2]
    assert len(window.submissions[1].documents) == 3
    assert window.submissions[1].statement == "已补充缴款凭证"
    window.says(WindowState.REPAIRED, small_city.now)
    # The first round's question finds nothing to do any more, the second's does.
    await ask()
    assert await status_of(admin, penalty) == "repaired"


async def test_an_extension_moves_the_clock_to_the_day_that_the_department_says(
    filed, window, ask, row_of, admin
):
    application = await filed(START)
    window.says(WindowState.ACCEPTED, START, decide_by=date(2027, 2, 10))
    await ask(START + HOUR)
    row = await row_of(application)
    assert (row["clock"], row["due_at"]) == ("EXTENDED", end_of(date(2027, 2, 10)))
    await ask(START + 3 * HOUR)
    assert len(await posted(admin, DUE_TOPIC)) == 3


async def test_while_the_window_is_away_everything_waits_and_goes_on_when_it_is_back(
    small_city, file, relay, run, window, row_of, admin
):
    window.down = True
    application = await file()
    now, pauses = small_city.now, []
    for _ in range(10):
        assert await run(RELAY_TOPIC, now) == 1
        (waiting_row,) = await admin.fetch(
            "select not_before from outbox where topic = $1 and done_at is null", RELAY_TOPIC
        )
        pauses.append(waiting_row["not_before"] - now)
        now = waiting_row["not_before"]
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=1), timedelta(minutes=2)]
    assert pauses[-1] == timedelta(hours=1)
    assert (await row_of(application))["state"] == "FILED"

    window.down = False
    await relay(now)
    assert (await row_of(application))["state"] == "RELAYED"
    window.down = True
    assert await run(ASK_TOPIC, now + HOUR) == 1
    window.down = False
    window.says(WindowState.REPAIRED, now)
    assert await run(ASK_TOPIC, now + 3 * HOUR) == 1
    assert (await row_of(application))["state"] == "REPAIRED"


async def test_a_worker_that_dies_after_a_call_sends_the_same_again(
    small_city, file, window, run, row_of, admin, monkeypatch
):
    application = await file()
    real = window.submit

    async def killed(submission, *, now):
        await real(submission, now=now)
        raise SystemError("killed")

    await run(RELAY_TOPIC)
    await run(RELAY_TOPIC)
    monkeypatch.setattr(window, "submit", killed)
    with pytest.raises(SystemError):
        await run(RELAY_TOPIC)
    assert (await row_of(application))["state"] == "FILED"
    monkeypatch.setattr(window, "submit", real)
    assert await run(RELAY_TOPIC, small_city.now + HOUR) == 1
    assert [one.number for one in window.submissions] == [application.id] * 2
    assert (await row_of(application))["state"] == "RELAYED"


async def test_what_the_window_does_not_take_at_all_ends_with_its_reason(
    file, window, relay, row_of
):
    window.rejects = "文件类型或大小不符合要求"
    application = await file()
    await relay()
    row = await row_of(application)
    assert (row["state"], row["reason"]) == ("NOT_ACCEPTED", "文件类型或大小不符合要求")


async def test_a_missed_clock_is_marked_once_and_both_sides_are_told(
    small_city, filed, run, row_of, told
):
    application = await filed(START)
    due_at = (await row_of(application))["due_at"]
    # The clock for sending it, which was kept, finds nothing to do.
    assert await run(DUE_TOPIC, due_at) == 2
    row = await row_of(application)
    assert (row["late_clock"], row["late_at"]) == ("ACCEPT", due_at)
    office, person = await told("repair_late")
    assert (office["tenant_id"], person["person_id"]) == (
        small_city.operator.tenant_id,
        small_city.person_id,
    )
    assert office["link"] == f"/desk/repairs/{application.id}"
    assert "认定单位受理" in office["body"]


async def test_a_new_arrangement_moves_the_clock(small_city, filed, row_of, admin):
    application = await filed(START)
    await small_city.act(
        load_arrangement,
        small_city.operator,
        arrangement=arrangement_2027(off=["2027-01-04"]),
        now=START + HOUR,
    )
    given = {"now": START + HOUR, "year": 2027, "after": None}
    await as_platform(small_city, waiting.redate_applications, **given)
    row = await row_of(application)
    assert (row["due_at"], row["due_provisional"]) == (end_of(date(2027, 1, 6)), False)
    before = await contents(admin)
    await as_platform(small_city, waiting.redate_applications, **given)
    assert await changed(admin, before) == set()


async def test_once_the_window_has_it_nobody_here_takes_it_back_or_decides_it(
    small_city, filed, admin
):
    application = await filed()
    before = await contents(admin)
    with pytest.raises(RepairNotHere):
        await small_city.act(
            withdraw_application, small_city.applicant, application_id=application.id
        )
    assert await changed(admin, before) == set()


async def test_an_ended_application_is_erased_three_years_later_and_not_before(
    small_city, file, run, admin
):
    application = await file()
    await small_city.act(withdraw_application, small_city.applicant, application_id=application.id)
    assert await run(FORGET_TOPIC, small_city.now + KEPT_FOR - HOUR) == 0
    assert await run(FORGET_TOPIC, small_city.now + KEPT_FOR) == 1
    assert await admin.fetchval("select count(*) from repair_applications") == 0
    assert await admin.fetchval("select count(*) from repair_documents") == 0
