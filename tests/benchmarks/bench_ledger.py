"""How many transfers are posted in a second, beside pgbench's TPC-B-like script on the same server with the same clients.

Run ``python tests/benchmarks/bench_ledger.py``. Between any two accounts, from one pool to many, from many to the pool, in three
ways: each of ``--clients`` hands one posting after the other to its process's posting queue and waits until it is committed; each
posts one a transaction of its own (``Database.run``); each posts ``--batch`` of them by one statement. The clients are in two processes.
Prints postings a second and their ratio to pgbench's transactions; exits 1 if one caller a posting is below the bars. ``--sub-accounts``
also measures a pool divided among 16 accounts.
"""

import argparse
import asyncio
import multiprocessing
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
from measured import DATABASE, dsn, own_servers, run_as_admin

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.ledger import drafts, posting
from suxin.ledger.accounts import AccountDraft, open_in_book
from suxin.ledger.drafts import TransferDraft
from suxin.ledger.models import CNY, Side
from suxin.ledger.posting_queue import PostingQueue
from suxin_server.binaries import find_postgres
from suxin_server.postgres import Postgres
from suxin_server.settings import Settings

BAR_ANY = 0.5
BAR_HOT = 0.7
ACCOUNTS = 1_000
SUB_ACCOUNTS = 16
PROCESSES = 2
SCALE = 10
BOOK = UUID(int=1)
ACTOR = Actor.system("bench", tenant_id=BOOK)
QUEUE = "one caller a posting"
ALONE = "one a transaction"
BATCH = "by one statement"
KINDS = ("any to any", "pool to many", "many to pool")
SUB_ACCOUNTS_KINDS = ("pool to many, sub-accounts", "many to pool, sub-accounts")

Figures = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Load:
    """What one process writes."""

    url: str
    kind: str
    way: str
    clients: int
    batch: int
    seconds: float
    accounts: tuple[UUID, ...]
    pools: tuple[UUID, ...]


def drafted(load: Load, dice: random.Random) -> TransferDraft:
    one, other = dice.sample(load.accounts, 2)
    pool = dice.choice(load.pools if load.kind.endswith("sub-accounts") else load.pools[:1])
    if load.kind.startswith("pool to many"):
        one = pool
    elif load.kind.startswith("many to pool"):
        other = pool
    return drafts.move(new_id(), debit=one, credit=other, amount=dice.randint(1, 100), code="bench")


class Writer:
    """What a process keeps from one load to the next: its loop, its connections and its queue."""

    def __init__(self, load: Load) -> None:
        self.runner = asyncio.Runner()
        self.database = Database.connect(load.url, pool_size=load.clients)
        self.queue = PostingQueue(self.database)

    def write(self, load: Load, seed: int) -> int:
        """Post until the time is over; return how many transfers were, from when every client had posted once."""
        self.runner.run(self._each(replace(load, seconds=0), "first"))
        return sum(self.runner.run(self._each(load, seed)))

    async def _each(self, load: Load, name: object) -> list[int]:
        dice = [random.Random(f"{name}.{n}") for n in range(load.clients)]  # noqa: S311 - no secret
        return await asyncio.gather(*(client(self.database, self.queue, load, one) for one in dice))

    def close(self) -> None:
        self.runner.run(self.queue.close())
        self.runner.run(self.database.close())
        self.runner.close()


kept: list[Writer] = []
"""This process's writer, once it has one; it ends with the process."""


async def client(database: Database, queue: PostingQueue, load: Load, dice: random.Random) -> int:
    done, end = 0, time.monotonic() + load.seconds
    while time.monotonic() < end or not done:
        now = datetime.now(UTC)
        if load.way == QUEUE:
            # No floor is near: whoever is refused was refused wrongly, and ends this.
            await queue.post(ACTOR, book=BOOK, transfers=[drafted(load, dice)], now=now)
            done += 1
            continue
        chains = [[drafted(load, dice)] for _ in range(load.batch)]
        answers = await database.run(
            ACTOR,
            lambda session, chains=chains, now=now: posting.post_each(  # type: ignore[misc] # bound now
                session, book=BOOK, chains=chains, now=now
            ),
            now=now,
        )
        assert not any(isinstance(answer, Exception) for answer in answers), answers
        done += len(answers)
    return done


def warm_up(load: Load) -> None:
    """Post a little, so that the tables are not empty when they are analysed."""
    writer = Writer(load)
    writer.write(replace(load, seconds=1), 0)
    writer.close()


async def vacuum(postgres: Postgres) -> None:
    connection = await asyncpg.connect(f"{postgres.admin_dsn.rsplit('/', 1)[0]}/{DATABASE}")
    await connection.execute("vacuum analyze ledger_accounts, ledger_transfers")
    await connection.close()


def written(load: Load, seed: int) -> int:
    if not kept:
        kept.append(Writer(load))
    return kept[0].write(load, seed)


