"""A tenant's own identity provider over GraphQL: kept, tried, put in force and out, and forgotten by its administrator."""

from dataclasses import replace

import httpx
import pytest
from observing import acts, nothing_written, one
from small_provider import CLIENT_ID, SECRET, small_provider

from suxin.tenancy.providers.commands import note_provider_tried
from suxin.tenancy.providers.models import StaffIdentity
from suxin_graphql.http import routes
from suxin_web.application import build_app

ORIGIN = "http://suxin.test"


@pytest.fixture(scope="module")
def provider():
    with small_provider() as provider:
        yield provider


@pytest.fixture
def runtime(runtime, providers):
    """The platform, which may call the provider on this machine."""
    return replace(runtime, providers=providers)


@pytest.fixture
async def client(runtime):
    app = build_app(runtime, routes)
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 4711))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


def settings(provider, **changes):
    usual = {"issuer": provider.issuer, "clientId": CLIENT_ID, "method": "PRIVATE_KEY_JWT"}
    return usual | changes


async def tried(small_city, admin):
    row = await one(admin, "select * from identity_providers")
    known = {"provider_id": row["id"], "begun_at": small_city.now}
    await small_city.act(note_provider_tried, small_city.banks[0].officer, **known)
    return row["id"]


async def test_a_provider_is_kept_tried_put_in_force_and_out_and_forgotten(
    bank_a, bank_b, provider, small_city, admin
):
    assert (await bank_a.run("identity_provider"))["identityProvider"] is None
    kept = await bank_a.write(
        "set_identity_provider",
        **settings(provider, maxAgeMinutes=5, acrValues=["urn:bank:strong"], keepsPasswords=False),
    )
    refused = await bank_a.write("activate_identity_provider")
    assert refused["code"] == "IDENTITY_PROVIDER_UNTRIED"
    provider_id = await tried(small_city, admin)
    place = f"{ORIGIN}/oauth/log-in/with/{provider_id}"
    settings_now = kept["identityProvider"]
    assert settings_now | {"changedAt": None} == {
        "issuer": provider.issuer,
        "clientId": CLIENT_ID,
        "method": "PRIVATE_KEY_JWT",
        "trustsSecondFactor": False,
        "keepsPasswords": False,
        "maxAgeMinutes": 5,
        "acrValues": ["urn:bank:strong"],
        "state": "DRAFT",
        "triedAt": None,
        "changedAt": None,
        "logInUrl": place,
        "tryUrl": f"{place}?try=1",
        "answerUrl": f"{place}/answer",
        "logOutUrl": f"{place}/log-out",
    }
    in_force = await bank_a.write("activate_identity_provider")
    assert in_force["identityProvider"]["state"] == "ACTIVE"
    again = await bank_a.write("activate_identity_provider")
    assert again["code"] == "IDENTITY_PROVIDER_STATE_CONFLICT"
    refused = await bank_a.write("remove_identity_provider")
    assert refused["code"] == "IDENTITY_PROVIDER_STATE_CONFLICT"
    out = await bank_a.write("suspend_identity_provider")
    assert out["identityProvider"]["state"] == "SUSPENDED"
    gone = await bank_a.write("remove_identity_provider")
    assert gone == {"replayed": False, "identityProvider": None}
    told = await bank_a.run("identity_provider")
    assert told == {"identityProvider": None, "identityProviderLinks": 0}
    assert await acts(admin, "tenancy.identity_provider.") == [
        f"tenancy.identity_provider.{act}"
        for act in ("set", "tried", "activated", "suspended", "removed")
    ]


async def test_a_secret_is_kept_sealed_and_told_to_nobody(bank_a, provider, admin):
    form = settings(provider, method="CLIENT_SECRET_BASIC", secret=SECRET)
    kept = await bank_a.write("set_identity_provider", key="with-a-secret", **form)
    assert SECRET not in str(kept)
    row = await one(admin, "select * from identity_providers")
    assert SECRET.encode() not in row["secret_sealed"]
    assert SECRET not in str(await bank_a.run("identity_provider"))
    # Left out it stays, and the key of the request says nothing of it.
    again = await bank_a.write(
        "set_identity_provider", key="with-a-secret", **form | {"secret": None}
    )
    assert again["replayed"]
    same = await bank_a.write("set_identity_provider", **form | {"secret": None})
    assert not same["replayed"]
    now = await one(admin, "select * from identity_providers")
    assert now["secret_sealed"] == row["secret_sealed"]
    schema = '{ __type(name: "IdentityProvider") { fields { name } } }'
    names = (await bank_a.data(schema))["__type"]["fields"]
    assert not [one for one in names if "secret" in one["name"].lower()]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"issuer": "http://127.0.0.1:9"}, "IDENTITY_PROVIDER_UNREACHABLE", None),
        ({"issuer": "https://10.0.0.8"}, "IDENTITY_PROVIDER_UNREACHABLE", None),
        ({"clientId": "a b"}, "INVALID", "clientId"),
        ({"method": "CLIENT_SECRET_BASIC"}, "INVALID", "secret"),
        ({"maxAgeMinutes": -1}, "INVALID", "maxAgeMinutes"),
        ({"maxAgeMinutes": 1441}, "INVALID", "maxAgeMinutes"),
        ({"acrValues": ["urn:bank:strong", "a b"]}, "INVALID", "acrValues"),
        ({"acrValues": ["urn:bank:weak"]}, "IDENTITY_PROVIDER_UNFIT", "acrValues"),
    ],
)
async def test_settings_that_do_not_do_are_refused(
    bank_a, admin, provider, monkeypatch, changes, code, field
):
    monkeypatch.setitem(provider.published, "acr_values_supported", ["urn:bank:strong"])
    async with nothing_written(admin):
        refused = await bank_a.write("set_identity_provider", **settings(provider, **changes))
    assert (refused["code"], refused["field"]) == (code, field)


async def test_another_tenant_finds_none_of_it(bank_a, bank_b, provider, small_city, admin):
    await bank_a.write("set_identity_provider", **settings(provider))
    boss = bank_a.bank
    async with small_city.database.transaction(boss.officer, now=small_city.now) as session:
        link = {"tenant_id": boss.tenant_id, "staff_id": boss.staff_id, "subject": "u-1001"}
        session.add(StaffIdentity(**link, linked_at=small_city.now))
    assert (await bank_a.run("identity_provider"))["identityProviderLinks"] == 1
    told = await bank_b.run("identity_provider")
    assert told == {"identityProvider": None, "identityProviderLinks": 0}
    async with nothing_written(admin):
        for step in ("activate", "suspend", "remove"):
            refused = await bank_b.write(f"{step}_identity_provider")
            assert refused["code"] == "NOT_FOUND"
    # What it sets is its own.
    await bank_b.write("set_identity_provider", **settings(provider, clientId="other"))
    assert (await bank_a.run("identity_provider"))["identityProvider"]["clientId"] == CLIENT_ID
    gone = await bank_b.write("remove_identity_provider")
    assert gone["identityProvider"] is None
    assert (await bank_a.run("identity_provider"))["identityProviderLinks"] == 1


@pytest.mark.parametrize("role", ["product_manager", "loan_officer", "viewer"])
async def test_nobody_but_who_manages_staff_sees_or_sets_it(
    desks, small_city, admin, provider, role
):
    someone = await desks.open(small_city.banks[0], roles=[role])
    assert await someone.codes("{ identityProvider { issuer } }") == ["FORBIDDEN"]
    async with nothing_written(admin):
        refused = await someone.write("set_identity_provider", **settings(provider))
        assert refused["code"] == "FORBIDDEN"
