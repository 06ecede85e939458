"""The credit office's correction requests: the list, an answer either way, and what is refused."""

from datetime import timedelta

import pytest
from observing import nothing_written

from suxin.rights.corrections import MAX_TEXT, request_correction, withdraw_correction
from suxin.rights.models import CorrectionAbout
from suxin_tenants.operator.correction_pages import WAITING_SHOWN
from suxin_tenants.paging import PAGE_SIZE

PLACE = "/desk/corrections"


@pytest.fixture
def ask(small_city, admin, places):
    """Return a way to ask for a correction; it answers the address of the request's page."""

    async def ask(about=CorrectionAbout.RECORD, wanted="纳税信用级别应为 B 级", **changes):
        record_id = await admin.fetchval(
            "select id from credit_records where item_code = 'TAX-GRADE'"
        )
        request = await small_city.act(
            request_correction,
            small_city.applicant,
            about=about,
            record_id=record_id if about is CorrectionAbout.RECORD else None,
            wanted=wanted,
            reason="税务机关已复核",
            **changes,
        )
        return f"{PLACE}/{request.id}"

    return ask


def rows(page, name):
    """Return the addresses of a table's rows, in their order."""
    parts = page.split(f'data-testid="{name}-row"')[:-1]
    return [part.rsplit('data-href="', 1)[1].split('"')[0] for part in parts]


async def state(admin, at):
    """Return the state of a request by its page's address, with the status of the contested record."""
    return tuple(
        await admin.fetchrow(
            "select state, (select status from credit_records r where r.id = c.record_id)"
            " from correction_requests c where id = $1",
            at.rsplit("/", 1)[1],
        )
    )


async def test_those_that_wait_come_first_by_their_deadline_and_those_that_ended_below(
    desks, ask, admin, small_city, words
):
    desk = await desks.operator("credit_office")
    assert "没有待答复的更正申请" in await desk.get(PLACE)
    first = await ask()
    second = await ask(about=CorrectionAbout.NAME, wanted="宿迁某某公司")
    ended = await ask(about=CorrectionAbout.INDUSTRY, wanted="制造业")
    await desk.done(f"{ended}/decline", answer="登记无误")
    # A deadline decides, not the order of asking: a newly published arrangement may move what is asked later ahead.
    await admin.execute(
        "update correction_requests set answer_by = $2, answer_by_provisional = true where id = $1",
        second.rsplit("/", 1)[1],
        small_city.now + timedelta(days=1),
    )

    page = await desk.get(PLACE)

    assert rows(page, "waiting") == [second, first]
    assert rows(page, "ended") == [ended]
    assert 'class="clock' in page
    assert "暂定" in page
    assert "2 件待答复" in words(page)
    assert 'href="/desk/corrections"' in page.split("</nav>")[0]


async def test_the_most_pressing_of_those_that_wait_are_listed(desks, ask, admin, words):
    at, desk = await ask(about=CorrectionAbout.NAME), await desks.operator("credit_office")
    await admin.execute(
        "insert into correction_requests select (jsonb_populate_record(c, jsonb_build_object("
        "'subject_id', gen_random_uuid(), 'id', gen_random_uuid(),"
        " 'answer_by', c.answer_by - interval '1 minute'))).*"
        " from correction_requests c, generate_series(1, $1)",
        WAITING_SHOWN,
    )
    page = await desk.get(PLACE)
    assert len(rows(page, "waiting")) == WAITING_SHOWN
    assert at not in rows(page, "waiting")
    assert f"只列出最紧迫的 {WAITING_SHOWN} 件" in words(page)


async def test_a_page_of_the_ended_is_bounded(desks, ask, small_city):
    desk, ended = await desks.operator("credit_office"), []
    for _ in range(PAGE_SIZE + 1):
        ended.insert(0, at := await ask(about=CorrectionAbout.NAME, wanted="宿迁某某公司"))
        await small_city.act(
            withdraw_correction, small_city.applicant, request_id=at.rsplit("/", 1)[1]
        )
    page = await desk.get(PLACE)
    assert rows(page, "ended") == ended[:-1]
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = await desk.get(older)
    assert rows(second, "ended") == ended[-1:]
    assert "<h2>待答复</h2>" not in second


@pytest.mark.parametrize(
    ("button", "after", "said", "result"),
    [
        ("correct", ("CORRECTED", "withdrawn"), "已答复：予以更正", "予以更正"),
        ("decline", ("DECLINED", "active"), "已答复：不予更正", "不予更正"),
    ],
)
async def test_a_request_is_answered_either_way_and_is_read_only_from_then_on(
    desks, ask, admin, words, button, after, said, result
):
    at, desk = await ask(), await desks.operator("credit_office")
    page = words(await desk.get(at))
    for shown in ("A 级", "税务局", "纳税信用级别应为 B 级", "税务机关已复核", "答复期限"):
        assert shown in page, shown

    page = await desk.done(f"{at}/{button}", answer="经向来源部门核实")

    for shown in (said, f"{result} 经向来源部门核实", "答复人 员工1"):
        assert shown in words(page), shown
    assert 'data-testid="answer"' not in page
    assert await state(admin, at) == after


