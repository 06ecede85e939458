"""What the authorization server keeps no longer than it is good for, and what it keeps although it has ended."""

from datetime import timedelta

import pytest
from code_flow import SCOPE, assert_refused

from suxin.consent.oauth.models import (
    AuthorizationCode,
    DeviceCode,
    EndedToken,
    LogInSession,
    OAuthGrant,
    PushedRequest,
    RefreshToken,
    UsedAssertion,
)
from suxin_server import pruning

TABLES = (
    PushedRequest,
    AuthorizationCode,
    DeviceCode,
    UsedAssertion,
    EndedToken,
    RefreshToken,
    LogInSession,
    OAuthGrant,
)


@pytest.fixture
async def filled(flow):
    """Something in every table; the tokens of the flow."""
    tokens = await flow.tokens()
    asked = await flow.app.post("/oauth/device_authorization", scope=SCOPE)
    assert asked.status_code == 200, asked.text
    ended = await flow.app.access_token(grant_type="client_credentials")
    assert (await flow.app.post("/oauth/revoke", token=ended)).status_code == 200
    return tokens


@pytest.fixture
def counts(rows):
    async def counted() -> dict[str, int]:
        return {model.__tablename__: len(await rows(model)) for model in TABLES}

    return counted


@pytest.fixture
def prune(small_city, clock):
    async def pruned() -> dict[str, int]:
        gone = await pruning.prune(small_city.database, now=clock.now())
        return {model.__tablename__: gone[model.__tablename__] for model in TABLES}

    return pruned


async def test_nothing_that_is_good_goes(filled, flow, counts, prune):
    before = await counts()
    assert all(before.values()), before
    assert not any((await prune()).values())
    assert await counts() == before
    await flow.assert_works(filled["access_token"])


async def test_what_has_expired_goes_in_chunks_and_once(filled, counts, prune, clock, monkeypatch):
    monkeypatch.setattr(pruning, "CHUNK", 1)
    before = await counts()
    clock.pass_time(days=2)
    short = {"refresh_tokens": 0, "oauth_grants": 0}
    assert await prune() == {**before, **short}
    assert not any((await prune()).values())
    # The refresh token of a week goes, and its grant stays to tell how it ended.
    clock.pass_time(days=7)
    assert (await prune())["refresh_tokens"] == 1
    clock.pass_time(days=21)
    assert not any((await prune()).values())
    clock.pass_time(days=1)
    assert (await prune())["oauth_grants"] == 1
    assert not any((await counts()).values())


async def test_a_grant_stays_while_a_token_leads_to_it(filled, flow, rows, prune, clock, admin):
    await admin.execute(
        "update refresh_tokens set expires_at = $1", clock.now() + timedelta(days=400)
    )
    clock.pass_time(days=60)
    assert (await prune())["oauth_grants"] == 0
    assert len(await rows(OAuthGrant)) == 1
    assert_refused(await flow.refresh(filled["refresh_token"]), 400, "invalid_grant")


async def test_a_token_is_refused_when_its_grant_is_gone(filled, flow, admin):
    await admin.execute("delete from oauth_grants")
    await flow.assert_dead(filled["access_token"])


@pytest.mark.parametrize("model", pruning._EXPIRING, ids=lambda model: model.__tablename__)
def test_what_has_expired_is_found_by_an_index(model):
    """A table of tokens is large, and what is over in it is looked for every day."""
    firsts = {next(iter(index.columns)).name for index in model.__table__.indexes}
    assert "expires_at" in firsts
