"""Files of collection attempts: typed and bounded, the same content once, in the dossier by digest, and opened by the bank alone."""

import asyncio
import hashlib
from typing import Any

import pytest
from small_city import SmallCity
from small_claims import SmallClaims, build_claims
from sqlalchemy import select

from suxin.kernel.refusals import NotFound
from suxin.kernel.sealed_documents import (
    MAX_DOCUMENT_BYTES,
    DocumentTooLarge,
    DocumentTypeRefused,
)
from suxin.risk_pool.claims.models import CollectionAttempt
from suxin.risk_pool.collection_files.attaching import (
    MAX_FILES,
    TooManyCollectionFiles,
    attach_file,
)
from suxin.risk_pool.collection_files.models import CollectionFile
from suxin.risk_pool.collection_files.queries import opened_file

PDF = b"%PDF-1.7 a letter with its receipt"


@pytest.fixture
async def claims(small_city: SmallCity) -> SmallClaims:
    found = await build_claims(small_city)
    await found.collect()
    return found


async def attempts(claims: SmallClaims) -> list[CollectionAttempt]:
    async with claims.city.database.snapshot(claims.bank, now=claims.now) as session:
        return list(await session.scalars(select(CollectionAttempt).order_by(CollectionAttempt.id)))


async def attached(claims: SmallClaims, content: bytes = PDF, **given: Any) -> CollectionFile:
    first = (await attempts(claims))[0]
    done: CollectionFile = await claims.act(
        attach_file,
        claims.bank,
        sealer=claims.city.sealer,
        **({"attempt_id": first.id, "name": "催收函.pdf", "content": content} | given),
    )
    return done


async def test_it_is_in_the_dossier_by_its_digest_and_not_by_its_name(claims: SmallClaims) -> None:
    file = await attached(claims)
    digest = hashlib.sha256(PDF).hexdigest()
    assert (file.media_type, file.size_bytes, file.sha256) == ("application/pdf", len(PDF), digest)
    assert PDF not in file.content
    claim = await claims.draft()
    told = [one["files"] for one in claim.dossier["collections"]]
    assert sorted(told, key=len) == [
        [],
        [],
        [{"media_type": "application/pdf", "size_bytes": len(PDF), "sha256": digest}],
    ]
    assert "催收函" not in str(claim.dossier)


async def test_the_bank_opens_it_and_another_does_not(claims: SmallClaims) -> None:
    file = await attached(claims)
    database, sealer = claims.city.database, claims.city.sealer
    async with database.snapshot(claims.bank, now=claims.now) as session:
        opened = await opened_file(session, claims.bank, sealer, file_id=file.id)
        assert (opened.content, opened.file.name) == (PDF, "催收函.pdf")
    for other in (claims.city.banks[1].officer, claims.city.operator):
        async with database.snapshot(other, now=claims.now) as session:
            with pytest.raises(NotFound):
                await opened_file(session, other, sealer, file_id=file.id)
            assert (await session.scalars(select(CollectionFile))).all() == []


async def test_what_is_no_paper_or_too_much_is_refused(claims: SmallClaims) -> None:
    for content, refusal in (
        (b"MZ not a paper", DocumentTypeRefused),
        (b"", DocumentTooLarge),
        (b"%PDF-" + b"x" * MAX_DOCUMENT_BYTES, DocumentTooLarge),
    ):
        with pytest.raises(refusal):
            await attached(claims, content)
    for number in range(MAX_FILES):
        await attached(claims, PDF + bytes([number]))
    with pytest.raises(TooManyCollectionFiles):
        await attached(claims, PDF + b"one more")
    # What is there already is there.
    assert (await attached(claims, PDF + bytes([0]))).size_bytes == len(PDF) + 1
    other = (await attempts(claims))[1]
    assert (await attached(claims, PDF, attempt_id=other.id)).attempt_id == other.id


async def test_the_same_twice_at_once_is_one_file(claims: SmallClaims) -> None:
    first, second = await asyncio.gather(attached(claims), attached(claims))
    assert first.id == second.id
