"""Files of batches, opened at the row where reading goes on."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from typing import IO

from suxin.kernel.encodings import Encoding
from suxin.subjects.ingestion import limits
from suxin.subjects.ingestion.chunks import Position
from suxin.subjects.ingestion.columns import EITHER, named_zh, places_of
from suxin.subjects.ingestion.csv_rows import NumberedRow, csv_rows, file_encoding
from suxin.subjects.ingestion.models import BatchFormat
from suxin.subjects.ingestion.parquet import PARQUET
from suxin.subjects.ingestion.refusals import ColumnsMissing, Reject
from suxin.subjects.ingestion.unpacking import unpacked


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What a file is, after it was read to its end once without taking anything."""

    format: BatchFormat
    encoding: Encoding
    bytes_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRows:
    """The rows of a file after its heading, where its columns stand, and how far it was read."""

    rows: Iterator[NumberedRow]
    places: tuple[int | None, ...]
    position: Position


@contextmanager
def temporary_file() -> Iterator[IO[bytes]]:
    """Give a file that is gone when the block ends, whatever ends it."""
    with tempfile.TemporaryFile() as file:
        yield file


def inspect(raw: IO[bytes]) -> Inspected:
    """Read a file to its end, so that what it unpacks to is known before any row of it is taken.

    :raises UnpackedTooLarge, ArchiveUnreadable, ParquetUnreadable: if it cannot be unpacked
    :raises WorkbookNotRead, ParquetColumnType: if it holds what no file of records does
    :raises EncodingUnknown: if it is text in no encoding that is read
    """
    raw.seek(0)
    is_parquet = raw.read(len(PARQUET)) == PARQUET
    with unpacked(raw) as reader:
        encoding = file_encoding(BufferedReader(reader, limits.READ_BYTES))
        return Inspected(
            format=BatchFormat.PARQUET if is_parquet else BatchFormat.CSV,
            encoding=encoding,
            bytes_total=reader.count,
        )


@contextmanager
def opened_rows(raw: IO[bytes], encoding: Encoding) -> Iterator[OpenedRows]:
    """Open the rows of a file from its beginning.

    :raises ColumnsMissing, ColumnsUnknown, TooManyColumns: if its heading is not that of records
    """
    with unpacked(raw) as reader:
        rows = csv_rows(BufferedReader(reader, limits.READ_BYTES), encoding)
        _, heading = next(rows, (0, []))
        if isinstance(heading, Reject):
            raise ColumnsMissing(columns=[EITHER], columns_zh=[named_zh(EITHER)])
        yield OpenedRows(rows=rows, places=places_of(heading), position=lambda: reader.count)
