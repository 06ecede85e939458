"""Recoveries as a bank sees its own, and the operator those of its pools."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.policies import CLAIM_READ
from suxin.risk_pool.claims.queries import claims_in_reach
from suxin.risk_pool.recoveries.models import PoolRecovery
from suxin.risk_pool.recoveries.states import RecoveryState


def recoveries_in_reach(actor: Actor) -> Select[PoolRecovery]:
    """Return what the bank recovered on claims within the actor's reach.

    :raises Forbidden: if the actor may not look at claims
    """
    claims = claims_in_reach(actor).with_only_columns(PoolClaim.id)
    return select(PoolRecovery).where(
        PoolRecovery.tenant_id == actor.own_tenant, PoolRecovery.claim_id.in_(claims)
    )


def recoveries_of_pools(actor: Actor) -> Select[PoolRecovery]:
    """Return what was recovered for the operator's pools, the latest first.

    :raises Forbidden: if the actor may not look at claims
    """
    actor.require(CLAIM_READ)
    return (
        select(PoolRecovery)
        .where(PoolRecovery.operator_id == actor.own_tenant)
        .order_by(PoolRecovery.id.desc())
    )


async def recoveries_of(
    session: AsyncSession, *, tenant_id: UUID, claim_id: UUID
) -> Sequence[PoolRecovery]:
    """Return the recoveries of a bank's claim, the first first, as far as the session sees them."""
    return (
        await session.scalars(
            select(PoolRecovery)
            .where(PoolRecovery.tenant_id == tenant_id, PoolRecovery.claim_id == claim_id)
            .order_by(PoolRecovery.id)
        )
    ).all()


async def recovery_with(session: AsyncSession, actor: Actor, reference: str) -> PoolRecovery | None:
    """Return the recovery that the actor's bank reported under a reference."""
    return await session.scalar(
        select(PoolRecovery).where(
            PoolRecovery.tenant_id == actor.own_tenant, PoolRecovery.reference == reference
        )
    )


async def reported_recoveries(
    session: AsyncSession, *, operator_id: UUID, pool_id: UUID
) -> Sequence[PoolRecovery]:
    """Return the recoveries of a pool whose part waits for the custodian, the first first."""
    return (
        await session.scalars(
            select(PoolRecovery)
            .where(
                PoolRecovery.operator_id == operator_id,
                PoolRecovery.pool_id == pool_id,
                PoolRecovery.state == RecoveryState.REPORTED,
            )
            .order_by(PoolRecovery.id)
        )
    ).all()
