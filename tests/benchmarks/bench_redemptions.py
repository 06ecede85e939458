"""What redeeming costs: sixteen tills at once, in one request over REST and in three over GraphQL, beside one insert in the same stack.

Run ``python tests/benchmarks/bench_redemptions.py``. One web process each on this machine, over one database with one role and its row policies,
take short turns, so that whatever else the machine does meets both. A redemption is of one programme with stock and a budget, which all tills
share: afterwards the ledger has to have exactly what was completed, or this ends with 1. It ends with 1 as well where redemptions in one request are
fewer than ``BAR`` × the inserts of the same server behind the same authentication (a token bound by DPoP, its grant looked up, the request counted), be it of
visitors or of residents who show a code. A code is of a resident's own pass, made beforehand with his one-time consent and his tier, and worked out afresh as his
phone does. That insert (``redemption_insert.py``) remembers no idempotency key, audits nothing and locks nothing; the bare one beside it asks nobody who he is either, and is
shown for what that costs.
"""

import asyncio
import contextlib
import json
import os
import statistics
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests/support"))

from many_residents import Pass, make_residents  # noqa: E402 - as above
from measured import DATABASE, cpu_seconds, dsn, own_servers, server_cpu_seconds, started_peer  # noqa: E402 - found by the line above
from oauth_client import new_key, public_jwks  # noqa: E402 - as above
from oauth_load import LoadClient  # noqa: E402 - as above
from redemption_insert import IN_OURS, TABLE  # noqa: E402 - as above
from redemption_statements import statements_each  # noqa: E402 - as above
from redemption_tills import SCOPE, Side, Till, Turns  # noqa: E402 - as above
from small_city import build_small_city  # noqa: E402 - as above
from small_perks import build_perks  # noqa: E402 - as above
from staff_log_ins import at_desk, keep_passwords, open_desk  # noqa: E402 - as above
from web_process import settings_for, started_anew  # noqa: E402 - as above

from suxin.consent.oauth.clients import (  # noqa: E402 - as above
    CLIENT_CREDENTIALS,
    ClientDraft,
    register_client,
)
from suxin.kernel.database import Database  # noqa: E402 - as above
from suxin.tenancy.roles import RoleGrant  # noqa: E402 - as above
from suxin.tenancy.staff import add_staff  # noqa: E402 - as above
from suxin_graphql.ids import to_global  # noqa: E402 - as above
from suxin_server.postgres import Postgres  # noqa: E402 - as above
from suxin_server.processes import free_port  # noqa: E402 - as above
from suxin_server.valkey import Valkey  # noqa: E402 - as above
from suxin_tenants import PROFILES  # noqa: E402 - as above

HERE = Path(__file__).parent
OPERATIONS = ROOT / "graphql/operations"
CLIENTS = 16
TURNS = 4
TURN_SECONDS = 2.0
WARM_UP_SECONDS = 1.0
MOST_A_CLIENT = 2_000
"""How much one client does in a turn at the most, so that the count is bounded as the time is."""

RESIDENTS = 6_000
"""Each comes once; where they do not suffice in all turns together, the benchmark ends."""

BAR = 0.6
RATE_LIMIT_SCALE = 10_000
STOCK = 1_000_000
BUDGET_FEN = STOCK * 6_000
STEPS = ("hold", "grant", "complete")
OURS, CODED, STEPWISE = "redemption", "redemption, with a code", "redemption in three"
THEIRS, BARE = "one insert", "insert, bare"
REDEEMING = (OURS, CODED, STEPWISE)


@dataclass(frozen=True)
class Shop:
    """A merchant's programme, as its systems know it, and the headers of one of its clerks."""

    tenant_id: UUID
    programme_id: UUID
    global_id: str
    headers: Mapping[str, str]
    client_id: str
    key: Any
    residents: list[Pass]


async def open_shop(app_url: str, batch_url: str, admin_url: str) -> tuple[Shop, Any]:
    """Publish two programmes with stock and a budget, one for visitors and one for residents, and let a clerk log in; return them with their city."""
    database, batch = Database.connect(app_url), Database.connect(batch_url)
    now = datetime.now(UTC)
    try:
        city = await build_small_city(database, batch, now=now)
        small = await build_perks(city)
        bounds = {"stock": STOCK, "budget_fen": BUDGET_FEN, "daily": STOCK}
        programme = await small.published(**bounds, person_daily=None)
        once = await small.published(**bounds, person_daily=1, person_total=1, party_limit=1)
        admin = await asyncpg.connect(admin_url)
        residents = await make_residents(admin, city, small, once, count=RESIDENTS)
        await admin.close()
        staff_id = await city.act(
            add_staff,
            small.merchant,
            name="王店员",
            login="bench.clerk",
            password="Bench-2026-till",
            roles=[RoleGrant("clerk")],
            profiles=PROFILES,
        )
        key = new_key()
        client = await city.act(
            register_client,
            small.merchant,
            draft=ClientDraft(
                name="收银系统",
                grant_types=[CLIENT_CREDENTIALS],
                scopes=[SCOPE],
                jwks=public_jwks(key),
            ),
            profiles=PROFILES,
        )
        await keep_passwords(database, now=now)
        async with database.transaction(small.merchant, now=now) as session:
            token = (await open_desk(session, small.merchant.own_tenant, staff_id, now=now)).token
    finally:
        await database.close()
        await batch.close()
    known = to_global("PerkProgramme", programme.id, small.merchant)
    headers = {**at_desk(token), "Accept": "application/graphql-response+json"}
    shop = Shop(
        small.merchant.own_tenant, programme.id, known, headers, client.client_id, key, residents
    )
    return shop, city


