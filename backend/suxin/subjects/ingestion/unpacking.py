"""Unpacking: a file as it was sent, read as what it holds, and never further than the limit.

A zip, gzip or Parquet file is told by its first bytes, whatever it is called. What it unpacks to is counted while it is read.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final, Protocol

from typing_extensions import override

from suxin.subjects.ingestion import limits
from suxin.subjects.ingestion.parquet import PARQUET, parquet_as_csv
from suxin.subjects.ingestion.refusals import (
    ArchiveUnreadable,
    UnpackedTooLarge,
    WorkbookNotRead,
)

_ZIP: Final = b"PK\x03\x04"
_GZIP: Final = b"\x1f\x8b"
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
_WORKBOOK: Final = "xl/workbook.xml"
_ENCRYPTED: Final = 0x1
_DAMAGED: Final = (zipfile.BadZipFile, EOFError, zlib.error, OSError, NotImplementedError)
MEBIBYTE: Final = 1024**2


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes; nothing at the end."""
        ...


class BoundedReader(io.RawIOBase):
    """Reads from another reader and counts; past the limit it refuses.

    :raises UnpackedTooLarge: past ``limit`` bytes
    :raises ArchiveUnreadable: if what is packed is damaged
    """

    def __init__(self, inner: Readable, *, limit: int) -> None:
        super().__init__()
        self._inner = inner
        self._limit = limit
        self.count = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override] # what a reader is given
        try:
            found = self._inner.read(len(buffer))
        except _DAMAGED:
            raise ArchiveUnreadable from None
        self.count += len(found)
        if self.count > self._limit:
            raise UnpackedTooLarge(limit_mib=self._limit // MEBIBYTE)
        buffer[: len(found)] = found
        return len(found)


@contextmanager
def unpacked(raw: IO[bytes]) -> Iterator[BoundedReader]:
    """Open what a file holds, from its beginning; a file that is not packed is read as it is.

    :raises ArchiveUnreadable: if an archive is damaged, has a password or holds anything but one file
    :raises WorkbookNotRead: if it is a workbook, which nobody unpacks
    """
    raw.seek(0)
    first = raw.read(len(_ZIP))
    raw.seek(0)
    if first == _OLD_WORKBOOK:
        raise WorkbookNotRead
    limit = limits.MAX_UNPACKED_BYTES
    if first.startswith(_GZIP):
        with gzip.GzipFile(fileobj=raw) as packed:
            yield BoundedReader(packed, limit=limit)
    elif first == PARQUET:
        with parquet_as_csv(raw) as text:
            yield BoundedReader(text, limit=limit)
    elif first == _ZIP:
        with _only_member(raw) as member:
            yield BoundedReader(member, limit=limit)
    else:
        yield BoundedReader(raw, limit=limit)


@contextmanager
def _only_member(raw: IO[bytes]) -> Iterator[IO[bytes]]:
    try:
        archive = zipfile.ZipFile(raw)
    except _DAMAGED:
        raise ArchiveUnreadable from None
    with archive:
        if _WORKBOOK in archive.namelist():
            raise WorkbookNotRead
        members = [one for one in archive.infolist() if not one.is_dir()]
        if len(members) != 1 or members[0].flag_bits & _ENCRYPTED:
            raise ArchiveUnreadable
        try:
            member = archive.open(members[0])
        except _DAMAGED:
            raise ArchiveUnreadable from None
        with member:
            yield member
