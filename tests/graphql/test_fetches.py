"""Fetching records: each fetch is one use of the consent, a replay is none, and a no is a named member of the result."""

from datetime import timedelta

import pytest
from observing import nothing_written

from suxin.consent.commands import pause_consent, resume_consent, revoke_consent
from suxin_graphql.ids import to_global

USES = "select count(*) from consent_fetches"
KNOWN = """query ($id: ID!) {
  referral(id: $id) { applicant { name consent { id frequencyTimes frequencyUnit recordsFrom } } }
}"""
PAGE = """query ($id: ID!, $first: Int!, $after: String) {
  referral(id: $id) {
    applicant {
      records(first: $first, after: $after) {
        totalCount
        pageInfo { hasNextPage hasPreviousPage endCursor }
        edges { cursor node { itemCode item { name } } }
      }
    }
  }
}"""


class Fetching:
    """Fetches by one caller on the consent to the case's request."""

    def __init__(self, caller, consent_id, admin):
        self.caller = caller
        self.consent_id = to_global("Consent", consent_id, caller.bank.officer)
        self.admin = admin
        self.local_id = consent_id

    async def __call__(self, *, key="fetch-key-1", first=9, after=None, **given):
        chosen = {"consentId": self.consent_id, "idempotencyKey": key, **given}
        return await self.caller.run("fetch_records", input=chosen, first=first, after=after)

    async def agree(self, times, unit):
        await self.admin.execute(
            "update consents set frequency_times = $1, frequency_unit = $2", times, unit
        )


@pytest.fixture
async def fetching(bank_a, case, admin):
    return Fetching(bank_a, await case.consent(), admin)


def items(page):
    return [edge["node"]["itemCode"] for edge in page["edges"]]


async def test_a_fetch_delivers_counts_and_leaves_a_receipt(fetching, receipts, admin, case):
    done = await fetching()
    assert (done["replayed"], done["number"]) == (False, 1)
    assert done["fetchedAt"] == case.city.now.isoformat()
    assert items(done["records"]) == ["SI-HEADCOUNT", "TAX-PAID", "TAX-GRADE"]
    assert done["records"]["edges"][1]["node"] == {
        "itemCode": "TAX-PAID",
        "item": {"name": "年度纳税额", "department": "税务局"},
        "category": "TAX",
        "occurredOn": "2026-04-01",
        "amountFen": 30_000_000,
        "content": {"year": 2025},
        "status": "ACTIVE",
        "selfDeclared": False,
    }
    assert done["consent"] == {
        "id": fetching.consent_id,
        "state": "ACTIVE",
        "expiresAt": (case.city.now + timedelta(days=30)).isoformat(),
        "frequencyTimes": 20,
        "frequencyUnit": "DAY",
    }
    assert done["sha256"] == await admin.fetchval("select sha256 from consent_fetches")
    assert [(read["row_count"], read["purpose"]) for read in await receipts()] == [
        (3, "loan.match")
    ]


async def test_a_replay_answers_the_same_counts_no_use_and_leaves_a_receipt(
    fetching, receipts, admin
):
    await fetching.agree(1, "ONCE")
    first = await fetching()
    again = await fetching()
    assert again == {**first, "replayed": True}
    assert await admin.fetchval(USES) == 1
    assert [read["row_count"] for read in await receipts()] == [3, 3]
    # The key is used up: with another request it is refused.
    other = await fetching(categories=["TAX"])
    assert other["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_a_delivery_is_paged_by_replays_and_does_not_move(fetching, admin):
    first = await fetching(first=2)
    assert items(first["records"]) == ["SI-HEADCOUNT", "TAX-PAID"]
    assert (first["records"]["totalCount"], first["records"]["pageInfo"]["hasNextPage"]) == (
        3,
        True,
    )
    await admin.execute("update credit_records set occurred_on = occurred_on - 1")
    after = first["records"]["pageInfo"]["endCursor"]
    second = await fetching(first=2, after=after)
    assert items(second["records"]) == ["TAX-GRADE"]
    assert second["records"]["pageInfo"]["hasNextPage"] is False
    assert second["sha256"] == first["sha256"]
    assert await admin.fetchval(USES) == 1


async def test_some_categories_and_days_are_fetched(fetching):
    narrowed = await fetching(categories=["TAX"], since="2026-04-01")
    assert items(narrowed["records"]) == ["TAX-PAID", "TAX-GRADE"]
    assert narrowed["categories"] == ["TAX"]
    later = await fetching(key="fetch-key-2", since="2026-04-02")
    assert (later["number"], items(later["records"]), later["records"]["totalCount"]) == (2, [], 0)


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"categories": ["PENALTIES", "SCORE"]}, "CATEGORIES_OUTSIDE_PURPOSE", "categories"),
        ({"categories": []}, "CATEGORIES_OUTSIDE_PURPOSE", "categories"),
        ({"since": "2000-01-01"}, "RANGE_OUTSIDE_CONSENT", "since"),
        ({"consentId": None}, "INVALID", "consentId"),
        ({"consentId": "bm8"}, "NOT_FOUND", "consentId"),
        ({"key": "short"}, "IDEMPOTENCY_KEY_INVALID", "idempotencyKey"),
    ],
    ids=str,
)
async def test_what_is_not_covered_is_refused_by_name_and_counts_nothing(
    fetching, admin, given, code, field
):
    async with nothing_written(admin):
        refused = await fetching(**given)
    assert (refused["code"], refused["field"]) == (code, field)


