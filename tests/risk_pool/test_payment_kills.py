"""A worker is killed in the middle of a payment: nothing of it is there, and whoever comes after does all of it once."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

import asyncpg
import payment_worker
import pytest
from small_city import SmallCity
from small_claims import MONEY_FEN, build_claims

from suxin.kernel import audit_chain, performing
from suxin.kernel.actor import Actor
from suxin.kernel.performing import LEASE
from suxin.lending.loans.states import LoanState
from suxin.risk_pool import jobs
from suxin.risk_pool.claims.states import ClaimState

pytestmark = pytest.mark.processes

POOL_FEN = 53_200_000
WORKER = Path(payment_worker.__file__)
OPEN = "select id from outbox where topic = 'risk_pool.lines.match' and done_at is null order by id desc limit 1"


async def test_a_killed_worker_leaves_no_half_claim_and_pays_nothing_twice(
    small_city: SmallCity, city: Any, admin: asyncpg.Connection
) -> None:
    claims = await build_claims(small_city)
    claim, payment = await claims.approved()
    await claims.imported(("LS-1", "DBIT", POOL_FEN, str(payment.letter_number)))
    row_id = await admin.fetchval(OPEN)
    held = await claims.book()
    for after in payment_worker.AFTER:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(WORKER), city.app, str(row_id), claims.now.isoformat(), after
        )
        assert await process.wait() == -signal.SIGKILL, after
        assert (await claims.stored(claim)).state is ClaimState.APPROVED, after
        assert (await claims.stored_loan()).state is LoanState.OVERDUE, after
        assert await claims.book() == held, after
        assert (
            await admin.fetchval("select count(*) from custodian_lines where state = 'OPEN'") == 1
        )
    now = claims.now + LEASE
    assert await performing.perform(small_city.database, row_id, jobs.handlers(), now=now)
    assert not await performing.perform(small_city.database, row_id, jobs.handlers(), now=now)
    claims.now = now
    await claims.match()
    assert (await claims.stored(claim)).state is ClaimState.PAID
    assert (await claims.stored_loan()).state is LoanState.COMPENSATED
    assert (await claims.book())["custody"] == (MONEY_FEN - POOL_FEN, 0)
    paid = await admin.fetch("select amount from ledger_transfers where code = 'pool.claim.paid'")
    assert [one["amount"] for one in paid] == [POOL_FEN]
    system = Actor.system("test-sealer")
    async with small_city.batch.transaction(system, now=now) as session:
        assert await audit_chain.seal(session) > 0
    async with small_city.batch.transaction(system, now=now) as session:
        assert (await audit_chain.verify(session)).broken_at is None
