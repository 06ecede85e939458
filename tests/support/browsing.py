"""A browser that minds what a person would mind: errors, pages that scroll sideways, pages without a heading."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

SCREENSHOTS = Path(__file__).parents[1] / "screenshots"
PICTURES = "SUXIN_PICTURES"
"""Set, it keeps a picture of every page that is looked at: two of them take the browser half a second."""
NARROW = 360
TALL = 1_600
TIMEOUT_MS = 30_000
REFUSED = "Failed to load resource: the server responded with a status of 4"

# What is expected of a page is waited for as long as what is done on it: a page is slow where the machine is.
expect.set_options(timeout=TIMEOUT_MS)

SIDEWAYS = """
() => [document.documentElement, document.body, ...document.querySelectorAll('main, .view, form, section, .table-frame')]
  .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
  .map((element) => `${element.tagName}.${element.className}: ${element.scrollWidth} > ${element.clientWidth}`)
"""
CUT_OFF = """
() => [...document.querySelectorAll('h1, h2, p, dd, dt, td, th, a, button, label, input, select, span')]
  .filter((element) => !element.closest('.table-frame, .offer-table, .tabs, [hidden], [aria-hidden=true], .visually-hidden, .skip, .CodeMirror'))
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && box.height > 0 && (box.right > innerWidth + 1 || box.left < -1))
  .map(([element, box]) => `${element.tagName}.${element.className} “${element.textContent.slice(0, 30)}” ${box.left}–${box.right}`)
"""


class Screen:
    """One tab of one person, with everything that went wrong in it."""

    def __init__(self, who: str, context: BrowserContext, page: Page) -> None:
        self.who = who
        self.page = page
        self.wrong: list[str] = []
        self._context = context
        self._refusals_expected = False
        self._shots = 0
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))

    @classmethod
    async def open(cls, browser: Browser, who: str, *, width: int, height: int) -> "Screen":
        """Open a tab of its own, with no cookies of others."""
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(TIMEOUT_MS)
        return cls(who, context, await context.new_page())

    async def close(self) -> None:
        """Close the tab and forget its cookies."""
        await self._context.close()

    @contextmanager
    def refusals_expected(self) -> Iterator[None]:
        """Let the browser report refused requests meanwhile: it writes each of them to the console."""
        self._refusals_expected = True
        try:
            yield
        finally:
            self._refusals_expected = False

    async def shoot(self, name: str) -> None:
        """Look at the page as it is and at 360 pixels: note whatever is wrong with it, with a picture."""
        async for _ in self.widths(name):
            pass

    async def widths(self, name: str) -> AsyncIterator[int]:
        """Do the same, and yield at each width, for whoever looks for something else as well: to change it takes as long as to look."""
        self._shots += 1
        before = self.page.viewport_size
        await self._look(f"{self._shots:02}-{name}")
        yield before["width"]
        await self.page.set_viewport_size({"width": NARROW, "height": TALL})
        await self._look(f"{self._shots:02}-{name}-{NARROW}")
        yield NARROW
        await self.page.set_viewport_size(before)

    async def faults(self) -> list[str]:
        """Return what is out of shape on the page as it is now."""
        headings = await self.page.locator("h1").count()
        found = [] if headings == 1 else [f"{headings} h1"]
        for check in (SIDEWAYS, CUT_OFF):
            found.extend(await self.page.evaluate(check))
        return found

    async def _look(self, name: str) -> None:
        await self.page.evaluate("() => document.fonts.ready")
        where = f"{self.who} {name} {self.page.url}"
        faults = await self.faults()
        self.wrong.extend(f"{where}: {fault}" for fault in faults)
        if faults or PICTURES in os.environ:
            SCREENSHOTS.mkdir(exist_ok=True)
            await self.page.screenshot(path=SCREENSHOTS / f"{self.who}-{name}.png", full_page=True)

    def _hear(self, message: ConsoleMessage) -> None:
        expected = self._refusals_expected and message.text.startswith(REFUSED)
        if message.type in {"error", "warning"} and not expected:
            self.wrong.append(f"{self.page.url}: {message.text}")
