"""Subscriptions end when the token, the session, the consent, the client, the right or the tenant behind them does."""

import json

import pytest
from code_flow import CALLBACK, answer_of, fields
from oauth_client import new_verifier
from sqlalchemy import select
from staff_log_ins import at_desk as desk_headers
from streaming import opened_events, opened_socket, until
from subject_decisions import decision_page, open_door

from suxin.consent.commands import publish_notice_texts, revoke_consent
from suxin.consent.models import Consent
from suxin.consent.oauth.clients import retire_client, suspend_client
from suxin.consent.oauth.desk import log_out_of_desk
from suxin.consent.oauth.grants import end_grants_on_consent
from suxin.kernel.actor import Actor
from suxin.kernel.announcements import announce
from suxin.kernel.ids import parse_id
from suxin.lending.dispatch import REFERRAL_ARRIVED
from suxin.tenancy.commands import suspend_tenant
from suxin.tenancy.models import Membership
from suxin.tenancy.password_changes import reset_password
from suxin.tenancy.roles import revoke_role
from suxin.tenancy.staff import end_staff
from suxin_graphql.streams import running
from suxin_tenants import PROFILES


@pytest.fixture(autouse=True)
def looking_seldom(monkeypatch):
    """What ends a subscription at once is announced; the look that is taken every few seconds besides would hide that none was."""
    monkeypatch.setattr(running, "LOOK_EVERY_S", 3_600.0)


ARRIVED = "subscription { referralArrived { id state } }"
ENDED = "subscription { consentEnded { id state purpose } }"


async def end_of(socket, name):
    """The error that ends a subscription: its reason and whether one may come again."""
    told = await socket.message()
    assert (told["id"], told["type"]) == (name, "error"), told
    [error] = told["payload"]
    assert error["extensions"]["code"] == "SUBSCRIPTION_ENDED"
    assert error["message"] == error["extensions"]["messageZh"]
    assert error["message"].startswith("订阅已终止：")
    assert error["extensions"]["messageEn"].startswith("The subscription has ended: ")
    return error["extensions"]["reason"], error["extensions"]["retryable"]


async def suspended_client(city, app):
    await city.act(
        suspend_client,
        city.banks[0].officer,
        client_id=parse_id(app.client_id, field="id"),
        reason="密钥泄露",
    )


async def retired_client(city, app):
    await city.act(
        retire_client, city.banks[0].officer, client_id=parse_id(app.client_id, field="id")
    )


async def suspended_tenant(city, _):
    await city.act(
        suspend_tenant, city.operator, tenant_id=city.banks[0].tenant_id, reason="停业整顿"
    )


async def revoked_token(_, app):
    answer = await app.post("/oauth/revoke", token=app.token_now)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("cause", "reason", "code"),
    [
        (revoked_token, "TOKEN_REVOKED", 4401),
        (suspended_client, "CLIENT_STOPPED", 4403),
        (retired_client, "CLIENT_STOPPED", 4403),
        (suspended_tenant, "TENANT_SUSPENDED", 4403),
    ],
)
async def test_a_token_that_ends_ends_its_subscriptions_at_once(
    url, bank_app, register, shown_by, small_city, heard, ended, cause, reason, code
):
    bank_app.token_now = await bank_app.access_token(grant_type="client_credentials")
    other = await register(small_city.banks[1])
    others = await other.access_token(grant_type="client_credentials")
    async with opened_socket(url) as socket, opened_socket(url) as bystander:
        await bystander.begin(**shown_by(other, others))
        await bystander.subscribe(ARRIVED)
        await socket.begin(**shown_by(bank_app, bank_app.token_now))
        name = await socket.subscribe(ARRIVED)
        await cause(small_city, bank_app)
        assert await end_of(socket, name) == (reason, False)
        assert await socket.closed() == (code, reason)
        await bystander.silent()
        assert heard.listeners == 1
    assert ended() == {reason: 1, "LEFT": 1}


async def test_a_token_that_expires_ends_its_subscriptions(
    url, bank_app, shown_by, clock, looking_often
):
    token = await bank_app.access_token(grant_type="client_credentials")
    async with opened_socket(url) as socket:
        await socket.begin(**shown_by(bank_app, token))
        name = await socket.subscribe(ARRIVED)
        clock.pass_time(minutes=10)
        assert await end_of(socket, name) == ("TOKEN_EXPIRED", False)
        assert await socket.closed() == (4401, "TOKEN_EXPIRED")


async def test_nothing_is_told_after_the_end_however_late_it_is_noticed(
    url, bank_app, shown_by, clock, small_city, receipts
):
    """No signal and no look between: the event itself is held against what its subscriber may at that moment."""
    token = await bank_app.access_token(grant_type="client_credentials")
    async with opened_socket(url) as socket:
        await socket.begin(**shown_by(bank_app, token))
        name = await socket.subscribe("subscription { referralArrived { applicant { name } } }")
        clock.pass_time(minutes=10)
        await small_city.submit()
        assert await end_of(socket, name) == ("TOKEN_EXPIRED", False)
    assert await receipts() == []


