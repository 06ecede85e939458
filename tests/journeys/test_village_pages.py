"""Whoever works for a village, and whoever looks on from outside it, can use every page of points, shop, ratings and whole-village credit: in the sun on a small phone, and by ear."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Final

import pytest
from accessibility import Axe
from browsing import NARROW, Screen
from loan_pages import Phone
from patience import PATIENCE_S
from playwright.async_api import Browser, Page, expect
from running_city import RunningCity

from suxin_server.demo import cast

pytestmark = [pytest.mark.browser, pytest.mark.processes]

POINTS: Final = (
    "/desk/points",
    "/desk/points/claims",
    "/desk/points/notices",
    "/desk/points/rules",
)
SHOP: Final = ("/desk/shop", "/desk/shop/goods", "/desk/shop/budget", "/desk/shop/redemptions")
PAGES: Final[Mapping[str, Sequence[str]]] = {
    "village.admin": (
        "/desk",
        *POINTS,
        "/desk/points/claims/new",
        "/desk/points/exchange",
        "/desk/points/sheets",
        "/desk/points/homes",
        "/desk/shop",
        "/desk/shop/cards",
        "/desk/shop/months",
        "/desk/ratings",
        "/desk/facts",
        "/desk/credit-rounds",
        "/desk/village/households",
        "/desk/village/imports",
        "/desk/village/grids",
        "/desk/village/links",
        "/desk/field-devices",
        "/desk/field-conflicts",
    ),
    "village.grid": ("/desk", "/desk/field", "/desk/points/queues/check"),
    "village.committee": ("/desk", "/desk/points/queues/committee", "/desk/ratings"),
    "village.supervisor": ("/desk", "/desk/points/claims?state=appeals", "/desk/shop/budget"),
    "village.shop": ("/desk", *SHOP),
    "operator.admin": (
        "/desk/rural",
        "/desk/rural?level=town",
        "/desk/rural-coverage",
        "/desk/village-credit",
        "/desk/villages",
        "/desk/cautions",
        "/desk/disasters",
        "/desk/relief-notices",
    ),
    "operator.town": (
        "/desk/point-appeals",
        "/desk/sheet-forms",
        "/desk/rural-coverage",
        "/desk/village-credit",
    ),
    "hongze.head": ("/desk/credit-rounds", "/desk/rural-coverage", "/desk/renewals"),
}
DECODED: Final = """
async (selector) => {
  const { decodeQR } = await import("/desk-assets/vendor/qr/decode.js");
  const image = document.querySelector(selector);
  await image.decode();
  const [side, edge] = [800, 40];
  const drawn = Object.assign(document.createElement("canvas"), { width: side, height: side }).getContext("2d");
  drawn.fillStyle = "#fff";
  drawn.fillRect(0, 0, side, side);
  drawn.imageSmoothingEnabled = false;
  drawn.drawImage(image, edge, edge, side - 2 * edge, side - 2 * edge);
  return decodeQR(drawn.getImageData(0, 0, side, side));
}
"""
"""What a picture of a QR code says, read by the program that reads them at a counter."""
ONE_OF: Final = re.compile(
    r"/desk/(points/(claims|notices|rules)|shop/(goods|redemptions)|ratings|credit-rounds|rural/areas|village/households|disasters|cautions)"
    r"/[0-9a-f-]{9,36}(/vote)?"
)
"""A page of one thing, which a list leads to; the first of each kind is looked at as well."""


async def log_in_at_desk(page: Page, url: str, name: str) -> None:
    await page.goto(f"{url}/desk")
    await page.get_by_label("登录名").fill(name)
    await page.get_by_label("密码").fill(cast.PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).click()
    await page.wait_for_url(f"{url}/desk**")


async def until_there_is(page: Page, address: str, words: str) -> None:
    """The worker makes a village's months, its ratings and its lines up after the city's start."""
    async with asyncio.timeout(PATIENCE_S * 4):
        while True:
            await page.goto(address)
            if await page.get_by_text(words, exact=True).count():
                return
            await asyncio.sleep(1)


async def until_lines_are_there(page: Page, url: str) -> None:
    """Whole-village credit rests on a rating, and comes last."""
    await log_in_at_desk(page, url, "hongze.head")
    await until_there_is(page, f"{url}/desk/credit-rounds", "进行中")


async def led_to(page: Page, found: dict[str, str]) -> list[str]:
    """Return the pages of one thing that this list leads to and whose kind is not yet among those found, and find them."""
    links = await page.eval_on_selector_all("a[href]", "all => all.map((a) => a.pathname)")
    kinds = [(one, link) for link in links if (one := ONE_OF.fullmatch(link))]
    return [link for one, link in kinds if found.setdefault(f"{one[1]}{one[3]}", link) is link]


@pytest.mark.parametrize("name", list(PAGES))
async def test_every_page_is_sound_on_a_small_phone_and_by_ear(
    running_city: RunningCity, browser: Browser, axe: Axe, name: str
) -> None:
    screen = await Screen.open(browser, name, width=1280, height=900)
    page, url = screen.page, running_city.url
    await log_in_at_desk(page, url, name)
    if name == "village.admin":
        await until_there_is(page, f"{url}/desk/points/notices", "公示中")
    waiting, found = list(PAGES[name]), dict[str, str]()
    while waiting:
        path = waiting.pop(0)
        answer = await page.goto(url + path)
        assert answer is not None
        assert answer.ok, f"{answer.status} {path}"
        waiting += await led_to(page, found)
        await axe.look_at_desk(screen, path)
    await screen.close()
    assert axe.wrong == []
    assert screen.wrong == []


async def test_the_phone_shows_points_grade_and_line_to_everybody(
    running_city: RunningCity, browser: Browser, axe: Axe
) -> None:
    screen = await Screen.open(browser, "zhouguilan", width=NARROW, height=740)
    await until_lines_are_there(screen.page, running_city.url)
    phone = Phone(screen, running_city.url)
    await phone.log_in_as(cast.ZHOU_GUILAN)
    for top, ways in {
        "points": ("to-claims", "to-statement", "to-shop", "to-objection", "to-uses"),
        "rural": ("to-grade-certificate", "to-explanation"),
        "village-credit": ("to-ask-line",),
        "cautions": (),
    }.items():
        for way in ("", *ways):
            await phone.page.goto(f"{running_city.url}/preview#/{top}")
            if way:
                await phone.at(way).first.click()
            await expect(phone.at("loading").locator("visible=true")).to_have_count(0)
            await axe.look(phone.page, f"{top} {way}")
            await screen.shoot(f"{top}-{way}")
    # Where a village has no rules in force, that is said and is no error.
    await phone.page.goto(f"{running_city.url}/preview#/points")
    with screen.refusals_expected():
        await phone.at("to-claim").click()
        await expect(phone.page.get_by_text("还没有施行中的积分细则")).to_be_visible()
    await screen.close()
    assert axe.wrong == []
    assert screen.wrong == []


async def test_a_code_on_paper_and_on_a_phone_leads_to_what_it_is_of(
    running_city: RunningCity, browser: Browser, axe: Axe
) -> None:
    """The poster's to the notice, which names nobody beside a minus; the certificate's to what proves it."""
    screen = await Screen.open(browser, "codes", width=1280, height=900)
    page, url = screen.page, running_city.url
    await log_in_at_desk(page, url, "village.viewer")
    await until_there_is(page, f"{url}/desk/points/notices", "公示中")
    await page.get_by_text("公示中").first.locator("xpath=ancestor::tr").locator("a").click()
    await expect(page.get_by_test_id("poster")).to_be_visible()
    address = await page.evaluate(DECODED, ".poster-code")
    assert address.startswith(f"{url}/points/notices/")
    await page.goto(address)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("积分公示（第")
    await axe.look(page, "public notice")
    await screen.shoot("public-notice")
    await page.context.clear_cookies()
    await until_lines_are_there(page, url)
    phone = Phone(screen, url)
    await phone.log_in_as(cast.ZHOU_GUILAN)
    await page.goto(f"{url}/preview#/rural")
    await phone.at("to-grade-certificate").first.click()
    await expect(phone.at("grade-certificate-page")).to_be_visible()
    certificate = await page.evaluate(DECODED, "img.qr")
    await page.goto(certificate)
    await expect(page.get_by_test_id("standing")).to_have_text("签名有效，等级有效")
    await axe.look(page, "certificate")
    await screen.shoot("certificate")
    await screen.close()
    assert axe.wrong == []
    assert screen.wrong == []
