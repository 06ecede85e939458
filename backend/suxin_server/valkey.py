"""The embedded Valkey: started in the data folder with an append-only file, adopted, stopped.

It listens on TCP 127.0.0.1 and asks for a password kept in its configuration file, which only the owner reads. That
password also tells our server from a stranger's on the same port when a running one is adopted.
"""

import os
import secrets
import signal
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from suxin_server.binaries import find_valkey
from suxin_server.cluster import write_secret
from suxin_server.faults import PartFailed
from suxin_server.processes import (
    is_alive,
    kill_now,
    log_tail,
    port_is_free,
    remembered_port,
    send,
    spawn,
    wait_until,
)

HOST = "127.0.0.1"
START_TIMEOUT_S = 20
STOP_S = 0.7
KILL_S = 0.2
PROBE_TIMEOUT_S = 1
_PASSWORD_BYTES = 24


@dataclass(frozen=True, slots=True)
class _Running:
    """What the notes of a running server say."""

    pid: int
    port: int


class Valkey:
    """One Valkey server whose files belong to a data folder."""

    name: Final = "Valkey"

    def __init__(
        self, data_dir: Path, port: int | None = None, *, binary: Path | None = None
    ) -> None:
        self._data_dir = data_dir.absolute()
        self._home = self._data_dir / "valkey"
        self._binary_setting = binary
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self._password = ""
        self._log_start = 0
        self.port = port or 0
        self.adopted = False

    @property
    def url(self) -> str:
        """The server's address, with its password."""
        return f"redis://:{self._password}@{HOST}:{self.port}/0"

    @property
    def pid(self) -> int | None:
        """The server's process id while it is known to run."""
        return self._pid

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self._data_dir / "logs" / "valkey.log"

    def settle(self) -> None:
        """Settle password and port: the address holds from now on, though nothing answers there yet."""
        self._data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._home.mkdir(exist_ok=True, mode=0o700)
        self.log.parent.mkdir(exist_ok=True, mode=0o700)
        secret = self._home / "password"
        if not secret.exists():
            write_secret(secret, secrets.token_urlsafe(_PASSWORD_BYTES))
        self._password = secret.read_text(encoding="utf-8").strip()
        if not self.port:
            running = self._left_running()
            note = self._data_dir / "valkey.port"
            self.port = remembered_port(note) if running is None else running.port

    def start(self) -> None:
        """Start the server, or adopt the one that runs."""
        self.settle()
        if not self._adopt():
            self._launch()

    def give_up(self) -> None:
        """Do nothing: Valkey starts in no time."""

    def exit_reason(self) -> str | None:
        """Return why the server is not running; nothing while it runs."""
        if self._process is not None:
            status = self._process.poll()
            return None if status is None else f"exit status {status}: {self._why()}"
        # An adopted server is not our child: there is no status to collect.
        if self._pid is None or not is_alive(self._pid):
            return f"no such process any more: {self._why()}"
        return None

    def stop(self) -> None:
        """Stop the server; what was written is in its append-only file."""
        pid, self._pid = self._pid, None
        if pid is None:
            return
        send(pid, signal.SIGTERM)
        if not wait_until(lambda: self._gone(pid), timeout_s=STOP_S):
            kill_now(pid)
            wait_until(lambda: self._gone(pid), timeout_s=KILL_S)

    def _gone(self, pid: int) -> bool:
        if self._process is not None and self._process.pid == pid:
            return self._process.poll() is not None
        return not is_alive(pid)

    def _why(self) -> str:
        return log_tail(self.log, since=self._log_start)

    def _left_running(self) -> _Running | None:
        """Return our own server, where an earlier supervisor left it running."""
        with suppress(OSError, ValueError):
            running = _Running(
                pid=int((self._home / "valkey.pid").read_text()),
                port=int((self._data_dir / "valkey.port").read_text()),
            )
            if is_alive(running.pid) and self._answers(running.port):
                return running
        return None

    def _adopt(self) -> bool:
        running = self._left_running()
        if running is None:
            return False
        self._process, self._pid, self.port, self.adopted = None, running.pid, running.port, True
        return True

    def _launch(self) -> None:
        binary = find_valkey(self._binary_setting)
        if not port_is_free(HOST, self.port):
            raise PartFailed(self.name, f"port {self.port} on {HOST} is taken")
        (self._data_dir / "valkey.port").write_text(f"{self.port}\n")
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        process = spawn(
            [binary, self._write_configuration()],
            log=self.log,
            environment={"PATH": os.defpath, "LC_ALL": "C"},
            cwd=self._home,
        )
        wait_until(
            lambda: process.poll() is not None or self._answers(self.port),
            timeout_s=START_TIMEOUT_S,
        )
        if process.poll() is not None or not self._answers(self.port):
            kill_now(process.pid)
            process.wait()
            raise PartFailed(self.name, self._why())
        self._process, self._pid, self.adopted = process, process.pid, False

    def _write_configuration(self) -> Path:
        lines = [
            f"bind {HOST}",
            f"port {self.port}",
            f'dir "{self._home}"',
            f'pidfile "{self._home / "valkey.pid"}"',
            f"requirepass {self._password}",
            "daemonize no",
            # The wheel's own defaults keep nothing; jobs that wait must survive a restart.
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            # A full memory must refuse a job loudly rather than forget one silently.
            "maxmemory-policy noeviction",
        ]
        path = self._home / "valkey.conf"
        write_secret(path, "\n".join(lines) + "\n")
        return path

    def _answers(self, port: int) -> bool:
        with (
            suppress(OSError),
            socket.create_connection((HOST, port), timeout=PROBE_TIMEOUT_S) as probe,
        ):
            probe.settimeout(PROBE_TIMEOUT_S)
            probe.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:  # noqa: PLR2004 - one line for each of the two commands
                piece = probe.recv(256)
                if not piece:
                    break
                answer += piece
            return answer == b"+OK\r\n+PONG\r\n"
        return False
