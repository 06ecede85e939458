"""Disputes, exemptions and human reviews on the phone: asked for, answered by two, appealed; others find nothing."""

import base64

import pytest
from observing import changed, contents
from small_cases import colleague
from small_scores import active_model, run

from suxin.review.deciding import accept_case, check_case, return_case
from suxin.review.states import Outcome
from suxin.rights.answering import answer_case
from suxin.rights.kinds import KINDS
from suxin.scoring.packaged import FIRM_GRADE, packaged_model


@pytest.fixture
def answered(small_city):
    """Return a way to let two of the office answer a case as the phone was told of it."""

    async def answered(shown, outcome, reason="核查无误", *, first=None, second=None):
        which = {"kind": KINDS[shown["kind"]["code"]], "case_id": shown["id"]}
        if shown["state"]["code"] == "SUBMITTED":
            await small_city.act(accept_case, small_city.operator, **which)
        await small_city.act(
            answer_case,
            first or small_city.operator,
            case_id=shown["id"],
            outcome=outcome,
            reason=reason,
        )
        await small_city.act(
            check_case, second or colleague(small_city), **which, upheld=True, reason=""
        )

    return answered


@pytest.fixture
async def record_id(admin):
    """A record of a department's that speaks against the firm."""
    return str(
        await admin.fetchval(
            "update credit_records set polarity = 'negative' where item_code = 'TAX-GRADE' returning id"
        )
    )


async def test_a_dispute_is_declined_appealed_and_at_last_granted(
    applicant, stranger, small_city, answered, record_id, admin
):
    asked = await applicant.write(
        "/my-data/corrections",
        {"about": "record", "recordId": record_id, "wanted": "应为 A 级", "reason": "已复核"},
    )
    assert (asked["kind"]["code"], asked["mayWithdraw"], asked["mayAppeal"]) == (
        "dispute",
        True,
        False,
    )
    await answered(asked, Outcome.DECLINED)
    shown = await applicant.read(f"/cases/{asked['id']}")
    assert (shown["state"]["code"], shown["decided"]["zh"], shown["answer"]) == (
        "NOTICED",
        "不予更正",
        "核查无误",
    )
    assert shown["appealBy"] == "2026-12-04T15:59:59Z"
    assert (shown["mayWithdraw"], shown["mayAppeal"]) == (False, True)

    foreign = await stranger.post(f"/cases/{asked['id']}/appeal", {"reason": "x"})
    assert (foreign.status_code, foreign.json()["detail"]) == (404, "找不到该申请事项")
    appealed = await applicant.write(f"/cases/{asked['id']}/appeal", {"reason": "未看证明"})
    assert (appealed["state"]["code"], appealed["answer"]) == ("APPEALED", None)
    again = await applicant.post(f"/cases/{asked['id']}/appeal", {"reason": "再次"})
    assert (again.status_code, again.json()["code"]) == (409, "APPEAL_NOT_OPEN")

    other = colleague(small_city)
    await answered(appealed, Outcome.GRANTED, "证明属实", first=other, second=small_city.operator)
    shown = await applicant.read(f"/cases/{asked['id']}")
    assert (shown["state"]["code"], shown["decided"]["code"]) == ("EFFECTIVE", "GRANTED")
    assert "不再计入评价" in shown["outcome"]["zh"]
    status = await admin.fetchval("select status from credit_records where item_code = 'TAX-GRADE'")
    assert status == "withdrawn"


async def test_an_exemption_needs_evidence_and_a_record_that_counts_against(
    applicant, answered, record_id, admin
):
    wanted = {"recordId": record_id, "reason": "受灾停产", "evidence": "应急管理局灾情证明 2026-7"}
    before = await contents(admin)
    for changes, code, field in (
        ({"evidence": " "}, 422, "evidence"),
        ({"reason": "长" * 501}, 422, "reason"),
        ({"recordId": "x"}, 422, "recordId"),
    ):
        refused = await applicant.post("/cases/exemptions", wanted | changes)
        assert (refused.status_code, refused.json()["field"]) == (code, field)
    positive = await admin.fetchval("select id from credit_records where polarity <> 'negative'")
    refused = await applicant.post("/cases/exemptions", wanted | {"recordId": str(positive)})
    assert (refused.status_code, refused.json()["code"]) == (409, "NOTHING_TO_EXEMPT")
    assert await changed(admin, before) == set()

    asked = await applicant.write("/cases/exemptions", wanted)
    again = await applicant.post("/cases/exemptions", wanted)
    assert again.json()["code"] == "EXEMPTION_ASKED"
    await answered(asked, Outcome.GRANTED, "情况属实")
    assert [one["decided"]["zh"] for one in (await applicant.read("/cases"))["items"]] == [
        "予以豁免"
    ]
    status = await admin.fetchval("select status from credit_records where id = $1", record_id)
    assert status == "exempted"


