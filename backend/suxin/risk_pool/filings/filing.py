"""Filing loans in a pool: each judged by the agreement's rules, then by the ledger, under one set of locks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.calendars import calendar
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.money import format_yuan
from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import Calendar, local_day
from suxin.ledger import drafts, posting
from suxin.ledger.refusals import PostingRefused, WouldCrossCeiling
from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.guarantees.queries import commitments_on
from suxin.lending.loans.models import Loan
from suxin.lending.loans.queries import lock_numbered_loans, own_loan
from suxin.lending.loans.refusals import LoanUnknown
from suxin.lending.models import LoanRequest
from suxin.risk_pool.event_types import FILED
from suxin.risk_pool.filings import queries, rules
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.filings.refusals import (
    AgreementNotInForce,
    AlreadyFiled,
    BorrowerConsentGone,
    PoolExhausted,
    PoolPaused,
    PoolQuotaExhausted,
    TooManyFilings,
)
from suxin.risk_pool.filings.states import FilingState
from suxin.risk_pool.policies import FILING_MAKE
from suxin.risk_pool.pools import books
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.pools.queries import joined_pool
from suxin.risk_pool.pools.states import PoolState
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.signing.queries import lock_in_force
from suxin.risk_pool.stop_loss import StopLossState

MAX_FILINGS: Final = 500
"""How many loans one call files: each is a transfer, and all of them hold the pool's account until the end."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one loan: its filing, which may have been known before, or why there is none."""

    filing: PoolFiling | None
    known: bool = False
    refusal: Refusal | None = None


@dataclass(slots=True, kw_only=True)
class _Known:
    """What was read about the loans of one call."""

    pool: RiskPool
    agreement: PoolAgreement
    calendar: Calendar
    loans: dict[str, Loan]
    filed: dict[UUID, PoolFiling]
    requests: dict[UUID, LoanRequest]
    products: dict[UUID, str]
    commitments: dict[UUID, GuaranteeRequest]
    stop_losses: dict[str, StopLossState]


async def file_loans(
    session: AsyncSession,
    actor: Actor,
    *,
    pool_id: UUID,
    contract_numbers: Sequence[str],
    now: datetime,
    file_id: UUID | None = None,
) -> list[Outcome]:
    """File loans of the bank in a pool, in the order given; say of each what came of it.

    One that is not filed leaves the others alone. A loan that is filed in this pool is known; in another it is refused.

    :raises Forbidden: if the actor may not file loans
    :raises NotFound: if the bank has no agreement with such a pool
    :raises TooManyFilings: if there are more than ``MAX_FILINGS``
    :raises AgreementNotInForce, PoolPaused: if nothing can be filed
    """
    actor.require(FILING_MAKE)
    if len(contract_numbers) > MAX_FILINGS:
        raise TooManyFilings(limit=MAX_FILINGS)
    pool, agreement = await _agreed(session, actor, pool_id, now=now)
    known = await _read(session, actor, pool, agreement, contract_numbers)
    outcomes = {
        number: _judge(actor, number, known, file_id=file_id, now=now)
        for number in dict.fromkeys(contract_numbers)
    }
    drafted = [one.filing for one in outcomes.values() if one.filing is not None and not one.known]
    refused = await _commit(session, known, drafted, now=now)
    for filing in drafted:
        refusal = refused.get(filing.id)
        if refusal is not None:
            outcomes[filing.contract_number] = Outcome(None, refusal=refusal)
            continue
        session.add(filing)
        _record(session, filing, now=now)
    await session.flush()
    return _in_order(contract_numbers, outcomes)


async def file_loan(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, loan_id: UUID, now: datetime
) -> PoolFiling:
    """File one loan in a pool, or say why not.

    :raises NotFound: if it is not the bank's within the actor's reach
    :raises Refusal: whatever ``file_loans`` says of it
    """
    actor.require(FILING_MAKE)
    loan = await own_loan(session, actor, loan_id)
    outcome = (
        await file_loans(
            session, actor, pool_id=pool_id, contract_numbers=[loan.contract_number], now=now
        )
    )[0]
    if outcome.filing is None:
        raise outcome.refusal or LoanUnknown(number=loan.contract_number)
    return outcome.filing


async def _agreed(
    session: AsyncSession, actor: Actor, pool_id: UUID, *, now: datetime
) -> tuple[RiskPool, PoolAgreement]:
    """Return the pool and the agreement in force, which stays so until the transaction ends."""
    pool = await joined_pool(session, actor, pool_id)
    if pool.state is not PoolState.OPEN:
        raise PoolPaused(name=pool.name)
    agreement = await lock_in_force(session, pool_id=pool_id, bank_id=actor.own_tenant)
    if agreement is None or not agreement.runs_on(local_day(now)):
        raise AgreementNotInForce
    return pool, agreement


async def _read(
    session: AsyncSession,
    actor: Actor,
    pool: RiskPool,
    agreement: PoolAgreement,
    numbers: Sequence[str],
) -> _Known:
    loans = await lock_numbered_loans(session, actor, numbers)
    found = loans.values()
    return _Known(
        pool=pool,
        agreement=agreement,
        calendar=await calendar(session),
        loans=loans,
        filed=await queries.filings_by_loan(session, actor, [loan.id for loan in found]),
        requests=await queries.requests_by_id(session, [loan.request_id for loan in found]),
        products=await queries.products_by_referral(
            session, actor, [loan.referral_id for loan in found]
        ),
        commitments=await commitments_on(
            session, actor, [loan.offer_id for loan in found if loan.offer_id is not None]
        ),
        stop_losses=await queries.stop_loss_states(
            session, pool_id=pool.id, bank_id=actor.own_tenant
        ),
    )


