"""How long ``suxin up`` takes from an empty data folder, and again from a filled one, to a page that answers.

Beside the seconds it prints what all processes together computed until they were stopped, which says more on a busy machine.
"""

import json
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from suxin_server.processes import free_port

COLD_LIMIT_S = 10.0
WARM_LIMIT_S = 3.0
STOP_LIMIT_S = 2.0
PATIENCE_S = 120.0
WARM_RUNS = 3


def ready(port: int) -> bool:
    """Ask whether the web server and everything behind it is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


def computed_s() -> float:
    """Return the processor seconds of every child that has ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(folder: Path, *options: str) -> tuple[float, float, float]:
    """Return the seconds to ready, the seconds to stopped, and the processor seconds of it all."""
    before = computed_s()
    port, began = free_port(), time.monotonic()
    with (folder.parent / "up.log").open("wb") as output:
        up = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "suxin_server.cli",
                "up",
                "--port",
                str(port),
                "--data-dir",
                folder,
                *options,
            ],
            stdout=output,
            stderr=output,
        )
    try:
        while not ready(port):
            if up.poll() is not None or time.monotonic() - began > PATIENCE_S:
                sys.exit((folder.parent / "up.log").read_text()[-3000:])
            time.sleep(0.01)
        started = time.monotonic() - began
        # The demo city may still be loading: the welcome comes after it.
        while "Ctrl-C" not in (folder.parent / "up.log").read_text():
            if up.poll() is not None or time.monotonic() - began > PATIENCE_S:
                sys.exit((folder.parent / "up.log").read_text()[-3000:])
            time.sleep(0.01)
        complete = time.monotonic() - began
        if "--split" in sys.argv:
            print(f"  ready {started:.2f} s, with the demo city {complete:.2f} s")
        stopping = time.monotonic()
        up.send_signal(signal.SIGTERM)
        up.wait(timeout=10)
        return complete, time.monotonic() - stopping, computed_s() - before
    finally:
        up.kill()
        up.wait()


def main() -> int:
    """Print the figures beside their limits."""
    place = Path(tempfile.mkdtemp(prefix="suxin-bench-"))
    place.chmod(0o711)
    try:
        cold, stop, cold_cpu = measure(place / "data")
        warms, stops, warm_cpus = zip(
            *(measure(place / "data") for _ in range(WARM_RUNS)), strict=True
        )
    finally:
        shutil.rmtree(place)
    figures = {
        "cold_s": (cold, COLD_LIMIT_S),
        "warm_s": (statistics.median(warms), WARM_LIMIT_S),
        "stop_s": (max(stop, *stops), STOP_LIMIT_S),
    }
    for name, (seconds, limit) in figures.items():
        print(
            f"{name:7} {seconds:6.2f}   limit {limit:5.1f}   {'ok' if seconds <= limit else 'TOO SLOW'}"
        )
    computed = {"cold_cpu_s": cold_cpu, "warm_cpu_s": statistics.median(warm_cpus)}
    told = {name: seconds for name, (seconds, _) in figures.items()} | computed
    print(json.dumps({name: round(seconds, 2) for name, seconds in told.items()}))
    return int(any(seconds > limit for seconds, limit in figures.values()))


if __name__ == "__main__":
    sys.exit(main())
