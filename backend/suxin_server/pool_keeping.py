"""What risk pools need once a day, after loans were judged: capacity given back, stop-losses judged, people warned, books compared.

Each part is done some at a time and by what the rows say, so that a worker that dies in between leaves the rest to the next one.
"""

from datetime import datetime
from typing import Final

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.risk_pool.bank_ledgers.comparing import compare_next_ledger
from suxin.risk_pool.filings.releasing import FOLLOWED_AT_ONCE, follow_loans
from suxin.risk_pool.pools.warnings import warn_of_pools
from suxin.risk_pool.reconciliation.nightly import reckon_next_pool
from suxin.risk_pool.signing.answering import ENDED_AT_ONCE, end_agreements_over
from suxin.risk_pool.stopping.judging import count_balances, judge_stop_losses

_KEEPER: Final = Actor.system("pools")


async def keep_pools(batch: Database, database: Database, *, now: datetime) -> None:
    """Let filings follow their loans, end agreements that are over, judge stop-losses, warn, and compare with custodians and banks."""
    done = FOLLOWED_AT_ONCE
    while done == FOLLOWED_AT_ONCE:
        async with database.transaction(_KEEPER, now=now) as session:
            done = await follow_loans(session, now=now)
    done = ENDED_AT_ONCE
    while done == ENDED_AT_ONCE:
        async with database.transaction(_KEEPER, now=now) as session:
            done = await end_agreements_over(session, now=now)
    async with batch.transaction(_KEEPER, now=now) as session:
        await count_balances(session, now=now)
    last, judged = None, True
    while judged:
        async with database.transaction(_KEEPER, now=now) as session:
            last = await judge_stop_losses(session, now=now, after=last)
        judged = last is not None
    async with database.transaction(_KEEPER, now=now) as session:
        await warn_of_pools(session, now=now)
    await reconcile_pools(database, now=now)
    await compare_bank_ledgers(database, now=now)


async def reconcile_pools(database: Database, *, now: datetime) -> None:
    """Compare each pool's statements with its book, one pool a transaction."""
    last, going = None, True
    while going:
        async with database.transaction(_KEEPER, now=now) as session:
            last = await reckon_next_pool(session, now=now, after=last)
        going = last is not None


async def compare_bank_ledgers(database: Database, *, now: datetime) -> None:
    """Compare each bank's ledgers with its loans, one ledger a transaction."""
    last, going = None, True
    while going:
        async with database.transaction(_KEEPER, now=now) as session:
            last = await compare_next_ledger(session, now=now, after=last)
        going = last is not None
