"""Claims as a bank sees its own within reach, and the operator those on its pools once they are submitted."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.lending.loans.models import Loan
from suxin.lending.loans.states import LoanState
from suxin.lending.models import Referral
from suxin.lending.queries.referrals import within_reach
from suxin.risk_pool.claims.models import CollectionAttempt, PoolClaim
from suxin.risk_pool.claims.policies import CLAIM_READ
from suxin.risk_pool.claims.states import NEVER_PAID, ClaimState
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.filings.queries import filings_in_reach
from suxin.risk_pool.filings.states import FilingState


def claims_in_reach(actor: Actor) -> Select[PoolClaim]:
    """Return the bank's claims on loans within the actor's branch and areas.

    :raises Forbidden: if the actor may not look at claims
    """
    actor.require(CLAIM_READ)
    return claims_within(actor)


def claims_within(actor: Actor) -> Select[PoolClaim]:
    """Return the bank's claims on loans within the actor's branch and areas, for what is about a claim and has a right of its own."""
    return (
        select(PoolClaim)
        .join(Loan, (Loan.tenant_id == PoolClaim.tenant_id) & (Loan.id == PoolClaim.loan_id))
        .join(Referral, (Referral.tenant_id == Loan.tenant_id) & (Referral.id == Loan.referral_id))
        .where(PoolClaim.tenant_id == actor.own_tenant, within_reach(actor))
    )


async def own_claim(session: AsyncSession, actor: Actor, claim_id: UUID) -> PoolClaim:
    """Return one of the bank's claims within the actor's reach.

    :raises Forbidden: if the actor may not look at claims
    :raises NotFound: if it is not
    """
    return _found(await session.scalar(claims_in_reach(actor).where(PoolClaim.id == claim_id)))


async def lock_own_claim(session: AsyncSession, actor: Actor, claim_id: UUID) -> PoolClaim:
    """Return one of the bank's claims within the actor's reach, locked; after its loan.

    :raises Forbidden: if the actor may not look at claims
    :raises NotFound: if it is not
    """
    return _found(
        await session.scalar(
            claims_in_reach(actor)
            .where(PoolClaim.id == claim_id)
            .with_for_update(of=PoolClaim)
            .execution_options(populate_existing=True)
        )
    )


def claims_on_pools(actor: Actor) -> Select[PoolClaim]:
    """Return the claims on the operator's pools that were submitted, the longest waiting first.

    :raises Forbidden: if the actor may not look at claims
    """
    actor.require(CLAIM_READ)
    return (
        select(PoolClaim)
        .where(PoolClaim.operator_id == actor.own_tenant, PoolClaim.submitted_at.is_not(None))
        .order_by(PoolClaim.submitted_at, PoolClaim.id)
    )


async def claim_on_pool(session: AsyncSession, actor: Actor, claim_id: UUID) -> PoolClaim:
    """Return one of the claims on the operator's pools.

    :raises Forbidden: if the actor may not look at claims
    :raises NotFound: if it is none of them
    """
    return _found(await session.scalar(claims_on_pools(actor).where(PoolClaim.id == claim_id)))


async def lock_claim(
    session: AsyncSession, *, operator_id: UUID, claim_id: UUID
) -> PoolClaim | None:
    """Return one claim on an operator's pool, locked, if the session sees it; after its loan."""
    return await session.scalar(
        select(PoolClaim)
        .where(PoolClaim.operator_id == operator_id, PoolClaim.id == claim_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def claimable_filings(actor: Actor) -> Select[PoolFiling]:
    """Return the bank's filings within reach whose loan is overdue and of which there is no claim, the longest overdue first.

    :raises Forbidden: if the actor may not look at claims or filings
    """
    actor.require(CLAIM_READ)
    claimed = exists().where(
        PoolClaim.tenant_id == PoolFiling.tenant_id,
        PoolClaim.filing_id == PoolFiling.id,
        PoolClaim.state.not_in(NEVER_PAID),
    )
    return (
        filings_in_reach(actor)
        .where(Loan.state == LoanState.OVERDUE, PoolFiling.state == FilingState.FILED, ~claimed)
        .order_by(None)
        .order_by(Loan.overdue_days.desc(), PoolFiling.id)
    )


async def live_claim(
    session: AsyncSession, *, tenant_id: UUID, filing_id: UUID
) -> PoolClaim | None:
    """Return the claim on a filing that was paid or is on its way, if the session sees one."""
    return await session.scalar(
        select(PoolClaim).where(
            PoolClaim.tenant_id == tenant_id,
            PoolClaim.filing_id == filing_id,
            PoolClaim.state.not_in(NEVER_PAID),
        )
    )


async def collections_of(
    session: AsyncSession, *, tenant_id: UUID, loan_id: UUID
) -> Sequence[CollectionAttempt]:
    """Return a bank's attempts to get its money of a loan, the first first, if the session sees them."""
    return (
        await session.scalars(
            select(CollectionAttempt)
            .where(CollectionAttempt.tenant_id == tenant_id, CollectionAttempt.loan_id == loan_id)
            .order_by(CollectionAttempt.attempted_on, CollectionAttempt.id)
        )
    ).all()


async def claim_counts(session: AsyncSession, actor: Actor) -> dict[ClaimState, int]:
    """Return how many claims on the operator's pools stand where.

    :raises Forbidden: if the actor may not look at claims
    """
    shown = claims_on_pools(actor).order_by(None).subquery()
    rows = await session.execute(select(shown.c.state, func.count()).group_by(shown.c.state))
    return {row[0]: row[1] for row in rows}


def _found(claim: PoolClaim | None) -> PoolClaim:
    if claim is None:
        raise NotFound(thing_zh="代偿申请", thing_en="claim")
    return claim
