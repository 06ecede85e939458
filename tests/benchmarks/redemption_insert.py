"""The thinnest handler that keeps something: one insert a request, under our own server's HTTP, pool, row context and database.

Bare, its task comes on standard input, and it asks nobody who he is. With ``IN_OURS`` it is one more route of our whole server, behind the same
authentication as the routes of tills; settings come as the server's do. Neither remembers a key.
"""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import uvicorn
import uvloop
from litestar import Litestar, Response, Router, post
from litestar.di import Provide
from sqlalchemy import text
from typing_extensions import override

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin_server import web
from suxin_server.joined_writes import JoinedHttp
from suxin_server.settings import read_settings
from suxin_web.bodies import json_only
from suxin_web.callers import AnyRequest, GivenActor, staff
from suxin_web.nonces import NextNonce
from suxin_web.runtime import GivenRuntime

INSERT = text("insert into bench_redemptions (id, programme_id, at) values (:id, :programme, :at)")
TABLE = "create table bench_redemptions (id uuid primary key, programme_id uuid, at timestamptz)"


IN_OURS = "--in-ours"


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
        return await inserted(self._database, Actor.system("bench"), self._programme)


async def inserted(database: Database, actor: Actor, programme: UUID) -> UUID:
    now = datetime.now(UTC)
    row = {"id": new_id(now), "programme": programme, "at": now}
    async with database.transaction(actor, now=now) as session:
        await session.execute(INSERT, row)
    return row["id"]


@post("/insert")
async def insert_of_token(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    asked = msgspec.json.decode(await request.body())
    done = await inserted(runtime.database, actor, UUID(asked["programme"]))
    return Response(msgspec.json.encode({"id": done}), media_type="application/json")


def serve_in_ours() -> None:
    router = Router(
        "/peer",
        route_handlers=[insert_of_token],
        dependencies={"actor": Provide(staff)},
        guards=[json_only],
        middleware=[NextNonce],
    )
    assemble = web.assemble
    web.assemble = lambda settings: replace(assemble(settings), besides=[router])
    web.serve(read_settings())


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
    if IN_OURS in sys.argv:
        serve_in_ours()
        return
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
