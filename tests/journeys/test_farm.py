"""The journey of a farm household, walked by the command line against a real, running demo city; twice, as a newcomer would."""

import pytest
from running_city import RunningCity, suxin
from walked import steps_of

from suxin_server.journeys.farm import STEPS

pytestmark = pytest.mark.processes


def test_a_household_goes_from_its_data_to_a_grade_a_line_and_an_offer(
    running_city: RunningCity,
) -> None:
    for _ in range(2):
        walked = suxin("journey", "farm", "--url", running_city.url, timeout_s=600)
        assert walked.returncode == 0, walked.stdout + walked.stderr
        assert steps_of(walked.stdout) == [
            (place, name) for place, (name, _) in enumerate(STEPS, start=1)
        ]
