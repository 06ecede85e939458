"""How a stop-loss comes to stand: figures counted by the day for all in one statement, and judged after that and each compensation."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel import notices
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.risk_pool.event_types import STOP_LOSS_CHANGED
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.policies import FILING_READ, POOL_READ
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.signing.states import RateBasis
from suxin.risk_pool.stop_loss import CompensationRate, StopLossState, next_state
from suxin.risk_pool.stopping import queries
from suxin.risk_pool.stopping.models import PoolStopLoss, PoolStopLossChange

JUDGED_AT_ONCE: Final = 200

# A day counts once, whenever the statement runs on it; with a new year everything begins anew, a lift included.
_COUNT: Final = text(
    """
    with balances as (
        select f.operator_id, f.pool_id, f.tenant_id as bank_id, f.product_code,
               sum(l.drawn_fen - l.principal_paid_fen)::bigint as fen
        from pool_filings f
        join loans l on l.tenant_id = f.tenant_id and l.id = f.loan_id
        where f.state = 'FILED'
        group by f.operator_id, f.pool_id, f.tenant_id, f.product_code
    ), counted as (
        select s.tenant_id, s.id, coalesce(b.fen, 0) as fen, s.year < :year as anew
        from pool_stop_losses s
        left join balances b on b.operator_id = s.tenant_id and b.pool_id = s.pool_id
            and b.bank_id = s.bank_id and b.product_code = s.product_code
        where s.counted_on is distinct from :today
    )
    update pool_stop_losses s
    set balance_fen = c.fen, counted_on = :today, year = greatest(s.year, :year),
        opening_fen = case when c.anew then c.fen else s.opening_fen end,
        compensated_fen = case when c.anew then 0 else s.compensated_fen end,
        days_fen = case when c.anew then c.fen else s.days_fen + c.fen end,
        days = case when c.anew then 1 else s.days + 1 end,
        lifted_compensated_fen = case when c.anew then null else s.lifted_compensated_fen end,
        lifted_balance_fen = case when c.anew then null else s.lifted_balance_fen end
    from counted c
    where s.tenant_id = c.tenant_id and s.id = c.id
    """
)


async def count_balances(session: AsyncSession, *, now: datetime) -> int:
    """Count the balances of all filed loans of the city into their stop-losses, once a day, as the batch role; return of how many."""
    today = local_day(now)
    counted = await session.execute(_COUNT, {"today": today, "year": today.year})
    return counted.rowcount  # type: ignore[attr-defined,no-any-return] # a cursor's


async def judge_stop_losses(
    session: AsyncSession, *, now: datetime, after: UUID | None = None, limit: int = JUDGED_AT_ONCE
) -> UUID | None:
    """Judge some stop-losses by their figures; return the last one's id, nothing when there are no more. A duty of the platform."""
    found = await queries.lock_stop_losses_after(session, after=after, limit=limit)
    for stop_loss in found:
        await _judge(session, stop_loss, now=now)
    await session.flush()
    return found[-1].id if found else None


async def note_compensation(
    session: AsyncSession, filing: PoolFiling, *, principal_fen: int, now: datetime
) -> None:
    """Add principal that was compensated for a filed loan to this year's, and judge; for the operator's rows, or the platform.

    An amount below nothing takes back what was reversed.
    """
    stop_loss = await queries.lock_stop_loss_of(
        session,
        operator_id=filing.operator_id,
        pool_id=filing.pool_id,
        bank_id=filing.tenant_id,
        product_code=filing.product_code,
    )
    if stop_loss is None:
        return
    year = local_day(now).year
    if stop_loss.year < year:
        # The day's count has not run in the new year; it counts the balance, and then finds the year begun.
        stop_loss.year, stop_loss.compensated_fen = year, 0
        stop_loss.opening_fen = stop_loss.balance_fen
        stop_loss.days_fen = stop_loss.days = 0
        stop_loss.lifted_compensated_fen = stop_loss.lifted_balance_fen = None
    stop_loss.compensated_fen = max(0, stop_loss.compensated_fen + principal_fen)
    await _judge(session, stop_loss, now=now)


