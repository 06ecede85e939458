"""Asking for a loan: what is answered, what is refused, and that a repeated write happens once."""

from uuid import uuid4

from small_city import SmallCity
from sqlalchemy import func, select

from suxin.lending.models import LoanRequest


async def requests_held(city: SmallCity) -> int:
    async with city.database.snapshot(city.applicant, now=city.now) as session:
        return await session.scalar(select(func.count()).select_from(LoanRequest)) or 0


async def test_a_request_is_matched_and_dispatched_at_once(
    applicant, small_city, new_request
) -> None:
    done = await applicant.write("/loan-requests", new_request)

    request = done["request"]
    assert request["state"] == {"code": "OPEN", "zh": "银行办理中", "en": "with banks"}
    assert (request["amountFen"], request["termMonths"], request["note"]) == (
        50_000_000,
        12,
        "采购木材",
    )
    assert request["alive"] is True
    assert set(done["bankIds"]) == {str(bank.tenant_id) for bank in small_city.banks}
    assert await applicant.read(f"/loan-requests/{request['id']}") == request
    assert (await applicant.read("/loan-requests"))["items"] == [request]


async def test_a_named_product_reaches_its_bank_alone(applicant, small_city, new_request) -> None:
    bank = small_city.banks[1]
    product = {"tenantId": str(bank.tenant_id), "productId": str(bank.product_id)}

    done = await applicant.write(
        "/loan-requests", {**new_request, "mode": "named", "product": product}
    )

    assert done["bankIds"] == [str(bank.tenant_id)]
    assert done["request"]["product"] == product


async def test_the_open_pool_names_no_bank(applicant, new_request) -> None:
    done = await applicant.write("/loan-requests", {**new_request, "mode": "open_pool"})

    assert done["bankIds"] == []
    assert done["request"]["mode"]["zh"] == "公开抢单"


BAD = {
    "amount zero": ({"amountFen": 0}, "LOAN_TERM_OUT_OF_RANGE", "amountFen"),
    "amount negative": ({"amountFen": -50_000_000}, "LOAN_TERM_OUT_OF_RANGE", "amountFen"),
    "amount huge": ({"amountFen": 10**30}, "LOAN_TERM_OUT_OF_RANGE", "amountFen"),
    "amount just above": ({"amountFen": 10_000_000_001}, "LOAN_TERM_OUT_OF_RANGE", "amountFen"),
    "amount fractional": ({"amountFen": 50_000_000.5}, "INVALID", "amountFen"),
    "amount float": ({"amountFen": 50_000_000.0}, "INVALID", "amountFen"),
    "amount in quotes": ({"amountFen": "50000000"}, "INVALID", "amountFen"),
    "amount bool": ({"amountFen": True}, "INVALID", "amountFen"),
    "amount null": ({"amountFen": None}, "INVALID", "amountFen"),
    "amount list": ({"amountFen": [1]}, "INVALID", "amountFen"),
    "term zero": ({"termMonths": 0}, "LOAN_TERM_OUT_OF_RANGE", "termMonths"),
    "term negative": ({"termMonths": -1}, "LOAN_TERM_OUT_OF_RANGE", "termMonths"),
    "term too long": ({"termMonths": 361}, "LOAN_TERM_OUT_OF_RANGE", "termMonths"),
    "term bool": ({"termMonths": True}, "INVALID", "termMonths"),
    "ceiling negative": ({"rateCeilingBps": -1}, "LOAN_TERM_OUT_OF_RANGE", "rateCeilingBps"),
    "ceiling too high": ({"rateCeilingBps": 2_401}, "LOAN_TERM_OUT_OF_RANGE", "rateCeilingBps"),
    "purpose unknown": ({"purpose": "gambling"}, "INVALID", "purpose"),
    "purpose number": ({"purpose": 1}, "INVALID", "purpose"),
    "guarantee unknown": ({"guarantee": "word_of_honour"}, "INVALID", "guarantee"),
    "method unknown": ({"repaymentMethod": "never"}, "INVALID", "repaymentMethod"),
    "mode unknown": ({"mode": "everyone"}, "INVALID", "mode"),
    "field unknown": ({"amount": 1}, "INVALID", "amount"),
    "field in snake case": ({"amount_fen": 1}, "INVALID", "amount_fen"),
    "first loan in words": ({"firstLoan": "yes"}, "INVALID", "firstLoan"),
    "note too long": ({"note": "长" * 301}, "INVALID", "note"),
    "note with NUL": ({"note": "a\x00b"}, "INVALID", "note"),
    "named without product": ({"mode": "named"}, "INVALID", "product"),
    "product without named": (
        {"product": {"tenantId": str(uuid4()), "productId": str(uuid4())}},
        "INVALID",
        "product",
    ),
    "product id malformed": (
        {"mode": "named", "product": {"tenantId": "x", "productId": str(uuid4())}},
        "INVALID",
        "product.tenantId",
    ),
}


