"""Making an offer: what the form begins with, what the preview says, and what is stored."""

from uuid import uuid4

import pytest
from observing import acts, changed, contents, nothing_written, one

GOOD = {
    "amount": "40",
    "termMonths": "12",
    "rate": "4.35",
    "repaymentMethod": "equal_instalment",
    "guarantee": "credit",
    "upfrontFeeRate": "0.5",
    "upfrontFee": "100",
    "coolingOffDays": "3",
    "validDays": "7",
    "conditions": "补充<近三个月流水>",
}


async def taken_up(desks, *, role="loan_officer"):
    referral_id = await desks.referred(consented=True)
    officer = await desks.officer()
    await officer.done(f"/desk/referrals/{referral_id}/accept")
    desk = officer if role == "loan_officer" else await desks.of(role)
    return desk, f"/desk/referrals/{referral_id}/offer", referral_id


async def test_the_form_begins_with_the_request_within_the_products_terms(desks):
    desk, place, _ = await taken_up(desks)
    page = await desk.get(place)
    for name, value in {
        "amount": "50",
        "termMonths": "12",
        "rate": "5.60",
        "upfrontFeeRate": "1.00",
        "upfrontFee": "0",
        "coolingOffDays": "3",
        "validDays": "7",
    }.items():
        assert f'id="f-{name}" name="{name}" type="text" value="{value}"' in page, name
    assert '<option value="equal_instalment" selected>等额本息</option>' in page


async def test_the_preview_shows_the_full_cost(desks, admin, words):
    desk, _, _ = await taken_up(desks)
    async with nothing_written(admin):
        answer = await desk.post("/desk/offers/preview", **GOOD)
    shown = words(answer.text)
    # 400,000 yuan over a year at 4.35 % and 2,100 yuan in fees.
    assert "每月还款 34,123.96元" in shown
    assert "利息合计 9,487.53元" in shown
    assert "费用合计 2,100.00元" in shown
    assert "总成本 11,587.53元" in shown
    assert answer.text.count("<tr><td>") == 12
    assert "1 32,673.96 1,450.00 34,123.96" in shown


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rate": "99"}, "年利率：应为 0.00% 至 24.00%"),
        ({"rate": ""}, "年利率：此项必填"),
        ({"amount": "0.01"}, "金额：应为 1,000元 至 10,000万元"),
        ({"amount": "-5"}, "金额：应为 1,000元 至 10,000万元"),
        ({"amount": "1e9"}, "金额：请填写数字"),
        ({"termMonths": "0"}, "期限：应为 1 至 360 个月"),
        ({"termMonths": "12.5"}, "期限：请填写整数"),
        ({"upfrontFeeRate": "0.555"}, "一次性费率：最多 2 位小数"),
        ({"upfrontFee": "0.001"}, "一次性费用：金额最多 2 位小数"),
        ({"validDays": "31"}, "有效天数：应为 1 至 30"),
        ({"repaymentMethod": "magic"}, "还款方式：不在可选范围内"),
        ({"guarantee": None}, "担保方式：请选择"),
    ],
)
async def test_the_preview_names_what_is_wrong(desks, words, changes, message):
    desk = await desks.officer()
    answer = await desk.post("/desk/offers/preview", **{**GOOD, **changes})
    assert (answer.status_code, message in words(answer.text)) == (200, True), words(answer.text)


async def test_what_is_wrong_appears_beside_its_field_while_one_types_and_goes_again(desks):
    desk, place, _ = await taken_up(desks)
    page = await desk.get(place)
    wrong = await desk.post("/desk/offers/preview", **{**GOOD, "rate": "99"})
    right = await desk.post("/desk/offers/preview", **GOOD)
    # There is room for it beside each field, and each answer fills or empties all of them.
    rooms = [f'<p class="field-error" id="e-{name}"' for name in GOOD]
    for room in rooms:
        assert page.count(f"{room}></p>") == 1, room
        assert right.text.count(f'{room} hx-swap-oob="true"></p>') == 1, room
    filled = '<p class="field-error" id="e-rate" role="alert" hx-swap-oob="true">'
    assert wrong.text.count(filled) == 1
    assert "应为 0.00% 至 24.00%" in wrong.text.split(filled)[1].split("</p>")[0]
    assert wrong.text.count('hx-swap-oob="true"></p>') == len(rooms) - 1


