"""Permissions: told in full, given per bank, paused, resumed, taken back; and who read what."""

from uuid import uuid4

import pytest
from small_city import SmallCity
from sqlalchemy import func, select

from suxin.consent.models import Consent
from suxin.consent.notice_texts import current_text
from suxin.lending.models import Referral
from suxin.lending.queries.dossier import dossier, dossier_records
from suxin.subjects.identities import identity_of
from suxin.tenancy.commands import suspend_tenant

VERSION = current_text("loan.match").version
ORDER = [
    "identity",
    "contact",
    "registration",
    "loan_request",
    "tax",
    "social_insurance",
    "honours",
    "penalties",
    "environment",
    "score_tier",
]


@pytest.fixture
async def asked(applicant, new_request) -> str:
    """The id of a request that both banks hold."""
    return (await applicant.write("/loan-requests", new_request))["request"]["id"]


def consent_for(request_id: str, tenant_id: object, **changes: object) -> dict[str, object]:
    return {
        "requestId": request_id,
        "tenantId": str(tenant_id),
        "categories": ["tax", "social_insurance"],
        "lifeDays": 30,
        "noticeVersion": VERSION,
        **changes,
    }


async def consents_held(city: SmallCity) -> int:
    async with city.database.snapshot(city.applicant, now=city.now) as session:
        return await session.scalar(select(func.count()).select_from(Consent)) or 0


async def reads_dossier(city: SmallCity, number: int = 0) -> bool:
    """Let a bank's officer look at whoever is behind the referral; tell whether he saw anyone."""
    officer = city.banks[number].officer
    async with city.database.snapshot(officer, now=city.now) as session:
        referral = (await session.scalars(select(Referral))).one()
        found = await dossier(session, officer, referral)
        return found is not None and len((await dossier_records(session, officer, found)).rows) > 0


async def test_the_notice_tells_all_that_the_law_asks_for(applicant, small_city, asked) -> None:
    bank = small_city.banks[0]

    notice = await applicant.read(
        "/consent-notices",
        tenantId=str(bank.tenant_id),
        requestId=asked,
        lifeDays=45,
        categories="tax",
    )

    assert (notice["version"], notice["lifeDays"], notice["retentionDays"]) == (VERSION, 45, 180)
    for told in (
        "宿迁第一商业银行（测试）",
        "95000",
        "45 天",
        "180 天",
        "纳税信息",
        "随时暂停或撤回",
    ):
        assert told in notice["body"]
    assert "行政处罚信息" not in notice["body"]
    choices = {
        choice["category"]["code"]: (choice["required"], choice["chosen"])
        for choice in notice["categories"]
    }
    assert list(choices) == ORDER
    assert choices == {
        "identity": (True, True),
        "contact": (True, True),
        "registration": (True, True),
        "loan_request": (True, True),
        "tax": (False, True),
        "social_insurance": (False, False),
        "honours": (False, False),
        "penalties": (False, False),
        "environment": (False, False),
        "score_tier": (False, False),
    }


async def test_nothing_but_what_is_needed_is_chosen_beforehand(
    applicant, small_city, asked
) -> None:
    about = {"tenantId": str(small_city.banks[0].tenant_id), "requestId": asked}
    for given in ({}, {"categories": ""}):
        notice = await applicant.read("/consent-notices", **about, **given)
        assert [choice["required"] for choice in notice["categories"]] == [
            choice["chosen"] for choice in notice["categories"]
        ]
        assert "纳税信息" not in notice["body"]


async def test_the_notice_and_its_switches_name_the_categories_in_one_order(
    applicant, small_city, asked
) -> None:
    notice = await applicant.read(
        "/consent-notices",
        tenantId=str(small_city.banks[0].tenant_id),
        requestId=asked,
        categories=",".join(ORDER),
    )
    names = [choice["category"]["zh"] for choice in notice["categories"]]
    assert names[:5] == [
        "身份信息（姓名、身份证号码）",
        "联系方式（手机号码）",
        "登记注册信息",
        "本次贷款申请内容",
        "纳税信息",
    ]
    assert f"数据类别：{'、'.join(names)}\n" in notice["body"]


BAD_NOTICES = {
    "unknown category": ({"categories": "tax,blood_type"}, 422, "INVALID"),
    "life zero": ({"lifeDays": "0"}, 422, "INVALID"),
    "life huge": ({"lifeDays": "99999"}, 422, "INVALID"),
    "no bank": ({"tenantId": str(uuid4())}, 404, "NOT_FOUND"),
    "no request": ({"requestId": str(uuid4())}, 404, "NOT_FOUND"),
    "bank malformed": ({"tenantId": "1"}, 422, "INVALID"),
}


