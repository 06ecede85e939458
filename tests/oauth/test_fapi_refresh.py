"""FAPI 2.0 Security Profile, ported: refresh tokens of a confidential client."""

import re

import pytest
from code_flow import assert_refused

from suxin.consent.oauth.models import OAuthGrant, RefreshToken


@pytest.mark.fapi("fapi2-security-profile-final-refresh-token")
async def test_a_refresh_token_is_its_clients_who_keeps_it(flow, other_flow, clock, rows, web):
    told = (await web.get("/.well-known/oauth-authorization-server")).json()
    assert "refresh_token" in told["grant_types_supported"]
    first, second = await flow.tokens(), await other_flow.tokens()
    assert re.fullmatch(r"[\x20-\x7e]+", first["refresh_token"])
    clock.pass_time(seconds=1)
    for own, tokens in ((flow, first), (other_flow, second)):
        refreshed = await own.refresh(tokens["refresh_token"])
        assert refreshed.status_code == 200, refreshed.text
        body = refreshed.json()
        assert body["access_token"] != tokens["access_token"]
        assert not {"refresh_token", "id_token"} & body.keys()
        await own.assert_works(body["access_token"])
        # It was not rotated, so it is as good half a minute later.
        clock.pass_time(seconds=30)
        assert (await own.refresh(tokens["refresh_token"])).status_code == 200
    kept = await rows(RefreshToken)
    # Without a proof, without an assertion, and by another client: refused, and nothing ends.
    token = second["refresh_token"]
    assert_refused(await other_flow.refresh(token, proof=None), 400, "invalid_request")
    assert_refused(await other_flow.refresh(token, assertion=None), 401, "invalid_client")
    assert_refused(await flow.refresh(token), 400, "invalid_grant")
    assert {row.expires_at for row in await rows(RefreshToken)} == {row.expires_at for row in kept}
    assert all(grant.ended_at is None for grant in await rows(OAuthGrant))
    assert (await other_flow.refresh(token)).status_code == 200
    # Nor is the second client's access token any use to the first.
    await flow.assert_dead(second["access_token"])


async def test_a_refresh_may_ask_for_less_and_not_for_more(flow, rows):
    tokens = await flow.tokens()
    less = await flow.refresh(tokens["refresh_token"], scope="lending.product.read")
    assert less.json()["scope"] == "lending.product.read"
    more = await flow.refresh(
        tokens["refresh_token"], scope="lending.product.read lending.offer.make"
    )
    assert_refused(more, 400, "invalid_scope")
    assert (await flow.refresh(tokens["refresh_token"])).json()["scope"] == tokens["scope"]
