"""What a process holds in memory."""

import statistics
from collections.abc import Sequence
from pathlib import Path


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process in MiB, as Linux tells it."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"the system does not tell what process {pid} holds")


def climb_mib(marks: Sequence[tuple[int, float]], *, over: int) -> float:
    """Return by how many MiB the line through the marks (requests, MiB) climbs over so many requests.

    The line is that of least squares, so that no single mark, a moment before or after a collection, decides.
    """
    requests, held = zip(*marks, strict=True)
    return statistics.linear_regression(requests, held).slope * over
