"""The bank's inbox and its referrals: what is shown, what each button does, and what is refused without a trace."""

import html
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from observing import acts, nothing_written, one
from small_city import offered
from sqlalchemy import update

from suxin.consent.commands import revoke_consent
from suxin.kernel.actor import Actor
from suxin.lending.commands.offers import accept_offer
from suxin.subjects.models import Subject

ROW = "select state, decline_reason, decline_note, accepted_by from referrals where id = $1"
FIRM = "宿迁市沭河木业有限公司"


async def test_the_inbox_shows_the_anonymous_lead_and_its_deadline(desks, places, words):
    desk = await desks.officer()
    assert "还没有收到贷款线索" in await desk.get("/desk/referrals")
    await desks.referred()
    text = await desk.get("/desk/referrals")
    shown = words(text)
    for expected in ("宿城区 · 企业", "制造业", "50万—100万元", "7—12个月", "未评级", "智能推荐"):
        assert expected in shown
    assert text.count('data-testid="referral-row"') == 1
    assert 'class="clock is-calm"' in text
    assert FIRM not in text


async def test_the_numbers_and_tabs_follow_state_and_time(desks, words):
    desk = await desks.officer()
    referral_id = await desks.referred()

    assert words(await desk.get("/desk/referrals/counts")) == (
        "待受理 1 办理中 0 已报价 0 即将超时 0 24 小时内 已超时 0 可抢线索 0 抢单大厅"
    )
    assert str(referral_id) in await desk.get("/desk/referrals?state=dispatched")
    assert str(referral_id) not in await desk.get("/desk/referrals?state=in_progress")
    # Friday 10:00: to be accepted by the end of Monday.
    desks.clock.moment += timedelta(days=3, hours=7)
    fresh = await _again(desks, desk)
    assert "即将超时 1" in words(await fresh.get("/desk/referrals/counts"))
    assert 'class="clock is-soon"' in await fresh.get("/desk/referrals?state=due_soon")
    desks.clock.moment += timedelta(hours=8)
    fresh = await _again(desks, desk)
    assert "已超时 1" in words(await fresh.get("/desk/referrals/counts"))
    assert 'class="clock is-over"' in await fresh.get("/desk/referrals?state=overdue")


async def test_a_bank_that_waits_for_the_applicant_is_not_shown_as_late(desks, words):
    desk, referral_id = await desks.officer(), await desks.referred()
    await desk.done(f"/desk/referrals/{referral_id}/accept")
    # Friday 10:00: contact by the end of Wednesday, which binds nobody before the applicant consents.
    desks.clock.moment += timedelta(days=6)
    fresh = await _again(desks, desk)
    assert "已超时 0" in words(await fresh.get("/desk/referrals/counts"))
    for page in ("/desk/referrals", f"/desk/referrals/{referral_id}"):
        shown = await fresh.get(page)
        assert "剩 1 天" in words(shown)
        assert "clock is-over" not in shown


async def _again(desks, desk):
    """Log in once more: a session ends sooner than these clocks run out."""
    moment, city = desks.clock.moment, desks.city
    desks.city = type(city)(**{**_fields(city), "now": moment})
    return await desks.of("loan_officer", desk.tenant_id)


def _fields(city):
    return {name: getattr(city, name) for name in city.__dataclass_fields__}


async def test_accepting_goes_back_to_the_referral_with_the_news(desks, admin):
    desk, referral_id = await desks.officer(), await desks.referred()
    page = await desk.done(f"/desk/referrals/{referral_id}/accept")
    assert "已受理，已提醒申请人授权" in page
    row = await one(admin, ROW, referral_id)
    assert (row["state"], row["accepted_by"]) == ("ACCEPTED", desk.staff_id)


async def test_the_same_form_sent_twice_acts_once(desks, admin):
    desk, referral_id = await desks.officer(), await desks.referred()
    key, place = str(uuid4()), f"/desk/referrals/{referral_id}"
    first = await desk.post(f"{place}/accept", idempotencyKey=key)
    async with nothing_written(admin):
        second = await desk.post(f"{place}/accept", idempotencyKey=key)
    assert (first.status_code, first.headers["location"]) == (303, place)
    assert (second.status_code, second.headers["location"]) == (303, place)
    assert await acts(admin, "lending.referral.") == ["lending.referral.accepted"]


