"""FAPI 2.0 Security Profile, ported: what a code is bound to, and how often it is good."""

import pytest
from code_flow import assert_refused
from oauth_client import new_verifier

from suxin.consent.oauth.models import AuthorizationCode, OAuthGrant, RefreshToken


@pytest.fixture
def untouched(rows):
    """No token was given, and the code is as good as it was."""

    async def check() -> None:
        (code,) = await rows(AuthorizationCode)
        assert code.used_at is None
        assert await rows(RefreshToken) == []

    return check


@pytest.mark.fapi("fapi2-security-profile-final-ensure-holder-of-key-required")
async def test_a_code_is_no_use_without_a_proof(flow, untouched):
    code = (await flow.answer())["code"]
    assert_refused(await flow.redeem(code, proof=None), 400, "invalid_request")
    await untouched()


@pytest.mark.fapi("fapi2-security-profile-final-ensure-authorization-code-is-bound-to-client")
async def test_a_code_is_no_use_to_another_client(flow, other_flow, untouched, rows):
    # Not bound to a key, so that the client alone is what does not fit.
    code = (await flow.answer(proof=None))["code"]
    other_flow.verifier = flow.verifier
    assert_refused(await other_flow.redeem(code), 400, "invalid_grant")
    await untouched()
    (row,) = await rows(AuthorizationCode)
    assert row.dpop_jkt is None
    assert (await flow.redeem(code)).status_code == 200


@pytest.mark.fapi("fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second")
async def test_a_code_that_was_used_is_refused_and_its_tokens_end(flow, clock, rows):
    code = (await flow.answer())["code"]
    tokens = (await flow.redeem(code)).json()
    await flow.assert_works(tokens["access_token"])
    clock.pass_time(seconds=1)
    assert_refused(await flow.redeem(code), 400, "invalid_grant")
    await flow.assert_dead(tokens["access_token"])
    assert_refused(await flow.refresh(tokens["refresh_token"]), 400, "invalid_grant")
    # Although the request was refused, that somebody else holds the code is remembered.
    (grant,) = await rows(OAuthGrant)
    assert (grant.ended_at, grant.end_reason) == (clock.now(), "code_reused")


@pytest.mark.fapi("fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code")
@pytest.mark.parametrize("seconds", [60, 62])
async def test_a_code_is_no_use_after_a_minute(flow, clock, untouched, seconds):
    code = (await flow.answer())["code"]
    clock.pass_time(seconds=seconds)
    assert_refused(await flow.redeem(code), 400, "invalid_grant")
    await untouched()


async def test_a_code_is_good_for_a_minute(flow, clock):
    code = (await flow.answer())["code"]
    clock.pass_time(seconds=59)
    await flow.assert_works((await flow.redeem(code)).json()["access_token"])


@pytest.mark.fapi("fapi2-security-profile-final-ensure-pkce-code-verifier-required")
async def test_a_code_is_no_use_without_its_verifier(flow, untouched):
    code = (await flow.answer())["code"]
    assert_refused(await flow.redeem(code, code_verifier=None), 400, "invalid_grant")
    await untouched()


@pytest.mark.fapi("fapi2-security-profile-final-incorrect-pkce-code-verifier-rejected")
@pytest.mark.parametrize(
    "verifier", [new_verifier(), "short", "银" * 43], ids=["another", "short", "chinese"]
)
async def test_a_code_is_no_use_with_another_verifier(flow, untouched, verifier):
    code = (await flow.answer())["code"]
    assert_refused(await flow.redeem(code, code_verifier=verifier), 400, "invalid_grant")
    await untouched()


async def test_a_code_is_no_use_with_another_address(flow, untouched):
    code = (await flow.answer())["code"]
    for address in (None, "https://bank.example/other?from=suxin", 'https://bank.example/"银行'):
        assert_refused(await flow.redeem(code, redirect_uri=address), 400, "invalid_grant")
    await untouched()


@pytest.mark.fapi("fapi2-security-profile-final-ensure-client-id-in-token-endpoint")
async def test_a_client_cannot_take_the_name_of_another(flow, other_flow, untouched):
    code = (await flow.answer())["code"]
    # The second client's name on the form and in the assertion, signed by the first client's key.
    name = other_flow.app.client_id
    claims = {"iss": name, "sub": name}
    answer = await flow.redeem(code, client_id=name, assertion=claims)
    assert_refused(answer, 401, "invalid_client")
    # The second client's name on the form alone.
    assert_refused(await flow.redeem(code, client_id=name), 401, "invalid_client")
    await untouched()
