"""The pages of a benefit's way as people use them: the resident's phone and the clerk's desk."""

import re

from browsing import Screen
from loan_pages import Phone
from playwright.async_api import expect

from suxin_server.demo import cast

CLERK = cast.OTHERS[0].staff[0].login
NAME = "流程演示门票"
"""How the journey calls what it publishes."""


class Resident(Phone):
    """Somebody who shows a code."""

    async def open_a_code(self) -> None:
        """Find the benefit, read the notice, say yes, and show the code."""
        await self.page.goto(f"{self.url}/preview#/perks")
        await expect(self.at("perk").first).to_be_visible()
        await self.screen.shoot("nearby")
        await self.at("perk").filter(has_text=NAME).first.get_by_test_id("to-perk").click()
        await expect(self.at("first-use")).to_be_visible()
        await self.screen.shoot("notice")
        await self.at("agree").click()
        await expect(self.at("code-digits")).to_have_text(re.compile(r"^\d{4} \d{4} \d{4}$"))
        await expect(self.page.get_by_role("img", name="权益码")).to_be_visible()
        await self.screen.shoot("code")

    async def show_a_code_of(self, name: str, *, here: str, elsewhere: str) -> None:
        """Look for a benefit in another county and then in its own, and show a code of it, with a yes where he is asked."""
        await self.page.goto(f"{self.url}/preview#/perks")
        found = self.at("perk").filter(has_text=name)
        await expect(found.first).to_be_visible()
        await self.at("area").select_option(label=elsewhere)
        await expect(found).to_have_count(0)
        await self.at("area").select_option(label=here)
        await found.first.get_by_test_id("to-perk").click()
        await self.at("agree").or_(self.at("show-code")).click()
        await expect(self.page.get_by_role("img", name="权益码")).to_be_visible()

    async def code(self) -> str:
        """Return the digits as they stand there now."""
        return await self.at("code-digits").inner_text()

    async def picture(self) -> bytes:
        """Return the QR code as it stands there now, as a PNG."""
        return await self.page.get_by_role("img", name="权益码").screenshot()

    async def is_told(self, words: str) -> None:
        """Wait until the phone says what became of the code."""
        await expect(self.at("code-said")).to_have_text(words)
        await self.screen.shoot("taken")

    async def look_back(self) -> None:
        """See what was redeemed, and the way to an appeal."""
        await self.page.goto(f"{self.url}/preview#/redemptions")
        await expect(self.at("redemption").first).to_contain_text("已完成")
        await self.screen.shoot("redeemed")
        await self.at("appeal").first.click()
        await expect(self.at("title")).to_have_text("申请人工复核")
        await self.screen.shoot("appeal")


class Clerk:
    """Somebody at a merchant's counter, with a phone in his hand."""

    def __init__(self, screen: Screen, url: str) -> None:
        self.screen, self.page, self.url = screen, screen.page, url

    async def log_in(self) -> None:
        await self.page.goto(f"{self.url}/desk/redeem")
        await self.page.fill("[name=login]", CLERK)
        await self.page.fill("[name=password]", cast.PASSWORD)
        await self.page.locator("form button[type=submit]").first.click()
        await self.page.wait_for_url("**/desk**")
        await self.page.goto(f"{self.url}/desk/redeem")
        await expect(self.page.get_by_test_id("scan-start")).to_be_visible()
        await self.screen.shoot("scan")

    async def mistype(self) -> None:
        with self.screen.refusals_expected():
            await self._type("1234 5678 9012")
            await expect(self.page.locator("#e-code")).to_contain_text("有数字输错")
            await self.screen.shoot("mistyped")

    async def take(self, code: str, benefit: str) -> None:
        """Type a code, and see the benefit with the time that it is locked for."""
        await self._type(code)
        await expect(self.page.get_by_test_id("benefit")).to_contain_text(benefit)
        lock = self.page.get_by_test_id("lock")
        await expect(lock).to_have_text(re.compile(r"锁定剩余 \d+:\d\d"))
        await self.screen.shoot("benefit")

    async def scan(self, benefit: str) -> None:
        """Hold the camera before a code, and touch nothing else until the benefit is there."""
        await self.page.get_by_test_id("scan-start").click()
        await expect(self.page.get_by_test_id("benefit")).to_contain_text(benefit)

    async def complete(self) -> None:
        await self.page.get_by_test_id("finish").click()
        await expect(self.page.locator(".heading-marks")).to_contain_text("已完成")
        await self.screen.shoot("completed")
        await self.page.goto(f"{self.url}/desk/redemptions")
        await self.screen.shoot("today")

    async def _type(self, code: str) -> None:
        await self.page.fill("[name=code]", code)
        await self.page.get_by_test_id("take-code").click()