async def test_a_step_that_does_not_follow_is_explained_in_the_banner(desks, admin):
    desk, referral_id = await desks.officer(), await desks.referred()
    await desk.done(f"/desk/referrals/{referral_id}/accept")
    async with nothing_written(admin):
        page = await desk.done(f"/desk/referrals/{referral_id}/accept")
        assert "当前状态为“已受理”，不能受理" in page
        assert "申请人尚未授权贵行查阅" in await desk.done(f"/desk/referrals/{referral_id}/contact")
        answer = await desk.post(f"/desk/referrals/{referral_id}/accept", idempotencyKey=None)
        assert answer.status_code == 303
        assert "幂等键" in await desk.get(answer.headers["location"])


@pytest.mark.parametrize("step", ["accept", "contact", "examine", "decline"])
async def test_a_stranger_bank_finds_nothing(desks, admin, step):
    referral_id = await desks.referred()
    other = await desks.officer(desks.city.banks[1])
    async with nothing_written(admin):
        assert "找不到该对接申请" in await other.get(f"/desk/referrals/{referral_id}", status=404)
        assert str(referral_id) not in await other.get("/desk/referrals")
        answer = await other.post(f"/desk/referrals/{referral_id}/{step}", reason="OVER_INDEBTED")
        assert answer.status_code == 404
        unknown = await other.post(f"/desk/referrals/{uuid4()}/{step}", reason="OVER_INDEBTED")
        assert (unknown.status_code, "找不到该对接申请" in unknown.text) == (404, True)


@pytest.mark.parametrize("step", ["accept", "contact", "examine", "decline"])
async def test_a_viewer_presses_no_button(desks, admin, step):
    desk, referral_id = await desks.of("viewer"), await desks.referred()
    async with nothing_written(admin):
        page = await desk.get(f"/desk/referrals/{referral_id}")
        assert f"/desk/referrals/{referral_id}/{step}" not in page
        answer = await desk.post(f"/desk/referrals/{referral_id}/{step}", reason="OVER_INDEBTED")
        assert answer.status_code == 403


async def test_an_officer_of_another_area_is_refused(desks, admin):
    desk = await desks.of("loan_officer", area_codes=("321324",))
    referral_id = await desks.referred(consented=True)
    async with nothing_written(admin):
        assert str(referral_id) not in await desk.get("/desk/referrals")
        page = await desk.get(f"/desk/referrals/{referral_id}", status=403)
        assert "不在您负责的网点或区域内" in page
        for step in ("accept", "identity", "offer"):
            answer = await desk.post(f"/desk/referrals/{referral_id}/{step}", **OFFER)
            assert (step, answer.status_code) == (step, 403)


OFFER = {
    "amount": "40",
    "termMonths": "12",
    "rate": "4.35",
    "repaymentMethod": "equal_instalment",
    "guarantee": "credit",
    "upfrontFeeRate": "0",
    "upfrontFee": "0",
    "coolingOffDays": "3",
    "validDays": "7",
}


async def test_declining_needs_a_reason_and_keeps_what_was_typed(desks, admin, words):
    desk, referral_id = await desks.officer(), await desks.referred()
    place = f"/desk/referrals/{referral_id}/decline"
    async with nothing_written(admin):
        missing = await desk.post(place, note="我们<b>再想想</b>")
        assert (missing.status_code, "请选择" in words(missing.text)) == (422, True)
        assert "我们&lt;b&gt;再想想&lt;/b&gt;</textarea>" in missing.text
        unexplained = await desk.post(place, reason="OTHER_WITH_NOTE")
        assert unexplained.status_code == 422
        assert 'id="e-note" role="alert"' in unexplained.text
        assert "选择“其他”须说明原因" in unexplained.text
        too_long = await desk.post(place, reason="OVER_INDEBTED", note="长" * 301)
        assert (too_long.status_code, "最多 300 字" in too_long.text) == (422, True)
    await desk.done(place, reason="OVER_INDEBTED", note=" 负债较高 ")
    row = await one(admin, ROW, referral_id)
    assert (row["state"], row["decline_reason"], row["decline_note"]) == (
        "DECLINED",
        "OVER_INDEBTED",
        "负债较高",
    )


