"""Notices of exemption: what falls within, two people at both ends, what counts again, and who is told once."""

from datetime import date, timedelta

import pytest
from observing import changed, contents
from repairs import add_penalty
from small_cases import colleague
from small_relief import PDF, add_counties, draft, file_notice, in_force, relieve
from small_scores import official

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, Invalid
from suxin.kernel.sealed_documents import SentFile
from suxin.relief import applying
from suxin.relief.commands import (
    answer_ending,
    ask_to_end,
    decide_notice,
    propose_notice,
    withdraw_notice,
)
from suxin.relief.counting import shown
from suxin.relief.refusals import NoticeNotCounted, NoticeNotHere, SecondPersonNeeded
from suxin.review.deciding import accept_case, check_case
from suxin.review.states import Outcome
from suxin.rights.answering import answer_case
from suxin.rights.exemptions import request_exemption
from suxin.rights.kinds import EXEMPTION
from suxin.subjects.models import DataCategory, Polarity, RecordStatus

DAY = timedelta(days=1)


async def statuses(admin) -> dict[str, int]:
    rows = await admin.fetch(
        "select status, count(*) from credit_records where item_code = 'PENALTY' group by 1"
    )
    return {row[0]: row[1] for row in rows}


async def status(admin, record_id) -> str:
    return await admin.fetchval("select status from credit_records where id = $1", record_id)


async def end(city, notice):
    await city.act(ask_to_end, official(city, 1), notice_id=notice.id, reason="灾后恢复")
    return await city.act(answer_ending, official(city, 2), notice_id=notice.id, granted=True)


async def test_what_falls_within_is_exempted_and_nothing_else(small_city, admin):
    """宿政办发〔2021〕62号 (信用豁免); both days of the period are included."""
    within = [
        await add_penalty(small_city, number=f"内{day}", occurred_on=day)
        for day in (date(2026, 5, 1), date(2026, 6, 30))
    ]
    beyond = [
        await add_penalty(small_city, number="早", occurred_on=date(2026, 4, 30)),
        await add_penalty(small_city, number="晚", occurred_on=date(2026, 7, 1)),
        await add_penalty(small_city, number="类", category=DataCategory.TAX),
        await add_penalty(small_city, number="正", polarity=Polarity.POSITIVE),
        await add_penalty(small_city, number="异", status=RecordStatus.DISPUTED),
        await add_penalty(small_city, number="撤", status=RecordStatus.WITHDRAWN),
    ]
    elsewhere = await add_penalty(small_city, number="外", subject_id=small_city.stranger_firm_id)
    await admin.execute(
        "update subjects set county_code = '321324' where id = $1", small_city.stranger_firm_id
    )
    before = {one: await status(admin, one) for one in [*beyond, elsewhere]}

    notice = await in_force(small_city)
    assert await statuses(admin) == {"active": 7, "disputed": 1, "withdrawn": 1}
    assert await relieve(small_city) == 2
    assert await relieve(small_city) == 0

    assert {await status(admin, one) for one in within} == {"exempted"}
    assert {one: await status(admin, one) for one in before} == before
    rows = await admin.fetch("select record_id, title, reason, item from group_exemptions")
    assert {row["record_id"] for row in rows} == set(within)
    assert {tuple(row)[1:] for row in rows} == {(notice.title, notice.reason, "行政处罚")}
    act = await admin.fetchrow(
        "select subject_id, detail from audit_entries where action = 'relief.records.exempted'"
    )
    assert act["subject_id"] == small_city.firm_id
    # What is disputed no longer falls within at the next pass.
    await admin.execute("update credit_records set status = 'active' where id = $1", beyond[4])
    assert await relieve(small_city, small_city.now + timedelta(minutes=11)) == 1
    assert await status(admin, beyond[4]) == "exempted"


@pytest.mark.parametrize(("areas", "exempted"), [(["321300"], 1), (["321302"], 0)])
async def test_a_notice_for_the_whole_city_leaves_out_no_county(small_city, admin, areas, exempted):
    await add_penalty(small_city)
    await admin.execute("update subjects set county_code = '321324'")
    await in_force(small_city, areas=areas)
    assert await relieve(small_city) == exempted


