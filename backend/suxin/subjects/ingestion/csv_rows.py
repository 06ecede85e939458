"""The rows of a CSV file: each with the line it begins on, or why it cannot be read; no line ever fills memory."""

import csv
from collections.abc import Iterator
from typing import IO, Final

from suxin.kernel.encodings import UTF_8_MARK, Encoding, decoded_line, encoding_of
from suxin.subjects.ingestion import limits
from suxin.subjects.ingestion.refusals import (
    EncodingUnknown,
    LineTooLong,
    Reject,
    RowEncoding,
    RowMalformed,
)

Fields = list[str]
NumberedRow = tuple[int, Fields | Reject]

_BLOCK: Final = 1024**2
_KIBIBYTE: Final = 1024


def file_encoding(file: IO[bytes]) -> Encoding:
    """Read a file to its end and return its encoding; the reader's own limit is met here, before any row is taken.

    :raises EncodingUnknown: if most of its lines are in none that is read
    """
    found = encoding_of(iter(lambda: file.readline(limits.MAX_LINE_BYTES), b""))
    while file.read(_BLOCK):
        pass
    if found is None:
        raise EncodingUnknown
    return found


def csv_rows(file: IO[bytes], encoding: Encoding) -> Iterator[NumberedRow]:
    """Return the rows of a file in order, the heading among them; a line that cannot be read is a row by itself."""
    lines = _Lines(file, encoding)
    reader = csv.reader(lines)
    while True:
        first = lines.number + 1
        try:
            fields = next(reader)
        except StopIteration:
            yield from lines.take_flawed()
            return
        except csv.Error:
            yield from lines.take_flawed()
            yield first, Reject(first, RowMalformed())
            continue
        if lines.flawed:
            for number, reject in lines.take_flawed():
                # What was left out before the row began; within a row it spoils the row, which then lacks fields.
                first = max(first, number + 1)
                yield number, reject
        if fields:
            yield min(first, lines.number), fields


class _Lines:
    """The lines of a file as text, counted; those that cannot be read are put aside."""

    def __init__(self, file: IO[bytes], encoding: Encoding) -> None:
        self._file = file
        self._encoding = encoding
        self.flawed: list[NumberedRow] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        limit = limits.MAX_LINE_BYTES
        while line := self._file.readline(limit + 1):
            self.number += 1
            if len(line) > limit:
                self._skip_rest(line)
                refusal = LineTooLong(limit_kib=limit // _KIBIBYTE)
                self.flawed.append((self.number, Reject(self.number, refusal)))
                continue
            if self.number == 1:
                line = line.removeprefix(UTF_8_MARK)
            text = decoded_line(line, self._encoding)
            if text is None:
                self.flawed.append((self.number, Reject(self.number, RowEncoding())))
            elif "\0" in text:
                refused = RowMalformed(reason_zh="含有空字符", reason_en="it holds a NUL")
                self.flawed.append((self.number, Reject(self.number, refused)))
            else:
                yield text

    def _skip_rest(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._file.readline(_BLOCK)

    def take_flawed(self) -> list[NumberedRow]:
        """Return what was put aside since the last time."""
        taken, self.flawed = self.flawed, []
        return taken
