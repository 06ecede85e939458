"""Attaching a file to a collection attempt: its type by its first bytes, its size bounded, the same content once."""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.sealed_documents import Seals, handed_in, sealed_row
from suxin.kernel.sealing import Sealer
from suxin.lending.loans.queries import lock_own_loan
from suxin.risk_pool.claims.policies import CLAIM_MAKE
from suxin.risk_pool.collection_files import queries
from suxin.risk_pool.collection_files.models import FILE, FILE_KEY, CollectionFile

MAX_FILES: Final = 5
"""How many files one attempt has at most (proposed default)."""


class TooManyCollectionFiles(Refusal):
    """The attempt has as many files as are kept."""

    code = "TOO_MANY_COLLECTION_FILES"
    kind = RefusalKind.LIMITED
    zh = "一次催收最多附 {limit} 个文件"
    en = "A collection attempt has {limit} files at most"


async def attach_file(
    session: AsyncSession,
    actor: Actor,
    *,
    attempt_id: UUID,
    name: str,
    content: bytes,
    sealer: Sealer,
    now: datetime,
) -> CollectionFile:
    """Attach a file to one of the bank's collection attempts; the same content again is the same file.

    :raises Forbidden, NotFound: if the attempt is not the actor's
    :raises Invalid: if its name is missing or too long
    :raises DocumentTooLarge, DocumentTypeRefused: see ``sealed_documents.media_type_of``
    :raises TooManyCollectionFiles: if the attempt has ``MAX_FILES``
    """
    actor.require(CLAIM_MAKE)
    given = handed_in(name, content)
    attempt = await queries.own_attempt(session, actor, attempt_id)
    # One at a time adds to what there is of a loan.
    await lock_own_loan(session, actor, attempt.loan_id)
    known = await queries.files_of_attempt(session, attempt)
    digest = hashlib.sha256(content).hexdigest()
    for one in known:
        if one.sha256 == digest:
            return one
    if len(known) >= MAX_FILES:
        raise TooManyCollectionFiles(limit=MAX_FILES)
    file_id = new_id(now)
    seals = Seals(content=FILE, key=FILE_KEY)
    file = CollectionFile(
        tenant_id=attempt.tenant_id,
        id=file_id,
        attempt_id=attempt.id,
        loan_id=attempt.loan_id,
        subject_id=attempt.subject_id,
        uploaded_by=actor.staff_id,
        **sealed_row(sealer, file_id, given, seals=seals, now=now),
    )
    session.add(file)
    append_act(
        session,
        action="risk_pool.collection.file_attached",
        now=now,
        tenant_id=attempt.tenant_id,
        subject_id=attempt.subject_id,
        object_type="collection_file",
        object_id=file_id,
        detail={"media_type": given.media_type, "size_bytes": len(content), "sha256": digest},
    )
    await session.flush()
    return file
