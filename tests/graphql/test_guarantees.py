"""Guarantees over GraphQL: a bank's system asks and sees the answer, a guarantor's declines, and nobody else sees anything."""

import base64
from dataclasses import dataclass
from uuid import UUID

import pytest
from small_guarantees import build_guarantor, guaranteed

from suxin.kernel.actor import Actor
from suxin_graphql.ids import to_global


@dataclass(frozen=True)
class House:
    """A guarantor, as a caller's organisation."""

    tenant_id: UUID
    staff_id: UUID
    officer: Actor


@pytest.fixture
async def guarantor(case):
    return await build_guarantor(case.city)


async def asked_of(bank, guarantor, case):
    offer_id = await guaranteed(case.city)
    listed = await bank.run("guarantors", first=5)
    (found,) = [one["node"] for one in listed["edges"]]
    assert found["shortName"] == "一担保"
    given = {
        "offerId": to_global("Offer", offer_id, bank.bank.officer),
        "guarantorId": found["id"],
        "shareBps": 8_000,
    }
    return given, await bank.write("request_guarantee", **given)


async def desk_of(guarantor, desks):
    who = guarantor.underwriter
    house = House(tenant_id=who.tenant_id, staff_id=who.staff_id, officer=who)
    return await desks.open(house, roles=["underwriter"])


async def test_a_bank_asks_sees_the_answer_and_takes_it_back(bank_a, bank_b, case, guarantor):
    given, done = await asked_of(bank_a, guarantor, case)
    asked = done["request"]
    assert (asked["state"], asked["shareBps"]) == ("REQUESTED", 8_000)
    much = await bank_a.write("request_guarantee", **(given | {"shareBps": 8_001}))
    assert (much["code"], much["field"]) == ("INVALID", "shareBps")
    again = await bank_a.write("request_guarantee", **given)
    assert again["code"] == "GUARANTEE_ASKED"
    (request,) = await guarantor.requests()
    await guarantor.permitted(request)
    await guarantor.underwritten(request)
    await guarantor.approved(request)
    seen = await bank_a.run("guarantee_request", id=asked["id"])
    assert (seen["state"], seen["letterFen"], seen["committedFen"], seen["feeBps"]) == (
        "APPROVED",
        32_000_000,
        32_000_000,
        100,
    )
    assert seen["guarantor"]["name"] == "宿迁市第一融资担保有限公司（测试）"
    listed = await bank_a.run("guarantee_requests", first=5)
    assert [one["node"]["amountBand"] for one in listed["edges"]] == ["FROM_50_WAN"]
    assert (await bank_b.run("guarantee_requests", first=5))["edges"] == []
    back = await bank_a.write("withdraw_guarantee", requestId=asked["id"], note="改用抵押")
    assert (back["request"]["state"], back["request"]["committedFen"]) == ("WITHDRAWN", 0)


async def test_a_contract_without_a_commitment_is_refused_by_name(bank_a, case, guarantor):
    offer_id = await guaranteed(case.city)
    offer = to_global("Offer", offer_id, bank_a.bank.officer)
    done = await bank_a.write("sign_contract", offerId=offer, contractNumber="HT-G-1")
    assert done["code"] == "GUARANTEE_MISSING"


async def test_a_guarantor_sees_what_it_is_asked_and_declines(bank_a, desks, case, guarantor):
    _, done = await asked_of(bank_a, guarantor, case)
    caller = await desk_of(guarantor, desks)
    (seen,) = (await caller.run("guarantee_requests", first=5))["edges"]
    said = await caller.write(
        "decline_guarantee",
        requestId=seen["node"]["id"],
        reason="RISK_TOO_HIGH",
        note="负债偏高",
    )
    assert (said["request"]["state"], said["request"]["declineReason"]) == (
        "DECLINED",
        "RISK_TOO_HIGH",
    )
    told = await bank_a.run("guarantee_request", id=done["request"]["id"])
    assert (told["state"], told["note"]) == ("DECLINED", "负债偏高")


async def test_another_guarantor_neither_sees_nor_declines_it(bank_a, desks, case, guarantor):
    _, done = await asked_of(bank_a, guarantor, case)
    other = await build_guarantor(case.city, number=1)
    caller = await desk_of(other, desks)
    assert (await caller.run("guarantee_requests", first=5))["edges"] == []
    request_id = UUID(bytes=decoded(done["request"]["id"])[-16:])
    mine = to_global("GuaranteeRequest", request_id, other.underwriter)
    for text in (done["request"]["id"], mine):
        refused = await caller.write(
            "decline_guarantee", requestId=text, reason="RISK_TOO_HIGH", note="x"
        )
        assert (refused["code"], refused["field"]) in {
            ("NOT_FOUND", "requestId"),
            ("NOT_FOUND", None),
        }
    told = await bank_a.run("guarantee_request", id=done["request"]["id"])
    assert told["state"] == "REQUESTED"


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")
