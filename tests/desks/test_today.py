"""What waits today at a village's desk: only what whoever looks may do himself, until it is done."""

import pytest
from small_points import COMMITTEE, SmallPoints, build_points
from small_shop import YEAR, build_shop

from suxin.grid.appealing import take_down_appeal
from suxin.grid.chain import Said, declare_home, vote_on_claims
from suxin.grid.posting import ask_reversal
from suxin.grid.states import Verdict
from suxin.shop import redeeming
from suxin.shop.budgets import propose_budget
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.village_grid.waiting import waiting_for


@pytest.fixture
async def points(small_city, admin) -> SmallPoints:
    return await build_points(small_city, admin)


async def waits(points: SmallPoints, name: str) -> dict[str, int]:
    actor, now = points.person(name), points.city.now
    async with points.city.database.snapshot(actor, now=now) as session:
        return {one.zh: one.count for one in await waiting_for(session, actor, now=now)}


async def test_a_claim_waits_for_one_after_the_other_and_never_for_whoever_recorded_it(points):
    claim = await points.record()
    await points.city.act(
        declare_home,
        points.person("village_admin"),
        staff_id=points.person("grid_worker3").staff_id,
        household_id=points.households[0],
    )
    assert await waits(points, "grid_worker2") == {"积分待初审": 1}
    for nobody in ("grid_worker", "grid_worker3", "committee1", "supervisor", "viewer"):
        assert await waits(points, nobody) == {}, nobody
    await points.check(claim)
    for number in range(1, COMMITTEE + 1):
        name, said = f"committee{number}", [Said(claim_id=claim.id, verdict=Verdict.FOR)]
        assert await waits(points, name) == {"积分待评议": 1}
        await points.city.act(vote_on_claims, points.person(name), said=said)
        assert await waits(points, name) == {}
    assert await waits(points, "village_admin") == {"积分待公示": 1}
    noticed = await points.notice(await points.record())
    await points.city.act(
        take_down_appeal,
        points.person("grid_worker"),
        claim_id=claim.id,
        resident="王某",
        reason="当天没有来",
    )
    assert await waits(points, "supervisor") == {"积分异议待决定": 1}
    assert await waits(points, "village_admin") == {}
    await points.end_notice(noticed)


async def test_the_shop_waits_for_another_than_began_it(points):
    shop = await build_shop(points)
    held = await shop.hold({shop.soap: 2})
    assert await waits(points, "shop_keeper") == {"兑换待发放": 1}
    assert await waits(points, "grid_worker") == {}
    await shop.hand_over(held)
    await shop.act(redeeming.ask_return, "shop_keeper", redemption_id=held.id, reason="破损")
    await shop.act(
        propose_budget, "village_admin", year=YEAR, amount_fen=10_000, source="村集体收入"
    )
    claim = await points.record()
    await points.end_notice(await points.notice(claim))
    await shop.act(ask_reversal, "village_admin", claim_id=claim.id, reason="重复申报")
    assert await waits(points, "supervisor") == {
        "冲正待确认": 1,
        "超市预算待确认": 1,
        "退货待确认": 1,
    }
    assert await waits(points, "village_admin") == {"退货待确认": 1}
    assert await waits(points, "shop_keeper") == {}


async def test_a_village_begins_with_today_and_another_house_does_not(
    desks, points, words, page_of
):
    worker = await desks.of("grid_worker", points.tenant_id)
    await points.record()
    home = await worker.get("/desk")
    assert page_of(home).inline == []
    assert "今日待办 2026年11月20日 星期五 积分待初审" in words(home)
    assert 'href="/desk/points/queues/check"' in home
    viewer = await desks.of("viewer", points.tenant_id)
    shown = words(await viewer.get("/desk"))
    assert "今日没有待办" in shown
    assert "登记申报" not in shown
    shop = await desks.of("merchant_admin", await desks.tenant(TenantKind.MERCHANT))
    assert "今日待办" not in words(await shop.get("/desk"))
