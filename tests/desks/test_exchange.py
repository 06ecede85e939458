"""A referral's exchange at the bank's desk: files, what is asked for, messages, who has it; leave; a product's branch and replay."""

from datetime import timedelta
from uuid import uuid4

import pytest
from observing import carry_out, changed, contents, nothing_written
from small_city import product_draft
from small_exchange import PDF, contacted, exchange

from suxin.kernel.working_days import local_day
from suxin.lending.commands.products import draft_product
from suxin.lending.replays.commands import REPLAY_TOPIC
from suxin.tenancy.houses import add_branch
from suxin_tenants import PROFILES


@pytest.fixture
async def desk(desks):
    return await desks.officer()


async def test_an_officer_asks_writes_and_downloads(desks, desk, admin, words, page_of):
    given = await exchange(desks.city)
    at = f"/desk/referrals/{given.referral_id}"
    page = await desk.get(at)
    shown = words(page)
    for text in ("营业执照.pdf", "纳税证明（近一年） 待补充", "请问厂房是自有吗？", "1 条未读"):
        assert text in shown, text
    found = page_of(page)
    assert (found.unlabelled, found.inline, found.posts_without_token) == ([], [], 0)
    assert len(found.ids) == len(set(found.ids))
    answer = await desk.client.get(f"{at}/attachments/{given.attachment_id}")
    assert (answer.status_code, answer.content) == (200, PDF)
    receipts = await admin.fetchval(
        "select count(*) from audit_entries where fields = '{content}' and staff_id = $1",
        desk.staff_id,
    )
    assert receipts == 1
    shown = words(await desk.done(f"{at}/messages", text="请带原件。"))
    assert "请带原件。" in shown
    assert "条未读" not in shown
    rival = await desks.officer(desks.city.banks[1])
    await rival.get(f"{at}/attachments/{given.attachment_id}", status=404)
    viewer = await desks.of("viewer")
    assert "请问厂房" not in await viewer.get(at)
    await viewer.get(f"{at}/attachments/{given.attachment_id}", status=403)


async def test_what_is_wrong_stands_beside_its_field(desks, desk, admin):
    _, referral_id = await contacted(desks.city)
    at = f"/desk/referrals/{referral_id}"
    head, before = await desks.of("branch_head"), await contents(admin)
    answer = await desk.post(f"{at}/material", kinds="", materialNote="长" * 201)
    assert answer.status_code == 422
    answer = await desk.post(f"{at}/material", kinds="tax_certificate", materialNote="长" * 201)
    assert 'id="e-materialNote" role="alert"' in answer.text
    answer = await desk.post(f"{at}/messages", text=" ")
    assert 'id="e-text" role="alert"' in answer.text
    answer = await head.post(f"{at}/assign", staffId=str(uuid4()), assignReason="x")
    assert 'id="e-staffId" role="alert"' in answer.text
    answer = await head.post(f"{at}/assign", staffId=str(desk.staff_id), assignReason="")
    assert 'id="e-assignReason" role="alert"' in answer.text
    # The page is shown again, which is on record and changes nothing.
    touched = {"referrals", "material_requests", "referral_messages", "outbox", "notices"}
    assert not touched & await changed(admin, before)
    page = await desk.done(f"{at}/material", kinds="tax_certificate", materialNote="近一年")
    assert 'data-testid="asked"' in page


async def test_a_head_gives_it_to_another_at_his_desk(desks, desk, words):
    _, referral_id = await contacted(desks.city)
    head = await desks.of("branch_head")
    at = f"/desk/referrals/{referral_id}"
    given = {"staffId": str(desk.staff_id), "assignReason": "熟悉该行业"}
    assert "承办人" in words(await head.done(f"{at}/assign", **given))
    assert "线索已改派给您" in words(await desk.get("/desk/notices"))
    other = await desks.officer()
    assert "线索已改派给您" not in words(await other.get("/desk/notices"))
    assert (await desk.post(f"{at}/assign", **given)).status_code == 403


async def test_leave_is_recorded_and_taken_back(desks, desk, words, admin):
    other, today = await desks.officer(), local_day(desks.city.now)
    shown = words(await desk.get("/desk/leaves"))
    assert "没有请假" in shown
    days = {"startsOn": today.isoformat(), "endsOn": (today + timedelta(days=2)).isoformat()}
    async with nothing_written(admin):
        answer = await desk.post("/desk/leaves", startsOn="明天", endsOn="", coverId="")
        assert answer.status_code == 422
        for name in ("startsOn", "endsOn", "coverId"):
            assert f'id="e-{name}" role="alert"' in answer.text, name
        answer = await desk.post("/desk/leaves", **days, coverId=str(desk.staff_id))
        assert 'id="e-coverId" role="alert"' in answer.text
    page = words(await desk.done("/desk/leaves", **days, coverId=str(other.staff_id)))
    assert "请假中" in page
    leave_id = await admin.fetchval("select id from staff_leaves")
    assert "没有请假" in words(await desk.done(f"/desk/leaves/{leave_id}/cancel"))
    assert (await other.post("/desk/leaves", staffId=str(desk.staff_id), **days)).status_code == 422


async def test_a_draft_is_replayed_on_its_page(desks, admin, words):
    manager, city = await desks.of("bank_admin"), desks.city
    branch = {"name": "宿城支行", "area_codes": ["321302"], "profiles": PROFILES}
    branch_id = await city.act(add_branch, city.banks[0].officer, **branch)
    product = await city.act(
        draft_product,
        city.banks[0].officer,
        draft=product_draft(),
        replaces=city.banks[0].product_id,
        profiles=PROFILES,
    )
    at = f"/desk/products/{product.id}"
    assert "匿名申请试算" in words(await manager.get(at))
    assert "正在回放" in words(await manager.done(f"{at}/replay"))
    await carry_out(city, admin, REPLAY_TOPIC, now=city.now)
    assert "草稿相符 少于 5" in words(await manager.get(at))
    page = await manager.done(f"{at}/branch", branchId=str(branch_id))
    assert f'<option value="{branch_id}" selected>' in page
    assert f'<option value="{branch_id}" selected>' not in await manager.done(f"{at}/branch")
