"""Files that people hand in: what is taken by its first bytes, and each sealed in pieces under a random key of its own.

A piece is bound to its file and its place, so that none can be moved; what is erased with its key cannot be read by anyone.
"""

import hashlib
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from suxin.kernel.sealing import MAX_PLAINTEXT_BYTES, SealBroken, Sealer

_HEADS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
_KEY_BYTES: Final = 32
_LENGTH: Final = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class FilePurposes:
    """For which purposes a file's key and its pieces are sealed."""

    key: str
    piece: str


def media_type_of(content: bytes) -> str | None:
    """Return what a file is by its first bytes, PDF, JPEG or PNG, whatever its name says; nothing where it is none of them."""
    return next((kind for head, kind in _HEADS if content.startswith(head)), None)


def sealed_file(
    sealer: Sealer, file_id: UUID, content: bytes, purposes: FilePurposes
) -> tuple[bytes, bytes]:
    """Return a new key, sealed, and the content sealed under it."""
    secret = secrets.token_hex(_KEY_BYTES)
    own = sealer.under(bytes.fromhex(secret))
    pieces = bytearray()
    for place, piece in enumerate(_pieces(content)):
        sealed = own.seal_bytes(piece, purpose=purposes.piece, row=_place(file_id, place))
        pieces += _LENGTH.pack(len(sealed)) + sealed
    return sealer.seal(secret, purpose=purposes.key, row=file_id), bytes(pieces)


def opened_file(
    sealer: Sealer,
    file_id: UUID,
    *,
    key_sealed: bytes | None,
    content: bytes | None,
    sha256: str,
    purposes: FilePurposes,
) -> bytes:
    """Return what a file holds.

    :raises SealBroken: if it was erased, or is not what was handed in
    """
    if key_sealed is None or content is None:
        raise SealBroken("the file is erased")
    secret = sealer.open(key_sealed, purpose=purposes.key, row=file_id)
    own = sealer.under(bytes.fromhex(secret))
    opened, at, place = bytearray(), 0, 0
    while at < len(content):
        (length,) = _LENGTH.unpack_from(content, at)
        at += _LENGTH.size
        sealed = content[at : at + length]
        opened += own.open_bytes(sealed, purpose=purposes.piece, row=_place(file_id, place))
        at, place = at + length, place + 1
    if hashlib.sha256(opened).hexdigest() != sha256:
        raise SealBroken("the file is cut short")
    return bytes(opened)


def _pieces(content: bytes) -> Iterator[bytes]:
    return (
        content[at : at + MAX_PLAINTEXT_BYTES] for at in range(0, len(content), MAX_PLAINTEXT_BYTES)
    )


def _place(file_id: UUID, number: int) -> UUID:
    return uuid5(file_id, str(number))
