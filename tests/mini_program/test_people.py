"""Proving who one is, and for whom one may act; over the real stand-ins."""

import json

import httpx
import pytest
from real_names import CLAIM, prove, sent_code
from small_city import SmallCity
from sqlalchemy import func, select

from suxin.kernel.actor import Actor
from suxin.subjects.models import Mandate, PersonIdentity

FIRM = "91321302MATE5T017A"


async def identities(city: SmallCity) -> int:
    async with city.database.snapshot(Actor.system("test"), now=city.now) as session:
        return await session.scalar(select(func.count()).select_from(PersonIdentity)) or 0


async def test_a_visitor_becomes_a_proved_person(guest, clock, send_messages) -> None:
    assert await guest.read("/me") == {
        "proved": False,
        "person": None,
        "subjects": [],
        "unreadNotices": 0,
    }

    await prove(guest, clock, send_messages)

    me = await guest.read("/me")
    assert me["proved"] is True
    assert {name: me["person"][name] for name in ("name", "residentId", "phone")} == {
        "name": "赵**",
        "residentId": "110***********002X",
        "phone": "199****0077",
    }
    assert [(one["name"], one["kind"]["code"], one["mandate"]) for one in me["subjects"]] == [
        ("赵**", "person", None)
    ]


async def test_a_code_is_sent_once_a_minute(guest, clock) -> None:
    first = await guest.post("/phone-codes", {"phone": CLAIM["phone"]}, key=None)
    refused = await guest.post("/phone-codes", {"phone": CLAIM["phone"]}, key=None)

    assert (first.status_code, refused.status_code) == (204, 429)
    assert refused.json()["code"] == "PHONE_CODE_TOO_SOON"
    assert 0 < int(refused.headers["retry-after"]) <= 61


@pytest.mark.parametrize("number", ["", "1", "12345678901", "110", "+8613800138000x"])
async def test_what_is_no_mobile_number_gets_no_code(guest, number) -> None:
    refused = await guest.post("/phone-codes", {"phone": number}, key=None)

    assert (refused.status_code, refused.json()["field"]) == (422, "phone")


BAD_CLAIMS = {
    "wrong code": ({"code": "000000"}, 422, "PHONE_CODE_WRONG", "code"),
    "wrong checksum": (
        {"residentId": "110105194912310021"},
        422,
        "RESIDENT_ID_INVALID",
        "residentId",
    ),
    "born tomorrow": (
        {"residentId": "11010520991231002X"},
        422,
        "RESIDENT_ID_INVALID",
        "residentId",
    ),
    "name of one": ({"name": "赵"}, 422, "INVALID", "name"),
    "no phone": ({"phone": "10086"}, 422, "PHONE_INVALID", "phone"),
    "code as number": ({"code": 123456}, 422, "INVALID", "code"),
}


async def test_a_claim_that_does_not_hold_proves_nothing(
    guest, clock, small_city, send_messages, subtests
) -> None:
    code = await sent_code(guest, clock, send_messages)
    before = await identities(small_city)
    for name, (change, status, expected, field) in BAD_CLAIMS.items():
        with subtests.test(name):
            refused = await guest.post(
                "/identity-proofs", {**CLAIM, "code": code, **change}, key=None
            )

            problem = refused.json()
            assert (refused.status_code, problem["code"], problem["field"]) == (
                status,
                expected,
                field,
            )
    assert await identities(small_city) == before


async def test_five_wrong_codes_lock_the_code(guest, clock, send_messages) -> None:
    code = await sent_code(guest, clock, send_messages)
    wrong = "111111" if code != "111111" else "222222"
    for _ in range(5):
        await guest.post("/identity-proofs", {**CLAIM, "code": wrong}, key=None)

    refused = await guest.post("/identity-proofs", {**CLAIM, "code": code}, key=None)

    assert (refused.status_code, refused.json()["code"]) == (429, "PHONE_CODE_LOCKED")


