"""Work in the field in a browser: without signal, with its tab killed, with the server killed mid-sync, on a connection that loses answers; and two workers with one phone."""

import asyncio
from uuid import UUID

import pytest
from browsing import Screen
from dying_web import started_dying_web
from patience import PATIENCE_S
from playwright.async_api import Browser, BrowserContext, Route, expect
from small_city import PASSWORD, SmallCity
from small_points import SmallPoints, build_points, photo
from staff_log_ins import keep_passwords, log_in_to_desk
from web_process import settings_for

from suxin.grid.rules import Rule, RuleBook
from suxin.grid.states import Evidence, RuleTopic
from suxin.kernel.actor import Actor
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants import PROFILES

pytestmark = [pytest.mark.browser, pytest.mark.processes]

CLAIMS = 30
DAY_MS = 24 * 60 * 60 * 1000
PIN = "492750"
LOGIN = "field.worker"
RULE = Rule(code="yard", name="庭院整洁", topic=RuleTopic.ENVIRONMENT, points=5, evidence=Evidence.REQUIRED)  # fmt: skip
OTHER = Rule(code="help", name="帮助邻里，例如代购、照看老人和儿童、修缮房屋", topic=RuleTopic.COURTESY, points=2)  # fmt: skip


class Phone:
    """One worker's phone: its browser, and the tab that is open now."""

    def __init__(self, screen: Screen, url: str) -> None:
        self.screen, self.page, self.url = screen, screen.page, url

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    async def open(self) -> None:
        await self.page.goto(f"{self.url}/desk/field")

    async def log_in(self, token: str) -> None:
        cookie = {"name": "suxin_desk", "value": token, "url": self.url}
        await self.context.add_cookies([cookie])

    async def send(self) -> None:
        await self.page.get_by_test_id("send").click()

    async def sent_all(self) -> bool:
        waiting, photos = self.page.get_by_test_id("count"), self.page.get_by_test_id("photo-left")
        return not await photos.inner_text() and await waiting.inner_text() == "0"

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
    phone = Phone(screen, settings.url)
    await phone.log_in(token)
    yield phone, settings
    await screen.close()


async def worker(
    city: SmallCity, tenant_id: UUID, *, name: str = "欧阳网格员", login: str = LOGIN
) -> str:
    """Take a grid worker on; return what his browser holds once he is logged in."""
    async with city.database.transaction(city.operator, now=city.now) as session:
        await add_staff(
            session,
            city.operator,
            name=name,
            login=login,
            password=PASSWORD,
            roles=[RoleGrant("grid_worker")],
            profiles=PROFILES,
            now=city.now,
            tenant_id=tenant_id,
        )
    await keep_passwords(city.database, now=city.now)
    async with city.database.transaction(Actor.anonymous("test"), now=city.now) as session:
        found = await log_in_to_desk(
            session, login=login, password=PASSWORD, sealer=city.sealer, now=city.now
        )
    return found.token


SEALED = """
async () => {
  const [{ name }] = (await indexedDB.databases()).filter((one) => one.name !== 'suxin-field');
  const opened = await new Promise((done) => { indexedDB.open(name).onsuccess = (event) => done(event.target.result); });
  const read = (store, what, key) => new Promise((done) => { opened.transaction(store).objectStore(store)[what](key).onsuccess = (event) => done(event.target.result); });
  const roster = await read('kept', 'get', 'roster');
  const boxes = [roster, await read('kept', 'get', 'kept'), ...(await read('items', 'getAll')).map((one) => one.box), ...(await read('captures', 'getAll')).map((one) => one.box)];
  opened.close();
  return [Boolean(roster), boxes.filter(Boolean).map((box) => new TextDecoder().decode(box.data)).join()];
}
"""
"""Whether the first worker's database has a roster, and all that whoever copies it can read of it."""


async def sent_until_dead(device: Phone, process) -> None:
    """Have it sent until that kills the server; by itself the page tries again every half minute."""
    async with asyncio.timeout(PATIENCE_S):
        while process.poll() is None:
            await device.send()


def out_of_shape(device: Phone) -> list[str]:
    """Return what was out of shape on the pages that were looked at, also at 360 pixels."""
    return [one for one in device.screen.wrong if one.startswith("field ")]


async def counted(admin) -> tuple[int, int]:
    claims = await admin.fetchval("select count(*) from grid_claims")
    return claims, await admin.fetchval("select count(*) from grid_claim_photos")


