"""Whoever left a village's register is nobody in it three years later."""

from datetime import timedelta

from small_villages import build_household, build_village

from suxin.villages.households import leave_household
from suxin.villages.states import LeaveReason
from suxin_server.expiring import forget_over


async def test_who_left_is_forgotten_after_three_years_and_nobody_else(small_city, admin):
    village = await build_village(small_city)
    household = await build_household(small_city, village)
    left_id = await admin.fetchval(
        "select id from household_members where relation = 'child' and household_id = $1",
        household.id,
    )
    await small_city.act(
        leave_household, village.admin, member_id=left_id, reason=LeaveReason.MOVED
    )
    for days, gone in ((3 * 365 - 1, 0), (3 * 365 + 1, 1), (3 * 365 + 2, 0)):
        late = small_city.now + timedelta(days=days)
        assert (await forget_over(small_city.batch, now=late))["household_members"] == gone
    row = await admin.fetchrow("select * from household_members where id = $1", left_id)
    blank = ("name_sealed", "phone_sealed", "resident_id_sealed", "resident_id_index", "birth_year")
    assert [row[name] for name in blank] == [None] * len(blank)
    assert row["name_masked"] == ""
    assert (
        await admin.fetchval("select count(*) from household_members where name_masked = ''") == 1
    )
