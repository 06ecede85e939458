"""Our authorization server beside node oidc-provider: tokens, introspections and whole code flows a second.

Both run as one process on this machine, to one profile (PAR, private_key_jwt by ES256, DPoP with nonces, JWT access tokens),
under one load. Ours keeps everything in PostgreSQL, written to disk at each commit, and Valkey. The peer is measured twice:
with a thousand entries of each kind in its memory, which it loses when it stops and shares with nobody, and with
everything in the same PostgreSQL. In a code flow a person decides each time: at ours a page and a form, at the peer one call
that allows. The peer introspects opaque tokens only, ours the JWTs that it issues. The processor time is the server's
own, without PostgreSQL's. What the row policies add to a read is measured beside it.
"""

import asyncio
import contextlib
import json
import os
import re
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import asyncpg

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests/support"))

from bank_app import SCOPES, add_officer, register_bank_app  # noqa: E402 - found by the line above
from code_flow import CALLBACK, OFFICER, fields  # noqa: E402 - as above
from measured import cpu_seconds, dsn, own_servers, started_peer  # noqa: E402 - as above
from node_projects import NodeMissing, PackagesMissing, installed  # noqa: E402 - as above
from oauth_client import new_key, public_jwks  # noqa: E402 - as above
from oauth_load import (  # noqa: E402 - as above
    Connection,
    LoadClient,
    challenge,
    good,
    load,
)
from small_city import PASSWORD, SmallCity, build_small_city  # noqa: E402 - as above
from web_process import settings_for, started_anew  # noqa: E402 - as above

from suxin.kernel.database import Database  # noqa: E402 - as above
from suxin_server.postgres import Postgres  # noqa: E402 - as above
from suxin_server.processes import free_port  # noqa: E402 - as above
from suxin_server.valkey import Valkey  # noqa: E402 - as above

PEER = Path(__file__).parent / "oidc_provider"
AT_ONCE = 16
SECONDS = 6.0
WARM_UP_SECONDS = 2.0
MOST = 20_000
READS = 400
RATE_LIMIT_SCALE = 10_000
SCOPE = " ".join(SCOPES)
RESOURCE = "https://resource.example/"
VERIFIER = "v" * 43


@dataclass(frozen=True)
class Side:
    """One server under load: its process, its client, what it asks for beside the usual, how a person allows."""

    pid: int
    client: LoadClient
    extra: dict[str, str]
    allow: Callable[[Connection, str], Awaitable[str]]


@contextlib.asynccontextmanager
async def ours(city: SmallCity, database_url: str, valkey: Valkey) -> AsyncIterator[Side]:
    """Our server, over what is already in the database."""
    client_id, key = await register_bank_app(city)
    await add_officer(city)
    settings = settings_for(
        city, database_url=database_url, redis_url=valkey.url, scale=RATE_LIMIT_SCALE
    )
    with started_anew(settings) as process:
        if "--profile" in sys.argv:
            print(f"the web process is {process.pid}", flush=True)
        client = LoadClient(settings.url, client_id, key)
        await read_metadata(client, "/.well-known/oauth-authorization-server")
        yield Side(process.pid, client, {}, allow_at_ours)


async def allow_at_ours(connection: Connection, path: str) -> str:
    page = good(await connection.send("GET", path)).body.decode()
    if 'name="password"' in page:
        known = {**fields(page), "login": OFFICER, "password": PASSWORD}
        led = good(await connection.send("POST", "/oauth/log-in", known), 303)
        page = good(await connection.send("GET", led.headers["location"])).body.decode()
    form = {**fields(page), "decision": "allow"}
    return good(await connection.send("POST", "/oauth/authorize", form), 303).headers["location"]


