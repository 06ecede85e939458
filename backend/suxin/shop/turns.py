"""Whose turn it is: what is compared with what is there is compared by one at a time."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def take_household(session: AsyncSession, household_id: UUID) -> None:
    """Let one at a time redeem for a household or give it a card: its limits are counted."""
    await _take(session, f"shop.household:{household_id}")


async def take_shop(session: AsyncSession, tenant_id: UUID) -> None:
    """Let one at a time add goods, put up a budget or close a month of a village's shop."""
    await _take(session, f"shop:{tenant_id}")


async def _take(session: AsyncSession, what: str) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))
