"""Defects are masked under the request's id; what graphql-core says of a document keeps its words."""

import pytest
import structlog.testing
from costs import without_cost

SECRET = "6222020200001234567"


async def test_a_defect_is_masked_and_recorded_once(bank_a, monkeypatch):
    async def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr("suxin_graphql.lending_queries.inbox_counts", fail)
    request_id = "0190163d-8694-739b-aea5-966c26f8ad91"
    with structlog.testing.capture_logs() as logged:
        response = await bank_a.post(
            {"query": "{ inboxCounts { pool } }"}, **{"X-Request-Id": request_id}
        )
    assert response.status_code == 200
    assert without_cost(response) == {
        "data": None,
        "errors": [
            {
                "message": f"系统出错，已记录。如需帮助请提供编号 {request_id}",
                "locations": [{"line": 1, "column": 3}],
                "path": ["inboxCounts"],
                "extensions": {
                    "code": "INTERNAL_ERROR",
                    "messageZh": f"系统出错，已记录。如需帮助请提供编号 {request_id}",
                    "messageEn": "Something went wrong on our side and was recorded;"
                    f" quote {request_id} for help",
                    "retryable": False,
                    "requestId": request_id,
                },
            }
        ],
    }
    assert SECRET not in response.text
    unexpected = [entry for entry in logged if entry["event"] == "unexpected"]
    assert [type(entry["exc_info"]) for entry in unexpected] == [ZeroDivisionError]


async def test_a_defect_in_a_mutation_writes_nothing(bank_a, case, admin, monkeypatch):
    from observing import nothing_written

    async def fail(*_: object, **__: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr("suxin.lending.commands.referrals._answered", fail)
    async with nothing_written(admin):
        body = await bank_a.answer(
            """mutation ($id: ID!) {
              acceptReferral(input: {referralId: $id, idempotencyKey: "defective"}) { __typename }
            }""",
            id=case.referral_id,
        )
    assert body["data"] is None
    assert [error["extensions"]["code"] for error in body["errors"]] == ["INTERNAL_ERROR"]


async def test_a_part_that_fails_leaves_the_rest(bank_a, case, monkeypatch):
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("suxin_graphql.applicants.dossier", fail)
    document = "query ($id: ID!) { a: referral(id: $id) { applicant { name } } viewer { areas } }"
    body = await bank_a.answer(document, id=case.referral_id)
    assert body["data"] == {"a": None, "viewer": {"areas": []}}
    assert [error["extensions"]["code"] for error in body["errors"]] == ["INTERNAL_ERROR"]


async def test_an_outage_can_be_tried_again(bank_a, monkeypatch):
    async def fail(*_: object, **__: object) -> None:
        raise ConnectionRefusedError(SECRET)

    monkeypatch.setattr("suxin_graphql.lending_queries.inbox_counts", fail)
    body = await bank_a.answer("{ inboxCounts { pool } }")
    [error] = body["errors"]
    assert (error["extensions"]["code"], error["extensions"]["retryable"]) == (
        "SERVICE_UNAVAILABLE",
        True,
    )


async def test_what_is_wrong_with_a_document_is_said_in_words(bank_a):
    body = await bank_a.answer("{ viewer { nothing } }")
    assert "data" not in body
    [error] = body["errors"]
    assert error["message"] == "Cannot query field 'nothing' on type 'Viewer'."
    assert error["locations"] == [{"line": 1, "column": 12}]
    assert error["extensions"].pop("requestId")
    assert error["extensions"] == {
        "code": "DOCUMENT_INVALID",
        "messageZh": "查询文档与接口模式不符：第 1 行第 12 列",
        "messageEn": "The document does not fit the schema at line 1, column 12",
        "retryable": False,
        "field": None,
    }
    [error] = (await bank_a.answer("{\n  viewer {"))["errors"]
    assert error["extensions"]["messageZh"] == "查询文档语法有误：第 2 行第 11 列"


PREVIEW = "query ($terms: OfferTermsInput!) { offerPreview(terms: $terms) { totalCostFen } }"
IDS = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"


@pytest.mark.parametrize(
    ("document", "variables", "field"),
    [
        (PREVIEW, {}, "terms"),
        (PREVIEW, {"terms": 1}, "terms"),
        (PREVIEW, {"terms": {"amountFen": 1.5}}, "terms.amountFen"),
        (PREVIEW, {"terms": {"amountFen": " at 'terms.x'; "}}, "terms.amountFen"),
        (PREVIEW, {"terms": {"nothing": 1}}, "terms"),
        (IDS, {"ids": ["x", {}]}, "ids[1]"),
    ],
)
async def test_a_wrong_variable_is_named_with_its_place(bank_a, document, variables, field):
    error = (await bank_a.answer(document, **variables))["errors"][0]
    told = error["extensions"]
    assert error["message"].startswith("Variable '$")
    assert (told["code"], told["field"]) == ("VARIABLES_INVALID", field)
    assert told["messageZh"] == f"变量缺失或类型不符：{field}"
    assert told["messageEn"] == f"A variable is missing or of another type: {field}"


async def test_money_is_whole(bank_a):
    document = "query ($terms: OfferTermsInput!) { offerPreview(terms: $terms) { totalCostFen } }"
    terms = {
        "termMonths": 12,
        "rateBps": 435,
        "repaymentMethod": "BULLET",
        "guarantee": "CREDIT",
    }
    for amount in (1.5, 1e6, "1000000", True, None, 2**53, -(2**53), [1]):
        codes = await bank_a.codes(document, terms={**terms, "amountFen": amount})
        assert codes == ["VARIABLES_INVALID"], amount
    for literal in ("1.5", '"1"', "true", "9007199254740992"):
        text = (
            f"{{ offerPreview(terms: {{amountFen: {literal}, termMonths: 12, rateBps: 435,"
            " repaymentMethod: BULLET, guarantee: CREDIT}) { totalCostFen } }"
        )
        assert await bank_a.codes(text) == ["DOCUMENT_INVALID"], literal
