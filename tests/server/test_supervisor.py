"""The supervisor over real child processes."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from patience import PATIENCE_S
from structlog.testing import capture_logs

from suxin_server.children import Child
from suxin_server.postgres import Postgres
from suxin_server.processes import is_alive, wait_until
from suxin_server.supervisor import FIRST_PAUSE_S, StopRequested, Supervisor, stop_signals

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
    with stop_signals() as stop_requested:
        supervisor = Supervisor(stop_requested)
        try:
            for rank, part in enumerate((server, child, deaf)):
                supervisor.result(supervisor.begin(part, rank=rank))
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
            assert supervisor.watch(
                until=lambda: supervisor.restarts("faulty") == 3, timeout_s=PATIENCE_S
            )
    finally:
        supervisor.stop_all()
    assert [(line["part"], line["why"], line["pause_s"]) for line in logged[:3]] == [
        ("faulty", "exit status 1: kaputt: 数据库没有响应", 0.1),
        ("faulty", "exit status 1: kaputt: 数据库没有响应", 0.2),
        ("faulty", "exit status 1: kaputt: 数据库没有响应", 0.4),
    ]


def test_a_killed_child_is_restarted_a_moment_later(program: Make) -> None:
    child = program("sleeps", SLEEPS)
    supervisor = Supervisor()
    try:
        supervisor.begin(child).result()
        first = child.pid
        assert first is not None
        with capture_logs() as logged:
            os.kill(first, signal.SIGKILL)
            assert supervisor.watch(
                until=lambda: child.pid != first and child.exit_reason() is None,
                timeout_s=PATIENCE_S,
            )
        assert (logged[0]["why"], logged[0]["pause_s"]) == ("ended by SIGKILL", 0.1)
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
        assert isinstance(begun.exception(timeout=PATIENCE_S), FileExistsError)
        blocked.unlink()
        assert supervisor.watch(until=lambda: child.exit_reason() is None, timeout_s=PATIENCE_S)
    finally:
        supervisor.stop_all()


def test_higher_ranks_stop_first_and_one_rank_at_once() -> None:
    order: list[str] = []

    class Part:
        def __init__(self, name: str, waits_for: threading.Event | None = None) -> None:
            self.name, self._waits_for = name, waits_for
            self.stopped = threading.Event()

        def start(self) -> None:
            pass

        def give_up(self) -> None:
            pass

        def exit_reason(self) -> str | None:
            return None

        def stop(self) -> None:
            # Whoever waits for the one after him would wait in vain if they stopped one by one.
            assert self._waits_for is None or self._waits_for.wait(PATIENCE_S)
            order.append(self.name)
            self.stopped.set()

    web = Part("web")
    supervisor = Supervisor()
    supervisor.begin(Part("database"), rank=0)
    supervisor.begin(Part("worker", web.stopped), rank=2)
    supervisor.begin(web, rank=2)
    supervisor.stop_all()
    assert order == ["web", "worker", "database"]


def test_a_start_that_takes_long_is_cut_short_by_a_stop() -> None:
    class Slow:
        name = "slow"

        def __init__(self) -> None:
            self.given_up = threading.Event()
            self.stopped = False

        def start(self) -> None:
            assert self.given_up.wait(PATIENCE_S), "whoever stops would have waited for it"

        def give_up(self) -> None:
            self.given_up.set()

        def exit_reason(self) -> str | None:
            return None

        def stop(self) -> None:
            self.stopped = True

    slow, supervisor = Slow(), Supervisor()
    begun = supervisor.begin(slow)
    supervisor.stop_all()
    assert begun.exception() is None
    assert slow.stopped is True


def test_what_runs_once_is_not_started_again_but_stopped_with_the_rest(program: Make) -> None:
    ends, sleeps = program("ends", "print('done')\n"), program("sleeps", SLEEPS)
    supervisor = Supervisor()
    try:
        for child in (ends, sleeps):
            supervisor.begin(child, once=True).result()
        assert supervisor.watch(until=lambda: ends.exit_code == 0, timeout_s=PATIENCE_S)
        # Whoever is looked after is started again a moment later.
        supervisor.watch(until=lambda: False, timeout_s=3 * FIRST_PAUSE_S)
        assert (ends.exit_code, supervisor.restarts("ends")) == (0, 0)
        pid = sleeps.pid
        assert pid is not None
    finally:
        supervisor.stop_all()
    assert not is_alive(pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_noted_and_heeded_only_where_the_main_thread_waits(
    program: Make, number: signal.Signals
) -> None:
    # Thrown into the loading of a module it would leave that module locked, and a part that loads it waiting.
    released, child = threading.Event(), program("sleeps", SLEEPS)
    with stop_signals() as stop_requested:
        supervisor = Supervisor(stop_requested)
        begun = supervisor.begin(child)
        supervisor.result(begun)
        os.kill(os.getpid(), number)
        assert wait_until(stop_requested, timeout_s=PATIENCE_S)
        waiting: tuple[Callable[[], object], ...] = (
            lambda: supervisor.begin(program("ends", "")),
            lambda: supervisor.watch(until=lambda: False),
            lambda: supervisor.call(released.set),
        )
        for wait in waiting:
            with pytest.raises(StopRequested):
                wait()
        os.kill(os.getpid(), number)
        supervisor.stop_all()
    assert begun.done()
    assert (child.exit_reason(), released.is_set()) == ("ended by SIGTERM", False)


def test_an_end_does_not_wait_for_what_takes_long() -> None:
    noted, released, seen = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        noted.set()
        assert released.wait(PATIENCE_S)
        seen.set()

    supervisor = Supervisor(noted.is_set)
    with pytest.raises(StopRequested):
        supervisor.call(work)
    supervisor.stop_all()
    assert not seen.is_set()
    released.set()
    assert seen.wait(PATIENCE_S)


def test_what_a_call_comes_to_is_returned_or_raised() -> None:
    supervisor = Supervisor()
    assert supervisor.call(lambda: "是") == "是"
    with pytest.raises(ZeroDivisionError):
        supervisor.call(lambda: 1 // 0)
    supervisor.stop_all()


def test_a_signal_stops_everything_and_whoever_does_not_listen(
    supervising: Callable[[], tuple[subprocess.Popen[str], dict[str, object]]], tmp_path: Path
) -> None:
    started, told = supervising()
    started.send_signal(signal.SIGTERM)
    assert started.wait(timeout=PATIENCE_S) == 0
    pids = [told["server"], *told["children"], below(tmp_path)]  # type: ignore[misc] # JSON written above
    assert [pid for pid in pids if is_alive(pid)] == []


def test_a_killed_supervisor_takes_its_children_along_and_its_server_is_adopted(
    supervising: Callable[[], tuple[subprocess.Popen[str], dict[str, object]]],
    folder: Path,
    tmp_path: Path,
) -> None:
    started, told = supervising()
    started.kill()
    started.wait(timeout=PATIENCE_S)
    pids = [*told["children"], below(tmp_path)]  # type: ignore[misc] # JSON written above
    # One of the children does not listen to SIGTERM, so that it lives until its grace ends.
    assert wait_until(lambda: not any(map(is_alive, pids)), timeout_s=PATIENCE_S)
    heir = Postgres(folder, fast=True)
    heir.start()
    assert heir.adopted is True
    assert heir.pid == told["server"]
    heir.remove()
