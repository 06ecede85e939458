"""Asking a claim's guarantor with each submission, waiting for its answer until a clock is over, and asking no more."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.calendars import calendar
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import SHANGHAI, add_working_days
from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.guarantees.queries import live_on_offer
from suxin.lending.loans.models import Loan
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.guarantor_parts import queries
from suxin.risk_pool.guarantor_parts.event_types import ASKED, LATE, WITHDRAWN
from suxin.risk_pool.guarantor_parts.models import GuarantorPart
from suxin.risk_pool.guarantor_parts.refusals import GuarantorNotAnswered, TransferOpen
from suxin.risk_pool.guarantor_parts.states import PartState, TransferKind
from suxin.risk_pool.guarantor_parts.telling import (
    record_part,
    tell_bank,
    tell_guarantor,
    tell_operator,
)

LATE_TOPIC: Final = "risk_pool.part.late"
ANSWER_WITHIN_DAYS: Final = 10
"""Working days that a claim waits for its guarantor (proposed, demo configuration)."""


async def ask_guarantor_of(
    session: AsyncSession, claim: PoolClaim, loan: Loan, *, now: datetime
) -> None:
    """Ask a submitted claim's guarantor for its part, where it has one; with the bank's rows and the claim locked."""
    if claim.guarantor_id is None or not claim.guarantor_fen:
        return
    due = add_working_days(now, ANSWER_WITHIN_DAYS, calendar=await calendar(session)).at
    part = GuarantorPart(
        tenant_id=claim.tenant_id,
        id=new_id(now),
        guarantor_id=claim.guarantor_id,
        operator_id=claim.operator_id,
        claim_id=claim.id,
        round=claim.round,
        contract_number=claim.contract_number,
        letter_number=await _letter(session, claim, loan),
        state=PartState.ASKED,
        share_bps=claim.agreed.shares.guarantor_bps,
        loss_fen=claim.loss_fen,
        amount_fen=claim.guarantor_fen,
        overdue_days=claim.overdue_days,
        asked_at=now,
        answer_by=due,
    )
    session.add(part)
    record_part(session, part, "asked", now=now)
    await tell_guarantor(session, part, ASKED, now=now)
    await outbox.post(
        session,
        LATE_TOPIC,
        {"tenant_id": part.tenant_id, "part_id": part.id},
        now=now,
        tenant_id=part.tenant_id,
        not_before=due,
    )
    await session.flush()


async def ask_guarantor_no_more(session: AsyncSession, claim: PoolClaim, *, now: datetime) -> None:
    """Let a guarantor's answer be, because the claim went back or ended; called with the claim locked."""
    part = await queries.lock_part_of(session, tenant_id=claim.tenant_id, claim_id=claim.id)
    if part is None:
        return
    part.withdraw(now=now)
    record_part(session, part, "withdrawn", now=now)
    await tell_guarantor(session, part, WITHDRAWN, now=now)
    await session.flush()


async def require_answered(session: AsyncSession, claim: PoolClaim, *, now: datetime) -> None:
    """Refuse an approval while the claim waits for its guarantor; called with the claim locked.

    Silence past the clock is neither a yes nor a no: the pool pays its own share, and the guarantor may still answer.

    :raises GuarantorNotAnswered: if it is to answer, and its clock is not over
    """
    part = await queries.lock_part_of(session, tenant_id=claim.tenant_id, claim_id=claim.id)
    if part is not None and part.holds_up(now):
        until = part.answer_by.astimezone(SHANGHAI)
        raise GuarantorNotAnswered(until=f"{until:%Y-%m-%d %H:%M}")


async def require_transfers_settled(session: AsyncSession, claim: PoolClaim) -> None:
    """Refuse an end of a claim while a payment of its guarantor waits for the bank.

    :raises TransferOpen: if one does
    """
    noted = await queries.noted_of(session, tenant_id=claim.tenant_id, claim_id=claim.id)
    if any(one.kind is TransferKind.COMPENSATION for one in noted):
        raise TransferOpen


async def escalate_late_part(
    session: AsyncSession, *, tenant_id: UUID, part_id: UUID, now: datetime
) -> bool:
    """Tell operator, bank and guarantor that the clock is over without an answer; return False where there is one. A duty of the platform."""
    part = await queries.lock_part(session, tenant_id, part_id)
    if part is None or not part.escalate(now=now):
        return False
    record_part(session, part, "late", now=now)
    await tell_guarantor(session, part, LATE, now=now)
    await tell_bank(session, part, LATE, now=now)
    await tell_operator(session, part, LATE, now=now)
    await session.flush()
    return True


async def _letter(session: AsyncSession, claim: PoolClaim, loan: Loan) -> str | None:
    """Return the number of the letter or policy by which the guarantor is bound, where it still stands."""
    if loan.offer_id is None:
        return None
    bound: GuaranteeRequest | None = await live_on_offer(session, claim.tenant_id, loan.offer_id)
    if bound is None or bound.guarantor_id != claim.guarantor_id:
        return None
    return bound.letter_number
