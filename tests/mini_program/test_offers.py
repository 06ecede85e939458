"""Offers: compared in full, planned month by month, accepted once."""

from datetime import timedelta
from uuid import uuid4

from small_city import SmallCity, offer_terms, offered

from suxin.consent.models import ConsentState
from suxin.lending.commands.offers import make_offer
from suxin.lending.commands.referrals import accept_referral
from suxin.lending.commands.requests import Submitted


async def test_an_offer_shows_everything_it_costs(applicant, small_city) -> None:
    submitted, offer_id = await offered(small_city, small_city.banks[0])

    offers = (await applicant.read(f"/loan-requests/{submitted.request.id}/offers"))["items"]

    assert len(offers) == 1
    offer = offers[0]
    assert (offer["id"], offer["state"]["code"], offer["open"]) == (str(offer_id), "OPEN", True)
    assert offer["bank"]["shortName"] == "一行"
    assert {name: value for name, value in offer.items() if name.endswith(("Fen", "Bps"))} == {
        "amountFen": 40_000_000,
        "shortOfAskedFen": 10_000_000,
        "rateBps": 435,
        "annualisedRateBps": 435,
        "monthlyPaymentFen": 3_412_396,
        "totalInterestFen": 948_753,
        "totalFeesFen": 0,
        "totalCostFen": 948_753,
    }


async def offer_each(city: SmallCity, submitted: Submitted, *terms: dict[str, object]) -> None:
    """Let each bank offer, on terms of its own."""
    for bank, given in zip(city.banks, terms, strict=True):
        await city.consent(submitted.request.id, bank)
        referral_id = await city.referral_to(submitted, bank)
        await city.act(accept_referral, bank.officer, referral_id=referral_id)
        offer = offer_terms(**given)
        await city.act(make_offer, bank.officer, referral_id=referral_id, terms=offer)


