"""Limits at the protocol's endpoints: guessing at a client's key is slowed by address, and who shows himself goes on."""

from dataclasses import replace

import httpx
import pytest
from oauth_client import OAuthApp, new_key

from suxin_oauth import client_authentication
from suxin_oauth.client_authentication import FAILED
from suxin_oauth.routes import routes
from suxin_web.application import build_app
from suxin_web.rate_limits import Limit, RateLimits

ORIGIN = "http://suxin.test"


@pytest.fixture
async def limited(runtime):
    """A browser's line to the server whose limits are those of an installation."""
    app = build_app(replace(runtime, limits=RateLimits(None)), routes)
    transport = httpx.ASGITransport(app, client=("192.0.2.9", 4711))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as web:
        yield web


def told_to_wait(answer):
    assert (answer.status_code, answer.json()["error"]) == (429, "temporarily_unavailable")
    assert answer.json()["code"] == "TOO_MANY_REQUESTS"
    return 0 < int(answer.headers["retry-after"]) <= 60


@pytest.mark.parametrize("endpoint", ["/oauth/token", "/oauth/introspect", "/oauth/revoke"])
async def test_whoever_guesses_at_a_clients_key_waits_and_the_client_does_not(
    limited, bank_app, clock, endpoint
):
    def app(key):
        return OAuthApp(limited, ORIGIN, clock, bank_app.client_id, key=key)

    async def call(one):
        if endpoint == "/oauth/token":
            return await one.token(grant_type="client_credentials", scope="lending.product.read")
        return await one.post(endpoint, token="x")

    thief, client = app(new_key()), app(bank_app.key)
    for _ in range(FAILED.burst):
        refused = await call(thief)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert told_to_wait(await call(thief))
    assert (await call(client)).status_code == 200


async def test_one_address_asks_for_so_much_and_no_more(limited, bank_app, clock, monkeypatch):
    few = Limit(name="test.address", burst=2, per_minute=1, guards_secrets=True)
    monkeypatch.setattr(client_authentication, "BY_ADDRESS", few)
    client = OAuthApp(limited, ORIGIN, clock, bank_app.client_id, key=bank_app.key)
    for _ in range(2):
        assert (await client.post("/oauth/introspect", token="x")).status_code == 200
    assert told_to_wait(await client.post("/oauth/introspect", token="x"))
