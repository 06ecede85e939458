"""Programmes at a merchant's desk and their approval at the operator's: made from a template on one page, wrong beside the field."""

import re
from html import unescape

import pytest
from observing import nothing_written
from small_scores import active_model

from suxin.scoring.packaged import XICHU, packaged_model
from suxin.tenancy.profiles import TenantKind

NEW = "/desk/perks/new?scenario=tour.ticket"


@pytest.fixture
async def desk(desks):
    tenant_id = await desks.tenant(TenantKind.MERCHANT)
    return await desks.of("merchant_admin", tenant_id)


def typed(text: str) -> dict[str, str]:
    """What stands in the form's fields, as a browser would send it."""
    fields = dict(re.findall(r'<input id="f-\w+" name="(\w+)" type="\w+" value="([^"]*)"', text))
    for name, options in re.findall(
        r'<select id="f-\w+" name="(\w+)".*?>(.*?)</select>', text, re.DOTALL
    ):
        fields[name] = re.findall(r'value="([^"]*)" selected', options)[0]
    return {name: unescape(value) for name, value in fields.items()}


async def test_a_template_is_published_as_it_stands(desks, desk, words, page_of):
    assert "没有权益" in words(await desk.get("/desk/perks"))
    templates = await desk.get("/desk/perks/templates")
    assert "景区守信票价" in words(templates)
    form = await desk.get(NEW)
    page = page_of(form)
    assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0)
    assert len(page.ids) == len(set(page.ids))
    shown = words(await desk.done(NEW, **typed(form)))
    assert "已发布" in shown
    assert "门票半价" in shown
    listed = words(await desk.get("/desk/perks"))
    assert "景区守信票价" in listed
    assert "门票 9 折" in listed
    operator = await desks.operator()
    assert "1 个" in words(await operator.get("/desk/plan-targets"))


async def test_a_tier_is_called_what_the_model_in_force_calls_it(desks, desk, words):
    """Form, programme and approval say which tier is meant; by its rank where no model is in force yet."""
    assert "第 3 等级及以上" in words(await desk.get(NEW))
    await active_model(desks.city, packaged_model(XICHU))
    form = await desk.get(NEW)
    options = re.findall(r'<option value="(\d)"[^>]*>([^<]+)<', form)
    assert options[:3] == [
        ("0", "AAA 诚信模范"),
        ("1", "AA 诚信优秀 及以上"),
        ("2", "A 诚信良好 及以上"),
    ]
    assert len(options) == 2 * 8
    citys = {"funder": "city", "funderName": "市信用办", "budget": "50000"}
    assert "A 诚信良好 及以上" in words(await desk.done(NEW, **(typed(form) | citys)))
    operator = await desks.operator()
    (at,) = set(
        re.findall(
            r'href="(/desk/perk-approvals/[^"]+)"', await operator.get("/desk/perk-approvals")
        )
    )
    assert "A 诚信良好 及以上" in words(await operator.get(at))


async def test_what_is_wrong_stands_beside_the_field(desk, admin):
    fields = typed(await desk.get(NEW))
    async with nothing_written(admin):
        for changes, field in (
            ({"endsOn": ""}, "endsOn"),
            ({"endsOn": "2020-01-01"}, "endsOn"),
            ({"figure": "60"}, "label1"),
            ({"label": ""}, "label"),
            ({"personDaily": "x"}, "personDaily"),
            ({"opens": "09:00"}, "closes"),
            ({"closedOn": "明天"}, "closedOn"),
            ({"funder": "city"}, "budget"),
        ):
            answer = await desk.post(NEW, **(fields | changes))
            assert answer.status_code == 422, changes
            assert f'id="e-{field}"' in answer.text, changes


async def test_the_citys_money_goes_to_the_operator_first(desks, desk, words):
    fields = typed(await desk.get(NEW))
    citys = {"funder": "city", "funderName": "市信用办", "budget": "50000", "name": "惠游宿迁"}
    assert "已提交审批" in words(await desk.done(NEW, **(fields | citys)))
    operator = await desks.operator()
    waiting = await operator.get("/desk/perk-approvals")
    assert "惠游宿迁" in words(waiting)
    (at,) = set(re.findall(r'href="(/desk/perk-approvals/[^"]+)"', waiting))
    assert "50,000.00元" in words(await operator.get(at))
    assert "没有待审批的权益" in words(await operator.done(f"{at}/approve"))
    assert "已发布" in words(await desk.get("/desk/perks"))


async def test_a_programme_is_suspended_with_a_reason_resumed_and_ended(desk, words):
    fields = typed(await desk.get(NEW))
    kept = await desk.post(NEW, **fields, then="keep")
    at = kept.headers["location"]
    assert "草稿" in words(await desk.get(at))
    assert "已发布" in words(await desk.done(f"{at}/publish"))
    assert "原因：设备检修" in words(await desk.done(f"{at}/suspend", reason="设备检修"))
    await desk.done(f"{at}/resume")
    assert "已结束" in words(await desk.done(f"{at}/end"))


async def test_a_clerk_looks_and_changes_nothing_and_a_bank_has_no_such_page(desks, admin):
    tenant_id = await desks.tenant(TenantKind.ATTRACTION)
    gate = await desks.of("gate", tenant_id)
    await gate.get("/desk/perks")
    officer = await desks.officer()
    async with nothing_written(admin):
        await gate.get(NEW, status=403)
        assert (await gate.post(NEW)).status_code == 403
        await officer.get("/desk/perks", status=404)
        await officer.get("/desk/perk-approvals", status=404)
