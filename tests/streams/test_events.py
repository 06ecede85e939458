"""Subscriptions by server-sent events (graphql-sse, distinct connections mode)."""

import asyncio

import httpx
import pytest
from costs import without_cost
from small_city import offered
from staff_log_ins import at_desk
from streaming import opened_events, until

from suxin.kernel.announcements import MAX_WAITING, announce
from suxin.kernel.ids import new_id
from suxin.lending.commands.offers import accept_offer
from suxin.lending.dispatch import REFERRAL_ARRIVED
from suxin_graphql.streams import events, places
from suxin_graphql.streams.tally import SENT

ARRIVED = "subscription { referralArrived { id state } }"
CHOSEN = "subscription { offerChosen { amountFen } }"


async def test_each_bank_is_told_of_its_own(url, small_city, desk):
    one, other = [at_desk(await desk(bank)) for bank in small_city.banks]
    before = SENT["sse"]
    async with (
        opened_events(url, CHOSEN, headers=one) as first,
        opened_events(url, CHOSEN, headers=other) as second,
    ):
        for stream in (first, second):
            assert stream.response.status_code == 200
            assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert stream.response.headers["cache-control"] == "no-store"
            await stream.begun()
        _, offer_id = await offered(small_city, small_city.banks[0])
        await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
        assert await first.next() == ("next", {"data": {"offerChosen": {"amountFen": 40_000_000}}})
        # Nobody is told of another's, and nobody of his own twice.
        for stream in (first, second):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await stream.next()
    assert SENT["sse"] == before + 1


async def test_a_bank_system_subscribes_with_a_token(url, bank_app, small_city):
    token = await bank_app.access_token(grant_type="client_credentials")
    for _ in range(2):
        proof = bank_app.proof("POST", f"{url}/graphql", token=token)
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
        async with opened_events(url, ARRIVED, headers=headers) as stream:
            if stream.response.status_code == 401:
                bank_app.nonce = stream.response.headers["dpop-nonce"]
                continue
            await stream.begun()
            await small_city.submit()
            name, told = await stream.next()
    assert (name, told["data"]["referralArrived"]["state"]) == ("next", "DISPATCHED")


async def test_what_is_wrong_is_answered_at_once(url, desk):
    officer, clerk = at_desk(await desk()), at_desk(await desk(roles=["product_manager"]))
    cases = [
        (ARRIVED, {}, 401, "UNAUTHENTICATED"),
        (ARRIVED, {"Cookie": officer["Cookie"]}, 403, "CSRF_REFUSED"),
        (ARRIVED, clerk, 403, "FORBIDDEN"),
        ("{ viewer { areas } }", officer, 400, "STREAM_NEEDS_SUBSCRIPTION"),
        ("subscription { nothing { id } }", officer, 400, "DOCUMENT_INVALID"),
    ]
    for query, headers, status, code in cases:
        async with opened_events(url, query, headers=headers) as stream:
            body = await stream.response.aread()
            assert stream.response.status_code == status, body
            assert stream.response.headers["content-type"].startswith("application/json")
            assert stream.response.json()["errors"][0]["extensions"]["code"] == code


@pytest.mark.parametrize(
    "accept", [None, "application/json", "application/json, text/event-stream", "*/*"]
)
async def test_a_subscription_is_not_answered_in_json(url, desk, accept):
    headers = at_desk(await desk()) | ({} if accept is None else {"Accept": accept})
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        answer = await client.post("/graphql", json={"query": ARRIVED}, headers=headers)
        query = await client.post(
            "/graphql", json={"query": "{ viewer { areas } }"}, headers=headers
        )
    assert answer.status_code == 406
    assert answer.json()["errors"][0]["extensions"]["code"] == "OPERATION_NEEDS_STREAM"
    assert without_cost(query) == {"data": {"viewer": {"areas": []}}}


