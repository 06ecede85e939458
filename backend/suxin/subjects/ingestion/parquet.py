"""Parquet files: turned into CSV by a process of their own, so that one that unpacks to gigabytes harms nobody else."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

from suxin.subjects.ingestion.columns import named_zh
from suxin.subjects.ingestion.parquet_lines import COLUMN_TYPE
from suxin.subjects.ingestion.refusals import ParquetColumnType, ParquetUnreadable

PARQUET: Final = b"PAR1"
_PROGRAM: Final = "suxin.subjects.ingestion.parquet_lines"


@contextmanager
def parquet_as_csv(raw: IO[bytes]) -> Iterator["_Lines"]:
    """Open the rows of a Parquet file as CSV in UTF-8; ``raw`` is a file on disk.

    :raises ParquetColumnType: while reading, if a column is of a type that no field of a record has
    :raises ParquetUnreadable: while reading, if it cannot be read within the limits of its process
    """
    raw.seek(0)
    raw.flush()
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 - our own program, which reads the file from its standard input
            [sys.executable, "-m", _PROGRAM], stdin=raw, stdout=subprocess.PIPE, stderr=said
        ) as process,
    ):
        if process.stdout is None:
            raise ParquetUnreadable
        try:
            yield _Lines(process, process.stdout, said)
        finally:
            process.kill()


class _Lines:
    """What the process writes; at its end the process must have ended well."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", text: IO[bytes], said: IO[bytes]
    ) -> None:
        self._process = process
        self._text = text
        self._said = said

    def read(self, size: int = -1, /) -> bytes:
        """Return what comes next; nothing at the end.

        :raises ParquetColumnType: if the process found a column of another type
        :raises ParquetUnreadable: if the process did not end well otherwise
        """
        found = self._text.read(size)
        if not found and (ended := self._process.wait()):
            raise self._wrong_type() if ended == COLUMN_TYPE else ParquetUnreadable
        return found

    def _wrong_type(self) -> ParquetColumnType:
        self._said.seek(0)
        column, type_name = self._said.read().decode().split()
        return ParquetColumnType(column=column, column_zh=named_zh(column), type_name=type_name)