async def test_with_consent_the_applicant_is_shown_and_the_look_is_on_record(
    desks, admin, places, words
):
    desk, referral_id = await desks.officer(), await desks.referred(consented=True)
    page = await desk.get(f"/desk/referrals/{referral_id}")
    shown = words(page)
    for expected in (
        FIRM,
        "91321302MATE5T017A",
        "50万元",
        "12 个月",
        "2020-05-01",
        "纳税信息",
        "A 级，年度 2025",
        "300,000.00元",
        "参保人数 25",
        "本次查阅已记录并向申请人公开",
    ):
        assert expected in shown, expected
    assert "王小明" not in page
    assert "19900000001" not in page
    reads = await admin.fetch(
        "select categories, staff_id from audit_entries where action = 'data.read' order by id"
    )
    assert [row["categories"] for row in reads] == [
        ["loan_request", "registration"],
        ["social_insurance", "tax"],
        ["score_tier"],
    ]
    assert {row["staff_id"] for row in reads} == {desk.staff_id}


async def test_many_records_come_in_pages_each_on_its_own_receipt(desks, admin, monkeypatch):
    monkeypatch.setattr("suxin_tenants.bank.referral_pages.RECORDS_SHOWN", 2)
    desk, referral_id = await desks.officer(), await desks.referred(consented=True)
    at = f"/desk/referrals/{referral_id}"
    page = await desk.get(at)
    [older] = re.findall(r'href="([^"]+)" rel="next" data-testid="older-records"', page)
    assert "本页 2 条" in page
    assert ("最新的记录" in page, page.count('data-label="来源"')) == (False, 2)
    last = await desk.get(html.unescape(older))
    assert ("older-records" in last, last.count('data-label="来源"')) == (False, 1)
    assert f'href="{at}#records"' in last
    counts = await admin.fetch(
        "select row_count from audit_entries where object_type = 'credit_record' order by id"
    )
    assert [row["row_count"] for row in counts] == [2, 1]
    # Where the address names no place, the latest are shown.
    for odd in ("x", "2026-04-01_x", "2026-13-01_" + str(referral_id)):
        assert (await desk.get(f"{at}?records={odd}")).count('data-label="来源"') == 2


async def test_the_identity_is_read_only_on_request_with_a_receipt_of_its_own(desks, admin):
    desk, referral_id = await desks.officer(), await desks.referred(consented=True)
    answer = await desk.post(f"/desk/referrals/{referral_id}/identity")
    assert answer.status_code == 200
    for expected in ("王小明", "321302199001010012", "19900000001"):
        assert expected in answer.text
    receipt = await one(admin, "select * from audit_entries where action = 'data.read'")
    assert (receipt["subject_id"], receipt["categories"]) == (
        desks.city.person_id,
        ["identity", "contact"],
    )


async def test_without_consent_nothing_of_the_applicant_leaves(desks, admin):
    desk, referral_id = await desks.officer(), await desks.referred()
    async with nothing_written(admin):
        page = await desk.get(f"/desk/referrals/{referral_id}")
        assert (FIRM in page, "未授权" in page) == (False, True)
        answer = await desk.post(f"/desk/referrals/{referral_id}/identity")
        assert (answer.status_code, "王小明" in answer.text) == (403, False)


async def test_a_revoked_consent_closes_the_page_at_once(desks, admin):
    submitted = await desks.city.submit()
    bank = desks.city.banks[0]
    granted = await desks.city.consent(submitted.request.id, bank)
    desk, referral_id = await desks.officer(), await desks.city.referral_to(submitted, bank)
    assert FIRM in await desk.get(f"/desk/referrals/{referral_id}")
    await desks.city.act(
        revoke_consent, desks.city.applicant, consent_id=granted.consent_id, reason=None
    )
    async with nothing_written(admin):
        page = await desk.get(f"/desk/referrals/{referral_id}")
        assert (FIRM in page, "授权已失效" in page) == (False, True)
        assert (await desk.post(f"/desk/referrals/{referral_id}/identity")).status_code == 403


