"""Documents that people hand in: told by their first bytes, sealed in pieces, opened for their own row alone."""

import hashlib
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from suxin.kernel.sealed_documents import (
    MAX_DOCUMENT_BYTES,
    DocumentTooLarge,
    DocumentTypeRefused,
    media_type_of,
    opened_content,
    sealed_content,
)
from suxin.kernel.sealing import Keyring, SealBroken, Sealer

PURPOSE = {"purpose": "review.document", "key_purpose": "review.document_key"}


@dataclass
class Kept:
    id: UUID
    sha256: str
    key_sealed: bytes | None
    content: bytes | None


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
    ],
)
def test_a_document_is_what_its_first_bytes_say(head, media_type):
    assert media_type_of(head) == media_type
    assert media_type_of(head + bytes(MAX_DOCUMENT_BYTES - len(head))) == media_type
    with pytest.raises(DocumentTooLarge):
        media_type_of(head + bytes(MAX_DOCUMENT_BYTES + 1 - len(head)))


@pytest.mark.parametrize("content", [b"<html>", b"MZ\x90", b"PK\x03\x04", b"%PD"])
def test_any_other_type_is_refused_whatever_it_is_called(content):
    with pytest.raises(DocumentTypeRefused):
        media_type_of(content)
    with pytest.raises(DocumentTooLarge):
        media_type_of(b"")


@pytest.mark.parametrize("length", [30, 65_536, 65_537, 200_000])
def test_a_document_is_sealed_in_pieces_and_opens_for_its_row_and_purpose_alone(length):
    sealer, content = Sealer(Keyring.generate()), bytes(number % 251 for number in range(length))
    document_id = uuid4()
    secret, pieces = sealed_content(sealer, document_id, content, purpose=PURPOSE["purpose"])
    key = sealer.seal(secret, purpose=PURPOSE["key_purpose"], row=document_id)
    kept = Kept(document_id, hashlib.sha256(content).hexdigest(), key, pieces)
    assert content not in pieces
    assert opened_content(sealer, kept, **PURPOSE) == content
    for changes in ({"id": uuid4()}, {"sha256": ""}, {"key_sealed": None}, {"content": None}):
        with pytest.raises(SealBroken):
            opened_content(sealer, Kept(**(vars(kept) | changes)), **PURPOSE)
    for another in ("purpose", "key_purpose"):
        with pytest.raises(SealBroken):
            opened_content(sealer, kept, **PURPOSE | {another: "repair.document"})
