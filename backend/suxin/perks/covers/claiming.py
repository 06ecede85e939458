"""What a merchant does about a claim: file it with a paper, add papers, withdraw it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.sealed_documents import SentFile
from suxin.kernel.sealing import Sealer
from suxin.perks.covers import clocks, queries
from suxin.perks.covers.facts import contested, facts_of
from suxin.perks.covers.models import Cover, CoverClaim
from suxin.perks.covers.papers import keep_ended, keep_paper
from suxin.perks.covers.policies import COVER_CLAIM
from suxin.perks.covers.refusals import CoverClaimExists, CoverDisputeOpen, CoverMissing
from suxin.perks.covers.rules import check_asked, check_time, claimable
from suxin.perks.covers.states import CoverClaimState, CoverGround
from suxin.perks.covers.telling import record_claim, tell_operator
from suxin.perks.limits import checked_reason
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.orders.queries import lock_own_order

_AT_ONCE: Final = timedelta(0)


async def file_claim(
    session: AsyncSession,
    actor: Actor,
    *,
    order_id: UUID,
    ground: CoverGround,
    amount_fen: int,
    reason: str,
    paper: SentFile,
    sealer: Sealer,
    now: datetime,
) -> CoverClaim:
    """Claim, as the merchant, what an order lost that ended unpaid or whose goods did not come back, with a paper that shows it.

    :raises Forbidden: if the actor may not claim
    :raises NotFound: if the order is not this tenant's
    :raises Invalid: if no reason is given
    :raises CoverMissing: if no cover stands behind the order
    :raises CoverNotClaimable: if the order stands where nothing of this kind was lost
    :raises CoverTooEarly, CoverTooLate: if the time to wait is not over, or the time to claim is
    :raises CoverOverBound: if it is more than the risk fund less what was paid
    :raises CoverClaimExists: if the order has a claim that is open, or was paid
    :raises CoverDisputeOpen: if something about the order is contested
    :raises DocumentTooLarge, DocumentTypeRefused: see ``keep_paper``
    """
    actor.require(COVER_CLAIM)
    said = checked_reason(reason)
    # The order's row is the turn that two claims on it take.
    order = await lock_own_order(session, actor, order_id)
    cover = await queries.cover_behind(session, order)
    found = claimable(facts_of(order), ground)
    check_time(found.due_at, wait_days=cover.wait_days, within_days=cover.within_days, now=now)
    check_asked(amount_fen, bound_fen=found.bound_fen)
    if await queries.has_claim(session, order):
        raise CoverClaimExists
    await _require_uncontested(session, cover, order)
    claim = _claim(actor, cover, order, ground, said, now=now)
    claim.bound_fen, claim.asked_fen = found.bound_fen, amount_fen
    await clocks.start_clock(session, claim, now=now)
    session.add(claim)
    await session.flush()
    await keep_paper(session, claim, paper, sealer=sealer, now=now)
    record_claim(session, claim, "filed", now=now, ground=ground.value)
    await tell_operator(
        session, claim, title="新的赔付申请", body=f"{ground.zh}，请审核。", now=now
    )
    return claim


async def add_paper(
    session: AsyncSession,
    actor: Actor,
    *,
    claim_id: UUID,
    paper: SentFile,
    sealer: Sealer,
    now: datetime,
) -> UUID:
    """Hand in another paper before anybody decides; return its id.

    :raises Forbidden: if the actor may not claim
    :raises NotFound: if the claim is not this tenant's
    :raises StepNotPossible: if somebody has decided on it, or it has ended
    :raises CoverTooManyPapers, DocumentTooLarge, DocumentTypeRefused: see ``keep_paper``
    """
    actor.require(COVER_CLAIM)
    claim = await queries.lock_claim(session, actor, claim_id)
    claim.require_submitted()
    paper_id = await keep_paper(session, claim, paper, sealer=sealer, now=now)
    record_claim(session, claim, "paper_added", now=now)
    return paper_id


async def withdraw_claim(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, now: datetime
) -> CoverClaim:
    """Take a claim back before anybody decides; what its papers hold is erased, and another may be filed.

    :raises Forbidden: if the actor may not claim
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if somebody has decided on it, or it has ended
    """
    actor.require(COVER_CLAIM)
    claim = await queries.lock_claim(session, actor, claim_id)
    claim.withdraw(now=now)
    await keep_ended(session, claim, kept_for=_AT_ONCE, now=now)
    record_claim(session, claim, "withdrawn", now=now)
    return claim


async def _require_uncontested(session: AsyncSession, cover: Cover, order: ServiceOrder) -> None:
    """Refuse while something about an order is contested; the operator's rows know, and say how many cases there are."""
    async with act_for(session, tenant_id=cover.tenant_id, reason="disputes that hold up a cover"):
        count = await queries.open_disputes(session, about=contested(order))
    if count:
        raise CoverDisputeOpen(count=count)


def _claim(
    actor: Actor,
    cover: Cover,
    order: ServiceOrder,
    ground: CoverGround,
    reason: str,
    *,
    now: datetime,
) -> CoverClaim:
    if order.redemption_id is None or order.programme_id is None:
        raise CoverMissing
    return CoverClaim(
        tenant_id=order.tenant_id,
        id=new_id(now),
        operator_id=cover.tenant_id,
        cover_id=cover.id,
        order_id=order.id,
        order_number=order.number,
        programme_id=order.programme_id,
        redemption_id=order.redemption_id,
        ground=ground,
        reason=reason,
        state=CoverClaimState.SUBMITTED,
        filed_by=actor.own_staff,
        filed_at=now,
    )