async def test_a_contract_alone_shows_who_borrows_and_no_records(desks, admin, words):
    city, bank = desks.city, desks.city.banks[0]
    submitted, offer_id = await offered(city, bank)
    referral_id = await city.referral_to(submitted, bank)
    await city.act(accept_offer, city.applicant, offer_id=offer_id)
    (consent_id,) = [row["id"] for row in await admin.fetch("select id from consents")]
    desk, viewer = await desks.officer(), await desks.of("viewer")
    page = await desk.get(f"/desk/referrals/{referral_id}")
    assert ('data-testid="contracted"' in page, FIRM in page) == (False, True)
    await city.act(revoke_consent, city.applicant, consent_id=consent_id, reason=None)
    before = await admin.fetchval("select count(*) from audit_entries where action = 'data.read'")

    page = await desk.get(f"/desk/referrals/{referral_id}")
    shown = words(page)
    assert "按借款合同可查看身份与联系方式" in shown
    assert submitted.request.number in shown
    assert 'data-testid="no-consent"' not in page
    for hidden in (FIRM, "91321302MATE5T017A", "王小明", "19900000001", "纳税信息", "参保人数"):
        assert hidden not in page, hidden
    answer = await desk.post(f"/desk/referrals/{referral_id}/identity")
    assert answer.status_code == 200
    for expected in ("王小明", "321302199001010012", "19900000001"):
        assert expected in answer.text
    reads = await admin.fetch(
        "select subject_id, purpose, categories from audit_entries where action = 'data.read'"
        " order by id offset $1",
        before,
    )
    assert [tuple(row.values()) for row in reads] == [
        (city.firm_id, "loan.contract", ["loan_request"]),
        (city.person_id, "loan.contract", ["identity", "contact"]),
    ]
    async with nothing_written(admin):
        page = await viewer.get(f"/desk/referrals/{referral_id}")
        assert (submitted.request.number in page, 'data-testid="no-consent"' in page) == (
            False,
            True,
        )


async def test_a_contract_on_one_request_opens_no_other(desks, admin):
    """The next request of the same borrower is anonymous again."""
    city, bank = desks.city, desks.city.banks[0]
    _, offer_id = await offered(city, bank)
    await city.act(accept_offer, city.applicant, offer_id=offer_id)
    referral_id, desk = await desks.referred(), await desks.officer()
    async with nothing_written(admin):
        page = await desk.get(f"/desk/referrals/{referral_id}")
        assert ("contracted" in page, "未授权" in page) == (False, True)
        answer = await desk.post(f"/desk/referrals/{referral_id}/identity")
        assert (answer.status_code, "王小明" in answer.text) == (403, False)


async def test_a_viewer_sees_the_lead_and_never_the_applicant(desks, admin):
    desk, referral_id = await desks.of("viewer"), await desks.referred(consented=True)
    async with nothing_written(admin):
        page = await desk.get(f"/desk/referrals/{referral_id}")
        assert (FIRM in page, "您的角色不能查阅申请人资料" in page) == (False, True)
        assert (await desk.post(f"/desk/referrals/{referral_id}/identity")).status_code == 403


async def test_what_an_applicant_wrote_is_shown_and_never_run(desks):
    desk, referral_id = await desks.officer(), await desks.referred(consented=True)
    attack = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    async with desks.city.batch.transaction(Actor.system("test"), now=desks.city.now) as session:
        await session.execute(
            update(Subject).where(Subject.id == desks.city.firm_id).values(name=attack)
        )
    page = await desk.get(f"/desk/referrals/{referral_id}")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    ("status", "shown", "count"),
    [("disputed", "异议中", 3), ("exempted", "免予计入", 3), ("repaired", "已修复", 2)],
)
async def test_what_became_of_a_record_is_shown_while_it_is_shared_at_all(
    desks, admin, words, status, shown, count
):
    """征信业管理条例 art. 25 (marked in dispute); 信用修复管理办法 art. 3 (shared no more once repaired)."""
    desk, referral_id = await desks.officer(), await desks.referred(consented=True)
    await admin.execute(
        "update credit_records set status = $1 where item_code = 'TAX-GRADE'", status
    )
    page = await desk.get(f"/desk/referrals/{referral_id}")
    assert page.count('data-label="来源"') == count
    assert (shown in words(page)) == (count == 3)


async def test_a_bad_record_whose_publication_is_over_is_not_shown_to_a_bank(desks, admin):
    """征信业管理条例 art. 16; decision 43."""
    desk, referral_id = await desks.officer(), await desks.referred(consented=True)
    for published_until, count in ((date(2026, 11, 21), 3), (date(2026, 11, 20), 2)):
        await admin.execute(
            "update credit_records set polarity = 'negative', published_until = $1"
            " where item_code = 'TAX-GRADE'",
            published_until,
        )
        page = await desk.get(f"/desk/referrals/{referral_id}")
        assert page.count('data-label="来源"') == count