async def test_one_files_and_another_decides_once_it_is_counted(small_city, admin):
    await add_penalty(small_city)
    notice = await file_notice(small_city)
    given = {"notice_id": notice.id, "granted": True, "answer": "属实"}
    before = await contents(admin)
    for person, refusal in ((0, SecondPersonNeeded), (1, NoticeNotCounted)):
        with pytest.raises(refusal):
            await small_city.act(decide_notice, official(small_city, person), **given)
    assert await changed(admin, before) == set()

    assert await relieve(small_city) == 0
    await small_city.act(decide_notice, official(small_city, 1), **given)
    for command, more in (
        (withdraw_notice, {}),
        (decide_notice, {"granted": False, "answer": "x"}),
    ):
        with pytest.raises(NoticeNotHere):
            await small_city.act(command, official(small_city, 2), notice_id=notice.id, **more)


@pytest.mark.parametrize("how", ["withdrawn", "rejected"])
async def test_what_is_withdrawn_or_rejected_exempts_nothing(small_city, admin, how):
    await add_penalty(small_city)
    notice = await file_notice(small_city)
    if how == "withdrawn":
        await small_city.act(withdraw_notice, official(small_city, 0), notice_id=notice.id)
    else:
        rejection = {"granted": False, "answer": "不属实"}
        await small_city.act(
            decide_notice, official(small_city, 1), notice_id=notice.id, **rejection
        )
    assert await relieve(small_city) == 0
    assert await statuses(admin) == {"active": 1}


async def test_ended_by_two_what_it_alone_exempted_counts_again(small_city, admin):
    """What another notice, or the case of its subject, exempts stays exempted; what was withdrawn meanwhile stays withdrawn."""
    alone, both, by_case, withdrawn = [
        await add_penalty(small_city, number=str(day), occurred_on=date(2026, 5, day))
        for day in (1, 20, 2, 3)
    ]
    asked = {"record_id": by_case, "reason": "受灾停产", "evidence": "灾情证明"}
    case = await small_city.act(request_exemption, small_city.applicant, **asked)
    notice = await in_force(small_city)
    await in_force(small_city, from_on=date(2026, 5, 10), title="另一公告")
    # The first was applied while the second was counted.
    assert await relieve(small_city) == 1
    await _answer(small_city, case)
    await admin.execute("update credit_records set status = 'withdrawn' where id = $1", withdrawn)

    with pytest.raises(SecondPersonNeeded):
        await small_city.act(ask_to_end, official(small_city, 1), notice_id=notice.id, reason="x")
        await small_city.act(
            answer_ending, official(small_city, 1), notice_id=notice.id, granted=True
        )
    await small_city.act(answer_ending, official(small_city, 2), notice_id=notice.id, granted=False)
    assert await relieve(small_city) == 0
    await end(small_city, notice)
    assert await relieve(small_city) == 4

    found = [await status(admin, one) for one in (alone, both, by_case, withdrawn)]
    assert found == ["active", "exempted", "exempted", "withdrawn"]
    assert await relieve(small_city) == 0


async def _answer(city, case):
    """Let two of the office exempt what a subject has asked for."""
    which = {"kind": EXEMPTION, "case_id": case.id}
    await city.act(accept_case, city.operator, **which)
    decision = {"outcome": Outcome.GRANTED, "reason": "属实"}
    await city.act(answer_case, city.operator, case_id=case.id, **decision)
    await city.act(check_case, colleague(city), **which, upheld=True, reason="")


async def test_a_notice_ends_on_its_day(small_city, admin):
    await add_penalty(small_city)
    await in_force(small_city, ends_on=small_city.now.date() + 2 * DAY)
    await relieve(small_city)
    assert await relieve(small_city, small_city.now + DAY) == 0
    assert await relieve(small_city, small_city.now + 2 * DAY) == 1
    assert await statuses(admin) == {"active": 1}
    assert await admin.fetchval("select state from disaster_notices") == "ENDED"


