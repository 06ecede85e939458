"""What is read of loans: a bank's own within the caller's reach, and their facts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.lending.loans.models import (
    Loan,
    LoanDrawdown,
    LoanInstalment,
    LoanRepayment,
    RepaymentFile,
)
from suxin.lending.models import Referral
from suxin.lending.queries.referrals import within_reach

Model = TypeVar("Model", LoanDrawdown, LoanInstalment, LoanRepayment)


@dataclass(slots=True)
class Facts:
    """What was reported of a loan, and its plan as it is written down."""

    drawdowns: list[LoanDrawdown] = field(default_factory=list)
    repayments: list[LoanRepayment] = field(default_factory=list)
    instalments: list[LoanInstalment] = field(default_factory=list)


def loans_in_reach(actor: Actor) -> Select[Loan]:
    """Return the bank's loans on the referrals within the actor's branch and areas."""
    return (
        select(Loan)
        .join(Referral, (Referral.tenant_id == Loan.tenant_id) & (Referral.id == Loan.referral_id))
        .where(Loan.tenant_id == actor.own_tenant, within_reach(actor))
    )


def drawdowns_in_reach(actor: Actor) -> Select[LoanDrawdown]:
    """Return what was drawn under those loans."""
    return _of_loans(select(LoanDrawdown), LoanDrawdown, actor)


def instalments_in_reach(actor: Actor) -> Select[LoanInstalment]:
    """Return what is due of those loans."""
    return _of_loans(select(LoanInstalment), LoanInstalment, actor)


def repayments_in_reach(actor: Actor) -> Select[LoanRepayment]:
    """Return what was repaid of those loans."""
    return _of_loans(select(LoanRepayment), LoanRepayment, actor)


def loans_of(subject_id: UUID, request_id: UUID) -> Select[Loan]:
    """Return the loans that came of a subject's request, the oldest first."""
    return (
        select(Loan)
        .where(Loan.subject_id == subject_id, Loan.request_id == request_id)
        .order_by(Loan.id)
    )


def instalments_of(loan: Loan) -> Select[LoanInstalment]:
    """Return the plan of a loan."""
    return (
        select(LoanInstalment)
        .where(LoanInstalment.tenant_id == loan.tenant_id, LoanInstalment.loan_id == loan.id)
        .order_by(LoanInstalment.number)
    )


async def own_loan(session: AsyncSession, actor: Actor, loan_id: UUID) -> Loan:
    """Return one of the bank's loans within the actor's reach.

    :raises NotFound: if it is not
    """
    return _found(await session.scalar(loans_in_reach(actor).where(Loan.id == loan_id)))


async def lock_own_loan(session: AsyncSession, actor: Actor, loan_id: UUID) -> Loan:
    """Return one of the bank's loans within the actor's reach, locked; locks on loans come after those on offers.

    :raises NotFound: if it is not
    """
    return _found(
        await session.scalar(
            loans_in_reach(actor)
            .where(Loan.id == loan_id)
            .with_for_update(of=Loan)
            .execution_options(populate_existing=True)
        )
    )


