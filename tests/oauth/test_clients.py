"""What a client may be registered with: addresses, keys, grant types and scopes; a refusal writes nothing."""

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from oauth_client import b64, new_key, public_jwks

from suxin.consent.oauth.client_keys import MAX_KEYS, checked_keys
from suxin.consent.oauth.clients import (
    MAX_CLIENTS,
    MAX_REDIRECTS,
    ClientDraft,
    TooManyClients,
    register_client,
)
from suxin.consent.oauth.models import OAuthClient
from suxin.consent.oauth.own_clients import WECHAT
from suxin.consent.oauth.refusals import RequestInvalid, ScopeRefused
from suxin.consent.oauth.scopes import MAX_SCOPES, narrowed, parse_scope, require_within
from suxin.kernel.actor import Permission
from suxin.kernel.refusals import Invalid
from suxin_tenants import PROFILES


@pytest.fixture
def draft(small_city):
    """Register a client with these changes."""

    async def registered(**changes) -> str:
        usual = {
            "name": "信贷系统",
            "grant_types": ["authorization_code"],
            "redirect_uris": ["https://bank.example/callback"],
            "scopes": ["lending.product.read"],
            "jwks": public_jwks(new_key()),
        }
        return await small_city.act(
            register_client,
            small_city.banks[0].officer,
            draft=ClientDraft(**{**usual, **changes}),
            profiles=PROFILES,
        )

    return registered


@pytest.fixture
def refused(draft, rows):
    async def check(field: str, **changes) -> None:
        with pytest.raises(Invalid) as refusal:
            await draft(**changes)
        assert refusal.value.field == field
        assert await rows(OAuthClient) == []

    return check


@pytest.mark.parametrize(
    "address",
    [
        "https://*.bank.example/callback",
        "https://bank.example/*",
        "https://bank.example/callback#part",
        "https://bank.example/callback#",
        "https://user@bank.example/callback",
        "https://user:secret@bank.example/callback",
        "https://@bank.example/callback",
        "http://bank.example/callback",
        "http://localhost/callback",
        "http://10.0.0.1/callback",
        "https://银行.example/callback",
        "https://bank.example/回调",
        'https://bank.example/"quoted"',
        "https://bank.example/'quoted'",
        "https://bank.example/<script>",
        "https://bank.example/a b",
        "https://bank.example/a\nb",
        "https://bank.example\\@evil.example/",
        "https://bank.example:port/callback",
        "https://bank.example:99999/callback",
        "https://[::1/callback",
        "https:///callback",
        "https:callback",
        "//bank.example/callback",
        "/callback",
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "com.bank.app:/callback",
        "https://bank.example/" + "x" * 500,
    ],
)
async def test_an_address_that_is_not_exact_is_refused(refused, address):
    await refused("redirectUris", redirect_uris=[address])


@pytest.mark.parametrize(
    "address",
    [
        "https://bank.example/callback",
        "https://bank.example:8443/callback?from=suxin&more=%E9%93%B6",
        "https://xn--gmqv4f.example/",
        "http://127.0.0.1:8080/callback",
        "http://[::1]:8080/callback",
    ],
)
async def test_an_exact_address_is_taken_as_it_is(draft, rows, address):
    await draft(redirect_uris=[address])
    (client,) = await rows(OAuthClient)
    assert client.redirect_uris == [address]


async def test_how_many_addresses_a_client_has(refused, draft, rows):
    await refused("redirectUris", redirect_uris=[])
    many = [f"https://bank.example/{number}" for number in range(MAX_REDIRECTS + 1)]
    await refused("redirectUris", redirect_uris=many)
    await draft(redirect_uris=[*many[:-1], many[0]])
    (client,) = await rows(OAuthClient)
    assert client.redirect_uris == many[:-1]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " 一 "}),
        ("name", {"name": "长" * 61}),
        ("grantTypes", {"grant_types": []}),
        ("grantTypes", {"grant_types": ["password"]}),
        ("grantTypes", {"grant_types": ["implicit", "authorization_code"]}),
        ("grantTypes", {"grant_types": [WECHAT]}),
        ("grantTypes", {"grant_types": ["client_credentials"], "confidential": False}),
        ("scopes", {"scopes": ["tenancy.tenant.manage"]}),
        ("scopes", {"scopes": ["desk"]}),
        ("detailTypes", {"detail_types": ["payment"]}),
        ("jwks", {"jwks": None}),
        ("jwks", {"jwks_uri": "https://bank.example/jwks"}),
        ("jwksUri", {"jwks": None, "jwks_uri": "http://127.0.0.1/jwks"}),
        ("jwksUri", {"jwks": None, "jwks_uri": "file:///etc/passwd"}),
        ("jwksUri", {"jwks": None, "jwks_uri": "https://u@bank.example/jwks"}),
    ],
)
async def test_what_a_client_may_not_have_is_refused(refused, field, changes):
    await refused(field, **changes)


