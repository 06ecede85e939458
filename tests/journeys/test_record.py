"""The journey of a record, walked by the command line against a real, running demo city."""

import pytest
from running_city import RunningCity, suxin
from walked import steps_of

from suxin_server.journeys.record import STEPS

pytestmark = pytest.mark.processes


@pytest.mark.parametrize("whose", [(), ("--person",)], ids=["firm", "person"])
def test_a_record_is_sent_counted_contested_and_counts_no_more(
    running_city: RunningCity, whose: tuple[str, ...]
) -> None:
    walked = suxin("journey", "record", *whose, "--url", running_city.url, timeout_s=400)
    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert steps_of(walked.stdout) == [(place, name) for place, (name, _) in enumerate(STEPS, 1)]
    assert walked.stdout.startswith(f"记录与评分 · the journey of a record · {running_city.url}\n")
    assert "-30 → 0" in walked.stdout
