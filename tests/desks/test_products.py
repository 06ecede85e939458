"""The bank's products: drafting, the trial on samples, publishing, retiring; and every kind of criterion both ways."""

import re
from uuid import uuid4

import pytest
from observing import acts, nothing_written, one

from suxin.lending.criteria import CRITERION_TYPES, criteria_to_builtins, parse_criteria
from suxin_tenants.bank.criteria_form import (
    ADDABLE,
    KINDS,
    criteria_typed,
    rows_stored,
)
from suxin_tenants.forms import Form

GOOD = {
    "code": "N-1",
    "name": "新芽贷",
    "summary": "面向首贷户",
    "minAmount": "1",
    "maxAmount": "200",
    "minTermMonths": "3",
    "maxTermMonths": "36",
    "minRate": "3.65",
    "maxRate": "5.6",
    "upfrontFeeRate": "0",
    "upfrontFee": "0",
    "coolingOffDays": "3",
    "repaymentMethods": ["bullet", "equal_instalment"],
    "guaranteeModes": ["credit", "mortgage"],
    "preferredAreas": ["321322"],
    "preferredIndustries": ["C"],
    "firstLoanFriendly": "yes",
}
CRITERIA = {
    "row": ["a", "b"],
    "a.kind": "TAX_GRADE_AT_LEAST",
    "a.grade": "B",
    "b.kind": "AREA_IN",
    "b.counties": ["321322", "321323"],
}
STORED = [
    {"criterion": "SUBJECT_KIND_IN", "kinds": ["firm", "family_farm"]},
    {"criterion": "AMOUNT_WITHIN", "minimum_fen": 1_234_500, "maximum_fen": 300_000_000},
    {"criterion": "TERM_WITHIN", "minimum_months": 3, "maximum_months": 36},
    {"criterion": "AREA_IN", "codes": ["321322", "321323100"], "names": []},
    {"criterion": "INDUSTRY_IN", "codes": ["C", "13"]},
    {"criterion": "INDUSTRY_NOT_IN", "codes": ["K"]},
    {"criterion": "MINIMUM_AGE_MONTHS", "months": 12},
    {"criterion": "TAX_GRADE_AT_LEAST", "grade": "B"},
    {"criterion": "MINIMUM_ANNUAL_TAX_FEN", "tax_fen": 5_000_050},
    {"criterion": "SOCIAL_INSURANCE_AT_LEAST", "headcount": 5},
    {"criterion": "NO_OPEN_PENALTY_WITHIN", "months": 24},
    {"criterion": "ECO_GRADE_AT_LEAST", "grade": "blue"},
    {"criterion": "RURAL_GRADE_AT_LEAST", "grade": "A"},
    {"criterion": "VILLAGE_POINTS_AT_LEAST", "months": 3},
    {"criterion": "FIRST_LOAN_ONLY"},
    {"criterion": "GUARANTEE_MODE_IN", "modes": ["credit", "surety"]},
    {"criterion": "PURPOSE_IN", "purposes": ["equipment", "livestock"]},
    {"criterion": "HONOUR_ANY", "honours": ["守合同重信用企业", "农业产业化龙头企业"]},
    {"criterion": "RATE_CEILING", "lowest_rate_bps": 405},
    {
        "criterion": "UPFRONT_FEES_BEARABLE",
        "fees": {"upfront_bps": 50, "upfront_fen": 12_345, "monthly_bps": 5},
    },
]


def test_every_kind_of_criterion_has_a_row():
    assert {kind.__struct_config__.tag for kind in CRITERION_TYPES} == set(KINDS)
    assert [item["criterion"] for item in STORED] == [
        kind.__struct_config__.tag for kind in CRITERION_TYPES
    ]
    assert len(ADDABLE) == 15
    for kind in KINDS.values():
        assert kind.zh not in [item.zh for item in kind.inputs]


@pytest.mark.parametrize("stored", STORED, ids=lambda item: item["criterion"])
def test_a_stored_criterion_survives_the_form(stored):
    [row] = rows_stored(parse_criteria([stored]))
    values = {"row": (row.name,), f"{row.name}.kind": (row.kind.code,)}
    for name, value in row.values.items():
        values[f"{row.name}.{name}"] = tuple(value) if isinstance(value, list) else (str(value),)
    form = Form(values)
    typed = criteria_typed(form, {})
    assert form.errors == {}
    assert criteria_to_builtins(parse_criteria(list(typed))) == [stored]


