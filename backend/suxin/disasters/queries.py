"""Declared disasters and proposed renewals, as the credit office, a bank and a borrower read them."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from suxin.disasters.models import DISASTERS, DeclaredDisaster, RenewalProposal
from suxin.disasters.policies import DISASTER_READ
from suxin.disasters.states import DisasterState, RenewalState
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.lending.loans.models import Loan
from suxin.lending.models import Referral
from suxin.lending.policies import LOAN_READ
from suxin.lending.queries.referrals import within_reach

DECIDED: Final = (RenewalState.AGREED, RenewalState.DECLINED)


def own_disasters(actor: Actor) -> Select[DeclaredDisaster]:
    """Return the declared disasters of the actor's city without their documents, newest first.

    :raises Forbidden: if the actor may not read them
    """
    actor.require(DISASTER_READ)
    return select(DeclaredDisaster).order_by(DeclaredDisaster.id.desc())


async def own_disaster(session: AsyncSession, actor: Actor, disaster_id: UUID) -> DeclaredDisaster:
    """Return one declared disaster without its document.

    :raises Forbidden: if the actor may not read them
    :raises NotFound: if there is none
    """
    return await DISASTERS.one(session, own_disasters(actor), disaster_id)


async def own_disaster_document(
    session: AsyncSession, actor: Actor, disaster_id: UUID
) -> DeclaredDisaster:
    """Return one declared disaster with what its document holds, sealed.

    :raises Forbidden: if the actor may not read them
    :raises NotFound: if there is none
    """
    return await DISASTERS.with_document(session, own_disasters(actor), disaster_id)


async def lock_disaster(session: AsyncSession, actor: Actor, disaster_id: UUID) -> DeclaredDisaster:
    """Return one declared disaster, locked until the transaction ends; its notice is locked after it.

    :raises Forbidden: if the actor may not read them
    :raises NotFound: if there is none
    """
    return await DISASTERS.locked(session, own_disasters(actor), disaster_id)


async def confirmed_disaster(session: AsyncSession, disaster_id: UUID) -> DeclaredDisaster | None:
    """Return a confirmed disaster with its document, locked, as far as the caller may change it; nothing where it is none."""
    return await session.scalar(
        select(DeclaredDisaster)
        .where(
            DeclaredDisaster.id == disaster_id, DeclaredDisaster.state == DisasterState.CONFIRMED
        )
        .options(undefer(DeclaredDisaster.content))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def disasters_waiting(session: AsyncSession, actor: Actor) -> int:
    """Return how many declarations wait for somebody else than whoever entered them."""
    return await DISASTERS.waiting(session, actor)


def renewals_in_reach(actor: Actor) -> Select[RenewalProposal, Loan, DeclaredDisaster]:
    """Return the proposed renewals of the bank's loans within the actor's branch and areas, with loan and disaster.

    :raises Forbidden: if the actor may not read loans
    """
    actor.require(LOAN_READ)
    return (
        select(RenewalProposal, Loan, DeclaredDisaster)
        .join(
            Loan,
            (Loan.tenant_id == RenewalProposal.tenant_id) & (Loan.id == RenewalProposal.loan_id),
        )
        .join(Referral, (Referral.tenant_id == Loan.tenant_id) & (Referral.id == Loan.referral_id))
        .join(DeclaredDisaster, DeclaredDisaster.id == RenewalProposal.disaster_id)
        .where(RenewalProposal.tenant_id == actor.own_tenant, within_reach(actor))
    )


async def own_renewal(
    session: AsyncSession, actor: Actor, proposal_id: UUID
) -> Row[RenewalProposal, Loan, DeclaredDisaster]:
    """Return one proposed renewal within the actor's reach, with loan and disaster.

    :raises Forbidden: if the actor may not read loans
    :raises NotFound: if it is not
    """
    one = renewals_in_reach(actor).where(RenewalProposal.id == proposal_id)
    return _renewal((await session.execute(one)).one_or_none())


async def lock_own_renewal(
    session: AsyncSession, actor: Actor, proposal_id: UUID
) -> Row[RenewalProposal, Loan, DeclaredDisaster]:
    """Return one proposed renewal within the actor's reach, locked; locks on proposals come after those on loans.

    :raises Forbidden: if the actor may not read loans
    :raises NotFound: if it is not
    """
    one = (
        renewals_in_reach(actor)
        .where(RenewalProposal.id == proposal_id)
        .with_for_update(of=RenewalProposal)
        .execution_options(populate_existing=True)
    )
    return _renewal((await session.execute(one)).one_or_none())


async def renewal_counts(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """Return how many proposed renewals within the actor's reach stand where.

    :raises Forbidden: if the actor may not read loans
    """
    shown = renewals_in_reach(actor).with_only_columns(RenewalProposal.state).subquery()
    rows = await session.execute(select(shown.c.state, func.count()).group_by(shown.c.state))
    return {row[0].value: row[1] for row in rows}


async def renewed_by(
    session: AsyncSession, actor: Actor, loan_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """Return by which loans of the bank some of its loans were renewed, by the renewed."""
    found = await session.scalars(
        select(Loan).where(Loan.tenant_id == actor.own_tenant, Loan.renews_id.in_(loan_ids))
    )
    return {loan.renews_id: loan.id for loan in found if loan.renews_id is not None}


def renewals_about(subject_id: UUID) -> Select[RenewalProposal, DeclaredDisaster]:
    """Return the renewals that were proposed of a subject's loans, with the disasters, as far as the caller sees them."""
    return (
        select(RenewalProposal, DeclaredDisaster)
        .join(DeclaredDisaster, DeclaredDisaster.id == RenewalProposal.disaster_id)
        .where(RenewalProposal.subject_id == subject_id)
        .order_by(RenewalProposal.id)
    )


def _renewal(
    found: Row[RenewalProposal, Loan, DeclaredDisaster] | None,
) -> Row[RenewalProposal, Loan, DeclaredDisaster]:
    if found is None:
        raise NotFound(thing_zh="续贷建议", thing_en="proposed renewal", field="proposalId")
    return found
