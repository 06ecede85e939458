"""Which statements of a tenant's provider are believed: log-out tokens, and what is asked of a log-in."""

from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import ECKey
from small_provider import CLIENT_ID, LOG_OUT_EVENT, SmallProvider

from suxin.tenancy.providers.id_tokens import Demands, ProvedSubject, proved_subject
from suxin.tenancy.providers.log_out_tokens import (
    ProviderLogOut,
    log_out_token_key,
    told_log_out,
)
from suxin.tenancy.providers.refusals import IdTokenInvalid, LogOutTokenInvalid

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ISSUER = "https://sso.bank.example"


@pytest.fixture
def provider() -> SmallProvider:
    """A provider that only signs."""
    return SmallProvider(issuer=ISSUER, now=NOW.timestamp())


def told(provider: SmallProvider, token: str, *, now: datetime = NOW) -> ProviderLogOut:
    keys = provider.keys()["keys"]
    log_out_token_key(token)
    return told_log_out(token, keys=keys, issuer=ISSUER, client_id=CLIENT_ID, now=now)


def proved(provider: SmallProvider, demands: Demands, **claims: object) -> ProvedSubject:
    provider.claims = {"sub": "u-1001", "nonce": "n", **claims}
    return proved_subject(
        provider.id_token(),
        keys=provider.keys()["keys"],
        issuer=ISSUER,
        client_id=CLIENT_ID,
        nonce="n",
        demands=demands,
        now=NOW,
    )


@pytest.mark.parametrize("typ", [None, "JWT", "logout+jwt", "application/logout+jwt"])
def test_a_log_out_tells_who_and_which_session(provider, typ):
    said = told(provider, provider.log_out_token(typ=typ, jti="j", sub="u-1001", sid="s-1"))
    assert said == ProviderLogOut(
        token_id="j", subject="u-1001", session="s-1", forgotten_at=NOW + timedelta(minutes=12)
    )


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"iss": "https://evil.example"}, "another provider issued it"),
        ({"aud": "another"}, "it is for another client"),
        ({"aud": [CLIENT_ID, "another"]}, "it is for another client"),
        ({"exp": 1}, "it has expired"),
        ({"exp": None}, "it does not say how long it is good"),
        ({"iat": None}, "it does not say how long it is good"),
        ({"iat": 1}, "it was not issued just now"),
        ({"jti": None}, "it has no jti"),
        ({"jti": "x" * 256}, "it has no jti"),
        ({"sub": None}, "it has neither sub nor sid"),
        ({"sub": ""}, "its sub is no name"),
        ({"sid": 7}, "its sid is no name"),
        ({"events": None}, "it tells of no log-out"),
        ({"events": {"http://schemas.openid.net/event/other": {}}}, "it tells of no log-out"),
        ({"events": {LOG_OUT_EVENT: True}}, "it tells of no log-out"),
        ({"events": [LOG_OUT_EVENT]}, "it tells of no log-out"),
        ({"nonce": "n"}, "it has a nonce"),
        ({"typ": "at+jwt"}, "its type is another"),
    ],
    ids=str,
)
def test_a_word_that_tells_of_no_log_out_is_refused(provider, claims, words):
    with pytest.raises(LogOutTokenInvalid, match=words):
        told(provider, provider.log_out_token(**{"sub": "u-1001", **claims}))


@pytest.mark.parametrize("token", ["", "x", "x.y.z", "e30.e30.e30"])
def test_what_is_no_token_is_refused(provider, token):
    with pytest.raises(LogOutTokenInvalid):
        told(provider, token)


def test_a_word_that_another_signed_is_refused(provider):
    provider.unsigned = True
    with pytest.raises(LogOutTokenInvalid, match="its algorithm is not taken"):
        told(provider, provider.log_out_token(sub="u-1001"))
    provider.unsigned, provider.stranger = False, True
    with pytest.raises(LogOutTokenInvalid, match="its signature is wrong"):
        told(provider, provider.log_out_token(sub="u-1001"))
    token = provider.log_out_token(sub="u-1001")
    provider.key = ECKey.generate_key("P-256")
    with pytest.raises(LogOutTokenInvalid, match="the key that it names is not published"):
        told(provider, token)


def test_a_word_is_forgotten_no_sooner_than_it_is_too_old(provider):
    token = provider.log_out_token(sub="u-1001", exp=NOW.timestamp() + 10**6)
    forgotten_at = told(provider, token).forgotten_at
    assert told(provider, token, now=NOW + timedelta(minutes=11))
    with pytest.raises(LogOutTokenInvalid, match="it was not issued just now"):
        told(provider, token, now=forgotten_at)
    # Issued by a clock that is a minute ahead: good for as long from its own moment.
    token = provider.log_out_token(sub="u-1001", iat=NOW.timestamp() + 60, exp=2**32)
    forgotten_at = told(provider, token).forgotten_at
    with pytest.raises(LogOutTokenInvalid, match="it was not issued just now"):
        told(provider, token, now=forgotten_at)


def test_neither_statement_is_taken_for_the_other(provider):
    proved(provider, Demands())
    with pytest.raises(LogOutTokenInvalid, match="it tells of no log-out"):
        told(provider, provider.id_token())
    with pytest.raises(IdTokenInvalid, match="its nonce is of another log-in"):
        proved(provider, Demands(), nonce=None, events={LOG_OUT_EVENT: {}})


FIVE_MINUTES = Demands(max_age=timedelta(minutes=5))
STRONG = Demands(acr_values=("urn:bank:strong", "urn:bank:stronger"))
SECONDS = NOW.timestamp()


def test_the_provider_is_asked_for_what_is_demanded():
    assert Demands().parameters() == {}
    assert Demands(max_age=timedelta()).parameters() == {"max_age": "0"}
    assert FIVE_MINUTES.parameters() == {"max_age": "300"}
    assert STRONG.parameters() == {"acr_values": "urn:bank:strong urn:bank:stronger"}


@pytest.mark.parametrize(
    ("demands", "claims"),
    [
        (Demands(), {}),
        (FIVE_MINUTES, {"auth_time": SECONDS - 360}),
        (FIVE_MINUTES, {"auth_time": SECONDS}),
        (Demands(max_age=timedelta()), {"auth_time": SECONDS - 60}),
        (STRONG, {"acr": "urn:bank:stronger"}),
    ],
    ids=str,
)
def test_a_log_in_that_keeps_to_what_was_asked_is_taken(provider, demands, claims):
    assert proved(provider, demands, sid="s-1", **claims) == ProvedSubject(
        subject="u-1001", session="s-1", multi_factor=False
    )


@pytest.mark.parametrize(
    ("demands", "claims", "words"),
    [
        (FIVE_MINUTES, {}, "it does not say when he logged in"),
        (FIVE_MINUTES, {"auth_time": True}, "it does not say when he logged in"),
        (FIVE_MINUTES, {"auth_time": "now"}, "it does not say when he logged in"),
        (FIVE_MINUTES, {"auth_time": SECONDS - 361}, "he logged in there too long ago"),
        (Demands(max_age=timedelta()), {"auth_time": SECONDS - 61}, "too long ago"),
        (STRONG, {}, "it is not of the class"),
        (STRONG, {"acr": "0"}, "it is not of the class"),
        (STRONG, {"acr": "urn:bank:strong urn:bank:stronger"}, "it is not of the class"),
        (STRONG, {"acr": ["urn:bank:strong"]}, "it is not of the class"),
    ],
    ids=str,
)
def test_a_log_in_that_does_not_is_refused(provider, demands, claims, words):
    with pytest.raises(IdTokenInvalid, match=words):
        proved(provider, demands, **claims)
