"""What is read of guarantees: a bank's own within reach, those a guarantor was asked for, all of them for the operator, and limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.money import BPS_WHOLE
from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import local_day
from suxin.ledger.models import LedgerAccount
from suxin.ledger.posting import state_of
from suxin.lending.guarantees.models import GuaranteeRequest, GuarantorLimit
from suxin.lending.guarantees.policies import GUARANTEE_READ, GUARANTOR_OVERSEE
from suxin.lending.guarantees.refusals import GuarantorLimitMissing
from suxin.lending.guarantees.states import LIVE, GuaranteeState
from suxin.lending.loans.models import Loan
from suxin.lending.loans.states import LoanState
from suxin.lending.models import Referral
from suxin.lending.queries.referrals import within_reach
from suxin.lending.terms import RepaymentMethod
from suxin.tenancy.models import Tenant, TenantStatus
from suxin.tenancy.profiles import TenantKind

_OVER: Final = (LoanState.SETTLED, LoanState.CANCELLED)
# What is repaid of a revolving loan can be drawn again.
_REPAID: Final = (Loan.repayment_method != RepaymentMethod.REVOLVING) & (
    GuaranteeRequest.committed_fen * BPS_WHOLE
    > (Loan.principal_fen - Loan.principal_paid_fen) * GuaranteeRequest.share_bps
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUse:
    """What a guarantor may answer for, and what of that it does, in fen."""

    limit: GuarantorLimit
    committed_fen: int

    @property
    def free_fen(self) -> int:
        """How much more it may answer for."""
        return max(0, self.limit.whole_fen - self.committed_fen)

    @property
    def used_bps(self) -> int:
        """Which part of its limit in all is used."""
        return min(10_000, self.committed_fen * 10_000 // self.limit.whole_fen)


def requests_shown(actor: Actor) -> Select[GuaranteeRequest]:
    """Return the requests that a guarantor was asked by, or a bank's own on the referrals within the actor's reach, the latest first.

    :raises Forbidden: if the actor may not look at guarantees
    """
    actor.require(GUARANTEE_READ)
    statement = select(GuaranteeRequest).order_by(GuaranteeRequest.id.desc())
    if actor.tenant_kind == TenantKind.GUARANTOR:
        return statement.where(GuaranteeRequest.guarantor_id == actor.own_tenant)
    same = (Referral.tenant_id == GuaranteeRequest.tenant_id) & (
        Referral.id == GuaranteeRequest.referral_id
    )
    return statement.join(Referral, same).where(
        GuaranteeRequest.tenant_id == actor.own_tenant, within_reach(actor)
    )


def requests_of_city(actor: Actor, *, guarantor_id: UUID | None = None) -> Select[GuaranteeRequest]:
    """Return all requests, or those to one guarantor, for the operator, the latest first.

    :raises Forbidden: if the actor does not oversee guarantors
    """
    actor.require(GUARANTOR_OVERSEE)
    statement = select(GuaranteeRequest).order_by(GuaranteeRequest.id.desc())
    if guarantor_id is not None:
        statement = statement.where(GuaranteeRequest.guarantor_id == guarantor_id)
    return statement


async def shown_request(session: AsyncSession, actor: Actor, request_id: UUID) -> GuaranteeRequest:
    """Return a request as its bank or its guarantor sees it.

    :raises Forbidden: if the actor may not look at guarantees
    :raises NotFound: if it is neither's
    """
    return _found(
        await session.scalar(requests_shown(actor).where(GuaranteeRequest.id == request_id))
    )


async def lock_shown_request(
    session: AsyncSession, actor: Actor, request_id: UUID
) -> GuaranteeRequest:
    """Return a request of the actor's bank or guarantor, locked; locks on requests come after those on offers and loans.

    :raises Forbidden: if the actor may not look at guarantees
    :raises NotFound: if it is neither's
    """
    return _found(
        await session.scalar(
            requests_shown(actor)
            .where(GuaranteeRequest.id == request_id)
            .with_for_update(of=GuaranteeRequest, key_share=True)
            .execution_options(populate_existing=True)
        )
    )


async def lock_request(
    session: AsyncSession, tenant_id: UUID, request_id: UUID
) -> GuaranteeRequest | None:
    """Return a request, locked until the transaction ends."""
    return await session.scalar(
        select(GuaranteeRequest)
        .where(GuaranteeRequest.tenant_id == tenant_id, GuaranteeRequest.id == request_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def live_on_offer(
    session: AsyncSession, tenant_id: UUID, offer_id: UUID
) -> GuaranteeRequest | None:
    """Return the request on a bank's offer that waits or binds, locked."""
    return await session.scalar(
        select(GuaranteeRequest)
        .where(
            GuaranteeRequest.tenant_id == tenant_id,
            GuaranteeRequest.offer_id == offer_id,
            GuaranteeRequest.state.in_(LIVE),
        )
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def requests_on_offer(
    session: AsyncSession, actor: Actor, offer_id: UUID
) -> Sequence[GuaranteeRequest]:
    """Return what guarantors were asked about one of the bank's offers, the latest first.

    :raises Forbidden: if the actor may not look at guarantees
    """
    statement = requests_shown(actor).where(GuaranteeRequest.offer_id == offer_id)
    return (await session.scalars(statement)).all()


async def commitments_on(
    session: AsyncSession, actor: Actor, offer_ids: Sequence[UUID]
) -> dict[UUID, GuaranteeRequest]:
    """Return what guarantors are bound by on a bank's offers, by those."""
    rows = await session.scalars(
        select(GuaranteeRequest).where(
            GuaranteeRequest.tenant_id == actor.own_tenant,
            GuaranteeRequest.offer_id.in_(offer_ids),
            GuaranteeRequest.state == GuaranteeState.APPROVED,
        )
    )
    return {one.offer_id: one for one in rows}


async def loan_on(session: AsyncSession, request: GuaranteeRequest) -> Loan | None:
    """Return the loan that was signed on a request's offer, as far as the session sees it."""
    return await session.scalar(
        select(Loan).where(Loan.tenant_id == request.tenant_id, Loan.offer_id == request.offer_id)
    )


async def commitments_behind(
    session: AsyncSession, *, now: datetime, limit: int
) -> Sequence[Row[GuaranteeRequest, Loan]]:
    """Return commitments that stand for more than their loans need, or whose loan or period is over, locked, with the loans."""
    return (
        await session.execute(
            select(GuaranteeRequest, Loan)
            .join(
                Loan,
                (Loan.tenant_id == GuaranteeRequest.tenant_id)
                & (Loan.offer_id == GuaranteeRequest.offer_id),
            )
            .where(
                GuaranteeRequest.state == GuaranteeState.APPROVED,
                or_(
                    Loan.state.in_(_OVER),
                    GuaranteeRequest.ends_on <= local_day(now),
                    _REPAID,
                ),
            )
            .order_by(GuaranteeRequest.tenant_id, GuaranteeRequest.id)
            .limit(limit)
            .with_for_update(of=GuaranteeRequest, skip_locked=True, key_share=True)
        )
    ).all()


async def request_counts(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """Return how many of the requests that the actor is shown stand where.

    :raises Forbidden: if the actor may not look at guarantees
    """
    shown = requests_shown(actor).order_by(None).subquery()
    rows = await session.execute(select(shown.c.state, func.count()).group_by(shown.c.state))
    return {row[0].value: row[1] for row in rows}


def guarantors_shown(actor: Actor) -> Select[Tenant]:
    """Return the guarantors that are at work, for whoever may ask one or is one.

    :raises Forbidden: if the actor may not look at guarantees
    """
    actor.require(GUARANTEE_READ)
    return _at_work()


async def guarantors(session: AsyncSession) -> Sequence[Tenant]:
    """Return the guarantors of the city that are at work, by name."""
    return (await session.scalars(_at_work().order_by(Tenant.name))).all()


async def guarantor_row(session: AsyncSession, guarantor_id: UUID) -> Tenant:
    """Return a guarantor that is at work.

    :raises NotFound: if there is none of this id
    """
    found = await session.scalar(_at_work().where(Tenant.id == guarantor_id))
    if found is None:
        raise NotFound(thing_zh="担保机构", thing_en="guarantor", field="guarantorId")
    return found


async def own_limit(session: AsyncSession, guarantor_id: UUID) -> GuarantorLimit:
    """Return what a guarantor may answer for, as it sees that itself.

    :raises GuarantorLimitMissing: if the operator has not said it
    """
    found = await session.scalar(
        select(GuarantorLimit).where(GuarantorLimit.guarantor_id == guarantor_id)
    )
    if found is None:
        raise GuarantorLimitMissing
    return found


async def lock_limit(
    session: AsyncSession, *, operator_id: UUID, guarantor_id: UUID
) -> GuarantorLimit | None:
    """Return what a guarantor may answer for, locked."""
    return await session.scalar(
        select(GuarantorLimit)
        .where(GuarantorLimit.tenant_id == operator_id, GuarantorLimit.guarantor_id == guarantor_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def committed_of(session: AsyncSession, guarantor_id: UUID) -> int:
    """Return all that a guarantor answers for, in fen, as far as the session sees its requests."""
    found = await session.scalar(
        select(func.coalesce(func.sum(GuaranteeRequest.committed_fen), 0)).where(
            GuaranteeRequest.guarantor_id == guarantor_id
        )
    )
    return int(found or 0)


async def limit_use(session: AsyncSession, actor: Actor) -> LimitUse | None:
    """Return what the actor's guarantor may answer for and what it does, nothing where no limit is set.

    :raises Forbidden: if the actor may not look at guarantees
    """
    actor.require(GUARANTEE_READ)
    limit = await session.scalar(
        select(GuarantorLimit).where(GuarantorLimit.guarantor_id == actor.own_tenant)
    )
    if limit is None:
        return None
    return LimitUse(limit=limit, committed_fen=await committed_of(session, actor.own_tenant))


async def uses_of_city(session: AsyncSession, actor: Actor) -> dict[UUID, LimitUse]:
    """Return for the operator what each guarantor may answer for, and what it does by the operator's book.

    :raises Forbidden: if the actor does not oversee guarantors
    """
    actor.require(GUARANTOR_OVERSEE)
    rows = await session.execute(
        select(GuarantorLimit, LedgerAccount)
        .join(
            LedgerAccount,
            (LedgerAccount.tenant_id == GuarantorLimit.tenant_id)
            & (LedgerAccount.id == GuarantorLimit.committed_id),
        )
        .where(GuarantorLimit.tenant_id == actor.own_tenant)
    )
    return {
        row[0].guarantor_id: LimitUse(limit=row[0], committed_fen=state_of(row[1]).balance)
        for row in rows
    }


def _at_work() -> Select[Tenant]:
    return select(Tenant).where(
        Tenant.kind == TenantKind.GUARANTOR, Tenant.status == TenantStatus.ACTIVE
    )


def _found(request: GuaranteeRequest | None) -> GuaranteeRequest:
    if request is None:
        raise NotFound(thing_zh="担保申请", thing_en="request for a guarantee")
    return request
