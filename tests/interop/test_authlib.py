"""Authlib's asynchronous client walks the flows it knows; the proofs of possession that it lacks come from outside it."""

import json
import warnings
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
from code_flow import CALLBACK, PERMISSIONS, SCOPE, VIEWER, CodeFlow, fields
from oauth_client import OAuthApp, new_verifier
from typing_extensions import override

from suxin.consent.oauth.clients import DEVICE
from suxin_web.clock import SystemClock

pytestmark = pytest.mark.processes

RESIDENT_ID = "321302199001010012"
ASKED = [
    {
        "type": "credit_record",
        "purpose": "loan.match",
        "datatypes": ["identity", "tax"],
        "life_days": 30,
    }
]


class Proved(httpx.AsyncBaseTransport):
    """Sends each request with a proof of possession, and once more where a nonce is asked for (RFC 9449 §8)."""

    def __init__(self, app: OAuthApp) -> None:
        self._app = app
        self._plain = httpx.AsyncHTTPTransport()

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._once(request)
        if answer.status_code in (400, 401):
            await answer.aread()
            if "use_dpop_nonce" in answer.text + answer.headers.get("www-authenticate", ""):
                answer = await self._once(request)
        return answer

    async def _once(self, request: httpx.Request) -> httpx.Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        shown = token if scheme == "DPoP" else None
        request.headers["DPoP"] = self._app.proof(request.method, str(request.url), token=shown)
        answer = await self._plain.handle_async_request(request)
        self._app.nonce = answer.headers.get("dpop-nonce", self._app.nonce)
        return answer

    @override
    async def aclose(self) -> None:
        await self._plain.aclose()


def bound_token(token: str, uri: str, headers: Any, body: Any, place: str) -> tuple[str, Any, Any]:
    """Show a token of the type DPoP, as Authlib shows one of the type Bearer."""
    headers["Authorization"] = f"DPoP {token}"
    return uri, headers, body


@pytest.fixture
def app(registered):
    return OAuthApp(
        httpx.AsyncClient(trust_env=False),
        registered.issuer,
        SystemClock(),
        registered.client_id,
        key=registered.key,
    )


@pytest.fixture
async def client(app, monkeypatch) -> AsyncGenerator[Any]:
    # Authlib asks for plain http to be let in by a variable, and would rather have the next httpx.
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("ignore")
        from authlib.integrations.httpx_client import AsyncOAuth2Client
        from authlib.oauth2.rfc7523 import PrivateKeyJWT
    client = AsyncOAuth2Client(
        app.client_id,
        app.key,
        token_endpoint_auth_method="private_key_jwt",
        revocation_endpoint_auth_method="private_key_jwt",
        redirect_uri=CALLBACK,
        scope=SCOPE,
        code_challenge_method="S256",
        token_endpoint=f"{app.issuer}/oauth/token",
        transport=Proved(app),
        trust_env=False,
    )
    # Its audience is the issuer and not, as by default, the endpoint (FAPI 2.0 §5.3.2.1).
    client.register_client_auth_method(PrivateKeyJWT(app.issuer, alg="ES256"))
    client.token_auth.SIGN_METHODS = {"dpop": bound_token}
    async with client:
        yield client
    await app.web.aclose()


async def permissions(client: Any, issuer: str) -> list[str]:
    seen = await client.post(f"{issuer}/graphql", json=VIEWER)
    assert seen.status_code == 200, seen.text
    return seen.json()["data"]["viewer"]["permissions"]


async def active(client: Any, issuer: str, token: str) -> bool:
    told = await client.introspect_token(f"{issuer}/oauth/introspect", token=token)
    return told.json()["active"]


async def test_a_system_acts_for_itself(client, app):
    token = await client.fetch_token(grant_type="client_credentials")
    assert token["scope"] == SCOPE
    assert await permissions(client, app.issuer) == PERMISSIONS
    assert await active(client, app.issuer, token["access_token"]) is True
    ended = await client.revoke_token(f"{app.issuer}/oauth/revoke", token=token["access_token"])
    assert ended.status_code == 200
    assert await active(client, app.issuer, token["access_token"]) is False


async def pushed(client: Any, app: OAuthApp, **beside: str) -> tuple[str, dict[str, str]]:
    """Push what Authlib would have a browser bring; return its name, and what the answer is held against."""
    verifier = new_verifier()
    asked, state = client.create_authorization_url("", code_verifier=verifier)
    parameters = {**dict(httpx.QueryParams(asked.partition("?")[2])), **beside}
    if "authorization_details" in beside:
        del parameters["scope"]
    answer = await client.post(
        f"{app.issuer}/oauth/par", data=parameters, auth=client.client_auth("private_key_jwt")
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["request_uri"], {"state": state, "code_verifier": verifier}


def browser_at(app: OAuthApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=app.issuer, trust_env=False)


async def test_an_officer_lets_it_act_for_him(client, app):
    request_uri, held = await pushed(client, app)
    async with browser_at(app) as browser:
        flow = CodeFlow(app, browser)
        decided = await flow.decide(await flow.page(request_uri))
    token = await client.fetch_token(authorization_response=decided.headers["location"], **held)
    assert await permissions(client, app.issuer) == PERMISSIONS
    refreshed = await client.refresh_token()
    assert refreshed["access_token"] != token["access_token"]
    assert refreshed["refresh_token"] == token["refresh_token"]
    assert await permissions(client, app.issuer) == PERMISSIONS
    # A refresh token that was revoked ends its family.
    ended = await client.revoke_token(
        f"{app.issuer}/oauth/revoke", token=token["refresh_token"], token_type_hint="refresh_token"
    )
    assert ended.status_code == 200
    assert await active(client, app.issuer, refreshed["access_token"]) is False


async def test_a_person_permits_what_its_details_ask_for(client, app, phone_code):
    request_uri, held = await pushed(client, app, authorization_details=json.dumps(ASKED))
    async with browser_at(app) as browser:
        shown = await CodeFlow(app, browser).visit(request_uri)
        known = {"residentId": RESIDENT_ID, "code": phone_code}
        led = await browser.post("/oauth/log-in/person", data={**fields(shown.text), **known})
        page = await browser.get(led.headers["location"])
        form = {**fields(page.text), "categories": "tax", "decision": "allow"}
        decided = await browser.post("/oauth/authorize", data=form)
    token = await client.fetch_token(authorization_response=decided.headers["location"], **held)
    # Of a natural person's records those of tax are cut: they go through a licensed channel alone.
    assert token["authorization_details"] == [{**ASKED[0], "datatypes": ["identity"]}]
    assert await active(client, app.issuer, token["access_token"]) is True


async def test_a_device_gets_its_token_when_the_officer_allowed_it(client, app):
    asked = await client.post(
        f"{app.issuer}/oauth/device_authorization",
        data={"scope": SCOPE},
        auth=client.client_auth("private_key_jwt"),
    )
    assert asked.status_code == 200, asked.text
    device = asked.json()
    async with browser_at(app) as browser:
        flow = CodeFlow(app, browser)
        page = await flow.log_in(await browser.get(device["verification_uri_complete"]))
        decided = await browser.post(
            "/oauth/device", data={**fields(page.text), "decision": "allow"}
        )
        assert decided.status_code == 200, decided.text
    token = await client.fetch_token(grant_type=DEVICE, device_code=device["device_code"])
    assert token["scope"] == SCOPE
    assert await permissions(client, app.issuer) == PERMISSIONS
