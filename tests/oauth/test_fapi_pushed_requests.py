"""FAPI 2.0 Security Profile, ported: requests that are refused when they are pushed or brought to the browser."""

import pytest
from code_flow import CALLBACK, SCOPE, answer_of, assert_error_page, assert_refused
from oauth_client import s256

from suxin.consent.oauth.models import OAuthGrant, PushedRequest
from suxin.consent.oauth.pushed_requests import REFERENCE_LIFE


@pytest.fixture
async def refused_push(flow, rows):
    """Push with these changes; it must be refused and leave nothing behind."""

    async def refused(error: str = "invalid_request", **changes):
        answer = await flow.push(**changes)
        assert_refused(answer, 400, error)
        assert await rows(PushedRequest) == []
        return answer.json()

    return refused


@pytest.mark.fapi("fapi2-security-profile-final-ensure-request-object-without-redirect-uri-fails")
async def test_a_request_without_an_address_is_refused_though_two_are_registered(refused_push):
    body = await refused_push(redirect_uri=None)
    assert "redirect_uri" in body["error_description"]


@pytest.mark.fapi("fapi2-security-profile-final-ensure-redirect-uri-in-authorization-request")
async def test_a_request_without_an_address_is_refused_though_one_is_registered(
    flow, replace_addresses, rows
):
    await replace_addresses(flow.app, [CALLBACK])
    assert_refused(await flow.push(redirect_uri=None), 400, "invalid_request")
    assert await rows(PushedRequest) == []


@pytest.mark.fapi("fapi2-security-profile-final-plain-fapi-tolerate-unregistered-redirect-uri")
@pytest.mark.parametrize(
    "address",
    [
        "https://bank.example/callback/extra",
        "https://bank.example/callback?more=1",
        "https://bank.example/Callback",
        "https://elsewhere.example/callback",
        "https://bank.example/callback'\"<",
        "https://银行.example/callback",
    ],
)
async def test_an_address_that_is_not_registered_is_refused(refused_push, address):
    body = await refused_push(redirect_uri=address)
    assert "redirect_uri" in body["error_description"]


@pytest.mark.fapi(
    "fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails"
)
async def test_a_request_that_was_not_pushed_is_refused(flow, browser, rows):
    query = {
        "client_id": flow.app.client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": SCOPE,
        "state": "s-1",
        "code_challenge": s256(flow.verifier),
        "code_challenge_method": "S256",
    }
    shown = await browser.get("/oauth/authorize", params=query)
    assert_error_page(shown, "OAUTH_REQUEST_URI_REFUSED")
    assert await rows(OAuthGrant) == []


@pytest.mark.fapi("fapi2-security-profile-final-ensure-response-type-code-idtoken-fails")
async def test_no_token_comes_back_beside_the_code(refused_push):
    await refused_push(response_type="code id_token")


@pytest.mark.fapi("fapi2-security-profile-final-ensure-response-type-token-fails")
async def test_no_token_comes_back_through_the_browser(refused_push):
    await refused_push(response_type="token")


@pytest.mark.fapi(
    "fapi2-security-profile-final-par-authorization-request-containing-request_uri-form-param"
)
async def test_a_reference_cannot_be_pushed(refused_push):
    await refused_push(request_uri="urn:ietf:params:oauth:request_uri:random")


@pytest.mark.fapi("fapi2-security-profile-final-par-attempt-invalid-http-method")
@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE", "PATCH"])
async def test_requests_are_pushed_by_post_alone(flow, web, rows, method):
    answer = await web.request(method, "/oauth/par")
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]
    assert await rows(PushedRequest) == []


@pytest.mark.fapi("fapi2-security-profile-final-par-ensure-pkce-required")
async def test_a_request_without_a_challenge_is_refused(refused_push):
    body = await refused_push(code_challenge=None, code_challenge_method=None)
    assert "code_challenge" in body["error_description"]


@pytest.mark.fapi("fapi2-security-profile-final-par-plain-pkce-rejected")
@pytest.mark.parametrize("method", ["plain", None])
async def test_a_plain_challenge_is_refused(flow, refused_push, method):
    await refused_push(code_challenge=flow.verifier[:43], code_challenge_method=method)


@pytest.mark.fapi("fapi2-security-profile-final-par-attempt-reuse-request_uri")
async def test_a_reference_is_refused_after_the_decision(flow, rows):
    request_uri = await flow.reference()
    page = await flow.page(request_uri)
    answer_of(await flow.decide(page))
    assert_error_page(await flow.visit(request_uri), "OAUTH_REQUEST_URI_REFUSED")
    # So is the page's own form, sent once more.
    assert_error_page(await flow.decide(page), "OAUTH_REQUEST_URI_REFUSED")
    assert len(await rows(OAuthGrant)) == 1


@pytest.mark.fapi("fapi2-security-profile-final-par-attempt-to-use-expired-request_uri")
async def test_a_reference_is_refused_when_it_has_expired(flow, clock, rows):
    answer = await flow.push()
    assert answer.json()["expires_in"] == REFERENCE_LIFE.total_seconds()
    clock.pass_time(seconds=answer.json()["expires_in"])
    shown = await flow.visit(answer.json()["request_uri"])
    assert_error_page(shown, "OAUTH_REQUEST_URI_REFUSED")
    (kept,) = await rows(PushedRequest)
    assert kept.visited_at is None


@pytest.mark.fapi(
    "fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client"
)
async def test_a_reference_is_no_use_to_another_client(flow, other_flow, rows):
    request_uri = await flow.reference()
    shown = await other_flow.visit(request_uri)
    assert_error_page(shown, "OAUTH_REQUEST_URI_REFUSED")
    (kept,) = await rows(PushedRequest)
    assert kept.visited_at is None
    # Its own client may still use it.
    tokens = await flow.redeem(answer_of(await flow.decide(await flow.page(request_uri)))["code"])
    await flow.assert_works(tokens.json()["access_token"])