async def test_an_offer_is_stored_as_typed_and_once(desks, admin):
    desk, place, referral_id = await taken_up(desks)
    key = str(uuid4())
    first = await desk.post(place, idempotencyKey=key, **GOOD)
    async with nothing_written(admin):
        second = await desk.post(place, idempotencyKey=key, **GOOD)
    assert [answer.status_code for answer in (first, second)] == [303, 303]
    offer = await one(admin, "select * from offers where referral_id = $1", referral_id)
    assert {name: offer[name] for name in ("amount_fen", "term_months", "rate_bps")} == {
        "amount_fen": 40_000_000,
        "term_months": 12,
        "rate_bps": 435,
    }
    assert (offer["upfront_fee_bps"], offer["upfront_fee_fen"]) == (50, 10_000)
    assert (offer["total_cost_fen"], offer["made_by"]) == (1_158_753, desk.staff_id)
    assert offer["conditions"] == "补充<近三个月流水>"
    page = await desk.get(f"/desk/referrals/{referral_id}")
    assert "等待申请人选择" in page


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"amount": "60"}, "amount", "报价金额不能超过申请金额 50万元"),
        ({"rate": "8"}, "rate", "报价超出所对接产品的公开条件（3.80%–5.60%）"),
        ({"rate": "三"}, "rate", "请填写数字"),
        ({"conditions": "长" * 501}, "conditions", "应为 0 至 500"),
    ],
)
async def test_a_refused_offer_is_explained_beside_its_field(desks, admin, changes, field, message):
    desk, place, _ = await taken_up(desks)
    before, reads = await contents(admin), await acts(admin, "data.read")
    answer = await desk.post(place, **{**GOOD, **changes})
    # Showing the form again reads the applicant's data again, which is on record; nothing else is written.
    assert await changed(admin, before) == {"audit_entries"}
    assert len(await acts(admin, "data.read")) == len(reads) + 1
    assert answer.status_code == 422
    error = answer.text.split(f'id="e-{field}"')[1].split("</p>")[0]
    assert message in error
    assert 'value="7"' in answer.text


async def test_no_offer_without_consent_or_before_taking_it_up(desks, admin):
    referral_id = await desks.referred()
    desk = await desks.officer()
    place = f"/desk/referrals/{referral_id}/offer"
    async with nothing_written(admin):
        assert (await desk.client.get(place)).status_code == 303
        page = await desk.done(place, **GOOD)
        assert "申请人尚未授权贵行查阅" in page


@pytest.mark.parametrize("role", ["viewer", "product_manager", "bank_admin"])
async def test_only_officers_offer(desks, admin, role):
    desk, place, _ = await taken_up(desks, role=role)
    async with nothing_written(admin):
        for answer in (await desk.client.get(place), await desk.post(place, **GOOD)):
            assert answer.status_code == 403


async def test_another_bank_offers_nothing(desks, admin):
    _, place, _ = await taken_up(desks)
    other = await desks.officer(desks.city.banks[1])
    async with nothing_written(admin):
        for answer in (await other.client.get(place), await other.post(place, **GOOD)):
            assert answer.status_code == 404


async def test_an_offer_is_taken_back_and_not_by_a_stranger(desks, admin):
    desk, place, referral_id = await taken_up(desks)
    await desk.done(place, **GOOD)
    offer = await one(admin, "select id from offers")
    other = await desks.officer(desks.city.banks[1])
    async with nothing_written(admin):
        assert (await other.post(f"/desk/offers/{offer['id']}/withdraw")).status_code == 404
    assert "报价已撤回" in await desk.done(f"/desk/offers/{offer['id']}/withdraw")
    assert (await one(admin, "select state from offers"))["state"] == "WITHDRAWN"
    assert (await acts(admin, "lending.offer."))[-1] == "lending.offer.withdrawn"
    assert (await one(admin, "select state from referrals where id = $1", referral_id))[
        "state"
    ] == "DUE_DILIGENCE"
