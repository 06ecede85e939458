"""The open pool: who comes first has the lead, who comes second is told so."""

from uuid import uuid4

from observing import nothing_written, one

from suxin.lending.models import DispatchMode


async def test_claiming_leads_to_the_referral(desks, admin, places, words):
    desk = await desks.officer()
    assert "目前没有可抢的线索" in await desk.get("/desk/pool")
    submitted = await desks.city.submit(mode=DispatchMode.OPEN_POOL)
    lead_id = submitted.lead.id
    page = await desk.get("/desk/pool")
    assert "宿城区 · 企业" in words(page)
    assert "本行在手 0 / 200 条" in words(page)
    key = str(uuid4())
    first = await desk.post(f"/desk/pool/{lead_id}/claim", idempotencyKey=key)
    row = await one(admin, "select id, tenant_id, state from referrals where lead_id = $1", lead_id)
    assert first.headers["location"] == f"/desk/referrals/{row['id']}"
    assert (row["tenant_id"], row["state"]) == (desk.tenant_id, "ACCEPTED")
    async with nothing_written(admin):
        again = await desk.post(f"/desk/pool/{lead_id}/claim", idempotencyKey=key)
    assert again.headers["location"] == first.headers["location"]
    assert "抢单成功" in await desk.get(again.headers["location"])


async def test_who_comes_second_is_told_so(desks, admin):
    submitted = await desks.city.submit(mode=DispatchMode.OPEN_POOL)
    first, second = await desks.officer(), await desks.officer(desks.city.banks[1])
    await first.done(f"/desk/pool/{submitted.lead.id}/claim")
    async with nothing_written(admin):
        page = await second.done(f"/desk/pool/{submitted.lead.id}/claim")
        assert "该线索已被其他机构抢先受理或已关闭" in page


async def test_a_viewer_claims_nothing(desks, admin):
    submitted = await desks.city.submit(mode=DispatchMode.OPEN_POOL)
    desk = await desks.of("viewer")
    async with nothing_written(admin):
        assert 'data-testid="claim"' not in await desk.get("/desk/pool")
        answer = await desk.post(f"/desk/pool/{submitted.lead.id}/claim")
        assert answer.status_code == 403
