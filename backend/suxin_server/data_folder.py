"""The data folder of an installation: its lock, its sealing keys, the ports it remembers."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from suxin_server.cluster import write_secret
from suxin_server.faults import DataDirInUse, FileBusy

LOCK_NAME = "up.lock"
KEYS_NAME = "sealing.keys"


@contextmanager
def held(data_dir: Path) -> Iterator[None]:
    """Hold the folder for one supervisor; the kernel lets go of it however that one ends.

    :raises DataDirInUse: if another supervisor holds it
    """
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(data_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _try_lock(handle):
            owner = os.pread(handle, 32, 0).decode(errors="replace").strip()
            raise DataDirInUse(data_dir, owner or "?")
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


@contextmanager
def exclusively(lock: Path) -> Iterator[None]:
    """Hold a lock file for the length of a change that two commands must not make at once.

    :raises FileBusy: if another command holds it
    """
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _try_lock(handle):
            raise FileBusy(lock)
        yield
    finally:
        os.close(handle)


def sealing_keys(data_dir: Path) -> Path:
    """Return the key file of this installation, made on first use and never made again."""
    path = data_dir / KEYS_NAME
    if not path.exists():
        # Its ciphers take a while to load, which only the first start needs.
        from suxin.kernel.sealing import Keyring  # noqa: PLC0415 - see above

        write_secret(path, Keyring.generate().to_text())
    return path


def _try_lock(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - the module exists on Windows only

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl  # noqa: PLC0415 - the module exists on Unix only

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
