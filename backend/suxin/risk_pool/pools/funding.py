"""What partners pay into a pool: recorded by one person, and counted once a second, or the custodian's statement, confirms it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.money import check_amount_fen
from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.working_days import local_day
from suxin.ledger import drafts, posting
from suxin.risk_pool.policies import FUNDING_RECORD
from suxin.risk_pool.pools import queries
from suxin.risk_pool.pools.books import FUNDING_CODE
from suxin.risk_pool.pools.commands import check_text
from suxin.risk_pool.pools.models import PoolFunding, PoolPartner, RiskPool
from suxin.risk_pool.pools.refusals import FundingReferenceReused, PoolNotOpen, SecondPersonNeeded
from suxin.risk_pool.pools.states import FundingState, PoolState

MAX_REFERENCE: Final = 64
MAX_NOTE: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingDraft:
    """A payment into a pool: the custodian's reference, how much in fen, and on which day it arrived."""

    partner_id: UUID
    reference: str
    amount_fen: int
    paid_on: date


async def record_funding(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, draft: FundingDraft, now: datetime
) -> PoolFunding:
    """Record a payment for a second person to confirm; said again with the same reference it is the same.

    :raises Forbidden, NotFound: if the actor may not record it, or there is no such pool or partner
    :raises Invalid, AmountOutOfRange: naming the field at fault
    :raises FundingReferenceReused: if the reference belongs to a payment that says something else
    :raises PoolNotOpen: if the pool is closed
    """
    actor.require(FUNDING_RECORD)
    pool = await queries.lock_own_pool(session, actor, pool_id)
    reference = check_text("reference", draft.reference, MAX_REFERENCE)
    check_amount_fen(draft.amount_fen, field="amountFen")
    if draft.paid_on > local_day(now):
        raise Invalid(
            field="paidOn", reason_zh="到账日不能晚于今天", reason_en="must not be after today"
        )
    partner = await session.get(PoolPartner, (pool.tenant_id, draft.partner_id))
    if partner is None or partner.pool_id != pool.id:
        raise NotFound(thing_zh="出资方", thing_en="partner")
    before = await queries.funding_with(session, actor, pool_id=pool.id, reference=reference)
    if before is not None:
        return _same(before, draft)
    if pool.state is PoolState.CLOSED:
        raise PoolNotOpen(name=pool.name)
    funding = PoolFunding(
        tenant_id=pool.tenant_id,
        id=new_id(now),
        pool_id=pool.id,
        partner_id=partner.id,
        reference=reference,
        amount_fen=draft.amount_fen,
        paid_on=draft.paid_on,
        state=FundingState.RECORDED,
        recorded_at=now,
        recorded_by=actor.own_staff,
    )
    session.add(funding)
    _record(session, "risk_pool.funding.recorded", funding, now=now)
    return funding


async def confirm_funding(
    session: AsyncSession, actor: Actor, *, funding_id: UUID, now: datetime
) -> PoolFunding:
    """Confirm, as a second person, that a payment arrived; it is in the book from then on.

    :raises Forbidden, NotFound: if the actor may not
    :raises SecondPersonNeeded: if he recorded it himself
    :raises StepNotPossible: if it was confirmed or rejected
    """
    actor.require(FUNDING_RECORD)
    funding = await queries.lock_own_funding(session, actor, funding_id)
    staff_id = actor.own_staff
    if staff_id == funding.recorded_by:
        raise SecondPersonNeeded
    funding.confirm(staff_id=staff_id, now=now)
    await post_funding(session, funding, now=now)
    return funding


async def reject_funding(
    session: AsyncSession, actor: Actor, *, funding_id: UUID, note: str, now: datetime
) -> PoolFunding:
    """Say, as a second person, that a payment did not arrive as it was recorded.

    :raises Forbidden, NotFound: if the actor may not
    :raises Invalid: if the note is empty or too long
    :raises SecondPersonNeeded: if he recorded it himself
    :raises StepNotPossible: if it was confirmed or rejected
    """
    actor.require(FUNDING_RECORD)
    said = check_text("note", note, MAX_NOTE)
    funding = await queries.lock_own_funding(session, actor, funding_id)
    staff_id = actor.own_staff
    if staff_id == funding.recorded_by:
        raise SecondPersonNeeded
    funding.reject(staff_id=staff_id, note=said, now=now)
    _record(session, "risk_pool.funding.rejected", funding, now=now)
    return funding


async def post_funding(session: AsyncSession, funding: PoolFunding, *, now: datetime) -> None:
    """Post a confirmed payment into the operator's book, under the payment's own id; whoever confirms it calls this once."""
    pool = await session.get_one(RiskPool, (funding.tenant_id, funding.pool_id))
    partner = await session.get_one(PoolPartner, (funding.tenant_id, funding.partner_id))
    paid_in = drafts.move(
        funding.id,
        debit=pool.custody_id,
        credit=partner.account_id,
        amount=funding.amount_fen,
        code=FUNDING_CODE,
        reference=funding.reference,
    )
    await posting.post(session, book=funding.tenant_id, transfers=[paid_in], now=now)
    _record(session, "risk_pool.funding.confirmed", funding, now=now)


def _same(before: PoolFunding, draft: FundingDraft) -> PoolFunding:
    said = (before.partner_id, before.amount_fen, before.paid_on)
    if said != (draft.partner_id, draft.amount_fen, draft.paid_on):
        raise FundingReferenceReused(field="reference", reference=before.reference)
    return before


def _record(session: AsyncSession, action: str, funding: PoolFunding, *, now: datetime) -> None:
    append_act(
        session,
        action=action,
        now=now,
        object_type="pool_funding",
        object_id=funding.id,
        detail={"pool": str(funding.pool_id), "amount_fen": funding.amount_fen},
    )
