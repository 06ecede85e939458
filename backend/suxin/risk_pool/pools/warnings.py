"""Warnings about a pool, each told once until it is over: too little money, capacity nearly used, a pledge that was not paid."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.money import BPS_WHOLE, format_yuan
from suxin.kernel.working_days import local_day
from suxin.ledger.models import LedgerAccount
from suxin.risk_pool.policies import FILING_READ, POOL_MANAGE
from suxin.risk_pool.pools.books import PoolBalance, balance_of
from suxin.risk_pool.pools.models import PoolPartner, RiskPool
from suxin.risk_pool.pools.states import PoolState
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.signing.states import AgreementState

LOW_BPS: Final = 2_000
"""Below which part of the required size a pool is to be topped up: a fifth, as a published scheme has it (docs/risk-pool.md)."""
CAPACITY_LEVELS_BPS: Final = (9_500, 8_000)
"""From which part of the capacity that is used people are told, the highest first (proposed)."""


async def warn_of_pools(session: AsyncSession, *, now: datetime) -> int:
    """Tell whoever keeps pools what has come up since they were last told; return of how many things. A duty of the platform."""
    told = 0
    pools = await session.scalars(
        select(RiskPool)
        .where(RiskPool.state != PoolState.CLOSED)
        .order_by(RiskPool.tenant_id, RiskPool.id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    for pool in pools.all():
        balance = await balance_of(session, pool)
        told += await _warn_of_money(session, pool, balance, now=now)
        told += await _warn_of_capacity(session, pool, balance, now=now)
        told += await _warn_of_pledges(session, pool, now=now)
    await session.flush()
    return told


def is_low(balance: PoolBalance, required_fen: int) -> bool:
    """Tell whether a pool holds less than the part of its required size at which it is to be topped up."""
    return balance.balance_fen * BPS_WHOLE < required_fen * LOW_BPS


def level_of(used_bps: int) -> int:
    """Return the highest level that the used part of a capacity has reached; nought below all of them."""
    return next((level for level in CAPACITY_LEVELS_BPS if used_bps >= level), 0)


async def _warn_of_money(
    session: AsyncSession, pool: RiskPool, balance: PoolBalance, *, now: datetime
) -> int:
    low = is_low(balance, pool.required_fen)
    newly = low and not pool.low_told
    pool.low_told = low
    if newly:
        body = (
            f"“{pool.name}”余额 {format_yuan(balance.balance_fen)}，"
            f"低于应有规模 {format_yuan(pool.required_fen)} 的 {LOW_BPS // 100}%，请及时补足。"
        )
        await _tell_keepers(session, pool, "pool_low", "资金池需要补足", body, now=now)
    return int(newly)


async def _warn_of_capacity(
    session: AsyncSession, pool: RiskPool, balance: PoolBalance, *, now: datetime
) -> int:
    level = level_of(balance.used_bps)
    newly = level > pool.capacity_told_bps
    pool.capacity_told_bps = level
    if not newly:
        return 0
    body = f"“{pool.name}”担保容量已使用 {balance.used_bps / 100:.2f}%，剩余 {format_yuan(balance.free_fen)}。"
    title = "资金池担保容量即将用尽"
    await _tell_keepers(session, pool, "pool_capacity", title, body, now=now)
    banks = await session.scalars(
        select(PoolAgreement.bank_id).where(
            PoolAgreement.tenant_id == pool.tenant_id,
            PoolAgreement.pool_id == pool.id,
            PoolAgreement.state == AgreementState.IN_FORCE,
        )
    )
    for bank_id in banks.all():
        await notices.notify_tenant(
            session,
            tenant_id=bank_id,
            permission=FILING_READ,
            template="pool_capacity",
            title=title,
            # How much money a pool has is not a bank's to know.
            body=f"“{pool.name}”担保容量已使用 {level // 100}% 以上。",
            link=f"/desk/pool-filings/{pool.id}",
            now=now,
        )
    return 1


async def _warn_of_pledges(session: AsyncSession, pool: RiskPool, *, now: datetime) -> int:
    paid_fen = LedgerAccount.posted_credits - LedgerAccount.posted_debits
    late = await session.execute(
        select(PoolPartner, paid_fen)
        .join(
            LedgerAccount,
            (LedgerAccount.tenant_id == PoolPartner.tenant_id)
            & (LedgerAccount.id == PoolPartner.account_id),
        )
        .where(
            PoolPartner.tenant_id == pool.tenant_id,
            PoolPartner.pool_id == pool.id,
            PoolPartner.due_on < local_day(now),
            PoolPartner.late_told.is_(False),
            paid_fen < PoolPartner.pledged_fen,
        )
    )
    told = 0
    for partner, fen in late.all():
        partner.late_told = True
        body = (
            f"“{pool.name}”出资方 {partner.name} 应于 {partner.due_on:%Y年%m月%d日} 前到账 "
            f"{format_yuan(partner.pledged_fen)}，尚欠 {format_yuan(partner.pledged_fen - fen)}。"
        )
        await _tell_keepers(session, pool, "pool_pledge_late", "承诺出资未到账", body, now=now)
        told += 1
    return told


async def _tell_keepers(
    session: AsyncSession, pool: RiskPool, template: str, title: str, body: str, *, now: datetime
) -> None:
    await notices.notify_tenant(
        session,
        tenant_id=pool.tenant_id,
        permission=POOL_MANAGE,
        template=template,
        title=title,
        body=body,
        link=f"/desk/risk-pools/{pool.id}",
        now=now,
    )
