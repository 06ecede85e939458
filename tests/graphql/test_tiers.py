"""Grades: with a consent that covers them and no other way, explained by what else it covers, and never a number."""

import pytest
from observing import nothing_written
from small_scores import build_scores

from suxin.consent.commands import pause_consent, resume_consent, revoke_consent
from suxin.scoring.packaged import FIRM_GRADE
from suxin_graphql.ids import to_global

USES = "select count(*) from consent_fetches"
GRADE = {
    "modelCode": FIRM_GRADE,
    "modelName": "企业信用等级（演示配置）",
    "tier": "BBB",
    "tierName": "信用良好",
    "place": 4,
    "ofTiers": 7,
    "asOf": "2026-11-20",
    "validUntil": "2026-12-08",
}
TIER = {name: GRADE[name] for name in ("modelCode", "tier", "asOf", "validUntil")}


@pytest.fixture
async def scored(case):
    await case.accept()
    await build_scores(case.city)
    return case


@pytest.fixture
async def fetching(bank_a, scored):
    consent_id = to_global("Consent", await scored.consent(), bank_a.bank.officer)

    async def fetch(key="fetch-tiers-1", caller=bank_a):
        given = {"consentId": consent_id, "idempotencyKey": key}
        return await caller.run("fetch_tiers", input=given)

    return fetch


async def grades(caller, case) -> list[dict] | None:
    applicant = (await caller.run("applicant_grades", id=case.referral_id))["applicant"]
    return applicant and [edge["node"] for edge in applicant["grades"]["edges"]]


async def test_a_grade_is_told_with_what_counts_and_without_a_number(bank_a, scored, receipts):
    assert await grades(bank_a, scored) is None
    assert await receipts() == []
    await scored.consent()
    told = (await grades(bank_a, scored))[0]
    reasons = told.pop("reasons")
    assert told.pop("indicatorsNotCovered") > 0
    assert told == GRADE
    assert [(one["code"], one["name"], one["favourable"]) for one in reasons] == [
        ("T01", "纳税信用A级", True),
        ("T05", "年度纳税（10 万元至 100 万元）", True),
        ("S01", "为职工参加社会保险", True),
    ]
    assert {one["dimension"] for one in reasons} == {"纳税", "社会保险与住房公积金"}
    assert [read["categories"] for read in await receipts()] == [
        ["loan_request", "registration"],
        ["score_tier"],
    ]


async def test_what_the_consent_does_not_cover_is_not_explained(bank_a, scored, admin):
    await scored.consent()
    (before,) = await grades(bank_a, scored)
    await admin.execute("update access_bases set categories = array_remove(categories, 'tax')")
    (told,) = await grades(bank_a, scored)
    assert told["tier"] == before["tier"]
    assert told["indicatorsNotCovered"] > before["indicatorsNotCovered"]
    assert [one["code"] for one in told["reasons"]] == ["S01"]


async def test_a_consent_without_the_grade_tells_none(bank_a, scored, admin, receipts):
    await scored.consent()
    without = "set categories = array_remove(categories, 'score_tier')"
    for table in ("access_bases", "consents"):
        await admin.execute(f"update {table} {without}")
    assert await grades(bank_a, scored) == []
    assert [read["categories"] for read in await receipts()] == [["loan_request", "registration"]]


async def test_a_pause_a_revocation_and_the_end_act_on_the_very_next_request(
    bank_a, scored, desks, clock
):
    city, subject = scored.city, scored.city.applicant
    consent_id = await scored.consent(life_days=2)
    assert await grades(bank_a, scored)
    await city.act(pause_consent, subject, consent_id=consent_id)
    assert await grades(bank_a, scored) is None
    await city.act(resume_consent, subject, consent_id=consent_id)
    assert await grades(bank_a, scored)
    clock.pass_time(days=2, seconds=1)
    late = await desks.open(city.banks[0], now=clock.now())
    assert await grades(late, scored) is None


