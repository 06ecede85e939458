"""How long one chunk of the long jobs takes: deadlines worked out anew, and persons sealed and indexed anew.

Starts a cluster of its own and fills it: 2,000 referrals whose deadlines all move, 20,000 persons with their doors. A
chunk holds its locks for as long as it takes; the bar is five seconds.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import asyncpg
from arrangements import arrangement_2027
from small_city import SmallCity, build_small_city

from suxin.kernel import key_rotation
from suxin.kernel.actor import Actor
from suxin.kernel.calendars import load_arrangement
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import BUILT_IN
from suxin.lending.commands.redating import redate_deadlines
from suxin.lending.dispatch import new_referral
from suxin.lending.models import DispatchMode, Lead
from suxin.subjects.doors import resident_door
from suxin.subjects.models import NAME, PHONE, RESIDENT_ID, PersonIdentity, SubjectDoor
from suxin_server.migration import migrate
from suxin_server.postgres import Postgres

REFERRALS = 2_000
PERSONS = 20_000
BATCH = 1_000
BAR_S = 5.0
NOW = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
SYSTEM = Actor.system("bench")


async def in_chunks(work: Callable[[object], Awaitable[object]]) -> list[float]:
    """Work until nothing follows; return how many seconds each chunk took."""
    taken: list[float] = []
    after: object = None
    while True:
        began = time.perf_counter()
        after = await work(after)
        taken.append(time.perf_counter() - began)
        if after is None:
            return taken


async def redating(city: SmallCity) -> list[float]:
    """Let every deadline of the referrals move."""
    bank = city.banks[0]
    for start in range(0, REFERRALS, BATCH):
        async with city.database.transaction(SYSTEM, now=NOW) as session:
            leads = [_lead(number) for number in range(start, start + BATCH)]
            session.add_all(leads)
            await session.flush()
            session.add_all(
                new_referral(
                    lead,
                    tenant_id=bank.tenant_id,
                    product_id=bank.product_id,
                    mode=DispatchMode.RECOMMENDED,
                    calendar=BUILT_IN,
                    now=NOW,
                )
                for lead in leads
            )
    given = arrangement_2027(off=["2026-12-31", "2027-01-04"])
    await city.act(load_arrangement, city.operator, arrangement=given, now=NOW)

    async def work(after: object) -> object:
        async with city.database.transaction(SYSTEM, now=NOW) as session:
            return await redate_deadlines(session, year=2027, after=after, now=NOW)  # type: ignore[arg-type] # what it returned before

    return await in_chunks(work)


async def rotating(city: SmallCity) -> dict[str, list[float]]:
    """Seal and index every person anew."""
    batch, old = city.batch, city.sealer
    new = Sealer(old.keyring.rotated())
    for start in range(0, PERSONS, BATCH):
        async with batch.transaction(SYSTEM, now=NOW) as session:
            for number in range(start, start + BATCH):
                session.add_all(_person(old, f"3213021990{number:08d}"))
    taken = {}
    for part in key_rotation.parts():

        async def work(after: object, part: key_rotation.Part = part) -> object:
            async with batch.transaction(SYSTEM, now=NOW) as session:
                return (await part.chunk(session, new, after)).following  # type: ignore[arg-type] # what it returned before

        taken[part.name] = await in_chunks(work)
    return taken


def _lead(number: int) -> Lead:
    return Lead(
        id=new_id(),
        number=f"L{number:07}",
        subject_kind="firm",
        county_code="321302",
        industry_section="C",
        amount_band="from_50_wan",
        term_band="up_to_12",
        grade="unrated",
        purpose="working_capital",
        guarantee="credit",
        created_at=NOW,
        closes_at=NOW + timedelta(days=30),
        pool_open=False,
    )


def _person(sealer: Sealer, number: str) -> list[object]:
    row, door = new_id(), resident_door(sealer, number)
    identity = PersonIdentity(
        subject_id=row,
        name_sealed=sealer.seal("王小明", purpose=NAME, row=row),
        resident_id_sealed=sealer.seal(number, purpose=RESIDENT_ID, row=row),
        phone_sealed=sealer.seal("19900000001", purpose=PHONE, row=row),
        proof_method="bench",
        proof_ref="bench",
        proved_at=NOW,
    )
    kept = SubjectDoor(blind_index=door.digest, subject_id=row, key_version=door.key_version)
    return [identity, kept]


def report(name: str, rows: int, taken: list[float]) -> None:
    """Print one line of figures, in milliseconds."""
    print(
        f"{name}: {rows} rows in {sum(taken):.1f} s, {len(taken)} chunks,"
        f" median {statistics.median(taken) * 1000:.0f} ms, longest {max(taken) * 1000:.0f} ms"
    )


async def main(server: Postgres) -> int:
    """Fill the database, let both jobs run, print the figures; return 1 when a chunk took too long."""
    connection = await asyncpg.connect(server.admin_dsn)
    await connection.execute("create database bench owner suxin_owner template template0")
    await connection.close()
    await asyncio.to_thread(migrate, server.dsn("suxin_owner", database="bench"))
    database = Database.connect(server.dsn("suxin_app", database="bench"))
    batch = Database.connect(server.dsn("suxin_batch", database="bench"))
    try:
        city = await build_small_city(database, batch, now=NOW)
        taken = {"deadlines": await redating(city), **await rotating(city)}
    finally:
        await database.close()
        await batch.close()
    for name, seconds in taken.items():
        report(name, REFERRALS if name == "deadlines" else PERSONS, seconds)
    return int(max(max(seconds) for seconds in taken.values()) > BAR_S)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        cluster = Postgres(Path(folder) / "pg", fast=True)
        cluster.start()
        try:
            code = asyncio.run(main(cluster))
        finally:
            cluster.remove()
    sys.exit(code)
