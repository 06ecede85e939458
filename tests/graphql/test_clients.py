"""A tenant's clients over GraphQL: registered, changed, stopped and ended by its administrator."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from oauth_client import new_key, public_jwks
from observing import nothing_written

from suxin.consent.oauth.deprecated_uses import Use, add_uses
from suxin.consent.oauth.queries import deprecated_uses
from suxin.kernel.actor import Actor

DRAFT = {
    "name": "信贷管理系统",
    "grantTypes": ["client_credentials", "authorization_code"],
    "redirectUris": ["https://bank.example/callback"],
    "scopes": ["lending.product.read"],
    "detailTypes": ["credit_record"],
}


async def registered(bank) -> dict[str, object]:
    made = await bank.write("register_client", **DRAFT, jwks=public_jwks(new_key()))
    return made["client"]


async def test_a_client_is_registered_and_listed(bank_a, bank_b):
    client = await registered(bank_a)
    assert client["status"] == "ACTIVE"
    assert client["redirectUris"] == ["https://bank.example/callback"]
    assert [key["alg"] for key in client["jwks"]["keys"]] == ["ES256"]
    listed = await bank_a.run("clients", first=10)
    assert [edge["node"]["clientId"] for edge in listed["edges"]] == [client["clientId"]]
    assert (await bank_b.run("clients", first=10))["totalCount"] == 0


async def test_a_client_is_changed_stopped_and_ended(bank_a):
    client, key = await registered(bank_a), new_key()
    given = {"id": client["id"]}
    changed = await bank_a.write("replace_client_keys", **given, jwks=public_jwks(key))
    assert [one["kid"] for one in changed["client"]["jwks"]["keys"]] == [key.thumbprint()]
    moved = await bank_a.write(
        "replace_client_redirects", **given, redirectUris=["https://bank.example/new"]
    )
    assert moved["client"]["redirectUris"] == ["https://bank.example/new"]
    stopped = await bank_a.write("suspend_client", **given, reason="密钥泄露")
    assert (stopped["client"]["status"], stopped["client"]["statusReason"]) == (
        "SUSPENDED",
        "密钥泄露",
    )
    assert (await bank_a.write("resume_client", **given))["client"]["status"] == "ACTIVE"
    assert (await bank_a.write("retire_client", **given))["client"]["status"] == "RETIRED"
    refused = await bank_a.write("resume_client", **given)
    assert refused["code"] == "CLIENT_STATE_CONFLICT"


async def test_keys_are_given_by_their_address_in_place_of_a_set_and_back(bank_a):
    address, key = "https://bank.example/keys", new_key()
    made = await bank_a.write("register_client", **DRAFT, jwksUri=address)
    given = {"id": made["client"]["id"]}
    assert (made["client"]["jwks"], made["client"]["jwksUri"]) == (None, address)
    changed = await bank_a.write("replace_client_keys", **given, jwks=public_jwks(key))
    assert changed["client"]["jwksUri"] is None
    assert [one["kid"] for one in changed["client"]["jwks"]["keys"]] == [key.thumbprint()]
    back = await bank_a.write("replace_client_keys", **given, jwksUri=f"{address}/2027")
    assert (back["client"]["jwks"], back["client"]["jwksUri"]) == (None, f"{address}/2027")


@pytest.mark.parametrize(
    ("step", "changes", "field"),
    [
        ("keys", {}, "jwks"),
        ("keys", {"jwks": {"keys": []}}, "jwks"),
        ("keys", {"jwksUri": "http://bank.example/keys"}, "jwksUri"),
        ("redirects", {"redirectUris": ["https://*.bank.example/"]}, "redirectUris"),
        ("redirects", {"redirectUris": ["javascript:alert(1)"]}, "redirectUris"),
        ("redirects", {"redirectUris": []}, "redirectUris"),
    ],
)
async def test_a_change_that_does_not_do_leaves_the_client_as_it_was(
    bank_a, admin, step, changes, field
):
    client = await registered(bank_a)
    async with nothing_written(admin):
        refused = await bank_a.write(f"replace_client_{step}", id=client["id"], **changes)
    assert (refused["code"], refused["field"]) == ("INVALID", field)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "x"}, "name"),
        ({"grantTypes": ["password"]}, "grantTypes"),
        ({"redirectUris": ["https://bank.example/#x"]}, "redirectUris"),
        ({"scopes": ["tenancy.tenant.manage"]}, "scopes"),
        ({"detailTypes": ["everything"]}, "detailTypes"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "x"}]}}, "jwks"),
        ({"jwks": [1]}, "jwks"),
        ({"jwks": None}, "jwks"),
        ({"jwksUri": "https://bank.example/keys"}, "jwks"),
        ({"jwks": None, "jwksUri": "http://bank.example/keys"}, "jwksUri"),
        ({"jwks": None, "jwksUri": "https://u@bank.example/keys"}, "jwksUri"),
    ],
)
async def test_what_is_wrong_is_named_by_its_field(bank_a, admin, changes, field):
    async with nothing_written(admin):
        refused = await bank_a.write(
            "register_client", **{**DRAFT, "jwks": public_jwks(new_key()), **changes}
        )
    assert (refused["code"], refused["field"]) == ("INVALID", field)


async def test_anothers_client_is_not_found(bank_a, bank_b, admin):
    client = await registered(bank_a)
    async with nothing_written(admin):
        for step in ("suspend_client", "resume_client", "retire_client"):
            given = {"reason": "x"} if step == "suspend_client" else {}
            refused = await bank_b.write(step, id=client["id"], **given)
            assert refused["code"] == "NOT_FOUND"


USES = """query ($first: Int!) { deprecatedUses(first: $first) { totalCount edges { node {
  clientId client { name } coordinate day uses reason servedUntil
} } } }"""


async def test_an_administrator_reads_what_the_organisations_clients_still_use(
    bank_a, bank_b, desks, small_city
):
    client = await registered(bank_a)
    uses = {
        Use(bank.tenant_id, UUID(client_id), coordinate, date(2026, 11, day)): count
        for bank, client_id, coordinate, day, count in (
            (small_city.banks[0], client["clientId"], "Query.referrals(states:)", 20, 7),
            (small_city.banks[0], client["clientId"], "Query.longGone", 19, 2),
            (small_city.banks[1], str(uuid4()), "Query.referrals(states:)", 20, 1),
        )
    }
    async with small_city.database.transaction(Actor.system("test"), now=small_city.now) as session:
        await add_uses(session, uses)
    told = (await bank_a.data(USES, first=5))["deprecatedUses"]
    first, second = [edge["node"] for edge in told["edges"]]
    assert "use filter" in first.pop("reason")
    assert first == {
        "clientId": client["clientId"],
        "client": {"name": "信贷管理系统"},
        "coordinate": "Query.referrals(states:)",
        "day": "2026-11-20",
        "uses": 7,
        "servedUntil": "2027-12-31",
    }
    assert (second["coordinate"], second["reason"], second["servedUntil"]) == (
        "Query.longGone",
        None,
        None,
    )
    assert (await bank_b.data(USES, first=5))["deprecatedUses"]["totalCount"] == 1
    officer = await desks.open(small_city.banks[0], roles=["loan_officer"])
    assert await officer.codes(USES, first=5) == ["FORBIDDEN"]
    async with small_city.database.snapshot(small_city.operator, now=small_city.now) as session:
        seen = await session.scalars(deprecated_uses(small_city.operator))
        assert sorted(one.uses for one in seen) == [1, 2, 7]
