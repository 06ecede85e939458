"""Pools as the operator sees its own, and a bank those that it has an agreement with."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.ledger.models import LedgerAccount
from suxin.risk_pool.policies import FILING_READ, POOL_READ
from suxin.risk_pool.pools.models import PoolFunding, PoolPartner, RiskPool


def own_pools(actor: Actor) -> Select[RiskPool]:
    """Return the operator's pools, by name.

    :raises Forbidden: if the actor may not look at pools
    """
    actor.require(POOL_READ)
    return (
        select(RiskPool)
        .where(RiskPool.tenant_id == actor.own_tenant)
        .order_by(RiskPool.name, RiskPool.id)
    )


async def own_pool(session: AsyncSession, actor: Actor, pool_id: UUID) -> RiskPool:
    """Return one of the operator's pools.

    :raises Forbidden: if the actor may not look at pools
    :raises NotFound: if it is none of its
    """
    return _found(await session.scalar(own_pools(actor).where(RiskPool.id == pool_id)))


async def lock_own_pool(session: AsyncSession, actor: Actor, pool_id: UUID) -> RiskPool:
    """Return one of the operator's pools, locked.

    :raises NotFound: if it is none of its
    """
    return _found(
        await session.scalar(
            select(RiskPool)
            .where(RiskPool.tenant_id == actor.own_tenant, RiskPool.id == pool_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    )


def joined_pools(actor: Actor) -> Select[RiskPool]:
    """Return the pools that a bank has an agreement with, by name; row policies say which.

    :raises Forbidden: if the actor may not look at filings
    """
    actor.require(FILING_READ)
    return select(RiskPool).order_by(RiskPool.name, RiskPool.id)


async def joined_pool(session: AsyncSession, actor: Actor, pool_id: UUID) -> RiskPool:
    """Return one of these pools.

    :raises Forbidden: if the actor may not look at filings
    :raises NotFound: if the bank has no agreement with it
    """
    return _found(await session.scalar(joined_pools(actor).where(RiskPool.id == pool_id)))


async def pool_named(session: AsyncSession, actor: Actor, name: str) -> RiskPool | None:
    """Return the operator's pool of a name."""
    return await session.scalar(
        select(RiskPool).where(RiskPool.tenant_id == actor.own_tenant, RiskPool.name == name)
    )


async def partners_of(
    session: AsyncSession, actor: Actor, pool_id: UUID
) -> Sequence[tuple[PoolPartner, int]]:
    """Return the partners of one of the operator's pools, the first added first, each with what he paid in, in fen.

    :raises Forbidden: if the actor may not look at pools
    """
    actor.require(POOL_READ)
    rows = await session.execute(
        select(PoolPartner, LedgerAccount.posted_credits - LedgerAccount.posted_debits)
        .join(
            LedgerAccount,
            (LedgerAccount.tenant_id == PoolPartner.tenant_id)
            & (LedgerAccount.id == PoolPartner.account_id),
        )
        .where(PoolPartner.tenant_id == actor.own_tenant, PoolPartner.pool_id == pool_id)
        .order_by(PoolPartner.id)
    )
    return [(row[0], row[1]) for row in rows]


def fundings_of(actor: Actor, pool_id: UUID) -> Select[PoolFunding]:
    """Return what was paid into one of the operator's pools, the latest first.

    :raises Forbidden: if the actor may not look at pools
    """
    actor.require(POOL_READ)
    return (
        select(PoolFunding)
        .where(PoolFunding.tenant_id == actor.own_tenant, PoolFunding.pool_id == pool_id)
        .order_by(PoolFunding.id.desc())
    )


async def pool_of_funding(session: AsyncSession, actor: Actor, funding_id: UUID) -> UUID:
    """Return into which of the operator's pools a payment went.

    :raises Forbidden: if the actor may not look at pools
    :raises NotFound: if it is none of its
    """
    actor.require(POOL_READ)
    found = await session.scalar(
        select(PoolFunding.pool_id).where(
            PoolFunding.tenant_id == actor.own_tenant, PoolFunding.id == funding_id
        )
    )
    if found is None:
        raise NotFound(thing_zh="出资", thing_en="payment")
    return found


async def funding_with(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, reference: str
) -> PoolFunding | None:
    """Return what was recorded of a pool under a reference."""
    return await session.scalar(
        select(PoolFunding).where(
            PoolFunding.tenant_id == actor.own_tenant,
            PoolFunding.pool_id == pool_id,
            PoolFunding.reference == reference,
        )
    )


async def lock_own_funding(session: AsyncSession, actor: Actor, funding_id: UUID) -> PoolFunding:
    """Return a payment into one of the operator's pools, locked.

    :raises NotFound: if it is none of its
    """
    funding = await session.scalar(
        select(PoolFunding)
        .where(PoolFunding.tenant_id == actor.own_tenant, PoolFunding.id == funding_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if funding is None:
        raise NotFound(thing_zh="出资", thing_en="payment")
    return funding


def _found(pool: RiskPool | None) -> RiskPool:
    if pool is None:
        raise NotFound(thing_zh="资金池", thing_en="risk pool")
    return pool
