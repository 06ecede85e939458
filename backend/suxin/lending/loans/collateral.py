"""Registered collateral (抵押登记): where and until when it is registered, its renewal, and a reminder before it expires.

A mortgage of immovables exists by its registration (民法典 art. 402); one whose registration expires unrenewed may lose its rank, so
that the bank is reminded in time. The registry's books lead: what is here is what the bank says of them.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.refusals import Invalid
from suxin.kernel.working_days import local_day
from suxin.lending import policies
from suxin.lending.loans import queries
from suxin.lending.loans.contracts import MAX_NUMBER, check_text
from suxin.lending.loans.models import Loan
from suxin.lending.loans.refusals import CollateralShortened, NotSecured
from suxin.lending.terms import GuaranteeMode

REMIND_DAYS: Final = 30
"""How many days before a registration expires the bank is reminded (proposed default)."""

MAX_REGISTRY: Final = 120
REMINDED_AT_ONCE: Final = 200
_SECURED: Final = (GuaranteeMode.MORTGAGE, GuaranteeMode.PLEDGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollateralDraft:
    """What a bank says of a registration: where, under which number, and until which day it holds."""

    registry: str
    number: str
    expires_on: date


def may_be_secured(loan: Loan) -> bool:
    """Return whether something of a loan can be registered: it has a mortgage or a pledge, or had collateral from the start."""
    return loan.guarantee in _SECURED or loan.collateral_number is not None


async def record_collateral(
    session: AsyncSession, actor: Actor, *, loan_id: UUID, draft: CollateralDraft, now: datetime
) -> Loan:
    """Record the registration of a loan's collateral, or its renewal; said again in the same words nothing changes.

    :raises NotFound, Forbidden: if the loan is not the actor's
    :raises Invalid: if a text is empty or too long, or the registration has expired
    :raises NotSecured: if the loan has neither a mortgage nor a pledge
    :raises CollateralShortened: if the same registration would end earlier than it was said to
    :raises StepNotPossible: if the loan has ended
    """
    actor.require(policies.LOAN_MANAGE)
    check_text("registry", draft.registry, MAX_REGISTRY)
    check_text("collateralNumber", draft.number, MAX_NUMBER)
    if draft.expires_on <= local_day(now):
        raise Invalid(
            field="collateralExpiresOn",
            reason_zh="抵押登记已到期",
            reason_en="the registration has expired",
        )
    loan = await queries.lock_own_loan(session, actor, loan_id)
    loan.require_open(step_zh="登记抵押", step_en="record its collateral")
    if not may_be_secured(loan):
        raise NotSecured
    before = (loan.collateral_registry, loan.collateral_number, loan.collateral_expires_on)
    if before == (draft.registry, draft.number, draft.expires_on):
        return loan
    same = loan.collateral_number == draft.number
    if same and loan.collateral_expires_on and draft.expires_on < loan.collateral_expires_on:
        raise CollateralShortened(
            field="collateralExpiresOn", until=loan.collateral_expires_on.isoformat()
        )
    loan.collateral_registry, loan.collateral_number = draft.registry, draft.number
    loan.collateral_expires_on, loan.collateral_recorded_at = draft.expires_on, now
    append_act(
        session,
        action="lending.loan.collateral_recorded",
        now=now,
        tenant_id=loan.tenant_id,
        subject_id=loan.subject_id,
        object_type="loan",
        object_id=loan.id,
        detail={"number": draft.number, "until": draft.expires_on.isoformat()},
    )
    return loan


async def remind_of_collateral(
    session: AsyncSession, *, now: datetime, limit: int = REMINDED_AT_ONCE
) -> int:
    """Remind banks, once for each day of expiry, of registrations that expire soon; return of how many.

    A duty of the platform.
    """
    until = local_day(now) + timedelta(days=REMIND_DAYS)
    loans = await queries.unreminded_collateral(session, until=until, limit=limit)
    for loan in loans:
        loan.collateral_reminded_for = loan.collateral_expires_on
        await notices.notify_tenant(
            session,
            tenant_id=loan.tenant_id,
            permission=policies.LOAN_MANAGE,
            template="collateral_expires",
            title="抵押登记即将到期",
            body=f"合同 {loan.contract_number} 的抵押登记 {loan.collateral_number}"
            f" 于 {loan.collateral_expires_on:%Y年%m月%d日}到期，请及时续登并登记。",
            link=f"/desk/loans/{loan.id}",
            now=now,
        )
    await session.flush()
    return len(loans)