def documents() -> dict[str, str]:
    """The operations that the platform itself has for these steps."""
    return {
        step: (OPERATIONS / f"{step}_perk_redemption.graphql").read_text(encoding="utf-8")
        for step in STEPS
    }


async def redeem(side: Side, till: Till, shop: Shop, _: dict[str, list[float]]) -> None:
    """Redeem in one request."""
    key = os.urandom(16).hex()
    body = {"programmeId": str(shop.programme_id)}
    await side.shown(till, "/perks/v1/redemptions", body, **{"Idempotency-Key": key})


async def redeem_code(side: Side, till: Till, shop: Shop, _: dict[str, list[float]]) -> None:
    """Redeem in one request what a resident's code stands for."""
    key = os.urandom(16).hex()
    if not shop.residents:
        sys.exit(f"more than {RESIDENTS} residents were served: RESIDENTS is too small")
    body = {"code": shop.residents.pop().code(datetime.now(UTC))}
    await side.shown(till, "/perks/v1/redemptions", body, **{"Idempotency-Key": key})


async def insert(side: Side, till: Till, shop: Shop, _: dict[str, list[float]]) -> None:
    """Have one row inserted by whoever shows a token."""
    await side.shown(till, "/peer/insert", {"programme": str(shop.programme_id)})


async def redeem_in_three(_: Side, till: Till, shop: Shop, took_ms: dict[str, list[float]]) -> None:
    """Hold, grant and complete one redemption."""
    given: dict[str, object] = {"programmeId": shop.global_id}
    for step, document in DOCUMENTS.items():
        variables = {"input": {**given, "idempotencyKey": os.urandom(16).hex()}}
        began = time.perf_counter()
        answer = await till.post(
            "/graphql", shop.headers, {"query": document, "variables": variables}
        )
        took_ms.setdefault(step, []).append((time.perf_counter() - began) * 1000)
        done = answer.get("data", {}).get(f"{step}PerkRedemption", {})
        if "redemption" not in done:
            sys.exit(f"refused: {answer}")
        given = {"redemptionId": done["redemption"]["id"]}


async def insert_bare(_: Side, till: Till, shop: Shop, _took_ms: dict[str, list[float]]) -> None:
    """Have one row inserted by anybody."""
    await till.post("/insert", {}, {"programme": str(shop.programme_id)})


DOCUMENTS = documents()
WORKS = {
    OURS: redeem,
    CODED: redeem_code,
    STEPWISE: redeem_in_three,
    THEIRS: insert,
    BARE: insert_bare,
}


async def turn(name: str, side: Side, shop: Shop, postgres: Postgres, seconds: float) -> Turns:
    """Let all clients do the same thing again and again."""
    done = Turns()

    async def client() -> None:
        till = await Till.open(side.port)
        count = 0
        while (at := time.perf_counter()) < until and count < MOST_A_CLIENT:
            await WORKS[name](side, till, shop, done.took_ms)
            done.whole_ms.append((time.perf_counter() - at) * 1000)
            count += 1
        till.close()

    cpu, database_cpu = cpu_seconds(side.pid), server_cpu_seconds(postgres)
    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    done.seconds = time.perf_counter() - began
    done.cpu_s = cpu_seconds(side.pid) - cpu
    done.database_cpu_s = server_cpu_seconds(postgres) - database_cpu
    return done


async def measure(sides: dict[str, Side], shop: Shop, postgres: Postgres) -> int:
    """Warm all up and let them take their turns; return how many redemptions there were in all."""
    redeemed = 0
    for name, side in sides.items():
        warm = await turn(name, side, shop, postgres, WARM_UP_SECONDS)
        redeemed += len(warm.whole_ms) if name in REDEEMING else 0
    for _ in range(TURNS):
        for name, side in sides.items():
            one = await turn(name, side, shop, postgres, TURN_SECONDS)
            redeemed += len(one.whole_ms) if name in REDEEMING else 0
            _add(side.turns, one)
    for name, side in sides.items():
        redeemed += await count_statements(side, name, shop, postgres)
    return redeemed


def _add(turns: Turns, one: Turns) -> None:
    for step, took_ms in one.took_ms.items():
        turns.took_ms.setdefault(step, []).extend(took_ms)
    turns.whole_ms += one.whole_ms
    turns.seconds += one.seconds
    turns.cpu_s += one.cpu_s
    turns.database_cpu_s += one.database_cpu_s


