"""The API for tills: one request redeems, by token alone, for whoever shows a code and whoever shows none."""

import pytest
from httpx import ASGITransport, AsyncClient
from oauth_client import OAuthApp, new_key, public_jwks
from observing import nothing_written
from small_codes import SmallCodes, code_of, resident_of
from small_perks import build_perks, give_tier

from suxin.consent.oauth.clients import CLIENT_CREDENTIALS, ClientDraft, register_client
from suxin.subjects.models import PassKind
from suxin_oauth.routes import routes as oauth_routes
from suxin_tenants import PROFILES
from suxin_tenants.merchant.till_api import routes
from suxin_web.application import build_app

ORIGIN = "http://suxin.test"
REDEEM = "/perks/v1/redemptions"
SCOPE = "perks.redemption.grant"


@pytest.fixture
async def web(runtime):
    transport = ASGITransport(build_app(runtime, [*oauth_routes, *routes]))
    async with AsyncClient(transport=transport, base_url=ORIGIN) as web:
        yield web
    await runtime.redeeming.close()


@pytest.fixture
async def perks(small_city):
    return await build_perks(small_city)


@pytest.fixture
def till(small_city, web, clock, perks):
    """Register a till, or another system, and give it a token."""

    async def registered(owner=None, scope: str = SCOPE) -> tuple[OAuthApp, str]:
        key = new_key()
        draft = ClientDraft(
            name="收银系统",
            grant_types=[CLIENT_CREDENTIALS],
            scopes=[scope],
            jwks=public_jwks(key),
        )
        client = await small_city.act(
            register_client, owner or perks.merchant, draft=draft, profiles=PROFILES
        )
        app = OAuthApp(web, ORIGIN, clock, client.client_id, key=key)
        return app, await app.access_token(grant_type=CLIENT_CREDENTIALS, scope=scope)

    return registered


async def redeem(app, token, key="till-key-1", **body):
    headers = {} if key is None else {"Idempotency-Key": key}
    return await app.call("POST", REDEEM, token=token, json=body, headers=headers)


async def test_a_visitor_is_served_in_one_request_and_once_a_key(till, perks, admin):
    programme = await perks.published(stock=9)
    app, token = await till()
    done = await redeem(app, token, programmeId=str(programme.id), persons=2)
    told = done.json()
    assert (done.status_code, told["state"], told["handle"], told["persons"]) == (
        201,
        "COMPLETED",
        None,
        2,
    )
    fallback = programme.fallback_read
    assert told["benefit"] == {
        "kind": fallback.kind.value,
        "label": fallback.label,
        "terms": fallback.terms,
        "figure": fallback.figure,
        "unit": fallback.kind.unit,
    }
    async with nothing_written(admin):
        again = await redeem(app, token, programmeId=str(programme.id), persons=2)
        assert (again.status_code, again.json()) == (201, told)
        assert again.headers["idempotency-replayed"] == "true"
    row = await admin.fetchrow(
        "select a.actor_kind, a.client_id, a.staff_id, r.held_by from audit_entries a join perk_redemptions r on r.id = a.object_id"
    )
    assert tuple(row) == ("client", app.client_id, None, None)


@pytest.mark.parametrize("agree", [True, False])
async def test_a_code_is_taken_and_the_answer_has_one_shape(
    agree, till, perks, small_city, admin, clock
):
    codes = SmallCodes(perks=perks, resident=resident_of(small_city))
    programme = await perks.published(stock=9)
    await give_tier(admin, small_city, small_city.person_id, 0)
    shown = await codes.present(programme, agree=agree)
    app, token = await till()
    code = code_of(shown.opened, clock.now())
    done = await redeem(app, token, code=code)
    told = done.json()
    better, fallback = programme.offers_read[0].benefit, programme.fallback_read
    assert (done.status_code, told["benefit"]["label"]) == (
        201,
        better.label if agree else fallback.label,
    )
    assert sorted(told) == [
        "benefit", "endedAt", "handle", "id", "persons", "programmeId", "state", "valueFen",
    ]  # fmt: skip
    assert len(told["handle"]) == 8
    async with nothing_written(admin):
        assert (await redeem(app, token, code=code)).json() == told
        twice = await redeem(app, token, "till-key-2", code=code)
        assert (twice.status_code, twice.json()["code"]) == (409, "PRESENTATION_CODE_REPLAYED")
    # The one-time consent ended with its use.
    live = "select count(*) from access_bases where purpose = 'perk.redeem' and ended_at is null"
    assert await admin.fetchval(live) == 0


async def test_what_is_refused_is_a_problem_and_leaves_the_code_unused(
    till, perks, small_city, admin, clock
):
    codes = SmallCodes(perks=perks, resident=resident_of(small_city))
    programme = await perks.published(stock=1, party_limit=2)
    lent = await perks.published("travel.bike")
    shown = await codes.present(programme, agree=False, kind=PassKind.PHONE)
    app, token = await till()
    code, known = code_of(shown.opened, clock.now()), str(programme.id)
    async with nothing_written(admin):
        for body, status, refused in (
            ({"code": code, "persons": 2}, 429, "PERK_STOCK_EXHAUSTED"),
            ({"programmeId": known, "persons": 2}, 429, "PERK_STOCK_EXHAUSTED"),
            ({"programmeId": known, "persons": 3}, 422, "PERK_GROUP_TOO_LARGE"),
            ({"programmeId": str(lent.id)}, 409, "PERK_NOT_AT_ONCE"),
            ({"programmeId": str(small_city.firm_id)}, 404, "NOT_FOUND"),
            ({"programmeId": known, "code": code}, 422, "INVALID"),
            ({}, 422, "INVALID"),
        ):
            answer = await redeem(app, token, **body)
            assert (answer.status_code, answer.json()["code"]) == (status, refused), body
            assert answer.headers["content-type"] == "application/problem+json"
        for key in (None, "short"):
            for body in ({"programmeId": known}, {"code": code}):
                answer = await redeem(app, token, key, **body)
                assert answer.json()["code"] == "IDEMPOTENCY_KEY_INVALID"
    assert (await redeem(app, token, code=code)).status_code == 201


async def test_a_till_of_a_merchants_own_redeems_alone(till, perks, small_city, admin):
    programme = await perks.published(stock=9)
    bank, banks = await till(small_city.banks[0].officer, "lending.product.read")
    reader, reads = await till(scope="perks.redemption.read")
    body = {"programmeId": str(programme.id)}
    async with nothing_written(admin):
        for app, token, status in ((bank, banks, 404), (reader, reads, 403)):
            answer = await redeem(app, token, **body)
            assert answer.status_code == status
        answer = await reader.web.post(REDEEM, json=body, headers={"Idempotency-Key": "till-key-1"})
        assert answer.status_code == 401
