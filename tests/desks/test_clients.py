"""A house's clients at its desk: registering, changing keys and addresses, suspending, retiring."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from oauth_client import new_key, public_jwks
from observing import acts, nothing_written, one

from suxin.consent.oauth.deprecated_uses import Use, add_uses
from suxin.kernel.actor import Actor
from suxin.kernel.working_days import local_day

CREDIT_SYSTEM = {
    "name": "信贷管理系统",
    "confidential": "yes",
    "grantTypes": ["client_credentials", "authorization_code"],
    "redirectUris": "https://bank.example/callback\nhttps://bank.example/other",
    "scopes": ["lending.product.read"],
    "detailTypes": ["credit_record"],
}


def with_keys(*keys, **changes) -> dict[str, object]:
    return {**CREDIT_SYSTEM, "jwks": json.dumps(public_jwks(*(keys or (new_key(),)))), **changes}


async def registered(desk) -> str:
    """Register the credit system and return its page's path."""
    return (await desk.post("/desk/clients", **with_keys())).headers["location"]


async def test_an_administrator_registers_a_client_and_sees_what_its_integrator_needs(
    desks, admin, words
):
    desk = await desks.of("bank_admin")
    assert "还没有接口客户端" in words(await desk.get("/desk/clients"))
    page = words(await desk.get(await registered(desk)))
    row = await one(admin, "select * from oauth_clients")
    for shown in ("信贷管理系统", str(row["id"]), "http://suxin.test", "查看贷款产品", "ES256"):
        assert shown in page
    assert row["redirect_uris"] == ["https://bank.example/callback", "https://bank.example/other"]
    assert row["scopes"] == ["lending.product.read"]
    assert "信贷管理系统" in words(await desk.get("/desk/clients"))
    assert await acts(admin, "consent.client.") == ["consent.client.registered"]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "此项必填"),
        ({"name": "行"}, "name", "应为 2 至 60 个字"),
        ({"redirectUris": "http://bank.example/callback"}, "redirectUris", "完整的 https 地址"),
        ({"redirectUris": "https://*.bank.example/"}, "redirectUris", "完整的 https 地址"),
        ({"redirectUris": ""}, "redirectUris", "应有 1 至 10 个"),
        ({"jwks": "{"}, "jwks", "不是有效的 JSON 公钥集"),
        ({"jwks": ""}, "jwks", "应提供公钥集或其地址之一"),
        ({"jwks": json.dumps(new_key().as_dict(private=True))}, "jwks", "不得含私钥"),
        ({"jwks": "", "jwksUri": "http://bank.example/k"}, "jwksUri", "应为 https 地址"),
    ],
)
async def test_what_is_wrong_with_a_client_is_said_beside_the_field(
    desks, admin, changes, field, message
):
    desk = await desks.of("bank_admin")
    async with nothing_written(admin):
        answer = await desk.post("/desk/clients", **with_keys(**changes))
    assert answer.status_code == 422
    assert message in answer.text.split(f'id="e-{field}"')[1].split("</p>")[0]


async def test_keys_and_addresses_are_replaced(desks, admin):
    desk = await desks.of("bank_admin")
    place, key = await registered(desk), new_key()
    await desk.done(f"{place}/keys", jwks=json.dumps(public_jwks(key)))
    await desk.done(f"{place}/redirects", redirectUris="https://bank.example/new")
    row = await one(admin, "select jwks, redirect_uris from oauth_clients")
    assert [one["kid"] for one in json.loads(row["jwks"])["keys"]] == [key.thumbprint()]
    assert row["redirect_uris"] == ["https://bank.example/new"]
    async with nothing_written(admin):
        refused = await desk.post(f"{place}/redirects", redirectUris="javascript:alert(1)")
    assert refused.status_code == 422
    assert "完整的 https 地址" in refused.text


