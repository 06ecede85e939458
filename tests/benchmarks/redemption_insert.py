"""The thinnest handler that keeps something: one insert a request, under our own server's HTTP, pool, row context and database.

Its task comes on standard input. It asks nobody who he is and remembers no key.
"""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import uvicorn
import uvloop
from litestar import Litestar, Response, post
from sqlalchemy import text
from typing_extensions import override

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin_server.joined_writes import JoinedHttp

INSERT = text("insert into bench_redemptions (id, programme_id, at) values (:id, :programme, :at)")
TABLE = "create table bench_redemptions (id uuid primary key, programme_id uuid, at timestamptz)"


class Inserting:
    """One row a request."""

    def __init__(self, task: dict[str, Any]) -> None:
        self._programme = UUID(task["programme"])
        self._url = task["database"]

    @asynccontextmanager
    async def open(self, _: Litestar) -> AsyncIterator[None]:
        self._database = Database.connect(self._url)
        yield
        await self._database.close()

    async def insert(self) -> UUID:
        now = datetime.now(UTC)
        row = {"id": new_id(now), "programme": self._programme, "at": now}
        async with self._database.transaction(Actor.system("bench"), now=now) as session:
            await session.execute(INSERT, row)
        return row["id"]


def app_of(task: dict[str, Any]) -> Litestar:
    rows = Inserting(task)

    @post("/insert")
    async def insert() -> Response[bytes]:
        done = await rows.insert()
        return Response(
            msgspec.json.encode({"id": done}), status_code=200, media_type="application/json"
        )

    return Litestar([insert], lifespan=[rows.open], openapi_config=None)


class Server(uvicorn.Server):
    """Says when it listens."""

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        print("ready", flush=True)


def main() -> None:
    task = json.load(sys.stdin)
    config = uvicorn.Config(
        app_of(task),
        port=task["port"],
        log_config=None,
        access_log=False,
        ws="none",
        http=JoinedHttp,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(Server(config).serve())


if __name__ == "__main__":
    main()