async def test_a_revoked_consent_tells_no_grade(bank_a, scored):
    consent_id = await scored.consent()
    await scored.city.act(revoke_consent, scored.city.applicant, consent_id=consent_id, reason=None)
    assert await grades(bank_a, scored) is None


async def test_another_bank_learns_nothing_by_this_banks_consent(bank_a, bank_b, scored, fetching):
    own = (await bank_b.run("inbox", first=5))["referrals"]["edges"][0]["node"]["id"]
    assert (await bank_b.run("applicant_grades", id=own))["applicant"] is None
    assert (await fetching(caller=bank_b))["code"] == "NOT_FOUND"
    assert len(await grades(bank_a, scored)) == 1


async def test_whoever_only_looks_on_may_not_ask_for_grades(desks, scored):
    await scored.consent()
    viewer = await desks.open(scored.city.banks[0], roles=["viewer"])
    document = (
        "query ($id: ID!) { referral(id: $id) { applicant { grades(first: 1) { totalCount } } } }"
    )
    assert await viewer.codes(document, id=scored.referral_id) == ["FORBIDDEN"]


async def test_a_grade_that_no_run_renewed_is_told_no_more(bank_a, scored, admin):
    await scored.consent()
    await admin.execute("update score_tiers set valid_until = as_of")
    assert await grades(bank_a, scored) == []


async def test_grades_come_in_pages(bank_a, scored):
    await scored.consent()
    document = """query ($id: ID!, $after: String) { referral(id: $id) { applicant {
      grades(first: 1, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { tier } } } } } }"""
    page = (await bank_a.data(document, id=scored.referral_id))["referral"]["applicant"]["grades"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (1, False)
    after = page["pageInfo"]["endCursor"]
    page = await bank_a.data(document, id=scored.referral_id, after=after)
    assert page["referral"]["applicant"]["grades"]["edges"] == []


async def test_a_fetch_delivers_the_tier_counts_and_leaves_a_receipt(fetching, receipts, admin):
    done = await fetching()
    assert (done["replayed"], done["number"], done["tiers"]) == (False, 1, [TIER])
    again = await fetching()
    assert again == {**done, "replayed": True}
    assert await admin.fetchval(USES) == 1
    assert [(read["categories"], read["row_count"]) for read in await receipts()] == [
        (["score_tier"], 1)
    ] * 2


async def test_what_a_consent_does_not_allow_is_a_member_of_the_result(fetching, admin):
    await admin.execute("update consents set frequency_times = 1, frequency_unit = 'ONCE'")
    assert (await fetching())["number"] == 1
    async with nothing_written(admin):
        assert (await fetching("fetch-tiers-2"))["code"] == "FREQUENCY_EXHAUSTED"
    await admin.execute(
        "update consents set frequency_times = 9, categories = array_remove(categories, 'score_tier')"
    )
    async with nothing_written(admin):
        assert (await fetching("fetch-tiers-3"))["code"] == "CATEGORIES_OUTSIDE_PURPOSE"


@pytest.mark.parametrize(
    ("step", "given"), [(pause_consent, {}), (revoke_consent, {"reason": None})]
)
async def test_neither_a_fetch_nor_a_replay_outlives_the_consent(
    fetching, scored, admin, step, given
):
    await fetching()
    consent_id = await admin.fetchval("select id from consents")
    await scored.city.act(step, scored.city.applicant, consent_id=consent_id, **given)
    async with nothing_written(admin):
        assert (await fetching())["code"] == "CONSENT_NOT_ACTIVE"
        assert (await fetching("fetch-tiers-2"))["code"] == "CONSENT_NOT_ACTIVE"


async def test_an_expired_consent_delivers_nothing(fetching, scored, desks, clock, admin):
    clock.pass_time(days=30, seconds=1)
    late = await desks.open(scored.city.banks[0], now=clock.now())
    async with nothing_written(admin):
        assert (await fetching(caller=late))["code"] == "CONSENT_NOT_ACTIVE"


async def test_no_tier_in_force_is_an_answer_too(fetching, admin):
    await admin.execute("update score_tiers set valid_until = as_of")
    assert (await fetching())["tiers"] == []
