"""Refresh tokens of public clients: rotated, bound to a key, and a family that ends when one is presented again."""

from datetime import timedelta

import pytest
from code_flow import assert_refused
from oauth_client import new_key

from suxin.consent.oauth.grants import REFRESH_LIFE, REUSE_GRACE, STAFF_GRANT_LIFE
from suxin.consent.oauth.models import OAuthGrant, RefreshToken
from suxin.kernel.tokens import token_hash


@pytest.fixture
async def token(public_flow) -> str:
    """A public client's first refresh token."""
    return (await public_flow.tokens())["refresh_token"]


async def test_each_use_gives_a_new_one(public_flow, token, clock):
    seen = {token}
    for _ in range(3):
        clock.pass_time(minutes=1)
        answer = await public_flow.refresh(token)
        assert answer.status_code == 200, answer.text
        token = answer.json()["refresh_token"]
        assert token not in seen
        seen.add(token)
        await public_flow.assert_works(answer.json()["access_token"])


async def test_within_the_grace_a_used_one_still_works(public_flow, token, clock, rows):
    # Two tabs at once are seconds apart; whoever stole a token gets no longer than they.
    assert timedelta(seconds=10) == REUSE_GRACE
    first = (await public_flow.refresh(token)).json()
    clock.pass_time(seconds=REUSE_GRACE.total_seconds() - 1)
    again = await public_flow.refresh(token)
    assert again.status_code == 200, again.text
    # The grace is counted from the first use, not drawn out by the second.
    clock.pass_time(seconds=1)
    refused = await public_flow.refresh(token)
    assert_refused(refused, 400, "invalid_grant")
    assert refused.json()["code"] == "OAUTH_GRANT_REUSED"
    (grant,) = await rows(OAuthGrant)
    assert (grant.ended_at, grant.end_reason) == (clock.now(), "refresh_token_reused")
    assert all(row.ended_at == clock.now() for row in await rows(RefreshToken))
    for body in (first, again.json()):
        await public_flow.assert_dead(body["access_token"])
        assert_refused(await public_flow.refresh(body["refresh_token"]), 400, "invalid_grant")


async def test_another_key_is_refused_and_ends_nothing(public_flow, token, rows):
    answer = await public_flow.refresh(token, proof={"key": new_key()})
    assert_refused(answer, 400, "invalid_grant")
    (row,) = await rows(RefreshToken)
    assert (row.used_at, row.ended_at) == (None, None)
    assert (await public_flow.refresh(token)).status_code == 200


async def test_a_public_client_is_one_without_an_assertion(public_flow, flow, token, rows):
    assertion = flow.app.assertion(iss=public_flow.app.client_id, sub=public_flow.app.client_id)
    answer = await public_flow.app.token(
        grant_type="refresh_token", refresh_token=token, client_assertion=assertion
    )
    assert_refused(answer, 401, "invalid_client")
    (row,) = await rows(RefreshToken)
    assert row.used_at is None


async def test_no_token_outlives_its_grant(public_flow, token, clock):
    clock.pass_time(seconds=STAFF_GRANT_LIFE.total_seconds())
    assert_refused(await public_flow.refresh(token), 400, "invalid_grant")


async def test_a_kept_one_lives_on_from_each_use(flow, clock, rows, admin):
    token = (await flow.tokens())["refresh_token"]
    await admin.execute("update oauth_grants set expires_at = expires_at + interval '90 days'")
    for _ in range(3):
        clock.pass_time(days=6)
        assert (await flow.refresh(token)).status_code == 200
    clock.pass_time(seconds=REFRESH_LIFE.total_seconds())
    assert_refused(await flow.refresh(token), 400, "invalid_grant")
    (row,) = await rows(RefreshToken)
    assert row.token_hash == token_hash(token)
    assert row.ended_at is None


async def test_a_revoked_one_ends_its_grant(public_flow, token, rows):
    answer = await public_flow.app.post("/oauth/revoke", token=token, proof=None)
    assert answer.status_code == 200, answer.text
    (grant,) = await rows(OAuthGrant)
    assert grant.end_reason == "revoked_by_client"
    assert_refused(await public_flow.refresh(token), 400, "invalid_grant")
