"""The credit office's cases: the queue, one decides and another checks, and what is refused beside its field."""

from datetime import timedelta

import pytest
from observing import nothing_written
from small_cases import colleague

from suxin.review.deciding import accept_case
from suxin.review.filing import MAX_TEXT, appeal_case, withdraw_case
from suxin.rights.corrections import request_correction
from suxin.rights.kinds import CORRECTION, DISPUTE
from suxin.rights.remedies import CorrectionAbout
from suxin_tenants.operator.case_pages import RUNNING_SHOWN
from suxin_tenants.paging import PAGE_SIZE

PLACE = "/desk/cases"


@pytest.fixture
def ask(small_city, admin, places):
    """Return a way to contest something; it answers the address of the case's page. It is accepted at once, unless said otherwise."""

    async def ask(about=CorrectionAbout.RECORD, wanted="纳税信用级别应为 B 级", *, accepted=True):
        record_id = await admin.fetchval(
            "select id from credit_records where item_code = 'TAX-GRADE'"
        )
        of_record = about is CorrectionAbout.RECORD
        case = await small_city.act(
            request_correction,
            small_city.applicant,
            about=about,
            record_id=record_id if of_record else None,
            wanted=wanted,
            reason="税务机关已复核",
        )
        if accepted:
            kind = DISPUTE if of_record else CORRECTION
            await small_city.act(accept_case, colleague(small_city), kind=kind, case_id=case.id)
        return f"{PLACE}/{case.id}"

    return ask


@pytest.fixture
async def both(desks):
    """Two of the office's staff, each with a browser."""
    return await desks.operator("credit_office"), await desks.operator("credit_office")


def rows(page, name):
    """Return the addresses of a table's rows, in their order."""
    parts = page.split(f'data-testid="{name}-row"')[:-1]
    return [part.rsplit('data-href="', 1)[1].split('"')[0] for part in parts]


def case_id(at):
    return at.rsplit("/", 1)[1]


async def state(admin, at):
    """Return the state of a case by its page's address, with the status of the contested record."""
    return tuple(
        await admin.fetchrow(
            "select state, (select status from credit_records r where r.id = c.object_id)"
            " from review_cases c where id = $1",
            case_id(at),
        )
    )


async def test_those_that_run_come_first_by_their_deadline_and_those_that_ended_below(
    both, ask, admin, small_city, words
):
    desk, _ = both
    assert "没有办理中的事项" in await desk.get(PLACE)
    first = await ask()
    second = await ask(about=CorrectionAbout.NAME, wanted="宿迁某某公司")
    ended = await ask(about=CorrectionAbout.INDUSTRY, wanted="制造业")
    await small_city.act(
        withdraw_case, small_city.applicant, kind=CORRECTION, case_id=case_id(ended)
    )
    # A deadline decides, not the order of asking: what is late comes before all else.
    await admin.execute(
        "update review_cases set due_at = $2, late_at = $2, due_provisional = true where id = $1",
        case_id(second),
        small_city.now - timedelta(hours=1),
    )

    page = await desk.get(PLACE)

    assert rows(page, "running") == [second, first]
    assert rows(page, "ended") == [ended]
    assert 'class="clock' in page
    assert "暂定" in page
    assert "2 件待办，其中 1 件已逾期" in words(page)
    assert 'href="/desk/cases"' in page.split("</nav>")[0]


async def test_the_most_pressing_of_those_that_run_are_listed(both, ask, admin, words):
    at, (desk, _) = await ask(about=CorrectionAbout.NAME), both
    await admin.execute(
        "insert into review_cases select (jsonb_populate_record(c, jsonb_build_object("
        "'subject_id', gen_random_uuid(), 'id', gen_random_uuid(),"
        " 'due_at', c.due_at - interval '1 minute'))).*"
        " from review_cases c, generate_series(1, $1)",
        RUNNING_SHOWN,
    )
    page = await desk.get(PLACE)
    assert len(rows(page, "running")) == RUNNING_SHOWN
    assert at not in rows(page, "running")
    assert f"只列出最紧迫的 {RUNNING_SHOWN} 件" in words(page)


