"""Every column of bytes says what it is, so that no sealed one is forgotten when keys rotate."""

import ast
import importlib

from sqlalchemy import LargeBinary

from suxin.kernel.sealed_columns import index_columns, sealed_columns
from suxin.kernel.tables import BATCH_ROLE, access_statements, models
from suxin_server.model_registry import CONTEXTS

# Bytes that no key of the ring stands behind, and what they are instead.
KEYLESS = {
    "authorization_codes.code_hash": "of a random code, which a plain hash cannot tell",
    "device_codes.code_hash": "of a random code, which a plain hash cannot tell",
    "device_codes.user_code_hash": "of eight letters, which are worth nothing after ten minutes",
    "log_in_sessions.token_hash": "of a random token, which a plain hash cannot tell",
    "oauth_grants.log_in_hash": "of a log-in's random token, by which its grants are found",
    "provider_flows.token_hash": "of a random token, which a plain hash cannot tell",
    "pushed_requests.reference_hash": "of a random reference, which a plain hash cannot tell",
    "recovery_codes.code_hash": "of a random code of eighty bits, which a plain hash cannot tell",
    "refresh_tokens.token_hash": "of a random token, which a plain hash cannot tell",
    "used_assertions.digest": "of an assertion's name, looked for when it comes again",
    "audit_entries.hash": "a link of the audit chain, which anyone can compute again",
    "audit_heads.hash": "the chain's last link of a day, published",
    "desk_sessions.token_hash": "of a random token, which a plain hash cannot tell",
    "ingestion_parts.content": "sealed under its batch's own key, which the ring seals",
    "staged_persons.blind_index": "on its way within one transaction, which begins and ends with none",
    "grid_photo_pieces.content": "sealed under the row's own key, which the ring seals",
    "grid_claim_photos.content": "sealed under the row's own key, which the ring seals",
    "attachments.content": "sealed under the row's own key, which the ring seals",
    "replay_counts.counted": "a bit for each request of a quarter, whose order alone says which",
    "case_documents.content": "sealed under the row's own key, which the ring seals",
    "disaster_notices.content": "sealed under the row's own key, which the ring seals",
    "declared_disasters.content": "sealed under the row's own key, which the ring seals",
    "public_cautions.content": "sealed under the row's own key, which the ring seals",
    "perk_cover_papers.content": "sealed under the row's own key, which the ring seals",
    "pool_collection_files.content": "sealed under the row's own key, which the ring seals",
    "shop_goods.photo": "of a thing on a shelf that everybody may look at",
    "repair_documents.content": "sealed under the row's own key, which the ring seals",
    "service_orders.content_hash": "of what the row holds anyhow, compared with the same order's",
    "rural_votes.voter": "a keyed pseudonym by which nobody is found; it goes when its cycle takes effect",
    "idempotency_keys.request_hash": "compared with the same request's, within a day",
}
# Hashes by a key that end with their row, whose key version is kept beside the row's blind index.
BESIDE_AN_INDEX = {"phone_codes.code_hash": "phone_codes.phone_index"}
# Purposes sealed for in a message on its way, or keys that follow from a row's id: read within minutes, a day at most, and
# held by no column.
ON_THE_WAY = {
    "exports.link",
    "lending.attachment_link",
    "phone.code",
    "oauth.dpop_nonce",
    "presentation.key",
    "rural.voter",
}


def test_every_column_of_bytes_is_declared_sealed_indexed_or_keyless():
    assert CONTEXTS
    found = {
        f"{model.__tablename__}.{column.name}"
        for model in models()
        for column in model.__table__.columns
        if isinstance(column.type, LargeBinary)
    }
    sealed = {column.name for column in sealed_columns()}
    indexed = {column.name for column in index_columns()}
    assert found == sealed | indexed | set(KEYLESS) | set(BESIDE_AN_INDEX)
    assert set(BESIDE_AN_INDEX.values()) <= indexed
    assert {name for name in found if name.endswith("_sealed")} == sealed
    assert len(sealed) >= 3


def test_a_sealed_column_of_a_purpose_is_the_only_one():
    """A value is bound to its purpose and row: two columns of one purpose could be exchanged unnoticed."""
    places = [(column.model, column.purpose) for column in sealed_columns()]
    assert len(places) == len(set(places))


def test_whatever_is_rotated_may_be_changed_by_the_batch_role():
    rotated = {column.model for column in sealed_columns()}
    rotated |= {index.model for index in index_columns() if index.of is not None}
    for model in rotated:
        grants = [line for line in access_statements(model) if line.startswith("GRANT")]
        assert any("UPDATE" in line and BATCH_ROLE in line for line in grants), model


_SEALING = {"seal", "blind_index", "blind_indexes", "every_index", "every_index_of", "Seals"}


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", None) or getattr(node.func, "id", "")


def test_nothing_is_sealed_for_a_purpose_that_no_column_declares(sources):
    declared = {column.purpose for column in sealed_columns()}
    declared |= {index.purpose for index in index_columns()}
    used = set()
    for source in sources:
        for node in source.nodes:
            if not isinstance(node, ast.Call) or _called(node) not in _SEALING:
                continue
            names = [
                word.value.id
                for word in node.keywords
                # The pieces of a document are sealed under its own key.
                if isinstance(word.value, ast.Name)
                and not (_called(node) == "Seals" and word.arg == "content")
            ]
            module = source.path.split("/", 1)[1].removesuffix(".py").replace("/", ".")
            used |= {
                getattr(importlib.import_module(module), name) for name in names if name.isupper()
            }
    assert used == declared | ON_THE_WAY
