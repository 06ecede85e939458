"""What a merchant and the operator do about a statement."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.refusals import Invalid
from suxin.kernel.working_days import local_day
from suxin.perks.accounts import note_paid
from suxin.perks.limits import checked_reason, checked_reference
from suxin.perks.settlements import queries
from suxin.perks.settlements.models import Settlement
from suxin.perks.settlements.policies import SETTLEMENT_APPROVE, SETTLEMENT_CONFIRM
from suxin.perks.settlements.refusals import SettlementSecondPerson
from suxin.perks.states import FunderKind


async def confirm_settlement(
    session: AsyncSession, actor: Actor, *, settlement_id: UUID, now: datetime
) -> Settlement:
    """Agree, as the merchant, with a statement.

    :raises Forbidden: without the right to confirm
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it does not wait for the merchant
    """
    actor.require(SETTLEMENT_CONFIRM)
    found = await queries.lock_settlement(session, actor, settlement_id)
    found.confirm(by=actor.own_staff, now=now)
    _record(session, found, "confirmed", now=now)
    return found


async def dispute_settlement(
    session: AsyncSession, actor: Actor, *, settlement_id: UUID, reason: str, now: datetime
) -> Settlement:
    """Say, as the merchant, what is wrong with a statement.

    :raises Forbidden: without the right to confirm
    :raises NotFound: if it is not this tenant's
    :raises Invalid: if no reason is given
    :raises StepNotPossible: if it does not wait for the merchant
    """
    actor.require(SETTLEMENT_CONFIRM)
    said = checked_reason(reason)
    found = await queries.lock_settlement(session, actor, settlement_id)
    found.dispute(said)
    _record(session, found, "disputed", now=now)
    return found


async def answer_dispute(
    session: AsyncSession, actor: Actor, *, settlement_id: UUID, answer: str, now: datetime
) -> Settlement:
    """Answer a dispute, as the operator; the merchant looks at the statement anew.

    :raises Forbidden: without the right to approve
    :raises NotFound: if there is none
    :raises Invalid: if no answer is given
    :raises StepNotPossible: if it is not disputed
    """
    actor.require(SETTLEMENT_APPROVE)
    said = checked_reason(answer)
    found = await queries.lock_settlement(session, actor, settlement_id)
    found.answer_dispute(said)
    _record(session, found, "answered", now=now)
    return found


async def approve_settlement(
    session: AsyncSession, actor: Actor, *, settlement_id: UUID, now: datetime
) -> Settlement:
    """Approve what a merchant confirmed; the city's money is approved by two people, one after the other.

    :raises Forbidden: without the right to approve
    :raises NotFound: if there is none
    :raises StepNotPossible: if it is not confirmed
    :raises SettlementSecondPerson: if the actor approved the city's money before
    """
    actor.require(SETTLEMENT_APPROVE)
    found = await queries.lock_settlement(session, actor, settlement_id)
    if found.funder is FunderKind.CITY and found.first_by is None:
        found.approve_first(by=actor.own_staff, now=now)
        _record(session, found, "approved_first", now=now)
        return found
    if found.waits_for_second and found.first_by == actor.own_staff:
        raise SettlementSecondPerson
    found.approve(by=actor.own_staff, now=now)
    _record(session, found, "approved", now=now)
    return found


async def note_payment(
    session: AsyncSession,
    actor: Actor,
    *,
    settlement_id: UUID,
    paid_on: date,
    reference: str,
    now: datetime,
) -> Settlement:
    """Note a payment that was made elsewhere, and post it from due to paid in the merchant's book, programme by programme.

    :raises Forbidden: without the right to approve
    :raises NotFound: if there is none
    :raises Invalid: if the payment's reference is missing or too long, or its day was before the statement or is to come
    :raises StepNotPossible: if it is not approved
    """
    actor.require(SETTLEMENT_APPROVE)
    number = checked_reference(reference)
    found = await queries.lock_settlement(session, actor, settlement_id)
    if not local_day(found.drawn_up_at) <= paid_on <= local_day(now):
        raise Invalid(
            field="paidOn",
            reason_zh="付款日期须在出单之后，且不晚于今天",
            reason_en="the day is after the statement was drawn up, and not to come",
        )
    found.pay(by=actor.own_staff, on=paid_on, reference=number)
    sums = await queries.sums_of(session, actor, settlement_id)
    async with act_for(session, tenant_id=found.tenant_id, reason="perk settlement paid"):
        for one in sums:
            await note_paid(session, one.programme, one.amount_fen, reference=number, now=now)
    _record(session, found, "paid", now=now)
    return found


def _record(session: AsyncSession, found: Settlement, act: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"perks.settlement.{act}",
        now=now,
        tenant_id=found.tenant_id,
        object_type="settlement",
        object_id=found.id,
        detail={"month": found.month.isoformat(), "amount_fen": found.amount_fen},
    )
