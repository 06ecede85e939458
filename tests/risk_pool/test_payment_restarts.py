"""PostgreSQL is restarted in the middle of a payment: nothing of it is there, and whoever comes after does all of it once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from small_city import SmallCity, build_small_city
from small_claims import MONEY_FEN, build_claims
from sqlalchemy.exc import DBAPIError, InterfaceError

from suxin.kernel import audit_chain, performing
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.performing import LEASE
from suxin.lending.loans.states import LoanState
from suxin.risk_pool import jobs
from suxin.risk_pool.claims.states import ClaimState
from suxin.risk_pool.payments import paying
from suxin_server.migration import migrate
from suxin_server.postgres import DATABASE, Postgres

pytestmark = pytest.mark.processes

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
POOL_FEN = 53_200_000
OPEN = "select id from outbox where topic = 'risk_pool.lines.match' and done_at is null order by id desc limit 1"


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A server of this test's own, because it is restarted."""
    server = Postgres(tmp_path, fast=True)
    server.start()
    try:
        migrate(server.dsn("suxin_owner"))
        yield server
    finally:
        server.remove()


@pytest.fixture
async def own_city(postgres: Postgres) -> AsyncIterator[SmallCity]:
    database = Database.connect(postgres.dsn("suxin_app"))
    batch = Database.connect(postgres.dsn("suxin_batch"))
    yield await build_small_city(database, batch, now=NOW)
    await database.close()
    await batch.close()


async def seen(postgres: Postgres, statement: str) -> list[Any]:
    """What a superuser reads, around every policy."""
    eyes = await asyncpg.connect(f"{postgres.admin_dsn.rsplit('/', 1)[0]}/{DATABASE}")
    try:
        return [row[0] for row in await eyes.fetch(statement)]
    finally:
        await eyes.close()


async def chain_holds(city: SmallCity, *, now: datetime) -> None:
    """Seal what was written, and verify the whole chain."""
    system = Actor.system("test-sealer")
    async with city.batch.transaction(system, now=now) as session:
        assert await audit_chain.seal(session) > 0
    async with city.batch.transaction(system, now=now) as session:
        assert (await audit_chain.verify(session)).broken_at is None


async def test_a_restarted_database_leaves_no_half_claim_and_pays_nothing_twice(
    own_city: SmallCity, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = await build_claims(own_city)
    claim, payment = await claims.approved()
    await claims.imported(("LS-1", "DBIT", POOL_FEN, str(payment.letter_number)))
    (row_id,) = await seen(postgres, OPEN)
    held = await claims.book()
    release = paying.release_filing

    async def restarted(*given: Any, **named: Any) -> None:
        """Release the filing, by when the hold is posted and the loan compensated; and restart PostgreSQL."""
        await release(*given, **named)
        await asyncio.to_thread(postgres.stop)
        await asyncio.to_thread(postgres.start)

    with monkeypatch.context() as patched:
        patched.setattr(paying, "release_filing", restarted)
        with pytest.raises((DBAPIError, InterfaceError, OSError, asyncpg.PostgresError)):
            await performing.perform(own_city.database, row_id, jobs.handlers(), now=claims.now)
    assert (await claims.stored(claim)).state is ClaimState.APPROVED
    assert (await claims.stored_loan()).state is LoanState.OVERDUE
    assert await claims.book() == held
    assert await seen(postgres, "select state from custodian_lines") == ["OPEN"]
    claims.now += LEASE
    assert await performing.perform(own_city.database, row_id, jobs.handlers(), now=claims.now)
    assert not await performing.perform(own_city.database, row_id, jobs.handlers(), now=claims.now)
    await claims.match()
    assert (await claims.stored(claim)).state is ClaimState.PAID
    assert (await claims.stored_loan()).state is LoanState.COMPENSATED
    assert (await claims.book())["custody"] == (MONEY_FEN - POOL_FEN, 0)
    paid = "select amount from ledger_transfers where code = 'pool.claim.paid'"
    assert await seen(postgres, paid) == [POOL_FEN]
    await chain_holds(own_city, now=claims.now)
