"""Parquet files: turned into CSV by a process of their own, so that one that unpacks to gigabytes harms nobody else."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

from suxin.subjects.ingestion.refusals import ParquetUnreadable

PARQUET: Final = b"PAR1"
_PROGRAM: Final = "suxin.subjects.ingestion.parquet_lines"


@contextmanager
def parquet_as_csv(raw: IO[bytes]) -> Iterator["_Lines"]:
    """Open the rows of a Parquet file as CSV in UTF-8; ``raw`` is a file on disk.

    :raises ParquetUnreadable: while reading, if it cannot be read within the limits of its process
    """
    raw.seek(0)
    raw.flush()
    with subprocess.Popen(  # noqa: S603 - our own program, which reads the file from its standard input
        [sys.executable, "-m", _PROGRAM], stdin=raw, stdout=subprocess.PIPE
    ) as process:
        if process.stdout is None:
            raise ParquetUnreadable
        try:
            yield _Lines(process, process.stdout)
        finally:
            process.kill()


class _Lines:
    """What the process writes; at its end the process must have ended well."""

    def __init__(self, process: "subprocess.Popen[bytes]", text: IO[bytes]) -> None:
        self._process = process
        self._text = text

    def read(self, size: int = -1, /) -> bytes:
        """Return what comes next; nothing at the end.

        :raises ParquetUnreadable: if the process did not end well
        """
        found = self._text.read(size)
        if not found and self._process.wait():
            raise ParquetUnreadable
        return found