@pytest.mark.parametrize(
    ("answer", "message"),
    [("", "此项必填"), ("  ", "此项必填"), ("长" * (MAX_TEXT + 1), f"应为 1 至 {MAX_TEXT} 字")],
)
async def test_an_answer_that_is_none_is_refused_beside_the_field(
    desks, ask, admin, answer, message
):
    at, desk = await ask(), await desks.operator("credit_office")
    for button in ("correct", "decline"):
        async with nothing_written(admin):
            refused = await desk.post(f"{at}/{button}", answer=answer)
        assert refused.status_code == 422
        assert message in refused.text.split('id="e-answer"')[1].split("</p>")[0]


async def test_what_was_answered_or_taken_back_is_not_answered_again(
    desks, ask, admin, small_city, words
):
    desk = await desks.operator("credit_office")
    answered, taken_back = await ask(), await ask(about=CorrectionAbout.NAME, wanted="新名称")
    await desk.done(f"{answered}/correct", answer="经核实，确有错误")
    await small_city.act(
        withdraw_correction, small_city.applicant, request_id=taken_back.rsplit("/", 1)[1]
    )
    for at, ended in ((answered, "予以更正"), (taken_back, "已撤回")):
        async with nothing_written(admin):
            refused = await desk.post(f"{at}/decline", answer="再答一次")
        assert refused.status_code == 422
        assert f"该更正申请已办结（{ended}）" in words(refused.text)
        assert 'data-testid="answer"' not in refused.text


async def test_the_notice_leads_to_the_page(desks, ask, admin):
    at, desk = await ask(), await desks.operator("credit_office")
    notice = await admin.fetchval("select id from notices where template = 'correction_filed'")
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
    desks, ask, admin, words, about, value, will, outcome
):
    at, desk = await ask(about=about, wanted="C21"), await desks.operator("credit_office")
    page = await desk.get(at)
    assert will in words(page)
    assert ('data-testid="value"' in page) is (value is not None)

    given = {} if value is None else {"value": value}
    page = await desk.done(f"{at}/correct", answer="经核实，确有错误", **given)

    assert outcome in words(page.split('data-testid="outcome"')[1])


async def test_a_value_that_is_none_is_refused_beside_its_field(desks, ask, admin, words):
    at, desk = (
        await ask(about=CorrectionAbout.INDUSTRY, wanted="家具"),
        await desks.operator("credit_office"),
    )
    async with nothing_written(admin):
        refused = await desk.post(f"{at}/correct", answer="经核实", value="家具制造")
    assert refused.status_code == 422
    assert "国民经济行业分类" in refused.text.split('id="e-value"')[1].split("</p>")[0]
    assert 'value="家具制造"' in refused.text
    # What is declined needs no value.
    assert "不予更正" in words(await desk.done(f"{at}/decline", answer="登记无误"))


async def test_what_is_late_is_counted_and_marked(desks, ask, admin, small_city, words):
    at, desk = await ask(), await desks.operator("credit_office")
    await admin.execute(
        "update correction_requests set answer_by = $1, late_at = $1",
        small_city.now - timedelta(hours=1),
    )
    assert "1 件待答复，其中 1 件已逾期" in words(await desk.get(PLACE))
    assert 'data-testid="late"' in await desk.get(at)
    await desk.done(f"{at}/decline", answer="登记无误")
    assert "逾期" in words((await desk.get(PLACE)).split('data-testid="ended"')[1])


async def test_an_auditor_reads_every_request_and_answers_none(desks, ask, admin):
    at, auditor = await ask(), await desks.operator("auditor")
    assert f'href="{PLACE}"' in await auditor.get("/desk/tenants")
    assert rows(await auditor.get(PLACE), "waiting") == [at]
    page = await auditor.get(at)
    assert "税务机关已复核" in page
    for part in ('data-testid="answer"', 'data-testid="correct"', 'data-testid="answered"'):
        assert part not in page, part
    async with nothing_written(admin):
        for button in ("correct", "decline"):
            refused = await auditor.post(f"{at}/{button}", answer="经核实，确有错误")
            assert refused.status_code == 403
    assert await state(admin, at) == ("FILED", "disputed")


async def test_another_house_has_no_such_pages(desks, ask, admin):
    at, bank = await ask(), await desks.of("bank_admin")
    assert f'href="{PLACE}"' not in await bank.get("/desk/products")
    async with nothing_written(admin):
        for path in (PLACE, at):
            await bank.get(path, status=404)
        for button in ("correct", "decline"):
            refused = await bank.post(f"{at}/{button}", answer="经核实，确有错误")
            assert refused.status_code == 404
    assert await state(admin, at) == ("FILED", "disputed")
