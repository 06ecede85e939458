"""Reporting what came back of a compensated loss: costs first, then everyone by what he bore."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.money import check_amount_fen, format_yuan
from suxin.kernel.refusals import Invalid
from suxin.kernel.working_days import local_day
from suxin.lending.loans.compensating import recover_loan
from suxin.lending.loans.contracts import check_text
from suxin.lending.loans.queries import lock_own_loan
from suxin.risk_pool.agreements import Bearer
from suxin.risk_pool.claims import queries as claim_queries
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.policies import CLAIM_MAKE
from suxin.risk_pool.claims.refusals import (
    EndingAsked,
    RecoveryBeyondLoss,
    RecoveryDiffers,
    TooManyRecoveries,
)
from suxin.risk_pool.claims.telling import record_step
from suxin.risk_pool.guarantor_parts.noting import note_recovery_part
from suxin.risk_pool.losses import Recoveries, share_recoveries
from suxin.risk_pool.recoveries import queries
from suxin.risk_pool.recoveries.confirming import close_if_whole
from suxin.risk_pool.recoveries.models import PoolRecovery
from suxin.risk_pool.recoveries.states import RecoveryState
from suxin.risk_pool.statements.asking import ask_for_matching

MAX_RECOVERIES: Final = 200
"""How many recoveries one claim has at most (proposed default)."""
MAX_REFERENCE: Final = 64
_NUMBER_DIGITS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryDraft:
    """What a bank says of money that came back: its own reference, gross and costs in fen, and on which day."""

    reference: str
    received_fen: int
    cost_fen: int
    recovered_on: date


async def report_recovery(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, draft: RecoveryDraft, now: datetime
) -> PoolRecovery:
    """Report what came back of a compensated loss; said again with the same reference it is the same.

    :raises Forbidden, NotFound: if the claim is not the actor's
    :raises Invalid, AmountOutOfRange: naming the field at fault
    :raises RecoveryDiffers: if the reference belongs to another report
    :raises StepNotPossible: if the claim was not paid, or has ended
    :raises EndingAsked: if somebody has asked to reverse its payment or to write it off
    :raises TooManyRecoveries: if the claim has ``MAX_RECOVERIES``
    :raises RecoveryBeyondLoss: if more would come back than was lost
    """
    actor.require(CLAIM_MAKE)
    known = await claim_queries.own_claim(session, actor, claim_id)
    loan = await lock_own_loan(session, actor, known.loan_id)
    claim = await claim_queries.lock_own_claim(session, actor, claim_id)
    _check(claim, draft, now=now)
    before = await queries.recovery_with(session, actor, draft.reference)
    if before is not None:
        return _same(claim, before, draft)
    claim.require_compensated()
    if claim.ending is not None:
        raise EndingAsked
    recovery = await _shared(session, claim, draft, reported_by=actor.staff_id, now=now)
    session.add(recovery)
    claim.take_recovery(received_fen=draft.received_fen, cost_fen=draft.cost_fen)
    await recover_loan(session, loan, now=now)
    record_step(session, claim, "recovered", now=now)
    await session.flush()
    await note_recovery_part(session, claim, recovery, now=now)
    if recovery.state is RecoveryState.CONFIRMED:
        await close_if_whole(session, claim, loan, now=now)
    else:
        await ask_for_matching(
            session, operator_id=claim.operator_id, pool_id=claim.pool_id, now=now
        )
    return recovery


async def _shared(
    session: AsyncSession,
    claim: PoolClaim,
    draft: RecoveryDraft,
    *,
    reported_by: UUID | None,
    now: datetime,
) -> PoolRecovery:
    """Return a recovery with everyone's part: what is due of all that came back, less what was due before."""
    earlier = await queries.recoveries_of(session, tenant_id=claim.tenant_id, claim_id=claim.id)
    if len(earlier) >= MAX_RECOVERIES:
        raise TooManyRecoveries(limit=MAX_RECOVERIES)
    before = claim.recoveries
    after = Recoveries(
        received_fen=before.received_fen + draft.received_fen,
        cost_fen=before.cost_fen + draft.cost_fen,
    )
    due = share_recoveries(claim.compensation, after)
    if due.surplus_fen:
        raise RecoveryBeyondLoss(field="receivedFen", beyond=format_yuan(due.surplus_fen))
    # Costs alone lessen what there is to share and are never asked back of anybody: they wait for the next recovery.
    pool_fen = max(0, due.shares[Bearer.POOL] - sum(one.pool_fen for one in earlier))
    guarantor_fen = max(0, due.shares[Bearer.GUARANTOR] - sum(one.guarantor_fen for one in earlier))
    recovery_id = new_id(now)
    return PoolRecovery(
        tenant_id=claim.tenant_id,
        id=recovery_id,
        operator_id=claim.operator_id,
        pool_id=claim.pool_id,
        claim_id=claim.id,
        subject_id=claim.subject_id,
        reference=draft.reference,
        number=f"ZC{local_day(now):%Y%m%d}{secrets.randbelow(10**_NUMBER_DIGITS):0{_NUMBER_DIGITS}}",
        received_fen=draft.received_fen,
        cost_fen=draft.cost_fen,
        recovered_on=draft.recovered_on,
        pool_fen=pool_fen,
        bank_fen=after.net_fen - before.net_fen - pool_fen - guarantor_fen,
        guarantor_fen=guarantor_fen,
        state=RecoveryState.REPORTED if pool_fen else RecoveryState.CONFIRMED,
        posting_id=new_id(now),
        reported_at=now,
        reported_by=reported_by,
        confirmed_at=None if pool_fen else now,
    )


def _check(claim: PoolClaim, draft: RecoveryDraft, *, now: datetime) -> None:
    check_text("reference", draft.reference, MAX_REFERENCE)
    check_amount_fen(draft.received_fen, field="receivedFen", minimum=0)
    check_amount_fen(draft.cost_fen, field="costFen", minimum=0)
    if not draft.received_fen + draft.cost_fen:
        raise Invalid(
            field="receivedFen", reason_zh="金额应大于零", reason_en="must be more than nothing"
        )
    first = local_day(claim.paid_at) if claim.paid_at is not None else date.min
    if not first <= draft.recovered_on <= local_day(now):
        raise Invalid(
            field="recoveredOn",
            reason_zh="追回日应在代偿之日至今天之间",
            reason_en="must lie between the compensation and today",
        )


def _same(claim: PoolClaim, before: PoolRecovery, draft: RecoveryDraft) -> PoolRecovery:
    said = (before.claim_id, before.received_fen, before.cost_fen, before.recovered_on)
    if said != (claim.id, draft.received_fen, draft.cost_fen, draft.recovered_on):
        raise RecoveryDiffers(field="reference", reference=draft.reference)
    return before