@pytest.fixture
def receipts(admin):
    async def read():
        return await admin.fetch("select 1 from audit_entries where action = 'data.read'")

    return read


async def logged_out(city, cookie):
    anyone = Actor.anonymous("test")
    async with city.database.transaction(anyone, now=city.now) as session:
        await log_out_of_desk(session, token=cookie, now=city.now)


async def left_the_bank(city, cookie):
    await city.act(end_staff, city.banks[0].officer, staff_id=cookie.staff_id, profiles=PROFILES)


async def given_another_password(city, cookie):
    await city.act(
        reset_password,
        city.banks[0].officer,
        staff_id=cookie.staff_id,
        password="another-Long-pass-2",
        sealer=city.sealer,
    )


@pytest.mark.parametrize(
    ("cause", "reason", "code"),
    [
        (logged_out, "SESSION_ENDED", 4401),
        (left_the_bank, "SESSION_ENDED", 4401),
        (given_another_password, "SESSION_ENDED", 4401),
        (suspended_tenant, "TENANT_SUSPENDED", 4403),
    ],
)
async def test_a_session_that_ends_ends_its_subscriptions_at_once(
    small_city, desk, at_desk, cause, reason, code
):
    cookie, colleague = await desk(), await desk()
    async with at_desk(cookie) as socket, at_desk(colleague) as other:
        name, second = await socket.subscribe(ARRIVED), await socket.subscribe(ENDED_OR_ARRIVED)
        kept = await other.subscribe(ARRIVED)
        await cause(small_city, cookie)
        told = [await socket.message()]
        assert told[0]["id"] in {name, second}
        assert told[0]["payload"][0]["extensions"]["reason"] == reason
        assert await socket.closed() == (code, reason)
        if cause is suspended_tenant:
            assert await end_of(other, kept) == (reason, False)
        else:
            await other.silent()


ENDED_OR_ARRIVED = "subscription Other { referralArrived { state } }"


