"""Commitments as their subject, the operator and everybody read them."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.subjects.commitments.models import Commitment, CommitmentState


def commitments_of(subject_id: UUID) -> Select[Commitment]:
    """Return what a subject promised, the latest first."""
    return (
        select(Commitment).where(Commitment.subject_id == subject_id).order_by(Commitment.id.desc())
    )


def public_commitments() -> Select[Commitment]:
    """Return the published commitments, the latest first: of organisations alone."""
    return select(Commitment).where(Commitment.published).order_by(Commitment.id.desc())


def commitments(*, waiting: bool) -> Select[Commitment]:
    """Return the commitments that the caller sees: those that wait for a judgement, the oldest first, or the others."""
    is_open = Commitment.state == CommitmentState.OPEN
    if waiting:
        return select(Commitment).where(is_open).order_by(Commitment.id)
    return select(Commitment).where(~is_open).order_by(Commitment.id.desc())


async def commitments_waiting(session: AsyncSession) -> int:
    """Return how many commitments that the caller sees wait for a judgement."""
    counted = select(func.count()).where(Commitment.state == CommitmentState.OPEN)
    return await session.scalar(counted) or 0


async def commitment(session: AsyncSession, commitment_id: UUID) -> Commitment:
    """Return one commitment.

    :raises NotFound: if the caller sees none of that id
    """
    found = await session.scalar(select(Commitment).where(Commitment.id == commitment_id))
    return _found(found)


async def lock_commitment(session: AsyncSession, commitment_id: UUID) -> Commitment:
    """Return one commitment, locked until the transaction ends.

    :raises NotFound: if the caller may change none of that id
    """
    return _found(
        await session.scalar(
            select(Commitment)
            .where(Commitment.id == commitment_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


async def signed_before(session: AsyncSession, subject_id: UUID) -> str | None:
    """Return the version of the wording that a subject signed last for what it declared, if any."""
    return await session.scalar(
        select(Commitment.text_version)
        .where(Commitment.subject_id == subject_id, Commitment.text_version.is_not(None))
        .order_by(Commitment.id.desc())
        .limit(1)
    )


def _found(commitment: Commitment | None) -> Commitment:
    if commitment is None:
        raise NotFound(thing_zh="信用承诺", thing_en="commitment")
    return commitment
