"""Whether everybody can use a page: axe-core's rules of WCAG 2.2 AA and its best practices, on a page as it stands."""

from pathlib import Path
from typing import Any

from browsing import NARROW, Screen
from node_projects import installed
from playwright.async_api import Page

FOLDER = Path(__file__).parents[1] / "interop"
WIDE = 1_440
WIDTHS = (NARROW, WIDE)
HEIGHT = 900
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")

# Transitions are cut short: halfway through one, colours are neither the former nor the next.
SETTLED = """
() => Promise.all(document.getAnimations().map((animation) => animation.finish?.()))
"""
THERE = "() => 'axe' in window"
RUN = """
async (tags) => {
  const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => (
    { id, help, node: node.target.flat().join(" "), html: node.html.slice(0, 160), why: node.failureSummary })));
}
"""


def axe_source() -> str:
    """Return axe-core's program, installed from the lock file beside it.

    :raises NodeMissing, PackagesMissing: see ``installed``
    """
    installed(FOLDER)
    return (FOLDER / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


class Axe:
    """Looks at one tab's pages in both widths, and notes whatever keeps somebody from using them."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.wrong: list[str] = []

    async def look(self, page: Page, name: str) -> None:
        """Look at the page as it is, as wide as a phone and as a desk, first at the width that it has; it has that afterwards."""
        before = page.viewport_size
        assert before is not None
        for width in sorted(WIDTHS, key=lambda width: width != before["width"]):
            if width != before["width"]:
                await page.set_viewport_size({"width": width, "height": HEIGHT})
            await self._note(page, f"{name} at {width}")
        await page.set_viewport_size(before)

    async def look_at_desk(self, screen: Screen, name: str) -> None:
        """Look at the page of a desk for its shape as well, as wide as it is and as a phone."""
        async for width in screen.widths(name.strip("/").replace("/", "-").replace("?", "-")):
            await self._note(screen.page, f"{screen.who} {name} at {width}")

    async def _note(self, page: Page, where: str) -> None:
        self.wrong.extend(f"{where}: {one}" for one in await self.violations(page))

    async def violations(self, page: Page) -> list[str]:
        """Return what is wrong with the page now: the rule, where, and what it asks for."""
        # Evaluated by the debugger and not by the page, so that its content policy stays what it is.
        if not await page.evaluate(THERE):
            await page.evaluate(self._source)
        await page.evaluate(SETTLED)
        found: list[dict[str, Any]] = await page.evaluate(RUN, list(TAGS))
        return [
            f"{one['id']}: {one['node']} {one['html']} — {one['help']}. {one['why']}"
            for one in found
        ]
