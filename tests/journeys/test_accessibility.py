"""Everybody can use the pages: axe-core finds nothing on them, and permissions are decided by the keyboard alone."""

import pytest
from accessibility import Axe
from browsing import NARROW, Screen
from contesting import wait_for_a_score
from loan_pages import Phone
from playwright.async_api import Browser, Page, expect
from running_city import RunningCity

from suxin_server.demo import cast

pytestmark = [pytest.mark.browser, pytest.mark.processes]

TABS = (
    "ask",
    "requests",
    "permissions",
    "asked",
    "mine",
    "notices",
    "score",
    "score/certificate",
    "score/verify",
    "declare",
    "commitments",
    "public-commitments",
    "subjects",
    "my-data",
    "my-data/parts/records",
    "cases",
    "cases/review/score",
    "repairs",
    "my-data/correct/name",
    "my-data/deletion",
    "my-data/closure",
)
OPEN_PAGES = ("/", "/cautions", "/preview", "/desk", "/consent/verify", "/oauth/device")
# Disasters, relief notices and public warnings are looked at among a village's pages.
DESKS = {
    "chufeng.loan": (
        "/desk",
        "/desk/pool",
        "/desk/certificates",
        "/desk/warnings",
        "/desk/renewals",
        "/desk/notices",
    ),
    "chufeng.product": ("/desk/products",),
    "operator.admin": (
        "/desk",
        "/desk/cases",
        "/desk/relief-notices/new",
        "/desk/disasters/new",
        "/desk/cautions/new",
        "/desk/repairs",
        "/desk/ingestion",
        "/desk/commitments",
        "/desk/commitments/new",
        "/desk/catalogue",
        "/desk/catalogue/drafts/new",
        "/desk/audit",
        "/desk/notices",
        "/desk/calendar",
        "/desk/breaches",
        "/desk/score-models",
        "/desk/warning-rules",
        "/desk/warning-rules/new",
        "/desk/settlement-approvals",
        "/desk/cover-approvals",
        "/desk/covers",
    ),
    "mall.admin": ("/desk/perk-settlements", "/desk/cover-claims"),
}
FOCUSED = "() => document.activeElement?.dataset.testid ?? document.activeElement?.id ?? ''"
OUTLINED = """
() => {
  const style = getComputedStyle(document.activeElement);
  const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
  return shown ? null : `${style.outline} ${style.boxShadow}`;
}
"""
MOST_TABS = 80


async def settled(page: Page) -> None:
    await expect(page.get_by_test_id("loading").locator("visible=true")).to_have_count(0)
    await expect(page.get_by_test_id("error").locator("visible=true")).to_have_count(0)


async def shown(page: Page, address: str) -> None:
    answer = await page.goto(address)
    assert answer is not None
    assert answer.ok, f"{answer.status} {address}"


async def phone_of(browser: Browser, running_city: RunningCity, who: str) -> Phone:
    screen = await Screen.open(browser, who, width=NARROW, height=800)
    return Phone(screen, running_city.url)


async def log_in_at_desk(page: Page, url: str, name: str) -> None:
    await page.goto(f"{url}/desk")
    await page.get_by_label("登录名").fill(name)
    await page.get_by_label("密码").fill(cast.PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).click()
    await page.wait_for_url(f"{url}/desk**")


async def test_axe_finds_nothing_on_any_page_of_the_phone(
    running_city: RunningCity, browser: Browser, axe: Axe
) -> None:
    phone = await phone_of(browser, running_city, "axe-phone")
    await phone.log_in_as(cast.CHEN_JING)
    await wait_for_a_score(phone)
    page = phone.page
    for tab in TABS:
        await page.evaluate(f"location.hash = '/{tab}'")
        await settled(page)
        await axe.look(page, tab)
    await page.evaluate("location.hash = '/requests'")
    await phone.at("request").first.click()
    await expect(phone.at("offer").first).to_be_visible()
    await axe.look(page, "request")
    await page.evaluate("location.hash += '/matches'")
    await settled(page)
    await axe.look(page, "matches")
    await phone.at("tab-permissions").click()
    await phone.at("to-consent").first.click()
    await expect(phone.at("permission-page")).to_be_visible()
    await axe.look(page, "permission")
    await phone.screen.close()
    assert axe.wrong == []
    assert phone.screen.wrong == []