async def open_accounts(url: str) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    database = Database.connect(url)
    now = datetime.now(UTC)
    try:
        async with database.transaction(ACTOR, now=now) as session:
            opened = [
                await open_in_book(
                    session,
                    book=BOOK,
                    draft=AccountDraft(
                        code=f"bench.n{n}",
                        name="x",
                        asset=CNY,
                        normal_side=Side.CREDIT,
                        floor=-(10**12),
                    ),
                    now=now,
                )
                for n in range(ACCOUNTS + SUB_ACCOUNTS)
            ]
    finally:
        await database.close()
    ids = tuple(account.id for account in opened)
    return ids[:ACCOUNTS], ids[ACCOUNTS:]


def _pgbench(postgres: Postgres) -> tuple[Path, str]:
    program = find_postgres(Settings().postgres_bin) / "pgbench"
    return program, f"{postgres.admin_dsn.rsplit('/', 1)[0]}/pgbench"


def prepare_pgbench(postgres: Postgres) -> None:
    """Fill the tables of pgbench's script, in a database beside."""
    program, url = _pgbench(postgres)
    asyncio.run(run_as_admin(postgres, "create database pgbench"))
    subprocess.run([program, "-i", "-q", "-s", str(SCALE), url], check=True, capture_output=True)


def pgbench(postgres: Postgres, clients: int, seconds: float) -> float:
    """Return the transactions a second of pgbench's own script, by the same number of clients."""
    program, url = _pgbench(postgres)
    words = ["-c", str(clients), "-j", str(PROCESSES), "-T", str(max(1, round(seconds)))]
    said = subprocess.run([program, *words, url], check=True, capture_output=True, text=True).stdout
    found = re.search(r"tps = ([0-9.]+)", said)
    assert found is not None, said
    return float(found[1])


def measure(
    postgres: Postgres, loads: Sequence[Load], *, clients: int, rounds: int
) -> tuple[float, Figures]:
    """Return the medians of pgbench's transactions and of each load's postings a second.

    They take turns, so that what else the machine does meanwhile falls on all of them.
    """
    base: list[float] = []
    figures: dict[tuple[str, str], list[float]] = {}
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        for number in range(rounds):
            base.append(pgbench(postgres, clients, loads[0].seconds))
            for load in loads:
                seeds = range(number * PROCESSES, (number + 1) * PROCESSES)
                done = sum(pool.map(written, [load] * PROCESSES, seeds))
                figures.setdefault((load.way, load.kind), []).append(done / load.seconds)
    return statistics.median(base), {
        load: statistics.median(rates) for load, rates in figures.items()
    }


def report(tps: float, figures: Figures) -> bool:
    """Print the figures; return whether both bars are met by one caller a posting."""
    print(f"pgbench TPC-B-like: {tps:,.0f} transactions/s")
    for (way, kind), rate in figures.items():
        print(
            f"{way:22} {kind:28} {rate:8,.0f} postings/s  pgbench × {rate / tps:5.2f}"
            f"  any to any × {rate / figures[way, KINDS[0]]:5.2f}"
        )
    anywhere, *hot = (figures[QUEUE, kind] for kind in KINDS)
    print(f"bars: any to any ≥ {BAR_ANY} × pgbench, the hot account ≥ {BAR_HOT} × any to any")
    return anywhere >= BAR_ANY * tps and min(hot) >= BAR_HOT * anywhere


async def check(url: str) -> None:
    """Assert that nothing was lost: sums of debits and credits are the same."""
    connection = await asyncpg.connect(url)
    row = await connection.fetchrow(
        "select sum(posted_debits) = sum(posted_credits), sum(posted_debits) = (select sum(amount) from ledger_transfers) from ledger_accounts"
    )
    await connection.close()
    assert row is not None
    assert all(row), row


def main() -> int:
    """Measure on servers of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sub-accounts", action="store_true")
    given = parser.parse_args()
    kinds = KINDS + SUB_ACCOUNTS_KINDS * given.sub_accounts
    with own_servers() as (postgres, _):
        url = dsn(postgres, "suxin_app")
        accounts, pools = asyncio.run(open_accounts(url))
        each = given.clients // PROCESSES
        loads = [
            Load(url, kind, way, each, batch, given.seconds, accounts, pools)
            for way, batch in ((QUEUE, 1), (ALONE, 1), (BATCH, given.batch))
            for kind in kinds
        ]
        prepare_pgbench(postgres)
        # As pgbench does with its own tables: plans follow what is there.
        warm_up(loads[0])
        asyncio.run(vacuum(postgres))
        tps, figures = measure(postgres, loads, clients=given.clients, rounds=given.rounds)
        asyncio.run(check(f"{postgres.admin_dsn.rsplit('/', 1)[0]}/{DATABASE}"))
        return int(not report(tps, figures))


if __name__ == "__main__":
    sys.exit(main())
