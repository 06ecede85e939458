"""Work in the field in a browser: without signal, with its tab killed, with the server killed mid-sync, on a connection that loses answers."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest
from browsing import Screen
from patience import PATIENCE_S
from playwright.async_api import Browser, BrowserContext, Route, expect
from small_city import PASSWORD, SmallCity
from small_points import SmallPoints, build_points, photo
from staff_log_ins import keep_passwords, log_in_to_desk
from web_process import settings_for, started_web

from suxin.grid.rules import Rule, RuleBook
from suxin.grid.states import Evidence, RuleTopic
from suxin.kernel.actor import Actor
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants import PROFILES

pytestmark = [pytest.mark.browser, pytest.mark.processes]

CLAIMS = 30
PIN = "492750"
LOGIN = "field.worker"
DYING = str(Path(__file__).parents[1] / "support" / "dying_web.py")
RULE = Rule(code="yard", name="庭院整洁", topic=RuleTopic.ENVIRONMENT, points=5, evidence=Evidence.REQUIRED)  # fmt: skip
OTHER = Rule(code="help", name="帮助邻里，例如代购、照看老人和儿童、修缮房屋", topic=RuleTopic.COURTESY, points=2)  # fmt: skip


def server(city, settings, *, after: str):
    return started_web(settings, (DYING, after, city.now.isoformat()))


class Phone:
    """One worker's phone: its browser, and the tab that is open now."""

    def __init__(self, screen: Screen, url: str) -> None:
        self.screen, self.page, self.url = screen, screen.page, url

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    async def open(self) -> None:
        await self.page.goto(f"{self.url}/desk/field")

    async def says(self, name: str, words: str) -> None:
        await expect(self.page.get_by_test_id(name)).to_contain_text(words, timeout=60_000)

    async def enter(self, *, again: bool = False) -> None:
        await self.page.get_by_test_id("pin").fill(PIN)
        if again:
            await self.page.get_by_test_id("pin-again").fill(PIN)
        await self.page.get_by_test_id("open").click()
        await expect(self.page.get_by_test_id("lock")).to_be_visible()

    async def record(self, number: int) -> None:
        """Record a claim with a photo, as somebody at a door would."""
        await self.page.get_by_test_id("household").fill("001")
        await self.page.get_by_test_id("household").press("Enter")
        await self.page.locator("[data-rule=yard]").click()
        file = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo(100 + number)}
        await self.page.get_by_test_id("photo").set_input_files([file])
        await self.page.get_by_test_id("note").fill(f"第 {number} 处")
        await self.page.get_by_test_id("save").click()
        await expect(self.page.get_by_test_id("count")).to_have_text(str(number))

    async def die(self) -> None:
        """Lose the tab, and open another."""
        context = self.context
        await self.page.close()
        self.page = self.screen.page = await context.new_page()
        await self.open()
        await self.enter()


@pytest.fixture
async def points(small_city, admin) -> SmallPoints:
    return await build_points(small_city, admin, book=RuleBook(name="细则", rules=(RULE, OTHER)))


@pytest.fixture
async def phone(points, small_city, city, valkey, browser: Browser):
    token = await worker(small_city, points.tenant_id)
    settings = settings_for(small_city, database_url=city.app, redis_url=valkey.url, scale=1_000)
    screen = await Screen.open(browser, "field", width=390, height=844)
    cookie = {"name": "suxin_desk", "value": token, "url": settings.url}
    await screen.page.context.add_cookies([cookie])
    yield Phone(screen, settings.url), settings
    await screen.close()


async def worker(city: SmallCity, tenant_id: UUID) -> str:
    """Take a grid worker on; return what his browser holds once he is logged in."""
    async with city.database.transaction(city.operator, now=city.now) as session:
        await add_staff(
            session,
            city.operator,
            name="欧阳网格员",
            login=LOGIN,
            password=PASSWORD,
            roles=[RoleGrant("grid_worker")],
            profiles=PROFILES,
            now=city.now,
            tenant_id=tenant_id,
        )
    await keep_passwords(city.database, now=city.now)
    async with city.database.transaction(Actor.anonymous("test"), now=city.now) as session:
        found = await log_in_to_desk(
            session, login=LOGIN, password=PASSWORD, sealer=city.sealer, now=city.now
        )
    return found.token


async def died(process) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while process.poll() is None:
            await asyncio.sleep(0.1)


async def counted(admin) -> tuple[int, int]:
    claims = await admin.fetchval("select count(*) from grid_claims")
    return claims, await admin.fetchval("select count(*) from grid_claim_photos")


async def test_thirty_are_recorded_without_signal_and_are_thirty_claims(
    small_city, phone, admin
) -> None:
    device, settings = phone
    with server(small_city, settings, after="the items are taken") as dying:
        await device.open()
        await device.screen.shoot("first")
        await device.enter(again=True)
        await expect(device.page.get_by_test_id("household")).to_be_visible()
        await device.says("way", "已联网")
        await device.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        await device.screen.shoot("ready")
        await device.context.set_offline(True)
        await device.page.reload()
        await device.enter()
        await device.says("way", "没有网络")
        for number in range(1, CLAIMS // 2 + 1):
            await device.record(number)
        await device.die()
        for number in range(CLAIMS // 2 + 1, CLAIMS + 1):
            await device.record(number)
        await device.screen.shoot("offline")
        await device.context.set_offline(False)
        # It is killed with everything taken and nothing committed.
        await died(dying)
    assert await counted(admin) == (0, 0)
    await device.says("count", str(CLAIMS))
    await told_over_a_flaky_connection(small_city, device, settings)
    assert await counted(admin) == (CLAIMS, CLAIMS)


async def told_over_a_flaky_connection(city, device: Phone, settings) -> None:
    """Lose the answer to the first message of steps, and each fifth answer to a photo; then everything is there once."""
    answers: dict[str, int] = {"items": 0, "photos": 0}

    async def lose(route: Route) -> None:
        kind = "items" if "/items" in route.request.url else "photos"
        answer = await route.fetch()
        answers[kind] += 1
        lost = answers[kind] == 1 if kind == "items" else answers[kind] % 5 == 0
        await (route.abort() if lost else route.fulfill(response=answer))

    with server(city, settings, after="the money is held"):
        await device.context.route("**/desk/field/items", lose)
        await device.context.route("**/desk/field/photos**", lose)
        await device.context.route("**/desk/field/photos/**", lose)
        async with asyncio.timeout(PATIENCE_S * 4):
            left = "not asked"
            while left or await device.page.get_by_test_id("count").inner_text() != "0":
                if await device.page.get_by_test_id("send").is_enabled():
                    await device.page.get_by_test_id("send").click()
                await asyncio.sleep(0.3)
                left = await device.page.get_by_test_id("photo-left").inner_text()
        await device.says("way", "已联网")
        await device.says("captures", "已登记")
        await device.screen.shoot("told")
    assert answers["items"] > 1
