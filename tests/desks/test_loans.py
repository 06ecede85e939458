"""The bank's loans at its desk: each report on its form, what is wrong beside the field, and files of repayments."""

import csv
from uuid import uuid4

import pytest
from observing import nothing_written
from small_loans import FILE, NUMBER, accepted, drawn
from small_workbooks import workbook

from suxin_web.csrf import token_for

TODAY = "2026-11-20"


@pytest.fixture
async def desk(desks):
    return await desks.officer()


async def test_a_loan_goes_from_its_offer_to_its_settlement(desks, desk, admin, words):
    offer_id = await accepted(desks.city)
    referral_id = await admin.fetchval("select referral_id from offers where id = $1", offer_id)
    assert f"/desk/offers/{offer_id}/contract" in await desk.get(f"/desk/referrals/{referral_id}")
    shown = words(await desk.get("/desk/loans"))
    assert "还没有贷款" in shown
    assert "40万元" in words(await desk.get(f"/desk/offers/{offer_id}/contract"))
    page = await desk.done(f"/desk/offers/{offer_id}/contract", contractNumber=NUMBER)
    assert "待放款" in words(page)
    loan_id = await admin.fetchval("select id from loans")
    at = f"/desk/loans/{loan_id}"
    assert (await desk.client.get(f"/desk/offers/{offer_id}/contract")).headers["location"] == at
    drawdown = {"reference": "FK-1", "amountFen": "400000", "drawnOn": TODAY}
    page = words(await desk.done(f"{at}/draw", **drawdown))
    assert "第 12 期 2027-11-20" in page
    paid = {"reference": "HK-1", "paidOn": TODAY, "amountFen": "400000"}
    page = words(await desk.done(f"{at}/repay", **paid, principalFen="400000", prepays="yes"))
    assert "提前还款 400,000.00元" in page
    page = words(await desk.done(f"{at}/settle"))
    assert "已结清" in page
    assert f"{NUMBER} 2026-11-20 签约" in words(await desk.get("/desk/loans?state=ended"))


async def test_what_is_wrong_stands_beside_its_field(desks, desk, admin):
    loan = await drawn(desks.city)
    at = f"/desk/loans/{loan.id}"
    async with nothing_written(admin):
        answer = await desk.post(f"{at}/repay", reference="", paidOn="明天", amountFen="0.001")
        assert answer.status_code == 422
        for name in ("reference", "paidOn", "amountFen"):
            assert f'id="e-{name}"' in answer.text, name
        answer = await desk.post(f"{at}/repay", reference="HK-1", paidOn=TODAY, amountFen="999999")
        assert "还款超过应还金额" in answer.text
        answer = await desk.post(f"{at}/settle")
        assert "不能结清" in answer.text
        answer = await desk.post(f"{at}/write-off", note="核销")
        assert "不能核销" in answer.text


@pytest.mark.parametrize("act", ["draw", "repay", "renew", "settle", "write-off", "cancel"])
async def test_every_form_is_whole_and_for_its_officers_alone(desks, desk, page_of, act):
    loan = await drawn(desks.city)
    page = page_of(await desk.get(f"/desk/loans/{loan.id}/{act}"))
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    assert len(page.ids) == len(set(page.ids))
    viewer = await desks.of("viewer")
    await viewer.get(f"/desk/loans/{loan.id}")
    await viewer.get(f"/desk/loans/{loan.id}/{act}", status=403)
    rival = await desks.officer(desks.city.banks[1])
    await rival.get(f"/desk/loans/{loan.id}/{act}", status=404)


@pytest.mark.parametrize("packed", [False, True])
async def test_a_file_says_which_lines_were_not_taken(desks, desk, words, packed):
    await drawn(desks.city)
    rows = csv.reader(FILE.decode().splitlines())
    answer = await send(desk, workbook(rows) if packed else FILE)
    assert answer.status_code == 303
    shown = words(await desk.get(answer.headers["location"]))
    assert "行数 2 登记成功 1 此前已登记 0 被拒 1" in shown
    assert "第 3 行 HK-file-2 没有合同编号为 HT-none 的贷款 LOAN_UNKNOWN" in shown
    assert "还款.csv" in await desk.get("/desk/repayment-files")
    rival = await desks.officer(desks.city.banks[1])
    await rival.get(answer.headers["location"], status=404)


@pytest.mark.parametrize("content", [b"x", None])
async def test_what_is_no_file_is_said_beside_the_field(desk, admin, content):
    async with nothing_written(admin):
        answer = await send(desk, content)
    assert answer.status_code == 422
    assert 'id="e-file"' in answer.text


async def send(desk, content):
    fields = {"_csrf": token_for(desk.token), "idempotencyKey": str(uuid4())}
    files = {"file": ("还款.csv", content, "text/csv")} if content else {}
    return await desk.client.post("/desk/repayment-files", data=fields, files=files)
