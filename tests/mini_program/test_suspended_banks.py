"""A bank that is suspended: what it did stays on the applicant's record, without its name; nothing new begins."""

from typing import Any

import asyncpg
import pytest
from observing import nothing_written
from small_city import Bank, SmallCity, offered

from suxin.consent.notice_texts import current_text
from suxin.kernel.ids import new_id
from suxin.lending.queries.dossier import dossier
from suxin.lending.queries.referrals import own_referral
from suxin.tenancy.commands import suspend_tenant

HIDDEN = "（该机构已暂停服务）"


async def suspend(city: SmallCity, bank: Bank) -> None:
    await city.act(suspend_tenant, city.operator, tenant_id=bank.tenant_id, reason="检查")


@pytest.fixture
async def offer(applicant, small_city: SmallCity) -> tuple[str, str]:
    """The ids of a request and of the first bank's offer on it, after the bank looked at who asks."""
    bank = small_city.banks[0]
    submitted, offer_id = await offered(small_city, bank)
    officer, referral_id = bank.officer, await small_city.referral_to(submitted, bank)
    async with small_city.database.snapshot(officer, now=small_city.now) as session:
        referral, _ = await own_referral(session, officer, referral_id)
        assert await dossier(session, officer, referral)
    return str(submitted.request.id), str(offer_id)


def lists(request_id: str) -> list[str]:
    about = f"/loan-requests/{request_id}"
    return [
        "/loan-requests",
        f"{about}/matches",
        f"{about}/referrals",
        f"{about}/offers",
        f"{about}/timeline",
        "/consents",
        "/access-bases",
        "/data-reads",
        "/notices",
    ]


def named(item: dict[str, Any]) -> Any:
    who = item.get("bank") or item.get("recipient") or item.get("reader")
    return who["tenantId"] if isinstance(who, dict) else None


async def test_nothing_of_the_applicants_history_is_lost(applicant, small_city, offer) -> None:
    request_id, offer_id = offer
    bank = small_city.banks[0]
    await applicant.write(f"/offers/{offer_id}/acceptance")
    before = {path: (await applicant.read(path))["items"] for path in lists(request_id)}
    await suspend(small_city, bank)
    after = {path: (await applicant.read(path))["items"] for path in lists(request_id)}
    assert all(before.values())
    for path, items in before.items():
        assert [(item.get("id"), named(item)) for item in after[path]] == [
            (item.get("id"), named(item)) for item in items
        ], path
    about = f"/loan-requests/{request_id}"
    for path in ("matches", "referrals", "offers"):
        names = {named(item): item["bank"]["name"] for item in after[f"{about}/{path}"]}
        assert names.pop(str(bank.tenant_id)) == HIDDEN, path
        assert HIDDEN not in names.values()
    events = after[f"{about}/timeline"]
    told = [(event["kind"], event["bank"]) for event in events]
    assert (events[0]["zh"], events[0]["en"]) == ("提交申请", "request submitted")
    assert ("offered", HIDDEN) in told
    assert ("dispatched", "二行") in told
    assert "一行" not in {name for _, name in told}


async def test_an_offer_of_a_suspended_bank_is_shown_but_not_open(
    applicant, small_city, offer, admin: asyncpg.Connection
) -> None:
    request_id, offer_id = offer
    await suspend(small_city, small_city.banks[0])
    (shown,) = (await applicant.read(f"/loan-requests/{request_id}/offers"))["items"]
    assert (shown["id"], shown["open"], shown["totalCostFen"]) == (offer_id, False, 948_753)
    referrals = (await applicant.read(f"/loan-requests/{request_id}/referrals"))["items"]
    assert {item["bank"]["shortName"]: item["answerable"] for item in referrals} == {
        HIDDEN: False,
        "二行": True,
    }
    async with nothing_written(admin):
        refused = await applicant.post(f"/offers/{offer_id}/acceptance")
        assert (refused.status_code, refused.json()["code"]) == (404, "RECIPIENT_UNKNOWN")


async def test_no_permission_is_given_to_a_suspended_bank(
    applicant, small_city, offer, admin: asyncpg.Connection
) -> None:
    request_id, _ = offer
    other = small_city.banks[1]
    await suspend(small_city, other)
    body = {
        "requestId": request_id,
        "tenantId": str(other.tenant_id),
        "categories": ["tax"],
        "lifeDays": 30,
        "noticeVersion": current_text("loan.match").version,
    }
    async with nothing_written(admin):
        refused = await applicant.post("/consents", body)
        assert (refused.status_code, refused.json()["code"]) == (404, "RECIPIENT_UNKNOWN")
        unknown = await applicant.post("/consents", body | {"tenantId": str(new_id())})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "NOT_FOUND")
        notice = await applicant.get(
            "/consent-notices", tenantId=str(other.tenant_id), requestId=request_id
        )
        assert (notice.status_code, notice.json()["code"]) == (404, "NOT_FOUND")