async def test_a_page_of_the_ended_is_bounded(both, ask, admin, small_city):
    desk, _ = both
    at = await ask(about=CorrectionAbout.NAME, wanted="宿迁某某公司")
    await small_city.act(withdraw_case, small_city.applicant, kind=CORRECTION, case_id=case_id(at))
    await admin.execute(
        "insert into review_cases select (jsonb_populate_record(c, jsonb_build_object("
        "'id', gen_random_uuid()))).* from review_cases c, generate_series(1, $1)",
        PAGE_SIZE,
    )
    page = await desk.get(PLACE)
    assert len(rows(page, "ended")) == PAGE_SIZE
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = await desk.get(older)
    assert len(rows(second, "ended")) == 1
    assert "<h2>办理中</h2>" not in second


@pytest.mark.parametrize(
    ("button", "after", "result"),
    [
        ("grant", ("EFFECTIVE", "withdrawn"), "予以更正"),
        ("decline", ("NOTICED", "disputed"), "不予更正"),
    ],
)
async def test_one_decides_and_another_checks(both, ask, admin, words, button, after, result):
    at, (one, other) = await ask(), both
    page = words(await one.get(at))
    for shown in ("A 级", "税务局", "纳税信用级别应为 B 级", "税务机关已复核", "答复期限"):
        assert shown in page, shown

    page = await one.done(f"{at}/{button}", reason="经向来源部门核实")

    assert "须由另一人办理下一步" in words(page)
    assert 'data-testid="uphold"' not in page
    assert await state(admin, at) == ("DECIDED", "disputed")
    async with nothing_written(admin):
        refused = await one.post(f"{at}/uphold")
    assert refused.status_code == 422
    assert "须由另一人办理" in words(refused.text)

    page = await other.done(f"{at}/uphold")

    for shown in (f"{result} 经向来源部门核实", "决定人 员工1", "复核人 员工2"):
        assert shown in words(page), shown
    assert 'data-testid="reason"' not in page
    assert await state(admin, at) == after


async def test_who_checks_sends_it_back_with_a_reason(both, ask, admin, words):
    at, (one, other) = await ask(), both
    await one.done(f"{at}/decline", reason="登记无误")
    async with nothing_written(admin):
        refused = await other.post(f"{at}/send-back")
    assert "此项必填" in refused.text.split('id="e-reason"')[1].split("</p>")[0]
    page = await other.done(f"{at}/send-back", reason="请先向来源核实")
    assert "复核意见 请先向来源核实" in words(page)
    assert await state(admin, at) == ("ACCEPTED", "disputed")


async def test_a_case_is_accepted_returned_or_refused(both, ask, admin, words):
    accepted = await ask(accepted=False)
    returned = await ask(about=CorrectionAbout.NAME, accepted=False)
    refused = await ask(about=CorrectionAbout.INDUSTRY, accepted=False)
    one, other = both
    await one.done(f"{accepted}/accept")
    assert (await state(admin, accepted))[0] == "ACCEPTED"
    assert "需补正 请补充营业执照" in words(
        await one.done(f"{returned}/return", missing="请补充营业执照")
    )
    await one.done(f"{refused}/refuse", refusal="不属于更正事项")
    await other.done(f"{refused}/uphold")
    assert [(await state(admin, at))[0] for at in (returned, refused)] == ["RETURNED", "NOTICED"]


async def test_the_source_is_asked_and_its_answer_written_down(both, ask, words):
    at, (desk, _) = await ask(), both
    page = await desk.done(f"{at}/inquiry", question="请核实评级年度")
    assert "请核实评级年度" in words(page)
    assert "回复期限 2026-11-27" in words(page)
    again = await desk.post(f"{at}/inquiry", question="再问")
    assert again.status_code == 422
    assert "来源回复 评级年度有误" in words(
        await desk.done(f"{at}/inquiry/answer", answer="评级年度有误")
    )


async def test_a_case_is_extended_once(both, ask, words):
    at, (desk, _) = await ask(), both
    page = await desk.done(f"{at}/extend", extension="来源尚未回复")
    assert "已延期 来源尚未回复" in words(page)
    assert 'data-testid="extend"' not in page
    again = await desk.post(f"{at}/extend", extension="再延")
    assert again.status_code == 422
    assert "已延期一次" in words(again.text)


async def test_after_an_appeal_somebody_else_decides(both, ask, admin, small_city, words):
    at, (one, other) = await ask(), both
    await one.done(f"{at}/decline", reason="登记无误")
    await other.done(f"{at}/uphold")
    await small_city.act(
        appeal_case, small_city.applicant, kind=DISPUTE, case_id=case_id(at), reason="未看证明"
    )
    assert "须由另一人办理下一步" in words(await one.get(at))
    page = await other.get(at)
    assert "申诉理由 未看证明" in words(page)
    await other.done(f"{at}/grant", reason="证明属实")
    await one.done(f"{at}/uphold")
    assert await state(admin, at) == ("EFFECTIVE", "withdrawn")


