"""Subscriptions over graphql-transport-ws: what is told to whom, and who may subscribe to what."""

import asyncio

import pytest
from patience import PATIENCE_S
from small_city import offer_terms, offered
from streaming import opened_socket, page, until
from websockets.exceptions import InvalidStatus

from suxin.kernel.announcements import announce
from suxin.lending.commands.offers import accept_offer, make_offer
from suxin.lending.commands.referrals import accept_referral
from suxin.lending.dispatch import REFERRAL_ARRIVED
from suxin.lending.models import DispatchMode
from suxin_graphql.streams import sockets
from suxin_graphql.trusted import OPERATIONS, document_id
from suxin_web.csrf import token_for
from suxin_web.document_rules import DocumentRules

ARRIVED = "subscription { referralArrived { id state mode lead { amountBand } } }"
CHOSEN = "subscription { offerChosen { state amountFen referral { state } } }"


async def test_each_bank_is_told_of_its_own_referrals(small_city, desk, at_desk):
    one, other = [await desk(bank) for bank in small_city.banks]
    async with at_desk(one) as first, at_desk(other) as second:
        names = [await socket.subscribe(ARRIVED) for socket in (first, second)]
        submitted = await small_city.submit()
        told = [await socket.message() for socket in (first, second)]
        await first.silent()
        await second.silent()
    assert [message["id"] for message in told] == names
    assert {message["type"] for message in told} == {"next"}
    found = [message["payload"]["data"]["referralArrived"] for message in told]
    assert len(submitted.referrals) == 2
    assert found[0].pop("id") != found[1].pop("id")
    assert (
        found
        == [{"state": "DISPATCHED", "mode": "RECOMMENDED", "lead": {"amountBand": "FROM_50_WAN"}}]
        * 2
    )


async def test_a_bank_hears_nothing_of_another_ones(small_city, desk, at_desk):
    one, other = small_city.banks
    async with at_desk(await desk(other)) as stranger:
        await stranger.subscribe(ARRIVED)
        await stranger.subscribe(CHOSEN)
        submitted, offer_id = await offered_by_name(small_city, one)
        await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
        await stranger.silent()
    assert [referral.tenant_id for referral in submitted.referrals] == [one.tenant_id]


async def offered_by_name(city, bank):
    """An offer on a request that names the bank's product."""
    submitted = await city.submit(
        mode=DispatchMode.NAMED, product=(bank.tenant_id, bank.product_id)
    )
    await city.consent(submitted.request.id, bank)
    referral_id = await city.referral_to(submitted, bank)
    await city.act(accept_referral, bank.officer, referral_id=referral_id)
    offer = await city.act(make_offer, bank.officer, referral_id=referral_id, terms=offer_terms())
    return submitted, offer.id


async def test_a_chosen_offer_is_told(small_city, desk, at_desk):
    _, offer_id = await offered(small_city, small_city.banks[0])
    async with at_desk(await desk()) as socket:
        await socket.subscribe(CHOSEN)
        await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
        told = await socket.message()
    assert told["payload"] == {
        "data": {
            "offerChosen": {
                "state": "CHOSEN",
                "amountFen": 40_000_000,
                "referral": {"state": "OFFERED"},
            }
        }
    }


async def test_what_rolls_back_is_not_told(small_city, desk, at_desk):
    class Undone(Exception):
        pass

    async with at_desk(await desk()) as socket:
        await socket.subscribe(ARRIVED)
        officer = small_city.banks[0].officer
        with pytest.raises(Undone):
            async with small_city.database.transaction(officer, now=small_city.now) as session:
                await announce(
                    session,
                    tenant_id=officer.own_tenant,
                    topic=REFERRAL_ARRIVED,
                    object_id=officer.own_tenant,
                )
                raise Undone
        await socket.silent()


async def test_who_may_see_only_other_areas_is_told_nothing(areas, small_city, desk, at_desk):
    near, far = [await desk(area_codes=[code]) for code in ("321302", "321324")]
    async with at_desk(near) as one, at_desk(far) as other:
        await one.subscribe(ARRIVED)
        await other.subscribe(ARRIVED)
        await small_city.submit()
        assert (await one.message())["type"] == "next"
        await other.silent()


