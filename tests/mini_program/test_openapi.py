"""The OpenAPI document: valid, complete, and true to the handlers."""

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from suxin.consent.oauth.own_clients import WECHAT
from suxin.kernel.refusals import refusal_catalogue
from suxin_mini_program.openapi import ENDPOINTS, contract_of, document


@pytest.fixture(scope="module")
def published():
    return document()


def test_the_document_is_valid(published) -> None:
    assert list(OpenAPIV31SpecValidator(published).iter_errors()) == []


async def test_it_is_served_to_everyone(nobody, published) -> None:
    served = await nobody.get("/openapi.json")

    assert served.headers["content-type"] == "application/json"
    assert served.json() == published


def operations(published):
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in published["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_route_is_in_it_under_a_name_of_its_own(published) -> None:
    ids = [operation["operationId"] for _, operation in operations(published)]

    assert len(ids) == len(set(ids)) == sum(len(handler.http_methods) for handler in ENDPOINTS)


def test_every_operation_speaks_chinese_and_english(published) -> None:
    for name, operation in operations(published):
        assert re.search(r"[\u4e00-\u9fff]", operation["summary"]), name
        assert re.search(r"[a-z]", operation["description"]), name


def test_every_refusal_code_in_it_exists(published) -> None:
    known = {*refusal_catalogue(), "INTERNAL_ERROR"}
    for name, operation in operations(published):
        for status, response in operation["responses"].items():
            if int(status) < 400:
                continue
            schema = response["content"]["application/problem+json"]["schema"]
            codes = schema["allOf"][1]["properties"]["code"]["enum"]
            assert codes, (name, status)
            assert set(codes) <= known, (name, status)


def test_every_answer_and_problem_is_described(published) -> None:
    for name, operation in operations(published):
        assert {"429", "500", "503"} <= set(operation["responses"]), name
        if operation["security"]:
            assert "401" in operation["responses"], name


def test_every_operation_for_people_takes_a_token_with_its_proof(published) -> None:
    (scheme,) = published["components"]["securitySchemes"].values()
    assert scheme["flows"]["x-extensionGrant"]["grantType"] == WECHAT
    for name, operation in operations(published):
        proofs = [one for one in operation["parameters"] if one["name"] == "DPoP"]
        assert len(proofs) == len(operation["security"]), name
        if operation["security"]:
            headers = operation["responses"]["401"]["headers"]
            assert {"WWW-Authenticate", "DPoP-Nonce"} <= set(headers), name


def test_every_keyed_write_asks_for_the_key(published) -> None:
    asking = {
        operation["operationId"]
        for _, operation in operations(published)
        for parameter in operation["parameters"]
        if parameter["name"] == "Idempotency-Key" and parameter["required"]
    }

    assert asking == {handler.handler_name for handler in ENDPOINTS if contract_of(handler).keyed}


def test_no_body_lets_an_unknown_field_through(published) -> None:
    schemas = published["components"]["schemas"]
    for name, operation in operations(published):
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            shape = schemas[schema["$ref"].rsplit("/", 1)[1]]
            assert shape["additionalProperties"] is False, name


def test_names_are_in_camel_case_throughout(published) -> None:
    for name, schema in published["components"]["schemas"].items():
        for field in schema.get("properties", {}):
            assert re.fullmatch(r"[a-z][a-zA-Z0-9]*", field), (name, field)


async def test_the_documentation_page_lists_every_route(nobody, published) -> None:
    page = await nobody.get("/docs")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert (
        "<li>登录：在授权服务器 <code>POST /oauth/token</code> 以 <code>wx.login</code> 的 code 换取令牌"
        in page.text
    )
    # Nothing of the document's Markdown is left standing.
    assert "`" not in page.text
    assert "\n- " not in page.text
    for _, operation in operations(published):
        assert f'id="{operation["operationId"]}"' in page.text
        assert operation["summary"] in page.text
