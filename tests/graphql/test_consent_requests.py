"""Asking for a consent over GraphQL: an organisation by its credit code, or whoever an earlier consent was about."""

from datetime import timedelta

import pytest
from observing import acts, nothing_written

from suxin.consent.commands import revoke_consent
from suxin.consent.models import Consent
from suxin.consent.requests import approve_request, reject_request
from suxin.subjects.doors import uscc_door
from suxin.subjects.models import DataCategory
from suxin_graphql.ids import local_id, to_global

NOBODYS = "91321302MA1XK99999"
ASKED = {"purpose": "loan.match", "categories": ["TAX"], "lifeDays": 30}


@pytest.fixture
async def ask(bank_a, admin, case):
    async def asked(*, key="ask-key-1", caller=bank_a, **given):
        chosen = {"uscc": code, **ASKED, **given, "idempotencyKey": key}
        return await caller.run("request_consent", input=chosen)

    code = await admin.fetchval("select uscc from subjects where id = $1", case.city.firm_id)
    await admin.execute(
        "insert into subject_doors (blind_index, subject_id) values ($1, $2)",
        uscc_door(code),
        case.city.firm_id,
    )
    return asked


def consent_id(asked, bank):
    return local_id(asked["consent"]["id"], "Consent", bank.bank.officer, field="id")


async def test_a_system_asks_by_credit_code_and_fetches_once_the_subject_has_said_yes(
    ask, bank_a, case, admin
):
    asked = await ask()
    assert asked == {
        "replayed": False,
        "answerBy": (case.city.now + timedelta(days=7)).isoformat(),
        "cuts": [],
        "consent": {
            "id": asked["consent"]["id"],
            "state": "REQUESTED",
            "purpose": "loan.match",
            "categories": asked["consent"]["categories"],
            "recordsFrom": "2021-11-20",
            "frequencyTimes": 20,
            "frequencyUnit": "DAY",
            "retentionDays": 180,
            "expiresAt": (case.city.now + timedelta(days=30)).isoformat(),
        },
    }
    assert "TAX" in asked["consent"]["categories"]
    fetch = {"consentId": asked["consent"]["id"], "idempotencyKey": "fetch-key-1"}
    refused = await bank_a.run("fetch_records", input=fetch, first=9, after=None)
    assert refused["code"] == "CONSENT_NOT_ACTIVE"
    await case.city.act(
        approve_request,
        case.city.applicant,
        consent_id=consent_id(asked, bank_a),
        categories=[DataCategory.TAX],
        life_days=30,
        notice_version="loan.match/2026-11",
    )
    fetched = await bank_a.run("fetch_records", input=fetch, first=9, after=None)
    assert fetched["number"] == 1
    assert "consent.consent.requested" in await acts(admin, "consent.consent")


async def test_what_is_too_wide_is_narrowed_and_the_answer_says_how(ask):
    asked = await ask(
        categories=["TAX", "GRID_POINTS"],
        lifeDays=2**31 - 1,
        rangeMonths=2**31 - 1,
        retentionDays=2**31 - 1,
        frequency={"times": 2**31 - 1, "unit": "DAY"},
    )
    assert [cut["en"] for cut in asked["cuts"]] == [
        "the category grid_points has nothing to do with the purpose",
        "the life was cut from 2147483647 days to 90 days",
        "the range was cut from 2147483647 months to 60 months",
        "the retention was cut from 2147483647 days to 180 days",
        "the frequency was cut from 2147483647 a day to 20 a day",
    ]
    assert all(cut["zh"] for cut in asked["cuts"])
    assert (asked["consent"]["retentionDays"], asked["consent"]["frequencyTimes"]) == (180, 20)


