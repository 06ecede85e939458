"""A program of its own: reads a Parquet file from its standard input and writes its rows as CSV to its standard output.

It takes little memory or none: what does not fit ends it, and its parent says that the file cannot be read.
"""

import csv
import io
import re
import sys
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Final
from zoneinfo import ZoneInfo

from arro3.core import DataType, Schema
from arro3.io import read_parquet

from suxin.subjects.ingestion.columns import COLUMNS, HEADINGS

MAX_MEMORY_BYTES: Final = 2 * 1024**3
MAX_CPU_S: Final = 300
COLUMN_TYPE: Final = 3
"""What the program ends with where a column is of a type that no field of a record has; it says which on its error output."""

_ROWS_AT_ONCE: Final = 1_024
_READABLE: Final = re.compile(
    r"(Utf8|LargeUtf8|Utf8View|U?Int[0-9]+|Date(32|64)|Timestamp\(.*\)|Null|Decimal[0-9]+\([0-9]+,0\)"
    r"|Dictionary\(U?Int[0-9]+,(Large)?Utf8\))"
)
_TYPE: Final = re.compile(r"[A-Za-z0-9]+(\([0-9]+,-?[0-9]+\))?", re.ASCII)
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


def main() -> None:
    """Write every row; a column of a type that no field of a record has ends the program before any."""
    _limit()
    text = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
    writer = csv.writer(text, lineterminator="\n")
    reader = read_parquet(sys.stdin.buffer.read(), batch_size=_ROWS_AT_ONCE)
    _check_types(reader.schema)
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


def _check_types(schema: Schema) -> None:
    for place, name in enumerate(schema.names):
        column, written = HEADINGS.get(name, name), _written(schema.field(place).type)
        if column in COLUMNS and not _READABLE.fullmatch(written):
            sys.stderr.write(f"{column} {_name(written)}")
            sys.exit(COLUMN_TYPE)


def _written(of: DataType) -> str:
    """Return a type as arro3 writes it: ``Utf8``, ``Decimal128(18,2)``, ``Dictionary(Int32,Utf8)``."""
    words = str(of).strip().removeprefix("arro3.core.DataType<").removesuffix(">")
    return "".join(words.split())


def _name(written: str) -> str:
    """Return a type's name in one word, with the digits of a decimal and nothing of what a nested one holds."""
    found = _TYPE.match(written)
    return found.group().lower() if found else "unknown"


def _text(value: object) -> str:
    """Return a value as CSV has it; what else stands in a column that a record has not, for which the file is refused by its heading."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        day = value if value.tzinfo is None else value.astimezone(_SHANGHAI)
        return day.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | Decimal) or type(value) is int:
        return str(value)
    return ""


if __name__ == "__main__":
    main()