async def test_no_notice_is_made_up(applicant, small_city, asked, subtests) -> None:
    sound = {"tenantId": str(small_city.banks[0].tenant_id), "requestId": asked}
    for name, (change, status, code) in BAD_NOTICES.items():
        with subtests.test(name):
            refused = await applicant.get("/consent-notices", **{**sound, **change})

            assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_a_permission_is_given_to_one_bank(applicant, small_city, asked) -> None:
    bank = small_city.banks[0]
    body = consent_for(asked, bank.tenant_id)

    first = await applicant.post("/consents", body, key="consent-0001")
    replay = await applicant.post("/consents", body, key="consent-0001")
    again = await applicant.post("/consents", body)

    assert (first.status_code, first.json()["cuts"]) == (201, [])
    assert (replay.json(), replay.headers["idempotency-replayed"]) == (first.json(), "true")
    assert (again.status_code, again.json()["code"]) == (409, "CONSENT_EXISTS")
    held = (await applicant.read("/consents"))["items"]
    assert [(item["id"], item["state"]["code"], item["requestId"]) for item in held] == [
        (first.json()["id"], "ACTIVE", asked)
    ]
    assert {category["code"] for category in held[0]["categories"]} == {
        "contact",
        "identity",
        "loan_request",
        "registration",
        "social_insurance",
        "tax",
    }
    assert (await reads_dossier(small_city, 0), await reads_dossier(small_city, 1)) == (True, False)


async def test_a_wider_permission_is_narrowed_and_says_so(applicant, small_city, asked) -> None:
    body = consent_for(asked, small_city.banks[0].tenant_id, lifeDays=365)

    granted = await applicant.write("/consents", body)

    assert [cut["zh"] for cut in granted["cuts"]] == ["有效期由 365 天调整为 90 天"]


BAD_CONSENTS = {
    "old text": ({"noticeVersion": "loan.match/2020-01"}, 409, "NOTICE_OUTDATED"),
    "unknown category": ({"categories": ["blood_type"]}, 422, "INVALID"),
    "category in words": ({"categories": "tax"}, 422, "INVALID"),
    "life zero": ({"lifeDays": 0}, 422, "INVALID"),
    "life fractional": ({"lifeDays": 30.0}, 422, "INVALID"),
    "life bool": ({"lifeDays": True}, 422, "INVALID"),
    "no such bank": ({"tenantId": str(uuid4())}, 404, "NOT_FOUND"),
    "no such request": ({"requestId": str(uuid4())}, 404, "NOT_FOUND"),
}


async def test_no_permission_is_given_by_mistake(applicant, small_city, asked, subtests) -> None:
    sound = consent_for(asked, small_city.banks[0].tenant_id)
    for name, (change, status, code) in BAD_CONSENTS.items():
        with subtests.test(name):
            refused = await applicant.post("/consents", {**sound, **change})

            assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await consents_held(small_city) == 0


async def test_a_stranger_gives_no_permission_about_anothers_request(
    stranger, small_city, asked
) -> None:
    refused = await stranger.post("/consents", consent_for(asked, small_city.banks[0].tenant_id))

    assert (refused.status_code, refused.json()["detail"]) == (404, "找不到该贷款申请")
    assert await consents_held(small_city) == 0


async def test_each_decision_acts_on_the_banks_next_look(applicant, small_city, asked) -> None:
    body = consent_for(asked, small_city.banks[0].tenant_id)
    consent = (await applicant.write("/consents", body))["id"]
    seen = []
    for step, said in (("pause", None), ("resume", None), ("revocation", {"reason": "不需要了"})):
        decided = await applicant.write(f"/consents/{consent}/{step}", said)
        seen.append((decided["state"]["code"], await reads_dossier(small_city)))

    assert seen == [("PAUSED", False), ("ACTIVE", True), ("REVOKED", False)]
    held = (await applicant.read("/consents"))["items"][0]
    assert (held["state"]["zh"], held["endReason"]) == ("已撤回", "不需要了")


async def test_a_step_that_does_not_follow_is_refused(applicant, small_city, asked) -> None:
    body = consent_for(asked, small_city.banks[0].tenant_id)
    consent = (await applicant.write("/consents", body))["id"]
    await applicant.write(f"/consents/{consent}/revocation", {})

    for step, said in (("pause", None), ("resume", None), ("revocation", {})):
        refused = await applicant.post(f"/consents/{consent}/{step}", said)

        assert (refused.status_code, refused.json()["code"]) == (409, "CONSENT_STATE_CONFLICT")


