"""The journey of a claim, walked by the command line against a real, running demo city, twice: each walk takes a loan of its own."""

import pytest
from running_city import RunningCity
from walked import steps_of, walk

from suxin_server.journeys.pool import STEPS

pytestmark = pytest.mark.processes


@pytest.mark.parametrize("_time", ["first", "second"])
def test_a_claim_is_made_approved_by_two_paid_and_recovered(
    running_city: RunningCity, _time: str
) -> None:
    told = walk("pool", "--url", running_city.url)
    assert steps_of(told) == [(place, name) for place, (name, _) in enumerate(STEPS, 1)]
    assert told.startswith(f"代偿与追偿 · the journey of a claim · {running_city.url}\n")
    assert "差额 0.00，没有未说明的差异" in told
