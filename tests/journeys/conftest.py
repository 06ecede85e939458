"""One running demo city for the session: the journeys share it, as the people of a city do; and a browser to look at it."""

import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright
from running_city import RunningCity, started_city

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PLAIN_HOST = "plain.example"
"""A name of this machine that browsers do not take for this machine, as they do not take a city's own."""


@pytest.fixture(scope="session")
def running_city() -> Iterator[RunningCity]:
    with started_city() as city:
        yield city


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"no Chromium here: none of {', '.join(CHROMIUM)} is on PATH")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--disable-dev-shm-usage",
                f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1",
            ],
        )
        yield started
        await started.close()


@pytest.fixture
def plain_url(running_city: RunningCity) -> str:
    """The running city under a name and scheme that browsers trust with no keys."""
    return running_city.url.replace("127.0.0.1", PLAIN_HOST)
