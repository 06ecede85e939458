"""The counter's desk over HTTP: the whole path, every step out of order, and who may not stand behind it."""

import re

import pytest
from counter_visits import (
    PAPER,
    PERSON_NAME,
    PERSON_RESIDENT_ID,
    TERMINAL,
    Counter,
    data_url,
    png,
)
from observing import nothing_written

from suxin.subjects.identity import IdentityNotProved, IdentityServiceUnavailable
from suxin.tenancy.houses import add_branch
from suxin_tenants import PROFILES

PLACE = "/desk/counter"
PROOF = {
    "name": PERSON_NAME,
    "residentId": PERSON_RESIDENT_ID,
    "check": "card",
    "terminalRef": TERMINAL,
}
READ = {"read": "yes", "understood": "yes"}
SIGNED = {"kind": "signature", "receipt": "paper"}


@pytest.fixture
async def helper(desks):
    return await desks.operator("counter_helper")


@pytest.fixture
async def asked(desks):
    """What the first bank asks of the applicant, who is known by his resident id."""
    counter = Counter(desks.city, desks.city.operator)
    await counter.known()
    return await counter.asked(desks.city.person_id)


async def opened(desk):
    answer = await desk.post(f"{PLACE}/open")
    assert answer.status_code == 303
    return answer.headers["location"]


async def proved(desk):
    place = await opened(desk)
    await desk.done(f"{place}/prove", **PROOF)
    return place


