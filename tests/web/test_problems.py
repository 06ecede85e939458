"""How the API says no: exact problem documents, for every way a request can be wrong."""

from dataclasses import replace

import httpx
import pytest
from staff_log_ins import at_desk

from suxin.kernel.database import Database
from suxin.kernel.refusals import Refusal, refusal_catalogue
from suxin_web.application import build_app
from suxin_web.bodies import MAX_BODY_BYTES
from suxin_web.problems import headers_of, problem_of, status_of
from suxin_web.refusals import TooManyRequests
from suxin_web.validation import field_problems

REQUEST_ID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


@pytest.fixture
def api(web):
    """Post bytes to a sample route."""

    async def post(content, *, content_type="application/json"):
        headers = {"X-Request-Id": REQUEST_ID}
        if content_type:
            headers["Content-Type"] = content_type
        return await web.post("/mp/v1/open-things", content=content, headers=headers)

    return post


def document(code, status, title, zh, en, *, instance="/mp/v1/open-things", **more):
    return {
        "type": f"urn:suxin:refusal:{code}",
        "title": title,
        "status": status,
        "detail": zh,
        "detailEn": en,
        "code": code,
        "retryable": False,
        "instance": instance,
        "requestId": REQUEST_ID,
        **more,
    }


async def test_a_refusal_is_a_problem_with_its_figures_and_field(web):
    answer = await web.get("/mp/v1/refused/stale", headers={"X-Request-Id": REQUEST_ID})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == document(
        "TEST_OFFER_STALE",
        409,
        "当前状态不允许此操作",
        "报价已于 3 天前失效",
        "The offer lapsed 3 days ago",
        instance="/mp/v1/refused/stale",
        field="offerId",
    )


async def test_an_unavailable_part_says_when_to_come_back(web):
    answer = await web.get("/mp/v1/refused/busy")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["retryable"] is True


async def test_a_defect_is_masked(web):
    answer = await web.get("/mp/v1/refused/defect", headers={"X-Request-Id": REQUEST_ID})
    assert answer.status_code == 500
    assert answer.json() == {
        "type": "urn:suxin:fault:internal",
        "title": "系统出错",
        "status": 500,
        "detail": f"系统出错，已记录。如需帮助请提供编号 {REQUEST_ID}",
        "detailEn": (
            f"Something went wrong on our side and was recorded; quote {REQUEST_ID} for help"
        ),
        "code": "INTERNAL_ERROR",
        "retryable": False,
        "instance": "/mp/v1/refused/defect",
        "requestId": REQUEST_ID,
    }


async def test_a_database_that_does_not_answer_is_unavailable(web):
    answer = await web.get("/mp/v1/refused/outage")
    assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert answer.headers["retry-after"] == "5"
    assert "secret" not in answer.text


async def test_a_closed_database_is_unavailable(runtime, routes):
    closed = Database.connect("postgresql://suxin_app:nobody@127.0.0.1:1/suxin")
    app = build_app(replace(runtime, database=closed), routes)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://suxin.test"
    ) as web:
        answer = await web.get("/mp/v1/whoami", headers=at_desk("something"))
    await closed.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")


BROKEN = [
    b"{",
    b"nonsense",
    b"\xff\xfe",
    b'{"amountFen": 1,}',
    b'{"amountFen": NaN}',
    b'{"amountFen": "\\ud800"}',
    b"[" * 100_000,
]


async def test_a_body_that_is_not_json_is_malformed(api):
    for content in BROKEN:
        answer = await api(content)
        assert answer.status_code == 400, content[:20]
        assert answer.json() == document(
            "BODY_MALFORMED",
            400,
            "请求无法处理",
            "请求体不是有效的 JSON",
            "The request body is not valid JSON",
        )


FIELDS = [
    (b"{}", "amountFen", "此项必填", "Object missing required field `amountFen`"),
    (b'{"amountFen":0}', "amountFen", "应不小于 1", "Expected `int` >= 1"),
    (b'{"amountFen":-5}', "amountFen", "应不小于 1", "Expected `int` >= 1"),
    (b'{"amountFen":1.5}', "amountFen", "应为整数", "Expected `int`, got `float`"),
    (b'{"amountFen":true}', "amountFen", "应为整数", "Expected `int`, got `bool`"),
    (b'{"amountFen":null}', "amountFen", "应为整数", "Expected `int`, got `null`"),
    (b'{"amountFen":5,"fee":1}', "fee", "没有这一项", "Object contains unknown field `fee`"),
    (
        b'{"amountFen":5,"guarantor":{"legalName":"x"}}',
        "guarantor.legalName",
        "长度应不小于 2",
        "Expected `str` of length >= 2",
    ),
    (
        b'{"amountFen":5,"guarantors":[{"legalName":"xx"},{}]}',
        "guarantors[1].legalName",
        "此项必填",
        "Object missing required field `legalName`",
    ),
]


async def test_a_wrong_field_is_named_as_the_caller_knows_it(api):
    for content, field, zh, en in FIELDS:
        answer = await api(content)
        assert answer.status_code == 422, content
        assert answer.json() == document(
            "INVALID",
            422,
            "填写内容有误",
            f"填写有误：{zh}",
            f"Not valid: {en}",
            field=field,
            fields=[{"field": field, "detail": zh, "detailEn": en}],
        )


