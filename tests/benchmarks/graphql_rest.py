"""The thinnest server of the same rows: asyncpg and msgspec under a bare Litestar, one statement for each path.

Its task comes on standard input. It asks nobody who he is: every request has the row context that it was given.
"""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import groupby
from typing import Any

import asyncpg
import msgspec
import uvicorn
import uvloop
from litestar import Litestar, Response, get
from typing_extensions import override

POOL_SIZE = 20
REFERRAL = (
    *("id", "state", "mode", "dispatchedAt", "acceptBy", "contactBy", "decideBy", "nextDueAt"),
    *("deadlinesProvisional", "consentedAt"),
)
LEAD = ("number", "applicantKind", "countyCode", "industryZh", "amountBand", "termBand", "purpose")
INBOX = """
select r.id, r.state, r.mode, r.dispatched_at, r.accept_by, r.contact_by, r.decide_by,
  referrals_next_due_at(r), r.deadlines_provisional, r.consented_at,
  l.number, l.subject_kind, l.county_code, l.industry_section, l.amount_band, l.term_band, l.purpose
from referrals r join leads l on l.id = r.lead_id
where r.tenant_id = $1 order by r.id desc limit $2"""
NESTED = """
select r.id, r.state, o.id, o.state, o.amount_fen, o.rate_bps
from (select * from referrals where tenant_id = $1 order by id desc limit $2) r
cross join lateral (
  select * from offers where tenant_id = r.tenant_id and referral_id = r.id order by id desc limit $3
) o
order by r.id desc, o.id desc"""


class Rows:
    """Rows under the policies, which a transaction of its own gives each reading."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.task = task
        self.context = json.dumps(list(task["settings"].items()))
        self.tenant_id = task["settings"]["app.tenant_id"]

    @asynccontextmanager
    async def open(self, _: Litestar) -> AsyncIterator[None]:
        settings = {"jit": "off"}
        async with asyncpg.create_pool(
            self.task["database"], max_size=POOL_SIZE, server_settings=settings
        ) as self.pool:
            yield

    async def read(self, query: str, *sizes: int) -> list[asyncpg.Record]:
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute(
                "select set_config(el->>0, el->>1, true) from json_array_elements($1::json) el",
                self.context,
            )
            return await connection.fetch(query, self.tenant_id, *sizes)


def app_of(task: dict[str, Any]) -> Litestar:
    rows, industries = Rows(task), task["industries"]

    @get("/inbox")
    async def inbox() -> Response[bytes]:
        found = []
        for row in await rows.read(INBOX, task["rows"]):
            values = tuple(row)
            lead = dict(zip(LEAD, values[len(REFERRAL) :], strict=True))
            lead["industryZh"] = industries.get(lead["industryZh"])
            found.append({**dict(zip(REFERRAL, values, strict=False)), "lead": lead})
        return Response(msgspec.json.encode({"referrals": found}), media_type="application/json")

    @get("/nested")
    async def nested() -> Response[bytes]:
        found = []
        read = await rows.read(NESTED, task["outer"], task["inner"])
        for (number, state), group in groupby(read, key=lambda row: (row[0], row[1])):
            back = {"id": number, "state": state}
            offers = [
                {
                    "id": row[2],
                    "state": row[3],
                    "amountFen": row[4],
                    "rateBps": row[5],
                    "referral": back,
                }
                for row in group
            ]
            found.append({**back, "offers": offers})
        return Response(msgspec.json.encode({"referrals": found}), media_type="application/json")

    return Litestar([inbox, nested], lifespan=[rows.open], openapi_config=None)


class Server(uvicorn.Server):
    """Says when it listens."""

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        print("ready", flush=True)


def main() -> None:
    task = json.load(sys.stdin)
    config = uvicorn.Config(
        app_of(task), port=task["port"], log_config=None, access_log=False, ws="none"
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(Server(config).serve())


if __name__ == "__main__":
    main()