async def test_axe_finds_nothing_on_desks_and_open_pages(
    running_city: RunningCity, browser: Browser, axe: Axe
) -> None:
    for name, paths in DESKS.items():
        screen = await Screen.open(browser, f"axe-{name}", width=1440, height=900)
        await log_in_at_desk(screen.page, running_city.url, name)
        for path in paths:
            await shown(screen.page, running_city.url + path)
            await axe.look(screen.page, f"{name} {path}")
        await screen.close()
    screen = await Screen.open(browser, "axe-anyone", width=1440, height=900)
    for path in OPEN_PAGES:
        await shown(screen.page, running_city.url + path)
        await axe.look(screen.page, path)
    await screen.close()
    assert axe.wrong == []


async def tab_to(page: Page, testid: str) -> int:
    """Press Tab until something has the focus, and say how often; each place on the way shows that it has it."""
    for pressed in range(1, MOST_TABS):
        await page.keyboard.press("Tab")
        if await page.evaluate(FOCUSED) == testid:
            assert await page.evaluate(OUTLINED) is None, testid
            return pressed
    raise AssertionError(f"the keyboard does not reach {testid}")


async def test_permissions_are_paused_resumed_and_taken_back_by_keyboard(
    running_city: RunningCity, browser: Browser
) -> None:
    phone = await phone_of(browser, running_city, "keyboard")
    await phone.log_in_as(cast.CHEN_JING)
    page = phone.page
    await phone.at("tab-permissions").focus()
    await page.keyboard.press("Enter")
    await expect(phone.at("title")).to_have_text("授权与查阅")
    await expect(phone.at("consent").first).to_be_visible()
    # A new page begins at its title, for whoever hears it as for whoever tabs through it.
    assert await page.evaluate(FOCUSED) == "title"
    await tab_to(page, "pause-consent")
    await page.keyboard.press("Enter")
    await expect(phone.at("toast")).to_contain_text("已暂停")
    await tab_to_resume(page)
    await page.keyboard.press("Enter")
    await expect(phone.at("toast")).to_contain_text("已恢复")
    await tab_to(page, "revoke-consent")
    await page.keyboard.press("Enter")
    await expect(phone.at("revoke-dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(phone.at("revoke-dialog")).to_have_count(0)
    assert await page.evaluate(FOCUSED) == "revoke-consent"
    await phone.screen.close()
    assert phone.screen.wrong == []


async def tab_to_resume(page: Page) -> None:
    """The card that was decided about keeps the focus, at what may be done next."""
    if await page.evaluate(FOCUSED) != "resume-consent":
        await page.keyboard.press("Shift+Tab")
        await tab_to(page, "resume-consent")


async def test_refusing_a_banks_request_takes_no_more_keys_than_agreeing(
    running_city: RunningCity, browser: Browser
) -> None:
    phone = await phone_of(browser, running_city, "asked")
    await phone.log_in_as(cast.CHEN_JING)
    page = phone.page
    await page.evaluate("location.hash = '/asked'")
    waiting = page.locator('[data-testid="asked"][data-state="REQUESTED"]').locator("visible=true")
    await expect(waiting.first).to_be_visible()
    await waiting.first.press("Enter")
    await expect(phone.at("consent-page")).to_be_visible()
    text = await phone.at("notice-text").inner_text()
    for said in ("接收", "联系", "用途", "信息", "期限", "保存", "撤回", "不影响"):
        assert said in text, f"{said} is not told: {text}"
    refusing = await tab_to(page, "consent-no")
    agreeing = refusing + await tab_to(page, "consent-yes")
    assert refusing <= agreeing
    no, yes = [await phone.at(name).bounding_box() for name in ("consent-no", "consent-yes")]
    assert no is not None
    assert yes is not None
    assert (round(no["width"]), round(no["height"])) == (round(yes["width"]), round(yes["height"]))
    await phone.at("consent-no").press("Enter")
    await expect(phone.at("permission-page")).to_have_attribute("data-state", "REJECTED")
    await expect(phone.at("toast")).to_contain_text("已拒绝")
    await phone.screen.close()
    assert phone.screen.wrong == []
