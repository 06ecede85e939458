"""What a filing gives back: as its loan is repaid, and all of it when the loan ends or was compensated."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.ledger import drafts, posting
from suxin.ledger.drafts import TransferDraft
from suxin.lending.loans.states import LoanState
from suxin.risk_pool.event_types import RELEASED
from suxin.risk_pool.filings import queries, rules
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.filings.states import Release
from suxin.risk_pool.pools.books import RELEASE_CODE
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.signing.models import PoolAgreement

FOLLOWED_AT_ONCE: Final = 200

RELEASED_BY: Final = {
    LoanState.SETTLED: Release.SETTLED,
    LoanState.WRITTEN_OFF: Release.WRITTEN_OFF,
    LoanState.CANCELLED: Release.CANCELLED,
}


async def follow_loans(
    session: AsyncSession, *, now: datetime, limit: int = FOLLOWED_AT_ONCE
) -> int:
    """Give back what loans no longer need of capacity and quota, some at a time; return of how many. A duty of the platform."""
    behind = await queries.filings_behind(session, limit=limit)
    wanted = [
        (filing, rules.committed_fen(loan), RELEASED_BY.get(loan.state)) for filing, loan in behind
    ]
    await _give_back(session, wanted, now=now)
    return len(behind)


async def release_filing(
    session: AsyncSession, filing: PoolFiling, release: Release, *, now: datetime
) -> None:
    """Release one filing for a reason, with all that it commits; for whoever acts with the operator's rows, or the platform.

    :raises StepNotPossible: if it is released
    """
    await _give_back(session, [(filing, 0, release)], now=now)


async def _give_back(
    session: AsyncSession,
    wanted: Sequence[tuple[PoolFiling, int, Release | None]],
    *,
    now: datetime,
) -> None:
    """Let filings commit less, or nothing any more where they are released, and post what is given back by one call a book."""
    books: defaultdict[UUID, list[TransferDraft]] = defaultdict(list)
    for filing, committed_fen, release in wanted:
        before_fen = filing.committed_fen
        if release is None:
            filing.commit_less(committed_fen)
        else:
            filing.let_go(release, now=now)
            _record(session, filing, release, now=now)
        given_fen = before_fen - filing.committed_fen
        if given_fen:
            books[filing.operator_id].append(await _transfer(session, filing, given_fen))
    for book, transfers in books.items():
        await posting.post(session, book=book, transfers=transfers, now=now)
    await session.flush()


async def _transfer(session: AsyncSession, filing: PoolFiling, given_fen: int) -> TransferDraft:
    pool = await session.get_one(RiskPool, (filing.operator_id, filing.pool_id))
    # What was filed was filed under an agreement that two people signed, which has one.
    quota_id = await session.scalar(
        select(PoolAgreement.quota_account_id).where(
            PoolAgreement.tenant_id == filing.operator_id,
            PoolAgreement.id == filing.agreement_id,
            PoolAgreement.quota_account_id.is_not(None),
        )
    )
    if quota_id is None:
        message = f"the agreement of filing {filing.id} has no account"
        raise LookupError(message)
    return drafts.move(
        new_id(),
        debit=quota_id,
        credit=pool.committed_id,
        amount=given_fen,
        code=RELEASE_CODE,
        reference=filing.contract_number,
    )


def _record(session: AsyncSession, filing: PoolFiling, release: Release, *, now: datetime) -> None:
    append_act(
        session,
        action="risk_pool.filing.released",
        now=now,
        tenant_id=filing.tenant_id,
        subject_id=filing.subject_id,
        object_type="pool_filing",
        object_id=filing.id,
        detail={"pool": str(filing.pool_id), "why": release.value},
    )
    record_event(
        session,
        RELEASED,
        tenant_id=filing.tenant_id,
        object_id=filing.id,
        now=now,
        loan=filing.loan_id,
        release=release.value,
    )