async def test_several_run_over_one_connection_until_each_is_complete(
    small_city, desk, at_desk, heard, ended
):
    _, offer_id = await offered(small_city, small_city.banks[0])
    async with at_desk(await desk()) as socket:
        first = await socket.subscribe(ARRIVED)
        second = await socket.subscribe(CHOSEN)
        assert heard.listeners == 2
        await socket.send(id=first, type="complete")
        await socket.silent()
        assert heard.listeners == 1
        await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
        assert (await socket.message())["id"] == second
        # The id is free again.
        await socket.send(id=first, type="subscribe", payload={"query": ARRIVED})
        await socket.silent()
        assert heard.listeners == 2
    await until(lambda: heard.listeners == 0)
    assert ended() == {"LEFT": 3}


async def test_a_bank_system_subscribes_with_a_token(url, bank_app, small_city, shown_by):
    token = await bank_app.access_token(
        grant_type="client_credentials", scope="lending.referral.read"
    )
    async with opened_socket(url) as socket:
        assert socket.connection.response.headers["dpop-nonce"]
        await socket.begin(**shown_by(bank_app, token))
        await socket.subscribe(ARRIVED)
        await small_city.submit()
        assert (await socket.message())["payload"]["data"]["referralArrived"]["state"] == (
            "DISPATCHED"
        )


async def test_a_proof_without_a_good_nonce_is_told_the_next_one(url, bank_app, shown_by):
    token = await bank_app.access_token(grant_type="client_credentials")
    async with opened_socket(url) as socket:
        await socket.send(
            type="connection_init", payload=shown_by(bank_app, token, nonce="of-yesterday")
        )
        code, reason = await socket.closed()
    assert code == 4401
    name, bank_app.nonce = reason.split(" ")
    assert name == "TOKEN_NONCE_NEEDED"
    async with opened_socket(url) as socket:
        await socket.begin(**shown_by(bank_app, token))


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"htm": "POST"}, "TOKEN_PROOF_REFUSED"),
        ({"htu": "http://127.0.0.1:1/graphql"}, "TOKEN_PROOF_REFUSED"),
        ({"ath": "x"}, "TOKEN_PROOF_REFUSED"),
    ],
)
async def test_a_proof_of_another_request_opens_nothing(url, bank_app, shown_by, claims, reason):
    token = await bank_app.access_token(grant_type="client_credentials")
    async with opened_socket(url) as socket:
        await socket.send(type="connection_init", payload=shown_by(bank_app, token, **claims))
        assert await socket.closed() == (4401, reason)


async def test_a_proof_opens_one_connection(url, bank_app, shown_by):
    token = await bank_app.access_token(grant_type="client_credentials")
    shown = shown_by(bank_app, token)
    async with opened_socket(url) as socket:
        await socket.begin(**shown)
    async with opened_socket(url) as socket:
        await socket.send(type="connection_init", payload=shown)
        assert await socket.closed() == (4401, "TOKEN_PROOF_REFUSED")


@pytest.mark.parametrize(
    ("payload", "code", "reason"),
    [
        ({}, 4401, "UNAUTHENTICATED"),
        ({"authorization": "Bearer x"}, 4401, "UNAUTHENTICATED"),
        ({"authorization": "DPoP x"}, 4401, "TOKEN_PROOF_REFUSED"),
        ({"authorization": "DPoP x", "dpop": "y"}, 4401, "TOKEN_PROOF_REFUSED"),
    ],
)
async def test_a_stranger_is_let_in_by_nothing(url, payload, code, reason):
    async with opened_socket(url) as socket:
        await socket.send(type="connection_init", payload=payload)
        assert await socket.closed() == (code, reason)


async def test_a_page_of_another_site_opens_nothing(url, desk):
    headers, _ = page(await desk())
    for more in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        with pytest.raises(InvalidStatus) as refused:
            async with opened_socket(url, headers={**headers, **more}):
                pass
        assert refused.value.response.status_code == 403


async def test_a_cookie_alone_opens_nothing(url, desk):
    token = await desk()
    headers, shown = page(token)
    for given in ({}, {"csrfToken": token_for("another")}):
        async with opened_socket(url, headers=headers) as socket:
            await socket.send(type="connection_init", payload=given)
            assert await socket.closed() == (4403, "CSRF_REFUSED")
    # Nor the page's token without the page's origin: no browser leaves that out.
    async with opened_socket(url, headers={**headers, "Origin": None}) as socket:
        await socket.send(type="connection_init", payload=shown)
        assert await socket.closed() == (4403, "CSRF_REFUSED")


