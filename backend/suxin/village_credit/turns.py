"""Joining a round and ending it take turns; households that join do not wait for each other.

A household has no right to change the round's row, so that it cannot lock it: both sides lock the round's number instead.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def join_turn(session: AsyncSession, round_id: UUID) -> None:
    """Keep a round from ending before this transaction does."""
    await session.execute(select(func.pg_advisory_xact_lock_shared(_key(round_id))))


async def end_turn(session: AsyncSession, round_id: UUID) -> None:
    """Wait for whoever is joining a round, and let nobody join it before this transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(_key(round_id))))


def _key(round_id: UUID) -> ColumnElement[int]:
    return func.hashtextextended(f"village_credit:round:{round_id}", 0)
