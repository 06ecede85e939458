"""Files of collection attempts, as the bank sees those on loans within reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.kernel.sealed_documents import opened_content
from suxin.kernel.sealing import Sealer
from suxin.lending.loans.queries import own_loan
from suxin.risk_pool.claims.models import CollectionAttempt
from suxin.risk_pool.claims.policies import CLAIM_READ
from suxin.risk_pool.collection_files.models import FILE, FILE_KEY, CollectionFile


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file with what it holds."""

    file: CollectionFile
    content: bytes


async def files_of_loan(
    session: AsyncSession, *, tenant_id: UUID, loan_id: UUID
) -> dict[UUID, list[CollectionFile]]:
    """Return the files of a loan's collection attempts by attempt, without what they hold, as far as the session sees them."""
    found: dict[UUID, list[CollectionFile]] = {}
    rows = await session.scalars(
        select(CollectionFile)
        .where(CollectionFile.tenant_id == tenant_id, CollectionFile.loan_id == loan_id)
        .order_by(CollectionFile.id)
        .options(defer(CollectionFile.content), defer(CollectionFile.key_sealed))
    )
    for one in rows:
        found.setdefault(one.attempt_id, []).append(one)
    return found


async def own_attempt(session: AsyncSession, actor: Actor, attempt_id: UUID) -> CollectionAttempt:
    """Return one of the bank's collection attempts on a loan within the actor's reach.

    :raises Forbidden: if the actor may not look at claims
    :raises NotFound: if it is not
    """
    actor.require(CLAIM_READ)
    found = await session.scalar(
        select(CollectionAttempt).where(
            CollectionAttempt.tenant_id == actor.own_tenant, CollectionAttempt.id == attempt_id
        )
    )
    if found is None:
        raise NotFound(thing_zh="催收记录", thing_en="collection attempt", field="attemptId")
    await own_loan(session, actor, found.loan_id)
    return found


async def files_of_attempt(
    session: AsyncSession, attempt: CollectionAttempt
) -> Sequence[CollectionFile]:
    """Return the files of one attempt, without what they hold."""
    found = await files_of_loan(session, tenant_id=attempt.tenant_id, loan_id=attempt.loan_id)
    return found.get(attempt.id, [])


async def opened_file(
    session: AsyncSession, actor: Actor, sealer: Sealer, *, file_id: UUID
) -> OpenedFile:
    """Return a file of the bank's with its seal opened.

    :raises Forbidden: if the actor may not look at claims
    :raises NotFound: if there is none on a loan within reach
    """
    actor.require(CLAIM_READ)
    file = await session.scalar(
        select(CollectionFile).where(
            CollectionFile.tenant_id == actor.own_tenant, CollectionFile.id == file_id
        )
    )
    if file is None:
        raise NotFound(thing_zh="催收材料", thing_en="file")
    await own_loan(session, actor, file.loan_id)
    return OpenedFile(file, opened_content(sealer, file, purpose=FILE, key_purpose=FILE_KEY))
