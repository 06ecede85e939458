"""The authorization server's questions, in a browser: axe-core finds nothing on them, and the keyboard answers them."""

import httpx
import pytest
from browsing import NARROW, Screen
from code_flow import CALLBACK, OFFICER, SCOPE
from oauth_client import OAuthApp, new_verifier, s256
from playwright.async_api import Page, expect
from small_city import PASSWORD

from suxin_web.clock import SystemClock

pytestmark = [pytest.mark.browser, pytest.mark.processes]

DETAILS = (
    '[{"type":"credit_record","purpose":"loan.match","datatypes":["identity","honours","tax"],'
    '"life_days":400}]'
)
DECISION = "() => document.activeElement?.value ?? ''"
MOST_TABS = 30
RESIDENT_ID = "321302199001010012"
"""The applicant's, whose phone got the code."""


async def address_of(registered, **asked: str) -> str:
    """Push a request; return the address of its question."""
    async with httpx.AsyncClient(base_url=registered.issuer, trust_env=False) as web:
        app = OAuthApp(
            web, registered.issuer, SystemClock(), registered.client_id, key=registered.key
        )
        pushed = await app.pushed(
            redirect_uri=CALLBACK, code_challenge=s256(new_verifier()), state="s-1", **asked
        )
    assert pushed.status_code == 201, pushed.text
    query = {"client_id": registered.client_id, "request_uri": pushed.json()["request_uri"]}
    return str(httpx.URL(f"{registered.issuer}/oauth/authorize", params=query))


async def keys_to(page: Page, decision: str) -> int:
    for pressed in range(1, MOST_TABS):
        await page.keyboard.press("Tab")
        if await page.evaluate(DECISION) == decision:
            return pressed
    raise AssertionError(f"the keyboard does not reach {decision}")


async def test_a_subject_is_told_everything_and_refuses_as_easily_as_he_agrees(
    registered, phone_code, browser, axe
):
    screen = await Screen.open(browser, "subject", width=NARROW, height=800)
    page = screen.page
    await page.goto(await address_of(registered, authorization_details=DETAILS))
    await axe.look(page, "log in by code")
    await page.get_by_label("身份证号").fill(RESIDENT_ID)
    await page.get_by_role("button", name="获取验证码").click()
    await expect(page.get_by_label("短信验证码")).to_be_visible()
    await axe.look(page, "the code was sent")
    await page.get_by_label("短信验证码").fill(phone_code)
    await page.get_by_role("button", name="确认").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("是否同意")
    await axe.look(page, "the question")
    told = await page.locator("main").inner_text()
    for item in (
        "接收方",
        "联系方式",
        "用途",
        "授权期限",
        "保存期限",
        "必要信息",
        "撤回",
        "不同意不影响",
    ):
        assert item in told, item
    assert "有效期由 400 天调整为 90 天" in told
    await screen.shoot("decision")
    no, yes = [
        await page.get_by_role("button", name=name, exact=True).bounding_box()
        for name in ("不同意", "同意")
    ]
    assert no is not None
    assert yes is not None
    assert (no["width"], no["height"]) == (yes["width"], yes["height"])
    refusing = await keys_to(page, "deny")
    assert await keys_to(page, "allow") > 0
    assert refusing < MOST_TABS
    await screen.close()
    assert axe.wrong == []
    assert screen.wrong == []


async def test_a_staff_member_is_asked_on_a_page_that_everybody_can_use(registered, browser, axe):
    screen = await Screen.open(browser, "officer", width=NARROW, height=800)
    page = screen.page
    await page.goto(await address_of(registered, scope=SCOPE))
    await axe.look(page, "log in by password")
    await page.get_by_label("登录名").fill(OFFICER)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).click()
    await expect(page.locator('button[name="decision"]')).to_have_count(2)
    await axe.look(page, "the question")
    await screen.shoot("decision")
    await screen.close()
    assert axe.wrong == []
    assert screen.wrong == []
