"""What a process holds in memory."""

from pathlib import Path


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process in MiB, as Linux tells it."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"the system does not tell what process {pid} holds")
