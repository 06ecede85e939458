"""The supervisor over real child processes."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from suxin_server.children import Child
from suxin_server.postgres import Postgres
from suxin_server.processes import is_alive, wait_until
from suxin_server.supervisor import Supervisor

pytestmark = pytest.mark.processes
Make = Callable[[str, str], Child]

SLEEPS = "import time; time.sleep(60)"
DEAF = """
    import pathlib, signal, subprocess, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    below = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    pathlib.Path(__file__).with_suffix(".pid").write_text(str(below.pid))
    time.sleep(60)
"""
# What a killed supervisor leaves: it must be PostgreSQL alone.
SUPERVISES = """
    import json, os, pathlib, sys
    from suxin_server.children import Child
    from suxin_server.postgres import Postgres
    from suxin_server.supervisor import StopRequested, Supervisor, stop_signals

    folder, programs = map(pathlib.Path, sys.argv[1:])
    environment = {**os.environ, "PYTHONPATH": str(programs)}
    server = Postgres(folder, fast=True)
    child = Child("sleeps", "sleeps", (), environment)
    deaf = Child("deaf", "deaf", (), environment)
    supervisor = Supervisor()
    with stop_signals():
        try:
            for rank, part in enumerate((server, child, deaf)):
                supervisor.begin(part, rank=rank).result()
            while not (programs / "deaf.pid").exists():
                pass
            print(json.dumps({"server": server.pid, "children": [child.pid, deaf.pid]}), flush=True)
            supervisor.watch(until=lambda: False)
        except StopRequested:
            pass
        finally:
            supervisor.stop_all()
"""


@pytest.fixture
def supervising(
    folder: Path, program: Make, tmp_path: Path
) -> Callable[[], tuple[subprocess.Popen[str], dict[str, object]]]:
    program("sleeps", SLEEPS)
    program("deaf", DEAF)

    def run() -> tuple[subprocess.Popen[str], dict[str, object]]:
        started = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(SUPERVISES), folder, tmp_path],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert started.stdout is not None
        told = json.loads(started.stdout.readline())
        started.stdout.close()
        return started, told

    return run


def below(tmp_path: Path) -> int:
    return int((tmp_path / "deaf.pid").read_text())


def test_a_child_that_dies_is_restarted_with_growing_pauses_and_a_reason(program: Make) -> None:
    child = program("faulty", "import sys; sys.exit('kaputt: 数据库没有响应')")
    supervisor = Supervisor()
    try:
        with capture_logs() as logged:
            supervisor.begin(child)
            assert supervisor.watch(until=lambda: supervisor.restarts("faulty") == 3, timeout_s=10)
    finally:
        supervisor.stop_all()
    assert [(line["part"], line["why"], line["pause_s"]) for line in logged[:3]] == [
        ("faulty", "exit status 1: kaputt: 数据库没有响应", 0.1),
        ("faulty", "exit status 1: kaputt: 数据库没有响应", 0.2),
        ("faulty", "exit status 1: kaputt: 数据库没有响应", 0.4),
    ]


def test_a_killed_child_is_restarted_within_a_second(program: Make) -> None:
    child = program("sleeps", SLEEPS)
    supervisor = Supervisor()
    try:
        supervisor.begin(child).result()
        first = child.pid
        assert first is not None
        with capture_logs() as logged:
            os.kill(first, signal.SIGKILL)
            assert supervisor.watch(
                until=lambda: child.pid != first and child.exit_reason() is None, timeout_s=1
            )
        assert logged[0]["why"] == "ended by SIGKILL"
        second = child.pid
        assert second is not None
    finally:
        supervisor.stop_all()
    assert not is_alive(first)
    assert not is_alive(second)


def test_a_part_that_cannot_start_is_tried_again(program: Make, tmp_path: Path) -> None:
    child = program("sleeps", SLEEPS)
    blocked = tmp_path / "logs"
    blocked.write_text("a file where the folder for logs belongs")
    supervisor = Supervisor()
    try:
        begun = supervisor.begin(child)
        assert isinstance(begun.exception(timeout=5), FileExistsError)
        blocked.unlink()
        assert supervisor.watch(until=lambda: child.exit_reason() is None, timeout_s=5)
    finally:
        supervisor.stop_all()


def test_higher_ranks_stop_first_and_one_rank_at_once() -> None:
    order: list[str] = []

    class Slow:
        def __init__(self, name: str, seconds: float) -> None:
            self.name, self._seconds = name, seconds

        def start(self) -> None:
            pass

        def exit_reason(self) -> str | None:
            return None

        def stop(self) -> None:
            time.sleep(self._seconds)
            order.append(self.name)

    supervisor = Supervisor()
    supervisor.begin(Slow("database", 0), rank=0)
    supervisor.begin(Slow("worker", 0.2), rank=2)
    supervisor.begin(Slow("web", 0.1), rank=2)
    began = time.monotonic()
    supervisor.stop_all()
    assert order == ["web", "worker", "database"]
    assert time.monotonic() - began < 0.29


def test_a_signal_stops_everything_in_under_two_seconds(
    supervising: Callable[[], tuple[subprocess.Popen[str], dict[str, object]]], tmp_path: Path
) -> None:
    started, told = supervising()
    began = time.monotonic()
    started.send_signal(signal.SIGTERM)
    assert started.wait(timeout=5) == 0
    assert time.monotonic() - began < 2
    pids = [told["server"], *told["children"], below(tmp_path)]  # type: ignore[misc] # JSON written above
    assert [pid for pid in pids if is_alive(pid)] == []


def test_a_killed_supervisor_takes_its_children_along_and_its_server_is_adopted(
    supervising: Callable[[], tuple[subprocess.Popen[str], dict[str, object]]],
    folder: Path,
    tmp_path: Path,
) -> None:
    started, told = supervising()
    started.kill()
    started.wait(timeout=5)
    pids = [*told["children"], below(tmp_path)]  # type: ignore[misc] # JSON written above
    # One of the children does not listen to SIGTERM, so that it lives until its grace ends.
    assert wait_until(lambda: not any(map(is_alive, pids)), timeout_s=3)
    heir = Postgres(folder, fast=True)
    heir.start()
    assert heir.adopted is True
    assert heir.pid == told["server"]
    heir.remove()
