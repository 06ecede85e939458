"""FAPI 2.0 Security Profile, ported: every proof that the resource must refuse, and those it must not."""

import json
from datetime import timedelta

import pytest
from code_flow import VIEWER
from joserfc.jwk import OKPKey, RSAKey
from oauth_client import b64, new_key

pytestmark = pytest.mark.fapi("fapi2-security-profile-final-dpop-negative-tests")

RESOURCE = "http://suxin.test/graphql"


@pytest.fixture
async def token(flow) -> str:
    """A token that works."""
    token = (await flow.tokens())["access_token"]
    await flow.assert_works(token)
    return token


@pytest.fixture
def send(flow, web, token):
    """Call the resource with these headers beside the token."""

    async def sent(*proofs: str, name: str = "DPoP", scheme: str = "DPoP"):
        headers = [("Authorization", f"{scheme} {token}"), *((name, proof) for proof in proofs)]
        return await web.post("/graphql", json=VIEWER, headers=headers)

    return sent


@pytest.fixture
def refused(flow, token):
    """The resource refuses the answer's proof, and takes a correct one afterwards."""

    async def check(answer, error: str = "invalid_dpop_proof") -> None:
        assert answer.status_code == 401, answer.text
        told = answer.headers["www-authenticate"]
        assert told.startswith("DPoP ")
        assert f'error="{error}"' in told
        assert 'algs="ES256 PS256 EdDSA"' in told
        assert "data" not in answer.json()
        await flow.assert_works(token)

    return check


async def test_the_header_is_found_in_capitals(flow, token, send):
    proof = flow.app.proof("POST", RESOURCE, token=token)
    assert (await send(proof, name="DPOP")).status_code == 200


async def test_two_proofs_are_refused(flow, token, send, refused):
    proofs = [flow.app.proof("POST", RESOURCE, token=token) for _ in range(2)]
    await refused(await send(*proofs))


@pytest.mark.parametrize("proof", ["not-a-jwt", "a.b", "..", "a.b.c.d", "{}.{}.{}", "x" * 5000])
async def test_what_is_no_jwt_is_refused(send, refused, proof):
    await refused(await send(proof))


@pytest.mark.parametrize("claim", ["jti", "htm", "htu", "iat", "ath"])
async def test_a_claim_that_is_missing_is_refused(flow, token, refused, claim):
    await refused(await flow.view(token, proof={claim: None}))


@pytest.mark.parametrize("member", ["typ", "jwk"])
async def test_a_member_of_the_header_that_is_missing_is_refused(flow, token, refused, member):
    await refused(await flow.view(token, proof={"header": {member: None}}))


@pytest.mark.parametrize("algorithm", [{}, {"alg": "none"}, {"alg": "HS256"}, {"alg": ["ES256"]}])
async def test_a_proof_without_an_asymmetric_algorithm_is_refused(
    flow, token, send, refused, algorithm
):
    _, claims, signature = flow.app.proof("POST", RESOURCE, token=token).split(".")
    named = {"typ": "dpop+jwt", "jwk": flow.app.proof_key.as_dict(private=False), **algorithm}
    header = b64(json.dumps(named).encode())
    await refused(await send(f"{header}.{claims}.{signature}"))
    await refused(await send(f"{header}.{claims}."))


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "dpop"])
async def test_another_type_is_refused(flow, token, refused, typ):
    await refused(await flow.view(token, proof={"header": {"typ": typ}}))


@pytest.mark.parametrize("key", [RSAKey.generate_key(4096), OKPKey.generate_key("Ed25519")])
async def test_every_algorithm_that_is_announced_is_taken(flow, key):
    flow.app.proof_key = key
    await flow.assert_works((await flow.tokens())["access_token"])


async def test_rs256_is_refused(flow, token, refused):
    key = RSAKey.generate_key(2048)
    await refused(await flow.view(token, proof={"key": key, "header": {"alg": "RS256"}}))


async def test_a_wrong_signature_is_refused(flow, token, send, refused):
    header, claims, _ = flow.app.proof("POST", RESOURCE, token=token).split(".")
    *_, other = flow.app.proof("POST", RESOURCE, token=token).split(".")
    await refused(await send(f"{header}.{claims}.{other}"))


async def test_a_private_key_in_the_header_is_refused(flow, token, refused):
    private = flow.app.proof_key.as_dict(private=True)
    await refused(await flow.view(token, proof={"header": {"jwk": private}}))


@pytest.mark.parametrize("method", ["PUT", "GET", "post", ""])
async def test_another_method_is_refused(flow, token, refused, method):
    await refused(await flow.view(token, proof={"htm": method}))


@pytest.mark.parametrize(
    "address",
    [
        "http://suxin.test/graphql/more",
        "http://suxin.test/",
        "https://suxin.test/graphql",
        "http://other.test/graphql",
        "http://suxin.test:81/graphql",
        "http://[/graphql",
        "/graphql",
        "",
    ],
)
async def test_another_address_is_refused(flow, token, refused, address):
    await refused(await flow.view(token, proof={"htu": address}))


@pytest.mark.parametrize(
    "address",
    [
        "http://suxin.test/graphql?query=1#fragment",
        "http://suxin.test/graphql",
        "HTTP://SUXIN.TEST/graphql",
        "http://suxin.test:80/graphql",
        "http://suxin.test/%67raphql",
    ],
)
async def test_the_same_address_written_otherwise_is_taken(flow, token, address):
    await flow.assert_works(token, proof={"htu": address})


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_proof_an_hour_off_is_refused(flow, token, clock, refused, hours):
    # Before a nonce is asked for, so that a wrong clock is what the client is told about.
    flow.app.nonce = None
    issued = int((clock.now() + timedelta(hours=hours)).timestamp())
    await refused(await flow.view(token, proof={"iat": issued}))


@pytest.mark.parametrize("claims", [{"exp": -11}, {"nbf": 11}, {"exp": "soon"}, {"nbf": True}])
async def test_a_proof_outside_its_own_times_is_refused(flow, token, clock, refused, claims):
    now = int(clock.now().timestamp())
    given = {
        name: value if isinstance(value, str | bool) else now + value
        for name, value in claims.items()
    }
    await refused(await flow.view(token, proof=given))


async def test_a_proof_is_good_once_though_its_id_was_tried_without_a_nonce(flow, token, refused):
    flow.app.nonce = None
    await flow.assert_works(token, proof={"jti": "fixed"})
    await refused(await flow.view(token, proof={"jti": "fixed"}))


async def test_a_proof_for_another_token_is_refused(flow, token, refused):
    await refused(await flow.view(token, proof={"ath": b64(b"\0" * 32)}))


async def test_a_proof_by_another_key_is_refused(flow, token, refused):
    await refused(await flow.view(token, proof={"key": new_key()}), "invalid_token")


async def test_what_a_proof_says_beyond_is_passed_over(flow, token):
    more = {"header": {"more": "header"}, "more": ["claims"], "sub": "anyone"}
    await flow.assert_works(token, proof=more)


async def test_a_token_without_a_proof_is_refused(send, refused):
    await refused(await send())


async def test_a_bound_token_is_no_bearer_token(flow, token, send):
    assert (await send(scheme="Bearer")).status_code == 401
    proof = flow.app.proof("POST", RESOURCE, token=token)
    assert (await send(proof, scheme="Bearer")).status_code == 401
    await flow.assert_works(token)
