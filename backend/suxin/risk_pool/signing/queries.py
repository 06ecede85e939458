"""Agreements as the operator sees those of its pools, and a bank those that two people have signed for it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import local_day
from suxin.risk_pool.policies import FILING_READ, POOL_READ
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.signing.states import AgreementState
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import TenantKind


def agreements_of_pools(actor: Actor, *, pool_id: UUID | None = None) -> Select[PoolAgreement]:
    """Return the agreements of the operator's pools, or of one of them, the latest first.

    :raises Forbidden: if the actor may not look at pools
    """
    actor.require(POOL_READ)
    statement = select(PoolAgreement).where(PoolAgreement.tenant_id == actor.own_tenant)
    if pool_id is not None:
        statement = statement.where(PoolAgreement.pool_id == pool_id)
    return statement.order_by(PoolAgreement.id.desc())


def own_agreements(actor: Actor) -> Select[PoolAgreement]:
    """Return the agreements that were offered to the actor's bank, or in which his guarantor is to bear a share, the latest first.

    :raises Forbidden: if the actor may not look at them
    """
    actor.require(FILING_READ)
    guarantor = actor.tenant_kind == TenantKind.GUARANTOR
    side = PoolAgreement.guarantor_id if guarantor else PoolAgreement.bank_id
    return select(PoolAgreement).where(side == actor.own_tenant).order_by(PoolAgreement.id.desc())


async def lock_keepers_agreement(
    session: AsyncSession, actor: Actor, agreement_id: UUID
) -> PoolAgreement:
    """Return an agreement of one of the operator's pools, locked.

    :raises NotFound: if it is none of its
    """
    return _found(
        await session.scalar(
            select(PoolAgreement)
            .where(PoolAgreement.tenant_id == actor.own_tenant, PoolAgreement.id == agreement_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    )


async def lock_offered_agreement(
    session: AsyncSession, actor: Actor, agreement_id: UUID
) -> PoolAgreement:
    """Return an agreement that was offered to the actor's bank or guarantor, locked.

    :raises NotFound: if there is no such one
    """
    own = actor.own_tenant
    return _found(
        await session.scalar(
            select(PoolAgreement)
            .where(
                or_(PoolAgreement.bank_id == own, PoolAgreement.guarantor_id == own),
                PoolAgreement.id == agreement_id,
            )
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    )


async def lock_in_force(
    session: AsyncSession, *, pool_id: UUID, bank_id: UUID
) -> PoolAgreement | None:
    """Return the version of a pool and a bank that is in force, locked, whatever its period."""
    return await session.scalar(
        select(PoolAgreement)
        .where(
            PoolAgreement.pool_id == pool_id,
            PoolAgreement.bank_id == bank_id,
            PoolAgreement.state == AgreementState.IN_FORCE,
        )
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def agreement_in_force(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, now: datetime
) -> PoolAgreement | None:
    """Return the actor's bank's agreement with a pool that runs today."""
    found = await session.scalar(
        select(PoolAgreement).where(
            PoolAgreement.pool_id == pool_id,
            PoolAgreement.bank_id == actor.own_tenant,
            PoolAgreement.state == AgreementState.IN_FORCE,
        )
    )
    return found if found is not None and found.runs_on(local_day(now)) else None


async def last_version(session: AsyncSession, actor: Actor, *, pool_id: UUID, bank_id: UUID) -> int:
    """Return the number of the latest version of one of the operator's pools and a bank; nought if there is none."""
    found = await session.scalar(
        select(func.max(PoolAgreement.version)).where(
            PoolAgreement.tenant_id == actor.own_tenant,
            PoolAgreement.pool_id == pool_id,
            PoolAgreement.bank_id == bank_id,
        )
    )
    return found or 0


async def agreements_in_force(
    session: AsyncSession, *, pool_id: UUID, bank_ids: Sequence[UUID]
) -> Sequence[PoolAgreement]:
    """Return the versions in force of a pool and of some banks, as far as the session sees them."""
    return (
        await session.scalars(
            select(PoolAgreement).where(
                PoolAgreement.pool_id == pool_id,
                PoolAgreement.bank_id.in_(bank_ids),
                PoolAgreement.state == AgreementState.IN_FORCE,
            )
        )
    ).all()


async def agreements_over(
    session: AsyncSession, *, now: datetime, limit: int
) -> Sequence[PoolAgreement]:
    """Return agreements in force whose period is over, locked; who ends others at once passes them over."""
    return (
        await session.scalars(
            select(PoolAgreement)
            .where(
                PoolAgreement.state == AgreementState.IN_FORCE,
                PoolAgreement.ends_on <= local_day(now),
            )
            .order_by(PoolAgreement.tenant_id, PoolAgreement.id)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
        )
    ).all()


async def bank_names(session: AsyncSession, actor: Actor) -> dict[UUID, str]:
    """Return what the city's banks are called, with which a pool may agree.

    :raises Forbidden: if the actor may not look at pools
    """
    actor.require(POOL_READ)
    rows = await session.execute(
        select(Tenant.id, Tenant.name)
        .where(Tenant.kind == TenantKind.BANK, Tenant.sandbox.is_(False))
        .order_by(Tenant.name)
    )
    return {row[0]: row[1] for row in rows}


def _found(agreement: PoolAgreement | None) -> PoolAgreement:
    if agreement is None:
        raise NotFound(thing_zh="合作协议", thing_en="agreement")
    return agreement
