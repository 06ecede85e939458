"""Our reading path beside PostGraphile 5, the thinnest REST handler of the same rows, and Strawberry's own execution.

One process each on this machine, over one database with one role and its row policies, under sixteen clients. That all
answer the same rows is checked before anything is measured. They take short turns, so that whatever else the
machine does meets all of them. The processor time is the server's own, without PostgreSQL's.

Where they differ. Our server finds out who asks (a desk's session), keeps to what he may read, counts his requests and
would write receipts; PostGraphile and REST are given one row context and ask nobody. Ours and REST read in one snapshot
that cannot write, PostGraphile in a transaction at its default. PostGraphile's lists take their order as an argument; its ids
and cursors are its own, its amounts are texts, words of closed lists are as they are stored, and two fields of a lead are
functions in it. The next deadline is a function in the database for PostGraphile and REST, made of our own expression.
REST serves two fixed paths and knows no documents. Strawberry's own execution is our server with its plans, limits and
rows, and without compiled operations: graphql-core walks through every field of every row.
"""

import asyncio
import contextlib
import json
import os
import statistics
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.dialects import postgresql

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests/support"))

from full_inbox import INNER, OUTER, ROWS, WORKS, Work, fill, plain  # noqa: E402 - found by the line above
from graphql_load import Asked, get, graphql, load  # noqa: E402 - as above
from measured import cpu_seconds, dsn, own_servers, started_peer  # noqa: E402 - as above
from node_projects import NodeMissing, PackagesMissing, installed  # noqa: E402 - as above
from small_city import SmallCity  # noqa: E402 - as above
from staff_log_ins import at_desk  # noqa: E402 - as above
from web_process import SERVE, settings_for, started_anew  # noqa: E402 - as above

from suxin.kernel.row_context import row_context  # noqa: E402 - as above
from suxin.lending.industries import SECTION_BY_CODE  # noqa: E402 - as above
from suxin.lending.queries.referrals import next_due  # noqa: E402 - as above
from suxin_server.postgres import Postgres  # noqa: E402 - as above
from suxin_server.processes import free_port  # noqa: E402 - as above
from suxin_server.valkey import Valkey  # noqa: E402 - as above

HERE = Path(__file__).parent
PEER = HERE / "postgraphile"
STOCK = (str(HERE / "graphql_stock.py"), "serve")
CLIENTS = 16
TURNS = 3
TURN_SECONDS = 0.8
RATE_LIMIT_SCALE = 10_000
OURS, THEIRS, REST, STRAWBERRY = "ours", "PostGraphile 5", "REST", "Strawberry's own"
NEWEST_FIRST = ", orderBy: PRIMARY_KEY_DESC"


@dataclass
class Side:
    """One server under load: its process, how each work is asked of it, what was measured."""

    pid: int
    asked: dict[str, Asked]
    turns: dict[str, "Turns"] = field(default_factory=lambda: {work: Turns() for work in WORKS})

    async def turn(self, work: str) -> None:
        turns, before = self.turns[work], cpu_seconds(self.pid)
        took_ms, seconds = await load(self.asked[work], clients=CLIENTS, seconds=TURN_SECONDS)
        turns.took_ms += took_ms
        turns.seconds += seconds
        turns.cpu_s += cpu_seconds(self.pid) - before


@dataclass
class Turns:
    """What one server did of one work, in all its turns."""

    took_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu_s: float = 0.0

    def figures(self) -> "Figures":
        count = len(self.took_ms)
        cuts = statistics.quantiles(self.took_ms, n=100)
        return Figures(count / self.seconds, cuts[49], cuts[98], self.cpu_s * 1000 / count)


@dataclass(frozen=True)
class Figures:
    """How many a second, the middle and the 99th percentile of their time, the server's processor time for each."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float


@contextlib.contextmanager
def web_side(
    city: SmallCity, app_url: str, valkey: Valkey, token: str, program: tuple[str, ...]
) -> Iterator[Side]:
    """Our server, asked by a desk's own page."""
    settings = settings_for(
        city, database_url=app_url, redis_url=valkey.url, scale=RATE_LIMIT_SCALE
    )
    with started_anew(settings, program) as process:
        yield Side(process.pid, asked_of(settings.url, order="", headers=at_desk(token)))


@contextlib.contextmanager
def postgraphile_side(node: str, task: dict[str, Any]) -> Iterator[Side]:
    port = free_port()
    with started_peer([node, PEER / "server.mjs"], {**task, "port": port}) as process:
        asked = asked_of(f"http://127.0.0.1:{port}", order=NEWEST_FIRST, headers={})
        yield Side(process.pid, asked)