async def test_thirty_are_recorded_without_signal_and_are_thirty_claims(
    small_city, phone, admin
) -> None:
    device, settings = phone
    with started_dying_web(settings, after="the items are taken", now=small_city.now) as dying:
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
        await sent_until_dead(device, dying)
    assert await counted(admin) == (0, 0)
    await device.says("count", str(CLAIMS))
    await told_over_a_flaky_connection(small_city, device, settings)
    assert await counted(admin) == (CLAIMS, CLAIMS)
    assert out_of_shape(device) == []


async def told_over_a_flaky_connection(city, device: Phone, settings) -> None:
    """Lose the answer to the first message of steps, and each fifth answer to a photo; then everything is there once."""
    answers: dict[str, int] = {"items": 0, "photos": 0}

    async def lose(route: Route) -> None:
        kind = "items" if "/items" in route.request.url else "photos"
        answers[kind] += 1
        if answers[kind] == 1 if kind == "items" else answers[kind] % 5 == 0:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    with started_dying_web(settings, after="the money is held", now=city.now):
        await device.context.route("**/desk/field/items", lose)
        await device.context.route("**/desk/field/photos**", lose)
        await device.context.route("**/desk/field/photos/**", lose)
        # A click waits until the sending before it has come to an end.
        async with asyncio.timeout(PATIENCE_S * 4):
            while not await device.sent_all():
                await device.page.get_by_test_id("send").click(timeout=PATIENCE_S * 1000)
        await device.says("way", "已联网")
        await device.says("captures", "已登记")
        await device.screen.shoot("told")
    assert answers["items"] > 1


async def test_two_who_share_a_phone_are_kept_apart_and_who_left_keeps_no_roster(
    small_city, points, phone, admin
) -> None:
    device, settings = phone
    with started_dying_web(settings, after="the money is held", now=small_city.now):
        await device.open()
        await device.enter(again=True)
        await expect(device.page.get_by_test_id("household")).to_be_visible()
        # His session has ended: he goes on for seven days, and what he records waits for him.
        await device.context.clear_cookies()
        await device.send()
        await device.says("way", "登录已结束，可继续采集至")
        await device.record(1)
        await device.page.get_by_test_id("note").fill("第二处")
        roster, readable = await device.page.evaluate(SEALED)
        assert (roster, "王*明" in readable, "第 1 处" in readable) == (True, False, False)
        await device.page.evaluate(
            "(ms) => { const now = Date.now; Date.now = () => now() + ms; }", 7 * DAY_MS
        )
        await device.send()
        await device.says("ended", "离线采集时限已到")
        await device.screen.shoot("over")
        await another_works_with_it(small_city, points, device, admin)
        await he_has_left(device, admin)
    assert out_of_shape(device) == []


async def another_works_with_it(city, points, device: Phone, admin) -> None:
    """Let another worker log in on the phone: his queue is empty, and the first one's waits."""
    await device.log_in(
        await worker(city, points.tenant_id, name="司徒网格员", login="field.other")
    )
    await device.open()
    await expect(device.page.get_by_text("司徒网格员，请设置 PIN")).to_be_visible()
    await device.screen.shoot("shared")
    await device.enter(again=True)
    await expect(device.page.get_by_test_id("household")).to_be_visible()
    await expect(device.page.get_by_test_id("count")).to_have_text("0")
    await expect(device.page.get_by_test_id("capture")).to_have_count(0)
    await device.page.get_by_test_id("lock").click()
    await device.page.get_by_role("button", name="欧阳网格员").click()
    await device.page.get_by_test_id("pin").fill("492751")
    await device.page.get_by_test_id("open").click()
    await expect(device.page.get_by_text("PIN 不正确，还可试 4 次")).to_be_visible()
    await device.enter()
    await device.says("way", "另一名网格员")
    await expect(device.page.get_by_test_id("count")).to_have_text("1")
    await expect(device.page.get_by_test_id("capture")).to_have_count(1)
    assert await counted(admin) == (0, 0)


async def he_has_left(device: Phone, admin) -> None:
    """Let the first worker have left: at the next contact the roster goes, and what he recorded stays."""
    await admin.execute("update staff set ended_at = now() where login = $1", LOGIN)
    await device.context.clear_cookies()
    await device.send()
    await device.says("ended", "随身名册已清除")
    await device.screen.shoot("wiped")
    assert (await device.page.evaluate(SEALED))[0] is False
    await expect(device.page.get_by_test_id("count")).to_have_text("1")