def hidden(page, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


async def read(desk, place, consent_id, matter="answer", **changes):
    at = f"{place}/matters/{consent_id}/{matter}"
    page = await desk.get(at)
    shown = {name: hidden(page, name) for name in ("noticeVersion", "wordsSha256")}
    return await desk.post(f"{at}/read", **{**shown, **READ, **changes})


async def decided(desk, place, decision, **changes):
    form = {**SIGNED, "signature": data_url(), "decision": decision, **changes}
    return await desk.post(f"{place}/decision", **form)


async def test_the_whole_path_from_the_card_to_the_receipt(
    desks, helper, asked, admin, words, page_of
):
    assert "还没有接待过办事人" in await helper.get(PLACE)
    place = await opened(helper)
    page = await helper.done(f"{place}/prove", **PROOF)
    for shown in ("已核验为本人", "王**", "宿迁第一商业银行（测试）", "待决定"):
        assert shown in words(page), shown
    for hidden_from in (PERSON_NAME, PERSON_RESIDENT_ID):
        assert hidden_from not in page
    page = await helper.get(f"{place}/matters/{asked}/answer")
    assert "您可以随时暂停或撤回本授权" in page

    assert (await read(helper, place, asked)).headers["location"] == f"{place}/decision"
    page = page_of(await helper.get(f"{place}/decision"))
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    assert page.headings == ["第三步　请本人决定"]
    receipt = await helper.get((await decided(helper, place, "allow")).headers["location"])

    for shown in ("同意授权", "王**", "员工1", "宿迁第一商业银行（测试）", "信息类别"):
        assert shown in words(receipt), shown
    assert await admin.fetchval("select state from consents where id = $1", asked) == "ACTIVE"
    assert "本次已办理" in await helper.get(place)
    ended = await helper.done(f"{place}/end")
    assert "接待已结束" in ended
    page = await helper.get(place)
    assert "王**" not in page
    assert "宿迁第一商业银行（测试）" not in page


async def test_every_page_of_the_counter_is_sound(desks, helper, asked, page_of):
    place = await opened(helper)
    auditor = await desks.operator("auditor")
    shown = [await helper.get(PLACE), await helper.get(place)]
    await helper.done(f"{place}/prove", **PROOF)
    shown += [await helper.get(place), await helper.get(f"{place}/matters/{asked}/answer")]
    await read(helper, place, asked)
    receipt = (await decided(helper, place, "allow")).headers["location"]
    shown += [await helper.get(receipt), await helper.get(place)]
    shown.append(listed := await auditor.get("/desk/counter-evidence"))
    shown.append(await auditor.get(re.search(r'href="(/desk/counter-evidence/[^"]+)"', listed)[1]))
    await helper.done(f"{place}/end")
    shown.append(await helper.get(place))
    for text in shown:
        page = page_of(text)
        assert len(page.headings) == 1, page.headings
        assert page.lang == "zh-CN"
        assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
        assert len(page.ids) == len(set(page.ids))


async def test_a_permission_is_taken_back_at_the_desk(helper, asked, admin, words):
    place = await proved(helper)
    await read(helper, place, asked)
    await decided(helper, place, "allow")
    for matter in ("pause", "resume", "revoke"):
        answer = await read(helper, place, asked, matter)
        assert answer.status_code == 303, answer.text[-300:]
        receipt = await helper.get((await decided(helper, place, matter)).headers["location"])
        assert {"pause": "暂停授权", "resume": "恢复授权", "revoke": "撤回授权"}[matter] in receipt
    assert await admin.fetchval("select state from consents where id = $1", asked) == "REVOKED"


async def test_refusing_takes_the_same_form_and_paper_does_as_well(helper, asked, admin, words):
    place = await proved(helper)
    await read(helper, place, asked)
    answer = await decided(helper, place, "refuse", kind="paper", signature="", paperNumber=PAPER)
    receipt = words(await helper.get(answer.headers["location"]))
    assert "不同意授权" in receipt
    assert "纸质签字" in receipt
    assert "信息类别" not in receipt
    assert await admin.fetchval("select state from consents where id = $1", asked) == "REJECTED"


async def test_the_same_form_sent_again_decides_once(helper, asked, admin):
    place = await proved(helper)
    await read(helper, place, asked)
    key = {"idempotencyKey": "the-same-form-again"}
    first = await decided(helper, place, "allow", **key)
    before = await admin.fetchval("select count(*) from audit_entries where action like 'consent%'")
    again = await decided(helper, place, "allow", **key)
    assert again.headers["location"] == first.headers["location"]
    assert await admin.fetchval("select count(*) from counter_evidence") == 1
    assert before == await admin.fetchval(
        "select count(*) from audit_entries where action like 'consent%'"
    )


async def test_a_decision_that_was_signed_but_not_carried_out_is_finished_by_the_same_form(
    desks, helper, asked, admin, monkeypatch
):
    place = await proved(helper)
    await read(helper, place, asked)

    async def dies(*_given, **_named):
        raise RuntimeError

    key = {"idempotencyKey": "the-process-died-between"}
    with monkeypatch.context() as patched:
        patched.setattr("suxin_tenants.operator.counter_matter_pages.carry_out", dies)
        assert (await decided(helper, place, "allow", **key)).status_code == 500
    assert await admin.fetchval("select state from consents where id = $1", asked) == "REQUESTED"
    assert (await decided(helper, place, "allow", **key)).status_code == 303
    assert await admin.fetchval("select state from consents where id = $1", asked) == "ACTIVE"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": ""}, "此项必填"),
        ({"residentId": "123"}, "应为 18 位"),
        ({"check": "x"}, "不在可选范围内"),
        ({"terminalRef": "1"}, "应为 8 至 40 位"),
        ({"residentId": "321302200901010013"}, "未满 18 周岁"),
    ],
)
async def test_what_is_wrong_with_a_proof_is_told_beside_it(helper, admin, words, changes, told):
    place = await opened(helper)
    async with nothing_written(admin):
        answer = await helper.post(f"{place}/prove", **{**PROOF, **changes})
    assert answer.status_code == 422
    assert told in words(answer.text)


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (IdentityNotProved(proof_ref="S0"), "未能核验为本人"),
        (IdentityServiceUnavailable(), "实名核验服务暂时不可用"),
    ],
)
async def test_what_the_identity_service_says_is_told_on_the_form(
    desks, helper, words, refusal, told
):
    desks.terminal.refusal = refusal
    place = await opened(helper)
    answer = await helper.post(f"{place}/prove", **PROOF)
    assert answer.status_code == 422
    assert told in words(answer.text)


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"read": None}, "请向本人宣读全文后勾选"), ({"understood": None}, "请本人复述要点")],
)
async def test_a_reading_that_is_not_ticked_is_told_beside_the_box(
    helper, asked, admin, words, changes, told
):
    place = await proved(helper)
    answer = await read(helper, place, asked, **changes)
    assert answer.status_code == 422
    assert told in words(answer.text)
    assert await admin.fetchval("select state from counter_visits") == "PROVED"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"signature": ""}, "未收到签名图像"),
        ({"signature": data_url(png(ink=False))}, "签名板为空"),
        ({"signature": "data:image/png;base64," + "A" * 70_000}, "图像过大"),
        ({"kind": "paper", "paperNumber": ""}, "此项必填"),
        ({"kind": "paper", "paperNumber": "1"}, "应为 6 至 32 位"),
        ({"receipt": "sms"}, "本次接待未核验手机号"),
        ({"kind": ""}, "请选择"),
        ({"decision": "pause"}, "不是对所宣读事项的决定"),
        ({"decision": ""}, "请选择"),
    ],
)
async def test_a_decision_that_cannot_be_kept_is_told_beside_its_field(
    helper, asked, admin, words, changes, told
):
    place = await proved(helper)
    await read(helper, place, asked)
    answer = await decided(helper, place, **{"decision": "allow", **changes})
    assert answer.status_code == 422, answer.text[-300:]
    assert told in words(answer.text)
    assert await admin.fetchval("select count(*) from counter_evidence") == 0


async def test_before_the_notice_was_read_there_is_nothing_to_decide(helper, asked, admin):
    place = await proved(helper)
    answer = await helper.client.get(f"{place}/decision")
    assert answer.status_code == 303
    answer = await decided(helper, place, "allow")
    assert answer.status_code == 303
    assert await admin.fetchval("select count(*) from counter_evidence") == 0


async def test_what_lapsed_meanwhile_is_told_and_not_decided(helper, asked, admin, words):
    place = await proved(helper)
    await read(helper, place, asked)
    await admin.execute("update consents set state = 'LAPSED' where id = $1", asked)
    answer = await decided(helper, place, "allow")
    assert answer.status_code == 404
    assert await admin.fetchval("select state from consents where id = $1", asked) == "LAPSED"


