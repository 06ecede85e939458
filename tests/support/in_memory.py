"""A folder in memory, where the machine has room there: making a PostgreSQL cluster writes a thousand files."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of the tests' own is made in it
ROOM_BYTES: Final = 2 * 2**30
"""Several times what one test and the databases of a session take."""


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """Give out a new folder that every account may pass through, on the disk where there is no room in memory."""
    roomy = os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free >= ROOM_BYTES
    with tempfile.TemporaryDirectory(
        prefix="suxin-test-", dir=IN_MEMORY if roomy else None
    ) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)
