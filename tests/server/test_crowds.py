"""Crowds before one web process as it is deployed: 400 requests of two tenants at once, and callers who hang up."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from bank_app import add_officer
from costs import without_cost
from small_city import SmallCity
from staff_log_ins import at_desk, open_desk
from web_process import settings_for, started_web

from suxin_server.valkey import Valkey

pytestmark = pytest.mark.processes

CROWD = 400
STORM = 300
LONGEST_S = 0.05
OF_THE_SERVER = (
    "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    " and backend_type = 'client backend'"
)
MINE = {
    "query": "{ viewer { tenant { shortName } staff { login } }"
    " referrals(first: 10) { edges { node { id lead { number } product { id } } } } }"
}


@dataclass(frozen=True)
class Caller:
    """One bank's desk, and what it is told when it asks alone."""

    headers: dict[str, str]
    own: dict[str, Any]


@dataclass(frozen=True)
class Crowd:
    """A server with two banks' callers."""

    url: str
    client: httpx.AsyncClient
    callers: tuple[Caller, Caller]

    async def ask(self, caller: Caller) -> None:
        """Ask once, and be told what is one's own."""
        answer = await self.client.post("/graphql", json=MINE, headers=caller.headers)
        assert answer.status_code == httpx.codes.OK, answer.text
        assert without_cost(answer) == caller.own


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def crowd(
    small_city: SmallCity, city: Any, valkey: Valkey, now: datetime
) -> AsyncIterator[Crowd]:
    await small_city.submit()
    shown = []
    for bank in small_city.banks:
        staff_id = await add_officer(small_city, bank)
        async with small_city.database.transaction(bank.officer, now=now) as session:
            opened = await open_desk(session, bank.tenant_id, staff_id, now=now)
        shown.append(at_desk(opened.token))
    settings = settings_for(
        small_city, database_url=city.app, redis_url=valkey.url, scale=100, database_pool_size=5
    )
    limits = httpx.Limits(max_connections=CROWD)
    with started_web(settings):
        async with httpx.AsyncClient(
            base_url=settings.url, timeout=60, trust_env=False, limits=limits
        ) as client:
            callers = [
                Caller(
                    headers, without_cost(await client.post("/graphql", json=MINE, headers=headers))
                )
                for headers in shown
            ]
            first, second = callers
            assert first.own["data"] != second.own["data"]
            assert len(first.own["data"]["referrals"]["edges"]) == 1
            yield Crowd(settings.url, client, (first, second))


async def test_400_requests_of_two_tenants_at_once_leak_nothing(crowd: Crowd) -> None:
    await asyncio.gather(*(crowd.ask(crowd.callers[number % 2]) for number in range(CROWD)))


async def test_callers_who_hang_up_leave_no_open_transaction(
    crowd: Crowd, admin: asyncpg.Connection
) -> None:
    chance = random.Random(20261120)  # noqa: S311 - the same storm each time
    address = urlsplit(crowd.url)
    assert address.hostname is not None

    async def hang_up(caller: Caller, after_s: float) -> None:
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        body = json.dumps(MINE).encode()
        headers = {
            **caller.headers,
            "Host": address.netloc,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(b"POST /graphql HTTP/1.1\r\n" + head.encode() + b"\r\n" + body)
        await writer.drain()
        await asyncio.sleep(after_s)
        # Reset, not closed: what a phone does that loses its network.
        writer.transport.abort()

    for _ in range(STORM // 20):
        some = [hang_up(crowd.callers[n % 2], chance.uniform(0, LONGEST_S)) for n in range(20)]
        await asyncio.gather(*some)
    assert await admin.fetchval(f"select count(*) {OF_THE_SERVER}") > 0
    async with asyncio.timeout(15):
        while await admin.fetchval(f"select count(*) {OF_THE_SERVER} and state <> 'idle'"):
            await asyncio.sleep(0.1)
    for caller in crowd.callers * 3:
        await crowd.ask(caller)