async def test_who_is_concerned_is_told_once_at_either_end(small_city, admin):
    for day in (1, 2):
        await add_penalty(small_city, number=str(day), occurred_on=date(2026, 5, day))
    notice = await in_force(small_city)
    for minutes in (0, 11):
        await relieve(small_city, small_city.now + timedelta(minutes=minutes))
        await add_penalty(small_city, number=f"晚{minutes}", occurred_on=date(2026, 5, 9))
    await relieve(small_city, small_city.now + timedelta(minutes=22))
    told = "select person_id, title, body from notices where template like 'relief_%' order by id"
    (began,) = await admin.fetch(told)
    assert began["person_id"] == small_city.person_id
    assert "2 条记录予以信用豁免" in began["body"]
    assert notice.reason in began["body"]

    await end(small_city, notice)
    for _ in range(2):
        await relieve(small_city, small_city.now + timedelta(minutes=33))
    _, over = await admin.fetch(told)
    assert over["title"] == "受灾信用豁免已终止"
    assert await admin.fetch("select 1 from group_exemptions where end_told_at is null") == []


async def test_whoever_is_interrupted_goes_on_where_he_was(small_city, admin, monkeypatch):
    monkeypatch.setattr(applying, "CHUNK", 2)
    for day in range(1, 6):
        await add_penalty(small_city, number=str(day), occurred_on=date(2026, 5, day))
    notice = await in_force(small_city)
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as session:
        assert await applying.exempt_chunk(session, notice, now=small_city.now) == 2
    assert await statuses(admin) == {"active": 3, "exempted": 2}
    monkeypatch.setattr("suxin_server.relieving.CHUNK", 2)
    assert await relieve(small_city) == 3
    assert await statuses(admin) == {"exempted": 5}


async def test_a_record_that_is_erased_takes_its_exemption_along(small_city, admin):
    record_id = await add_penalty(small_city)
    await in_force(small_city)
    await relieve(small_city)
    await admin.execute("delete from credit_records where id = $1", record_id)
    assert await admin.fetch("select 1 from group_exemptions") == []


def test_a_count_is_shown_in_whole_fives_and_not_at_all_below():
    assert [shown(count) for count in (0, 4, 5, 9, 10)] == [None, None, 5, 5, 10]


async def test_who_decides_sees_how_many_it_would_concern(small_city, admin):
    for day in range(1, 8):
        await add_penalty(small_city, number=str(day), occurred_on=date(2026, 5, day))
    await file_notice(small_city)
    await relieve(small_city)
    row = await admin.fetchrow("select records, subjects, counted from disaster_notices")
    # Seven records of one firm: a county's records are not shown where its subjects are too few.
    assert (row["records"], row["subjects"], row["counted"]) == (
        None,
        None,
        '{"321302": [null, null]}',
    )


async def test_the_platform_proposes_a_declared_disaster_once(small_city, admin):
    given = {
        "draft": draft(),
        "paper": SentFile(name="灾害公告.pdf", content=PDF),
        "sealer": small_city.sealer,
    }
    platform = Actor.system("rural")
    await add_counties(small_city)
    first = await small_city.act(propose_notice, platform, source="rural/2026-7", **given)
    again = await small_city.act(propose_notice, platform, source="rural/2026-7", **given)
    assert first.id == again.id
    assert (first.filed_by, first.source) == (None, "rural/2026-7")
    await relieve(small_city)
    decided = {"notice_id": first.id, "granted": True, "answer": "属实"}
    await small_city.act(decide_notice, official(small_city, 0), **decided)
    before = await contents(admin)
    with pytest.raises(Forbidden):
        await small_city.act(propose_notice, platform, **given)
    with pytest.raises(Forbidden):
        await small_city.act(propose_notice, official(small_city, 0), source="x", **given)
    assert await changed(admin, before) == set()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"authority": "长" * 61}, "authority"),
        ({"reason": ""}, "reason"),
        ({"areas": []}, "areas"),
        ({"areas": ["321302", "999999"]}, "areas"),
        ({"categories": []}, "categories"),
        ({"categories": [DataCategory.SCORE]}, "categories"),
        ({"categories": [DataCategory.TAX, DataCategory.CONVICTIONS]}, "categories"),
        ({"to_on": date(2026, 4, 30)}, "toOn"),
        ({"from_on": date(2024, 1, 1)}, "toOn"),
        ({"to_on": date(2026, 12, 31)}, "toOn"),
        ({"ends_on": date(2026, 11, 20)}, "endsOn"),
    ],
    ids=str,
)
async def test_what_is_no_notice_is_refused_beside_its_field(small_city, admin, changes, field):
    await add_counties(small_city)
    before = await contents(admin)
    with pytest.raises(Invalid) as refused:
        await file_notice(small_city, **changes)
    assert refused.value.field == field
    assert await changed(admin, before) == set()