async def test_a_role_that_is_taken_away_ends_what_needed_it(small_city, desk, at_desk, admin):
    cookie = await desk(roles=["loan_officer", "product_manager"])
    async with at_desk(cookie) as socket:
        name = await socket.subscribe(ARRIVED)
        officer = small_city.banks[0].officer
        async with small_city.database.snapshot(officer, now=small_city.now) as session:
            membership_id = await session.scalar(
                select(Membership.id).where(
                    Membership.staff_id == cookie.staff_id, Membership.role == "loan_officer"
                )
            )
        await small_city.act(revoke_role, officer, membership_id=membership_id, profiles=PROFILES)
        assert await end_of(socket, name) == ("PERMISSION_LOST", False)
        # He is still who he is: the connection stays, and takes no such subscription any more.
        await socket.send(id="b", type="subscribe", payload={"query": ARRIVED})
        told = await socket.message()
        assert told["payload"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_an_open_page_does_not_keep_its_session_alive(
    small_city, desk, at_desk, clock, looking_often, admin
):
    cookie = await desk()
    async with at_desk(cookie) as socket:
        name = await socket.subscribe(ARRIVED)
        clock.pass_time(minutes=59)
        await socket.silent()
        await small_city.submit(now=clock.now())
        assert (await socket.message())["type"] == "next"
        clock.pass_time(minutes=2)
        assert await end_of(socket, name) == ("SESSION_ENDED", False)
        assert await socket.closed() == (4401, "SESSION_ENDED")


@pytest.fixture
async def approved(bank_app, small_city, clock):
    """A token of the bank's that the applicant approved, and the id of his consent behind it."""
    await small_city.act(publish_notice_texts, Actor.system("test"))
    await open_door(small_city)
    detail = {
        "type": "credit_record",
        "purpose": "loan.match",
        "datatypes": ["honours"],
        "life_days": 400,
    }
    verifier, web = new_verifier(), bank_app.web
    page = await decision_page(bank_app, web, small_city, clock, verifier, json.dumps([detail]))
    decided = await web.post(
        "/oauth/authorize",
        data={**fields(page.text), "categories": ["honours"], "decision": "allow"},
    )
    tokens = await bank_app.token(
        grant_type="authorization_code",
        code=answer_of(decided)["code"],
        redirect_uri=CALLBACK,
        code_verifier=verifier,
    )
    web.cookies.clear()
    person = Actor.subject("test", person_id=small_city.person_id, subject_id=small_city.person_id)
    async with small_city.database.snapshot(person, now=clock.now()) as session:
        consent_id = await session.scalar(select(Consent.id))
    return tokens.json()["access_token"], person, consent_id


async def test_a_consent_that_is_taken_back_ends_what_its_token_listened_to(
    url, bank_app, register, shown_by, small_city, clock, approved, desk, at_desk
):
    token, person, consent_id = approved
    system = await register(scopes=("subjects.record.read",))
    whole = await system.access_token(grant_type="client_credentials")
    async with opened_socket(url) as socket, opened_socket(url) as of_bank:
        await socket.begin(**shown_by(bank_app, token))
        name = await socket.subscribe(ENDED)
        await of_bank.begin(**shown_by(system, whole))
        await of_bank.subscribe(ENDED)
        await small_city.act(
            revoke_consent, person, consent_id=consent_id, reason=None, now=clock.now()
        )
        assert await end_of(socket, name) == ("CONSENT_ENDED", False)
        assert await socket.closed() == (4401, "CONSENT_ENDED")
        # The bank itself is told that it ended, and no more of it.
        told = await of_bank.message()
    ended = told["payload"]["data"]["consentEnded"]
    assert ended.pop("id")
    assert ended == {"state": "REVOKED", "purpose": "loan.match"}


async def test_another_bank_is_not_told_of_a_consent(url, register, shown_by, small_city):
    stranger = await register(small_city.banks[1], scopes=("subjects.record.read",))
    token = await stranger.access_token(grant_type="client_credentials")
    submitted = await small_city.submit()
    granted = await small_city.consent(submitted.request.id, small_city.banks[0])
    async with opened_socket(url) as socket:
        await socket.begin(**shown_by(stranger, token))
        await socket.subscribe(ENDED)
        await small_city.act(
            revoke_consent, small_city.applicant, consent_id=granted.consent_id, reason=None
        )
        await socket.silent()


async def test_a_grant_that_ends_is_named(url, bank_app, shown_by, small_city, clock, approved):
    token, _, consent_id = approved
    async with opened_socket(url) as socket:
        await socket.begin(**shown_by(bank_app, token))
        name = await socket.subscribe(ENDED)
        anyone = Actor.anonymous("test")
        async with small_city.database.transaction(anyone, now=clock.now()) as session:
            await end_grants_on_consent(
                session, consent_id, reason="account_closed", now=clock.now()
            )
        assert await end_of(socket, name) == ("GRANT_ENDED", False)


async def test_a_basis_that_ends_meanwhile_shows_nothing_more(
    small_city, desk, at_desk, receipts, now
):
    """One referral, told of twice: with the applicant's consent, and after he took it back."""
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    granted = await small_city.consent(submitted.request.id, bank)
    referral_id = await small_city.referral_to(submitted, bank)

    async def told():
        async with small_city.database.transaction(bank.officer, now=now) as session:
            await announce(
                session,
                tenant_id=bank.tenant_id,
                topic=REFERRAL_ARRIVED,
                object_id=referral_id,
            )
        return (await socket.message())["payload"]["data"]["referralArrived"]

    async with at_desk(await desk()) as socket:
        await socket.subscribe("subscription { referralArrived { state applicant { name } } }")
        assert await told() == {
            "state": "DISPATCHED",
            "applicant": {"name": "宿迁市沭河木业有限公司"},
        }
        # On record by the time it is told.
        assert len(await receipts()) == 1
        await small_city.act(
            revoke_consent, small_city.applicant, consent_id=granted.consent_id, reason=None
        )
        assert await told() == {"state": "DISPATCHED", "applicant": None}
        assert len(await receipts()) == 1


@pytest.mark.parametrize("over", ["websocket", "sse"])
async def test_what_may_have_been_missed_is_said(
    url, small_city, desk, at_desk, admin, heard, over
):
    cookie = await desk()
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%' or query = 'select 1'"
    if over == "sse":
        async with opened_events(url, ARRIVED, headers=desk_headers(cookie)) as stream:
            await stream.begun()
            await admin.execute(cut)
            name, told = await stream.next()
            assert (name, told["errors"][0]["extensions"]["reason"]) == ("next", "EVENTS_MISSED")
            assert told["errors"][0]["extensions"]["retryable"] is True
            assert await stream.next() == ("complete", None)
        return
    async with at_desk(cookie) as socket:
        name = await socket.subscribe(ARRIVED)
        await admin.execute(cut)
        assert await end_of(socket, name) == ("EVENTS_MISSED", True)
        # Over the same connection he subscribes anew, and hears again.
        await socket.subscribe(ARRIVED)
        await small_city.submit()
        assert (await socket.message())["type"] == "next"


async def test_the_end_comes_as_an_event_too(url, bank_app, small_city, ended, heard):
    token = await bank_app.access_token(grant_type="client_credentials")
    bank_app.token_now = token
    for _ in range(2):
        proof = bank_app.proof("POST", f"{url}/graphql", token=token)
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
        async with opened_events(url, ARRIVED, headers=headers) as stream:
            if stream.response.status_code == 401:
                bank_app.nonce = stream.response.headers["dpop-nonce"]
                continue
            await stream.begun()
            await revoked_token(small_city, bank_app)
            name, told = await stream.next()
            assert await stream.next() == ("complete", None)
    [error] = told["errors"]
    assert (name, error["extensions"]["reason"]) == ("next", "TOKEN_REVOKED")
    await until(lambda: heard.listeners == 0)
    assert ended() == {"TOKEN_REVOKED": 1}
