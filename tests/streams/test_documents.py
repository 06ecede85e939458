"""The subscriptions of graphql/operations, by their ids, as a bank's desk sends them."""

import pytest
from small_city import offered

from suxin.consent.commands import revoke_consent
from suxin.lending.commands.offers import accept_offer
from suxin_graphql.trusted import OPERATIONS, document_id


@pytest.fixture
def trusted(desk, at_desk):
    """Subscribe by a document's name, let something happen, and return what is told of it."""

    async def told(name, happens):
        async with at_desk(await desk(roles=["loan_officer", "bank_admin"])) as socket:
            document = document_id(OPERATIONS[f"{name}.graphql"])
            await socket.send(id="a", type="subscribe", payload={"documentId": document})
            await socket.silent()
            await happens()
            message = await socket.message()
        assert (message["id"], message["type"], set(message["payload"])) == ("a", "next", {"data"})
        [value] = message["payload"]["data"].values()
        return value

    return told


async def test_referral_arrived(trusted, small_city):
    told = await trusted("referral_arrived", small_city.submit)
    assert told["id"]
    assert (told["state"], told["mode"]) == ("DISPATCHED", "RECOMMENDED")
    assert told["acceptBy"].startswith("2026-11-2")
    assert told["lead"].pop("number").startswith("L")
    assert told["lead"] == {
        "amountBand": "FROM_50_WAN",
        "termBand": "UP_TO_12",
        "countyCode": "321302",
        "grade": told["lead"]["grade"],
        "purpose": "WORKING_CAPITAL",
    }
    assert told["product"]["name"]


async def test_offer_chosen(trusted, small_city):
    _, offer_id = await offered(small_city, small_city.banks[0])

    async def chosen():
        await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)

    told = await trusted("offer_chosen", chosen)
    assert told.pop("id")
    assert told.pop("referral")["state"] == "OFFERED"
    assert told == {
        "state": "CHOSEN",
        "amountFen": 40_000_000,
        "termMonths": 12,
        "rateBps": 435,
        "decidedAt": "2026-11-20T02:00:00+00:00",
    }


async def test_consent_ended(trusted, small_city):
    submitted = await small_city.submit()
    granted = await small_city.consent(submitted.request.id, small_city.banks[0])

    async def taken_back():
        await small_city.act(
            revoke_consent, small_city.applicant, consent_id=granted.consent_id, reason=None
        )

    told = await trusted("consent_ended", taken_back)
    assert told.pop("id")
    assert (told["purpose"], told["state"]) == ("loan.match", "REVOKED")
    assert told["endedAt"] == "2026-11-20T02:00:00+00:00"
    assert "IDENTITY" in told["categories"]
