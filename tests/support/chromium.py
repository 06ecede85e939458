"""The machine's own Chromium, for tests that look at pages."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PLAIN_HOST = "plain.example"
"""A name of this machine that browsers do not take for this machine, as they do not take a city's own."""


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
                *switches,
            ],
        )
        yield started
        await started.close()
