"""What comes back of a loss that a cover has paid: reported by the merchant, and the cover's part confirmed by the operator."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.money import check_amount_fen, format_yuan
from suxin.kernel.working_days import local_day
from suxin.perks.covers import books, queries
from suxin.perks.covers.deciding import check_day
from suxin.perks.covers.facts import summed
from suxin.perks.covers.models import Cover, CoverClaim, CoverRecovery
from suxin.perks.covers.policies import COVER_CLAIM, COVER_DECIDE
from suxin.perks.covers.refusals import CoverRecoveryBeyond, CoverTooManyRecoveries
from suxin.perks.covers.rules import part_of_cover
from suxin.perks.covers.states import CoverRecoveryState
from suxin.perks.covers.telling import record_claim, tell_operator
from suxin.perks.limits import checked_reference

MAX_RECOVERIES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryDraft:
    """What a merchant got back, and what it cost to get it, in fen; ``number`` is the merchant's own reference."""

    received_fen: int
    cost_fen: int
    recovered_on: date
    number: str


async def report_recovery(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, draft: RecoveryDraft, now: datetime
) -> CoverRecovery:
    """Report, as the merchant, what came back of a loss that was paid: costs first, then each by what he bore.

    Where nothing of it is the cover's, it is settled at once.

    :raises Forbidden: if the actor may not claim
    :raises NotFound: if the claim is not this tenant's
    :raises Invalid, AmountOutOfRange: naming the field that is missing or out of bounds
    :raises StepNotPossible: if the claim was not paid
    :raises CoverTooManyRecoveries: if it has as many as are kept
    :raises CoverRecoveryBeyond: if more would have come back than was lost
    """
    actor.require(COVER_CLAIM)
    number = checked_reference(draft.number)
    check_amount_fen(draft.cost_fen, field="costFen", minimum=0)
    check_amount_fen(draft.received_fen, field="receivedFen", minimum=0 if draft.cost_fen else 1)
    claim = await queries.lock_claim(session, actor, claim_id)
    claim.require_paid()
    check_day(draft.recovered_on, earliest=local_day(claim.filed_at), now=now)
    earlier = await queries.recoveries_of(session, actor, claim_id)
    same = next((one for one in earlier if one.number == number), None)
    if same is not None:
        return same
    if len(earlier) >= MAX_RECOVERIES:
        raise CoverTooManyRecoveries(limit=MAX_RECOVERIES)
    recovery = _recovery(actor, claim, draft, number, now=now)
    every = summed([*earlier, recovery])
    if every.net_fen > claim.asked_fen:
        beyond = format_yuan(every.net_fen - claim.asked_fen)
        raise CoverRecoveryBeyond(field="receivedFen", beyond=beyond)
    due_fen = part_of_cover(every, loss_fen=claim.asked_fen, paid_fen=claim.granted_fen or 0)
    recovery.cover_fen = max(0, due_fen - sum(one.cover_fen for one in earlier))
    if not recovery.cover_fen:
        recovery.state = CoverRecoveryState.CONFIRMED
    session.add(recovery)
    await session.flush()
    record_claim(session, claim, "recovered", now=now, cover_fen=recovery.cover_fen)
    if recovery.cover_fen:
        part = format_yuan(recovery.cover_fen)
        await tell_operator(
            session, claim, title="追回待到账", body=f"应退回 {part} 元，到账后请确认。", now=now
        )
    return recovery


async def confirm_recovery(
    session: AsyncSession,
    actor: Actor,
    *,
    recovery_id: UUID,
    arrived_on: date,
    reference: str,
    now: datetime,
) -> CoverRecovery:
    """Note that the cover's part of a recovery arrived, by a payment's reference and day, and post it.

    :raises Forbidden: if the actor does not decide on claims
    :raises NotFound: if there is none
    :raises Invalid: if the reference is missing or too long, or the day cannot be
    :raises StepNotPossible: if it was confirmed before
    """
    actor.require(COVER_DECIDE)
    number = checked_reference(reference)
    recovery = await queries.lock_recovery(session, actor, recovery_id)
    check_day(arrived_on, earliest=recovery.recovered_on, now=now)
    recovery.confirm(by=actor.own_staff, on=arrived_on, reference=number, now=now)
    claim = await queries.claim_seen(session, actor, recovery.claim_id)
    cover = (
        await session.scalars(
            select(Cover).where(Cover.tenant_id == claim.operator_id, Cover.id == claim.cover_id)
        )
    ).one()
    await books.take_back(session, cover, recovery.cover_fen, reference=number, now=now)
    record_claim(session, claim, "recovery_confirmed", now=now, cover_fen=recovery.cover_fen)
    return recovery


def _recovery(
    actor: Actor, claim: CoverClaim, draft: RecoveryDraft, number: str, *, now: datetime
) -> CoverRecovery:
    return CoverRecovery(
        tenant_id=claim.tenant_id,
        id=new_id(now),
        claim_id=claim.id,
        number=number,
        received_fen=draft.received_fen,
        cost_fen=draft.cost_fen,
        recovered_on=draft.recovered_on,
        state=CoverRecoveryState.REPORTED,
        reported_by=actor.own_staff,
        reported_at=now,
    )
