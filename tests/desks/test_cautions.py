"""Public warnings at the credit office and for everybody: proposed with its document, published by another, taken down."""

from uuid import uuid4

from small_cautions import PDF

from suxin_web.csrf import token_for

PLACE = "/desk/cautions"
FIELDS = {
    "kind": "ILLEGAL_FUNDRAISING",
    "title": "关于警惕以养老名义吸收资金的风险提示",
    "authority": "宿迁市防范和处置非法集资工作领导小组办公室",
    "documentNumber": "宿处非办〔2026〕3号",
    "issuedOn": "2026-11-02",
    "body": "有单位以养老服务名义吸收资金。",
    "organisations": "宿迁某某养老服务有限公司\n泗洪某投资中心（有限合伙）",
    "expiresOn": "2027-05-01",
}


async def test_a_warning_is_proposed_by_one_and_published_by_another(desks, small_city, words):
    one, other = [await desks.operator("credit_office") for _ in range(2)]
    assert "还没有公开警示" in words(await one.get(PLACE))
    named = await _sent(one, FIELDS | {"body": "负责人：王小明"}, _paper())
    assert named.status_code == 422
    assert "不得出现自然人" in words(named.text)
    missing = await _sent(one, FIELDS, None)
    assert "请选择文件" in words(missing.text)
    made = await _sent(one, FIELDS, _paper())
    assert made.status_code == 303, words(made.text)
    at = made.headers["location"]

    raw = await one.get(at)
    assert "由另一人审定" in words(raw)
    assert 'data-testid="publish"' not in raw
    unseen = await other.post(f"{at}/publish", answer="一致")
    assert "请核对并确认" in words(unseen.text)
    done = await other.done(f"{at}/publish", answer="一致", namesNobody="on")
    assert "警示已公开" in words(done)
    answer = await one.client.get(f"{at}/document")
    assert (answer.status_code, answer.content) == (200, PDF)

    await one.done(f"{at}/take-down", reason="原通报已撤销")
    assert "已撤下" in words(await one.get(PLACE))


def _paper():
    return {"paper": ("风险提示.pdf", PDF, "application/pdf")}


async def _sent(desk, fields, files):
    sent = {**fields, "_csrf": token_for(desk.token), "idempotencyKey": str(uuid4())}
    return await desk.client.post(f"{PLACE}/new", data=sent, files=files)


async def test_nobody_but_the_office_opens_a_warning_at_the_desk(desks):
    auditor = await desks.operator("auditor")
    await auditor.get(PLACE)
    await auditor.get(f"{PLACE}/new", status=403)
    bank = await desks.officer()
    await bank.get(PLACE, status=404)
