"""A merchant publishes a programme from a template in a browser: how much there is to fill in and to click, whatever the machine's speed."""

import pytest
from browsing import Screen
from playwright.async_api import Browser, Page, expect
from small_city import PASSWORD, SmallCity
from small_merchant import build_merchant
from staff_log_ins import keep_passwords
from web_process import settings_for, started_web

from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants import PROFILES

pytestmark = [pytest.mark.browser, pytest.mark.processes]

LOGIN = "mall.admin"
TEMPLATE = "tour.ticket"
TEMPLATES = 27
MOST_CLICKS = 3
"""From the list of programmes to one that is published: new, its template, publish."""

MOST_FILLED = 0
"""Whatever must be filled in has a value in each of the templates."""

BLANK = """
async (links) => Promise.all(links.map(async (link) => {
  const page = new DOMParser().parseFromString(await (await fetch(link)).text(), "text/html");
  const must = [...page.querySelectorAll("[data-testid=programme-form] :is([required], [aria-required=true])")];
  return [must.length, must.filter((one) => !one.value).length];
}))
"""


class Merchant:
    """Somebody at a merchant's desk whose clicks are counted."""

    def __init__(self, screen: Screen, url: str) -> None:
        self.screen, self.url, self.clicks = screen, url, 0

    @property
    def page(self) -> Page:
        return self.screen.page

    async def log_in(self) -> None:
        await self.page.goto(f"{self.url}/desk/perks")
        await self.page.fill("[name=login]", LOGIN)
        await self.page.fill("[name=password]", PASSWORD)
        await self.page.locator("form button[type=submit]").first.click()
        await self.page.wait_for_url("**/desk**")
        await self.page.goto(f"{self.url}/desk/perks")

    async def click(self, name: str) -> None:
        await self.page.get_by_test_id(name).click()
        self.clicks += 1


@pytest.fixture
async def merchant(small_city: SmallCity, city, valkey, browser: Browser):
    tenant = await build_merchant(small_city)
    async with small_city.database.transaction(small_city.operator, now=small_city.now) as session:
        await add_staff(
            session,
            small_city.operator,
            name="欧阳店长",
            login=LOGIN,
            password=PASSWORD,
            roles=[RoleGrant("merchant_admin")],
            profiles=PROFILES,
            now=small_city.now,
            tenant_id=tenant.own_tenant,
        )
    await keep_passwords(small_city.database, now=small_city.now)
    settings = settings_for(small_city, database_url=city.app, redis_url=valkey.url, scale=1_000)
    screen = await Screen.open(browser, "publishing", width=1440, height=900)
    with started_web(settings):
        yield Merchant(screen, settings.url)
    await screen.close()


async def test_a_programme_is_published_with_few_clicks_and_nothing_to_fill_in(merchant) -> None:
    await merchant.log_in()
    await merchant.click("new-programme")
    links = await merchant.page.locator("[data-testid^='template-']").evaluate_all(
        "(all) => all.map((one) => one.href)"
    )
    assert len(links) == TEMPLATES
    must, blank = zip(*await merchant.page.evaluate(BLANK, links), strict=True)
    assert min(must) > 0
    assert max(blank) <= MOST_FILLED
    await merchant.click(f"template-{TEMPLATE}")
    await expect(merchant.page.get_by_test_id("programme-form")).to_be_visible()
    await merchant.screen.shoot("form")
    await merchant.click("programme-send")
    await expect(merchant.page.locator(".heading-marks")).to_contain_text("已发布")
    await merchant.screen.shoot("published")
    assert merchant.clicks <= MOST_CLICKS
    assert merchant.screen.wrong == []
