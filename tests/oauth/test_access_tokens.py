"""Access tokens at the door: signed by us, for us, as tokens, and good now; and at the mini program's, of its own visitors alone."""

import base64
import json
from uuid import uuid4

import pytest
from root_fields import document

from suxin.consent.oauth.access_tokens import AccessToken, read_access_token
from suxin.consent.oauth.callers import visitor_behind
from suxin.consent.oauth.models import OAuthGrant
from suxin.consent.oauth.own_clients import DESK_CLIENT, MINI_PROGRAM_CLIENT
from suxin.consent.oauth.refusals import TokenRefused
from suxin.consent.oauth.scopes import DESK, MINI_PROGRAM
from suxin.consent.oauth.tokens import LiveToken
from suxin.kernel.actor import Actor
from suxin.kernel.signing import KeyUse, ensure_signing_keys, read_keys, unverified_claims

ISSUER = "http://suxin.test"


@pytest.fixture
async def keys(small_city):
    system, now = Actor.system("test"), small_city.now
    async with small_city.database.transaction(system, now=now) as session:
        await ensure_signing_keys(session, sealer=small_city.sealer, now=now)
        return await read_keys(session, sealer=small_city.sealer, now=now)


def with_claims(token: str, **changes: object) -> str:
    """The token with other claims under the signature that it has."""
    header, _, signature = token.split(".")
    payload = json.dumps({**unverified_claims(token), **changes}).encode()
    return f"{header}.{base64.urlsafe_b64encode(payload).rstrip(b'=').decode()}.{signature}"


async def test_a_token_is_ours_for_us_and_good_now(keys, now):
    moment = int(now.timestamp())
    good = {
        "iss": ISSUER,
        "aud": ISSUER,
        "jti": str(uuid4()),
        "client_id": "a-client",
        "scope": "lending.product.read",
        "cnf": {"jkt": "a-key"},
        "iat": moment,
        "exp": moment + 1,
    }

    def made(*, use=KeyUse.TOKEN, typ="at+jwt", **changes) -> str:
        given = {name: value for name, value in {**good, **changes}.items() if value is not None}
        return keys.sign(json.dumps(given).encode(), use=use, typ=typ, now=now)

    def is_taken(token: str) -> bool:
        try:
            return read_access_token(token, keys, issuer=ISSUER, now=now).jkt == "a-key"
        except TokenRefused:
            return False

    assert is_taken(made())
    wrong = {
        "another issuer": made(iss="https://evil.example"),
        "another audience": made(aud="https://bank.example"),
        "ours among others": made(aud=[ISSUER, "https://bank.example"]),
        "over": made(exp=moment),
        "bound to no key": made(cnf=None),
        "another type": made(typ="JWT"),
        "an artefact's key": made(use=KeyUse.ARTEFACT),
        "other words": with_claims(made(), scope="lending.offer.make"),
        "no signature": made().rpartition(".")[0] + ".",
    }
    assert [name for name, token in wrong.items() if is_taken(token)] == []


async def test_a_token_whose_scope_was_widened_by_its_holder_opens_nothing(register):
    app = await register()
    token = await app.access_token(grant_type="client_credentials", scope="lending.product.read")
    wider = with_claims(token, scope="lending.product.read lending.referral.read")
    query = {"json": {"query": document("viewer")}}
    answers = [
        await app.call("POST", "/graphql", token=one, **query) for one in (token, wider, token)
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 200]


@pytest.mark.parametrize(
    ("grant", "scopes"),
    [
        (None, [MINI_PROGRAM]),
        ({"client_id": MINI_PROGRAM_CLIENT, "openid": None}, [MINI_PROGRAM]),
        ({"client_id": DESK_CLIENT, "openid": "o-1"}, [MINI_PROGRAM]),
        ({"client_id": str(uuid4()), "openid": "o-1"}, [MINI_PROGRAM]),
        ({"client_id": MINI_PROGRAM_CLIENT, "openid": "o-1"}, [DESK]),
    ],
    ids=["a system's own", "nobody's", "the desk's", "a tenant's", "for something else"],
)
async def test_the_mini_program_takes_its_own_visitors_tokens_alone(small_city, now, grant, scopes):
    token = AccessToken(
        token_id=uuid4(),
        client_id="x",
        grant_id=None,
        grant_version=1,
        scopes=tuple(scopes),
        jkt="x",
        issued_at=now,
        expires_at=now,
        claims={},
    )
    live = LiveToken(token, None if grant is None else OAuthGrant(**grant), None)
    async with small_city.database.snapshot(Actor.anonymous("test"), now=now) as session:
        with pytest.raises(TokenRefused):
            await visitor_behind(session, live)
