"""A program of its own: reads a Parquet file from its standard input and writes its rows as CSV to its standard output.

It takes little memory or none: what does not fit ends it, and its parent says that the file cannot be read.
"""

import csv
import io
import sys
from datetime import date, datetime
from importlib import import_module
from typing import Final

from arro3.io import read_parquet

MAX_MEMORY_BYTES: Final = 2 * 1024**3
MAX_CPU_S: Final = 300
_ROWS_AT_ONCE: Final = 1_024


def main() -> None:
    """Write every row; a value that no field of a record has ends the program."""
    _limit()
    text = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
    writer = csv.writer(text, lineterminator="\n")
    reader = read_parquet(sys.stdin.buffer.read(), batch_size=_ROWS_AT_ONCE)
    writer.writerow(reader.schema.names)
    for batch in reader:
        columns = [column.to_pylist() for column in batch.columns]
        writer.writerows([_text(value) for value in row] for row in zip(*columns, strict=True))
    text.flush()


def _limit() -> None:
    if sys.platform == "win32":
        return
    resource = import_module("resource")
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) or type(value) is int:
        return str(value)
    message = f"a record holds no {type(value).__name__}"
    raise TypeError(message)


if __name__ == "__main__":
    main()
