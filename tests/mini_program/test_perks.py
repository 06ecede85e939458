"""信易+ on the phone: what there is, the notice before a first use, a code that the counter takes, and what was redeemed."""

import base64
from datetime import datetime

import pytest
from small_codes import SmallCodes, resident_of
from small_orders import asking, build_service, opened
from small_perks import build_perks, give_tier
from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.perks.orders.commands import cancel_order, complete_order, confirm_order
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.presenting import hold_by_code
from suxin.perks.redeeming import complete_redemption, grant_redemption
from suxin.perks.scenarios.templates import benefit
from suxin.perks.states import BenefitKind
from suxin.places.commands import load_areas
from suxin.subjects.presentation_codes import scanned_code, window_of


@pytest.fixture
async def codes(small_city, admin) -> SmallCodes:
    await give_tier(admin, small_city, small_city.person_id, place=1)
    return SmallCodes(perks=await build_perks(small_city), resident=resident_of(small_city))


@pytest.fixture
def phone(applicant):
    """The phone of the person, who acts for himself."""
    applicant.subject = None
    return applicant


async def test_what_there_is_is_listed_by_sector_and_area(phone, codes, small_city) -> None:
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as session:
        await load_areas(session)
    everywhere = await codes.perks.published()
    here = await codes.perks.published("eat.discount", areas=["321302"])
    listed = (await phone.read("/perks", first=1))["items"]
    assert [one["id"] for one in listed] == [str(here.id)]
    page = await phone.read("/perks", first=1)
    rest = await phone.read("/perks", first=1, after=page["nextCursor"])
    assert ([one["id"] for one in rest["items"]], rest["nextCursor"]) == (
        [str(everywhere.id)],
        None,
    )
    (shown,) = (await phone.read("/perks", sector="tour"))["items"]
    assert (shown["merchant"]["shortName"], shown["closed"]) == ("某超市", None)
    assert [one["label"] for one in shown["better"]] == ["免费入园", "门票半价"]
    assert shown["fallback"]["label"] == "门票 9 折"
    assert [one["id"] for one in (await phone.read("/perks", area="321322"))["items"]] == [
        str(everywhere.id)
    ]
    assert (await phone.get("/perks", area="x")).status_code == 422


async def test_a_first_use_is_asked_about_and_the_code_is_taken(phone, codes, small_city) -> None:
    programme = await codes.perks.published()
    place = f"/perks/{programme.id}"
    asked = await phone.read(place)
    assert asked["answer"]["code"] == "none"
    assert "宿迁某超市（测试）" in asked["noticeBody"]
    refused = await phone.post(f"{place}/code", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "PERK_NOTICE_NEEDED")

    answer = {"agree": True, "noticeVersion": asked["noticeVersion"]}
    opened = await phone.write(f"{place}/code", answer, key="the-same-key")
    assert await phone.write(f"{place}/code", answer, key="the-same-key") == opened
    assert (opened["weighed"], opened["windowSeconds"], opened["paperCode"]) == (True, 30, None)
    assert (await phone.read(place))["answer"]["code"] == "agreed"

    key = base64.urlsafe_b64decode(opened["key"] + "=")
    code = scanned_code(key, opened["number"], window=window_of(small_city.now))
    merchant = codes.perks.merchant
    held = await small_city.act(hold_by_code, merchant, code=code, sealer=small_city.sealer)
    (shown,) = (await phone.read("/perk-redemptions"))["items"]
    assert (shown["id"], shown["state"]["code"]) == (str(held.id), "HELD")
    assert shown["benefit"]["label"] == "门票半价"
    await small_city.act(grant_redemption, merchant, redemption_id=held.id)
    await small_city.act(complete_redemption, merchant, redemption_id=held.id)
    (shown,) = (await phone.read("/perk-redemptions"))["items"]
    assert (shown["state"]["code"], shown["uses"]) == ("COMPLETED", 1)
    # Who weighed his tier is told where all readings are.
    (read,) = (await phone.read("/data-reads"))["items"]
    assert (read["purpose"]["code"], read["reader"]["shortName"]) == ("perk.redeem", "某超市")