async def count_statements(side: Side, name: str, shop: Shop, postgres: Postgres) -> int:
    """Note how many statements one piece of work takes; return how many were carried out for it."""
    till = await Till.open(side.port)

    async def once() -> None:
        nonlocal done
        await WORKS[name](side, till, shop, {})
        done += 1

    done = 0
    side.statements = await statements_each(postgres, once)
    till.close()
    return done if name in REDEEMING else 0


async def check(url: str, shop: Shop, redeemed: int) -> None:
    """Assert that the ledger has of stock and budget exactly what was completed, and holds nothing more."""
    connection = await asyncpg.connect(url)
    left = await connection.fetch(
        "select right(code, 6) word, sum(posted_credits - posted_debits - pending_debits) as left"
        " from ledger_accounts where tenant_id = $1 and code like 'perk.%' and floor = 0 group by 1",
        shop.tenant_id,
    )
    completed, value_fen = await connection.fetchrow(
        "select count(*), sum(used_value_fen) from perk_redemptions where state = 'COMPLETED'"
    )
    await connection.close()
    assert completed == redeemed, (completed, redeemed)
    found = {row["word"].strip("."): row["left"] for row in left}
    assert found == {"stock": 2 * STOCK - redeemed, "budget": 2 * BUDGET_FEN - value_fen}, found


def report(sides: dict[str, Side]) -> bool:
    """Print the figures; return whether the bar is met."""
    print(f"{CLIENTS} at once, load and servers on one machine of {os.cpu_count()} cores")
    print(
        f"{'':24}{'count':>8} {'per s':>8} {'p50 ms':>8} {'p99 ms':>8} {'cpu ms':>8} {'db ms':>8} {'stmts':>8}"
    )
    told: dict[str, Any] = {}
    for name, side in sides.items():
        turns = side.turns
        count = len(turns.whole_ms)
        told[name] = {"per_second": turns.per_second, "statements": side.statements}
        cost = f"{turns.cpu_s * 1000 / count:8.2f} {turns.database_cpu_s * 1000 / count:8.2f} {side.statements:8.1f}"
        for step, took_ms in {"": turns.whole_ms, **turns.took_ms}.items():
            cuts = statistics.quantiles(took_ms, n=100)
            label = f"{name} {step}".strip()
            rate = len(took_ms) / turns.seconds
            print(
                f"{label:24}{len(took_ms):8} {rate:8.0f} {cuts[49]:8.1f} {cuts[98]:8.1f}", end=" "
            )
            print("" if step else cost)
            told[name][step or "whole"] = {"p50_ms": cuts[49], "p99_ms": cuts[98]}
    ratios = {
        f"{ours} / {theirs}": sides[ours].turns.per_second / sides[theirs].turns.per_second
        for ours in REDEEMING
        for theirs in (THEIRS, BARE)
    }
    for pair, ratio in ratios.items():
        print(f"{pair:40} {ratio:.2f}")
    print(json.dumps({**told, "ratios": ratios}))
    return min(ratios[f"{ours} / {THEIRS}"] for ours in (OURS, CODED)) >= BAR


def run(postgres: Postgres, valkey: Valkey) -> bool:
    app_url = dsn(postgres, "suxin_app")
    asyncio.run(_prepare(dsn(postgres, "suxin_owner")))
    admin = f"{postgres.admin_dsn.rsplit('/', 1)[0]}/{DATABASE}"
    shop, city = asyncio.run(open_shop(app_url, dsn(postgres, "suxin_batch"), admin))
    settings, alike = (
        settings_for(city, database_url=app_url, redis_url=valkey.url, scale=RATE_LIMIT_SCALE)
        for _ in range(2)
    )
    port = free_port()
    task = {"database": app_url, "port": port, "programme": str(shop.programme_id)}
    peer = HERE / "redemption_insert.py"
    with contextlib.ExitStack() as started:
        ours = started.enter_context(started_anew(settings))
        theirs = started.enter_context(started_anew(alike, (str(peer), IN_OURS)))
        bare = started.enter_context(started_peer([sys.executable, peer], task))
        sides = {
            **{
                name: Side(
                    ours.pid,
                    settings.port,
                    LoadClient(settings.url, shop.client_id, shop.key),
                )
                for name in (OURS, CODED)
            },
            STEPWISE: Side(ours.pid, settings.port),
            THEIRS: Side(theirs.pid, alike.port, LoadClient(alike.url, shop.client_id, shop.key)),
            BARE: Side(bare.pid, port),
        }
        for name in (OURS, CODED, THEIRS):
            asyncio.run(sides[name].log_in())
        redeemed = asyncio.run(measure(sides, shop, postgres))
    asyncio.run(check(admin, shop, redeemed))
    return report(sides)


async def _prepare(owner_url: str) -> None:
    owner = await asyncpg.connect(owner_url)
    await owner.execute(TABLE)
    await owner.execute("grant insert on bench_redemptions to suxin_app")
    await owner.close()


def main() -> int:
    """Measure on servers of its own."""
    with own_servers() as (postgres, valkey):
        return int(not run(postgres, valkey))


if __name__ == "__main__":
    sys.exit(main())
