"""The gate in a browser: without signal, with its tab killed, and with the server killed while it is told."""

from pathlib import Path

import pytest
from browsing import Screen
from playwright.async_api import Browser, Page, Route, expect
from small_perks import build_perks
from small_tickets import handed, text_of
from web_process import settings_for, started_web

from suxin.kernel.actor import Actor
from suxin.tenancy.commands import add_staff
from suxin.tenancy.log_ins import log_in_to_desk
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.roles import RoleGrant
from suxin_tenants import PROFILES

pytestmark = [pytest.mark.browser, pytest.mark.processes]

TICKETS = 20
MOST_MS = 1_000
LOGIN, PASSWORD = "gate.keeper", "a-long-Demo-pass-1"
DYING = str(Path(__file__).parents[1] / "support" / "dying_web.py")


def server(city, settings, *, after: str):
    """Start a server whose time is the city's, and which dies after something was done."""
    return started_web(settings, (DYING, after, city.now.isoformat()))


async def check(page: Page, text: str) -> float:
    """Let somebody in; return how long the gate took to say so, in milliseconds."""
    await page.get_by_test_id("code").fill(text)
    before = await page.get_by_test_id("verdict").get_attribute("data-took-ms")
    await page.get_by_test_id("check").click()
    verdict = page.get_by_test_id("verdict")
    if before is not None:
        await expect(verdict).not_to_have_attribute("data-took-ms", before)
    await expect(verdict).not_to_have_attribute("data-code", "good")
    return float(await verdict.get_attribute("data-took-ms") or "nan")


async def code_of(page: Page) -> str | None:
    return await page.get_by_test_id("verdict").get_attribute("data-code")


async def test_twenty_are_let_in_without_signal_and_told_of_exactly_once(
    small_city, city, valkey, browser: Browser, admin
) -> None:
    perks = await build_perks(small_city, TenantKind.ATTRACTION)
    gate = perks.merchant
    programme = await perks.published(party_limit=20)
    tickets = [await handed(small_city, gate, programme) for _ in range(TICKETS + 1)]
    texts = [await text_of(small_city, ticket) for ticket in tickets]
    async with small_city.database.transaction(small_city.operator, now=small_city.now) as session:
        await add_staff(
            session,
            small_city.operator,
            name="欧阳检票员",
            login=LOGIN,
            password=PASSWORD,
            roles=[RoleGrant("gate")],
            profiles=PROFILES,
            now=small_city.now,
            tenant_id=gate.own_tenant,
        )
    await admin.execute("update staff set must_change_password = false where login = $1", LOGIN)
    async with small_city.database.transaction(
        Actor.anonymous("test"), now=small_city.now
    ) as session:
        found = await log_in_to_desk(
            session, login=LOGIN, password=PASSWORD, sealer=small_city.sealer, now=small_city.now
        )
    settings = settings_for(small_city, database_url=city.app, redis_url=valkey.url, scale=1_000)
    screen = await Screen.open(browser, "gate", width=390, height=844)
    context, page = screen.page.context, screen.page
    await context.add_cookies([{"name": "suxin_desk", "value": found.token, "url": settings.url}])
    with server(small_city, settings, after="the spends are judged") as dying:
        await page.goto(f"{settings.url}/desk/gate")
        await expect(page.get_by_test_id("way")).to_have_text("已联网")
        await page.evaluate("() => navigator.serviceWorker.ready")
        await screen.shoot("ready")
        await context.set_offline(True)
        await page.reload()
        await expect(page.get_by_test_id("way")).to_contain_text("没有网络")
        took = [await check(page, text) for text in texts[: TICKETS // 2]]
        # The tab dies, and another one goes on with what the first one recorded.
        await page.close()
        page = await context.new_page()
        await page.goto(f"{settings.url}/desk/gate")
        took += [await check(page, text) for text in texts[TICKETS // 2 : TICKETS]]
        await expect(page.get_by_test_id("count")).to_have_text(str(TICKETS))
        await check(page, texts[0])
        assert await code_of(page) == "spent"
        await check(page, texts[TICKETS][:-6] + "AAAAAA")
        assert await code_of(page) == "forged"
        print(f"verified in {sorted(took)[len(took) // 2]:.1f} ms, {max(took):.1f} ms at most")
        assert max(took) <= MOST_MS
        await context.set_offline(False)
        await page.get_by_test_id("send").click()
        dying.wait()
    assert await admin.fetchval("select count(*) from perk_ticket_spends") == 0
    await expect(page.get_by_test_id("count")).to_have_text(str(TICKETS))

    lost = []

    async def lose(route: Route) -> None:
        """Carry the message to the platform, and lose the first answer."""
        answer = await route.fetch()
        lost.append(answer.status)
        await (route.abort() if len(lost) == 1 else route.fulfill(response=answer))

    with server(small_city, settings, after="the money is held"):
        await context.route("**/desk/gate/spends", lose)
        for _ in range(2):
            await expect(page.get_by_test_id("way")).not_to_be_empty()
            await page.get_by_test_id("send").click()
            await page.wait_for_timeout(1_000)
        await expect(page.get_by_test_id("count")).to_have_text("0")
        await expect(page.get_by_test_id("way")).to_have_text("已联网")
        assert lost == [200, 200]
        verdicts = await admin.fetch(
            "select verdict, count(*) as n from perk_ticket_spends group by 1"
        )
        assert [tuple(one) for one in verdicts] == [("accepted", TICKETS)]
        await check(page, texts[TICKETS])
        await expect(page.get_by_test_id("count")).to_have_text("0")
        screen.page = page
        await screen.shoot("after")
    await screen.close()
