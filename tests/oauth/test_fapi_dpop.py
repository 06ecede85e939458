"""FAPI 2.0 Security Profile, ported: proofs of possession, and the key that a code is bound to."""

from datetime import timedelta

import pytest
from code_flow import CodeFlow, answer_of, assert_refused
from oauth_client import new_key

from suxin.consent.oauth.models import AuthorizationCode, PushedRequest, RefreshToken


async def walk(flow: CodeFlow, claims: dict) -> None:
    """The whole flow, with these claims in the proof of each request."""
    request_uri = await flow.reference(proof=claims)
    code = answer_of(await flow.decide(await flow.page(request_uri)))["code"]
    tokens = await flow.redeem(code, proof=claims)
    assert tokens.status_code == 200, tokens.text
    await flow.assert_works(tokens.json()["access_token"], proof=claims)


@pytest.mark.fapi("fapi2-security-profile-final-check-dpop-proof-nbf-exp")
async def test_a_proof_may_say_when_it_is_valid(flow, clock):
    now = int(clock.now().timestamp())
    await walk(flow, {"nbf": now, "exp": now + 300})


@pytest.mark.fapi(
    "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-before-succeeds"
)
async def test_a_proof_from_a_clock_that_is_a_little_slow_is_taken(flow, clock):
    await walk(flow, {"iat": int((clock.now() - timedelta(seconds=10)).timestamp())})


@pytest.mark.fapi("fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-after-succeeds")
async def test_a_proof_from_a_clock_that_is_a_little_fast_is_taken(flow, clock):
    await walk(flow, {"iat": int((clock.now() + timedelta(seconds=10)).timestamp())})


@pytest.mark.fapi("fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails")
async def test_a_request_that_names_another_key_than_it_proves_is_refused(flow, rows):
    answer = await flow.push(dpop_jkt=new_key().thumbprint())
    assert_refused(answer, 400, "invalid_dpop_proof")
    assert await rows(PushedRequest) == []


async def refused_with_another_key(flow: CodeFlow, code: str, rows) -> None:
    """Trade a code in with another key: refused, and the code is as good as it was, with its own."""
    assert_refused(await flow.redeem(code, proof={"key": new_key()}), 400, "invalid_grant")
    (kept,) = await rows(AuthorizationCode)
    assert kept.used_at is None
    assert await rows(RefreshToken) == []
    assert (await flow.redeem(code)).status_code == 200


@pytest.mark.fapi(
    "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt"
)
async def test_a_code_is_no_use_with_another_key_than_was_proved(flow, rows):
    await refused_with_another_key(flow, (await flow.answer())["code"], rows)


@pytest.mark.fapi(
    "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-jkt"
)
async def test_a_code_is_no_use_with_another_key_than_was_named(flow, rows):
    named = flow.app.proof_key.thumbprint()
    answer = await flow.answer(proof=None, dpop_jkt=named)
    await refused_with_another_key(flow, answer["code"], rows)


@pytest.mark.fapi("fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success")
async def test_a_code_is_good_with_the_key_that_was_proved(flow, rows):
    tokens = await flow.tokens()
    (code,) = await rows(AuthorizationCode)
    assert code.dpop_jkt == flow.app.proof_key.thumbprint()
    await flow.assert_works(tokens["access_token"])


@pytest.mark.fapi("fapi2-security-profile-final-ensure-dpop-auth-code-binding-success")
async def test_a_code_is_good_with_the_key_that_was_named_and_proved(flow, rows):
    tokens = await flow.tokens(dpop_jkt=flow.app.proof_key.thumbprint())
    (code,) = await rows(AuthorizationCode)
    assert code.dpop_jkt == flow.app.proof_key.thumbprint()
    await flow.assert_works(tokens["access_token"])