async def lock_loan(session: AsyncSession, tenant_id: UUID, loan_id: UUID) -> Loan | None:
    """Return a loan, locked until the transaction ends."""
    return await session.scalar(
        select(Loan)
        .where(Loan.tenant_id == tenant_id, Loan.id == loan_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def lock_numbered_loans(
    session: AsyncSession, actor: Actor, numbers: Iterable[str]
) -> dict[str, Loan]:
    """Return the bank's loans within the actor's reach by their contract numbers, locked in the order of their ids."""
    found = await session.scalars(
        loans_in_reach(actor)
        .where(Loan.contract_number.in_(set(numbers)))
        .order_by(Loan.id)
        .with_for_update(of=Loan)
        .execution_options(populate_existing=True)
    )
    return {loan.contract_number: loan for loan in found}


async def loan_with_number(session: AsyncSession, tenant_id: UUID, number: str) -> Loan | None:
    """Return the bank's loan with a contract number, wherever it is routed."""
    return await session.scalar(
        select(Loan).where(Loan.tenant_id == tenant_id, Loan.contract_number == number)
    )


async def loan_on_offer(session: AsyncSession, actor: Actor, offer_id: UUID) -> Loan | None:
    """Return the contract that was signed on one of the bank's offers."""
    return await session.scalar(
        select(Loan).where(Loan.tenant_id == actor.own_tenant, Loan.offer_id == offer_id)
    )


async def facts_of(
    session: AsyncSession, tenant_id: UUID, loan_ids: Iterable[UUID]
) -> defaultdict[UUID, Facts]:
    """Return the facts of some loans by their ids; of whoever may not read them, or of a loan that has none, nothing."""
    ids = set(loan_ids)
    facts: defaultdict[UUID, Facts] = defaultdict(Facts)
    drawn = await session.scalars(
        select(LoanDrawdown).where(
            LoanDrawdown.tenant_id == tenant_id, LoanDrawdown.loan_id.in_(ids)
        )
    )
    for drawdown in drawn:
        facts[drawdown.loan_id].drawdowns.append(drawdown)
    repaid = await session.scalars(
        select(LoanRepayment).where(
            LoanRepayment.tenant_id == tenant_id, LoanRepayment.loan_id.in_(ids)
        )
    )
    for repayment in repaid:
        facts[repayment.loan_id].repayments.append(repayment)
    due = await session.scalars(
        select(LoanInstalment)
        .where(LoanInstalment.tenant_id == tenant_id, LoanInstalment.loan_id.in_(ids))
        .order_by(LoanInstalment.number)
        .execution_options(populate_existing=True)
    )
    for instalment in due:
        facts[instalment.loan_id].instalments.append(instalment)
    return facts


async def repayments_with(
    session: AsyncSession, actor: Actor, references: Iterable[str]
) -> dict[str, LoanRepayment]:
    """Return which of the bank's references are of repayments that were reported."""
    found = await session.scalars(
        select(LoanRepayment).where(
            LoanRepayment.tenant_id == actor.own_tenant,
            LoanRepayment.reference.in_(set(references)),
        )
    )
    return {repayment.reference: repayment for repayment in found}


async def drawdown_with(session: AsyncSession, actor: Actor, reference: str) -> LoanDrawdown | None:
    """Return the draw-down that the bank reported under a reference."""
    return await session.scalar(
        select(LoanDrawdown).where(
            LoanDrawdown.tenant_id == actor.own_tenant, LoanDrawdown.reference == reference
        )
    )


async def file_with(session: AsyncSession, actor: Actor, sha256: str) -> RepaymentFile | None:
    """Return the bank's file of repayments with this content."""
    return await session.scalar(
        select(RepaymentFile).where(
            RepaymentFile.tenant_id == actor.own_tenant, RepaymentFile.sha256 == sha256
        )
    )


def own_files(actor: Actor) -> Select[RepaymentFile]:
    """Return the bank's files of repayments, the newest first."""
    return (
        select(RepaymentFile)
        .where(RepaymentFile.tenant_id == actor.own_tenant)
        .order_by(RepaymentFile.id.desc())
    )


async def untold_loans(session: AsyncSession, *, limit: int) -> Sequence[Loan]:
    """Return loans of the city that stand where nobody was told that they stand, locked; who tells others at once passes them over."""
    return (
        await session.scalars(
            select(Loan)
            .where(cast(Loan.state, Text) != Loan.told_state, Loan.sandbox_id.is_(None))
            .order_by(Loan.tenant_id, Loan.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    ).all()


async def unreminded_collateral(
    session: AsyncSession, *, until: date, limit: int
) -> Sequence[Loan]:
    """Return running loans of the city whose collateral's registration expires by a day and of which nobody was reminded, locked."""
    return (
        await session.scalars(
            select(Loan)
            .where(
                Loan.collateral_expires_on <= until,
                Loan.collateral_reminded_for.is_distinct_from(Loan.collateral_expires_on),
                Loan.ended_at.is_(None),
                Loan.sandbox_id.is_(None),
            )
            .order_by(Loan.tenant_id, Loan.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    ).all()


async def loan_counts(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """Return how many of the bank's loans within the actor's reach stand where."""
    shown = loans_in_reach(actor).subquery()
    rows = await session.execute(select(shown.c.state, func.count()).group_by(shown.c.state))
    return {row[0].value: row[1] for row in rows}


def _of_loans(statement: Select[Model], model: type[Model], actor: Actor) -> Select[Model]:
    return (
        statement.join(Loan, (Loan.tenant_id == model.tenant_id) & (Loan.id == model.loan_id))
        .join(Referral, (Referral.tenant_id == Loan.tenant_id) & (Referral.id == Loan.referral_id))
        .where(Loan.tenant_id == actor.own_tenant, within_reach(actor))
    )


def _found(loan: Loan | None) -> Loan:
    if loan is None:
        raise NotFound(thing_zh="贷款", thing_en="loan")
    return loan
