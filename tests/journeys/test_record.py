"""The journey of a record, walked by the command line against a real, running demo city."""

import pytest
from running_city import RunningCity
from walked import steps_of, walk

from suxin_server.journeys.record import STEPS

pytestmark = pytest.mark.processes


@pytest.mark.parametrize("whose", [(), ("--person",)], ids=["firm", "person"])
def test_a_record_is_sent_counted_contested_and_counts_no_more(
    running_city: RunningCity, whose: tuple[str, ...]
) -> None:
    told = walk("record", *whose, "--url", running_city.url)
    assert steps_of(told) == [(place, name) for place, (name, _) in enumerate(STEPS, 1)]
    assert told.startswith(f"记录与评分 · the journey of a record · {running_city.url}\n")
    assert "-30 → 0" in told