async def test_a_draft_is_stored_as_typed_and_once(desks, admin, places):
    desk, key = await desks.of("product_manager"), str(uuid4())
    first = await desk.post("/desk/products", idempotencyKey=key, **GOOD, **CRITERIA)
    async with nothing_written(admin):
        second = await desk.post("/desk/products", idempotencyKey=key, **GOOD, **CRITERIA)
    assert first.status_code == 303
    assert second.headers["location"] == first.headers["location"]
    row = await one(
        admin,
        "select *, criteria::text as asked from loan_products where code = 'N-1' and tenant_id = $1",
        desk.tenant_id,
    )
    assert {name: row[name] for name in ("status", "version", "min_amount_fen")} == {
        "status": "DRAFT",
        "version": 0,
        "min_amount_fen": 1_000_000,
    }
    assert (row["max_rate_bps"], row["first_loan_friendly"]) == (560, True)
    assert row["repayment_methods"] == ["equal_instalment", "bullet"]
    page = await desk.get(first.headers["location"])
    assert "服务区域：沭阳县、泗阳县" in page
    assert "纳税信用B级及以上" in page


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": "短"}, "name", "应为 2 至 60 个字"),
        ({"minAmount": "300"}, "maxAmount", "上限不能小于下限"),
        ({"maxRate": "25"}, "maxRate", "应为 0.00% 至 24.00%"),
        ({"minRate": "-1"}, "minRate", "应为 0.00% 至 24.00%"),
        ({"minAmount": "-1"}, "minAmount", "应为 1,000元 至 10,000万元"),
        ({"minTermMonths": "-1"}, "minTermMonths", "应为 1 至 360 个月"),
        ({"upfrontFee": "-1"}, "upfrontFee", "金额应在 0.00元至"),
        ({"row": "a", "a.kind": "MINIMUM_AGE_MONTHS", "a.months": "-1"}, "a.months", "不能小于 0"),
        ({"minTermMonths": "x"}, "minTermMonths", "请填写整数"),
        ({"coolingOffDays": "31"}, "coolingOffDays", "应为 0 至 30 天"),
        ({"code": "P-1"}, "code", "产品代码 P-1 已被使用"),
    ],
)
async def test_a_refused_draft_is_explained_beside_its_field(
    desks, admin, places, changes, field, message
):
    desk = await desks.of("product_manager")
    async with nothing_written(admin):
        answer = await desk.post("/desk/products", **{**GOOD, **changes})
    assert answer.status_code == 422
    assert message in answer.text.split(f'id="e-{field}"')[1].split("</p>")[0]
    assert "面向首贷户</textarea>" in answer.text
    assert '<input type="checkbox" name="guaranteeModes" value="mortgage" checked>' in answer.text


async def test_every_required_field_that_is_empty_is_named_at_once(desks, admin):
    desk = await desks.of("product_manager")
    form = await desk.get("/desk/products/new")
    required = set(re.findall(r'name="(\w+)"[^>]* required', form))
    async with nothing_written(admin):
        answer = await desk.post("/desk/products", **dict.fromkeys(GOOD, ""))
    assert answer.status_code == 422
    flagged = {name for name in GOOD if f'id="e-{name}"' in answer.text}
    assert {"name", "code", "minAmount", "maxRate"} <= required <= flagged
    assert answer.text.count("请至少选择一项") == 2


async def test_a_draft_is_discarded_and_not_taken_off(desks, admin, places):
    desk = await desks.of("product_manager")
    place = (await desk.post("/desk/products", **GOOD)).headers["location"]
    head = await desks.of("bank_admin")
    shown = await head.get(place)
    assert ("作废草稿" in shown, "下架" in shown) == (True, False)
    assert "草稿已作废" in await head.done(f"{place}/retire")
    shown = await head.get(place)
    assert ("已作废" in shown, "已下架" in shown) == (True, False)
    assert "已作废" in await head.get("/desk/products?state=retired")


async def test_an_unfinished_criterion_keeps_the_others(desks, admin):
    desk = await desks.of("product_manager")
    unfinished = {
        "row": ["a", "b", "c"],
        "a.kind": "MINIMUM_AGE_MONTHS",
        "a.months": "18",
        "b.kind": "HONOUR_ANY",
        "b.honours": "",
        "c.kind": "NO_SUCH_KIND",
    }
    async with nothing_written(admin):
        answer = await desk.post("/desk/products", **GOOD, **unfinished)
    assert answer.status_code == 422
    assert answer.text.count('data-testid="criterion"') == 2
    assert 'name="a.months" type="text" value="18"' in answer.text
    assert "请至少填写或选择一项" in answer.text.split('id="e-b.honours"')[1].split("</p>")[0]


async def test_a_threshold_that_makes_no_sense_is_refused(desks, admin):
    desk = await desks.of("product_manager")
    nonsense = {"row": "a", "a.kind": "INDUSTRY_IN", "a.divisions": "99、ZZ"}
    async with nothing_written(admin):
        answer = await desk.post("/desk/products", **GOOD, **nonsense)
        assert (answer.status_code, "准入条件不正确" in answer.text) == (422, True)


async def test_the_samples_answer_while_one_types(desks, admin, places, words):
    desk = await desks.of("product_manager")
    async with nothing_written(admin):
        broad = await desk.post("/desk/products/preview", **GOOD)
        narrow = await desk.post("/desk/products/preview", **GOOD, **CRITERIA)
        unfinished = await desk.post("/desk/products/preview", **{**GOOD, "maxRate": ""})
    assert "12 个样本中 8 个符合" in words(broad.text)
    assert "12 个样本中 1 个符合" in words(narrow.text)
    assert "纳税信用B级及以上，申请人为M级" in narrow.text
    assert "您" not in narrow.text
    assert narrow.text.count('data-outcome="pass"') == 1
    assert "还有 1 处需要填写或更正" in words(unfinished.text)


