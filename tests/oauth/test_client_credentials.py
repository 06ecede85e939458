"""A tenant's system acting for itself: token, use, introspection, revocation, and what stops it."""

from uuid import UUID

import pytest
from code_flow import assert_refused
from sqlalchemy import select

from suxin.consent.oauth.clients import CLIENT_CREDENTIALS, CODE, retire_client, suspend_client
from suxin.consent.oauth.models import OAuthGrant, UsedAssertion
from suxin.consent.oauth.own_clients import WECHAT
from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.tenancy.commands import suspend_tenant
from suxin_graphql.trusted import OPERATIONS, document_id

QUERY = {"query": "{ viewer { tenant { name } permissions } }"}


async def test_a_token_opens_graphql_with_the_scopes_asked_for(bank_app, small_city):
    answer = await bank_app.token(grant_type="client_credentials", scope="lending.product.read")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == (
        "DPoP",
        600,
        "lending.product.read",
    )
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    seen = await bank_app.call("POST", "/graphql", token=body["access_token"], json=QUERY)
    assert seen.status_code == 200, seen.text
    assert seen.json()["data"]["viewer"]["permissions"] == ["lending.product.read"]


async def test_a_trusted_document_is_read_by_get_with_the_token_and_its_proof(bank_app):
    token = await bank_app.access_token(
        grant_type="client_credentials", scope="lending.product.read"
    )
    place = f"/graphql?documentId={document_id(OPERATIONS['viewer.graphql'])}"
    seen = await bank_app.call("GET", place, token=token)
    assert seen.status_code == 200, seen.text
    assert seen.json()["data"]["viewer"]["permissions"] == ["lending.product.read"]
    # The proof is for the method too.
    refused = await bank_app.call("GET", place, token=token, proof={"htm": "POST"})
    assert refused.status_code == 401
    assert 'error="invalid_dpop_proof"' in refused.headers["www-authenticate"]


async def test_introspection_and_revocation(bank_app, register, small_city):
    token = await bank_app.access_token(grant_type="client_credentials")
    told = await bank_app.post("/oauth/introspect", token=token)
    assert told.json()["active"] is True
    assert told.json()["client_id"] == bank_app.client_id
    stranger = await register(small_city.banks[1])
    assert (await stranger.post("/oauth/introspect", token=token)).json() == {"active": False}
    # Another client's revocation is answered as every other, and without effect.
    assert (await stranger.post("/oauth/revoke", token=token)).status_code == 200
    assert (await bank_app.call("POST", "/graphql", token=token, json=QUERY)).status_code == 200
    assert (await bank_app.post("/oauth/revoke", token=token)).status_code == 200
    refused = await bank_app.call("POST", "/graphql", token=token, json=QUERY)
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    assert (await bank_app.post("/oauth/introspect", token=token)).json() == {"active": False}


@pytest.mark.parametrize("step", [suspend_client, retire_client])
async def test_a_client_that_may_not_act_is_stopped_at_once(bank_app, small_city, step):
    token = await bank_app.access_token(grant_type="client_credentials")
    given = {"reason": "密钥泄露"} if step is suspend_client else {}
    await small_city.act(
        step, small_city.banks[0].officer, client_id=UUID(bank_app.client_id), **given
    )
    refused = await bank_app.call("POST", "/graphql", token=token, json=QUERY)
    assert refused.status_code == 401
    asked = await bank_app.token(grant_type="client_credentials")
    assert (asked.status_code, asked.json()["error"]) == (401, "invalid_client")


async def test_a_suspended_tenants_client_is_refused_and_uses_nothing(bank_app, small_city, rows):
    await small_city.act(
        suspend_tenant,
        small_city.operator,
        tenant_id=small_city.banks[0].tenant_id,
        reason="停业整顿",
    )
    asked = await bank_app.token(grant_type="client_credentials")
    assert (asked.status_code, asked.json()["error"]) == (401, "invalid_client")
    assert await rows(UsedAssertion) == []


async def test_a_client_gets_tokens_by_the_grants_it_is_registered_for_alone(register, rows):
    app = await register(grant_types=[CODE])
    for asked in ({"grant_type": CLIENT_CREDENTIALS}, {"grant_type": WECHAT, "js_code": "x"}):
        assert_refused(await app.token(**asked), 400, "unauthorized_client")
    assert await rows(OAuthGrant) == []


async def test_an_assertion_is_good_once_and_a_refused_one_uses_nothing(
    bank_app, small_city, clock
):
    assertion = bank_app.assertion()
    good = await bank_app.token(grant_type="client_credentials", assertion=assertion)
    assert good.status_code == 200, good.text
    again = await bank_app.token(grant_type="client_credentials", assertion=assertion)
    assert (again.status_code, again.json()["code"]) == (401, "OAUTH_CLIENT_REFUSED")
    await bank_app.token(
        grant_type="client_credentials", assertion={"aud": "https://other.example"}
    )
    anyone = Actor.anonymous("test")
    async with (
        small_city.database.transaction(anyone, now=clock.now()) as session,
        doorway(session),
    ):
        used = (await session.scalars(select(UsedAssertion))).all()
    assert len(used) == 1


async def test_what_is_refused_says_why_in_both_languages(bank_app):
    answer = await bank_app.token(grant_type="client_credentials", scope="tenancy.tenant.manage")
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "invalid_scope",
        "error_description": "the scope tenancy.tenant.manage cannot be granted",
        "code": "OAUTH_SCOPE_REFUSED",
        "detail": "不能授予权限范围“tenancy.tenant.manage”",
    }
    assert answer.headers["cache-control"] == "no-store"
    unknown = await bank_app.token(grant_type="password", username="a", password="b")
    assert (unknown.status_code, unknown.json()["error"]) == (400, "unsupported_grant_type")


async def test_the_metadata_names_what_is_served(web):
    told = (await web.get("/.well-known/oauth-authorization-server")).json()
    assert told["issuer"] == "http://suxin.test"
    assert told["require_pushed_authorization_requests"] is True
    for name, address in told.items():
        if name.endswith("_endpoint") and name != "grant_management_endpoint":
            path = address.removeprefix(told["issuer"])
            assert (await web.get(path)).status_code != 404, name
    keys = (await web.get("/oauth/jwks")).json()["keys"]
    assert {key["alg"] for key in keys} == {"ES256"}
    assert all(key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"} for key in keys)
