"""Client assertions: what each must say, which keys may sign it, and that a refused one uses nothing."""

from datetime import timedelta

import pytest
from code_flow import assert_refused
from joserfc.jwk import ECKey, OKPKey, RSAKey
from listening import listening
from oauth_client import ASSERTION_TYPE, new_key, public_jwks

from suxin.consent.oauth.client_assertions import MAX_LIFE
from suxin.consent.oauth.clients import ClientDraft, register_client, replace_client_keys
from suxin.consent.oauth.dpop import CLOCK_SKEW
from suxin.consent.oauth.models import UsedAssertion
from suxin_tenants import PROFILES

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def refused(bank_app, rows):
    async def check(assertion, **form) -> str:
        answer = await bank_app.token(**GRANT, assertion=assertion, **form)
        assert_refused(answer, 401, "invalid_client")
        assert answer.json()["code"] == "OAUTH_CLIENT_REFUSED"
        assert await rows(UsedAssertion) == []
        return answer.json()["error_description"]

    return check


@pytest.fixture
def seconds(clock):
    """A NumericDate so far from now."""
    return lambda away: int((clock.now() + away).timestamp())


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": None},
        {"iss": "another"},
        {"sub": "another"},
        {"iss": "another", "sub": "another"},
        {"sub": ["client"]},
        {"aud": None},
        {"aud": "http://suxin.test/"},
        {"aud": "HTTP://SUXIN.TEST"},
        {"aud": {"http://suxin.test": 1}},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": 1e300},
        {"iat": "now"},
        {"nbf": 1e300},
        {"nbf": True},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 257},
        {"header": {"alg": "ES256", "kid": "unknown"}},
        {"key": new_key()},
        {"key": new_key(), "header": {"kid": None}},
        {"key": ECKey.generate_key("P-384"), "header": {"alg": "ES384"}},
        {"key": RSAKey.generate_key(2048), "header": {"alg": "RS256"}},
    ],
)
async def test_what_does_not_fit_is_refused(refused, claims):
    assert await refused(claims)


@pytest.mark.parametrize(
    "assertion",
    [
        "",
        "text",
        "a.b.c",
        "e30.e30.",
        "eyJhbGciOiJub25lIn0.e30.",
        "W10.W10.W10",
        # By a symmetric algorithm; and a key's name that is no text.
        "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIiwic3ViIjoiYSJ9.AAAA",
        "eyJhbGciOiJFUzI1NiIsImtpZCI6WyJhIl19.eyJpc3MiOiJhIiwic3ViIjoiYSJ9.AAAA",
        "银.行.业",
        "x" * 9000,
        "é" * 9000,
    ],
)
async def test_what_is_no_assertion_is_refused(bank_app, rows, assertion):
    for name in ({}, {"client_id": None}):
        answer = await bank_app.token(**GRANT, assertion=assertion, **name)
        assert answer.json()["error"] in {"invalid_client", "invalid_request"}
        assert answer.status_code in {400, 401}
    assert await rows(UsedAssertion) == []


async def test_how_long_an_assertion_may_live(refused, bank_app, seconds):
    moment = timedelta(seconds=1)
    await refused({"exp": seconds(-CLOCK_SKEW)})
    await refused({"exp": seconds(MAX_LIFE + CLOCK_SKEW + moment)})
    await refused({"iat": seconds(CLOCK_SKEW + moment)})
    await refused({"nbf": seconds(CLOCK_SKEW + moment)})
    for good in (
        {"exp": seconds(moment - CLOCK_SKEW)},
        {"exp": seconds(MAX_LIFE + CLOCK_SKEW)},
        {"iat": seconds(CLOCK_SKEW), "nbf": seconds(CLOCK_SKEW)},
        {"iat": None, "nbf": None},
    ):
        assert (await bank_app.token(**GRANT, assertion=good)).status_code == 200, good


async def test_another_method_is_refused(refused, bank_app):
    await refused(True, client_secret="secret")
    await refused(True, headers={"Authorization": "Basic YTpi"})
    await refused(None)
    await refused(None, client_assertion_type=ASSERTION_TYPE)
    await refused(None, client_assertion=bank_app.assertion(), client_assertion_type="urn:other")
    await refused(None, client_assertion=bank_app.assertion())


@pytest.mark.parametrize("key", [OKPKey.generate_key("Ed25519"), RSAKey.generate_key(3072)])
async def test_every_kind_of_key_signs(register, key):
    app = await register(key=key)
    assert (await app.token(**GRANT)).status_code == 200
    # The name may be left out where one key is registered, and the form need not repeat the client.
    answer = await app.token(**GRANT, client_id=None, assertion={"header": {"kid": None}})
    assert answer.status_code == 200


async def test_keys_are_replaced_without_a_failing_token(bank_app, small_city, rows):
    old, new = bank_app.key, new_key()

    async def replace(*keys) -> None:
        await small_city.act(
            replace_client_keys,
            small_city.banks[0].officer,
            client_id=bank_app.client_id,
            jwks=public_jwks(*keys),
            jwks_uri=None,
        )

    await replace(old, new)
    for key in (old, new):
        assert (await bank_app.token(**GRANT, assertion={"key": key})).status_code == 200
    await replace(new)
    used = len(await rows(UsedAssertion))
    assert_refused(await bank_app.token(**GRANT, assertion={"key": old}), 401, "invalid_client")
    assert len(await rows(UsedAssertion)) == used
    assert (await bank_app.token(**GRANT, assertion={"key": new})).status_code == 200


async def test_a_client_whose_keys_are_on_this_machine_is_refused_and_they_are_not_fetched(
    bank_app, small_city, rows
):
    async with listening() as listener:
        client = await small_city.act(
            register_client,
            small_city.banks[0].officer,
            draft=ClientDraft(
                name="内网系统",
                grant_types=["client_credentials"],
                scopes=["lending.product.read"],
                jwks_uri=f"https://127.0.0.1:{listener.port}/jwks",
            ),
            profiles=PROFILES,
        )
        bank_app.client_id = client.client_id
        answer = await bank_app.token(**GRANT)
        assert listener.connections == 0
    assert_refused(answer, 401, "invalid_client")
    assert "127.0.0.1" not in answer.text
    assert await rows(UsedAssertion) == []
