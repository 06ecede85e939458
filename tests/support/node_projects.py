"""Small projects in Node: their packages as the lock file has them, and their programs."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

INSTALL_TIMEOUT_S = 120
PROGRAM_TIMEOUT_S = 60
# What npm says when the lock file itself is at fault; everything else is the way to the packages.
LOCK_FAULTS = ("code EUSAGE", "code EINTEGRITY", "code EJSONPARSE")


class NodeMissing(Exception):
    """Node or npm is not on this machine."""


class PackagesMissing(Exception):
    """The packages could not be fetched: no network, or no registry that has them."""


def installed(folder: Path) -> str:
    """Return the path of node, with the packages of the folder's lock file installed; once for each lock file.

    :raises NodeMissing: if there is no node or no npm
    :raises PackagesMissing: if npm cannot fetch them, with the last that it says
    :raises AssertionError: if the lock file is at fault
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NodeMissing("node and npm are not installed")
    lock = (folder / "package-lock.json").read_text(encoding="utf-8")
    note = folder / "node_modules" / "suxin-installed.json"
    if note.exists() and note.read_text(encoding="utf-8") == lock:
        return node
    try:
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PackagesMissing(f"npm ci took longer than {INSTALL_TIMEOUT_S} s") from None
    assert not any(fault in done.stderr for fault in LOCK_FAULTS), done.stderr[-500:]
    if done.returncode != 0:
        raise PackagesMissing(f"npm ci failed: {done.stderr.strip()[-500:]}")
    note.write_text(lock, encoding="utf-8")
    return node


def driven(node: str, program: Path, task: dict[str, Any]) -> dict[str, Any]:
    """Give a program its task on its standard input, and return what it reports."""
    done = subprocess.run(
        [node, program],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=PROGRAM_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)