async def test_a_tenant_has_so_many_clients(draft, rows):
    for _ in range(MAX_CLIENTS):
        await draft()
    with pytest.raises(TooManyClients):
        await draft()
    assert len(await rows(OAuthClient)) == MAX_CLIENTS


EC, OKP, RSA = new_key(), OKPKey.generate_key("Ed25519"), RSAKey.generate_key(2048)
SHORT = {"kty": "RSA", "n": b64(b"\xc1" * 128), "e": "AQAB"}


def test_keys_are_kept_with_a_name_and_without_what_is_not_needed():
    given = [
        {**EC.as_dict(private=False), "kid": "first", "x5t": "x", "key_ops": ["verify"]},
        OKP.as_dict(private=False),
        {**RSA.as_dict(private=False), "alg": "PS256", "use": "sig"},
    ]
    first, second, third = checked_keys({"keys": given, "more": 1})
    assert first.keys() == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    assert (first["kid"], first["alg"]) == ("first", "ES256")
    assert (second["kid"], second["alg"]) == (OKP.thumbprint(), "EdDSA")
    assert (third["kid"], third["alg"]) == (RSA.thumbprint(), "PS256")


@pytest.mark.parametrize(
    "keys",
    [
        None,
        {},
        [],
        ["text"],
        [None],
        [{}],
        [EC.as_dict(private=True)],
        [OKP.as_dict(private=True)],
        [RSA.as_dict(private=True)],
        [OctKey.generate_key(256).as_dict(private=True)],
        [ECKey.generate_key("P-384").as_dict(private=False)],
        [OKPKey.generate_key("X25519").as_dict(private=False)],
        [SHORT],
        [{**EC.as_dict(private=False), "use": "enc"}],
        [{**EC.as_dict(private=False), "alg": "ES384"}],
        [{**RSA.as_dict(private=False), "alg": "RS256"}],
        [{**EC.as_dict(private=False), "kid": ""}],
        [{**EC.as_dict(private=False), "kid": 7}],
        [{**EC.as_dict(private=False), "kid": "x" * 129}],
        [{**EC.as_dict(private=False), "kid": "a"}, {**OKP.as_dict(private=False), "kid": "a"}],
        [EC.as_dict(private=False), EC.as_dict(private=False)],
        [EC.as_dict(private=False), EC.as_dict(private=True)],
        [new_key().as_dict(private=False) for _ in range(MAX_KEYS + 1)],
    ],
)
def test_keys_that_we_cannot_use_are_refused(keys):
    with pytest.raises(Invalid) as refused:
        checked_keys({"keys": keys})
    assert refused.value.field == "jwks"


async def test_a_private_key_is_not_registered(refused):
    await refused("jwks", jwks={"keys": [EC.as_dict(private=True)]})


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        (None, ()),
        ("", ()),
        ("  ", ()),
        ("b a b", ("a", "b")),
        ("lending.product.read", ("lending.product.read",)),
    ],
)
def test_scopes_are_read_each_once_in_any_order(text, scopes):
    assert parse_scope(text) == scopes


@pytest.mark.parametrize(
    "text",
    [
        "A",
        "a\tb",
        'a"b',
        "权限",
        "a\\b",
        "x" * 81,
        " ".join(f"s{number}" for number in range(MAX_SCOPES + 1)),
        "a " * 1_001,
    ],
)
def test_what_cannot_be_a_scope_is_refused(text):
    with pytest.raises(RequestInvalid):
        parse_scope(text)


def test_scopes_are_within_what_is_allowed():
    require_within(["a"], {"a", "b"})
    with pytest.raises(ScopeRefused) as refused:
        require_within(["a", "c"], {"a", "b"})
    assert refused.value.facts["scope"] == "c"


def test_a_token_gives_no_more_than_its_holder_has():
    held = frozenset({Permission("a.b.c", "甲"), Permission("d.e.f", "乙")})
    assert narrowed(held, ("a.b.c", "x.y.z")) == {"a.b.c"}
    assert narrowed(held, ("desk",)) == held
    assert narrowed(held, ()) == frozenset()
