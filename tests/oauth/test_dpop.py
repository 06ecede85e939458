"""Proofs of possession: what each must say, the nonces' steps and epochs, and that none is good twice."""

import asyncio
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from oauth_client import OAuthApp, b64, new_key
from redis.asyncio import Redis

from suxin.consent.oauth.dpop import (
    CLOCK_SKEW,
    NONCE_STEP_S,
    PROOF_LIFE,
    Nonces,
    public_key,
    verify_proof,
)
from suxin.consent.oauth.refusals import ProofNonceNeeded, ProofRefused, ReplayUncertain
from suxin.kernel.sealing import Keyring, Sealer
from suxin_web.replays import ValkeyReplays

URL = "https://suxin.example/oauth/token"


class Clock:
    def __init__(self, moment):
        self.moment = moment

    def now(self):
        return self.moment


@pytest.fixture
def clock(now):
    return Clock(now)


@pytest.fixture
def nonces() -> Nonces:
    return Nonces(Sealer(Keyring.generate()))


@pytest.fixture
async def client(clock, nonces, replays) -> OAuthApp:
    """Someone who makes proofs with the nonce of now."""
    nonce = nonces.fresh(await replays.epoch(), now=clock.now())
    return OAuthApp(None, "https://suxin.example", clock, "client", nonce=nonce)


@pytest.fixture
def verify(clock, nonces, replays):
    async def verified(proof: str, **changes):
        given = {"method": "POST", "url": URL, "nonces": nonces, "replays": replays}
        return await verify_proof(proof, **{**given, "now": clock.now(), **changes})

    return verified


async def test_a_proof_shows_the_key_and_is_good_once(client, verify):
    proof = client.proof("POST", URL)
    assert (await verify(proof)).jkt == client.proof_key.thumbprint()
    with pytest.raises(ProofRefused, match="used before"):
        await verify(proof)


async def test_of_two_uses_at_once_one_wins(client, verify):
    proof = client.proof("POST", URL)
    outcomes = await asyncio.gather(*(verify(proof) for _ in range(8)), return_exceptions=True)
    lost = [outcome for outcome in outcomes if isinstance(outcome, ProofRefused)]
    assert len(lost) == 7


async def test_the_same_id_under_another_key_is_another_proof(client, verify):
    await verify(client.proof("POST", URL, jti="same"))
    await verify(client.proof("POST", URL, jti="same", key=new_key()))


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"jti": None}, "no jti"),
        ({"jti": ""}, "no jti"),
        ({"jti": 7}, "no jti"),
        ({"jti": "x" * 257}, "no jti"),
        ({"htm": None}, "htm"),
        ({"htm": "GET"}, "htm"),
        ({"htu": None}, "htu"),
        ({"htu": ["https://suxin.example/oauth/token"]}, "htu"),
        ({"htu": "https://suxin.example:444/oauth/token"}, "htu"),
        ({"htu": "https://suxin.example:port/oauth/token"}, "htu"),
        ({"htu": "https://suxin.example/oauth%2Ftoken"}, "htu"),
        ({"iat": None}, "iat"),
        ({"iat": "now"}, "iat"),
        ({"iat": True}, "iat"),
        ({"iat": 1e300}, "iat"),
        ({"iat": -1e300}, "iat"),
        ({"exp": 0}, "expired"),
        ({"exp": "never"}, "expired"),
        ({"nbf": 99_999_999_999}, "not valid yet"),
        ({"header": {"typ": "jwt"}}, "typ"),
        ({"header": {"typ": None}}, "typ"),
        ({"header": {"jwk": None}}, "jwk"),
        ({"key": ECKey.generate_key("P-384"), "header": {"alg": "ES384"}}, "algorithm"),
        ({"key": RSAKey.generate_key(2048), "header": {"alg": "RS256"}}, "algorithm"),
        ({"key": new_key(), "header": {"jwk": new_key().as_dict(private=False)}}, "signature"),
    ],
)
async def test_what_does_not_fit_is_refused_and_why_is_said(client, verify, claims, reason):
    with pytest.raises(ProofRefused, match=reason) as refused:
        await verify(client.proof("POST", URL, **claims))
    assert refused.value.zh_message


async def test_a_symmetric_key_proves_nothing(client, verify):
    key = OctKey.generate_key(256)
    jwk = {"kty": "oct", "k": key.as_dict(private=True)["k"]}
    proof = client.proof("POST", URL, key=new_key(), header={"jwk": jwk})
    with pytest.raises(ProofRefused, match="public key"):
        await verify(proof)


@pytest.mark.parametrize("ath", [None, "", "AAAA"])
async def test_a_proof_is_about_its_token(client, verify, ath):
    with pytest.raises(ProofRefused, match="ath"):
        await verify(client.proof("POST", URL, ath=ath), access_token="a.b.c")
    await verify(client.proof("POST", URL, token="a.b.c"), access_token="a.b.c")


@pytest.mark.parametrize(
    ("away", "good"),
    [
        (-PROOF_LIFE, True),
        (-PROOF_LIFE - timedelta(seconds=1), False),
        (CLOCK_SKEW, True),
        (CLOCK_SKEW + timedelta(seconds=1), False),
    ],
)
async def test_a_proof_is_of_about_now(client, verify, clock, away, good):
    proof = client.proof("POST", URL, iat=int((clock.now() + away).timestamp()))
    if good:
        await verify(proof)
    else:
        with pytest.raises(ProofRefused, match="iat"):
            await verify(proof)


