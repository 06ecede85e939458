"""Limits as a merchant, whom they concern, and the platform see them; and whether one is in force."""

from typing import Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.kernel.single_steps import Term
from suxin.perks.limiting.models import Limit, LimitParty
from suxin.perks.limiting.policies import LIMIT_PROPOSE
from suxin.perks.limiting.states import LIVE, LimitState
from suxin.perks.models import Programme

_PARTY: Final = (LimitParty.tenant_id == Limit.tenant_id) & (LimitParty.limit_id == Limit.id)


async def limit_of_order(session: AsyncSession, actor: Actor, order_id: UUID) -> Limit | None:
    """Return the newest limit that the actor's tenant proposed on an order.

    :raises Forbidden: if he proposes none
    """
    actor.require(LIMIT_PROPOSE)
    return await session.scalar(
        select(Limit)
        .where(Limit.tenant_id == actor.own_tenant, Limit.order_id == order_id)
        .order_by(Limit.id.desc())
        .limit(1)
    )


async def lock_own_limit(session: AsyncSession, actor: Actor, limit_id: UUID) -> Limit:
    """Return one of the tenant's limits, locked.

    :raises Forbidden: if the actor proposes none
    :raises NotFound: if it is not this tenant's
    """
    actor.require(LIMIT_PROPOSE)
    return _found(
        await session.scalar(
            select(Limit)
            .where(Limit.tenant_id == actor.own_tenant, Limit.id == limit_id)
            .with_for_update()
        )
    )


def limits_about(actor: Actor) -> Select[Limit, Programme]:
    """Return what limits concern the acting subject, newest first, each with its programme.

    :raises Forbidden: if the actor acts for no subject
    """
    return (
        select(Limit, Programme)
        .join(LimitParty, _PARTY)
        .join(
            Programme,
            (Programme.tenant_id == Limit.tenant_id) & (Programme.id == Limit.programme_id),
        )
        .where(LimitParty.subject_id == actor.own_subject)
        .order_by(Limit.id.desc())
    )


async def lock_limit_about(session: AsyncSession, actor: Actor, limit_id: UUID) -> Limit:
    """Return a limit that concerns the acting subject, locked.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if none of that id concerns him
    """
    return _found(
        await session.scalar(
            select(Limit)
            .join(LimitParty, _PARTY)
            .where(LimitParty.subject_id == actor.own_subject, Limit.id == limit_id)
            .with_for_update(of=Limit)
            .execution_options(populate_existing=True)
        )
    )


async def is_limited(session: AsyncSession, programme: Programme, subject_id: UUID) -> bool:
    """Return whether a limit of this very programme is in force for a subject; his rows are borrowed."""
    found = await session.scalar(limits_in_force(programme.tenant_id, programme.id, subject_id))
    return found is not None


def limits_in_force(
    tenant_id: Term[UUID], programme_id: Term[UUID], subject_id: Term[UUID]
) -> Select[UUID]:
    """Return the statement of a limit of a programme that is in force for a subject, if there is one."""
    return (
        select(Limit.id)
        .join(LimitParty, _PARTY)
        .where(
            LimitParty.subject_id == subject_id,
            LimitParty.tenant_id == tenant_id,
            LimitParty.programme_id == programme_id,
            Limit.state == LimitState.EFFECTIVE,
        )
        .limit(1)
    )


async def lock_limit(session: AsyncSession, tenant_id: UUID, limit_id: UUID) -> Limit | None:
    """Return a limit, locked. A duty of the platform."""
    return await session.scalar(
        select(Limit).where(Limit.tenant_id == tenant_id, Limit.id == limit_id).with_for_update()
    )


async def lock_contested(session: AsyncSession, limit_id: UUID) -> Limit | None:
    """Return a limit that an objection freezes, locked, by whoever sees it."""
    return await session.scalar(
        select(Limit)
        .where(Limit.id == limit_id, Limit.state == LimitState.CONTESTED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def lock_live_of_order(
    session: AsyncSession, tenant_id: UUID, order_id: UUID
) -> Limit | None:
    """Return an order's limit that has not ended, locked."""
    return await session.scalar(
        select(Limit)
        .where(Limit.tenant_id == tenant_id, Limit.order_id == order_id, Limit.state.in_(LIVE))
        .with_for_update()
    )


async def has_limit(session: AsyncSession, tenant_id: UUID, order_id: UUID) -> bool:
    """Return whether an order has a limit that has not ended, or one that an objection lifted."""
    found = await session.scalar(
        select(Limit.id)
        .where(
            Limit.tenant_id == tenant_id,
            Limit.order_id == order_id,
            Limit.state != LimitState.ENDED,
        )
        .limit(1)
    )
    return found is not None


def _found(limit: Limit | None) -> Limit:
    if limit is None:
        raise NotFound(thing_zh="限制", thing_en="limit", field="limitId")
    return limit