async def test_a_use_too_many_is_a_member_of_the_result(fetching, admin, clock):
    await fetching.agree(2, "DAY")
    await fetching(key="fetch-key-1")
    await fetching(key="fetch-key-2")
    async with nothing_written(admin):
        refused = await fetching(key="fetch-key-3")
    assert (refused["code"], refused["messageZh"]) == (
        "FREQUENCY_EXHAUSTED",
        "已达到约定的查询频次（每日 2 次）",
    )
    # What was delivered today may still be read again.
    assert (await fetching(key="fetch-key-2"))["number"] == 2


async def test_more_than_one_fetch_delivers_is_refused_and_counts_nothing(
    fetching, admin, monkeypatch
):
    monkeypatch.setattr("suxin.consent.fetches.MAX_DELIVERED", 2)
    async with nothing_written(admin):
        refused = await fetching()
    assert (refused["code"], refused["field"]) == ("TOO_MANY_RECORDS", "since")
    assert len(items((await fetching(categories=["TAX"]))["records"])) == 2


@pytest.mark.parametrize(
    ("step", "given", "state_zh"),
    [(pause_consent, {}, "已暂停"), (revoke_consent, {"reason": None}, "已撤回")],
)
async def test_neither_a_fetch_nor_a_replay_outlives_the_consent(
    fetching, admin, case, step, given, state_zh
):
    await fetching(key="fetch-key-1")
    await case.city.act(step, case.city.applicant, consent_id=fetching.local_id, **given)
    async with nothing_written(admin):
        for key in ("fetch-key-1", "fetch-key-2"):
            refused = await fetching(key=key)
            assert refused["code"] == "CONSENT_NOT_ACTIVE"
            assert refused["messageZh"] == f"授权当前状态为“{state_zh}”，不能查询"
    if step is pause_consent:
        resumed = {"consent_id": fetching.local_id}
        await case.city.act(resume_consent, case.city.applicant, **resumed)
        assert (await fetching(key="fetch-key-1"))["replayed"] is True


async def test_another_bank_fetches_nothing_by_this_consent(fetching, bank_b, admin):
    stolen = Fetching(bank_b, fetching.local_id, admin)
    async with nothing_written(admin):
        for consent_id in (stolen.consent_id, fetching.consent_id):
            refused = await stolen(consentId=consent_id)
            assert refused["code"] == "NOT_FOUND"


async def test_without_the_right_to_records_nothing_is_fetched(desks, fetching, admin):
    viewer = await desks.open(desks.city.banks[0], roles=["viewer"])
    async with nothing_written(admin):
        refused = await Fetching(viewer, fetching.local_id, admin)()
    assert refused["code"] == "FORBIDDEN"


async def test_the_consent_of_an_applicant_is_what_is_fetched_on_and_read_again(
    bank_a, fetching, case
):
    found = await bank_a.data(KNOWN, id=case.referral_id)
    assert found["referral"]["applicant"]["consent"] == {
        "id": fetching.consent_id,
        "frequencyTimes": 20,
        "frequencyUnit": "DAY",
        "recordsFrom": "2021-11-20",
    }
    document = "query ($id: ID!) { node(id: $id) { ... on Consent { state categories } } }"
    await case.city.act(pause_consent, case.city.applicant, consent_id=fetching.local_id)
    again = await bank_a.data(document, id=fetching.consent_id)
    assert again["node"]["state"] == "PAUSED"