async def test_someone_the_service_does_not_know_is_refused(
    guest, clock, small_city, send_messages
) -> None:
    code = await sent_code(guest, clock, send_messages)
    before = await identities(small_city)

    refused = await guest.post(
        "/identity-proofs", {**CLAIM, "name": "无此人", "code": code}, key=None
    )

    assert (refused.status_code, refused.json()["code"]) == (422, "IDENTITY_NOT_PROVED")
    assert await identities(small_city) == before


async def test_the_code_stays_good_while_the_service_is_away(
    guest, clock, stand_ins, send_messages
) -> None:
    code = await sent_code(guest, clock, send_messages)
    stand_ins.fail("identity", "/v1/person/verify", status=503, times=2)

    refused = await guest.post("/identity-proofs", {**CLAIM, "code": code}, key=None)
    done = await guest.post("/identity-proofs", {**CLAIM, "code": code}, key=None)

    assert (refused.status_code, refused.json()["code"]) == (503, "IDENTITY_SERVICE_UNAVAILABLE")
    assert done.status_code == 201


async def test_a_firm_is_represented_after_the_registry_said_so(
    guest, clock, small_city, send_messages
) -> None:
    await prove(guest, clock, send_messages)

    added = await guest.write("/mandates", {"uscc": FIRM})

    assert (added["id"], added["name"], added["uscc"]) == (
        str(small_city.firm_id),
        "宿迁市沭河木业有限公司",
        FIRM,
    )
    assert added["mandate"]["role"]["zh"] == "法定代表人"
    guest.subject = added["id"]
    assert (await guest.read("/subjects/current"))["name"] == "宿迁市沭河木业有限公司"


async def test_a_repeated_mandate_is_answered_without_asking_the_registry(
    guest, clock, small_city, stand_ins, send_messages
) -> None:
    await prove(guest, clock, send_messages)
    first = await guest.post("/mandates", {"uscc": FIRM}, key="mandate-0001")
    calls = registry_calls(stand_ins)

    again = await guest.post("/mandates", {"uscc": FIRM}, key="mandate-0001")
    other = await guest.post("/mandates", {"uscc": "93321324MATE5T025T"}, key="mandate-0001")

    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert registry_calls(stand_ins) == calls
    async with small_city.database.snapshot(Actor.system("test"), now=clock.now()) as session:
        held = await session.scalars(
            select(Mandate).where(Mandate.subject_id == small_city.firm_id)
        )
        assert len(held.all()) == 2  # The firm's first representative, and this one.


def registry_calls(stand_ins) -> int:
    answer = httpx.get(f"{stand_ins.identity}/_stand_in/calls", trust_env=False)
    return json.loads(answer.content)["/v1/enterprise/legal-representative/verify"]


BAD_FIRMS = {
    "malformed": ("1234", 422, "USCC_MALFORMED"),
    "wrong checksum": ("91321302MATE5T017B", 422, "USCC_CHECKSUM"),
    "unknown here": ("91330100799655058B", 409, "SUBJECT_UNKNOWN"),
}


async def test_a_code_of_no_firm_gives_no_mandate(applicant, subtests) -> None:
    for name, (uscc, status, code) in BAD_FIRMS.items():
        with subtests.test(name):
            refused = await applicant.post("/mandates", {"uscc": uscc})

            problem = refused.json()
            assert (refused.status_code, problem["code"], problem["field"]) == (
                status,
                code,
                "uscc",
            )


async def test_an_ended_mandate_admits_nothing(applicant, small_city) -> None:
    held = (await applicant.read("/me"))["subjects"][1]["mandate"]["id"]

    ended = await applicant.delete(f"/mandates/{held}")
    refused = await applicant.get("/subjects/current")

    assert (ended.status_code, ended.json()["id"]) == (200, str(small_city.firm_id))
    assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND")


async def test_nobody_ends_anothers_mandate(applicant, stranger) -> None:
    theirs = (await stranger.read("/me"))["subjects"][1]["mandate"]["id"]

    refused = await applicant.delete(f"/mandates/{theirs}")

    assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND")
    assert (await stranger.get("/subjects/current")).status_code == 200