async def test_the_key_of_a_code_is_kept_nowhere(phone, codes, admin) -> None:
    programme = await codes.perks.published()
    answer = {"agree": False, "noticeVersion": "perk.redeem/2027-01"}
    opened = await phone.write(f"/perks/{programme.id}/code", answer)
    kept = str(await admin.fetch("select result from idempotency_keys"))
    assert opened["id"] in kept
    assert opened["key"] not in kept


async def test_a_code_on_paper_is_written_down(phone, codes, small_city) -> None:
    programme = await codes.perks.published()
    answer = {"kind": "paper", "agree": True, "noticeVersion": "perk.redeem/2027-01"}
    opened = await phone.write(f"/perks/{programme.id}/code", answer)
    assert (opened["key"], len(opened["paperCode"])) == (None, 19)
    lasts = datetime.fromisoformat(opened["expiresAt"]) - small_city.now
    assert lasts.total_seconds() == 24 * 3600
    held = await small_city.act(
        hold_by_code, codes.perks.merchant, code=opened["paperCode"], sealer=small_city.sealer
    )
    assert held.benefit_read.label == "门票半价"


async def test_drafts_and_others_redemptions_are_nobodys(
    phone, stranger, codes, small_city
) -> None:
    programme = await codes.perks.published()
    await codes.scan(await codes.present(programme, agree=True))
    assert (await stranger.read("/perk-redemptions"))["items"] == []
    assert (await phone.get(f"/perks/{small_city.person_id}")).status_code == 404


async def test_whoever_redeemed_sees_the_order_that_came_of_it_and_nobody_else_does(
    phone, stranger, codes, small_city
) -> None:
    merchant = codes.perks.merchant
    await build_service(small_city, merchant)
    waived = benefit(BenefitKind.DEPOSIT_WAIVER, "免 99 元押金", 9_900)
    bikes = await codes.perks.published("travel.bike", fallback=waived)
    held = await codes.scan(await codes.present(bikes, agree=False))
    await small_city.act(grant_redemption, merchant, redemption_id=held.id)
    (shown,) = (await phone.read("/perk-redemptions"))["items"]
    assert shown["order"] is None
    given_up = await opened(small_city, merchant, redemption_id=held.id, fund_fen=9_900)
    await small_city.act(cancel_order, merchant, order_id=given_up.id, reason="换车")
    given = {"number": "BIKE-2", "redemption_id": held.id, "fund_fen": 9_900}
    order = await opened(small_city, merchant, **given)
    await small_city.act(confirm_order, merchant, order_id=order.id)
    await small_city.act(complete_order, merchant, order_id=order.id, completion=asking(350))
    # One redemption with the order that stands, not one for each.
    (shown,) = (await phone.read("/perk-redemptions"))["items"]
    told = shown["order"]
    assert (told["mode"]["zh"], told["state"]["zh"]) == ("先免", "已完结，待支付")
    assert (told["fundName"]["zh"], told["fundFen"], told["totalFen"]) == ("押金", 9_900, 350)
    assert str(order.number) not in str(shown)
    for looker, seen in ((codes.resident, 2), (small_city.stranger, 0)):
        async with small_city.database.snapshot(looker, now=small_city.now) as session:
            assert len((await session.scalars(select(ServiceOrder))).all()) == seen
    assert (await stranger.read("/perk-redemptions"))["items"] == []


async def test_a_person_looks_at_which_benefit_applied(phone, stranger, codes) -> None:
    held = await codes.scan(await codes.present(await codes.perks.published(), agree=False))
    wanted = {
        "about": "benefit",
        "objectId": str(held.id),
        "wanted": "请核实等级",
        "reason": "应享半价",
    }
    assert (await stranger.post("/cases/human-reviews", wanted)).status_code == 404
    filed = await phone.write("/cases/human-reviews", wanted)
    assert "2026-11-20" in str(filed)
    again = await phone.post("/cases/human-reviews", wanted)
    assert again.json()["code"] == "REVIEW_ASKED"
