"""The loan path as people click it: an applicant on his phone, an officer at each of two banks."""

from pathlib import Path

import pytest
from browsing import NARROW, Screen
from contesting import SCORED_WITHIN_S
from loan_pages import Desk, Phone
from playwright.async_api import Browser, expect
from running_city import RunningCity

from suxin_server.demo import cast

pytestmark = [pytest.mark.browser, pytest.mark.processes]


async def test_the_whole_path_is_clicked_and_no_page_is_out_of_shape(
    running_city: RunningCity, browser: Browser
) -> None:
    url = running_city.url
    phone = Phone(await Screen.open(browser, "phone", width=390, height=844), url)
    await phone.log_in_and_prove()
    await phone.act_for_the_farm()
    await phone.ask()
    await phone.look_at_matches()
    (chosen, first), (declined, second) = (await phone.banks())[:2]

    offering = Desk(await Screen.open(browser, "bank-a", width=1440, height=900), url, first)
    declining = Desk(await Screen.open(browser, "bank-b", width=1440, height=900), url, second)
    for desk in (offering, declining):
        await desk.log_in()
        await desk.open_newest_lead()
        await desk.accept()
    await phone.consent_to(chosen, first)
    await offering.read_dossier()
    await offering.offer()
    await declining.decline()
    await declining.look_around("/desk/pool", "/desk/products", "/desk/notices")

    await phone.compare_and_accept(chosen, declined)
    await phone.see_who_read_and_revoke(first)
    await offering.sees_no_more()

    for screen in (phone.screen, offering.screen, declining.screen):
        await screen.close()
        assert screen.wrong == []


async def test_three_offers_are_compared_on_a_phone_and_on_a_tablet(
    running_city: RunningCity, browser: Browser
) -> None:
    screen = await Screen.open(browser, "weaver", width=390, height=844)
    phone = Phone(screen, running_city.url)
    await phone.log_in_as(cast.CHEN_JING)
    await phone.compare_offers()
    await screen.close()
    assert screen.wrong == []


async def test_a_mandate_that_ended_leads_back_to_the_choice_of_whom_to_act_for(
    running_city: RunningCity, browser: Browser
) -> None:
    screen = await Screen.open(browser, "trader", width=390, height=844)
    phone = Phone(screen, running_city.url)
    await phone.log_in_as(cast.ZHAO_MIN)
    await phone.lose_the_mandate()
    await phone.take_the_mandate_again(cast.ZHAO_MIN)
    await screen.close()
    assert screen.wrong == []


async def test_the_operators_list_and_a_long_name_are_readable_on_a_phone(
    running_city: RunningCity, browser: Browser
) -> None:
    screen = await Screen.open(browser, "operator", width=NARROW, height=800)
    page = screen.page
    await page.goto(f"{running_city.url}/desk")
    await page.get_by_label("登录名").fill("operator.admin")
    await page.get_by_label("密码").fill(cast.PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_test_id("tenants")).to_be_visible()
    for width in (NARROW, 1440):
        await page.set_viewport_size({"width": width, "height": 800})
        assert await page.get_by_test_id("tenant-search").evaluate(PLACEHOLDER_FITS)
    await page.set_viewport_size({"width": NARROW, "height": 800})
    name = page.locator(".who-tenant")
    await name.evaluate("(element) => { element.textContent = '一'.repeat(20); }")
    await screen.shoot("long-name")
    # Ten characters of a long name can be read, which is most of any.
    assert (await name.bounding_box() or {})["width"] >= 10 * 14
    await screen.close()
    assert screen.wrong == []


async def test_the_credit_offices_pages_keep_in_shape_on_a_laptop_and_on_a_phone(
    running_city: RunningCity, browser: Browser
) -> None:
    """A card beside an aside is narrower than most tables: nothing in it may be cut off."""
    screen = await Screen.open(browser, "office", width=1280, height=900)
    page = screen.page
    await page.goto(f"{running_city.url}/desk")
    await page.get_by_label("登录名").fill("operator.credit")
    await page.get_by_label("密码").fill(cast.PASSWORD)
    await page.get_by_role("button", name="登录").click()
    # The worker puts the models in force and scores the demo city after its start.
    for _ in range(SCORED_WITHIN_S):
        await page.goto(f"{running_city.url}/desk/score-models")
        if await page.get_by_test_id("run-row").count():
            break
        await page.wait_for_timeout(1_000)
    for place, first in (
        ("score-models", "[data-testid=model-row] a"),
        ("score-models", "[data-testid=run-row] a"),
        ("ingestion", "[data-testid=batch-row] a"),
        ("cases", "main .table a"),
        ("catalogue", None),
    ):
        await page.goto(f"{running_city.url}/desk/{place}")
        await screen.shoot(place)
        if first is not None:
            await page.locator(first).first.click()
            await screen.shoot(f"{place}-one")
    await screen.close()
    assert screen.wrong == []


PLACEHOLDER_FITS = """
(input) => {
  const style = getComputedStyle(input);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${style.fontSize} ${style.fontFamily}`;
  const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return pen.measureText(input.placeholder).width <= room;
}
"""


async def test_what_is_out_of_shape_is_noticed(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<h1>一</h1><h1>二</h1><main><p style='width: 2000px'>宽</p></main>"
        "<script>console.error('broken')</script>"
    )
    screen = await Screen.open(browser, "nobody", width=NARROW, height=600)
    await screen.page.goto(page.as_uri())
    found = await screen.faults()
    await screen.close()
    assert screen.wrong == [f"{page.as_uri()}: broken"]
    assert found[0] == "2 h1"
    assert any(fault.startswith("HTML.") for fault in found)
    assert any(fault.startswith("P. “宽”") for fault in found)
