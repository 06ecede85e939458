"""Filings as the bank sees its own within its reach, the operator those of its pools, and what a loan is filed by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.lending.loans.models import Loan
from suxin.lending.loans.states import LoanState
from suxin.lending.models import LoanProduct, LoanRequest, Offer, OfferState, Referral
from suxin.lending.queries.referrals import within_reach
from suxin.lending.terms import RepaymentMethod
from suxin.risk_pool.filings.models import FilingFile, PoolFiling
from suxin.risk_pool.filings.states import FilingState
from suxin.risk_pool.policies import FILING_READ, POOL_READ
from suxin.risk_pool.stop_loss import StopLossState
from suxin.risk_pool.stopping.models import PoolStopLoss

_WHOLE: Final = 0b1111
"""What PostgreSQL's ``grouping`` says where nothing is shared: a bit for each of four columns."""
LOAN_ENDED: Final = (LoanState.SETTLED, LoanState.WRITTEN_OFF, LoanState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What a bank's filings in a pool commit: how many there are, their principal and what of it is committed, in fen."""

    filings: int
    principal_fen: int
    committed_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What a pool stands behind, of all filings or of those that share a bank, county, industry or month.

    ``by`` is what they share, nothing for all of them; ``key`` is a bank's id, a county's code, a section or a month as 2026-11.
    """

    by: str | None
    key: str
    filings: int
    principal_fen: int
    committed_fen: int


def filings_in_reach(actor: Actor, *, pool_id: UUID | None = None) -> Select[PoolFiling]:
    """Return the bank's filings within the actor's branch and areas, in all pools or one, the latest first.

    :raises Forbidden: if the actor may not look at filings
    """
    actor.require(FILING_READ)
    statement = (
        select(PoolFiling)
        .join(Loan, (Loan.tenant_id == PoolFiling.tenant_id) & (Loan.id == PoolFiling.loan_id))
        .join(Referral, (Referral.tenant_id == Loan.tenant_id) & (Referral.id == Loan.referral_id))
        .where(PoolFiling.tenant_id == actor.own_tenant, within_reach(actor))
    )
    if pool_id is not None:
        statement = statement.where(PoolFiling.pool_id == pool_id)
    return statement.order_by(PoolFiling.id.desc())


def filings_of_pools(actor: Actor, *, pool_id: UUID | None = None) -> Select[PoolFiling]:
    """Return the filings in the operator's pools, or in one of them, the latest first.

    :raises Forbidden: if the actor may not look at pools
    """
    actor.require(POOL_READ)
    statement = select(PoolFiling).where(PoolFiling.operator_id == actor.own_tenant)
    if pool_id is not None:
        statement = statement.where(PoolFiling.pool_id == pool_id)
    return statement.order_by(PoolFiling.id.desc())


async def own_filing(session: AsyncSession, actor: Actor, filing_id: UUID) -> PoolFiling:
    """Return one of the bank's filings within the actor's reach.

    :raises Forbidden: if the actor may not look at filings
    :raises NotFound: if it is not
    """
    filing = await session.scalar(filings_in_reach(actor).where(PoolFiling.id == filing_id))
    if filing is None:
        raise NotFound(thing_zh="备案", thing_en="filing")
    return filing


async def filing_of_loan(
    session: AsyncSession, *, tenant_id: UUID, loan_id: UUID
) -> PoolFiling | None:
    """Return the filing of a loan, if it has one that the session sees."""
    return await session.scalar(
        select(PoolFiling).where(PoolFiling.tenant_id == tenant_id, PoolFiling.loan_id == loan_id)
    )


async def filings_by_loan(
    session: AsyncSession, actor: Actor, loan_ids: Iterable[UUID]
) -> dict[UUID, PoolFiling]:
    """Return which of the bank's loans are filed, by their ids."""
    found = await session.scalars(
        select(PoolFiling).where(
            PoolFiling.tenant_id == actor.own_tenant, PoolFiling.loan_id.in_(set(loan_ids))
        )
    )
    return {filing.loan_id: filing for filing in found}


async def requests_by_id(
    session: AsyncSession, request_ids: Iterable[UUID]
) -> dict[UUID, LoanRequest]:
    """Return the loan requests that the session has a basis to read, by their ids."""
    found = await session.scalars(select(LoanRequest).where(LoanRequest.id.in_(set(request_ids))))
    return {request.id: request for request in found}


async def products_by_referral(
    session: AsyncSession, actor: Actor, referral_ids: Iterable[UUID]
) -> dict[UUID, str]:
    """Return the codes of the bank's products that the offers chosen on some referrals were of; a renewal keeps its first loan's."""
    rows = await session.execute(
        select(Offer.referral_id, LoanProduct.code)
        .join(
            Referral, (Referral.tenant_id == Offer.tenant_id) & (Referral.id == Offer.referral_id)
        )
        .join(
            LoanProduct,
            (LoanProduct.tenant_id == Offer.tenant_id)
            & (LoanProduct.id == func.coalesce(Offer.product_id, Referral.product_id)),
        )
        .where(
            Offer.tenant_id == actor.own_tenant,
            Offer.referral_id.in_(set(referral_ids)),
            Offer.state == OfferState.CHOSEN,
        )
    )
    return {row[0]: row[1] for row in rows}


async def stop_loss_states(
    session: AsyncSession, *, pool_id: UUID, bank_id: UUID
) -> dict[str, StopLossState]:
    """Return how the stop-losses of a pool and a bank stand, by product."""
    rows = await session.execute(
        select(PoolStopLoss.product_code, PoolStopLoss.state).where(
            PoolStopLoss.pool_id == pool_id, PoolStopLoss.bank_id == bank_id
        )
    )
    return {row[0]: row[1] for row in rows}


async def committed_of(session: AsyncSession, actor: Actor, *, pool_id: UUID) -> Committed:
    """Return what the actor's bank's filings in a pool commit, whoever filed them.

    :raises Forbidden: if the actor may not look at filings
    """
    actor.require(FILING_READ)
    row = (
        await session.execute(
            select(
                func.count(),
                func.coalesce(func.sum(PoolFiling.principal_fen), 0),
                func.coalesce(func.sum(PoolFiling.committed_fen), 0),
            ).where(
                PoolFiling.tenant_id == actor.own_tenant,
                PoolFiling.pool_id == pool_id,
                PoolFiling.state == FilingState.FILED,
            )
        )
    ).one()
    return Committed(filings=row[0], principal_fen=int(row[1]), committed_fen=int(row[2]))


async def exposure_of(session: AsyncSession, actor: Actor, *, pool_id: UUID) -> list[Exposure]:
    """Return what stands filed in one of the operator's pools: all of it, then by bank, county, industry and month of filing.

    What is outstanding is taken as what is committed, because a bank's loans are not the operator's to read.

    :raises Forbidden: if the actor may not look at pools
    """
    actor.require(POOL_READ)
    keys = {
        "bank": cast(PoolFiling.tenant_id, Text),
        "county": PoolFiling.county_code,
        "industry": PoolFiling.industry_section,
        "month": func.to_char(func.timezone("Asia/Shanghai", PoolFiling.filed_at), "YYYY-MM"),
    }
    filed = (
        select(
            *(key.label(name) for name, key in keys.items()),
            PoolFiling.principal_fen,
            PoolFiling.committed_fen,
        )
        .where(
            PoolFiling.operator_id == actor.own_tenant,
            PoolFiling.pool_id == pool_id,
            PoolFiling.state == FilingState.FILED,
        )
        .subquery()
    )
    columns = [filed.c[name] for name in keys]
    rows = await session.execute(
        select(
            func.grouping(*columns),
            func.coalesce(*columns, ""),
            func.count(filed.c.principal_fen),
            func.coalesce(func.sum(filed.c.principal_fen), 0),
            func.coalesce(func.sum(filed.c.committed_fen), 0),
        )
        .group_by(func.grouping_sets(tuple_(), *(tuple_(column) for column in columns)))
        .order_by(func.coalesce(func.sum(filed.c.committed_fen), 0).desc())
    )
    # Of the bits that PostgreSQL gives, that of the one column that is shared is not set.
    shared = {_WHOLE ^ (1 << 3 - place): name for place, name in enumerate(keys)}
    return [
        Exposure(
            by=shared.get(row[0]),
            key=row[1],
            filings=row[2],
            principal_fen=int(row[3]),
            committed_fen=int(row[4]),
        )
        for row in sorted(rows.all(), key=lambda row: (row[0] != _WHOLE, row[0]))
    ]


async def file_with(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, sha256: str
) -> FilingFile | None:
    """Return the bank's file of filings in a pool with this content."""
    return await session.scalar(
        select(FilingFile).where(
            FilingFile.tenant_id == actor.own_tenant,
            FilingFile.pool_id == pool_id,
            FilingFile.sha256 == sha256,
        )
    )


def own_files(actor: Actor) -> Select[FilingFile]:
    """Return the bank's files of filings, the newest first.

    :raises Forbidden: if the actor may not look at filings
    """
    actor.require(FILING_READ)
    return (
        select(FilingFile)
        .where(FilingFile.tenant_id == actor.own_tenant)
        .order_by(FilingFile.id.desc())
    )


async def filings_behind(session: AsyncSession, *, limit: int) -> Sequence[tuple[PoolFiling, Loan]]:
    """Return filings that commit more than their loan may still come to, or whose loan has ended, locked; who follows others at once passes them over."""
    repaid = (Loan.repayment_method != RepaymentMethod.REVOLVING) & (
        PoolFiling.committed_fen > Loan.principal_fen - Loan.principal_paid_fen
    )
    rows = await session.execute(
        select(PoolFiling, Loan)
        .join(Loan, (Loan.tenant_id == PoolFiling.tenant_id) & (Loan.id == PoolFiling.loan_id))
        .where(PoolFiling.state == FilingState.FILED, or_(Loan.state.in_(LOAN_ENDED), repaid))
        .order_by(PoolFiling.operator_id, PoolFiling.pool_id, PoolFiling.id)
        .limit(limit)
        .with_for_update(of=PoolFiling, skip_locked=True)
    )
    return [(row[0], row[1]) for row in rows]
