"""One running demo city for the session: the journeys share it, as the people of a city do; and a browser to look at it."""

from collections.abc import AsyncIterator, Iterator

import pytest
from chromium import ChromiumMissing, started_chromium
from playwright.async_api import Browser
from running_city import RunningCity, started_city

PLAIN_HOST = "plain.example"
"""A name of this machine that browsers do not take for this machine, as they do not take a city's own."""


@pytest.fixture(scope="session")
def running_city() -> Iterator[RunningCity]:
    with started_city() as city:
        yield city


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    try:
        async with started_chromium(f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1") as started:
            yield started
    except ChromiumMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def plain_url(running_city: RunningCity) -> str:
    """The running city under a name and scheme that browsers trust with no keys."""
    return running_city.url.replace("127.0.0.1", PLAIN_HOST)
