"""How long a phone's queue takes to be sent: a thousand claims recorded without signal, in messages of a hundred, beside plain inserts in the same stack.

Run ``python3 run.py bench sync``. A phone signs ``ITEMS`` claims; one web process takes them over HTTP, each with its digest and signature
compared, its rules weighed, a version, a claim and a receipt. Another one with one more route inserts a row an item from the same messages, behind the
same authentication, pool and row context. Both take turns, each with items of its own; the median turn of each counts. Ends with 1 where the
sync takes more than ``LIMIT`` times the inserts, or where there are not exactly as many claims as were sent, also after all was sent once more.
"""

import asyncio
import contextlib
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests/support"))

from item_insert import PATH, TABLE  # noqa: E402 - found by the line above
from measured import DATABASE, dsn, own_servers  # noqa: E402 - as above
from small_city import build_small_city  # noqa: E402 - as above
from small_field import SmallPhone, as_sent  # noqa: E402 - as above
from small_points import build_points  # noqa: E402 - as above
from staff_log_ins import at_desk, keep_passwords, open_desk  # noqa: E402 - as above
from web_process import settings_for, started_web  # noqa: E402 - as above

from suxin.grid.field.policies import MAX_ITEMS  # noqa: E402 - as above
from suxin.grid.rules import Rule, RuleBook  # noqa: E402 - as above
from suxin.grid.states import RuleTopic  # noqa: E402 - as above
from suxin.kernel.database import Database  # noqa: E402 - as above
from suxin.tenancy.roles import RoleGrant  # noqa: E402 - as above
from suxin.tenancy.staff import add_staff  # noqa: E402 - as above
from suxin_server.postgres import Postgres  # noqa: E402 - as above
from suxin_server.valkey import Valkey  # noqa: E402 - as above
from suxin_tenants import PROFILES  # noqa: E402 - as above

ITEMS = 1_000
TURNS = 3
LIMIT = 40.0
RATE_LIMIT_SCALE = 10_000
SYNC = "/desk/field/items"
BOOK = RuleBook(name="细则", rules=(Rule(code="hour", name="志愿服务", topic=RuleTopic.VOLUNTEER, points=2),))  # fmt: skip


async def open_phone(app_url: str, batch_url: str, admin_url: str) -> tuple[SmallPhone, Any, str]:
    """Take a village in with a worker and his phone; return the phone, its city and his session."""
    database, batch = Database.connect(app_url), Database.connect(batch_url)
    admin = await asyncpg.connect(admin_url)
    now = datetime.now(UTC)
    try:
        city = await build_small_city(database, batch, now=now)
        points = await build_points(city, admin, book=BOOK)
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
    return phone, city, token


def queue(phone: SmallPhone) -> list[dict[str, Any]]:
    """Record as many claims as a turn sends; return the messages."""
    items = [as_sent(phone.item(content=phone.says(member=None, times=1))) for _ in range(ITEMS)]
    device = {"deviceId": str(phone.id)}
    return [device | {"items": items[at : at + MAX_ITEMS]} for at in range(0, ITEMS, MAX_ITEMS)]


def send(client: httpx.Client, path: str, messages: list[dict[str, Any]]) -> float:
    """Send a queue message by message, as a phone does; return the seconds."""
    began = time.perf_counter()
    for message in messages:
        answer = client.post(path, json=message)
        if answer.status_code != httpx.codes.OK:
            sys.exit(f"wrong answer: {answer.status_code} {answer.text[:500]}")
        receipts = answer.json()["receipts"]
        assert len(receipts) == len(message["items"])
        assert all(one.get("kept", True) for one in receipts), receipts[:2]
    return time.perf_counter() - began


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
    phone, city, token = asyncio.run(open_phone(app_url, dsn(postgres, "suxin_batch"), admin_url))
    ours, plain = (
        settings_for(city, database_url=app_url, redis_url=valkey.url, scale=RATE_LIMIT_SCALE)
        for _ in range(2)
    )
    peer = str(Path(__file__).parent / "item_insert.py")
    sides: dict[str, list[float]] = {SYNC: [], PATH: []}
    with contextlib.ExitStack() as started:
        started.enter_context(started_web(ours))
        started.enter_context(started_web(plain, (peer,)))
        headers = at_desk(token)
        clients = {
            path: started.enter_context(
                httpx.Client(base_url=settings.url, headers=headers, trust_env=False, timeout=60)
            )
            for path, settings in ((SYNC, ours), (PATH, plain))
        }
        for _ in range(TURNS):
            for path, took in sides.items():
                sent = queue(phone)
                took.append(send(clients[path], path, sent))
                if path == SYNC:
                    again = send(clients[path], path, sent)
    claims = asyncio.run(counted(admin_url))
    return report(sides, again, claims)


def report(sides: dict[str, list[float]], again: float, claims: int) -> bool:
    """Print the figures; return whether the limit is kept."""
    seconds, plain = (statistics.median(sides[path]) for path in (SYNC, PATH))
    ratio = seconds / plain
    print(f"{ITEMS:,} items in messages of {MAX_ITEMS}, median of {TURNS} turns")
    print(f"sync          {seconds:6.2f} s {ITEMS / seconds:8,.0f} items/s")
    print(f"sent again    {again:6.2f} s {ITEMS / again:8,.0f} items/s")
    print(f"plain inserts {plain:6.2f} s {ITEMS / plain:8,.0f} items/s")
    print(f"ratio {ratio:.1f}, limit {LIMIT:.0f}; {claims:,} claims")
    return claims == TURNS * ITEMS and ratio <= LIMIT


def main() -> int:
    """Measure on servers of its own."""
    with own_servers() as (postgres, valkey):
        return int(not run(postgres, valkey))


if __name__ == "__main__":
    sys.exit(main())
