"""The journey of a farm household, walked by the command line against a real, running demo city; twice, as a newcomer would."""

import pytest
from running_city import RunningCity
from walked import steps_of, walk

from suxin_server.journeys.farm import STEPS

pytestmark = pytest.mark.processes


def test_a_household_goes_from_its_data_to_a_grade_a_line_and_an_offer(
    running_city: RunningCity,
) -> None:
    for _ in range(2):
        told = walk("farm", "--url", running_city.url)
        assert steps_of(told) == [(place, name) for place, (name, _) in enumerate(STEPS, start=1)]
