"""A whole installation as ``suxin up`` starts it, in a folder of its own and on a free port."""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from forked_product import PLAIN, run_forked
from patience import PATIENCE_S

from suxin_server.processes import command_line, free_port, is_alive, wait_until

START_TIMEOUT_S = 3 * PATIENCE_S
WELCOME_ENDS = "press Ctrl-C to stop"
WORKER_STARTED = "worker started"


@dataclass(frozen=True)
class RunningCity:
    """The demo city as one finds it after typing ``suxin up``."""

    url: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    def processes(self) -> dict[int, str]:
        """Return every process that belongs to it: those whose command line or working folder names its folder."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            pid, place = int(entry.name), ""
            with suppress(OSError):
                place = str((entry / "cwd").readlink())
            named = str(self.folder) in command_line(pid) or place.startswith(str(self.folder))
            if is_alive(pid) and named:
                found[pid] = command_line(pid)
        return found

    def wait_for_worker(self) -> None:
        """Wait until what happens by itself does, messages for one: the welcome does not wait for it."""
        log = self.folder / "logs/worker.log"
        assert wait_until(
            lambda: log.exists() and WORKER_STARTED in log.read_text(encoding="utf-8"),
            timeout_s=PATIENCE_S,
        )

    def stop(self) -> int:
        """Stop it as a service manager does, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE_S)


def suxin(*words: str, timeout_s: float = 3 * PATIENCE_S) -> "subprocess.CompletedProcess[str]":
    """Run a command of the product's own command line to its end."""
    return run_forked(*words, timeout_s=timeout_s)


@contextmanager
def started_city(*options: str, **variables: str) -> Iterator[RunningCity]:
    """Start the demo city, wait until it says that it is up, and leave nothing of it behind."""
    # The servers do not run as root: every account must be able to pass the folder's parents.
    place = Path(tempfile.mkdtemp(prefix="suxin-city-"))
    place.chmod(0o711)
    folder, port, log = place / "data", free_port(), place / "up.log"
    words = ("up", "--port", str(port), "--data-dir", str(folder), *options)
    try:
        with log.open("wb") as output:
            up = subprocess.Popen(
                [sys.executable, "-m", "suxin_server.cli", *words],
                stdout=output,
                stderr=output,
                env={**PLAIN, **variables},
            )
        try:
            _wait_for_welcome(up, log)
            yield RunningCity(f"http://127.0.0.1:{port}", folder, up)
        finally:
            _end(up)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _wait_for_welcome(up: "subprocess.Popen[bytes]", log: Path) -> None:
    began = time.monotonic()
    while WELCOME_ENDS not in log.read_text():
        if up.poll() is not None or time.monotonic() - began > START_TIMEOUT_S:
            raise RuntimeError(f"`suxin up` did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.05)


def _end(up: "subprocess.Popen[bytes]") -> None:
    if up.poll() is None:
        up.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            up.wait(timeout=PATIENCE_S)
    up.kill()
    up.wait()
