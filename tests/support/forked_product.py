"""Processes of the product that need not read it first: forks of one process that has read it.

Reading the product takes a process some four seconds of a processor, whatever it does then, and a session of tests starts
a hundred. What one does from its command line on is the same. Tests of the start itself, and benchmarks, use ``subprocess``.
"""

import gc
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from multiprocessing import reduction
from typing import Any, Final

from patience import PATIENCE_S
from typing_extensions import override

SUXIN: Final = ("-m", "suxin_server.cli")
OURS: Final = ("SUXIN_", "DATABASE_", "REDIS_")
PLAIN: Final = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
"""The environment without any setting of the product."""

READ_AHEAD: Final = [
    *("suxin_server.web", "suxin_server.worker", "suxin_server.keys_admin"),
    *("suxin_server.records_admin", "suxin_server.catalogue_admin", "suxin_server.calendar_admin"),
    *("suxin_server.audit_admin", "suxin_server.backups", "suxin_server.keeping_commands"),
    "suxin_server.demo.city",
]
"""What the one process has read; not the command line itself, which each fork runs as its own program."""


@cache
def _forking() -> "multiprocessing.context.ForkServerContext":
    """Have the product read by one process, once it is asked for a fork: on Windows there is none to ask."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(READ_AHEAD)
    return context


class Forked:
    """A process that was forked, to be dealt with as one that ``subprocess`` started."""

    def __init__(self, process: "multiprocessing.context.ForkServerProcess") -> None:
        self._process = process
        assert process.pid is not None
        self.pid = process.pid

    def poll(self) -> int | None:
        """Return its exit code, or nothing while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return its exit code.

        :raises TimeoutExpired: if it still runs then
        """
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("a forked process", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a failing machine would."""
        self.send_signal(signal.SIGKILL)


def fork(
    words: Sequence[object],
    environment: Mapping[str, str],
    *,
    stdout: int | None = None,
    stderr: int | None = None,
) -> Forked:
    """Run what ``python`` would run by these words, with this environment alone; what it says goes to these files, or nowhere."""
    told = [None if one is None else _Descriptor(one) for one in (stdout, stderr)]
    process = _forking().Process(
        target=_become, args=([str(one) for one in words], dict(environment), *told), daemon=True
    )
    process.start()
    return Forked(process)


def run_forked(
    *words: object, timeout_s: float = PATIENCE_S, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command of the product's own command line to its end, with these settings alone; return what it said."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = fork(
            [*SUXIN, *words], {**PLAIN, **variables}, stdout=out.fileno(), stderr=err.fileno()
        )
        try:
            code = process.wait(timeout_s)
        finally:
            process.kill()
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode())
    return subprocess.CompletedProcess([str(one) for one in words], code, *said)


class _Descriptor:
    """An open file, on its way to a fork."""

    def __init__(self, number: int) -> None:
        self._number = number

    @override
    def __reduce__(self) -> tuple[Callable[[Any], int], tuple[Any]]:
        return _detached, (reduction.DupFd(self._number),)


def _detached(sent: Any) -> int:
    number: int = sent.detach()
    return number


def _become(
    words: list[str], environment: dict[str, str], stdout: int | None, stderr: int | None
) -> None:
    """Be the process of these words."""
    gc.freeze()
    os.environ.clear()
    os.environ.update(environment)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number, given in enumerate((nothing, stdout, stderr)):
        os.dup2(nothing if given is None else given, number)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as it runs
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115 - the same
    if words[0] == "-m":
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")
