"""How long a phone's queue takes to be sent: a thousand claims recorded without signal, in messages of a hundred, beside plain inserts in the same stack.

Run ``python3 run.py bench sync``. A phone signs ``ITEMS`` claims of ``HOUSEHOLDS`` households by a rule with a cap; one web process takes them over
HTTP, each with its digest and signature compared, its rules weighed, a version, a claim and a receipt. Another one with one more route inserts a row an
item from the same messages, behind the same authentication, pool and row context. Both take turns, each with items of its own, one message at a time.
Ends with 1 where the sync takes more than ``LIMIT`` times the inserts, or where there are not exactly as many claims as were sent, also after all was
sent once more.
"""

import asyncio
import contextlib
import os
import statistics
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests/support"))

from item_insert import PATH, TABLE  # noqa: E402 - found by the line above
from measured import DATABASE, cpu_seconds, dsn, own_servers, server_cpu_seconds  # noqa: E402 - as above
from small_city import SmallCity, build_small_city  # noqa: E402 - as above
from small_field import SmallPhone, as_sent  # noqa: E402 - as above
from small_points import add_household, build_points  # noqa: E402 - as above
from staff_log_ins import at_desk, keep_passwords, open_desk  # noqa: E402 - as above
from web_process import SERVE, settings_for, started_anew  # noqa: E402 - as above

from suxin.grid.field.policies import MAX_ITEMS  # noqa: E402 - as above
from suxin.grid.rules import Cap, Rule, RuleBook  # noqa: E402 - as above
from suxin.grid.states import CapScope, Period, RuleTopic  # noqa: E402 - as above
from suxin.kernel.database import Database  # noqa: E402 - as above
from suxin.tenancy.roles import RoleGrant  # noqa: E402 - as above
from suxin.tenancy.staff import add_staff  # noqa: E402 - as above
from suxin_server.postgres import Postgres  # noqa: E402 - as above
from suxin_server.valkey import Valkey  # noqa: E402 - as above
from suxin_tenants import PROFILES  # noqa: E402 - as above

ITEMS = 1_000
HOUSEHOLDS = 200
TURNS = 3
LIMIT = 8.0
TIMEOUT_S = 120
RATE_LIMIT_SCALE = 10_000
SYNC = "/desk/field/items"
CAP = Cap(scope=CapScope.HOUSEHOLD, period=Period.MONTH, times=100)
BOOK = RuleBook(name="细则", rules=(Rule(code="hour", name="志愿服务", topic=RuleTopic.VOLUNTEER, points=2, caps=(CAP,)),))  # fmt: skip


@dataclass(kw_only=True)
class Side:
    """One server under measurement, and what it took so far."""

    path: str
    pid: int
    client: httpx.Client
    turns_s: list[float] = field(default_factory=list)
    batches_ms: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    database_cpu_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Field:
    """A village with a worker, his phone and session, and the households at whose doors he stands."""

    city: SmallCity
    phone: SmallPhone
    token: str
    households: list[UUID]

    def queue(self) -> list[dict[str, Any]]:
        """Record as many claims as a turn sends; return the messages."""
        items = [
            as_sent(
                self.phone.item(
                    content=self.phone.says(
                        household=self.households[number % HOUSEHOLDS], member=None, times=1
                    )
                )
            )
            for number in range(ITEMS)
        ]
        device = {"deviceId": str(self.phone.id)}
        return [device | {"items": items[at : at + MAX_ITEMS]} for at in range(0, ITEMS, MAX_ITEMS)]


async def open_field(app_url: str, batch_url: str, admin_url: str) -> Field:
    """Take a village in with its households, a worker and his phone."""
    database, batch = Database.connect(app_url), Database.connect(batch_url)
    admin = await asyncpg.connect(admin_url)
    now = datetime.now(UTC)
    try:
        city = await build_small_city(database, batch, now=now)
        points = await build_points(city, admin, book=BOOK)
        households = [
            (await add_household(city, admin, points.tenant_id, f"D{number:03}", None))[0]
            for number in range(HOUSEHOLDS)
        ]
        staff_id = await city.act(
            add_staff,
            city.operator,
            name="王网格员",
            login="bench.worker",
            password="Bench-2026-field",
            roles=[RoleGrant("grid_worker")],
            profiles=PROFILES,
            tenant_id=points.tenant_id,
        )
        await keep_passwords(database, now=now)
        phone = await SmallPhone.enrolled(points, staff_id=staff_id)
        async with database.transaction(phone.actor, now=now) as session:
            token = (await open_desk(session, points.tenant_id, staff_id, now=now)).token
    finally:
        await database.close()
        await batch.close()
        await admin.close()
    return Field(city=city, phone=phone, token=token, households=households)