async def test_a_replay_asks_nobody_twice(ask, admin):
    first = await ask()
    async with nothing_written(admin):
        assert await ask() == {**first, "replayed": True}
        assert (await ask(lifeDays=31))["code"] == "IDEMPOTENCY_KEY_REUSED"
        # With a key of its own it is another request, for what waits for its answer.
        again = await ask(key="ask-key-2")
    assert (again["code"], again["field"]) == ("CONSENT_EXISTS", "purpose")


async def test_whether_an_organisation_is_known_here_is_not_told(ask, case, admin, bank_a):
    """PIPL art. 6: what is answered about a code that nobody has is what is answered about somebody's."""
    known, unknown = await ask(), await ask(key="ask-key-2", uscc=NOBODYS)
    for one in (known, unknown):
        one["consent"].pop("id")
    assert unknown == known
    for code in (None, NOBODYS):
        given = {} if code is None else {"uscc": code}
        assert (await ask(key=f"again-{code}", **given))["code"] == "CONSENT_EXISTS"


async def test_whoever_an_earlier_consent_was_about_is_asked_again(ask, bank_a, bank_b, case):
    earlier = await case.consent()
    await case.city.act(revoke_consent, case.city.applicant, consent_id=earlier, reason=None)
    named = {"uscc": None, "consentId": to_global("Consent", earlier, bank_a.bank.officer)}
    asked = await ask(**named)
    async with case.city.database.snapshot(case.city.applicant, now=case.city.now) as session:
        found = await session.get(Consent, (case.city.firm_id, consent_id(asked, bank_a)))
    assert found.subject_id == case.city.firm_id
    stolen = {"uscc": None, "consentId": to_global("Consent", earlier, bank_b.bank.officer)}
    refused = await ask(caller=bank_b, **stolen)
    assert (refused["code"], refused["field"]) == ("NOT_FOUND", None)


async def test_after_a_no_it_is_not_asked_again_for_a_while(ask, bank_a, case, admin):
    asked = await ask()
    await case.city.act(
        reject_request, case.city.applicant, consent_id=consent_id(asked, bank_a), reason=None
    )
    async with nothing_written(admin):
        refused = await ask(key="ask-key-2")
    assert (refused["code"], refused["field"]) == ("ASKED_AGAIN_TOO_SOON", "purpose")


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"uscc": None}, "INVALID", "uscc"),
        ({"consentId": "bm8"}, "NOT_FOUND", "consentId"),
        ({"uscc": "91321302"}, "USCC_MALFORMED", "uscc"),
        ({"uscc": "91321302MA1XK99990"}, "USCC_CHECKSUM", "uscc"),
        ({"purpose": "loan.sell"}, "PURPOSE_UNKNOWN", "purpose"),
        ({"purpose": "perk.redeem", "categories": ["SCORE_TIER"]}, "FORBIDDEN", None),
        ({"categories": ["GRID_POINTS"]}, "CATEGORIES_OUTSIDE_PURPOSE", "categories"),
        ({"lifeDays": 0}, "INVALID", "lifeDays"),
        ({"rangeMonths": -1}, "INVALID", "rangeMonths"),
        ({"retentionDays": 0}, "INVALID", "retentionDays"),
        ({"frequency": {"times": 0, "unit": "DAY"}}, "INVALID", "frequency"),
        ({"sentAt": "2026-11-20T01:44:59Z"}, "CLOCK_APART", "sentAt"),
        ({"key": "short"}, "IDEMPOTENCY_KEY_INVALID", "idempotencyKey"),
    ],
    ids=str,
)
async def test_what_may_not_be_asked_is_refused_by_name_and_asks_nobody(
    ask, admin, given, code, field
):
    async with nothing_written(admin):
        refused = await ask(**given)
    assert (refused["code"], refused["field"]) == (code, field)


async def test_who_may_not_ask_asks_nobody(desks, ask, admin):
    viewer = await desks.open(desks.city.banks[0], roles=["viewer"])
    async with nothing_written(admin):
        assert (await ask(caller=viewer))["code"] == "FORBIDDEN"