async def test_nobody_decides_on_anothers_permission(
    applicant, stranger, small_city, asked, subtests
) -> None:
    body = consent_for(asked, small_city.banks[0].tenant_id)
    consent = (await applicant.write("/consents", body))["id"]
    for step, said in (("pause", None), ("resume", None), ("revocation", {})):
        with subtests.test(step):
            foreign = await stranger.post(f"/consents/{consent}/{step}", said)
            unknown = await stranger.post(f"/consents/{uuid4()}/{step}", said)

            assert {
                (answer.status_code, answer.json()["detail"]) for answer in (foreign, unknown)
            } == {(404, "找不到该授权")}
    assert (await applicant.read("/consents"))["items"][0]["state"]["code"] == "ACTIVE"


async def test_every_look_is_shown_to_the_subject_alone(
    applicant, stranger, small_city, asked
) -> None:
    assert (await applicant.read("/data-reads"))["items"] == []
    given = await applicant.write("/consents", consent_for(asked, small_city.banks[0].tenant_id))

    assert await reads_dossier(small_city)

    reads = (await applicant.read("/data-reads"))["items"]
    assert {(read["consentId"], read["contractId"]) for read in reads} == {(given["id"], None)}
    assert {(read["reader"]["shortName"], read["purpose"]["code"]) for read in reads} == {
        ("一行", "loan.match")
    }
    assert {category["code"] for read in reads for category in read["categories"]} == {
        "loan_request",
        "registration",
        "social_insurance",
        "tax",
    }
    assert (await stranger.read("/data-reads"))["items"] == []


async def reads_identity(city: SmallCity, number: int = 0) -> None:
    """Let a bank's officer ask who the applicant is and how to reach him."""
    officer = city.banks[number].officer
    async with city.database.snapshot(officer, now=city.now) as session:
        assert (await identity_of(session, city.sealer, city.person_id)).phone == "19900000001"


async def test_acting_for_a_firm_one_sees_who_read_about_oneself_too(
    applicant, stranger, small_city, asked
) -> None:
    await applicant.write("/consents", consent_for(asked, small_city.banks[0].tenant_id))
    assert await reads_dossier(small_city)
    await reads_identity(small_city)

    reads = (await applicant.read("/data-reads"))["items"]
    applicant.subject = small_city.person_id
    own = (await applicant.read("/data-reads"))["items"]

    firm = {"code": "subject", "zh": "宿迁市沭河木业有限公司", "en": "宿迁市沭河木业有限公司"}
    himself = {"code": "self", "zh": "本人", "en": "yourself"}
    assert [read["about"] for read in reads] == [himself, firm, firm]
    assert [category["code"] for category in reads[0]["categories"]] == ["identity", "contact"]
    assert reads[0]["reader"]["shortName"] == "一行"
    assert own == reads[:1]
    for subject in (small_city.stranger_firm_id, small_city.stranger_id):
        stranger.subject = subject
        assert (await stranger.read("/data-reads"))["items"] == []


async def test_looks_are_read_page_by_page(applicant, small_city, asked) -> None:
    await applicant.write("/consents", consent_for(asked, small_city.banks[0].tenant_id))
    for _ in range(2):
        await reads_dossier(small_city)
        await reads_identity(small_city)
    whole = (await applicant.read("/data-reads"))["items"]
    assert [read["about"]["code"] for read in whole] == ["self", "subject", "subject"] * 2

    read, cursor = [], None
    for _ in whole:
        page = await applicant.read("/data-reads", first=1, **({"after": cursor} if cursor else {}))
        read, cursor = [*read, *page["items"]], page["nextCursor"]

    assert (read, cursor) == (whole, None)


async def test_a_permission_to_a_suspended_bank_can_be_taken_back(
    applicant, small_city, asked
) -> None:
    bank = small_city.banks[0]
    consent = (await applicant.write("/consents", consent_for(asked, bank.tenant_id)))["id"]
    async with small_city.database.transaction(small_city.operator, now=small_city.now) as session:
        await suspend_tenant(
            session,
            small_city.operator,
            tenant_id=bank.tenant_id,
            reason="检查",
            now=small_city.now,
        )

    held = (await applicant.read("/consents"))["items"]
    revoked = await applicant.write(f"/consents/{consent}/revocation", {})

    assert held[0]["recipient"]["name"] == "（该机构已暂停服务）"
    assert revoked["state"]["code"] == "REVOKED"
