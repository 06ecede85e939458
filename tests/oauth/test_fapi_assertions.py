"""FAPI 2.0 Security Profile, ported: how a client shows who it is, when it pushes a request and when it fetches tokens."""

from datetime import timedelta

import pytest
from code_flow import CodeFlow, answer_of, assert_refused
from joserfc.jwk import RSAKey

from suxin.consent.oauth.models import (
    AuthorizationCode,
    PushedRequest,
    RefreshToken,
    UsedAssertion,
)

ISSUER = "http://suxin.test"


@pytest.fixture
def refused_redeem(flow, rows):
    """Bring a flow to its code and trade it in with this assertion; the client must be refused and nothing be used."""

    async def refused(assertion, *, flow: CodeFlow = flow) -> None:
        code = (await flow.answer())["code"]
        used = len(await rows(UsedAssertion))
        assert_refused(await flow.redeem(code, assertion=assertion), 401, "invalid_client")
        (kept,) = await rows(AuthorizationCode)
        assert kept.used_at is None
        assert await rows(RefreshToken) == []
        assert len(await rows(UsedAssertion)) == used

    return refused


@pytest.fixture
def refused_push(flow, rows):
    """Push a request with this assertion; the client must be refused and nothing be used."""

    async def refused(**claims) -> None:
        assert_refused(await flow.push(assertion=claims), 401, "invalid_client")
        assert await rows(PushedRequest) == []
        assert await rows(UsedAssertion) == []

    return refused


@pytest.fixture
def seconds(clock):
    """A NumericDate so many seconds from now."""
    return lambda away: int((clock.now() + timedelta(seconds=away)).timestamp())


@pytest.mark.fapi("fapi2-security-profile-final-ensure-signed-client-assertion-with-RS256-fails")
async def test_an_assertion_signed_by_rs256_is_refused(register, browser, officer, refused_redeem):
    app = await register(key=RSAKey.generate_key(2048))
    await refused_redeem({"header": {"alg": "RS256"}}, flow=CodeFlow(app, browser))
    # By PS256, which the profile permits, the same key is good.
    await CodeFlow(app, browser).tokens()


@pytest.mark.fapi("fapi2-security-profile-final-ensure-client-assertion-in-token-endpoint")
async def test_a_client_without_an_assertion_is_refused(refused_redeem):
    await refused_redeem(None)


@pytest.mark.fapi(
    "fapi2-security-profile-final-ensure-client-assertion-with-exp-is-5-minutes-in-past-fails"
)
async def test_an_assertion_that_has_expired_is_refused(refused_redeem, seconds):
    await refused_redeem({"exp": seconds(-300)})


@pytest.mark.fapi("fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails")
async def test_an_assertion_for_another_server_is_refused(refused_redeem):
    await refused_redeem({"aud": "https://other.example"})


@pytest.mark.fapi("fapi2-security-profile-final-ensure-client-assertion-with-no-sub-fails")
async def test_an_assertion_without_a_subject_is_refused(refused_redeem):
    await refused_redeem({"sub": None})


@pytest.mark.fapi(
    "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted"
)
async def test_an_assertion_from_a_clock_that_is_a_little_fast_is_taken(flow, seconds):
    request_uri = await flow.reference(assertion={"iat": seconds(8), "nbf": seconds(8)})
    answer = answer_of(await flow.decide(await flow.page(request_uri)))
    await flow.assert_works((await flow.redeem(answer["code"])).json()["access_token"])


@pytest.mark.fapi(
    "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails"
)
async def test_an_assertion_from_the_future_is_refused(refused_push, seconds):
    await refused_push(iat=seconds(61), nbf=seconds(61), exp=seconds(121))


@pytest.mark.fapi("fapi2-security-profile-final-par-test-array-as-audience-fails")
@pytest.mark.parametrize("audience", [[ISSUER], [ISSUER, f"{ISSUER}/oauth/par"]])
async def test_an_assertion_for_several_is_refused(refused_push, audience):
    await refused_push(aud=audience)


@pytest.mark.fapi("fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails")
async def test_an_assertion_for_the_endpoint_of_requests_is_refused(refused_push):
    await refused_push(aud=f"{ISSUER}/oauth/par")


@pytest.mark.fapi("fapi2-security-profile-final-par-test-token-endpoint-url-as-audience-fails")
async def test_an_assertion_for_the_endpoint_of_tokens_is_refused(refused_push):
    await refused_push(aud=f"{ISSUER}/oauth/token")
