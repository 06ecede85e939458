"""Guarantors' parts and transfers, as their bank and their guarantor see them; whoever sees a claim reads what is about it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.queries import claims_in_reach
from suxin.risk_pool.guarantor_parts.models import GuarantorPart, GuarantorTransfer
from suxin.risk_pool.guarantor_parts.policies import PART_READ
from suxin.risk_pool.guarantor_parts.states import PartState, TransferState
from suxin.tenancy.profiles import TenantKind


def parts_shown(actor: Actor) -> Select[GuarantorPart]:
    """Return the parts that the actor's guarantor was asked about, or of the claims within his bank's reach, the latest first.

    :raises Forbidden: if the actor may not look at them
    """
    actor.require(PART_READ)
    statement = select(GuarantorPart).order_by(GuarantorPart.id.desc())
    if actor.tenant_kind == TenantKind.GUARANTOR:
        return statement.where(GuarantorPart.guarantor_id == actor.own_tenant)
    return statement.where(
        GuarantorPart.tenant_id == actor.own_tenant, GuarantorPart.claim_id.in_(_claims(actor))
    )


def transfers_shown(actor: Actor) -> Select[GuarantorTransfer]:
    """Return the transfers of the actor's guarantor, or of the claims within his bank's reach, the latest first.

    :raises Forbidden: if the actor may not look at them
    """
    actor.require(PART_READ)
    statement = select(GuarantorTransfer).order_by(GuarantorTransfer.id.desc())
    if actor.tenant_kind == TenantKind.GUARANTOR:
        return statement.where(GuarantorTransfer.guarantor_id == actor.own_tenant)
    return statement.where(
        GuarantorTransfer.tenant_id == actor.own_tenant,
        GuarantorTransfer.claim_id.in_(_claims(actor)),
    )


async def shown_part(session: AsyncSession, actor: Actor, part_id: UUID) -> GuarantorPart:
    """Return one part as its guarantor or its bank sees it.

    :raises Forbidden: if the actor may not look at them
    :raises NotFound: if it is neither's
    """
    return _found(await session.scalar(parts_shown(actor).where(GuarantorPart.id == part_id)))


async def lock_own_part(session: AsyncSession, actor: Actor, part_id: UUID) -> GuarantorPart:
    """Return one part of the actor's guarantor, locked; after its claim.

    :raises NotFound: if it is none of its
    """
    return _found(
        await session.scalar(
            select(GuarantorPart)
            .where(GuarantorPart.guarantor_id == actor.own_tenant, GuarantorPart.id == part_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    )


async def lock_part_of(
    session: AsyncSession, *, tenant_id: UUID, claim_id: UUID
) -> GuarantorPart | None:
    """Return the part that a claim is asked about at present, locked, if the session sees one; after its claim."""
    return await session.scalar(
        select(GuarantorPart)
        .where(
            GuarantorPart.tenant_id == tenant_id,
            GuarantorPart.claim_id == claim_id,
            GuarantorPart.state != PartState.WITHDRAWN,
        )
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def lock_part(session: AsyncSession, tenant_id: UUID, part_id: UUID) -> GuarantorPart | None:
    """Return one part, locked until the transaction ends."""
    return await session.scalar(
        select(GuarantorPart)
        .where(GuarantorPart.tenant_id == tenant_id, GuarantorPart.id == part_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def parts_of(
    session: AsyncSession, *, tenant_id: UUID, claim_id: UUID
) -> Sequence[GuarantorPart]:
    """Return what a guarantor was asked about a claim, the latest first, as far as the session sees it."""
    return (
        await session.scalars(
            select(GuarantorPart)
            .where(GuarantorPart.tenant_id == tenant_id, GuarantorPart.claim_id == claim_id)
            .order_by(GuarantorPart.round.desc())
        )
    ).all()


async def transfers_of(
    session: AsyncSession, *, tenant_id: UUID, claim_id: UUID
) -> Sequence[GuarantorTransfer]:
    """Return the transfers about a claim, the first first, as far as the session sees them."""
    return (
        await session.scalars(
            select(GuarantorTransfer)
            .where(GuarantorTransfer.tenant_id == tenant_id, GuarantorTransfer.claim_id == claim_id)
            .order_by(GuarantorTransfer.id)
        )
    ).all()


async def noted_of(
    session: AsyncSession, *, tenant_id: UUID, claim_id: UUID
) -> Sequence[GuarantorTransfer]:
    """Return the transfers about a claim that wait for whoever receives them."""
    found = await transfers_of(session, tenant_id=tenant_id, claim_id=claim_id)
    return [one for one in found if one.state is TransferState.NOTED]


async def shown_transfer(
    session: AsyncSession, actor: Actor, transfer_id: UUID
) -> GuarantorTransfer:
    """Return one transfer of the actor's guarantor, or of a claim within his reach.

    :raises Forbidden: if the actor may not look at them
    :raises NotFound: if it is none of theirs
    """
    found = await session.scalar(transfers_shown(actor).where(GuarantorTransfer.id == transfer_id))
    if found is None:
        raise NotFound(thing_zh="划款", thing_en="transfer", field="transferId")
    return found


async def part_counts(session: AsyncSession, actor: Actor) -> dict[PartState, int]:
    """Return how many of the parts that the actor is shown stand where.

    :raises Forbidden: if the actor may not look at them
    """
    shown = parts_shown(actor).order_by(None).subquery()
    rows = await session.execute(select(shown.c.state, func.count()).group_by(shown.c.state))
    return {row[0]: row[1] for row in rows}


def _claims(actor: Actor) -> Select[UUID]:
    return claims_in_reach(actor).with_only_columns(PoolClaim.id)


def _found(part: GuarantorPart | None) -> GuarantorPart:
    if part is None:
        raise NotFound(thing_zh="代偿分担", thing_en="guarantor's part")
    return part
