"""Stop-losses that an agreement brings: one for each product on its list, kept through all its versions."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.stop_loss import StopLossState
from suxin.risk_pool.stopping.models import PoolStopLoss


async def open_stop_losses(
    session: AsyncSession, agreement: PoolAgreement, *, now: datetime
) -> None:
    """Open the stop-losses of an agreement's products that there are none of yet, as the operator."""
    known = set(
        await session.scalars(
            select(PoolStopLoss.product_code).where(
                PoolStopLoss.tenant_id == agreement.tenant_id,
                PoolStopLoss.pool_id == agreement.pool_id,
                PoolStopLoss.bank_id == agreement.bank_id,
            )
        )
    )
    session.add_all(
        PoolStopLoss(
            tenant_id=agreement.tenant_id,
            id=new_id(now),
            pool_id=agreement.pool_id,
            bank_id=agreement.bank_id,
            product_code=code,
            state=StopLossState.NORMAL,
            year=local_day(now).year,
            compensated_fen=0,
            balance_fen=0,
            opening_fen=0,
            days_fen=0,
            days=0,
        )
        for code in agreement.products
        if code not in known
    )