def _judge(
    actor: Actor, number: str, known: _Known, *, file_id: UUID | None, now: datetime
) -> Outcome:
    try:
        return _take(actor, number, known, file_id=file_id, now=now)
    except Refusal as refusal:
        return Outcome(None, refusal=refusal)


def _take(
    actor: Actor, number: str, known: _Known, *, file_id: UUID | None, now: datetime
) -> Outcome:
    loan = known.loans.get(number)
    if loan is None:
        raise LoanUnknown(field="contractNumber", number=number)
    before = known.filed.get(loan.id)
    if before is not None:
        if before.pool_id != known.pool.id or before.state is not FilingState.FILED:
            raise AlreadyFiled(number=number)
        return Outcome(before, known=True)
    request = known.requests.get(loan.request_id)
    if request is None:
        raise BorrowerConsentGone
    candidate = _candidate(loan, request, known)
    stop_loss = known.stop_losses.get(candidate.product_code or "", StopLossState.NORMAL)
    rules.admit(candidate, known.agreement, stop_loss, calendar=known.calendar, now=now)
    return Outcome(_filing(actor, loan, candidate, known, file_id=file_id, now=now))


def _candidate(loan: Loan, request: LoanRequest, known: _Known) -> rules.Candidate:
    facts = request.facts
    return rules.Candidate(
        state=loan.state,
        first_drawn_on=loan.first_drawn_on,
        principal_fen=loan.principal_fen,
        rate_bps=loan.rate_bps,
        product_code=known.products.get(loan.referral_id),
        industry=facts.get("industry"),
        area_code=facts.get("town_code") or facts.get("county_code"),
        purpose=request.purpose,
        guaranteed_bps=_guaranteed_bps(loan, known),
    )


def _guaranteed_bps(loan: Loan, known: _Known) -> int:
    """Return the share of a loan for which the agreement's own guarantor is bound; of a renewal there is none."""
    bound = None if loan.offer_id is None else known.commitments.get(loan.offer_id)
    if bound is None or bound.guarantor_id != known.agreement.guarantor_id:
        return 0
    return bound.share_bps


def _filing(
    actor: Actor,
    loan: Loan,
    candidate: rules.Candidate,
    known: _Known,
    *,
    file_id: UUID | None,
    now: datetime,
) -> PoolFiling:
    return PoolFiling(
        tenant_id=loan.tenant_id,
        id=new_id(),
        operator_id=known.pool.tenant_id,
        pool_id=known.pool.id,
        agreement_id=known.agreement.id,
        loan_id=loan.id,
        subject_id=loan.subject_id,
        contract_number=loan.contract_number,
        product_code=candidate.product_code,
        county_code=(candidate.area_code or "")[:6],
        industry_section=rules.section_of(candidate.industry),
        purpose=candidate.purpose.value,
        principal_fen=loan.principal_fen,
        committed_fen=rules.committed_fen(loan),
        drawn_on=candidate.first_drawn_on,
        state=FilingState.FILED,
        filed_at=now,
        filed_by=actor.staff_id,
        file_id=file_id,
    )


async def _commit(
    session: AsyncSession, known: _Known, filings: Sequence[PoolFiling], *, now: datetime
) -> dict[UUID, Refusal]:
    """Commit capacity and quota for filings, each by itself under its own id; return why some were refused."""
    pool, quota_id = known.pool, known.agreement.quota_account_id
    if not filings or quota_id is None:
        return {}
    chains = [
        [
            drafts.move(
                filing.id,
                debit=pool.committed_id,
                credit=quota_id,
                amount=filing.committed_fen,
                code=books.COMMITMENT_CODE,
                reference=filing.contract_number,
            )
        ]
        for filing in filings
    ]
    async with act_for(session, tenant_id=pool.tenant_id, reason="loan filed in a pool"):
        await books.set_ceilings(session, pool, [known.agreement])
        answers = await posting.post_each(session, book=pool.tenant_id, chains=chains, now=now)
    return {
        filing.id: _why(answer, pool)
        for filing, answer in zip(filings, answers, strict=True)
        if isinstance(answer, PostingRefused)
    }


def _why(refusal: PostingRefused, pool: RiskPool) -> Refusal:
    """Say in a filing's words what the ledger refused: which of the two ceilings stands in the way, and by how much."""
    if not isinstance(refusal, WouldCrossCeiling):
        return refusal
    missing = format_yuan(int(str(refusal.facts["excess"])))
    if refusal.facts["account"] == books.account_code(pool.id, "committed"):
        return PoolExhausted(missing=missing)
    return PoolQuotaExhausted(missing=missing)


def _in_order(numbers: Sequence[str], outcomes: dict[str, Outcome]) -> list[Outcome]:
    """Return an outcome for each number; said twice, a loan that was filed is known the second time."""
    seen: set[str] = set()
    ordered = []
    for number in numbers:
        outcome = outcomes[number]
        if number in seen and outcome.filing is not None:
            outcome = Outcome(outcome.filing, known=True)
        seen.add(number)
        ordered.append(outcome)
    return ordered


def _record(session: AsyncSession, filing: PoolFiling, *, now: datetime) -> None:
    append_act(
        session,
        action="risk_pool.filing.filed",
        now=now,
        tenant_id=filing.tenant_id,
        subject_id=filing.subject_id,
        object_type="pool_filing",
        object_id=filing.id,
        detail={"pool": str(filing.pool_id), "committed_fen": filing.committed_fen},
    )
    record_event(
        session,
        FILED,
        tenant_id=filing.tenant_id,
        object_id=filing.id,
        now=now,
        loan=filing.loan_id,
        pool=filing.pool_id,
    )
