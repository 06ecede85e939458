"""The gate in a browser: without signal, with its tab killed, and with the server killed while it is told."""

import asyncio
from uuid import UUID

import pytest
from browsing import Screen
from dying_web import started_dying_web
from patience import PATIENCE_S
from playwright.async_api import Browser, BrowserContext, Route, expect
from small_city import PASSWORD, SmallCity
from small_perks import build_perks
from small_tickets import handed, text_of
from staff_log_ins import keep_passwords, log_in_to_desk
from web_process import settings_for

from suxin.kernel.actor import Actor
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants import PROFILES

pytestmark = [pytest.mark.browser, pytest.mark.processes]

TICKETS = 20
MOST_MS = 1_000
LOGIN = "gate.keeper"
EVERY_MS = 30_000
"""How often a gate tells of what waits by itself."""
REPEATED = """
(() => {
  const { setInterval } = window;
  window.repeated = {};
  window.setInterval = (work, ms) => { window.repeated[ms] = work; return setInterval(work, ms); };
})();
"""
"""Has a page's works that are done again and again at hand by their milliseconds, so that nobody waits for them."""


class Gate:
    """One phone at a gate: its browser, the tab that is open now, and the texts of the tickets that are shown to it."""

    def __init__(self, screen: Screen, url: str, texts: list[str]) -> None:
        self.screen, self.page, self.url, self.texts = screen, screen.page, url, texts
        self.took: list[float] = []

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    async def open(self) -> None:
        await self.page.goto(f"{self.url}/desk/gate")

    async def says(self, name: str, words: str) -> None:
        await expect(self.page.get_by_test_id(name)).to_contain_text(words)

    async def check(self, text: str, code: str) -> None:
        """Read a ticket, and see what the gate makes of it."""
        await self.page.get_by_test_id("code").fill(text)
        verdict = self.page.get_by_test_id("verdict")
        await self.page.evaluate(
            "() => delete document.querySelector('[data-gate-verdict]').dataset.code"
        )
        await self.page.get_by_test_id("check").click()
        await expect(verdict).to_have_attribute("data-code", code)
        self.took.append(float(await verdict.get_attribute("data-took-ms") or "nan"))

    async def die(self) -> None:
        """Lose the tab, and open another."""
        context = self.context
        await self.page.close()
        self.page = self.screen.page = await context.new_page()
        await self.open()


@pytest.fixture
async def gate(small_city, city, valkey, browser: Browser):
    perks = await build_perks(small_city, TenantKind.ATTRACTION)
    programme = await perks.published()
    tickets = [await handed(small_city, perks.merchant, programme) for _ in range(TICKETS + 1)]
    token = await keeper(small_city, perks.merchant.own_tenant)
    settings = settings_for(small_city, database_url=city.app, redis_url=valkey.url, scale=1_000)
    screen = await Screen.open(browser, "gate", width=390, height=844)
    cookie = {"name": "suxin_desk", "value": token, "url": settings.url}
    await screen.page.context.add_cookies([cookie])
    await screen.page.context.add_init_script(REPEATED)
    texts = [await text_of(small_city, ticket) for ticket in tickets]
    yield Gate(screen, settings.url, texts), settings
    await screen.close()


async def keeper(city: SmallCity, tenant_id: UUID) -> str:
    """Take somebody on at the gate; return what his browser holds once he is logged in."""
    async with city.database.transaction(city.operator, now=city.now) as session:
        await add_staff(
            session,
            city.operator,
            name="欧阳检票员",
            login=LOGIN,
            password=PASSWORD,
            roles=[RoleGrant("gate")],
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


async def told_until_dead(phone: Gate, process) -> None:
    """Have the gate's time to tell by itself come again and again until that kills the server."""
    async with asyncio.timeout(PATIENCE_S):
        while process.poll() is None:
            await phone.page.evaluate("(ms) => window.repeated[ms]()", EVERY_MS)
            await asyncio.sleep(0.1)


async def kept(admin) -> list[tuple[str, int]]:
    rows = await admin.fetch("select verdict, count(*) as n from perk_ticket_spends group by 1")
    return [tuple(one) for one in rows]


async def test_twenty_are_let_in_without_signal_and_told_of_exactly_once(
    small_city, gate, admin
) -> None:
    phone, settings = gate
    with started_dying_web(settings, after="the spends are judged", now=small_city.now) as dying:
        await phone.open()
        await phone.says("way", "已联网")
        await phone.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        await phone.screen.shoot("ready")
        await phone.context.set_offline(True)
        await phone.page.reload()
        await phone.says("way", "没有网络")
        for text in phone.texts[:10]:
            await phone.check(text, "in")
        await phone.die()
        for text in phone.texts[10:TICKETS]:
            await phone.check(text, "in")
        await phone.check(phone.texts[0], "spent")
        await phone.check(phone.texts[TICKETS][:-6] + "AAAAAA", "forged")
        await phone.screen.shoot("offline")
        await phone.says("count", str(TICKETS))
        print(
            f"verified in {sum(phone.took) / len(phone.took):.1f} ms, {max(phone.took):.1f} at most"
        )
        assert max(phone.took) <= MOST_MS
        await phone.context.set_offline(False)
        # It is killed with everything judged and nothing committed.
        await told_until_dead(phone, dying)
    assert await kept(admin) == []
    await phone.says("count", str(TICKETS))
    await told_with_a_lost_answer(small_city, phone, settings)
    assert await kept(admin) == [("accepted", TICKETS)]


async def told_with_a_lost_answer(city, phone: Gate, settings) -> None:
    """Let the platform take everything while its first answer is lost; then the queue is told of anew, and empty."""
    answers: list[int] = []

    async def lose(route: Route) -> None:
        answer = await route.fetch()
        answers.append(answer.status)
        await (route.abort() if len(answers) == 1 else route.fulfill(response=answer))

    with started_dying_web(settings, after="the money is held", now=city.now):
        await phone.context.route("**/desk/gate/spends", lose)
        await phone.page.get_by_test_id("send").click()
        async with asyncio.timeout(PATIENCE_S):
            while not answers:
                await asyncio.sleep(0.1)
        await phone.says("count", str(TICKETS))
        # The button can be pressed again when the first telling has failed.
        await phone.page.get_by_test_id("send").click()
        await phone.says("way", "已联网")
        await phone.says("count", "0")
        await phone.screen.shoot("told")
    assert answers == [200, 200]