async def test_nothing_of_it_is_left_when_the_caller_leaves(url, desk, heard, database, ended):
    headers = at_desk(await desk())
    await heard.open()
    before = asyncio.all_tasks()
    async with opened_events(url, ARRIVED, headers=headers) as stream:
        await stream.begun()
        assert heard.listeners == 1
    await until(lambda: heard.listeners == 0 and asyncio.all_tasks() <= before)
    assert database.connections_in_use == 0
    assert ended() == {"LEFT": 1}


async def test_while_nothing_happens_a_comment_says_that_it_is_alive(url, desk, looking_often):
    async with opened_events(url, ARRIVED, headers=at_desk(await desk())) as stream:
        for _ in range(3):
            await stream.begun()


async def test_a_caller_opens_so_many(url, desk, monkeypatch):
    monkeypatch.setattr(places, "MAX_PER_CALLER", 1)
    headers = at_desk(await desk())
    async with opened_events(url, ARRIVED, headers=headers) as first:
        await first.begun()
        async with opened_events(url, ARRIVED, headers=headers) as second:
            await second.response.aread()
    assert second.response.status_code == 429
    assert second.response.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_STREAMS"


async def test_who_is_too_far_behind_is_let_go(url, small_city, desk, ended):
    officer = small_city.banks[0].officer
    async with opened_events(url, ARRIVED, headers=at_desk(await desk())) as stream:
        await stream.begun()
        async with small_city.database.transaction(officer, now=small_city.now) as session:
            for _ in range(MAX_WAITING + 1):
                await announce(
                    session,
                    tenant_id=officer.own_tenant,
                    topic=REFERRAL_ARRIVED,
                    object_id=new_id(),
                )
        name, told = await stream.next()
        assert await stream.next() == ("complete", None)
    [error] = told["errors"]
    assert (name, error["extensions"]["code"]) == ("next", "SUBSCRIPTION_ENDED")
    assert (error["extensions"]["reason"], error["extensions"]["retryable"]) == ("TOO_SLOW", True)
    assert ended() == {"TOO_SLOW": 1}


async def test_who_does_not_read_is_let_go(url, desk, small_city, monkeypatch, heard, ended):
    """What is sent waits in buffers until they are full, then for so long."""
    monkeypatch.setattr(events, "SEND_WITHIN_S", 0.2)
    wide = "subscription { referralArrived { " + " ".join(
        f"a{n}: {field}" for n, field in enumerate(["id"] * 25)
    )
    wide += " } }"
    submitted = await small_city.submit()
    referral_id = await small_city.referral_to(submitted, small_city.banks[0])
    officer = small_city.banks[0].officer
    async with opened_events(url, wide, headers=at_desk(await desk())):
        await until(lambda: heard.listeners == 1)

        async def flood():
            while heard.listeners:
                async with small_city.database.transaction(officer, now=small_city.now) as session:
                    await announce(
                        session,
                        tenant_id=officer.own_tenant,
                        topic=REFERRAL_ARRIVED,
                        object_id=referral_id,
                    )

        async with asyncio.timeout(60):
            await flood()
    assert ended() == {"TOO_SLOW": 1}


async def test_who_leaves_in_the_midst_of_an_event_leaves_no_transaction_open(
    url, desk, small_city, heard, database, admin
):
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    referral_id = await small_city.referral_to(submitted, bank)
    headers = at_desk(await desk())
    for step in range(20):
        async with opened_events(url, ARRIVED, headers=headers) as stream:
            await stream.begun()
            async with small_city.database.transaction(bank.officer, now=small_city.now) as session:
                await announce(
                    session,
                    tenant_id=bank.tenant_id,
                    topic=REFERRAL_ARRIVED,
                    object_id=referral_id,
                )
            await asyncio.sleep(step / 1_000)
    await until(lambda: heard.listeners == 0 and database.connections_in_use == 0)
    open_now = await admin.fetchval(
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and state like 'idle in transaction%'"
    )
    assert open_now == 0
