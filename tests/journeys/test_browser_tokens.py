"""The preview's tokens as a browser holds them: bound to a key that no script reads, shared by the tabs of one phone."""

import asyncio

import pytest
from browsing import Screen
from loan_pages import Phone
from playwright.async_api import Browser, Page, Request, expect
from running_city import RunningCity

from suxin_server.demo import cast

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PHONES = """
async ({ change }) => {
  const settled = (asked) => new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const database = await settled(indexedDB.open("suxin.preview"));
  const store = database.transaction("phones", "readwrite").objectStore("phones");
  const phones = await settled(store.getAll());
  for (const phone of phones) await settled(store.put({ ...phone, ...change }));
  database.close();
  return phones.map(({ key, ...phone }) => ({ ...phone, readable: key.extractable }));
}
"""
KEPT_IN_CLEAR = (
    "() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie])"
)


async def opened(browser: Browser, city: RunningCity) -> tuple[Screen, Page]:
    """Log the weaver in, and show her phone in a second tab as well, as a browser does that duplicates a tab."""
    screen = await Screen.open(browser, "tabs", width=390, height=844)
    await Phone(screen, city.url).log_in_as(cast.CHEN_JING)
    kept = await screen.page.evaluate("() => sessionStorage.getItem('suxin.preview')")
    second = await screen.page.context.new_page()
    await second.goto(f"{city.url}/preview")
    await second.evaluate("(kept) => sessionStorage.setItem('suxin.preview', kept)", kept)
    await second.goto(f"{city.url}/preview?again#/requests")
    await expect(second.get_by_test_id("request").first).to_be_visible()
    return screen, second


def token_requests(page: Page) -> list[str]:
    """What is asked of the token endpoint from now on, by any tab."""
    asked: list[str] = []

    def hear(request: Request) -> None:
        if request.url.endswith("/oauth/token"):
            asked.append(request.post_data or "")

    page.context.on("request", hear)
    return asked


async def test_tabs_of_one_phone_refresh_once_for_all_and_log_out_together(
    running_city: RunningCity, browser: Browser
) -> None:
    screen, second = await opened(browser, running_city)
    first, asked = screen.page, token_requests(screen.page)
    (before,) = await first.evaluate(PHONES, {"change": {"goodUntil": 0}})

    await asyncio.gather(first.reload(), second.reload())
    await expect(second.get_by_test_id("request").first).to_be_visible()
    await first.get_by_test_id("tab-requests").click()
    await expect(first.get_by_test_id("request").first).to_be_visible()

    assert len(asked) == 1
    assert "grant_type=refresh_token" in asked[0]
    (after,) = await first.evaluate(PHONES, {"change": {}})
    assert after["id"] == before["id"]
    assert after["refreshToken"] != before["refreshToken"]

    await first.get_by_test_id("tab-mine").click()
    await first.get_by_test_id("log-out").click()
    await expect(first.get_by_test_id("title")).to_have_text("宿信登录")
    await second.get_by_test_id("tab-mine").click()
    await expect(second.get_by_test_id("title")).to_have_text("宿信登录")
    assert await first.evaluate(PHONES, {"change": {}}) == []
    await screen.close()
    assert screen.wrong == []


async def test_no_script_can_read_the_key_and_nothing_secret_is_kept_in_clear(
    running_city: RunningCity, browser: Browser
) -> None:
    screen, _ = await opened(browser, running_city)
    (phone,) = await screen.page.evaluate(PHONES, {"change": {}})
    assert phone["readable"] is False
    assert set(phone["jwk"]) == {"kty", "crv", "x", "y"}
    kept = await screen.page.evaluate(KEPT_IN_CLEAR)
    assert phone["id"] in kept
    for secret in (phone["accessToken"], phone["refreshToken"]):
        assert secret not in kept
    await screen.close()


async def test_a_revoked_log_in_leads_back_to_the_log_in(
    running_city: RunningCity, browser: Browser
) -> None:
    screen, _ = await opened(browser, running_city)
    (phone,) = await screen.page.evaluate(PHONES, {"change": {}})
    form = {"client_id": "suxin-mini-program", "token": phone["refreshToken"]}
    ended = await screen.page.context.request.post(f"{running_city.url}/oauth/revoke", form=form)
    assert ended.ok
    with screen.refusals_expected():
        await screen.page.get_by_test_id("tab-requests").click()
        await expect(screen.page.get_by_test_id("title")).to_have_text("宿信登录")
    await screen.close()
    assert screen.wrong == []


async def test_an_address_without_keys_says_so_in_plain_words(
    plain_url: str, browser: Browser
) -> None:
    screen = await Screen.open(browser, "plain", width=390, height=844)
    await screen.page.goto(f"{plain_url}/preview")
    told = screen.page.get_by_test_id("no-keys")
    await expect(told).to_contain_text("此地址下不能登录")
    await expect(told).to_contain_text("127.0.0.1")
    assert await screen.faults() == []
    await screen.close()
