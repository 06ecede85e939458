"""Paper codes at the counter's desk: chosen, read aloud, signed, printed, taken once by the merchant's clerk."""

import re

import pytest
from counter_visits import PERSON_NAME, PERSON_RESIDENT_ID, TERMINAL, Counter, data_url
from small_perks import build_perks, give_tier

PLACE = "/desk/counter"
CODE = re.compile(r'data-testid="code">([\d ]+)<')


@pytest.fixture
async def perks(desks, admin):
    await Counter(desks.city, desks.city.operator).known()
    await give_tier(admin, desks.city, desks.city.person_id, place=0)
    return await build_perks(desks.city)


@pytest.fixture
async def helper(desks):
    return await desks.operator("counter_helper")


async def visit(helper):
    place = (await helper.post(f"{PLACE}/open")).headers["location"]
    proof = {"name": PERSON_NAME, "residentId": PERSON_RESIDENT_ID, "check": "card"}
    await helper.done(f"{place}/prove", **proof, terminalRef=TERMINAL)
    return place


async def signed(helper, place, programme, decision="allow"):
    """Choose a programme, read aloud, and have the person sign; return his receipt's address."""
    asked = await helper.post(f"{place}/codes/{programme.id}")
    at = asked.headers["location"]
    page = await helper.get(at)
    words = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page)[1]
        for name in ("noticeVersion", "wordsSha256")
    }
    await helper.post(f"{at}/read", **words, read="yes", understood="yes")
    form = {"kind": "signature", "receipt": "paper", "signature": data_url(), "decision": decision}
    return (await helper.post(f"{place}/decision", **form)).headers["location"]


async def test_a_paper_code_from_the_card_to_the_clerk(desks, helper, perks, words, page_of, admin):
    place = await visit(helper)
    assert "打印权益码" in words(await helper.get(place))
    assert "现在没有开放的权益" in words(await helper.get(f"{place}/codes"))
    programme = await perks.published(stock=9)
    listed = await helper.get(f"{place}/codes?q={programme.name[:2]}")
    assert programme.name in words(listed)
    assert "没有找到权益" in words(await helper.get(f"{place}/codes?q=没有的"))

    receipt = await signed(helper, place, programme)
    shown = await helper.get(receipt)
    assert "打印权益码" in words(shown)
    paper = await helper.done(f"{receipt}/code")
    for one in (listed, shown, paper):
        page = page_of(one)
        assert len(page.headings) == 1
        assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    code = CODE.search(paper)[1]
    assert CODE.search(await helper.get(f"{receipt}/code"))[1] == code
    for said in ("一次有效", programme.name, "员工1"):
        assert said in words(paper), said
    assert PERSON_NAME not in paper
    kept = await admin.fetchval(
        "select string_agg(coalesce(result::text, ''), '') from idempotency_keys"
    )
    assert code not in kept

    clerk = await desks.of("clerk", perks.merchant.own_tenant)
    held = await clerk.done("/desk/redeem", code=code, persons="1")
    assert programme.offers_read[0].benefit.label in words(held)
    gone = await helper.client.get(f"{receipt}/code")
    assert (gone.status_code, gone.headers["location"]) == (303, place)


async def test_a_no_needs_no_paper_and_the_helper_has_no_till(desks, helper, perks, words):
    programme = await perks.published()
    place = await visit(helper)
    receipt = await signed(helper, place, programme, "refuse")
    assert "打印权益码" not in words(await helper.get(receipt)).replace(
        "没有手机，要用信易+权益", ""
    )
    assert (await helper.post(f"{receipt}/code")).headers["location"] == receipt
    await helper.get("/desk/redeem", status=404)
    auditor = await desks.operator("auditor")
    await auditor.get(f"{place}/codes", status=403)
    beside = await desks.operator("counter_helper")
    await beside.get(f"{place}/codes", status=404)
    clerk = await desks.of("clerk", perks.merchant.own_tenant)
    await clerk.get(f"{place}/codes", status=404)
    await helper.done(f"{place}/end")
    over = await helper.client.get(f"{place}/codes")
    assert over.status_code == 409
