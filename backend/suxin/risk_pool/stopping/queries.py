"""Stop-losses as the operator sees those of its pools, and a bank its own, with what changed them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.risk_pool.policies import FILING_READ, POOL_READ
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.stopping.models import PoolStopLoss, PoolStopLossChange


def stop_losses_of_pools(actor: Actor, *, pool_id: UUID | None = None) -> Select[PoolStopLoss]:
    """Return the stop-losses of the operator's pools, or of one of them.

    :raises Forbidden: if the actor may not look at pools
    """
    actor.require(POOL_READ)
    statement = select(PoolStopLoss).where(PoolStopLoss.tenant_id == actor.own_tenant)
    if pool_id is not None:
        statement = statement.where(PoolStopLoss.pool_id == pool_id)
    return statement.order_by(PoolStopLoss.id)


def own_stop_losses(actor: Actor, *, pool_id: UUID | None = None) -> Select[PoolStopLoss]:
    """Return the stop-losses of the actor's bank, in all pools or one.

    :raises Forbidden: if the actor may not look at filings
    """
    actor.require(FILING_READ)
    statement = select(PoolStopLoss).where(PoolStopLoss.bank_id == actor.own_tenant)
    if pool_id is not None:
        statement = statement.where(PoolStopLoss.pool_id == pool_id)
    return statement.order_by(PoolStopLoss.id)


def changes_of(actor: Actor, stop_loss_id: UUID) -> Select[PoolStopLossChange]:
    """Return what changed one of the operator's stop-losses, the latest first.

    :raises Forbidden: if the actor may not look at pools
    """
    actor.require(POOL_READ)
    return (
        select(PoolStopLossChange)
        .where(
            PoolStopLossChange.tenant_id == actor.own_tenant,
            PoolStopLossChange.stop_loss_id == stop_loss_id,
        )
        .order_by(PoolStopLossChange.id.desc())
    )


async def lock_own_stop_loss(
    session: AsyncSession, actor: Actor, stop_loss_id: UUID
) -> PoolStopLoss:
    """Return one of the operator's stop-losses, locked.

    :raises NotFound: if it is none of its
    """
    found = await session.scalar(
        select(PoolStopLoss)
        .where(PoolStopLoss.tenant_id == actor.own_tenant, PoolStopLoss.id == stop_loss_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(thing_zh="熔断记录", thing_en="stop-loss")
    return found


async def lock_stop_loss_of(
    session: AsyncSession, *, operator_id: UUID, pool_id: UUID, bank_id: UUID, product_code: str
) -> PoolStopLoss | None:
    """Return the stop-loss of a pool, bank and product, locked."""
    return await session.scalar(
        select(PoolStopLoss)
        .where(
            PoolStopLoss.tenant_id == operator_id,
            PoolStopLoss.pool_id == pool_id,
            PoolStopLoss.bank_id == bank_id,
            PoolStopLoss.product_code == product_code,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def lock_stop_losses_after(
    session: AsyncSession, *, after: UUID | None, limit: int
) -> Sequence[PoolStopLoss]:
    """Return some of all stop-losses by their ids, from one on, locked."""
    statement = select(PoolStopLoss).order_by(PoolStopLoss.id).limit(limit).with_for_update()
    if after is not None:
        statement = statement.where(PoolStopLoss.id > after)
    found = await session.scalars(statement.execution_options(populate_existing=True))
    return found.all()


async def latest_agreement(session: AsyncSession, stop_loss: PoolStopLoss) -> PoolAgreement | None:
    """Return the version whose levels and definition of the rate a stop-loss goes by: the latest that was ever in force."""
    return await session.scalar(
        select(PoolAgreement)
        .where(
            PoolAgreement.tenant_id == stop_loss.tenant_id,
            PoolAgreement.pool_id == stop_loss.pool_id,
            PoolAgreement.bank_id == stop_loss.bank_id,
            PoolAgreement.state.in_(("IN_FORCE", "ENDED")),
        )
        .order_by(PoolAgreement.version.desc())
        .limit(1)
    )
