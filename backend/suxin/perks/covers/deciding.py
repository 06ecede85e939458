"""What the operator does about a claim: one person decides, another checks, and the payment is noted."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.money import format_yuan
from suxin.kernel.refusals import Invalid
from suxin.kernel.working_days import local_day
from suxin.perks.covers import books, queries
from suxin.perks.covers.facts import contested, facts_of
from suxin.perks.covers.models import Cover, CoverClaim
from suxin.perks.covers.papers import keep_ended
from suxin.perks.covers.policies import COVER_DECIDE
from suxin.perks.covers.refusals import (
    CoverDisputeOpen,
    CoverNotClaimable,
    CoverOrderSettled,
    CoverSecondPerson,
)
from suxin.perks.covers.rules import check_granted, claimable
from suxin.perks.covers.telling import record_claim, tell_merchant, tell_operator
from suxin.perks.limits import checked_reason, checked_reference
from suxin.perks.orders.models import ServiceOrder

_ANSWERED: Final = "不予赔付"


async def decide_claim(
    session: AsyncSession,
    actor: Actor,
    *,
    claim_id: UUID,
    granted_fen: int,
    answer: str,
    now: datetime,
) -> CoverClaim:
    """Decide how much of a claim is to be paid, nothing for a no, with the reason; another person checks it.

    :raises Forbidden: if the actor does not decide on claims
    :raises NotFound: if there is none
    :raises Invalid: if no reason is given
    :raises StepNotPossible: if it does not wait to be decided
    :raises AmountOutOfRange, CoverOverCap: if it is more than was asked, or than a cap allows
    :raises CoverOrderSettled: if the order was paid meanwhile
    :raises CoverDisputeOpen: if something about the order is contested
    """
    actor.require(COVER_DECIDE)
    said = checked_reason(answer)
    claim = await queries.lock_claim(session, actor, claim_id)
    claim.decide(granted_fen, said, by=actor.own_staff, now=now)
    if granted_fen:
        await _require_payable(session, claim, await _cover(session, claim), now=now)
    record_claim(session, claim, "decided", now=now, granted_fen=granted_fen)
    await tell_operator(
        session, claim, title="待复核", body="已有一人审核，请另一人复核。", now=now
    )
    return claim


async def check_claim(
    session: AsyncSession,
    actor: Actor,
    *,
    claim_id: UUID,
    upheld: bool,
    reason: str = "",
    now: datetime,
) -> CoverClaim:
    """Check what another person decided: agree, so that it stands and the amount is set aside, or send it back with a reason.

    :raises Forbidden: if the actor does not decide on claims
    :raises NotFound: if there is none
    :raises StepNotPossible: if it does not wait to be checked
    :raises CoverSecondPerson: if the actor decided it
    :raises Invalid: if it is sent back without a reason
    :raises AmountOutOfRange, CoverOverCap, CoverOrderSettled, CoverDisputeOpen: see ``decide_claim``
    :raises CoverExhausted: if the cover has not so much left
    """
    actor.require(COVER_DECIDE)
    claim = await queries.lock_claim(session, actor, claim_id)
    claim.require_decided()
    if claim.decided_by == actor.own_staff:
        raise CoverSecondPerson
    if not upheld:
        claim.send_back(checked_reason(reason))
        record_claim(session, claim, "sent_back", now=now)
        await tell_operator(session, claim, title="复核退回", body="请重新审核。", now=now)
        return claim
    if claim.granted_fen:
        await _approve(session, actor, claim, now=now)
        return claim
    claim.reject(by=actor.own_staff, now=now)
    await _tell_no(session, claim, now=now)
    return claim


async def note_cover_payment(
    session: AsyncSession,
    actor: Actor,
    *,
    claim_id: UUID,
    paid_on: date,
    reference: str,
    now: datetime,
) -> CoverClaim:
    """Note that a claim was paid elsewhere, and post what was set aside for it.

    :raises Forbidden: if the actor does not decide on claims
    :raises NotFound: if there is none
    :raises Invalid: if the reference is missing or too long, or the day was before the approval or is to come
    :raises StepNotPossible: if it is not approved
    :raises CoverOrderSettled, CoverDisputeOpen: see ``decide_claim``; its approval is to be taken back
    """
    actor.require(COVER_DECIDE)
    number = checked_reference(reference)
    claim = await queries.lock_claim(session, actor, claim_id)
    claim.pay(by=actor.own_staff, on=paid_on, reference=number, now=now)
    assert claim.checked_at is not None  # noqa: S101 - the database holds that what was approved has one
    assert claim.hold_id is not None  # noqa: S101 - and the other
    check_day(paid_on, earliest=local_day(claim.checked_at), now=now)
    await _require_lost(session, claim)
    cover = await _cover(session, claim)
    await books.pay_out(session, cover, claim.hold_id, reference=number, now=now)
    await keep_ended(session, claim, now=now)
    record_claim(session, claim, "paid", now=now, granted_fen=claim.granted_fen)
    amount = format_yuan(claim.granted_fen or 0)
    await tell_merchant(
        session, claim, title="已赔付", body=f"已付款 {amount} 元；此后追回的，请登记。", now=now
    )
    return claim


async def release_claim(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, answer: str, now: datetime
) -> CoverClaim:
    """Take an approval back before anything was paid, because the order was paid or is contested; the amount is let go.

    :raises Forbidden: if the actor does not decide on claims
    :raises NotFound: if there is none
    :raises Invalid: if no reason is given
    :raises StepNotPossible: if it is not approved
    """
    actor.require(COVER_DECIDE)
    said = checked_reason(answer)
    claim = await queries.lock_claim(session, actor, claim_id)
    claim.release(said, now=now)
    assert claim.hold_id is not None  # noqa: S101 - the database holds that what was approved has one
    await books.let_go(session, await _cover(session, claim), claim.hold_id, now=now)
    await _tell_no(session, claim, now=now)
    return claim


def check_day(day: date, *, earliest: date, now: datetime) -> None:
    """Refuse a day of payment that cannot be.

    :raises Invalid: if it is before what is paid for, or to come
    """
    if not earliest <= day <= local_day(now):
        raise Invalid(
            field="paidOn",
            reason_zh=f"日期须在 {earliest.isoformat()} 至今天之间",
            reason_en=f"the day is not before {earliest.isoformat()}, and not to come",
        )


async def _approve(
    session: AsyncSession, actor: Actor, claim: CoverClaim, *, now: datetime
) -> None:
    # Claims of one cover take turns, so that a merchant's year is counted once.
    cover = await _cover(session, claim, locked=True)
    await _require_payable(session, claim, cover, now=now)
    hold_id = await books.set_aside(
        session, cover, claim.granted_fen or 0, reference=str(claim.id), now=now
    )
    claim.approve(by=actor.own_staff, hold_id=hold_id, now=now)
    record_claim(session, claim, "approved", now=now, granted_fen=claim.granted_fen)
    await tell_merchant(session, claim, title="已批准", body="已批准，等待付款。", now=now)


async def _require_payable(
    session: AsyncSession, claim: CoverClaim, cover: Cover, *, now: datetime
) -> None:
    had_fen = await queries.granted_in_year(session, claim, now=now)
    check_granted(
        claim.granted_fen or 0,
        asked_fen=claim.asked_fen,
        per_claim_fen=cover.per_claim_fen,
        year_left_fen=cover.merchant_year_fen - had_fen,
    )
    await _require_lost(session, claim)


async def _require_lost(session: AsyncSession, claim: CoverClaim) -> None:
    """Refuse where the order is contested, or stands where less was lost than is to be paid; it is looked up in the merchant's rows."""
    async with act_for(session, tenant_id=claim.tenant_id, reason="an order a cover pays for"):
        order = await session.get_one(ServiceOrder, (claim.tenant_id, claim.order_id))
        await session.refresh(order)
        facts, about = facts_of(order), contested(order)
    count = await queries.open_disputes(session, about=about)
    if count:
        raise CoverDisputeOpen(count=count)
    try:
        found = claimable(facts, claim.ground)
    except CoverNotClaimable as refusal:
        raise CoverOrderSettled(
            why_zh=refusal.facts["why_zh"], why_en=refusal.facts["why_en"]
        ) from refusal
    if (claim.granted_fen or 0) > found.bound_fen:
        raise CoverOrderSettled(
            why_zh=f"现在最多可赔付 {format_yuan(found.bound_fen)} 元",
            why_en=f"at most {format_yuan(found.bound_fen)} yuan is lost by now",
        )


async def _cover(session: AsyncSession, claim: CoverClaim, *, locked: bool = False) -> Cover:
    statement = select(Cover).where(
        Cover.tenant_id == claim.operator_id, Cover.id == claim.cover_id
    )
    if locked:
        statement = statement.with_for_update()
    return (await session.scalars(statement)).one()


async def _tell_no(session: AsyncSession, claim: CoverClaim, *, now: datetime) -> None:
    await keep_ended(session, claim, now=now)
    record_claim(session, claim, "rejected", now=now)
    await tell_merchant(
        session, claim, title=_ANSWERED, body=f"{_ANSWERED}：{claim.answer}", now=now
    )
