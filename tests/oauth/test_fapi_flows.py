"""FAPI 2.0 Security Profile, ported: flows that must reach the resource, and what the browser brings back."""

import re

import pytest
from code_flow import OTHER_CALLBACK, VIEWER, CodeFlow, answer_of

ISSUER = "http://suxin.test"
LONG_STATE = "s" * 128


@pytest.mark.fapi("fapi2-security-profile-final-discovery-end-point-verification")
async def test_the_metadata_says_what_the_profile_requires(web):
    answer = await web.get("/.well-known/oauth-authorization-server")
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == "application/json"
    told = answer.json()
    assert told["issuer"] == ISSUER
    assert told["response_types_supported"] == ["code"]
    assert told["response_modes_supported"] == ["query"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True
    assert told["require_pushed_authorization_requests"] is True
    assert told["pushed_authorization_request_endpoint"] == f"{ISSUER}/oauth/par"
    assert told["authorization_endpoint"] == f"{ISSUER}/oauth/authorize"
    assert told["token_endpoint"] == f"{ISSUER}/oauth/token"
    assert told["jwks_uri"] == f"{ISSUER}/oauth/jwks"
    assert {"authorization_code", "refresh_token"} <= set(told["grant_types_supported"])
    assert not {"implicit", "password"} & set(told["grant_types_supported"])
    assert "private_key_jwt" in told["token_endpoint_auth_methods_supported"]
    algorithms = ["ES256", "PS256", "EdDSA"]
    assert told["token_endpoint_auth_signing_alg_values_supported"] == algorithms
    assert told["dpop_signing_alg_values_supported"] == algorithms
    assert {"query", "revoke"} <= set(told["grant_management_actions_supported"])


@pytest.mark.fapi("fapi2-security-profile-final-happy-flow")
async def test_two_clients_reach_the_resource(flow, other_flow, browser, web):
    tokens = await flow.tokens()
    await flow.assert_works(tokens["access_token"])
    # Any of these headers a client may send, and is answered JSON (RFC 9110 §12.5.1).
    for accept in ("application/json; charset=UTF-8", "application/json, */*", "*/*"):
        await flow.assert_works(tokens["access_token"], headers={"Accept": accept})
    in_query = await web.post(f"/graphql?access_token={tokens['access_token']}", json=VIEWER)
    assert in_query.status_code == 401
    # The second client: another person's visit, its other address, and dpop_jkt alone in place of a proof.
    browser.cookies.clear()
    second = CodeFlow(other_flow.app, browser, callback=OTHER_CALLBACK)
    answer = await second.answer(proof=None, dpop_jkt=second.app.proof_key.thumbprint())
    assert answer.keys() == {"code", "state", "iss"}
    body = (await second.redeem(answer["code"])).json()
    await second.assert_works(body["access_token"])
    assert re.fullmatch(r"[\x20-\x7e]+", body["refresh_token"])
    assert "id_token" not in body
    # The first client's key is no use with the second client's token.
    await flow.assert_dead(body["access_token"])
    await second.assert_works(body["access_token"])


@pytest.mark.fapi("fapi2-security-profile-final-user-rejects-authentication")
async def test_a_refusal_is_brought_back(flow):
    page = await flow.page(await flow.reference())
    answer = answer_of(await flow.decide(page, "deny"))
    assert answer == {"error": "access_denied", "state": "s-1", "iss": ISSUER}


@pytest.mark.fapi("fapi2-security-profile-final-ensure-authorization-request-without-state-success")
async def test_without_state_none_is_returned(flow):
    answer = await flow.answer(state=None)
    assert answer.keys() == {"code", "iss"}
    body = (await flow.redeem(answer["code"])).json()
    await flow.assert_works(body["access_token"])


@pytest.mark.fapi("fapi2-security-profile-final-ensure-other-scope-order-succeeds")
async def test_the_order_of_scopes_says_nothing(flow):
    tokens = await flow.tokens(scope="lending.referral.read lending.product.read")
    assert tokens["scope"] == "lending.product.read lending.referral.read"
    await flow.assert_works(tokens["access_token"])


@pytest.mark.fapi("fapi2-security-profile-final-access-token-type-header-case-sensitivity")
@pytest.mark.parametrize("scheme", ["dPOP", "dpop", "DPOP"])
async def test_the_scheme_is_read_without_regard_to_case(flow, scheme):
    tokens = await flow.tokens()
    await flow.assert_works(tokens["access_token"], scheme=scheme)


@pytest.mark.fapi(
    "fapi2-security-profile-final-ensure-different-state-inside-and-outside-request-object"
)
async def test_the_state_that_was_pushed_counts_and_no_other(flow):
    answer = await flow.answer(query={"state": "another"})
    assert answer["state"] == "s-1"
    body = (await flow.redeem(answer["code"])).json()
    await flow.assert_works(body["access_token"])


@pytest.mark.fapi("fapi2-security-profile-final-state-only-outside-request-object-not-used")
async def test_a_state_that_was_not_pushed_is_not_used(flow):
    answer = await flow.answer(state=None, query={"state": "outside"})
    assert answer.keys() == {"code", "iss"}
    body = (await flow.redeem(answer["code"])).json()
    await flow.assert_works(body["access_token"])


@pytest.mark.fapi("fapi2-security-profile-final-ensure-authorization-request-with-long-state")
@pytest.mark.parametrize("state", [LONG_STATE, "x" * 512, 'a "quoted" & <odd> state+%'])
async def test_a_long_state_is_returned_as_it_was(flow, state):
    answer = await flow.answer(state=state)
    assert answer["state"] == state
    body = (await flow.redeem(answer["code"])).json()
    await flow.assert_works(body["access_token"])


@pytest.mark.fapi("fapi2-security-profile-final-par-without-duplicate-parameters")
async def test_the_client_and_the_reference_are_enough(flow, browser):
    request_uri = await flow.reference()
    shown = await browser.get(
        "/oauth/authorize", params={"client_id": flow.app.client_id, "request_uri": request_uri}
    )
    answer = answer_of(await flow.decide(await flow.log_in(shown)))
    body = (await flow.redeem(answer["code"])).json()
    await flow.assert_works(body["access_token"])


@pytest.mark.fapi(
    "fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds"
)
async def test_a_reference_is_used_up_by_the_decision_and_not_by_the_visit(flow):
    request_uri = await flow.reference()
    first = await flow.visit(request_uri)
    assert 'name="password"' in first.text
    page = await flow.page(request_uri)
    body = (await flow.redeem(answer_of(await flow.decide(page))["code"])).json()
    await flow.assert_works(body["access_token"])