@pytest.mark.parametrize(
    ("content", "zh"), [(b"", "请求体不能为空"), (b"[]", "应为对象"), (b"7", "应为对象")]
)
async def test_a_body_that_is_no_object_names_no_field(api, content, zh):
    answer = await api(content)
    assert answer.status_code == 422
    assert "field" not in answer.json()
    assert [item["detail"] for item in answer.json()["fields"]] == [zh]


async def test_an_integer_beyond_all_bounds_is_refused_and_not_a_defect(api):
    answer = await api(b'{"amountFen": ' + b"9" * 5000 + b"}")
    assert answer.status_code in {400, 422}
    assert answer.json()["code"] in {"BODY_MALFORMED", "INVALID"}


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", None])
async def test_a_body_of_another_type_is_unsupported(api, content_type):
    answer = await api(b'{"amountFen":5}', content_type=content_type)
    assert answer.status_code == 415
    assert answer.json() == document(
        "CONTENT_TYPE_UNSUPPORTED",
        415,
        "请求无法处理",
        "请求体的类型应为 application/json",
        "The request body must be application/json",
    )


async def test_json_with_a_charset_is_json(api):
    answer = await api(b'{"amountFen":5}', content_type="Application/JSON; charset=utf-8")
    assert (answer.status_code, answer.json()["amountFen"]) == (201, 5)


async def test_a_body_up_to_the_limit_is_read_and_beyond_it_is_not(api):
    body = b'{"amountFen":5}'
    fits = await api(body.ljust(MAX_BODY_BYTES))
    too_large = await api(body.ljust(MAX_BODY_BYTES + 1))
    assert fits.status_code == 201
    assert too_large.status_code == 413
    assert too_large.json() == document(
        "BODY_TOO_LARGE",
        413,
        "请求无法处理",
        "提交的内容超过 256 KiB",
        "The request body exceeds 256 KiB",
    )


async def test_a_body_that_does_not_say_its_length_is_cut_off_too(web):
    async def stream():
        for _ in range(6):
            yield b" " * 65_536

    answer = await web.post(
        "/mp/v1/open-things",
        content=stream(),
        headers={"Content-Type": "application/json", "Transfer-Encoding": "chunked"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("path", ["/mp/v1/nothing", "/mp", "/graphql/x", "/health/x"])
async def test_an_unknown_path_of_an_api_is_a_problem(web, path):
    answer = await web.get(path, headers={"X-Request-Id": REQUEST_ID, "Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.json() == document(
        "ROUTE_UNKNOWN",
        404,
        "没有找到",
        "没有这个地址",
        "There is nothing at this address",
        instance=path,
    )


async def test_a_wrong_method_is_a_problem_that_names_the_right_ones(web):
    answer = await web.delete("/mp/v1/open-things", headers={"X-Request-Id": REQUEST_ID})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "OPTIONS, POST"
    assert answer.json() == document(
        "METHOD_NOT_ALLOWED",
        405,
        "请求无法处理",
        "该地址不支持此请求方法",
        "This address does not take that method",
    )


async def test_a_wrong_query_parameter_is_named(web):
    answer = await web.get("/mp/v1/public", params={"first": "ten"})
    assert answer.status_code == 422
    assert answer.json()["fields"] == [
        {"field": "first", "detail": "应为整数", "detailEn": "Expected `int`, got `str`"}
    ]


async def test_people_get_a_page_with_code_and_number(web):
    answer = await web.get("/nothing", headers={"X-Request-Id": REQUEST_ID})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for shown in ("没有这个地址", "There is nothing at this address", "ROUTE_UNKNOWN", REQUEST_ID):
        assert shown in answer.text


async def test_a_defect_behind_a_page_is_masked_too(web):
    answer = await web.get("/desk/refused/defect", headers={"X-Request-Id": REQUEST_ID})
    assert answer.status_code == 500
    assert "系统出错" in answer.text
    assert REQUEST_ID in answer.text
    assert "6222020200001234567" not in answer.text
    assert "ZeroDivisionError" not in answer.text


async def test_a_program_that_asks_a_page_for_json_gets_a_problem(web):
    answer = await web.get("/nothing", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"


async def test_htmx_gets_the_message_alone(web):
    answer = await web.get("/desk/refused/stale", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer.text.strip().startswith('<div class="notice is-bad" role="alert">')
    assert "报价已于 3 天前失效" in answer.text
    assert "<html" not in answer.text


def test_every_declared_refusal_has_a_status_and_fits_a_problem():
    for code, refusal in refusal_catalogue().items():
        bare = Refusal.__new__(refusal)
        bare.field, bare.facts = None, {}
        assert 400 <= status_of(bare).value <= 503, code
        assert headers_of(bare).keys() <= {"Retry-After", "WWW-Authenticate"}


def test_a_limited_refusal_says_exactly_when():
    refusal = TooManyRequests(retry_after_seconds=17)
    problem = problem_of(refusal, instance="/x", request_id=REQUEST_ID)
    assert headers_of(refusal) == {"Retry-After": "17"}
    assert (problem.status, problem.retryable) == (429, True)
    assert problem.detail == "操作过于频繁，请在 17 秒后再试"


def test_no_more_than_twenty_fields_are_told():
    errors = [{"key": f"f{number}", "message": "Invalid"} for number in range(30)]
    assert len(field_problems(errors)) == 20
    assert field_problems(None) == ()
