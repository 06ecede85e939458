"""Whole-village credit on the phone: told before one joins, joined once, objected to, used by one tap, and left without a trace."""

import pytest
from small_village_credit import NOTICE, build_round

LINE = (
    "update credit_round_members set state = 'ACTIVE', tier = 'AA', line_fen = 15000000, number = 7,"
    " decided_by = gen_random_uuid(), starts_on = '2026-11-01', expires_on = '2027-11-01'"
)


@pytest.fixture
async def round_of(small_city, applicant, admin):
    """The round in the village, whose first household the applicant acts for."""
    small = await build_round(small_city, admin, graded=False)
    await admin.execute(
        "update mandates set person_id = $1 where subject_id = $2",
        small_city.person_id,
        small.village.subjects[0],
    )
    applicant.subject = small.village.subjects[0]
    return small, await small.open()


async def in_state(admin, statement):
    """Put the household where days of notice would take it."""
    await admin.execute("set session_replication_role = replica")
    await admin.execute(statement)
    await admin.execute("set session_replication_role = origin")


async def test_a_household_is_told_joins_once_and_leaves_without_a_trace(
    round_of, applicant, admin
):
    _, found = round_of
    shown = await applicant.read("/village-credit")
    assert [one["id"] for one in shown["rounds"]] == [str(found.id)]
    told = await applicant.read(f"/village-credit/rounds/{found.id}/notice")
    assert told["version"] == NOTICE
    assert shown["rounds"][0]["bank"] in told["body"]
    joining = {"noticeVersion": NOTICE}
    at = f"/village-credit/rounds/{found.id}/join"
    outdated = await applicant.post(at, {"noticeVersion": "bank.credit/2020-01"})
    assert outdated.json()["code"] == "NOTICE_OUTDATED"
    joined = await applicant.post(at, joining)
    assert (joined.status_code, joined.json()["state"]["code"]) == (201, "CONSENTED")
    assert (await applicant.post(at, joining)).json()["code"] == "CREDIT_ROUND_JOINED"
    assert (await applicant.read("/village-credit"))["rounds"] == []
    member = joined.json()["id"]
    left = await applicant.post(f"/village-credit/memberships/{member}/leave")
    assert left.json()["state"]["code"] == "LEFT"
    assert await admin.fetchval("select label from credit_round_members") == ""


async def test_another_household_of_the_round_is_not_there(round_of, applicant):
    small, found = round_of
    theirs = await small.join(found, 1)
    for path in ("leave", "objection", "request"):
        body = {"objection": {"reason": "x"}, "request": _wanted("x")}.get(path)
        answer = await applicant.post(f"/village-credit/memberships/{theirs.id}/{path}", body)
        assert answer.status_code == 404, path
    assert (await applicant.read("/village-credit"))["memberships"] == []


async def test_one_tap_asks_within_the_line(round_of, applicant, admin):
    small, found = round_of
    member = await small.join(found, 0)
    at = f"/village-credit/memberships/{member.id}"
    told = await applicant.read(f"{at}/request-notice")
    early = await applicant.post(f"{at}/request", _wanted(told["version"]))
    assert early.json()["code"] == "CREDIT_LINE_NOT_ACTIVE"
    await in_state(admin, LINE)
    beyond = await applicant.post(
        f"{at}/request", _wanted(told["version"]) | {"amountFen": 15_000_100}
    )
    assert (beyond.json()["code"], beyond.json()["field"]) == ("CREDIT_LINE_EXCEEDED", "amountFen")
    made = await applicant.post(f"{at}/request", _wanted(told["version"]))
    assert made.status_code == 201
    request = made.json()["requestId"]
    (referral,) = (await applicant.read(f"/loan-requests/{request}/referrals"))["items"]
    assert referral["bank"]["tenantId"] == str(small.city.banks[0].tenant_id)
    (mine,) = (await applicant.read("/village-credit"))["memberships"]
    assert (mine["lineFen"], mine["leftFen"]) == (15_000_000, 14_000_000)


async def test_an_objection_is_made_while_the_line_is_on_notice(round_of, applicant, admin, web):
    small, found = round_of
    member = await small.join(found, 0)
    at = f"/village-credit/memberships/{member.id}/objection"
    assert (await applicant.post(at, {"reason": "x"})).json()["code"] == "CREDIT_MEMBER_NOT_AT"
    noticed = LINE.replace("ACTIVE", "NOTICED").replace("'2026-11-01'", "null", 1)
    await in_state(admin, noticed.replace("'2027-11-01'", "null"))
    objected = await applicant.post(at, {"reason": "收入漏计"})
    assert objected.json()["state"]["code"] == "OBJECTED"
    # Nothing was put on notice there: the page for everybody has nothing.
    assert (await web.get(f"/village-credit/notices/{found.id}")).status_code == 410


def _wanted(version):
    return {
        "amountFen": 1_000_000,
        "termMonths": 12,
        "purpose": "working_capital",
        "noticeVersion": version,
    }
