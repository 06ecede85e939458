"""Whole-village credit at the desks: four sign, another decides, nobody reviews his own line, and who looks on sees counts."""

from small_rural import VILLAGE_CODE
from small_village_credit import WHOLE_NOTICE, build_round

from suxin.tenancy.profiles import TenantKind
from suxin.village_credit.joining import object_to_line
from suxin.village_credit.queries import own_round

PLACE = "/desk/credit-rounds"
LINES = {"lineAAA": "20", "lineAA": "15", "lineA": "10", "lineB": "5", "lineC": "3"}


async def test_a_round_is_signed_by_four_and_shows_whoever_joined(desks, small_city, admin, words):
    small = await build_round(small_city, admin)
    desks.clock.moment = small.now
    home = small.village.tenant_id
    officer, head = await desks.officer(), await desks.of("branch_head")
    manager, checker = [await desks.of(one, home) for one in ("village_admin", "supervisor")]
    at, found = await _proposed(officer, admin, small, words)
    assert "sign" not in await officer.get(at)
    assert "已签署" in words(await head.done(f"{at}/sign"))
    assert "已接受" in words(await manager.done(f"{at}/accept"))
    assert "农户可在小程序自愿参加" in words(await checker.done(f"{at}/confirm"))
    assert "还没有农户参加" in words(await officer.get(at))
    member = await small.join(found, 0)
    ungraded = await small.join(found, 2)
    assert "赵**户0" in await officer.get(at)
    for looker in (manager, checker):
        assert "赵**户0" not in await looker.get(at)

    both = [str(member.id), str(ungraded.id)]
    short = await head.post(f"{at}/lines", members=both)
    assert (short.status_code, "有 1 户没有有效的信用等级" in words(short.text)) == (422, True)
    assert (await officer.post(f"{at}/lines", members=both[:1])).status_code == 422
    assert "公示中" in words(await head.done(f"{at}/lines", members=both[:1]))
    # AAA comes first, although JSON keeps no order.
    page = words(await head.get(at))
    assert page.index("AAA 级") < page.index("AA 级 15.0") < page.index("C 级")


async def _proposed(officer, admin, small, words):
    """Propose a round after two that are refused; return its page, and it."""
    product = str(small.city.banks[0].product_id)
    given = {"villageCode": VILLAGE_CODE, "productId": product, **LINES}
    new = f"{PLACE}/new"
    wrong = await officer.post(new, **given | {"lineAAA": "31"})
    assert (wrong.status_code, "额度应为 1–30 万元" in words(wrong.text)) == (422, True)
    nowhere = await officer.post(new, **given | {"villageCode": "321302150299"})
    assert "没有已建立名册的村居" in words(nowhere.text)
    assert "待本行另一人签署" in words(await officer.done(new, **given))
    round_id = await admin.fetchval("select id from credit_rounds")
    async with small.city.database.snapshot(small.banker(0), now=small.now) as session:
        found = await own_round(session, small.banker(0), round_id)
    return f"{PLACE}/{round_id}", found


async def test_an_objection_is_another_persons_and_a_line_ends_with_a_reason(
    desks, small_city, admin, words
):
    small = await build_round(small_city, admin)
    desks.clock.moment = small.now
    found = await small.open()
    member = await small.join(found, 0)
    decider, other = await desks.officer(), await desks.of("branch_head")
    at = f"{PLACE}/{found.id}"
    await decider.done(f"{at}/lines", members=[str(member.id)])
    await small.act(object_to_line, small.village.head(0), member_id=member.id, reason="收入漏计")
    assert 'data-testid="objection"' not in await decider.get(at)
    assert "收入漏计" in words(await other.get(at))
    answer = f"{at}/members/{member.id}/answer"
    assert "此项必填" in words((await other.post(answer, line="20")).text)
    too_much = await other.post(answer, line="31", answer="属实")
    assert "额度应为 1–30 万元" in words(too_much.text)
    await other.done(answer, line="20", answer="属实")
    await small.work(WHOLE_NOTICE)
    end = f"{at}/members/{member.id}/end"
    assert (await other.post(end)).status_code == 422
    assert "额度已终止" in words(await other.done(end, ending="已迁出"))
    assert "已结束" in words(await other.done(f"{at}/end", reason="本年结束"))


async def test_who_looks_on_sees_counts_of_his_own_area(desks, small_city, admin, words):
    small = await build_round(small_city, admin, graded=False)
    found = await small.open()
    await small.join(found, 0)
    await small.work()
    home = small_city.operator.tenant_id
    here, away = [
        await desks.of("town_reviewer", home, area_codes=(code,))
        for code in (VILLAGE_CODE[:9], "321324102")
    ]
    office = await desks.operator("credit_office")
    for looker in (office, here):
        page = await looker.get("/desk/village-credit")
        assert "少于 5" in words(page)
        assert "赵**户0" not in page
    assert "还没有整村授信" in words(await away.get("/desk/village-credit"))
    assert "还没有整村授信" in words(await office.get("/desk/village-credit?area=321324"))
    merchant = await desks.of("merchant_admin", await desks.tenant(TenantKind.MERCHANT))
    await merchant.get(PLACE, status=404)