async def test_a_person_looks_at_a_score_and_at_a_match(
    applicant, stranger, small_city, new_request, answered, admin
):
    wanted = {"wanted": "请人工核实", "reason": "分数与实际不符"}
    missing = await applicant.post("/cases/human-reviews", {"about": "score", **wanted})
    assert (missing.status_code, missing.json()["detail"]) == (404, "找不到该评分")
    await run(small_city, await active_model(small_city, packaged_model(FIRM_GRADE)))
    of_score = await applicant.write("/cases/human-reviews", {"about": "score", **wanted})
    assert of_score["stated"]["score"] == 630
    twice = await applicant.post("/cases/human-reviews", {"about": "score", **wanted})
    assert twice.json()["code"] == "REVIEW_ASKED"

    request = await applicant.write("/loan-requests", new_request)
    product = await admin.fetchval("select product_id from match_results limit 1")
    match = {
        "about": "match",
        "objectId": request["request"]["id"],
        "productId": str(product),
        **wanted,
    }
    foreign = await stranger.post("/cases/human-reviews", match)
    assert (foreign.status_code, foreign.json()["detail"]) == (404, "找不到该匹配结果")
    of_match = await applicant.write("/cases/human-reviews", match)
    assert of_match["stated"]["automated"] == "match"

    await answered(of_score, Outcome.GRANTED, "漏计一条荣誉")
    shown = await applicant.read(f"/cases/{of_score['id']}")
    assert (shown["decided"]["zh"], shown["answer"]) == ("改正结果", "漏计一条荣誉")
    duty = await admin.fetchval("select body from notices where title = '请落实人工复核结论'")
    assert "漏计一条荣誉" in duty


async def test_a_person_looks_at_a_tier_that_the_citys_own_system_said(
    applicant, small_city, admin, answered
):
    """Of such a tier there is no score here, but the platform decides by it: the office looks into it with whoever runs that system."""
    await run(small_city, await active_model(small_city, packaged_model(FIRM_GRADE)))
    await admin.execute("delete from scores")
    await admin.execute("update score_tiers set origin = 'city'")
    (tier,) = (await applicant.read("/score"))["tiers"]
    wanted = {"about": "tier", "wanted": "请核实等级", "reason": "与实际不符"}
    for unknown in ({}, {"objectId": str(small_city.firm_id)}):
        missing = await applicant.post("/cases/human-reviews", wanted | unknown)
        assert (missing.status_code, missing.json()["detail"]) == (404, "找不到该有效的信用等级")

    asked = await applicant.write("/cases/human-reviews", wanted | {"objectId": tier["run"]})
    assert (asked["item"], asked["source"], asked["stated"]) == (
        "企业信用等级（演示配置）等级（2026-11-20）",
        "本市信用评分系统",
        {"automated": "tier", "tier": "BBB 信用良好", "asOf": "2026-11-20"},
    )
    twice = await applicant.post("/cases/human-reviews", wanted | {"objectId": tier["run"]})
    assert twice.json()["code"] == "REVIEW_ASKED"
    await answered(asked, Outcome.GRANTED, "该系统已更正为 A 级")
    shown = await applicant.read(f"/cases/{asked['id']}")
    assert (shown["decided"]["zh"], shown["answer"]) == ("改正结果", "该系统已更正为 A 级")

    await admin.execute("update score_tiers set valid_until = $1", small_city.now.date())
    late = await applicant.post("/cases/human-reviews", wanted | {"objectId": tier["run"]})
    assert late.status_code == 404