async def test_records_at_the_desk_come_in_pages_and_each_page_is_on_its_receipt(
    bank_a, fetching, case, receipts
):
    async def page(**given):
        found = await bank_a.data(PAGE, id=case.referral_id, **given)
        return found["referral"]["applicant"]["records"]

    first = await page(first=2)
    assert items(first) == ["SI-HEADCOUNT", "TAX-PAID"]
    assert first["totalCount"] == 3
    assert first["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "endCursor": first["edges"][1]["cursor"],
    }
    second = await page(first=2, after=first["pageInfo"]["endCursor"])
    assert items(second) == ["TAX-GRADE"]
    assert (second["pageInfo"]["hasNextPage"], second["pageInfo"]["hasPreviousPage"]) == (
        False,
        True,
    )
    assert second["edges"][0]["node"]["item"] == {"name": "纳税信用级别"}
    counts = [r["row_count"] for r in await receipts() if "item_code" in r["fields"]]
    assert counts == [2, 1]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"first": 0}, "PAGE_SIZE_OUT_OF_RANGE"),
        ({"first": 101}, "PAGE_SIZE_OUT_OF_RANGE"),
    ],
    ids=str,
)
async def test_a_page_that_is_none_is_refused(bank_a, fetching, case, admin, given, code):
    async with nothing_written(admin):
        assert await bank_a.codes(PAGE, id=case.referral_id, **given) == [code]


async def test_a_cursor_of_another_list_shows_no_record(bank_a, fetching, case, receipts):
    other = (await bank_a.data("{ referrals(first: 1) { edges { cursor } } }"))["referrals"]
    for cursor in ("bm8", other["edges"][0]["cursor"]):
        given = {"id": case.referral_id, "first": 1, "after": cursor}
        assert await bank_a.codes(PAGE, **given) == ["CURSOR_INVALID"]
    assert [r for r in await receipts() if "item_code" in r["fields"]] == []


async def test_one_page_asked_for_twice_with_other_fields_is_two_readings(
    bank_a, fetching, case, receipts
):
    document = """query ($id: ID!) { referral(id: $id) { applicant {
      a: records(first: 1) { edges { x: node { item { code } } y: node { item { name } } } }
      b: records(first: 1) { edges { node { item { department } } } }
    } } }"""
    told = (await bank_a.data(document, id=case.referral_id))["referral"]["applicant"]
    assert told["a"]["edges"] == [
        {"x": {"item": {"code": "SI-HEADCOUNT"}}, "y": {"item": {"name": "社会保险参保人数"}}}
    ]
    assert [*told["b"]["edges"][0]["node"]["item"]] == ["department"]
    assert len([r for r in await receipts() if "item_code" in r["fields"]]) == 2


async def test_a_look_beyond_the_agreed_days_is_refused_as_the_snapshot_closes(
    bank_a, fetching, case, admin, desks, clock
):
    """The reading is counted before its answer is sent: what cannot be counted is not answered, by name, without data."""
    await fetching.agree(1, "ONCE")
    document = "query ($id: ID!) { referral(id: $id) { state applicant { name } } }"
    assert (await bank_a.data(document, id=case.referral_id))["referral"]["applicant"]
    clock.pass_time(days=1)
    later = await desks.open(case.city.banks[0], now=clock.now())
    async with nothing_written(admin):
        for accept, status in (("application/json", 429), (f"{GRAPHQL_JSON}", 429)):
            answer = await later.post(
                {"query": document, "variables": {"id": case.referral_id}}, Accept=accept
            )
            assert answer.status_code == status
            body = answer.json()
            assert set(body) == {"errors"}
            [error] = body["errors"]
            assert error["extensions"]["code"] == "FREQUENCY_EXHAUSTED"
            assert error["message"] == "已达到约定的查询频次（共 1 次）"
            assert "沭河" not in answer.text


GRAPHQL_JSON = "application/graphql-response+json"


async def test_a_mutation_whose_answer_may_not_be_read_is_done_and_says_so_when_sent_again(
    bank_a, fetching, case, admin, desks, clock
):
    """Its transaction is committed before its payload is read: the same key, asking for less, tells what was done."""
    await fetching.agree(1, "ONCE")
    await fetching()
    clock.pass_time(days=1)
    later = await desks.open(case.city.banks[0], now=clock.now())
    document = """mutation ($input: AcceptReferralInput!, $told: Boolean!) {
      acceptReferral(input: $input) { ... on AcceptReferralPayload {
        replayed referral { state applicant @include(if: $told) { name } }
      } }
    }"""
    given = {"referralId": case.referral_id, "idempotencyKey": "accept-and-look"}
    answer = await later.post({"query": document, "variables": {"input": given, "told": True}})
    assert [e["extensions"]["code"] for e in answer.json()["errors"]] == ["FREQUENCY_EXHAUSTED"]
    assert "data" not in answer.json()
    again = await later.data(document, input=given, told=False)
    assert again["acceptReferral"] == {"replayed": True, "referral": {"state": "ACCEPTED"}}