async def test_rows_are_added_and_taken_away_by_kind(desks):
    desk = await desks.of("product_manager")
    for kind in KINDS:
        answer = await desk.client.get("/desk/products/criteria", params={"addKind": kind})
        assert answer.text.count('data-testid="criterion"') == 1
        assert f'value="{kind}"' in answer.text
        assert answer.headers["hx-trigger-after-settle"] == "criteria-changed"
    for nothing in ("", "?addKind=", "?addKind=NO_SUCH"):
        assert await desk.get(f"/desk/products/criteria{nothing}") == ""


async def test_a_published_product_is_changed_through_a_draft(desks, admin, places):
    product_id = desks.city.banks[0].product_id
    manager, head = await desks.of("product_manager"), await desks.of("bank_admin")
    saved = await manager.post(f"/desk/products/{product_id}/edit", **{**GOOD, "code": "P-1"})
    draft = saved.headers["location"]
    rows = await admin.fetch(
        "select id, status, draft_of, version from loan_products where tenant_id = $1 order by id",
        manager.tenant_id,
    )
    assert [(row["status"], row["draft_of"]) for row in rows] == [
        ("PUBLISHED", None),
        ("DRAFT", product_id),
    ]
    again = await manager.client.get(f"/desk/products/{product_id}/edit")
    assert (again.status_code, again.headers["location"]) == (303, f"{draft}/edit")
    assert "新芽贷" in await manager.get(f"{draft}/edit")
    async with nothing_written(admin):
        assert (await manager.post(f"{draft}/publish")).status_code == 403
    assert "产品已发布" in await head.done(f"{draft}/publish")
    rows = await admin.fetch(
        "select status, version from loan_products where tenant_id = $1 order by id",
        manager.tenant_id,
    )
    assert [tuple(row) for row in rows] == [("RETIRED", 1), ("PUBLISHED", 2)]


async def test_a_form_of_a_next_version_left_open_beside_another_is_refused_with_the_reason(
    desks, admin, places
):
    place = f"/desk/products/{desks.city.banks[0].product_id}/edit"
    manager = await desks.of("product_manager")
    assert (await manager.post(place, **{**GOOD, "code": "P-1"})).status_code == 303
    async with nothing_written(admin):
        late = await manager.post(place, **{**GOOD, "code": "P-1", "name": "迟交贷"})
    assert late.status_code == 422
    assert "该产品已有新版本草稿，请在该草稿上修改" in late.text
    assert "迟交贷" in late.text


async def test_retiring_and_what_follows(desks, admin, places):
    place = f"/desk/products/{desks.city.banks[0].product_id}"
    head = await desks.of("bank_admin")
    assert "产品已下架" in await head.done(f"{place}/retire")
    async with nothing_written(admin):
        assert "当前状态为“已下架”，不能下架" in await head.done(f"{place}/retire")
        assert "不能修改或发布" in await head.done(f"{place}/publish")
        answer = await head.post(f"{place}/edit", **GOOD)
        assert (answer.status_code, "当前状态为“已下架”" in answer.text) == (422, True)
        assert "已下架的产品不能修改" in await _led(head, f"{place}/edit")
    assert (await acts(admin, "lending.product."))[-1] == "lending.product.retired"
    assert place not in await head.get("/desk/products")
    assert place in await head.get("/desk/products?state=retired")


async def _led(desk, path):
    answer = await desk.client.get(path)
    return await desk.get(answer.headers["location"])


async def test_another_bank_and_other_roles_change_nothing(desks, admin):
    place = f"/desk/products/{desks.city.banks[0].product_id}"
    stranger = await desks.of("bank_admin", desks.city.banks[1].tenant_id)
    officer, viewer = await desks.officer(), await desks.of("viewer")
    async with nothing_written(admin):
        for path in (place, f"{place}/edit"):
            assert (await stranger.client.get(path)).status_code == 404
        for step in ("edit", "publish", "retire"):
            answer = await stranger.post(f"{place}/{step}", **GOOD)
            assert (step, answer.status_code) == (step, 404)
            for desk in (officer, viewer):
                assert (await desk.post(f"{place}/{step}", **GOOD)).status_code == 403
        assert (await officer.post("/desk/products", **GOOD)).status_code == 403
        assert (await officer.post("/desk/products/preview", **GOOD)).status_code == 403
        assert (await officer.client.get(place)).status_code == 200


async def test_names_are_shown_and_never_run(desks, places):
    desk = await desks.of("product_manager")
    attack = "<script>alert(1)</script>"
    page = await desk.done("/desk/products", **{**GOOD, "name": attack, "summary": attack})
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3
    assert "<script>alert" not in await desk.get("/desk/products")