async def test_lending_less_makes_no_offer_cheaper(applicant, small_city) -> None:
    submitted = await small_city.submit()
    asked = submitted.request.amount_fen
    small = {"amount_fen": asked // 5, "rate_bps": 560}
    whole = {"amount_fen": asked, "rate_bps": 400}
    await offer_each(small_city, submitted, small, whole)

    offers = (await applicant.read(f"/loan-requests/{submitted.request.id}/offers"))["items"]

    assert offers[0]["totalCostFen"] > offers[1]["totalCostFen"]
    assert [(offer["annualisedRateBps"], offer["shortOfAskedFen"]) for offer in offers] == [
        (400, 0),
        (560, asked - asked // 5),
    ]


async def test_of_one_rate_the_cheaper_yuan_comes_first(applicant, small_city) -> None:
    """A yuan kept longer costs more, at the same rate."""
    submitted = await small_city.submit()
    asked = submitted.request.amount_fen
    late = {"amount_fen": asked // 5, "term_months": 12}
    soon = {"amount_fen": asked, "term_months": 3}
    await offer_each(small_city, submitted, late, soon)

    offers = (await applicant.read(f"/loan-requests/{submitted.request.id}/offers"))["items"]

    assert offers[0]["totalCostFen"] > offers[1]["totalCostFen"]
    assert [offer["amountFen"] for offer in offers] == [asked, asked // 5]


async def test_the_plan_sums_to_what_the_offer_says(applicant, small_city) -> None:
    _, offer_id = await offered(small_city, small_city.banks[0])

    first = await applicant.read(f"/offers/{offer_id}/schedule", first=10)
    last = await applicant.read(f"/offers/{offer_id}/schedule", first=10, after=first["nextCursor"])

    parts = [*first["items"], *last["items"]]
    assert [part["number"] for part in parts] == list(range(1, 13))
    assert sum(part["principalFen"] for part in parts) == 40_000_000
    assert sum(part["interestFen"] for part in parts) == 948_753
    assert all(part["totalFen"] == part["principalFen"] + part["interestFen"] for part in parts)
    assert (last["nextCursor"], last["upfrontFeeFen"], last["termMonths"]) == (None, 0, 12)


async def test_an_offer_is_accepted_once(applicant, small_city) -> None:
    submitted, offer_id = await offered(small_city, small_city.banks[0])
    path = f"/offers/{offer_id}/acceptance"

    done = await applicant.post(path, key="accept-0001")
    replay = await applicant.post(path, key="accept-0001")
    again = await applicant.post(path)

    assert (done.status_code, done.json()["state"]["code"]) == (200, "CHOSEN")
    assert (replay.json(), replay.headers["idempotency-replayed"]) == (done.json(), "true")
    assert (again.status_code, again.json()["code"]) == (409, "STEP_NOT_POSSIBLE")
    request = await applicant.read(f"/loan-requests/{submitted.request.id}")
    assert (request["state"]["code"], request["alive"]) == ("ACCEPTED", False)


async def test_acceptance_leaves_a_contract_basis_that_the_subject_sees(
    applicant, small_city
) -> None:
    submitted, offer_id = await offered(small_city, small_city.banks[0])

    await applicant.write(f"/offers/{offer_id}/acceptance")

    bases = (await applicant.read("/access-bases"))["items"]
    assert [(basis["kind"]["zh"], basis["requestId"]) for basis in bases] == [
        ("履行合同", str(submitted.request.id))
    ]
    assert {category["code"] for category in bases[0]["categories"]} == {
        "identity",
        "contact",
        "loan_request",
    }
    consents = (await applicant.read("/consents"))["items"]
    assert [consent["state"]["code"] for consent in consents] == [ConsentState.ACTIVE.value]


async def test_an_offer_past_its_time_cannot_be_accepted(applicant, small_city, clock) -> None:
    submitted, offer_id = await offered(small_city, small_city.banks[0])
    clock.moment += timedelta(days=7)
    await applicant.open("demo-xiaoming")

    refused = await applicant.post(f"/offers/{offer_id}/acceptance")

    assert (refused.status_code, refused.json()["code"]) == (409, "OFFER_LAPSED")
    offers = (await applicant.read(f"/loan-requests/{submitted.request.id}/offers"))["items"]
    assert [(offer["state"]["code"], offer["open"]) for offer in offers] == [("OPEN", False)]


async def test_anothers_offer_reads_like_none(applicant, stranger, small_city) -> None:
    submitted, offer_id = await offered(small_city, small_city.banks[0])

    told = [
        (answer.status_code, answer.json()["code"], answer.json()["detail"])
        for answer in (
            await stranger.post(f"/offers/{offer_id}/acceptance"),
            await stranger.post(f"/offers/{uuid4()}/acceptance"),
            await stranger.get(f"/offers/{offer_id}/schedule"),
            await stranger.get(f"/offers/{uuid4()}/schedule"),
        )
    ]

    assert set(told) == {(404, "NOT_FOUND", "找不到该报价")}
    request = await applicant.read(f"/loan-requests/{submitted.request.id}")
    assert request["state"]["code"] == "OFFERED"


async def test_an_offer_is_told_as_a_notice(applicant, stranger, small_city) -> None:
    await offered(small_city, small_city.banks[0])

    notices = (await applicant.read("/notices"))["items"]
    unread = (await applicant.read("/me"))["unreadNotices"]
    ids = [notice["id"] for notice in notices]
    theirs = await stranger.write("/notices/read", {"ids": ids})
    still = (await applicant.read("/me"))["unreadNotices"]
    mine = await applicant.write("/notices/read", {"ids": ids})

    assert "收到新的贷款报价" in [notice["title"] for notice in notices]
    assert (unread, still, theirs) == (len(ids), len(ids), {"ids": []})
    assert set(mine["ids"]) == set(ids)
    assert (await applicant.read("/me"))["unreadNotices"] == 0


async def test_a_hundred_notices_at_most_are_marked_at_once(applicant) -> None:
    for ids in ([], [str(uuid4())] * 101, ["x"], "all"):
        refused = await applicant.post("/notices/read", {"ids": ids})

        assert (refused.status_code, refused.json()["code"]) == (422, "INVALID")
