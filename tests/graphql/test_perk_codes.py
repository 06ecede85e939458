"""A till takes a code over GraphQL: it is told the benefit, once, and nothing of who showed it."""

import json

import pytest
from small_codes import SmallCodes, code_of, resident_of
from small_perks import build_perks, give_tier


@pytest.fixture
async def codes(small_city, admin):
    await give_tier(admin, small_city, small_city.person_id, place=1)
    return SmallCodes(perks=await build_perks(small_city), resident=resident_of(small_city))


@pytest.fixture
async def clerk(desks, codes):
    return await desks.open(codes.shop, roles=("clerk",))


@pytest.mark.parametrize(("agree", "label"), [(True, "门票半价"), (False, "门票 9 折")])
async def test_a_till_is_told_the_benefit_and_nothing_else(codes, clerk, agree, label):
    programme = await codes.perks.published()
    shown = await codes.present(programme, agree=agree)
    code = code_of(shown.opened, codes.perks.city.now)
    held = await clerk.write("hold_perk_redemption_by_code", key="till-0001", code=code, persons=2)
    redemption = held["redemption"]
    assert (redemption["benefit"]["label"], redemption["state"]) == (label, "HELD")
    # A yes and a no differ in nothing but the words of the benefit.
    assert sorted(redemption) == [
        "benefit", "handle", "heldUntil", "id", "persons", "state", "usesAllowed",
    ]  # fmt: skip
    assert str(codes.resident.own_subject) not in json.dumps(held)
    # The same request again is answered as before; the same code for another is not.
    again = await clerk.write("hold_perk_redemption_by_code", key="till-0001", code=code, persons=2)
    assert (again["replayed"], again["redemption"]["id"]) == (True, redemption["id"])
    once_more = await clerk.write("hold_perk_redemption_by_code", code=code)
    assert (once_more["code"], once_more["field"]) == ("PRESENTATION_CODE_REPLAYED", "code")


async def test_a_forged_code_is_counted_although_it_is_refused(codes, clerk, admin):
    shown = await codes.present(await codes.perks.published(), agree=True)
    forged = code_of(shown.opened, codes.perks.city.now)[:-1]
    forged += "A" if not code_of(shown.opened, codes.perks.city.now).endswith("A") else "B"
    refused = await clerk.write("hold_perk_redemption_by_code", code=forged)
    assert refused["code"] == "PRESENTATION_CODE_NOT_GENUINE"
    assert await admin.fetchval("select failures from presentation_passes") == 1
    assert await admin.fetchval("select count(*) from perk_redemptions") == 0


async def test_more_persons_than_fit_leave_the_code_unused(codes, clerk):
    shown = await codes.present(await codes.perks.published(), agree=True)
    code = code_of(shown.opened, codes.perks.city.now)
    for persons in (2**31 - 1, 11, 0, -1):
        refused = await clerk.write("hold_perk_redemption_by_code", code=code, persons=persons)
        assert (refused["code"], refused["field"]) == ("PERK_GROUP_TOO_LARGE", "persons")
    held = await clerk.write("hold_perk_redemption_by_code", code=code, persons=10)
    assert held["redemption"]["benefit"]["label"] == "门票半价"