async def test_keys_are_given_by_their_address_in_place_of_a_set_and_back(desks, admin, words):
    desk = await desks.of("bank_admin")
    address, key = "https://bank.example/keys", new_key()
    place = (await desk.post("/desk/clients", **with_keys(jwks="", jwksUri=address))).headers[
        "location"
    ]
    keys = "select jwks, jwks_uri from oauth_clients"
    row = await one(admin, keys)
    assert (row["jwks"], row["jwks_uri"]) == (None, address)
    assert f"从 {address} 读取" in words(await desk.get(place))
    await desk.done(f"{place}/keys", jwks=json.dumps(public_jwks(key)))
    row = await one(admin, keys)
    assert row["jwks_uri"] is None
    assert [one["kid"] for one in json.loads(row["jwks"])["keys"]] == [key.thumbprint()]
    await desk.done(f"{place}/keys", jwksUri=f"{address}/2027")
    row = await one(admin, keys)
    assert (row["jwks"], row["jwks_uri"]) == (None, f"{address}/2027")
    for wrong in ("http://bank.example/k", "https://u@bank.example/k", ""):
        async with nothing_written(admin):
            refused = await desk.post(f"{place}/keys", jwksUri=wrong)
        assert refused.status_code == 422


async def test_a_clients_steps_are_its_own_administrators_alone(desks, admin):
    desk = await desks.of("bank_admin")
    place = await registered(desk)
    steps = {
        "keys": {"jwks": json.dumps(public_jwks(new_key()))},
        "redirects": {"redirectUris": "https://evil.example/"},
        "suspend": {},
        "resume": {},
        "retire": {},
    }
    rival = await desks.of("bank_admin", desks.city.banks[1].tenant_id)
    officer = await desks.of("loan_officer")
    await rival.get(place, status=404)
    async with nothing_written(admin):
        assert (await officer.post("/desk/clients", **with_keys())).status_code == 403
        for step, given in steps.items():
            assert (await officer.post(f"{place}/{step}", **given)).status_code == 403, step
            assert (await rival.post(f"{place}/{step}", **given)).status_code == 404, step


async def test_a_client_is_suspended_resumed_and_retired(desks, admin, words):
    desk = await desks.of("bank_admin")
    place = await registered(desk)
    for step, status in (("suspend", "SUSPENDED"), ("resume", "ACTIVE"), ("retire", "RETIRED")):
        await desk.done(f"{place}/{step}")
        assert (await one(admin, "select status from oauth_clients"))["status"] == status
    async with nothing_written(admin):
        await desk.post(f"{place}/resume")
    assert "当前状态为“已停用”，不能执行该操作" in words(await desk.get(place))


async def test_whoever_may_not_see_clients_has_no_page_of_them(desks):
    desk = await desks.of("loan_officer")
    assert "没有权限" in await desk.get("/desk/clients", status=403)


async def test_a_clients_page_and_the_operators_tell_what_is_used_of_the_deprecated_schema(
    desks, words
):
    desk, operator, city = await desks.of("bank_admin"), await desks.operator(), desks.city
    place, bank = await registered(desk), desks.city.banks[0].tenant_id
    client, other, today = UUID(place.rpartition("/")[2]), uuid4(), local_day(desks.city.now)
    assert "近 90 天没有使用弃用的接口" in words(await desk.get(place))
    old = "Query.referrals(states:)"
    counted = {
        Use(bank, client, old, today): 2,
        Use(bank, client, old, today - timedelta(days=1)): 3,
        Use(bank, client, "Query.wasLongAgo", today - timedelta(days=91)): 1,
        Use(bank, other, "Query.ofAnother", today): 4,
        Use(city.banks[1].tenant_id, other, "Query.ofARival", today): 5,
    }
    async with city.database.transaction(Actor.system("test"), now=city.now) as session:
        await add_uses(session, counted)
    page = words(await desk.get(place))
    assert f"{old} 5 {today.isoformat()}" in page
    assert "wasLongAgo" not in page
    assert "ofAnother" not in page
    shown = words(await operator.get(f"/desk/tenants/{bank}"))
    assert f"{old} client_id {client} 5 {today.isoformat()}" in shown
    assert f"Query.ofAnother client_id {other} 4" in shown
    assert "ofARival" not in shown
