"""Build the demo city in a process that is killed in the midst: ``killed_city.py APP_URL BATCH_URL NOW PLACE``."""

import asyncio
import os
import signal
import sys
from datetime import datetime
from typing import Any

from suxin.kernel.audit import AuditEntry
from suxin.kernel.database import Database
from suxin.kernel.sealing import Keyring, Sealer
from suxin_server.demo import cast, city, ingested
from suxin_server.demo.city import DemoReport, Setting, build_demo_city
from suxin_server.demo.draft import MadeFor
from suxin_tenants import PROFILES

PLACES = ("between the transactions", "between the batches")


async def build(app_url: str, batch_url: str, now: datetime) -> DemoReport:
    """Build the city, or what is missing of it."""
    database = Database.connect(app_url, pool_size=2)
    batch = Database.connect(batch_url, pool_size=1)
    made_for = MadeFor(
        sealer=Sealer(Keyring({1: bytes(range(32))})),
        profiles=PROFILES,
        openids={one.wechat: f"o-{one.wechat}" for one in cast.APPLICANTS},
        receiver_url="http://127.0.0.1:9/events",
    )
    try:
        return await build_demo_city(
            Setting(database=database, batch=batch, made_for=made_for), now=now
        )
    finally:
        await database.close()
        await batch.close()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at(place: str) -> None:
    put, read, read_before = city.put, ingested.read_batch, list[None]()

    async def put_until_history(session: Any, model: Any, rows: Any) -> int:
        if model is AuditEntry:
            _die()
        return await put(session, model, rows)

    async def read_one(*given: Any, **named: Any) -> bool:
        if read_before:
            _die()
        read_before.append(None)
        return await read(*given, **named)

    if place == PLACES[0]:
        city.put = put_until_history
    else:
        ingested.read_batch = read_one  # type: ignore[assignment]


if __name__ == "__main__":
    _, app, batch, moment, where = sys.argv
    _die_at(where)
    asyncio.run(build(app, batch, datetime.fromisoformat(moment)))
