"""A client whose keys were seen is found in one step, and nothing is believed of it because it was so before."""

import pytest
from code_flow import assert_refused

from suxin.consent.oauth import seen_keys, tokens
from suxin.consent.oauth.clients import suspend_client
from suxin.consent.oauth.models import UsedAssertion
from suxin.consent.oauth.queries import Client
from suxin.consent.oauth.seen_keys import SeenKeys
from suxin_oauth import client_authentication

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
async def seen_app(bank_app, monkeypatch):
    """A client that the server has seen; the long way is closed from now on."""
    assert (await bank_app.token(**GRANT)).status_code == 200
    monkeypatch.setattr(client_authentication, "use_assertion", None)
    return bank_app


async def test_a_client_that_was_seen_is_found_and_its_assertion_used_in_one_step(seen_app, rows):
    assert (await seen_app.token(**GRANT)).status_code == 200
    assert len(await rows(UsedAssertion)) == 2


async def test_an_assertion_is_good_once_also_of_a_client_that_was_seen(seen_app, rows):
    assertion = seen_app.assertion()
    assert (await seen_app.token(**GRANT, assertion=assertion)).status_code == 200
    again = await seen_app.token(**GRANT, assertion=assertion)
    assert_refused(again, 401, "invalid_client")
    assert "used before" in again.json()["error_description"]
    assert len(await rows(UsedAssertion)) == 2


async def test_a_client_that_was_seen_and_may_not_act_now_uses_nothing(seen_app, small_city, rows):
    await small_city.act(
        suspend_client,
        small_city.banks[0].officer,
        client_id=seen_app.client_id,
        reason="密钥泄露",
    )
    assert_refused(await seen_app.token(**GRANT), 401, "invalid_client")
    assert len(await rows(UsedAssertion)) == 1


async def test_a_token_is_asked_about_in_the_step_that_finds_the_client(seen_app, monkeypatch):
    token = (await seen_app.token(**GRANT)).json()["access_token"]
    with monkeypatch.context() as patched:
        patched.setattr(tokens, "live_token", None)
        told = (await seen_app.post("/oauth/introspect", token=token)).json()
    assert (told["active"], told["client_id"]) == (True, seen_app.client_id)
    assert (await seen_app.post("/oauth/revoke", token=token)).status_code == 200
    assert (await seen_app.post("/oauth/introspect", token=token)).json() == {"active": False}


def test_no_more_clients_are_kept_in_mind_than_may_be(monkeypatch):
    monkeypatch.setattr(seen_keys, "MAX_CLIENTS", 2)
    seen = SeenKeys()
    for name in ("a", "b", "c"):
        seen.note(
            Client(
                client_id=name,
                tenant_id=None,
                name=name,
                confidential=True,
                redirect_uris=(),
                grant_types=(),
                scopes=(),
                jwks={"keys": [{"kid": name}]},
            )
        )
        seen.of("a")
    assert [name for name in ("a", "b", "c") if seen.of(name)] == ["a", "c"]
