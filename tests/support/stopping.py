"""A running city is told to stop."""

from pathlib import Path

from running_city import RunningCity

from suxin_server.processes import port_is_free


def leaves_nothing_running(city: RunningCity) -> None:
    """Give a city the signal to stop, and see that nothing of it goes on; processes are counted where there is /proc."""
    counted = Path("/proc/self").exists()
    before = " ".join(city.processes().values())
    assert not counted or "/postgres" in before
    assert not counted or "suxin_server.cli" in before
    # That it takes less than two seconds is held by the start-up benchmark.
    assert city.stop() == 0
    assert city.processes() == {}
    assert port_is_free("127.0.0.1", int(city.url.rsplit(":", 1)[1]))