@pytest.mark.parametrize(
    ("reason", "message"),
    [("", "此项必填"), ("  ", "此项必填"), ("长" * (MAX_TEXT + 1), f"应为 1 至 {MAX_TEXT} 字")],
)
async def test_a_reason_that_is_none_is_refused_beside_the_field(both, ask, admin, reason, message):
    at, (desk, _) = await ask(), both
    for button in ("grant", "decline"):
        async with nothing_written(admin):
            refused = await desk.post(f"{at}/{button}", reason=reason)
        assert refused.status_code == 422
        assert message in refused.text.split('id="e-reason"')[1].split("</p>")[0]


async def test_what_was_taken_back_is_not_decided(both, ask, admin, small_city, words):
    at, (desk, _) = await ask(), both
    await small_city.act(withdraw_case, small_city.applicant, kind=DISPUTE, case_id=case_id(at))
    async with nothing_written(admin):
        refused = await desk.post(f"{at}/decline", reason="登记无误")
    assert refused.status_code == 422
    assert "该事项现为“已撤回”" in words(refused.text)
    assert 'data-testid="reason"' not in refused.text


async def test_the_notice_leads_to_the_page(both, ask, admin):
    at, (desk, _) = await ask(), both
    notice = await admin.fetchval("select id from notices where title like '%新的申请'")
    opened = await desk.post("/desk/notices/read", notice=str(notice))
    assert opened.headers["location"] == at


@pytest.mark.parametrize(
    ("about", "value", "will", "outcome"),
    [
        (CorrectionAbout.RECORD, None, "来源在外：该记录由税务局提供", "信用办转请税务局核改"),
        (CorrectionAbout.REGION, "321311", "平台自有资料：予以更正的", "宿豫区"),
        (CorrectionAbout.INDUSTRY, "C21", "平台自有资料：予以更正的", "制造业 21"),
    ],
)
async def test_the_page_says_what_granting_does_before_and_what_it_did_after(
    both, ask, words, about, value, will, outcome
):
    at, (one, other) = await ask(about=about, wanted="C21"), both
    page = await one.get(at)
    assert will in words(page)
    assert ('data-testid="value"' in page) is (value is not None)

    given = {} if value is None else {"value": value}
    await one.done(f"{at}/grant", reason="经核实，确有错误", **given)
    page = await other.done(f"{at}/uphold")

    assert outcome in words(page.split('data-testid="outcome"')[1])


async def test_a_value_that_is_none_is_refused_beside_its_field(both, ask, admin, words):
    at, (desk, _) = await ask(about=CorrectionAbout.INDUSTRY, wanted="家具"), both
    async with nothing_written(admin):
        refused = await desk.post(f"{at}/grant", reason="经核实", value="家具制造")
    assert refused.status_code == 422
    assert "国民经济行业分类" in refused.text.split('id="e-value"')[1].split("</p>")[0]
    assert 'value="家具制造"' in refused.text
    # What is declined needs no value.
    assert "不予更正" in words(await desk.done(f"{at}/decline", reason="登记无误"))


async def test_an_auditor_reads_every_case_and_takes_no_step(desks, ask, admin):
    at, auditor = await ask(), await desks.operator("auditor")
    assert f'href="{PLACE}"' in await auditor.get("/desk/tenants")
    assert rows(await auditor.get(PLACE), "running") == [at]
    page = await auditor.get(at)
    assert "税务机关已复核" in page
    for part in ("reason", "grant", "question", "extend", "accept"):
        assert f'data-testid="{part}"' not in page, part
    async with nothing_written(admin):
        for step in ("accept", "return", "grant", "uphold", "extend", "inquiry"):
            refused = await auditor.post(f"{at}/{step}", reason="经核实，确有错误")
            assert refused.status_code == 403
    assert await state(admin, at) == ("ACCEPTED", "disputed")


async def test_another_house_has_no_such_pages(desks, ask, admin):
    at, bank = await ask(), await desks.of("bank_admin")
    assert f'href="{PLACE}"' not in await bank.get("/desk/products")
    async with nothing_written(admin):
        for path in (PLACE, at):
            await bank.get(path, status=404)
        for step in ("accept", "grant", "uphold"):
            refused = await bank.post(f"{at}/{step}", reason="经核实，确有错误")
            assert refused.status_code == 404
    assert await state(admin, at) == ("ACCEPTED", "disputed")
