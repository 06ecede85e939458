"""Payments as the operator sees its own, and a bank those that were issued to it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.risk_pool.claims.policies import CLAIM_READ
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.payments.states import PaymentState


def own_payments(actor: Actor, *, pool_id: UUID | None = None) -> Select[PoolPayment]:
    """Return the payments out of the operator's pools, or of one of them, the latest first.

    :raises Forbidden: if the actor may not look at claims
    """
    actor.require(CLAIM_READ)
    statement = select(PoolPayment).where(PoolPayment.tenant_id == actor.own_tenant)
    if pool_id is not None:
        statement = statement.where(PoolPayment.pool_id == pool_id)
    return statement.order_by(PoolPayment.id.desc())


async def own_payment(session: AsyncSession, actor: Actor, payment_id: UUID) -> PoolPayment:
    """Return one payment out of the operator's pools.

    :raises Forbidden: if the actor may not look at claims
    :raises NotFound: if it is none of them
    """
    found = await session.scalar(own_payments(actor).where(PoolPayment.id == payment_id))
    if found is None:
        raise NotFound(thing_zh="代偿付款", thing_en="payment")
    return found


async def payments_of(
    session: AsyncSession, *, operator_id: UUID, claim_id: UUID
) -> Sequence[PoolPayment]:
    """Return the payments of a claim, the first first, as far as the session sees them."""
    return (
        await session.scalars(
            select(PoolPayment)
            .where(PoolPayment.tenant_id == operator_id, PoolPayment.claim_id == claim_id)
            .order_by(PoolPayment.id)
        )
    ).all()


async def open_payment(
    session: AsyncSession, *, operator_id: UUID, claim_id: UUID
) -> PoolPayment | None:
    """Return the payment of a claim that is held or issued, locked; there is one at the most. After its claim."""
    return await session.scalar(
        select(PoolPayment)
        .where(
            PoolPayment.tenant_id == operator_id,
            PoolPayment.claim_id == claim_id,
            PoolPayment.state.in_((PaymentState.HELD, PaymentState.ISSUED)),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def issued_payments(
    session: AsyncSession, *, operator_id: UUID, pool_id: UUID
) -> Sequence[PoolPayment]:
    """Return the payments of a pool whose letters wait for the custodian, the first first."""
    return (
        await session.scalars(
            select(PoolPayment)
            .where(
                PoolPayment.tenant_id == operator_id,
                PoolPayment.pool_id == pool_id,
                PoolPayment.state == PaymentState.ISSUED,
            )
            .order_by(PoolPayment.id)
        )
    ).all()
