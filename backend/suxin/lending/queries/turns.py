"""Taking turns: whoever counts before he adds waits for the one who counts the same, until that one has added."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def take_turn(session: AsyncSession, counted: str, owner: UUID) -> None:
    """Wait until no other transaction counts these things of this owner; the turn ends with the transaction.

    A ceiling has no row to lock: two transactions that count at once would each see room for one more.
    """
    key = func.hashtextextended(f"lending.{counted}:{owner}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
