"""Numbers of payment letters (代偿付款函): one sequence for each operator and year, without a gap."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import local_day
from suxin.risk_pool.payments.models import PoolPayment


async def next_letter(
    session: AsyncSession, *, operator_id: UUID, now: datetime
) -> tuple[int, int]:
    """Return the year and the number of the operator's next letter; one transaction at a time takes one."""
    year = local_day(now).year
    key = func.hashtextextended(f"pool letter:{operator_id}:{year}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
    last = await session.scalar(
        select(func.max(PoolPayment.letter_sequence)).where(
            PoolPayment.tenant_id == operator_id, PoolPayment.letter_year == year
        )
    )
    return year, (last or 0) + 1