def rate_of(stop_loss: PoolStopLoss, basis: RateBasis) -> CompensationRate:
    """Return the compensation rate by the agreement's definition; before a first day was counted, over the balance as it is."""
    if basis is RateBasis.OPENING:
        balance_fen = stop_loss.opening_fen
    else:
        balance_fen = (
            stop_loss.days_fen // stop_loss.days if stop_loss.days else stop_loss.balance_fen
        )
    return CompensationRate(stop_loss.compensated_fen, balance_fen)


async def change_state(
    session: AsyncSession,
    stop_loss: PoolStopLoss,
    to: StopLossState,
    rate: CompensationRate,
    *,
    now: datetime,
    lifted: tuple[UUID, UUID, str] | None = None,
) -> None:
    """Let a stop-loss stand elsewhere, keep how it came to, and tell the operator and the bank.

    ``lifted`` names who asked to lift it, who did, and why.
    """
    before, stop_loss.state = stop_loss.state, to
    # Whoever asked to lift it asked for what it was.
    stop_loss.lift_asked_by = stop_loss.lift_asked_at = stop_loss.lift_reason = None
    asked_by, lifted_by, reason = lifted or (None, None, None)
    session.add(
        PoolStopLossChange(
            tenant_id=stop_loss.tenant_id,
            id=new_id(now),
            stop_loss_id=stop_loss.id,
            bank_id=stop_loss.bank_id,
            before=before.value,
            after=to,
            compensated_fen=rate.compensated_fen,
            balance_fen=rate.balance_fen,
            changed_at=now,
            asked_by=asked_by,
            lifted_by=lifted_by,
            reason=reason,
        )
    )
    append_act(
        session,
        action="risk_pool.stop_loss.changed",
        now=now,
        tenant_id=stop_loss.tenant_id,
        object_type="pool_stop_loss",
        object_id=stop_loss.id,
        detail={"before": before.value, "after": to.value, "rate_bps": rate.bps},
    )
    record_event(
        session,
        STOP_LOSS_CHANGED,
        tenant_id=stop_loss.bank_id,
        object_id=stop_loss.id,
        now=now,
        pool=stop_loss.pool_id,
        product=stop_loss.product_code,
        state=to.value,
    )
    await _tell(session, stop_loss, rate, now=now)


async def _judge(session: AsyncSession, stop_loss: PoolStopLoss, *, now: datetime) -> None:
    agreement = await queries.latest_agreement(session, stop_loss)
    if agreement is None:
        return
    rate = rate_of(stop_loss, agreement.rate_basis)
    to = next_state(stop_loss.state, rate, agreement.agreed.stop_loss, stop_loss.lift)
    if to is not stop_loss.state:
        await change_state(session, stop_loss, to, rate, now=now)


async def _tell(
    session: AsyncSession, stop_loss: PoolStopLoss, rate: CompensationRate, *, now: datetime
) -> None:
    pool = await session.get_one(RiskPool, (stop_loss.tenant_id, stop_loss.pool_id))
    shown = "—" if rate.bps is None else f"{rate.bps / 100:.2f}%"
    body = (
        f"“{pool.name}”产品 {stop_loss.product_code} 的代偿率为 {shown}，状态转为“{stop_loss.state.zh}”。"
        + ("" if stop_loss.state.takes_loans else "新的备案暂不受理，已备案贷款的代偿不受影响。")
    )
    for tenant_id, permission, link in (
        (stop_loss.tenant_id, POOL_READ, f"/desk/risk-pools/{pool.id}"),
        (stop_loss.bank_id, FILING_READ, f"/desk/pool-filings/{pool.id}"),
    ):
        await notices.notify_tenant(
            session,
            tenant_id=tenant_id,
            permission=permission,
            template="pool_stop_loss_changed",
            title="资金池熔断状态变化",
            body=body,
            link=link,
            now=now,
        )
