"""The order of a start: what may run beside what, and what the supervisor does without."""

import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import pytest
from forked_product import PLAIN, fork
from patience import PATIENCE_S
from typing_extensions import override

from suxin_server import children, postgres, up, valkey
from suxin_server.settings import Settings
from suxin_server.supervisor import Part, Supervisor

SLOW_TO_LOAD = {
    *("alembic", "asyncpg", "cryptography", "jinja2", "litestar", "redis", "sqlalchemy"),
    *("strawberry", "suxin.kernel.tables", "suxin_server.demo.cast"),
}

_T = TypeVar("_T")

WEB_LOADED = """
import gc
# What a fork has of the process that it comes from is out of the collector's sight.
gc.unfreeze()
import suxin_server.web
from suxin.kernel.single_steps import SingleStep
from suxin_mini_program.openapi import published

steps = [one for one in gc.get_objects() if isinstance(one, SingleStep)]
print(len(steps) > 10, sum("_compiled" in vars(one) for one in steps), published.cache_info().currsize)
"""


def test_the_supervisor_loads_nothing_that_is_slow() -> None:
    program = "import sys, suxin_server.cli, suxin_server.up; print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert SLOW_TO_LOAD & set(told.stdout.split()) == set()


def test_loading_the_web_server_makes_nothing_that_only_a_request_needs(tmp_path: Path) -> None:
    program, told = tmp_path / "loaded.py", tmp_path / "told"
    program.write_text(WEB_LOADED)
    with told.open("w") as sink:
        # It comes from a process that has loaded the web server, the worker and the commands, and done nothing besides.
        assert fork([program], PLAIN, stdout=sink.fileno()).wait(PATIENCE_S) == 0
    # There are single steps, none is compiled, and the OpenAPI document is not made.
    assert told.read_text().split() == ["True", "0", "0"]


class _Noting(Supervisor):
    """A supervisor that notes what is begun and waited for, and begins nothing."""

    def __init__(self, seen: list[str]) -> None:
        super().__init__()
        self._seen = seen
        self._begun: dict[Future[None], str] = {}
        self.ranks: set[int] = set()

    @override
    def begin(self, part: Part, *, rank: int = 0, once: bool = False) -> Future[None]:
        self._seen.append(part.name)
        self.ranks.add(rank)
        begun: Future[None] = Future()
        begun.set_result(None)
        self._begun[begun] = part.name
        return begun

    @override
    def result(self, begun: Future[_T]) -> _T:
        if begun in self._begun:
            self._seen.append(f"{self._begun[begun]} answers")  # type: ignore[index] # it is one of them
        return super().result(begun)


def test_the_web_server_loads_while_the_servers_start_and_the_worker_when_it_is_ready(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def ready(_settings: Settings, path: str) -> tuple[int, str]:
        seen.append(path)
        return 200, ""

    monkeypatch.setattr(up, "migrate", lambda _address: seen.append("migrations"))
    monkeypatch.setattr(up, "probe", ready)
    monkeypatch.setattr(up, "show_welcome", lambda *_, **__: seen.append("welcome"))
    monkeypatch.setattr(up, "read_log_ins", lambda _path: ())
    monkeypatch.setattr(up._Start, "_begin_demo", lambda _start: seen.append("demo"))
    supervisor = _Noting(seen)
    up._Start(supervisor, Settings(data_dir=folder, demo=True)).run()
    assert seen == [
        *("PostgreSQL", "Valkey", "web", "stand-ins", "demo"),
        *("PostgreSQL answers", "Valkey answers", "migrations"),
        *("/health/ready", "worker", "welcome"),
    ]
    assert supervisor.ranks == {up.SERVERS, up.PROGRAMS}


def test_what_a_stop_waits_for_is_less_than_two_seconds_at_the_most() -> None:
    # Each rank is stopped at once, and there are two: programs, then servers.
    programs_s = children.STOP_S + children.KILL_S
    postgres_s = postgres.STOP_FAST_S + 2 * postgres.STOP_IMMEDIATE_S
    valkey_s = valkey.STOP_S + valkey.KILL_S
    assert programs_s + max(postgres_s, valkey_s) < 2


@pytest.mark.parametrize(
    ("given", "hears"),
    [
        ({"demo": True}, True),
        ({"demo": False}, False),
        ({"demo": True, "host": "0.0.0.0"}, False),  # noqa: S104 - told, not bound
        ({"demo": True, "public_url": "https://suxin.example"}, False),
    ],
)
def test_events_are_sent_to_this_machine_only_in_a_demo_that_nobody_else_reaches(
    folder: Path, given: dict[str, Any], *, hears: bool
) -> None:
    folder.mkdir(exist_ok=True)
    start = up._Start(_Noting([]), Settings(data_dir=folder, **given))
    start._settle_stand_ins()
    assert start._settings.local_webhooks is hears
    assert (start._settings.demo_receiver_url is not None) is hears