async def test_the_phone_is_confirmed_by_its_code_and_gets_the_receipt(
    desks, helper, asked, admin, words, monkeypatch
):
    monkeypatch.setattr("suxin.subjects.phone_codes.secrets.randbelow", lambda _most: 123456)
    place = await proved(helper)
    page = await helper.post(f"{place}/phone-code", phone="19900000077")
    assert page.status_code == 200
    assert "验证码已发送" in words(page.text)
    wrong = await helper.post(f"{place}/phone", phone="19900000077", code="654321")
    assert wrong.status_code == 422
    assert "验证码不正确或已过期" in words(wrong.text)
    page = await helper.done(f"{place}/phone", phone="19900000077", code="123456")
    assert "手机号已核验" in words(page)
    await read(helper, place, asked)
    assert (await decided(helper, place, "allow", receipt="sms")).status_code == 303
    assert await admin.fetchval(
        "select count(*) from outbox where topic = 'counter.receipt.send'"
    ) == (1)


async def test_a_second_visit_waits_for_the_first_to_end(helper, words):
    await opened(helper)
    answer = await helper.post(f"{PLACE}/open")
    assert answer.headers["location"] == PLACE
    page = await helper.get(PLACE)
    assert "您正在接待一位办事人" in words(page)
    assert "继续办理" in page


async def test_another_helpers_visit_is_not_found(desks, helper, asked, admin):
    place = await proved(helper)
    beside = await desks.operator("counter_helper")
    async with nothing_written(admin):
        for path in (place, f"{place}/matters/{asked}/answer", f"{place}/decision"):
            await beside.get(path, status=404)
        for path in (f"{place}/prove", f"{place}/end", f"{place}/phone-code", f"{place}/phone"):
            fields = {**PROOF, "phone": "19900000077", "code": "123456"}
            assert (await beside.post(path, **fields)).status_code == 404
        answer = await decided(beside, place, "allow")
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("role", "of_bank", "status"),
    [
        ("credit_office", False, 403),
        ("auditor", False, 403),
        ("operator_admin", False, 403),
        ("bank_admin", True, 404),
        ("loan_officer", True, 404),
    ],
)
async def test_nobody_else_stands_behind_the_counter(
    desks, helper, asked, admin, role, of_bank, status
):
    place = await proved(helper)
    await read(helper, place, asked)
    desk = await (desks.of(role) if of_bank else desks.operator(role))
    async with nothing_written(admin):
        await desk.get(PLACE, status=status)
        await desk.get(place, status=status)
        assert (await desk.post(f"{PLACE}/open")).status_code == status
        assert (await decided(desk, place, "allow")).status_code == status


async def test_the_helper_finds_nothing_but_the_counter(desks, helper):
    page = await helper.get(PLACE)
    nav = page.split("</nav>")[0]
    assert PLACE in nav
    for other in ("/desk/tenants", "/desk/audit", "/desk/cases", "/desk/counter-evidence"):
        assert f'href="{other}"' not in nav
        await helper.get(other, status=403)


async def test_while_the_operator_is_suspended_nothing_is_decided(helper, asked, admin):
    place = await proved(helper)
    await read(helper, place, asked)
    await admin.execute("update tenants set status = 'SUSPENDED' where kind = 'operator'")
    async with nothing_written(admin):
        answer = await decided(helper, place, "allow")
    assert answer.status_code in (401, 403)
    assert await admin.fetchval("select state from consents where id = $1", asked) == "REQUESTED"


async def test_evidence_is_listed_without_its_content_and_opened_on_record(
    desks, helper, asked, admin, words
):
    place = await proved(helper)
    await read(helper, place, asked)
    await decided(helper, place, "refuse", kind="paper", signature="", paperNumber=PAPER)
    auditor = await desks.operator("auditor")
    page = await auditor.get("/desk/counter-evidence")
    assert PAPER not in page
    assert "不同意授权" in page
    receipts = "select count(*) from audit_entries where object_type = 'counter_evidence' and action = 'data.read'"
    assert await admin.fetchval(receipts) == 0
    at = re.search(r'href="(/desk/counter-evidence/[0-9a-f-]+)"', page)[1]
    assert PAPER in await auditor.get(at)
    assert await admin.fetchval(receipts) == 1
    await helper.get(at, status=403)
    bank = await desks.of("bank_admin")
    await bank.get(at, status=404)
    await bank.get("/desk/counter-evidence", status=404)


async def test_an_empty_list_of_evidence_says_so(desks):
    auditor = await desks.operator("auditor")
    assert "还没有窗口凭据" in await auditor.get("/desk/counter-evidence")


async def test_the_receipt_names_the_helpers_branch(desks, asked, words):
    branch_id = await desks.city.act(
        add_branch, desks.city.operator, name="宿城区政务大厅", area_codes=[], profiles=PROFILES
    )
    helper = await desks.of("counter_helper", desks.city.operator.tenant_id, branch_id=branch_id)
    place = await proved(helper)
    assert "宿城区政务大厅" in words(await helper.get(place))
