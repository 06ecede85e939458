"""The thinnest handler that keeps what a phone sends: one plain insert an item, in our whole server behind the same authentication as a sync.

It asks for the same body, reads it by the same types, and compares, signs, merges and claims nothing. Settings come as the server's do.
"""

import json
from dataclasses import replace

import msgspec
from litestar import Response, Router, post
from litestar.di import Provide
from sqlalchemy import text

from suxin_server import web
from suxin_server.settings import read_settings
from suxin_tenants.village_grid.field_messages import ItemsSent, item_of, read_message
from suxin_web.bodies import json_only
from suxin_web.callers import AnyRequest, GivenActor, staff
from suxin_web.runtime import GivenRuntime

PATH = "/peer/items"
INSERT = text(
    "insert into bench_items (tenant_id, id, content, at) values (:tenant_id, :id, cast(:content as jsonb), :at)"
)
TABLE = (
    "create table bench_items (tenant_id uuid, id uuid primary key, content jsonb, at timestamptz)"
)


@post("/items", status_code=200, request_max_body_size=1024**2)
async def insert_items(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    sent = read_message(await request.body(), ItemsSent)
    now = runtime.clock.now()
    async with runtime.database.transaction(actor, now=now) as session:
        for item in map(item_of, sent.items):
            row = {
                "tenant_id": actor.own_tenant,
                "id": item.id,
                "content": json.dumps(item.content.stored()),
                "at": now,
            }
            await session.execute(INSERT, row)
    answer = msgspec.json.encode({"receipts": [{"id": one.id} for one in sent.items]})
    return Response(answer, media_type="application/json")


def serve() -> None:
    router = Router(
        "/peer",
        route_handlers=[insert_items],
        dependencies={"actor": Provide(staff)},
        guards=[json_only],
    )
    assemble = web.assemble
    web.assemble = lambda settings: replace(assemble(settings), besides=[router])
    web.serve(read_settings())


if __name__ == "__main__":
    serve()
