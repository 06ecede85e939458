"""Asking the worker to match a pool's lines: after a statement, a payment letter or a report of what was recovered."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox

MATCH_TOPIC: Final = "risk_pool.lines.match"


async def ask_for_matching(
    session: AsyncSession,
    *,
    operator_id: UUID,
    pool_id: UUID,
    now: datetime,
    after: tuple[date, UUID] | None = None,
) -> None:
    """Have the worker match a pool's open lines, or those past one, once this transaction has committed."""
    place = {} if after is None else {"day": after[0].isoformat(), "line_id": after[1]}
    await outbox.post(
        session,
        MATCH_TOPIC,
        {"operator_id": operator_id, "pool_id": pool_id, **place},
        now=now,
        tenant_id=operator_id,
        wake=True,
    )