@contextlib.contextmanager
def rest_side(task: dict[str, Any]) -> Iterator[Side]:
    port = free_port()
    with started_peer(
        [sys.executable, HERE / "graphql_rest.py"], {**task, "port": port}
    ) as process:
        url = f"http://127.0.0.1:{port}"
        yield Side(process.pid, {name: get(url + work.path) for name, work in WORKS.items()})


def asked_of(url: str, *, order: str, headers: dict[str, str]) -> dict[str, Asked]:
    def one(work: Work) -> Asked:
        return graphql(url, work.document.format(order=order), work.variables, headers)

    return {name: one(work) for name, work in WORKS.items()}


async def prepare(owner_url: str) -> None:
    """Give the peers our next deadline as a function, and the planner the counts that it plans by."""
    dialect = postgresql.dialect()
    due = next_due().compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    owner = await asyncpg.connect(owner_url)
    # The argument is called as the table, so that the expression is the very same.
    await owner.execute(
        "create function referrals_next_due_at(referrals referrals) returns timestamptz"
        f" language sql stable as $$ select {due} $$"
    )
    await owner.execute("analyze")
    await owner.close()


def task_of(city: SmallCity, app_url: str) -> dict[str, Any]:
    """What a peer is told."""
    context = row_context(city.banks[0].officer, city.now)
    return {
        "database": app_url,
        "settings": {f"app.{name}": value for name, value in context.items()},
        "industries": {code: section.zh for code, section in SECTION_BY_CODE.items()},
        "rows": ROWS,
        "outer": OUTER,
        "inner": INNER,
    }


async def measure(sides: dict[str, Side]) -> None:
    """Check that all answer the same, warm all up, and let them take their turns."""
    for work in WORKS:
        wanted = await rows_of(sides[OURS], work)
        for name, side in sides.items():
            if await rows_of(side, work) != wanted:
                sys.exit(f"{name} answers otherwise: {work}")
            await load(side.asked[work], clients=CLIENTS, seconds=TURN_SECONDS)
    for _ in range(TURNS):
        for work in WORKS:
            for side in sides.values():
                await side.turn(work)


async def rows_of(side: Side, work: str) -> Any:
    answer = await side.asked[work].answer()
    found = plain(answer.get("data", answer)["referrals"])
    if len(found) != WORKS[work].size:
        sys.exit(f"{len(found)} rows: {work}")
    return found


def print_table(sides: dict[str, Side], load_before: float) -> None:
    print(f"{CLIENTS} at once, load and servers on one machine of {os.cpu_count()} cores;", end=" ")
    print(f"load average before {load_before:.1f}, after {os.getloadavg()[0]:.1f}")
    print(f"{'':40}{'per s':>8} {'ours : it':>10} {'p50 ms':>8} {'p99 ms':>8} {'cpu ms':>8}")
    for work in WORKS:
        us = sides[OURS].turns[work].figures()
        for name, side in sides.items():
            one = side.turns[work].figures()
            ratio = us.per_second / one.per_second
            print(f"{work:23} {name:16}{one.per_second:8.0f} {ratio:10.2f}", end=" ")
            print(f"{one.p50_ms:8.1f} {one.p99_ms:8.1f} {one.cpu_ms:8.2f}")
    told = {
        name: {work: asdict(turns.figures()) for work, turns in side.turns.items()}
        for name, side in sides.items()
    }
    print(json.dumps(told, ensure_ascii=False))


def run(postgres: Postgres, valkey: Valkey, node: str) -> None:
    load_before = os.getloadavg()[0]
    app_url = dsn(postgres, "suxin_app")
    now = datetime.now(UTC)
    city, token = asyncio.run(fill(app_url, dsn(postgres, "suxin_batch"), now=now))
    asyncio.run(prepare(dsn(postgres, "suxin_owner")))
    task = task_of(city, app_url)
    with contextlib.ExitStack() as started:
        sides = {
            OURS: started.enter_context(web_side(city, app_url, valkey, token, SERVE)),
            THEIRS: started.enter_context(postgraphile_side(node, task)),
            REST: started.enter_context(rest_side(task)),
            STRAWBERRY: started.enter_context(web_side(city, app_url, valkey, token, STOCK)),
        }
        asyncio.run(measure(sides))
    print_table(sides, load_before)


def main() -> int:
    try:
        node = installed(PEER)
    except (NodeMissing, PackagesMissing) as missing:
        sys.exit(f"the peer cannot run: {missing}")
    with own_servers() as (postgres, valkey):
        run(postgres, valkey, packaged(node))
    return 0


def packaged(node: str) -> str:
    """Return the Node that came with the packages where there is one for this machine: the peer needs 22 or newer."""
    found = next(PEER.glob("node_modules/node-*/bin/node"), None)
    return node if found is None else str(found)


if __name__ == "__main__":
    sys.exit(main())
