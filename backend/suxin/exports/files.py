"""Files of exports: what was read, compressed page by page and sealed under a key of the file's own.

A file is a row of frames: four bytes that say how long, then a sealed piece of at most 64 KiB, bound to its place. The pieces
are one raw deflate stream (RFC 1951) that every page flushes, so that a page may be appended after a restart; the head and the
tail that make it gzip (RFC 1952) follow from what the export's row keeps, and are added when it is read.
"""

import os
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID, uuid5

from suxin.kernel.sealing import MAX_PLAINTEXT_BYTES, SealBroken, Sealer

SUFFIX: Final = ".sealed"
PAGE: Final = "exports.page"
"""The purpose for which pieces are sealed, under the file's own key."""

GZIP_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LENGTH: Final = struct.Struct(">I")
_GZIP_TAIL: Final = struct.Struct("<II")
_LAST_BLOCK: Final = b"\x03\x00"
_RAW: Final = -zlib.MAX_WBITS
_LEVEL: Final = 6
_NAME: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_32_BITS: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class ExportFile:
    """The file of one export, sealed and opened by ``sealer``, which knows its key alone."""

    path: Path
    export_id: UUID
    sealer: Sealer

    def append(self, text: bytes, *, at: int) -> int:
        """Write a page after the first ``at`` bytes, in place of whatever lies there; return how many are good then.

        It is on the disk when this returns.

        :raises SealBroken: if there are fewer bytes than that
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as file:
            if file.seek(0, os.SEEK_END) < at:
                raise SealBroken("an export's file is cut short")
            # A page whose row was not committed: nobody has been given it, and it is read again.
            file.truncate(at)
            file.seek(at)
            for piece in _pieces(text):
                sealed = self.sealer.seal_bytes(piece, purpose=PAGE, row=self._place(at))
                file.write(_LENGTH.pack(len(sealed)) + sealed)
                at += _LENGTH.size + len(sealed)
            file.flush()
            os.fsync(file.fileno())
        return at

    def pieces(self, *, until: int) -> Iterator[bytes]:
        """Return the deflate stream of the first ``until`` bytes; the file is open when this returns.

        :raises FileNotFoundError: if it is deleted
        :raises SealBroken: while it is read, if it is not what was written, or shorter
        """
        return self._opened(self.path.open("rb"), until)

    def gzip(self, *, until: int, crc: int, length: int) -> Iterator[bytes]:
        """Return the whole as one gzip member; ``crc`` and ``length`` are those of the text within.

        :raises FileNotFoundError, SealBroken: see ``pieces``
        """
        tail = _LAST_BLOCK + _GZIP_TAIL.pack(crc, length & _32_BITS)
        return chain((GZIP_HEAD,), self.pieces(until=until), (tail,))

    def text(self, *, until: int) -> Iterator[bytes]:
        """Yield the text that was written.

        :raises SealBroken: see ``pieces``
        """
        inflated = zlib.decompressobj(_RAW)
        for piece in self.pieces(until=until):
            yield inflated.decompress(piece)

    def _opened(self, file: BinaryIO, until: int) -> Iterator[bytes]:
        at = 0
        with file:
            while at < until:
                head = file.read(_LENGTH.size)
                if len(head) < _LENGTH.size:
                    raise SealBroken("an export's file is cut short")
                (length,) = _LENGTH.unpack(head)
                sealed = file.read(length)
                yield self.sealer.open_bytes(sealed, purpose=PAGE, row=self._place(at))
                at += _LENGTH.size + length

    def _place(self, at: int) -> UUID:
        return uuid5(self.export_id, str(at))


def file_of(folder: Path, export_id: UUID) -> Path:
    """Return where the file of an export lies."""
    return folder / f"{export_id}{SUFFIX}"


def delete_file(folder: Path, export_id: UUID) -> None:
    """Delete the file of an export, if it is there."""
    file_of(folder, export_id).unlink(missing_ok=True)


def file_ids(folder: Path) -> list[UUID]:
    """Return the exports that have a file in a folder."""
    names = [path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}")]
    return [UUID(name) for name in names if _NAME.fullmatch(name)]


def checksum(text: bytes, crc: int) -> int:
    """Return the running checksum (CRC-32) with more text."""
    return zlib.crc32(text, crc)


def _pieces(text: bytes) -> Iterator[bytes]:
    packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    packed = packing.compress(text) + packing.flush(zlib.Z_FULL_FLUSH)
    for start in range(0, len(packed), MAX_PLAINTEXT_BYTES):
        yield packed[start : start + MAX_PLAINTEXT_BYTES]
