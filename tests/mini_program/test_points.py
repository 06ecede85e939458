"""Points on a resident's phone: what the household has, claiming once, objecting by a notice's number, and what one agrees to."""

import base64

import pytest
from small_points import SmallPoints, build_points, photo

from suxin.grid.agreeing import TEXT_VERSION
from suxin.grid.contents import ClaimContent, digest
from suxin.grid.states import ClaimState
from suxin.grid.templates import template_named
from suxin.kernel.ids import new_id


@pytest.fixture
async def points(small_city, admin) -> SmallPoints:
    return await build_points(small_city, admin, book=template_named("five-goods").book)


@pytest.fixture
def phone(applicant):
    """The phone of the person, who acts for himself."""
    applicant.subject = None
    return applicant


async def test_a_claim_of_the_phones_own_sent_twice_is_one(phone, points, small_city, admin):
    village = f"/points/{points.tenant_id}"
    (own,) = (await phone.read("/points"))["items"]
    assert (own["householdNumber"], own["posted"]) == ("001", 0)
    assert "hazard" in {one["code"] for one in (await phone.read(f"{village}/rules"))["items"]}
    day = points.content().happened_on
    content = ClaimContent(
        household_id=points.households[0],
        member_id=points.members[0],
        rule_code="hazard",
        times=1,
        happened_on=day,
        note="河边护栏松动",
        photos=(photo(),),
    )
    sent = {
        "ruleCode": "hazard",
        "happenedOn": day.isoformat(),
        "note": "河边护栏松动",
        "photos": [base64.b64encode(photo()).decode()],
        "id": str(new_id(small_city.now)),
        "contentHash": digest(content),
    }
    first = await phone.write(f"{village}/claims", sent)
    again = await phone.write(f"{village}/claims", sent)
    assert first["id"] == again["id"] == sent["id"]
    (listed,) = (await phone.read(f"{village}/claims"))["items"]
    assert (listed["state"], listed["stateZh"]) == ("SUBMITTED", "待初审")
    wrong = (await phone.request("GET", f"{village}/claims?after=YWJj")).json()
    assert (wrong["status"], wrong["field"]) == (422, "after")
    other = await phone.post(f"{village}/claims", sent | {"contentHash": "0" * 64})
    assert other.json()["code"] == "GRID_DIGEST_WRONG"
    done = await phone.write(f"{village}/claims/{sent['id']}/withdrawal", None)
    assert done["state"] == "WITHDRAWN"
    assert await admin.fetchval("select count(*) from grid_claims") == 1


async def test_a_line_of_a_notice_is_objected_to_by_its_number(phone, points):
    claim = await points.record(
        rule_code="patrol",
        times=1,
        household_id=points.households[1],
        member_id=points.members[1],
    )
    notice = await points.notice(claim)
    village = f"/points/{points.tenant_id}"
    sent = {"noticeNumber": notice.number, "line": 1, "reason": "当晚没有巡逻"}
    missing = await phone.post(f"{village}/objections", sent | {"line": 2})
    assert missing.status_code == 404
    assert await phone.write(f"{village}/objections", sent) == {"done": True}
    assert (await points.claim(claim)).state is ClaimState.APPEALED


async def test_each_use_is_agreed_to_by_itself_after_its_notice(phone, points):
    village = f"/points/{points.tenant_id}"
    yes = {"use": "record", "agree": True, "textVersion": "2020-1"}
    old = await phone.post(f"{village}/agreements", yes)
    assert old.json()["code"] == "GRID_AGREEMENT_OUTDATED"
    await phone.write(f"{village}/agreements", yes | {"textVersion": TEXT_VERSION})
    (own,) = (await phone.read("/points"))["items"]
    assert {one["use"]: one["agreed"] for one in own["agreements"]} == {
        "show_name": False,
        "record": True,
    }
    await phone.write(f"{village}/agreements", yes | {"agree": False, "textVersion": TEXT_VERSION})
    (own,) = (await phone.read("/points"))["items"]
    assert not any(one["agreed"] for one in own["agreements"])
