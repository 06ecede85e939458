"""One running demo city for the session: the journeys share it, as the people of a city do."""

from collections.abc import Iterator

import pytest
from chromium import PLAIN_HOST
from running_city import RunningCity, started_city
from stopping import leaves_nothing_running


@pytest.fixture(scope="session")
def running_city() -> Iterator[RunningCity]:
    with started_city() as city:
        city.wait_for_worker()
        yield city
        # After all that was done in it, and while its worker still scores and rates.
        leaves_nothing_running(city)


@pytest.fixture
def plain_url(running_city: RunningCity) -> str:
    """The running city under a name and scheme that browsers trust with no keys."""
    return running_city.url.replace("127.0.0.1", PLAIN_HOST)
