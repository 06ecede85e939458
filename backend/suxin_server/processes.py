"""Processes and ports: how a child is started, recognised, asked to stop and killed.

Everything that differs between Linux, macOS and Windows about processes is in this module.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

POLL_S = 0.01
LOOK_S = 0.05
"""How often a program that runs to its end is looked at, whether it was given up or takes too long."""
LOG_TAIL_BYTES = 4_000
LOG_TAIL_LINES = 12


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system account that a child runs under."""

    uid: int
    gid: int


def spawn(
    argv: Sequence[str | Path],
    *,
    log: Path | None,
    environment: Mapping[str, str],
    account: Account | None = None,
    cwd: Path | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that a Ctrl-C at the terminal reaches only its supervisor.

    Its output is appended to ``log``; without one it shares the supervisor's.
    """
    sink = None if log is None else os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603 - every argv is built by this package, never by a request
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env=dict(environment),
            cwd=cwd,
            pass_fds=tuple(pass_fds),
            start_new_session=sys.platform != "win32",
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )
    finally:
        if sink is not None:
            os.close(sink)


def run_to_end(
    argv: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    timeout_s: float,
    account: Account | None = None,
    cwd: Path | None = None,
    given_up: Callable[[], bool] = lambda: False,
) -> subprocess.CompletedProcess[str]:
    """Run a short program to its end and return its output.

    :raises subprocess.TimeoutExpired: if it takes longer, or once it is ``given_up``; then it and what it started are ended
    """
    argv = [str(part) for part in argv]
    with subprocess.Popen(  # noqa: S603 - every argv is built by this package, never by a request
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=dict(environment),
        cwd=cwd,
        start_new_session=sys.platform != "win32",
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
    ) as process:
        until = time.monotonic() + timeout_s
        while True:
            try:
                output, errors = process.communicate(timeout=LOOK_S)
            except subprocess.TimeoutExpired:
                if given_up() or time.monotonic() >= until:
                    kill_now(process.pid, group=True)
                    raise
            else:
                return subprocess.CompletedProcess(argv, process.returncode, output, errors)


def is_alive(pid: int) -> bool:
    """Tell whether the process runs; one that has ended and only waits to be collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    with suppress(OSError):
        return stat.read_text(errors="replace").rpartition(")")[2].split()[0] != "Z"
    return True


def command_line(pid: int) -> str:
    """Return the command line of a process, empty when it cannot be read."""
    with suppress(OSError):
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        return raw.replace(b"\0", b" ").decode(errors="replace").strip()
    with suppress(OSError, subprocess.TimeoutExpired):
        shown = run_to_end(
            ["/bin/ps", "-p", str(pid), "-o", "command="], environment={}, timeout_s=2
        )
        return shown.stdout.strip()
    return ""


def send(pid: int, signal_number: int, *, group: bool = False) -> None:
    """Send a signal to a process, or to its whole group; one that is gone already is fine."""
    with suppress(ProcessLookupError, PermissionError):
        if group and sys.platform != "win32":
            os.killpg(pid, signal_number)
        else:
            os.kill(pid, signal_number)


def kill_now(pid: int, *, group: bool = False) -> None:
    """End a process at once, with no chance to object."""
    send(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL, group=group)


def wait_until(ready: Callable[[], bool], *, timeout_s: float) -> bool:
    """Wait until the condition holds; return whether it did in time."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_S)
    return True


def refusal_to_listen(host: str, port: int) -> OSError | None:
    """Return why no server could listen on this address now; nothing where one could."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error
    return None


def port_is_free(host: str, port: int) -> bool:
    """Tell whether a server could listen on this address now."""
    return refusal_to_listen(host, port) is None


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port of this address on which nothing listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def remembered_port(note: Path, *, host: str = "127.0.0.1") -> int:
    """Return the port written in the note while it is still free, else a new one, and write it down."""
    with suppress(OSError, ValueError):
        known = int(note.read_text())
        if port_is_free(host, known):
            return known
    chosen = free_port(host)
    note.write_text(f"{chosen}\n")
    return chosen


def log_tail(log: Path, *, since: int = 0) -> str:
    """Return the last lines of a log file in one line, for a message that says why a child ended."""
    with suppress(OSError), log.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(since, size - LOG_TAIL_BYTES))
        lines = stream.read().decode(errors="replace").splitlines()
        return " | ".join(line.strip() for line in lines[-LOG_TAIL_LINES:] if line.strip())
    return ""
