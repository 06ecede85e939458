"""The explorer as an administrator uses it: he runs a query and sees data, within his rights and the page's policy."""

import pytest
from browsing import Screen
from playwright.async_api import Browser, expect
from running_city import RunningCity

from suxin_server.demo import cast

pytestmark = [pytest.mark.browser, pytest.mark.processes]


async def test_an_administrator_explores_the_interface(
    running_city: RunningCity, browser: Browser
) -> None:
    screen = await Screen.open(browser, "explorer", width=1440, height=900)
    page = screen.page
    await page.goto(f"{running_city.url}/desk/explorer")
    await page.get_by_label("登录名").fill("operator.admin")
    await page.get_by_label("密码").fill(cast.PASSWORD)
    await page.get_by_role("button", name="登录").click()
    answer = page.get_by_label("Result Window")
    await page.get_by_label("Execute query (Ctrl-Enter)").click()
    await expect(answer).to_contain_text("consent.document.compose")
    # The window lays out only the lines that it shows: what the answer cost stands at its end.
    await answer.get_by_role("textbox").focus()
    await page.keyboard.press("Control+End")
    await expect(answer).to_contain_text("restoreRate")
    await screen.shoot("explorer")

    # The schema came by a question of the page's own, so that it can be looked up.
    await page.get_by_label("Show Documentation Explorer").click()
    await page.get_by_role("link", name="Query").click()
    await expect(page.locator(".graphiql-plugin")).to_contain_text("oauthClients")
    # What was typed does not stay for whoever uses this computer next; and nothing broke the page's policy.
    kept = await page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "Rights" not in kept
    await screen.close()
    assert screen.wrong == []