async def test_what_was_missing_is_handed_in_and_a_case_is_taken_back(
    applicant, small_city, record_id
):
    asked = await applicant.write(
        "/my-data/corrections", {"about": "industry", "wanted": "C20", "reason": "登记有误"}
    )
    await small_city.act(
        return_case,
        small_city.operator,
        kind=KINDS["correction"],
        case_id=asked["id"],
        missing="请补充营业执照",
    )
    shown = await applicant.read(f"/cases/{asked['id']}")
    assert (shown["state"]["zh"], shown["missing"], shown["maySupplement"]) == (
        "待补正",
        "请补充营业执照",
        True,
    )
    whole = await applicant.write(f"/cases/{asked['id']}/supplement", {"reason": "已附营业执照"})
    assert (whole["state"]["code"], whole["reason"]) == ("SUBMITTED", "已附营业执照")
    taken = await applicant.write(f"/cases/{asked['id']}/withdrawal")
    assert taken["state"]["code"] == "WITHDRAWN"
    late = await applicant.post(f"/cases/{asked['id']}/withdrawal")
    assert (late.status_code, late.json()["code"]) == (409, "CASE_ELSEWHERE")


PDF = b"%PDF-1.7 a certificate of the disaster"


@pytest.fixture
def put_down(applicant):
    """Return a way to put a document down; it answers its id."""

    async def put_down(name="灾情证明.pdf", content=PDF, phone=applicant):
        body = {"name": name, "content": base64.b64encode(content).decode()}
        return (await phone.write("/cases/documents", body))["id"]

    return put_down


async def test_evidence_goes_with_its_case_sealed_and_is_nobody_elses(
    applicant, stranger, put_down, record_id, admin
):
    wanted = {"recordId": record_id, "reason": "受灾停产", "evidence": "灾情证明"}
    document = await put_down()
    foreign = await put_down(phone=stranger)
    before = await contents(admin)
    refused = await applicant.post("/cases/exemptions", wanted | {"documents": [foreign]})
    assert (refused.status_code, refused.json()["field"]) == (404, "documents")
    assert await changed(admin, before) == set()

    asked = await applicant.write("/cases/exemptions", wanted | {"documents": [document]})
    (shown,) = asked["documents"]
    assert (shown["id"], shown["name"], shown["mediaType"]) == (
        document,
        "灾情证明.pdf",
        "application/pdf",
    )
    assert (shown["sizeBytes"], shown["erased"]) == (len(PDF), False)
    assert (await applicant.read("/cases"))["items"][0]["documents"] == asked["documents"]
    stored = await admin.fetchval("select content from case_documents where id = $1", document)
    assert PDF not in stored
    again = await applicant.post(
        "/cases/exemptions", wanted | {"recordId": record_id, "documents": [document]}
    )
    assert again.json()["code"] == "EXEMPTION_ASKED"

    back = await applicant.write(f"/cases/{asked['id']}/withdrawal", None)
    assert [one["erased"] for one in back["documents"]] == [True]
    assert (
        await admin.fetchval("select content from case_documents where id = $1", document) is None
    )


@pytest.mark.parametrize(
    ("content", "code"), [(b"<html>", "DOCUMENT_TYPE"), (b"", "DOCUMENT_TOO_LARGE")]
)
async def test_evidence_of_another_type_or_size_is_refused_by_name(applicant, admin, content, code):
    before = await contents(admin)
    body = {"name": "x.pdf", "content": base64.b64encode(content).decode()}
    refused = await applicant.post("/cases/documents", body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.json()["field"] == "content"
    assert await changed(admin, before) == set()


async def test_what_was_missing_is_handed_in_as_documents(
    applicant, small_city, put_down, record_id
):
    wanted = {"recordId": record_id, "reason": "受灾停产", "evidence": "灾情证明"}
    first = await put_down()
    asked = await applicant.write("/cases/exemptions", wanted | {"documents": [first]})
    await small_city.act(
        return_case,
        small_city.operator,
        kind=KINDS["exemption"],
        case_id=asked["id"],
        missing="缺盖章件",
    )
    second = await put_down("盖章件.png", b"\x89PNG\r\n\x1a\n and so on")
    said = {"reason": "补盖章件", "documents": [second]}
    whole = await applicant.write(f"/cases/{asked['id']}/supplement", said)
    assert [one["id"] for one in whole["documents"]] == [first, second]