def test_a_nonce_is_good_in_its_step_and_the_next(nonces, now):
    begins = now - timedelta(seconds=now.timestamp() % NONCE_STEP_S)
    step, moment = timedelta(seconds=NONCE_STEP_S), timedelta(seconds=1)
    nonce = nonces.fresh("epoch", now=begins)
    assert nonces.fresh("epoch", now=begins + step - moment) == nonce
    assert nonces.fresh("epoch", now=begins + step) != nonce
    for at, good in (
        (begins - moment, False),
        (begins, True),
        (begins + 2 * step - moment, True),
        (begins + 2 * step, False),
    ):
        assert nonces.fits(nonce, "epoch", now=at) is good, at
    assert not nonces.fits(nonce, "another epoch", now=begins)
    assert not Nonces(Sealer(Keyring.generate())).fits(nonce, "epoch", now=begins)


@pytest.mark.parametrize("nonce", [None, "", "made up", "银", 7, ["n"]])
async def test_a_proof_without_a_nonce_of_ours_is_told_one(client, verify, nonce):
    proof = client.proof("POST", URL, nonce=nonce, jti="kept")
    with pytest.raises(ProofNonceNeeded) as needed:
        await verify(proof)
    # The client may keep its jti, since that proof was not accepted.
    client.nonce = needed.value.facts["nonce"]
    await verify(client.proof("POST", URL, jti="kept"))
    with pytest.raises(ProofNonceNeeded):
        await verify(proof)


async def test_after_the_memory_was_lost_no_old_proof_is_good(client, verify, valkey, clock):
    used, unused = client.proof("POST", URL), client.proof("POST", URL)
    await verify(used)
    async with Redis.from_url(valkey.url) as store:
        await store.flushall()
    for old in (used, unused, used):
        with pytest.raises(ProofNonceNeeded) as needed:
            await verify(old)
    client.nonce = needed.value.facts["nonce"]
    fresh = client.proof("POST", URL)
    await verify(fresh)
    with pytest.raises(ProofRefused, match="used before"):
        await verify(fresh)


async def test_another_process_learns_of_the_new_epoch_by_its_next_proof(
    client, verify, valkey, nonces, clock
):
    other = ValkeyReplays.connect(valkey.url)
    before = await other.epoch()
    async with Redis.from_url(valkey.url) as store:
        await store.flushall()
    # Its answers bring a nonce that is over, until a proof tells it; that costs the client one more try.
    assert await other.epoch() == before
    client.nonce = nonces.fresh(before, now=clock.now())
    with pytest.raises(ProofNonceNeeded) as needed:
        await verify(client.proof("POST", URL), replays=other)
    assert await other.epoch() != before
    client.nonce = needed.value.facts["nonce"]
    await verify(client.proof("POST", URL), replays=other)
    await other.close()


async def test_without_the_memory_nothing_is_accepted(client, verify):
    nowhere = ValkeyReplays.connect("redis://127.0.0.1:1")
    with pytest.raises(ReplayUncertain):
        await verify(client.proof("POST", URL), replays=nowhere)
    await nowhere.close()


EC, OKP, RSA = new_key(), OKPKey.generate_key("Ed25519"), RSAKey.generate_key(2048)


@pytest.mark.parametrize(("key", "algorithm"), [(EC, "ES256"), (OKP, "EdDSA"), (RSA, "PS256")])
def test_a_public_key_fits_its_own_algorithm_alone(key, algorithm):
    jwk = key.as_dict(private=False)
    assert public_key(jwk, algorithm).thumbprint() == key.thumbprint()
    for other in {"ES256", "EdDSA", "PS256", "RS256", "none"} - {algorithm}:
        assert public_key(jwk, other) is None
    assert public_key(key.as_dict(private=True), algorithm) is None


@pytest.mark.parametrize(
    "jwk",
    [
        None,
        "text",
        [],
        {},
        {"kty": "EC"},
        {"kty": "EC", "crv": "P-256"},
        {"kty": "EC", "crv": "P-256", "x": "", "y": ""},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "x": "!", "y": "银"},
        {"kty": "EC", "crv": "P-256", "x": 1, "y": 2},
        {"kty": "EC", "crv": ["P-256"], "x": "AA", "y": "AA"},
        {"kty": ["EC"], "crv": "P-256", "x": "AA", "y": "AA"},
        {**EC.as_dict(private=False), "crv": "P-384"},
        {**EC.as_dict(private=False), "y": EC.as_dict(private=False)["x"]},
        ECKey.generate_key("P-384").as_dict(private=False),
        ECKey.generate_key("secp256k1").as_dict(private=False),
        {"kty": "oct", "k": "AAAA"},
    ],
)
def test_what_is_no_key_on_the_curve_is_none(jwk):
    assert public_key(jwk, "ES256") is None


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "RSA", "n": b64(b"\xc1" * 128), "e": "AQAB"},
        {"kty": "RSA"},
        {"kty": "RSA", "n": "", "e": ""},
        {"kty": "RSA", "n": "AA", "e": "AQAB"},
        {**RSA.as_dict(private=False), "e": "AA"},
        {**RSA.as_dict(private=False), "oth": []},
    ],
)
def test_what_is_no_strong_rsa_key_is_none(jwk):
    assert public_key(jwk, "PS256") is None


@pytest.mark.parametrize("curve", ["Ed448", "X25519"])
def test_other_edwards_curves_are_none(curve):
    assert public_key(OKPKey.generate_key(curve).as_dict(private=False), "EdDSA") is None
