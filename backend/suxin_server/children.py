"""A child of the supervisor: one of the product's own programs, in a process group of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from suxin_server.leash import LEASH_VARIABLE
from suxin_server.processes import kill_now, log_tail, send, spawn, wait_until

STOP_S: Final = 0.8
KILL_S: Final = 0.2


@cache
def _leash() -> tuple[int, int]:
    # Both ends stay open as long as this process lives; only the reading end is ever handed on.
    return os.pipe()


@dataclass(slots=True)
class Child:
    """A Python module run with arguments; it ends with the supervisor however that ends."""

    name: str
    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    log: Path | None = None
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _log_start: int = field(default=0, init=False, repr=False)

    @property
    def pid(self) -> int | None:
        """The child's process id, once started."""
        return None if self._process is None else self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit status, once it has ended."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start the program; whether it is ready is asked over the network."""
        if self.log is not None:
            self.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._log_start = self.log.stat().st_size if self.log.exists() else 0
        if sys.platform == "win32":
            argv = [sys.executable, "-m", self.module, *self.arguments]
            self._process = spawn(argv, log=self.log, environment=self.environment)
            return
        reading_end = _leash()[0]
        self._process = spawn(
            [sys.executable, "-m", "suxin_server.leash", self.module, *self.arguments],
            log=self.log,
            environment={**self.environment, LEASH_VARIABLE: str(reading_end)},
            pass_fds=[reading_end],
        )

    def give_up(self) -> None:
        """Do nothing: a program is started in no time."""

    def exit_reason(self) -> str | None:
        """Return why the program is not running; nothing while it runs."""
        if self._process is None:
            return "not started"
        status = self._process.poll()
        if status is None:
            return None
        why = log_tail(self.log, since=self._log_start) if self.log is not None else ""
        return f"{_said(status)}{': ' if why else ''}{why}"

    def stop(self) -> None:
        """Ask the program and all it started to end, then make them."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            send(process.pid, signal.SIGTERM, group=True)
            wait_until(lambda: process.poll() is not None, timeout_s=STOP_S)
        kill_now(process.pid, group=True)
        wait_until(lambda: process.poll() is not None, timeout_s=KILL_S)


def _said(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"ended by signal {-status}"
