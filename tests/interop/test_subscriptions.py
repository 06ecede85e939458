"""Other people's clients subscribe: ``graphql-ws`` over a WebSocket, ``graphql-sse`` by server-sent events."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from bank_app import add_officer
from patience import PATIENCE_S
from small_city import SmallCity
from staff_log_ins import at_desk, open_desk
from web_process import settings_for, started_web

from suxin.consent.oauth.desk import log_out_of_desk
from suxin.kernel.actor import Actor
from suxin_server.valkey import Valkey
from suxin_web.csrf import token_for

pytestmark = pytest.mark.processes

PROGRAM = Path(__file__).with_name("subscriptions.mjs")
OPEN = re.compile(r'^suxin_graphql_subscriptions\{over="(\w+)"\} 1\.0$', re.MULTILINE)


@pytest.fixture
async def desk(small_city: SmallCity) -> str:
    staff_id, bank, now = await add_officer(small_city), small_city.banks[0], datetime.now(UTC)
    async with small_city.database.transaction(bank.officer, now=now) as session:
        return (await open_desk(session, bank.tenant_id, staff_id, now=now)).token


@pytest.fixture
async def url(small_city: SmallCity, city: Any, valkey: Valkey) -> AsyncIterator[str]:
    settings = settings_for(small_city, database_url=city.app, redis_url=valkey.url, scale=100)
    with started_web(settings):
        yield settings.url


async def test_both_are_told_and_know_why_it_ended(
    node: str, url: str, desk: str, small_city: SmallCity
) -> None:
    program = await asyncio.create_subprocess_exec(
        node,
        PROGRAM,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    task = {"url": f"{url}/graphql", "headers": at_desk(desk), "csrfToken": token_for(desk)}
    program.stdin.write(json.dumps(task).encode() + b"\n")
    try:
        async with asyncio.timeout(PATIENCE_S):
            assert await program.stdout.readline() == b"listening\n"
            await _both_listen(url)
            await small_city.submit(now=datetime.now(UTC))
            await _both_were_told(url)
            now, anyone = datetime.now(UTC), Actor.anonymous("test")
            async with small_city.database.transaction(anyone, now=now) as session:
                await log_out_of_desk(session, token=desk, now=now)
            found = json.loads(await program.stdout.read())
    finally:
        if program.returncode is None:
            program.kill()
        await program.wait()
    data = {"referralArrived": {"state": "DISPATCHED", "mode": "RECOMMENDED"}}
    [told] = found["socket"]["next"]
    assert (told["data"], told["extensions"]["cost"]["requested"]) == (data, 2)
    [error] = found["socket"]["end"]["error"]
    assert error["extensions"]["reason"] == "SESSION_ENDED"
    assert found["closed"] == {"code": 4401, "reason": "SESSION_ENDED"}
    first, last = found["events"]["next"]
    assert (first["data"], first["extensions"]["cost"]["requested"]) == (data, 2)
    assert last["errors"][0]["extensions"]["reason"] == "SESSION_ENDED"
    assert found["events"]["end"] == {"complete": True}


async def _both_listen(url: str) -> None:
    await _metrics_say(url, lambda text: set(OPEN.findall(text)) == {"websocket", "sse"})


async def _both_were_told(url: str) -> None:
    await _metrics_say(
        url,
        lambda text: (
            text.count("suxin_graphql_events_sent{") == 2
            and 'sent{over="websocket"} 1.0' in text
            and 'sent{over="sse"} 1.0' in text
        ),
    )


async def _metrics_say(url: str, holds: Any) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        while not holds((await client.get("/metrics")).text):
            await asyncio.sleep(0.2)
