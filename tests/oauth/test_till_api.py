"""The API for tills: one request redeems, by token alone, for whoever shows a code and whoever shows none."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest
from httpx import ASGITransport, AsyncClient
from oauth_client import OAuthApp, new_key, public_jwks
from observing import nothing_written
from openapi_spec_validator import OpenAPIV31SpecValidator
from small_codes import SmallCodes, code_of, resident_of
from small_perks import build_perks, give_tier

from suxin.consent.oauth.clients import CLIENT_CREDENTIALS, ClientDraft, register_client
from suxin.kernel.refusals import refusal_catalogue
from suxin.subjects.models import PassKind
from suxin.tenancy.profiles import TenantKind
from suxin_oauth.routes import routes as oauth_routes
from suxin_tenants import PROFILES
from suxin_tenants.merchant.till_api import routes
from suxin_tenants.merchant.till_openapi import document
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


async def test_forged_replayed_expired_and_anothers_codes_redeem_nothing(
    till, perks, small_city, admin, clock
):
    codes = SmallCodes(perks=perks, resident=resident_of(small_city))
    programme = await perks.published(stock=9)
    shown = await codes.present(programme, agree=False)
    app, token = await till()
    rivals = await build_perks(small_city, TenantKind.ATTRACTION)
    other, others = await till(rivals.merchant)
    code = code_of(shown.opened, clock.now())
    forged = code[:-1] + ("A" if code[-1] != "A" else "B")

    async def refused(app, token, code):
        answer = await redeem(app, token, f"till-{uuid4()}", code=code)
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.status_code, answer.json()["code"]

    assert await refused(app, token, "4111 1111") == (422, "PRESENTATION_CODE_UNREADABLE")
    assert await refused(app, token, forged) == (422, "PRESENTATION_CODE_NOT_GENUINE")
    assert await admin.fetchval("select failures from presentation_passes") == 1
    theirs = (422, "PRESENTATION_CODE_FOR_ANOTHER_MERCHANT")
    assert await refused(other, others, code) == theirs
    answer = await redeem(other, others, programmeId=str(programme.id))
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert await admin.fetchval("select count(*) from perk_redemptions") == 0
    assert (await redeem(app, token, code=code)).status_code == 201
    assert await refused(app, token, code) == (409, "PRESENTATION_CODE_REPLAYED")
    late = await codes.present(programme, agree=False)
    old = code_of(late.opened, clock.now())
    clock.pass_time(seconds=90)
    assert await refused(app, token, old) == (422, "PRESENTATION_CODE_EXPIRED")
    assert await admin.fetchval("select count(*) from perk_redemptions") == 1


async def test_32_tills_at_once_are_served_no_more_than_there_is(till, perks, small_city, admin):
    codes = SmallCodes(perks=perks, resident=resident_of(small_city))
    programme = await perks.published(stock=20)
    shown = await codes.present(programme, agree=False)
    app, token = await till()
    # The first answer has the nonce that all of them then prove with.
    await app.call("GET", "/perks/v1/openapi.json", token=token)
    visitor = {"programmeId": str(programme.id)}
    bodies = [visitor] * 31 + [{"code": code_of(shown.opened, small_city.now)}]
    answers = await asyncio.gather(
        *(redeem(app, token, f"till-key-{at}", **body) for at, body in enumerate(bodies))
    )
    told = Counter(one.json().get("code", one.json().get("state")) for one in answers)
    assert told == {"COMPLETED": 20, "PERK_STOCK_EXHAUSTED": 12}
    assert await admin.fetchval("select sum(uses) from perk_redemptions") == 20


async def test_its_document_is_valid_and_says_what_the_route_does(web):
    served = await web.get("/perks/v1/openapi.json")
    published = served.json()
    assert (served.headers["content-type"], published) == ("application/json", document())
    assert list(OpenAPIV31SpecValidator(published).iter_errors()) == []
    operation = published["paths"]["/redemptions"]["post"]
    assert operation["security"] == [{"till": [SCOPE]}]
    headers = {one["name"] for one in operation["parameters"] if one["required"]}
    assert headers == {"DPoP", "Idempotency-Key"}
    told = {
        code: int(status)
        for status, response in operation["responses"].items()
        if int(status) >= 400
        for code in response["content"]["application/problem+json"]["schema"]["allOf"][1][
            "properties"
        ]["code"]["enum"]
    }
    known = refusal_catalogue()
    assert set(told) - {"INTERNAL_ERROR"} <= set(known)
    assert {
        "PERK_NOT_AT_ONCE": 409,
        "PRESENTATION_CODE_REPLAYED": 409,
        "FORBIDDEN": 403,
    }.items() <= told.items()
