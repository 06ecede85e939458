"""What the pool's operator does about a claim before it is approved: check its materials, pass it on, return or reject it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.refusals import Invalid, NotFound
from suxin.lending.loans.models import Loan
from suxin.lending.loans.queries import lock_loan
from suxin.risk_pool.claims import queries
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.policies import CLAIM_CHECK, require_any_place
from suxin.risk_pool.claims.states import ClaimState
from suxin.risk_pool.claims.telling import record_step, tell_of_claim
from suxin.risk_pool.guarantor_parts.asking import ask_guarantor_no_more
from suxin.risk_pool.payments.holding import drop_held

MAX_NOTE: Final = 300


async def take_up_claim(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, now: datetime
) -> PoolClaim:
    """Begin to check a submitted claim's materials.

    :raises Forbidden, NotFound: if the actor may not
    :raises StepNotPossible: if it was taken up before, or has moved on
    """
    actor.require(CLAIM_CHECK)
    claim = await _lock_claim(session, actor, claim_id)
    claim.take_up(staff_id=actor.own_staff, now=now)
    record_step(session, claim, "taken_up", now=now)
    await session.flush()
    return claim


async def pass_claim_on(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, now: datetime
) -> PoolClaim:
    """Say that a claim's materials are complete; from now on two people approve it.

    :raises Forbidden, NotFound: if the actor may not
    :raises StepNotPossible: if its materials are not being checked
    """
    actor.require(CLAIM_CHECK)
    claim = await _lock_claim(session, actor, claim_id)
    claim.pass_on()
    record_step(session, claim, "passed_on", now=now)
    await session.flush()
    return claim


async def return_claim(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, note: str, now: datetime
) -> PoolClaim:
    """Return a claim to the bank for what is missing; what a first approval held is let go.

    Whoever checks may return it while it is checked, and whoever approves while it is under review.

    :raises Forbidden, NotFound: if the actor may not
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if it is neither checked nor under review
    """
    said = checked_note(note)
    claim = await _lock_claim(session, actor, claim_id)
    if claim.state is ClaimState.REVIEW:
        require_any_place(actor)
    else:
        actor.require(CLAIM_CHECK)
    claim.return_to_bank(said)
    await drop_held(session, claim, now=now)
    await ask_guarantor_no_more(session, claim, now=now)
    await tell_of_claim(session, claim, now=now)
    await session.flush()
    return claim


async def reject_claim(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, note: str, now: datetime
) -> PoolClaim:
    """Reject a claim with the reason; what a first approval held is let go, and the bank may claim anew.

    :raises Forbidden, NotFound: if the actor may not
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if it is not under review
    """
    require_any_place(actor)
    said = checked_note(note)
    claim = await _lock_claim(session, actor, claim_id)
    claim.reject(said, now=now)
    await drop_held(session, claim, now=now)
    await ask_guarantor_no_more(session, claim, now=now)
    await tell_of_claim(session, claim, now=now)
    await session.flush()
    return claim


async def _lock_claim(session: AsyncSession, actor: Actor, claim_id: UUID) -> PoolClaim:
    """Return a claim on one of the actor's pools, locked.

    :raises Forbidden: if the actor may not look at claims
    :raises NotFound: if it is none of them
    """
    known = await queries.claim_on_pool(session, actor, claim_id)
    return _found(
        await queries.lock_claim(session, operator_id=known.operator_id, claim_id=claim_id)
    )


async def lock_with_loan(session: AsyncSession, known: PoolClaim) -> tuple[PoolClaim, Loan]:
    """Return a claim and its loan, locked in that order of loans before claims, for the operator or the platform."""
    async with act_for(
        session, tenant_id=known.tenant_id, reason="the loan behind a claim on a pool"
    ):
        loan = await lock_loan(session, known.tenant_id, known.loan_id)
    claim = await queries.lock_claim(session, operator_id=known.operator_id, claim_id=known.id)
    if loan is None:
        raise NotFound(thing_zh="贷款", thing_en="loan")
    return _found(claim), loan


def checked_note(note: str, field: str = "note") -> str:
    """Return what is said to a bank, or why something was done, without the blanks around it.

    :raises Invalid: if it is empty or too long
    """
    said = note.strip()
    if not 1 <= len(said) <= MAX_NOTE:
        raise Invalid(
            field=field,
            reason_zh=f"应为 1 至 {MAX_NOTE} 个字",
            reason_en=f"must be 1 to {MAX_NOTE} characters",
        )
    return said


def _found(claim: PoolClaim | None) -> PoolClaim:
    if claim is None:
        raise NotFound(thing_zh="代偿申请", thing_en="claim")
    return claim
