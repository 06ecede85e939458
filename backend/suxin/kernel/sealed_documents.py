"""Documents that people hand in: what is taken, and how it is kept.

PDF, JPEG and PNG by their first bytes, whatever a name says; two megabytes each, so that a photograph of a paper fits.
Each is sealed under a random key of its own, in pieces bound to their place, so that erasing the key erases the document.
"""

import hashlib
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID, uuid5

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.sealing import MAX_PLAINTEXT_BYTES, SealBroken, Sealer
from suxin.kernel.texts import bounded_text

MAX_DOCUMENT_BYTES: Final = 2 * 1024 * 1024
MAX_NAME: Final = 100

_KINDS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
_KEY_BYTES: Final = 32
_LENGTH: Final = struct.Struct(">I")


class DocumentTooLarge(Refusal):
    """The document is larger than is taken, or empty."""

    code = "DOCUMENT_TOO_LARGE"
    kind = RefusalKind.INVALID
    zh = "文件应在 {limit_mb} MB 以内且不为空"
    en = "A document has at most {limit_mb} MB, and is not empty"


class DocumentTypeRefused(Refusal):
    """The document is none of the types that are taken."""

    code = "DOCUMENT_TYPE"
    kind = RefusalKind.INVALID
    zh = "只接受 PDF、JPG、PNG 文件"
    en = "Only PDF, JPEG and PNG documents are taken"


class KeptDocument(Protocol):
    """The row of a document, as far as its content is concerned."""

    @property
    def id(self) -> UUID:
        """The document's id, to which its seals are bound."""

    @property
    def sha256(self) -> str:
        """The digest of what was handed in."""

    @property
    def key_sealed(self) -> bytes | None:
        """The document's own key; nothing once it is erased."""

    @property
    def content(self) -> bytes | None:
        """The sealed pieces; nothing once they are erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seals:
    """The purposes for which the pieces of a document, and its own key, are sealed."""

    content: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file as it was sent: what it is called, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A document as it was handed in, once it is found to be one that is taken."""

    name: str
    media_type: str
    content: bytes


def handed_in(name: str, content: bytes) -> Handed:
    """Return a document that somebody hands in, with its type.

    :raises Invalid: if its name is missing or too long
    :raises DocumentTooLarge, DocumentTypeRefused: see ``media_type_of``
    """
    return Handed(name=checked_name(name), media_type=media_type_of(content), content=content)


def sealed_row(
    sealer: Sealer, document_id: UUID, given: Handed, *, seals: Seals, now: datetime
) -> dict[str, Any]:
    """Return the columns by which every table of documents keeps one, sealed under a key of its own."""
    secret, pieces = sealed_content(sealer, document_id, given.content, purpose=seals.content)
    return {
        "name": given.name,
        "media_type": given.media_type,
        "size_bytes": len(given.content),
        "sha256": hashlib.sha256(given.content).hexdigest(),
        "key_sealed": sealer.seal(secret, purpose=seals.key, row=document_id),
        "content": pieces,
        "uploaded_at": now,
    }


def media_type_of(content: bytes) -> str:
    """Return a document's type by its first bytes.

    :raises DocumentTooLarge: if it is larger than ``MAX_DOCUMENT_BYTES``, or empty
    :raises DocumentTypeRefused: if it is none that is taken
    """
    if not 1 <= len(content) <= MAX_DOCUMENT_BYTES:
        raise DocumentTooLarge(field="content", limit_mb=MAX_DOCUMENT_BYTES // 1024**2)
    for head, media_type in _KINDS:
        if content.startswith(head):
            return media_type
    raise DocumentTypeRefused(field="content")


def checked_name(given: str) -> str:
    """Return a document's name without the space around it.

    :raises Invalid: if it is missing, or longer than ``MAX_NAME``
    """
    return bounded_text(given, "name", most=MAX_NAME)


def sealed_content(
    sealer: Sealer, document_id: UUID, content: bytes, *, purpose: str
) -> tuple[str, bytes]:
    """Return a new key, to be sealed itself before it is kept, and the content sealed under it."""
    secret = secrets.token_hex(_KEY_BYTES)
    own = sealer.under(bytes.fromhex(secret))
    pieces = bytearray()
    for place, piece in enumerate(_pieces(content)):
        sealed = own.seal_bytes(piece, purpose=purpose, row=_place(document_id, place))
        pieces += _LENGTH.pack(len(sealed)) + sealed
    return secret, bytes(pieces)


def opened_content(
    sealer: Sealer, document: KeptDocument, *, purpose: str, key_purpose: str
) -> bytes:
    """Return what a document holds, whose pieces and whose own key are sealed for these purposes.

    :raises SealBroken: if it was erased, or is not what was handed in
    """
    if document.key_sealed is None or document.content is None:
        raise SealBroken("the document is erased")
    secret = sealer.open(document.key_sealed, purpose=key_purpose, row=document.id)
    own = sealer.under(bytes.fromhex(secret))
    content, at, place = bytearray(), 0, 0
    while at < len(document.content):
        (length,) = _LENGTH.unpack_from(document.content, at)
        at += _LENGTH.size
        sealed = document.content[at : at + length]
        content += own.open_bytes(sealed, purpose=purpose, row=_place(document.id, place))
        at, place = at + length, place + 1
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise SealBroken("the document is cut short")
    return bytes(content)


def _pieces(content: bytes) -> Iterator[bytes]:
    return (
        content[at : at + MAX_PLAINTEXT_BYTES] for at in range(0, len(content), MAX_PLAINTEXT_BYTES)
    )


def _place(document_id: UUID, number: int) -> UUID:
    return uuid5(document_id, str(number))