@contextlib.asynccontextmanager
async def peer(node: str, database_url: str | None) -> AsyncIterator[Side]:
    """The peer, with a client of its own; over a database, or in its memory."""
    key, signing, port = new_key(), new_key(), free_port()
    task = {
        "issuer": f"http://127.0.0.1:{port}",
        "port": port,
        "clientId": "bench",
        "jwks": public_jwks(key),
        "signingKey": {**signing.as_dict(private=True), "alg": "ES256", "use": "sig"},
        "callback": CALLBACK,
        "scope": SCOPE,
        "resource": RESOURCE,
        "database": database_url,
    }
    with started_peer([node, PEER / "server.mjs"], task) as process:
        client = LoadClient(task["issuer"], "bench", key)
        await read_metadata(client, "/.well-known/openid-configuration")
        yield Side(process.pid, client, {"resource": RESOURCE}, allow_at_peer)


async def allow_at_peer(connection: Connection, path: str) -> str:
    while path.startswith("/"):
        led = good(await connection.send("GET", path), 303).headers["location"]
        parts = urlsplit(led)
        path = led if led.startswith(CALLBACK) else parts._replace(scheme="", netloc="").geturl()
    return path


async def read_metadata(client: LoadClient, path: str) -> None:
    connection = client.connection()
    client.metadata = good(await connection.send("GET", path)).json()
    connection.close()


async def tokens_of(side: Side) -> Callable[[Connection], Awaitable[None]]:
    form = {"grant_type": "client_credentials", "scope": SCOPE, **side.extra}

    async def step(connection: Connection) -> None:
        good(await side.client.post(connection, "token", form))

    return step


async def introspections_of(side: Side) -> Callable[[Connection], Awaitable[None]]:
    connection = side.client.connection()
    form = {"grant_type": "client_credentials", "scope": SCOPE}
    token = good(await side.client.post(connection, "token", form)).json()["access_token"]
    connection.close()

    async def step(connection: Connection) -> None:
        told = await side.client.post(connection, "introspection", {"token": token}, prove=False)
        if good(told).json()["active"] is not True:
            sys.exit("the token is not active")

    return step


async def flows_of(side: Side) -> Callable[[Connection], Awaitable[None]]:
    asked = {
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": SCOPE,
        "code_challenge": challenge(VERIFIER),
        "code_challenge_method": "S256",
        **side.extra,
    }
    client = side.client
    place = urlsplit(client.metadata["authorization_endpoint"]).path

    async def step(connection: Connection) -> None:
        pushed = await client.post(connection, "pushed_authorization_request", asked)
        reference = good(pushed, 201).json()["request_uri"]
        query = urlencode({"client_id": client.client_id, "request_uri": reference})
        led = await side.allow(connection, f"{place}?{query}")
        found = re.search(r"[?&]code=([^&]+)", led)
        if found is None:
            sys.exit(f"no code: {led}")
        form = {
            "grant_type": "authorization_code",
            "code": found[1],
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **side.extra,
        }
        good(await client.post(connection, "token", form))

    return step


@dataclass(frozen=True)
class Figures:
    """How many a second, the 99th percentile of their time, and the processor time that the server spends on each."""

    per_second: float
    p99_ms: float
    cpu_ms: float


async def measure(side: Side) -> dict[str, Figures]:
    """Return the figures of each kind of work."""
    found = {}
    works = {
        "client_credentials": tokens_of,
        "introspection": introspections_of,
        "PAR + code flow": flows_of,
    }
    for name, work in works.items():
        # The peer forgets what lies a thousand entries back, so that each work begins when its turn comes.
        step = await work(side)
        connections = [side.client.connection() for _ in range(AT_ONCE)]
        await load(step, connections, seconds=WARM_UP_SECONDS, most=MOST)
        before = cpu_seconds(side.pid)
        took_ms, seconds = await load(step, connections, seconds=SECONDS, most=MOST)
        cpu_ms = (cpu_seconds(side.pid) - before) * 1000 / len(took_ms)
        for connection in connections:
            connection.close()
        p99_ms = statistics.quantiles(took_ms, n=100)[98]
        found[name] = Figures(len(took_ms) / seconds, p99_ms, cpu_ms)
    return found


