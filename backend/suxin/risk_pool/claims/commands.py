"""What a bank does about its claims: draft, submit and withdraw them, and put on record how it tried to get its money."""

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
from suxin.lending.loans.queries import lock_own_loan, own_loan
from suxin.risk_pool.claims import queries
from suxin.risk_pool.claims.models import CollectionAttempt, PoolClaim
from suxin.risk_pool.claims.policies import CLAIM_MAKE
from suxin.risk_pool.claims.reckoning import work_out
from suxin.risk_pool.claims.refusals import ClaimExists, ClaimNotReady, TooManyCollections
from suxin.risk_pool.claims.states import WITH_BANK, ClaimState, CollectionKind, CollectionResult
from suxin.risk_pool.claims.telling import record_step, tell_of_claim
from suxin.risk_pool.filings.queries import filing_of_loan
from suxin.risk_pool.guarantor_parts.asking import ask_guarantor_no_more, ask_guarantor_of

MAX_COLLECTIONS: Final = 200
"""How many attempts are kept of one loan (proposed default)."""
MAX_NOTE: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionDraft:
    """What a bank says of one attempt to get its money: how, with which result, on which day, and in its own words."""

    kind: CollectionKind
    result: CollectionResult
    attempted_on: date
    note: str = ""


async def record_collection(
    session: AsyncSession, actor: Actor, *, loan_id: UUID, draft: CollectionDraft, now: datetime
) -> CollectionAttempt:
    """Put an attempt of the bank to get its money on record; it counts for a claim if it came after the unpaid instalment was due.

    :raises Forbidden, NotFound: if the loan is not the actor's
    :raises Invalid: if the day has not come, lies before the contract, or the note is too long
    :raises TooManyCollections: if the loan has ``MAX_COLLECTIONS``
    """
    actor.require(CLAIM_MAKE)
    loan = await lock_own_loan(session, actor, loan_id)
    note = draft.note.strip()
    if len(note) > MAX_NOTE:
        raise Invalid(
            field="note",
            reason_zh=f"不能超过 {MAX_NOTE} 个字",
            reason_en=f"has at most {MAX_NOTE} characters",
        )
    if not local_day(loan.signed_at) <= draft.attempted_on <= local_day(now):
        raise Invalid(
            field="attemptedOn",
            reason_zh="催收日应在签约日至今天之间",
            reason_en="must lie between the contract and today",
        )
    known = await queries.collections_of(session, tenant_id=loan.tenant_id, loan_id=loan.id)
    if len(known) >= MAX_COLLECTIONS:
        raise TooManyCollections(limit=MAX_COLLECTIONS)
    attempt = CollectionAttempt(
        tenant_id=loan.tenant_id,
        id=new_id(now),
        loan_id=loan.id,
        subject_id=loan.subject_id,
        kind=draft.kind,
        result=draft.result,
        attempted_on=draft.attempted_on,
        note=note,
        recorded_at=now,
        recorded_by=actor.staff_id,
    )
    session.add(attempt)
    append_act(
        session,
        action="risk_pool.collection.recorded",
        now=now,
        tenant_id=loan.tenant_id,
        subject_id=loan.subject_id,
        object_type="loan",
        object_id=loan.id,
        detail={"kind": draft.kind.value, "result": draft.result.value},
    )
    await session.flush()
    return attempt


async def draft_claim(
    session: AsyncSession,
    actor: Actor,
    *,
    loan_id: UUID,
    now: datetime,
    deposit_fen: int | None = None,
) -> PoolClaim:
    """Put a claim on a filed loan together, or work it out anew as of now while it lies with the bank; what is missing stands with it.

    The deposit is what the borrower gave as security (助保金); left out, it is what was said before, or nothing.

    :raises Forbidden, NotFound: if the loan is not the actor's, or is not filed
    :raises AmountOutOfRange: if the deposit cannot be
    :raises ClaimExists: if a claim on it is on its way, or was paid
    """
    actor.require(CLAIM_MAKE)
    if deposit_fen is not None:
        check_amount_fen(deposit_fen, field="depositFen", minimum=0)
    loan = await lock_own_loan(session, actor, loan_id)
    filing = await filing_of_loan(session, tenant_id=loan.tenant_id, loan_id=loan.id)
    if filing is None:
        raise NotFound(thing_zh="备案", thing_en="filing", field="loanId")
    claim = await queries.live_claim(session, tenant_id=filing.tenant_id, filing_id=filing.id)
    if claim is None:
        claim = PoolClaim(
            tenant_id=filing.tenant_id,
            id=new_id(now),
            operator_id=filing.operator_id,
            pool_id=filing.pool_id,
            agreement_id=filing.agreement_id,
            filing_id=filing.id,
            loan_id=loan.id,
            subject_id=loan.subject_id,
            contract_number=loan.contract_number,
            state=ClaimState.DRAFT,
            round=0,
            deposit_fen=0,
            guarantor_paid_fen=0,
            received_fen=0,
            cost_fen=0,
            drafted_at=now,
            drafted_by=actor.staff_id,
        )
        record_step(session, claim, "drafted", now=now)
    elif claim.state not in WITH_BANK:
        raise ClaimExists
    else:
        claim = await queries.lock_own_claim(session, actor, claim.id)
    if deposit_fen is not None:
        claim.deposit_fen = deposit_fen
    await work_out(session, claim, loan, now=now)
    session.add(claim)
    await session.flush()
    return claim


async def submit_claim(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, now: datetime
) -> PoolClaim:
    """Submit a claim with its dossier as of now.

    :raises Forbidden, NotFound: if it is not the actor's
    :raises StepNotPossible: if it does not lie with the bank
    :raises ClaimNotReady: if anything is missing
    """
    actor.require(CLAIM_MAKE)
    known = await queries.own_claim(session, actor, claim_id)
    loan = await lock_own_loan(session, actor, known.loan_id)
    claim = await queries.lock_own_claim(session, actor, claim_id)
    claim.require_drafting()
    gaps = await work_out(session, claim, loan, now=now)
    if gaps:
        raise ClaimNotReady(
            gaps_zh="；".join(one.zh for one in gaps), gaps_en="; ".join(one.en for one in gaps)
        )
    claim.submit(staff_id=actor.staff_id, now=now)
    await tell_of_claim(session, claim, now=now)
    await session.flush()
    await ask_guarantor_of(session, claim, loan, now=now)
    return claim


async def withdraw_claim(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, now: datetime
) -> PoolClaim:
    """Withdraw a claim that nobody has taken up; another may be made.

    :raises Forbidden, NotFound: if it is not the actor's
    :raises StepNotPossible: if it was taken up, or has ended
    """
    actor.require(CLAIM_MAKE)
    known = await queries.own_claim(session, actor, claim_id)
    await own_loan(session, actor, known.loan_id)
    claim = await queries.lock_own_claim(session, actor, claim_id)
    claim.withdraw(now=now)
    await ask_guarantor_no_more(session, claim, now=now)
    record_step(session, claim, "withdrawn", now=now)
    await session.flush()
    return claim
