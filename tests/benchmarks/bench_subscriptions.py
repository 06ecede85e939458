"""What 500 idle subscribers cost one web process, and how soon all of them are told of an event.

Half of them are one bank's, half another's, over WebSockets and then, in a fresh process, over server-sent events. The memory
counted is what the process holds more than before the first came (RSS); the limit is 100 MB.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests/support"))

from measured import cpu_seconds, dsn, own_servers  # noqa: E402 - found by the line above
from small_city import PASSWORD, Bank, SmallCity, build_small_city  # noqa: E402 - as above
from staff_log_ins import at_desk, keep_passwords, open_desk  # noqa: E402 - as above
from streaming import opened_events, socket_at_desk  # noqa: E402 - as above
from web_process import settings_for, started_anew  # noqa: E402 - as above

from suxin.kernel.database import Database  # noqa: E402 - as above
from suxin.tenancy.roles import RoleGrant  # noqa: E402 - as above
from suxin.tenancy.staff import add_staff  # noqa: E402 - as above
from suxin_graphql.streams.places import MAX_PER_CALLER  # noqa: E402 - as above
from suxin_server.postgres import Postgres  # noqa: E402 - as above
from suxin_server.settings import Settings  # noqa: E402 - as above
from suxin_server.valkey import Valkey  # noqa: E402 - as above
from suxin_tenants import PROFILES  # noqa: E402 - as above

SUBSCRIBERS = 500
LIMIT_MB = 100.0
IDLE_S = 20.0
"""Longer than the time within which each of them is looked at."""

RATE_LIMIT_SCALE = 1_000
ARRIVED = "subscription { referralArrived { id state lead { number } } }"

Told = Callable[[], Awaitable[None]]
"""Returns when one subscriber was told of one event."""

Way = Callable[[str, str], AbstractAsyncContextManager[Told]]
"""How one subscribes at an address, with a desk's cookie."""


@dataclass(frozen=True)
class Figures:
    memory_mb: float
    after_event_mb: float
    idle_cpu_percent: float
    first_told_ms: float
    all_told_ms: float
    cpu_ms_each: float

    def line(self, name: str) -> str:
        within = "within" if self.memory_mb <= LIMIT_MB else "ABOVE"
        return (
            f"{name:12} {self.memory_mb:6.1f} MB for {SUBSCRIBERS} idle ({within} {LIMIT_MB:.0f} MB),"
            f" {self.after_event_mb:.1f} MB after an event; idle {self.idle_cpu_percent:.1f} % of a core;"
            f" told after {self.first_told_ms:.0f} ms (the first), {self.all_told_ms:.0f} ms (all),"
            f" {self.cpu_ms_each:.1f} ms of the processor each"
        )


def resident_mb(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in text.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def cookies_of(city: SmallCity, bank: Bank, count: int) -> list[str]:
    """The cookies of so many officers at their desks."""
    cookies = []
    for number in range(count):
        staff_id = await city.act(
            add_staff,
            bank.officer,
            name="李信贷",
            login=f"bench.{number}.{bank.tenant_id.hex[-6:]}",
            password=PASSWORD,
            roles=[RoleGrant("loan_officer")],
            profiles=PROFILES,
        )
        async with city.database.transaction(bank.officer, now=city.now) as session:
            begun = await open_desk(session, bank.tenant_id, staff_id, now=city.now)
        cookies.append(begun.token)
    return cookies


@asynccontextmanager
async def over_socket(url: str, cookie: str) -> AsyncIterator[Told]:
    async with socket_at_desk(url, cookie) as socket:
        await socket.subscribe(ARRIVED)

        async def told() -> None:
            message = await socket.message()
            if message["type"] != "next":
                sys.exit(f"not told: {message}")

        yield told


@asynccontextmanager
async def over_events(url: str, cookie: str) -> AsyncIterator[Told]:
    async with opened_events(url, ARRIVED, headers=at_desk(cookie)) as events:
        await events.begun()

        async def told() -> None:
            name, shown = await events.next()
            if name != "next" or "errors" in shown:
                sys.exit(f"not told: {shown}")

        yield told


async def measure(city: SmallCity, cookies: Sequence[str], way: Way, settings: Settings) -> Figures:
    """Open the subscriptions, leave them idle, then let one event happen to both banks."""
    with started_anew(settings) as process:
        async with AsyncExitStack() as stack:
            async with way(settings.url, cookies[0]):
                pass
            before = resident_mb(process.pid)
            listening = [
                await stack.enter_async_context(way(settings.url, cookies[n % len(cookies)]))
                for n in range(SUBSCRIBERS)
            ]
            used = cpu_seconds(process.pid)
            await asyncio.sleep(IDLE_S)
            idle = (cpu_seconds(process.pid) - used) / IDLE_S * 100
            memory = resident_mb(process.pid) - before
            await city.submit(now=datetime.now(UTC))
            began = time.perf_counter()
            took_ms: list[float] = []
            used = cpu_seconds(process.pid)

            async def one(told: Told) -> None:
                await told()
                took_ms.append((time.perf_counter() - began) * 1000)

            await asyncio.gather(*(one(told) for told in listening))
            cpu_ms = (cpu_seconds(process.pid) - used) * 1000 / SUBSCRIBERS
            after = resident_mb(process.pid) - before
    return Figures(memory, after, idle, min(took_ms), max(took_ms), cpu_ms)


async def run(postgres: Postgres, valkey: Valkey) -> dict[str, Figures]:
    url = dsn(postgres, "suxin_app")
    database = Database.connect(url, pool_size=5)
    batch = Database.connect(dsn(postgres, "suxin_batch"), pool_size=2)
    try:
        city = await build_small_city(database, batch, now=datetime.now(UTC))
        each = SUBSCRIBERS // MAX_PER_CALLER // len(city.banks) + 1
        cookies = [one for bank in city.banks for one in await cookies_of(city, bank, each)]
        await keep_passwords(database, now=city.now)
        found = {}
        for name, way in (("websocket", over_socket), ("sse", over_events)):
            settings = settings_for(
                city, database_url=url, redis_url=valkey.url, scale=RATE_LIMIT_SCALE
            )
            found[name] = await measure(city, cookies, way, settings)
        return found
    finally:
        await database.close()
        await batch.close()


def main() -> int:
    load_before = os.getloadavg()[0]
    with own_servers() as (postgres, valkey):
        found = asyncio.run(run(postgres, valkey))
    print(f"subscribers and servers on one machine of {os.cpu_count()} cores;", end=" ")
    print(f"load average before {load_before:.1f}, after {os.getloadavg()[0]:.1f}")
    for name, figures in found.items():
        print(figures.line(name))
    print(json.dumps({name: asdict(figures) for name, figures in found.items()}))
    return int(any(figures.memory_mb > LIMIT_MB for figures in found.values()))


if __name__ == "__main__":
    sys.exit(main())