async def row_policies(city: SmallCity, app_url: str, owner_url: str) -> tuple[float, float]:
    """Return the median microseconds of a bank's read of a firm's records, under the row policies and without them."""
    submitted = await city.submit()
    await city.consent(submitted.request.id, city.banks[0])
    query = "select * from credit_records where subject_id = $1"
    app, owner = await asyncpg.connect(app_url), await asyncpg.connect(owner_url)
    await owner.execute("alter table credit_records no force row level security")
    officer = city.banks[0].officer
    context = {
        "app.kind": officer.kind.value,
        "app.tenant_id": str(officer.tenant_id),
        "app.tenant_kind": "bank",
        "app.purposes": ",".join(officer.purposes),
        "app.now": city.now.isoformat(),
    }
    for name, value in context.items():
        await app.execute("select set_config($1, $2, false)", name, value)
    # Planned once, as on the connections that read for others (``suxin.kernel.lone_readings``).
    for connection in (app, owner):
        await connection.execute("set plan_cache_mode = force_generic_plan")
    took: dict[asyncpg.Connection, list[float]] = {app: [], owner: []}
    for _ in range(READS):
        for connection, times in took.items():
            began = time.perf_counter()
            rows = await connection.fetch(query, city.firm_id)
            times.append((time.perf_counter() - began) * 1_000_000)
            if not rows:
                sys.exit("nothing was read")
    await app.close()
    await owner.close()
    return statistics.median(took[app]), statistics.median(took[owner])


async def run(postgres: Postgres, valkey: Valkey, node: str) -> dict[str, Any]:
    app_url, owner_url = (dsn(postgres, role) for role in ("suxin_app", "suxin_owner"))
    database = Database.connect(app_url, pool_size=5)
    batch = Database.connect(dsn(postgres, "suxin_batch"), pool_size=2)
    try:
        city = await build_small_city(database, batch, now=datetime.now(UTC))
        policies = await row_policies(city, app_url, owner_url)
        async with ours(city, app_url, valkey) as side:
            us = await measure(side)
    finally:
        await database.close()
        await batch.close()
    async with peer(node, None) as side:
        in_memory = await measure(side)
    async with peer(node, owner_url) as side:
        kept = await measure(side)
    return {"ours": us, "peer in memory": in_memory, "peer kept": kept, "policies": policies}


def print_table(found: dict[str, Any], load_before: float) -> None:
    print(f"{AT_ONCE} at once, load and servers on one machine of {os.cpu_count()} cores;", end=" ")
    print(f"load average before {load_before:.1f}, after {os.getloadavg()[0]:.1f}")
    policies = found.pop("policies")
    print(f"{'':20}{'':16}{'per s':>8} {'ours : it':>10} {'p99 ms':>8} {'cpu ms':>8}")
    for name, us in found["ours"].items():
        for side, figures in found.items():
            one = figures[name]
            ratio = us.per_second / one.per_second
            print(f"{name:20}{side:16}{one.per_second:8.0f} {ratio:10.2f}", end=" ")
            print(f"{one.p99_ms:8.1f} {one.cpu_ms:8.2f}")
    under, without = policies
    print(f"a read of records: {under:.0f} µs under row policies, {without:.0f} µs without", end="")
    print(f" (+{under - without:.0f} µs)")
    told = {side: {name: asdict(one) for name, one in of.items()} for side, of in found.items()}
    print(json.dumps({**told, "policies": policies}))


def main() -> int:
    try:
        node = installed(PEER)
    except (NodeMissing, PackagesMissing) as missing:
        sys.exit(f"the peer cannot run: {missing}")
    load_before = os.getloadavg()[0]
    with own_servers() as (postgres, valkey):
        print_table(asyncio.run(run(postgres, valkey, node)), load_before)
    return 0


if __name__ == "__main__":
    sys.exit(main())
