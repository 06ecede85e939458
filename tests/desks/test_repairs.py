"""The credit office looks on at credit repair: what is due first, what is late, what ended; and decides nothing."""

from datetime import timedelta

import pytest
from repairs import add_penalty, file_repair

from suxin.repair.commands import withdraw_application

PLACE = "/desk/repairs"


@pytest.fixture
def file(small_city):
    async def file(number="1", **changes):
        record_id = await add_penalty(small_city, number=number)
        return await file_repair(small_city, record_id=record_id, **changes)

    return file


async def test_what_is_due_first_comes_first_and_what_ended_below(desks, file, small_city):
    desk = await desks.operator("credit_office")
    assert "没有办理中的修复申请" in await desk.get(PLACE)
    later = await file("2", now=small_city.now + timedelta(days=5))
    first = await file("1")
    ended = await file("3")
    await small_city.act(withdraw_application, small_city.applicant, application_id=ended.id)

    page = await desk.get(PLACE)

    assert "2 件办理中；" in page
    assert page.index(str(first.id)) < page.index(str(later.id)) < page.index(str(ended.id))
    assert page.count('data-testid="open-row"') == 2
    assert page.count('data-testid="ended-row"') == 1


async def test_one_shows_its_record_its_clock_and_that_nobody_here_decides(desks, file):
    application = await file("宿市监罚〔2026〕12号")
    desk = await desks.operator("credit_office")
    page = await desk.get(f"{PLACE}/{application.id}")
    for words in ("宿市监罚〔2026〕12号", "平台转送", "尚未转送", "本单位不作决定"):
        assert words in page, words
    assert "<form" not in page.split('class="columns"')[1].split("</main>")[0]


@pytest.mark.parametrize(
    ("role", "expected"),
    [("operator_admin", 200), ("credit_office", 200), ("auditor", 200), ("counter_helper", 403)],
)
async def test_whoever_holds_the_right_looks_on_and_nobody_else(desks, file, role, expected):
    application = await file()
    desk = await desks.operator(role)
    for page in (PLACE, f"{PLACE}/{application.id}"):
        assert (await desk.client.get(page)).status_code == expected


async def test_a_bank_has_no_such_page(desks, file):
    application = await file()
    desk = await desks.of("bank_admin")
    for page in (PLACE, f"{PLACE}/{application.id}"):
        assert (await desk.client.get(page)).status_code == 404