async def test_bad_input_is_refused_beside_its_field(
    applicant, small_city, new_request, subtests
) -> None:
    for case, (change, code, field) in BAD.items():
        with subtests.test(case):
            refused = await applicant.post("/loan-requests", {**new_request, **change})

            problem = refused.json()
            assert (refused.status_code, problem["code"], problem["field"]) == (422, code, field)
            assert problem["detail"]
            assert problem["detailEn"]
    assert await requests_held(small_city) == 0


async def test_a_missing_field_is_named(applicant, small_city, new_request, subtests) -> None:
    for missing in ("amountFen", "termMonths", "purpose", "guarantee"):
        with subtests.test(missing):
            body = {name: value for name, value in new_request.items() if name != missing}

            refused = await applicant.post("/loan-requests", body)

            assert refused.status_code == 422
            assert refused.json()["fields"] == [
                {
                    "field": missing,
                    "detail": "此项必填",
                    "detailEn": f"Object missing required field `{missing}`",
                }
            ]
    assert await requests_held(small_city) == 0


async def test_a_product_nobody_offers_is_refused(applicant, small_city, new_request) -> None:
    product = {"tenantId": str(uuid4()), "productId": str(uuid4())}

    refused = await applicant.post(
        "/loan-requests", {**new_request, "mode": "named", "product": product}
    )

    assert (refused.status_code, refused.json()["code"]) == (404, "PRODUCT_NOT_OFFERED")
    assert await requests_held(small_city) == 0


async def test_the_fourth_running_request_is_refused(applicant, small_city, new_request) -> None:
    for _ in range(3):
        await applicant.write("/loan-requests", new_request)

    refused = await applicant.post("/loan-requests", new_request)

    assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_LOAN_REQUESTS")
    assert await requests_held(small_city) == 3


async def test_the_same_key_and_body_answers_again_without_asking_again(
    applicant, small_city, new_request
) -> None:
    first = await applicant.post("/loan-requests", new_request, key="request-0001")
    again = await applicant.post("/loan-requests", new_request, key="request-0001")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await requests_held(small_city) == 1


