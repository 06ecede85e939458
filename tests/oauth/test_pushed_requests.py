"""Pushed requests: how each parameter must be, and what is not taken; a refusal writes nothing and is never a failure."""

import json
from urllib.parse import urlencode

import pytest
from code_flow import SCOPE, assert_error_page, assert_refused
from oauth_client import ASSERTION_TYPE, s256

from suxin.consent.oauth.clients import CLIENT_CREDENTIALS
from suxin.consent.oauth.models import OAuthGrant, PushedRequest, UsedAssertion
from suxin.consent.oauth.pushed_requests import DECISION_TIME, MAX_STATE_CHARACTERS

FORM = "application/x-www-form-urlencoded"
DETAILS = {"type": "credit_record", "purpose": "loan.match"}


@pytest.fixture
def refused(flow, rows):
    async def check(error: str = "invalid_request", **changes) -> str:
        answer = await flow.push(**changes)
        assert_refused(answer, 400, error)
        assert answer.json()["detail"]
        assert await rows(PushedRequest) == []
        return answer.json()["error_description"]

    return check


@pytest.mark.parametrize(
    "changes",
    [
        {"response_type": None},
        {"response_type": 'code"银'},
        {"code_challenge": "short"},
        {"code_challenge": "x" * 44},
        {"code_challenge": "银" * 43},
        {"code_challenge": s256("x")[:-1] + "="},
        {"code_challenge_method": "s256"},
        {"state": "x" * (MAX_STATE_CHARACTERS + 1)},
        {"state": "状态"},
        {"state": "a\r\nSet-Cookie: b"},
        {"request": "e30.e30."},
        {"dpop_jkt": "short"},
        {"scope": None},
        {"scope": " "},
        {"scope": 'a"b'},
        {"authorization_details": json.dumps([DETAILS])},
    ],
)
async def test_a_parameter_that_is_not_of_its_form_is_refused(refused, changes):
    assert await refused(**changes)


@pytest.mark.parametrize("scope", ["lending.offer.make", "desk", "openid", f"{SCOPE} unknown"])
async def test_a_scope_that_the_client_has_not_is_refused(refused, scope):
    await refused("invalid_scope", scope=scope)


@pytest.mark.parametrize(
    "details",
    [
        "text",
        "{}",
        "[]",
        "[1]",
        "[" * 5_000,
        "x" * 9_000,
        [{**DETAILS, "type": "payment"}],
        [{**DETAILS, "more": 1}],
        [{**DETAILS, "purpose": "other"}],
        [{**DETAILS, "actions": ["write"]}],
        [{**DETAILS, "datatypes": []}],
        [{**DETAILS, "datatypes": ["blood"]}],
        [{**DETAILS, "datatypes": [["tax"]]}],
        [{**DETAILS, "life_days": 0}],
        [{**DETAILS, "life_days": True}],
        [{**DETAILS, "identifier": "x"}],
        [DETAILS] * 9,
    ],
)
async def test_details_that_are_not_known_are_refused(refused, details):
    text = details if isinstance(details, str) else json.dumps(details)
    await refused("invalid_authorization_details", scope=None, authorization_details=text)


async def test_a_client_without_the_grant_type_is_refused(register, rows):
    app = await register(grant_types=(CLIENT_CREDENTIALS,))
    answer = await app.pushed(
        redirect_uri="https://bank.example/callback", code_challenge=s256("v"), scope=SCOPE
    )
    assert_refused(answer, 400, "unauthorized_client")
    assert await rows(PushedRequest) == []


@pytest.mark.parametrize("path", ["/oauth/par", "/oauth/token", "/oauth/revoke"])
async def test_a_body_that_is_no_proper_form_is_refused(bank_app, web, rows, path):
    form = urlencode(
        {
            "client_id": bank_app.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": bank_app.assertion(),
        }
    )
    for content, kind in (
        (f"{form}&client_id=again", FORM),
        (f"{form}&state=%ff", FORM),
        (f"{form}&state=银".encode(), FORM),
        (f"{form}&a={'x' * 40_000}", FORM),
        (form + "&a=1" * 50, FORM),
        (form, "application/json"),
        (form, "text/plain"),
    ):
        answer = await web.post(path, content=content, headers={"Content-Type": kind})
        assert_refused(answer, 400, "invalid_request")
    nobody = await web.post(path, content="", headers={"Content-Type": FORM})
    assert nobody.status_code in {400, 401}
    assert await rows(PushedRequest) == []
    assert await rows(UsedAssertion) == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "client_id=a",
        "request_uri=urn:ietf:params:oauth:request_uri:x",
        "client_id=a&client_id=b",
        "client_id=%ff&request_uri=%00",
        "client_id=银",
        "request_uri=https://evil.example/request",
        "client_id=" + "x" * 5_000,
        "redirect_uri=https://evil.example&response_type='\"",
    ],
)
async def test_a_browser_is_never_sent_where_nothing_was_checked(browser, flow, rows, query):
    shown = await browser.get(f"/oauth/authorize?{query}")
    assert shown.status_code == 422
    assert "location" not in shown.headers
    assert "evil" not in shown.text
    assert await rows(OAuthGrant) == []


async def test_whoever_came_in_time_has_longer_to_decide_but_not_for_ever(flow, clock, rows):
    request_uri = await flow.reference()
    page = await flow.page(request_uri)
    clock.pass_time(seconds=DECISION_TIME.total_seconds() - 1)
    assert 'name="decision"' in (await flow.visit(request_uri)).text
    clock.pass_time(seconds=1)
    assert_error_page(await flow.decide(page), "OAUTH_REQUEST_URI_REFUSED")
    assert await rows(OAuthGrant) == []