async def test_the_profile_sums_up_what_is_on_record(applicant) -> None:
    profile = await applicant.read("/subjects/current")

    assert (profile["uscc"], profile["industry"], profile["registeredOn"]) == (
        FIRM,
        "C20",
        "2020-05-01",
    )
    assert [(item["itemCode"], item["count"]) for item in profile["records"]] == [
        ("SI-HEADCOUNT", 1),
        ("TAX-GRADE", 1),
        ("TAX-PAID", 1),
    ]
    assert profile["records"][2]["latestAmountFen"] == 30_000_000
    assert [item["itemCode"] for item in profile["declarable"]] == [
        "VOL-HONOUR",
        "VOL-LICENCE",
        "VOL-CONTRACT",
        "VOL-OPERATION",
        "VOL-CHARITY",
        "VOL-LAND",
        "VOL-HERD",
        "VOL-MACHINE",
        "VOL-LABOUR",
        "VOL-HARVEST",
        "VOL-DEBT",
    ]


async def test_a_subject_declares_what_the_catalogue_lets_it(applicant) -> None:
    body = {
        "itemCode": "VOL-HONOUR",
        "content": {"title": "诚信企业", "issuer": "商会"},
        "commitmentVersion": (await applicant.read("/subjects/current"))["commitment"]["version"],
    }

    first = await applicant.post("/subjects/current/declarations", body, key="declare-0001")
    again = await applicant.post("/subjects/current/declarations", body, key="declare-0001")

    assert (first.status_code, again.json()) == (201, first.json())
    declared = (await applicant.read("/subjects/current"))["records"][-1]
    assert (declared["itemCode"], declared["count"], declared["selfDeclared"]) == (
        "VOL-HONOUR",
        1,
        True,
    )


BAD_DECLARATIONS = {
    "not declarable": ({"itemCode": "TAX-GRADE"}, "NOT_DECLARABLE", "itemCode"),
    "no such item": ({"itemCode": "NOTHING"}, "NOT_DECLARABLE", "itemCode"),
    "missing key": ({"content": {"title": "x"}}, "INVALID", "content.issuer"),
    "unknown key": (
        {"content": {"title": "x", "issuer": "y", "level": "z"}},
        "INVALID",
        "content.level",
    ),
    "fraction": ({"content": {"title": 1.5, "issuer": "y"}}, "INVALID", "content[...]"),
    "nested": ({"content": {"title": {}, "issuer": "y"}}, "INVALID", "content[...]"),
}


async def test_nothing_is_declared_under_another_wording(applicant) -> None:
    body = {
        "itemCode": "VOL-HONOUR",
        "content": {"title": "x", "issuer": "y"},
        "commitmentVersion": "declaration/2020-01",
    }
    refused = await applicant.post("/subjects/current/declarations", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "COMMITMENT_OUTDATED")
    assert await applicant.read("/subjects/current/commitments") == {
        "items": [],
        "nextCursor": None,
    }


async def test_a_commitment_is_told_to_its_subject_and_an_organisations_to_everybody(
    applicant, nobody
) -> None:
    body = {
        "itemCode": "VOL-HONOUR",
        "content": {"title": "诚信企业", "issuer": "商会"},
        "commitmentVersion": "declaration/2026-11",
    }
    await applicant.write("/subjects/current/declarations", body)
    (own,) = (await applicant.read("/subjects/current/commitments"))["items"]
    assert (own["state"]["zh"], own["public"], own["title"]) == ("待核查", True, "自主申报的荣誉")
    answer = await nobody.get("/commitments")
    (public,) = answer.json()["items"]
    assert public == {name: own[name] for name in public}
    assert own.keys() - public.keys() == {"public", "judgedAt", "reason", "document"}


async def test_a_declaration_of_another_shape_is_refused(applicant, subtests) -> None:
    sound = {
        "itemCode": "VOL-HONOUR",
        "content": {"title": "x", "issuer": "y"},
        "commitmentVersion": "declaration/2026-11",
    }
    for name, (change, code, field) in BAD_DECLARATIONS.items():
        with subtests.test(name):
            refused = await applicant.post("/subjects/current/declarations", {**sound, **change})

            problem = refused.json()
            assert (refused.status_code, problem["code"], problem["field"]) == (422, code, field)
    assert len((await applicant.read("/subjects/current"))["records"]) == 3
