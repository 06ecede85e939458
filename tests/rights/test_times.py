"""The times of a subject's cases, one test for each figure that a rule gives; docs/law.md says where each comes from."""

from datetime import UTC, datetime, timedelta

import pytest
from arrangements import arrangement_2027
from small_cases import colleague

from suxin.kernel.calendars import CALENDAR_CHANGED_TOPIC, load_arrangement
from suxin.review.deciding import ExtendedBefore, extend_case
from suxin.review.filing import withdraw_case
from suxin.review.states import CaseState
from suxin.rights.inquiries import DUE_TOPIC, SourceAsked, ask_source, note_source_answer
from suxin.rights.kinds import DISPUTE, KINDS
from suxin.rights.remedies import CorrectionAbout
from suxin.rights.transfers import DUE_TOPIC as TRANSFER_TOPIC
from suxin.rights.transfers import REMIND_TOPIC

# A Wednesday; the seventh working day after it is 11 January, as far as is known.
START = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def end_of(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T15:59:59+00:00")


@pytest.fixture
def dispute(ask, accept):
    """Return a way to have a dispute of the tax authority's record accepted at once."""

    async def dispute(now=START):
        return await accept(await ask(now=now), now=now)

    return dispute


async def test_a_disputed_record_is_marked_at_once_and_so_within_one_working_day(
    ask, record_id, admin
):
    """上海市社会信用条例 and 深圳经济特区社会信用条例: marked, or checked, within one working day."""
    case = await ask(now=START)
    assert case.due_at == end_of("2026-12-31")
    marked = await admin.fetchval("select status from credit_records where id = $1", record_id)
    assert marked == "disputed"


async def test_what_the_platform_itself_holds_is_answered_in_three_working_days(ask, accept):
    """山东省社会信用条例: three working days where nobody else is asked."""
    case = await ask(now=START, about=CorrectionAbout.INDUSTRY, record_id=None)
    assert (await accept(case, now=START)).due_at == end_of("2027-01-05")


async def test_a_dispute_is_answered_in_seven_working_days(dispute):
    """上海市社会信用条例 and 山东省社会信用条例: seven working days where a source is asked."""
    assert (await dispute()).due_at == end_of("2027-01-11")


async def test_it_is_extended_once_by_three_working_days(small_city, dispute):
    """深圳经济特区社会信用条例: three more."""
    case = await dispute()
    given = {"kind": DISPUTE, "case_id": case.id, "reason": "来源未回复", "now": START}
    extended = await small_city.act(extend_case, small_city.operator, **given)
    assert extended.due_at == end_of("2027-01-14")
    with pytest.raises(ExtendedBefore):
        await small_city.act(extend_case, small_city.operator, **given)


async def test_no_case_takes_longer_than_twenty_days(small_city, dispute):
    """征信业管理条例 art. 25: within twenty days, here counted with the extension over a new year."""
    case = await dispute()
    given = {"kind": DISPUTE, "case_id": case.id, "reason": "来源未回复", "now": START}
    extended = await small_city.act(extend_case, small_city.operator, **given)
    assert extended.due_at - START <= timedelta(days=20)
    assert {kind.decide_days + kind.extend_days for kind in KINDS.values()} == {6, 10}


async def test_a_dispute_is_passed_to_its_source_in_two_working_days_or_both_sides_are_told(
    dispute, run, admin
):
    """上海市社会信用条例 and 台州市企业信用促进条例: the provider is informed within two working days."""
    await dispute()
    first, second = end_of("2026-12-31"), end_of("2027-01-04")
    assert await admin.fetchval("select due_at from source_transfers") == second
    assert await run(REMIND_TOPIC, first - HOUR) == 0
    assert await run(REMIND_TOPIC, first) == 1
    duty = await admin.fetchval("select body from notices where title like '%：请转来源核实'")
    assert duty.startswith("“纳税信用级别”须在 2027 年 1 月 4 日前转税务局核实")

    assert await run(TRANSFER_TOPIC, second - HOUR) == 0
    assert await run(TRANSFER_TOPIC, second) == 1
    assert await admin.fetchval("select late_at from source_transfers") == second
    told = await admin.fetch("select body from notices where title like '%：转办逾期'")
    assert len({row["body"] for row in told}) == 2
    steps = "select count(*) from audit_entries where action = 'review.case.transfer_late'"
    assert await admin.fetchval(steps) == 1


async def test_what_was_passed_on_or_has_longer_by_a_new_arrangement_is_not_late(
    small_city, dispute, run, admin
):
    """全国年节及纪念日放假办法: a running time follows the arrangement of the year once it is published."""
    case = await dispute()
    moved = arrangement_2027(off=["2027-01-04"])
    await small_city.act(load_arrangement, small_city.operator, arrangement=moved, now=START + HOUR)
    assert await run(CALENDAR_CHANGED_TOPIC, START + HOUR) == 1
    assert await admin.fetchval("select due_at from source_transfers") == end_of("2027-01-05")
    assert await run(TRANSFER_TOPIC, end_of("2027-01-04")) == 1
    assert await admin.fetchval("select late_at from source_transfers") is None
    asked = {"case_id": case.id, "question": "请核实", "now": START + HOUR}
    await small_city.act(ask_source, small_city.operator, **asked)
    assert await run(TRANSFER_TOPIC, end_of("2027-01-05")) == 1
    found = await admin.fetchrow("select passed_at, late_at from source_transfers")
    assert tuple(found) == (START + HOUR, None)


async def test_a_dispute_that_is_decided_is_not_late_for_its_source(answer, ask, run, admin):
    """What the platform itself can see needs no source: whoever decides in two days has passed nothing on too late."""
    await answer(await ask(now=START), now=START)
    assert await run(TRANSFER_TOPIC, end_of("2027-01-04")) == 1
    assert await admin.fetchval("select late_at from source_transfers") is None


async def test_a_source_answers_in_five_working_days_or_the_office_is_told(
    small_city, dispute, run, admin
):
    """上海市社会信用条例 and 台州市企业信用促进条例: the provider answers in five working days."""
    case = await dispute()
    which = {"case_id": case.id, "now": START}
    await small_city.act(ask_source, small_city.operator, **which, question="请核实")
    with pytest.raises(SourceAsked):
        await small_city.act(ask_source, small_city.operator, **which, question="请核实")
    told = await admin.fetchval("select body from notices where title like '%已转来源核实'")
    assert "税务局核实，其应在 2027 年 1 月 7 日前回复" in told

    assert await run(DUE_TOPIC, end_of("2027-01-07") - HOUR) == 0
    assert await run(DUE_TOPIC, end_of("2027-01-07")) == 1

    late = await admin.fetchval("select late_at from source_inquiries")
    assert late == end_of("2027-01-07")
    duty = await admin.fetchval("select body from notices where title like '%来源逾期未回复'")
    assert duty == "税务局未在 5 个工作日内回复“纳税信用级别”的核实，请催办。"


async def test_a_source_that_answered_or_has_longer_by_a_new_arrangement_is_not_late(
    small_city, dispute, run, admin
):
    case = await dispute()
    which = {"case_id": case.id, "now": START}
    await small_city.act(ask_source, small_city.operator, **which, question="请核实")
    moved = arrangement_2027(off=["2027-01-04"])
    await small_city.act(load_arrangement, small_city.operator, arrangement=moved, now=START + HOUR)
    assert await run(DUE_TOPIC, end_of("2027-01-07")) == 1
    assert await admin.fetchval("select late_at from source_inquiries") is None
    await small_city.act(
        note_source_answer, colleague(small_city), case_id=case.id, answer="记载有误", now=START
    )
    assert await run(DUE_TOPIC, end_of("2027-01-08")) == 1
    assert await admin.fetchval("select late_at from source_inquiries") is None


async def test_what_the_provider_withdraws_meanwhile_stays_withdrawn(
    small_city, ask, record_id, admin
):
    """全国公共信用信息基础目录: a record is its provider's, whatever became of the dispute."""
    case = await ask()
    await admin.execute("update credit_records set status = 'withdrawn' where id = $1", record_id)
    taken = await small_city.act(withdraw_case, small_city.applicant, kind=DISPUTE, case_id=case.id)
    assert taken.state is CaseState.WITHDRAWN
    status = await admin.fetchval("select status from credit_records where id = $1", record_id)
    assert status == "withdrawn"


async def test_a_declined_dispute_stays_marked_until_the_time_to_appeal_is_over(
    ask, answer, run, record_id, admin
):
    """征信业管理条例 art. 25: marked while it is being dealt with, and no appeal is over before its time."""
    declined = await answer(await ask(now=START), granted=False, now=START)
    status = "select status from credit_records where id = $1"
    assert await admin.fetchval(status, record_id) == "disputed"
    await run("review.case.due", declined.due_at)
    assert await admin.fetchval(status, record_id) == "active"