async def test_without_the_permission_nothing_begins(url, desk, at_desk, heard):
    async with at_desk(await desk(roles=["product_manager"])) as socket:
        await socket.send(id="a", type="subscribe", payload={"query": ARRIVED})
        told = await socket.message()
        await socket.silent()
    assert (told["id"], told["type"]) == ("a", "error")
    [error] = told["payload"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert error["extensions"]["messageEn"] == "Not permitted: lending.referral.read"
    assert heard.listeners == 0


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{ viewer { areas } }"}, "STREAM_NEEDS_SUBSCRIPTION"),
        ({"query": "subscription { nothing { id } }"}, "DOCUMENT_INVALID"),
        ({"query": "subscription {"}, "DOCUMENT_MALFORMED"),
        (
            {"query": "subscription { referralArrived { id } offerChosen { id } }"},
            "DOCUMENT_INVALID",
        ),
        ({"query": ""}, "DOCUMENT_MALFORMED"),
        ({"query": ARRIVED, "operationName": "Other"}, "OPERATION_UNKNOWN"),
        ({"documentId": "sha256:0"}, "DOCUMENT_UNKNOWN"),
        (
            {
                "query": "subscription ($n: Int!) { referralArrived { offers(first: $n) { totalCount } } }"
            },
            "VARIABLES_INVALID",
        ),
        (
            {
                "query": "subscription ($n: Int!) { referralArrived { offers(first: $n) { totalCount } } }",
                "variables": {"n": 1_000},
            },
            "PAGE_SIZE_OUT_OF_RANGE",
        ),
    ],
)
async def test_what_cannot_be_executed_is_told_and_the_connection_stays(
    desk, at_desk, payload, code
):
    async with at_desk(await desk()) as socket:
        await socket.send(id="a", type="subscribe", payload=payload)
        told = await socket.message()
        assert (told["id"], told["type"]) == ("a", "error")
        assert told["payload"][0]["extensions"]["code"] == code
        assert told["payload"][0]["extensions"]["messageZh"]
        await socket.subscribe(ARRIVED)


async def test_a_trusted_document_goes_by_its_id(small_city, desk, at_desk):
    async with at_desk(await desk()) as socket:
        name = document_id(OPERATIONS["referral_arrived.graphql"])
        await socket.send(id="a", type="subscribe", payload={"documentId": name})
        await socket.silent()
        await small_city.submit()
        told = (await socket.message())["payload"]["data"]["referralArrived"]
    assert told["lead"]["number"].startswith("L")
    assert told["product"]["name"]


async def test_a_document_of_ones_own_needs_the_right_where_it_is_closed(runtime, desk, at_desk):
    object.__setattr__(runtime, "documents", DocumentRules())
    async with at_desk(await desk()) as socket:
        await socket.send(id="a", type="subscribe", payload={"query": ARRIVED})
        told = await socket.message()
    assert told["payload"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"


async def test_who_leaves_without_a_word_leaves_nothing_behind(
    small_city, desk, at_desk, heard, database
):
    cookie = await desk()
    await heard.open()
    before = asyncio.all_tasks()
    async with at_desk(cookie) as socket:
        await socket.subscribe(ARRIVED)
        assert heard.listeners == 1
        socket.connection.transport.abort()
        await until(lambda: heard.listeners == 0)
    await until(lambda: asyncio.all_tasks() <= before)
    assert database.connections_in_use == 0


async def test_who_does_not_read_is_let_go(
    url, small_city, desk, at_desk, monkeypatch, heard, ended
):
    """What is sent waits in buffers until they are full, then for so long."""
    monkeypatch.setattr(sockets, "SEND_WITHIN_S", 0.2)
    wide = " ".join(f"a{n}: lead {{ number createdAt closesAt }}" for n in range(30))
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    referral_id = await small_city.referral_to(submitted, bank)
    async with at_desk(await desk()) as socket:
        await socket.subscribe(f"subscription {{ referralArrived {{ {wide} }} }}")
        socket.connection.transport.pause_reading()
        async with asyncio.timeout(PATIENCE_S):
            while heard.listeners:
                async with small_city.database.transaction(
                    bank.officer, now=small_city.now
                ) as session:
                    await announce(
                        session,
                        tenant_id=bank.tenant_id,
                        topic=REFERRAL_ARRIVED,
                        object_id=referral_id,
                    )
    assert ended() == {"TOO_SLOW": 1}
