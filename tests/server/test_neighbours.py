"""A noisy neighbour, before one web process as it is deployed: the bank that floods is refused, the other one never.

How much slower the other one becomes is measured by ``python3 run.py bench neighbours``.
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from bank_app import add_officer
from costs import cost_of
from small_city import Bank, SmallCity
from staff_log_ins import at_desk, open_desk
from web_process import settings_for, started_web

from suxin_server.valkey import Valkey

pytestmark = pytest.mark.processes

CLIENTS, EACH = 16, 2
SIZE, PER_SECOND = 120, 1
COUNTS = {"query": "{ inboxCounts { pool overdue } }"}
COST = 11
STEADY = 10


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


async def desk_of(city: SmallCity, bank: Bank, now: datetime) -> dict[str, str]:
    staff_id = await add_officer(city, bank)
    async with city.database.transaction(bank.officer, now=now) as session:
        return at_desk((await open_desk(session, bank.tenant_id, staff_id, now=now)).token)


async def test_who_floods_is_refused_and_his_neighbour_is_not(
    small_city: SmallCity, city: Any, valkey: Valkey, now: datetime
) -> None:
    noisy, quiet = [await desk_of(small_city, bank, now) for bank in small_city.banks]
    settings = settings_for(
        small_city,
        database_url=city.app,
        redis_url=valkey.url,
        graphql_budget=SIZE,
        graphql_budget_per_second=PER_SECOND,
    )
    with started_web(settings):
        async with httpx.AsyncClient(base_url=settings.url, timeout=30, trust_env=False) as client:

            async def ask(headers: dict[str, str]) -> httpx.Response:
                return await client.post("/graphql", json=COUNTS, headers=headers)

            async def steady() -> list[httpx.Response]:
                return [await ask(quiet) for _ in range(STEADY)]

            flood = [ask(noisy) for _ in range(CLIENTS * EACH)]
            calm, *loud = await asyncio.gather(steady(), *flood)
    assert Counter(one.status_code for one in calm) == {200: STEADY}
    refused = [one for one in loud if one.status_code == httpx.codes.TOO_MANY_REQUESTS]
    served = [one for one in loud if one.status_code == httpx.codes.OK]
    assert len(refused) + len(served) == CLIENTS * EACH
    # A full bucket holds so many and little comes back meanwhile; the reading of the document costs a point besides.
    assert SIZE // COST - 1 <= len(served) <= SIZE // COST + 3
    for one in refused:
        assert 1 <= int(one.headers["Retry-After"]) <= COST
        told = cost_of(one)
        assert (told["requested"], told["actual"], told["restoreRate"]) == (COST, 0, PER_SECOND)
        assert told["available"] < COST
    assert {cost_of(one)["actual"] for one in served} == {COST - 1}