async def test_the_same_key_with_another_body_is_refused(
    applicant, small_city, new_request
) -> None:
    await applicant.write("/loan-requests", new_request, key="request-0001")

    refused = await applicant.post(
        "/loan-requests", {**new_request, "termMonths": 24}, key="request-0001"
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert await requests_held(small_city) == 1


async def test_a_refused_write_frees_its_key(applicant, new_request) -> None:
    refused = await applicant.post(
        "/loan-requests", {**new_request, "termMonths": 0}, key="request-0001"
    )
    done = await applicant.post("/loan-requests", new_request, key="request-0001")

    assert (refused.status_code, done.status_code) == (422, 201)


async def test_one_applicants_key_is_not_anothers(applicant, stranger, new_request) -> None:
    mine = await applicant.post("/loan-requests", new_request, key="request-0001")
    theirs = await stranger.post("/loan-requests", new_request, key="request-0001")

    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["request"]["id"] != theirs.json()["request"]["id"]


async def test_requests_are_read_page_by_page(applicant, new_request) -> None:
    made = [(await applicant.write("/loan-requests", new_request))["request"]["id"] for _ in "123"]

    first = await applicant.read("/loan-requests", first=2)
    last = await applicant.read("/loan-requests", first=2, after=first["nextCursor"])

    assert [item["id"] for item in first["items"]] == [made[2], made[1]]
    assert ([item["id"] for item in last["items"]], last["nextCursor"]) == ([made[0]], None)


async def test_a_request_is_taken_back_once(applicant, new_request) -> None:
    made = (await applicant.write("/loan-requests", new_request))["request"]

    back = await applicant.write(f"/loan-requests/{made['id']}/withdrawal")
    again = await applicant.post(f"/loan-requests/{made['id']}/withdrawal")

    assert (back["state"]["code"], back["alive"]) == ("WITHDRAWN", False)
    assert (again.status_code, again.json()["code"]) == (409, "STEP_NOT_POSSIBLE")


async def test_the_match_shows_scores_and_every_reason(applicant, small_city, new_request) -> None:
    fits = (await applicant.write("/loan-requests", new_request))["request"]
    misfits = (
        await applicant.write(
            "/loan-requests", {**new_request, "termMonths": 60, "guarantee": "pledge"}
        )
    )["request"]

    matched = await applicant.read(f"/loan-requests/{fits['id']}/matches")
    rejected = await applicant.read(f"/loan-requests/{misfits['id']}/matches", eligible="false")

    assert (matched["eligibleCount"], matched["rejectedCount"]) == (2, 0)
    assert [item["rank"] for item in matched["items"]] == [1, 2]
    best = matched["items"][0]
    assert best["bank"]["tenantId"] == str(small_city.banks[1].tenant_id)
    assert best["score"] == sum(part["points"] for part in best["contributions"])
    assert all(part["points"] <= part["maximum"] for part in best["contributions"])
    assert sum(part["maximum"] for part in best["contributions"]) == best["fullScore"] == 10_000
    assert (misfits["state"]["code"], rejected["eligibleCount"]) == ("UNMATCHED", 0)
    for item in rejected["items"]:
        assert [reason["code"] for reason in item["reasons"]] == [
            "TERM_WITHIN",
            "GUARANTEE_MODE_IN",
        ]
        assert all(reason["outcome"]["code"] == "failed" for reason in item["reasons"])


async def test_the_match_is_read_page_by_page(applicant, new_request) -> None:
    made = (await applicant.write("/loan-requests", new_request))["request"]
    path = f"/loan-requests/{made['id']}/matches"

    first = await applicant.read(path, first=1)
    last = await applicant.read(path, first=1, after=first["nextCursor"])

    ranks = [item["rank"] for item in (*first["items"], *last["items"])]
    assert (ranks, last["nextCursor"]) == ([1, 2], None)


async def test_the_timeline_and_the_banks_tell_how_far_it_is(
    applicant, small_city, new_request
) -> None:
    made = (await applicant.write("/loan-requests", new_request))["request"]

    banks = (await applicant.read(f"/loan-requests/{made['id']}/referrals"))["items"]
    events = (await applicant.read(f"/loan-requests/{made['id']}/timeline"))["items"]

    assert {bank["bank"]["tenantId"] for bank in banks} == {
        str(bank.tenant_id) for bank in small_city.banks
    }
    assert {(bank["state"]["zh"], bank["productName"]) for bank in banks} == {
        ("待银行受理", "税易贷")
    }
    assert [event["kind"] for event in events] == ["submitted", "dispatched", "dispatched"]
    assert {event["bank"] for event in events[1:]} == {"一行", "二行"}
