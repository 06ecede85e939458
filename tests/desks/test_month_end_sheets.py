"""Month-end sheets at the desks: the town's form with its errors beside the field, a sheet made, signed by another and taken away."""

import re

import pytest
from small_points import SmallPoints, build_points

from suxin.kernel.spreadsheets import sheet_rows

FORMS, SHEETS = "/desk/sheet-forms", "/desk/points/sheets"
COLUMNS = "户号：门牌\n月初结余\n月末结余：期末积分"


@pytest.fixture
async def points(small_city, admin) -> SmallPoints:
    return await build_points(small_city, admin)


async def test_a_towns_form_becomes_a_signed_sheet(desks, points, words, page_of):
    town = await desks.of("town_reviewer", points.city.operator.own_tenant)
    page = page_of(await town.get(FORMS))
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    typed = {"townCode": "321302102", "title": "某乡治理积分月报", "lines": "households", "columns": COLUMNS}  # fmt: skip
    for wrong, field in (
        ({"columns": "户号\n没有这项"}, "columns"),
        ({"columns": "户号"}, "columns"),
        ({"townCode": "3213"}, "townCode"),
        ({"title": ""}, "title"),
    ):
        answer = await town.post(FORMS, **typed | wrong)
        assert (answer.status_code, f'id="e-{field}" role="alert"' in answer.text) == (422, True)
    assert "期末积分" in words(await town.done(FORMS, **typed))
    worker = await desks.of("grid_worker", points.tenant_id)
    page = page_of(await worker.get(SHEETS))
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    early = await worker.post(SHEETS, month="2026-11")
    assert (early.status_code, 'id="e-month" role="alert"' in early.text) == (422, True)
    assert (await worker.post(SHEETS, month="x")).status_code == 422
    made = await worker.done(SHEETS, month="2026-10")
    assert "待签署" in words(made)
    file = re.search(rf"{SHEETS}/[0-9a-f-]{{36}}/file", made)
    assert file is not None
    supervisor = await desks.of("supervisor", points.tenant_id)
    signed = await supervisor.done(file.group().replace("/file", "/sign"))
    assert "已签署" in words(signed)
    sent = await supervisor.client.get(file.group())
    assert "attachment" in sent.headers["content-disposition"]
    rows = [cells for _, cells in sheet_rows(sent.content)]
    assert (rows[0][0], rows[2]) == ("某乡治理积分月报", ["门牌", "月初结余", "期末积分"])
    assert rows[-1][0].startswith("制表日期")
    assert "签署日期" in rows[-1][0]


async def test_who_has_no_right_makes_and_signs_nothing(desks, points):
    viewer, officer = await desks.of("viewer", points.tenant_id), await desks.officer()
    assert (await viewer.post(SHEETS, month="2026-10")).status_code == 403
    await officer.get(SHEETS, status=404)
    await officer.get(FORMS, status=404)
