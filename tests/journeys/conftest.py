"""One running demo city for the session: the journeys share it, as the people of a city do."""

from collections.abc import Iterator

import pytest
from running_city import RunningCity, started_city


@pytest.fixture(scope="session")
def running_city() -> Iterator[RunningCity]:
    with started_city() as city:
        yield city