def send(side: Side, messages: list[dict[str, Any]]) -> list[float]:
    """Send a queue message by message, as a phone does; return the milliseconds of each."""
    took_ms = []
    for message in messages:
        began = time.perf_counter()
        answer = side.client.post(side.path, json=message)
        took_ms.append((time.perf_counter() - began) * 1000)
        if answer.status_code != httpx.codes.OK:
            sys.exit(f"wrong answer: {answer.status_code} {answer.text[:500]}")
        receipts = answer.json()["receipts"]
        assert len(receipts) == len(message["items"])
        assert all(one.get("kept", True) for one in receipts), receipts[:2]
    return took_ms


def turn(side: Side, messages: list[dict[str, Any]], postgres: Postgres) -> None:
    """Send a queue and note what it took."""
    cpu, database_cpu = cpu_seconds(side.pid), server_cpu_seconds(postgres)
    took_ms = send(side, messages)
    side.turns_s.append(sum(took_ms) / 1000)
    side.batches_ms += took_ms
    side.cpu_s += cpu_seconds(side.pid) - cpu
    side.database_cpu_s += server_cpu_seconds(postgres) - database_cpu


async def counted(admin_url: str) -> int:
    """Return how many claims there are."""
    admin = await asyncpg.connect(admin_url)
    try:
        claims: int = await admin.fetchval("select count(*) from grid_claims")
    finally:
        await admin.close()
    return claims


async def prepare(owner_url: str) -> None:
    owner = await asyncpg.connect(owner_url)
    await owner.execute(TABLE)
    await owner.execute("grant insert on bench_items to suxin_app")
    await owner.close()


def run(postgres: Postgres, valkey: Valkey) -> bool:
    """Let both take their turns; return whether the limit is kept and everything is there once."""
    admin_url = f"{postgres.admin_dsn.rsplit('/', 1)[0]}/{DATABASE}"
    app_url = dsn(postgres, "suxin_app")
    asyncio.run(prepare(dsn(postgres, "suxin_owner")))
    village = asyncio.run(open_field(app_url, dsn(postgres, "suxin_batch"), admin_url))
    peer = str(Path(__file__).parent / "item_insert.py")
    with contextlib.ExitStack() as started:
        sides = []
        for path, program in ((SYNC, SERVE), (PATH, (peer,))):
            settings = settings_for(
                village.city, database_url=app_url, redis_url=valkey.url, scale=RATE_LIMIT_SCALE
            )
            process = started.enter_context(started_anew(settings, program))
            client = httpx.Client(
                base_url=settings.url,
                headers=at_desk(village.token),
                trust_env=False,
                timeout=TIMEOUT_S,
            )
            sides.append(Side(path=path, pid=process.pid, client=started.enter_context(client)))
        for side in sides:
            # Whatever a process does once is not the phone's.
            send(side, village.queue()[:1])
        for _ in range(TURNS):
            for side in sides:
                sent = village.queue()
                turn(side, sent, postgres)
                if side.path == SYNC:
                    again_s = sum(send(side, sent)) / 1000
    return report(*sides, again_s, asyncio.run(counted(admin_url)))


def report(ours: Side, plain: Side, again_s: float, claims: int) -> bool:
    """Print the figures; return whether the limit is kept."""
    print(
        f"{ITEMS:,} items in messages of {MAX_ITEMS}, median of {TURNS} turns, {os.cpu_count()} cores"
    )
    print(f"{'':16}{'s':>8}{'items/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'cpu ms':>9}{'db ms':>9}")
    for name, side in (("sync", ours), ("plain inserts", plain)):
        seconds, cuts = (
            statistics.median(side.turns_s),
            statistics.quantiles(side.batches_ms, n=100, method="inclusive"),
        )
        messages = len(side.batches_ms)
        cpu_ms, database_ms = (1000 * one / messages for one in (side.cpu_s, side.database_cpu_s))
        print(
            f"{name:16}{seconds:8.2f}{ITEMS / seconds:10,.0f}{cuts[49]:9.0f}{cuts[98]:9.0f}{cpu_ms:9.0f}{database_ms:9.0f}"
        )
    ratio, cpu_ratio = (
        statistics.median(ours.turns_s) / statistics.median(plain.turns_s),
        ours.cpu_s / plain.cpu_s,
    )
    print(f"{'sent again':16}{again_s:8.2f}{ITEMS / again_s:10,.0f}")
    expected = TURNS * ITEMS + MAX_ITEMS
    print(
        f"ratio {ratio:.1f} (processor {cpu_ratio:.1f}), limit {LIMIT:.0f}; {claims:,} claims of {expected:,}"
    )
    return claims == expected and ratio <= LIMIT


def main() -> int:
    """Measure on servers of its own."""
    with own_servers() as (postgres, valkey):
        return int(not run(postgres, valkey))


if __name__ == "__main__":
    sys.exit(main())
