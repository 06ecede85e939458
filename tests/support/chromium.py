"""The machine's own Chromium, for tests that look at pages."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PLAIN_HOST = "plain.example"
"""A name of this machine that browsers do not take for this machine, as they do not take a city's own."""
ROOM = "--js-flags=--min-semi-space-size=64 --max-semi-space-size=64"
"""Megabytes for what lives a moment: axe-core makes much of it, and a tenth of the browser's time went into clearing it away."""


class ChromiumMissing(Exception):
    """No Chromium is on this machine."""


@asynccontextmanager
async def started_chromium(*switches: str) -> AsyncIterator[Browser]:
    """Run a browser until the block ends, with these switches besides; it finds this machine under ``PLAIN_HOST`` too.

    :raises ChromiumMissing: if there is none
    """
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise ChromiumMissing(f"no Chromium here: none of {', '.join(PROGRAMS)} is on PATH")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--disable-dev-shm-usage",
                f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1",
                ROOM,
                *switches,
            ],
        )
        yield started
        await started.close()
