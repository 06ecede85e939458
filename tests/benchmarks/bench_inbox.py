"""How long a bank waits for its inbox over GraphQL: 50 rows × 10 fields with their leads, 16 clients at once.

Without ``--url`` it starts a cluster and a web process of its own and fills them; with it, log-in name and password are
needed, and the server must be started with a raised ``rate_limit_scale``.
"""

import argparse
import asyncio
import contextlib
import http.cookiejar
import json
import re
import statistics
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import asyncpg
from bank_app import add_officer
from code_flow import fields
from small_city import SmallCity, build_small_city
from staff_log_ins import at_desk, open_desk
from web_process import settings_for, started_web

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import BUILT_IN
from suxin.lending.dispatch import new_referral
from suxin.lending.models import DispatchMode, Lead
from suxin_server.migration import migrate
from suxin_server.postgres import Postgres
from suxin_server.valkey import Valkey

ROWS = 50
REFERRALS = 2_000
RATE_LIMIT_SCALE = 10_000
LOGIN = "bench.officer"
BATCH = 500
DOCUMENT = """query Inbox($first: Int!) {
  referrals(first: $first) {
    edges { node {
      id state mode dispatchedAt acceptBy contactBy decideBy nextDueAt deadlinesProvisional consentedAt
      lead { number applicantKind countyCode industryZh amountBand termBand purpose }
    } }
    pageInfo { hasNextPage endCursor }
  }
}"""


async def fill(app_url: str, batch_url: str) -> tuple[SmallCity, str]:
    """Make a small city with a full inbox; return it and the token of a desk session at its first bank."""
    database, batch = Database.connect(app_url), Database.connect(batch_url)
    try:
        now = datetime.now(UTC)
        city = await build_small_city(database, batch, now=now)
        await _refer(city, now)
        return city, await _open_desk(city, now)
    finally:
        await database.close()
        await batch.close()


async def _refer(city: SmallCity, now: datetime) -> None:
    bank = city.banks[0]
    system = Actor.system("bench", tenant_id=bank.tenant_id)
    for start in range(0, REFERRALS, BATCH):
        async with city.database.transaction(system, now=now) as session:
            leads = [_lead(number, now) for number in range(start, start + BATCH)]
            session.add_all(leads)
            await session.flush()
            session.add_all(
                new_referral(
                    lead,
                    tenant_id=bank.tenant_id,
                    product_id=bank.product_id,
                    mode=DispatchMode.RECOMMENDED,
                    calendar=BUILT_IN,
                    now=now,
                )
                for lead in leads
            )


def _lead(number: int, now: datetime) -> Lead:
    return Lead(
        id=new_id(),
        number=f"L{number:07}",
        subject_kind="firm",
        county_code="321302",
        industry_section="C",
        amount_band="from_50_wan",
        term_band="up_to_12",
        grade="unrated",
        purpose="working_capital",
        guarantee="credit",
        created_at=now,
        closes_at=now + timedelta(days=30),
        pool_open=False,
    )


async def _open_desk(city: SmallCity, now: datetime) -> str:
    staff_id = await add_officer(city)
    bank = city.banks[0]
    async with city.database.transaction(bank.officer, now=now) as session:
        return (await open_desk(session, bank.tenant_id, staff_id, now=now)).token


def log_in(url: str, login: str, password: str) -> str:
    """Log in to the desk as a browser does; return the session's token."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{url}/desk/log-in", timeout=10).read().decode()
    form = {**fields(page), "login": login, "password": password}
    # Only the cookie matters: the page that the log-in leads to may not be served here.
    with contextlib.suppress(urllib.error.HTTPError):
        browser.open(f"{url}/oauth/log-in", urllib.parse.urlencode(form).encode(), timeout=10)
    for cookie in jar:
        if cookie.name.endswith("suxin_desk") and cookie.value:
            return cookie.value
    sys.exit("the log-in was refused")


class Client:
    """One connection that asks the same again and again; it costs far less than the server it measures."""

    def __init__(self, url: str, token: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        body = json.dumps({"query": DOCUMENT, "variables": {"first": ROWS}}).encode()
        shown = "".join(f"{name}: {text}\r\n" for name, text in at_desk(token).items())
        self._request = (
            f"POST /graphql HTTP/1.1\r\nHost: {parts.netloc}\r\n{shown}"
            "Content-Type: application/json\r\nAccept: application/graphql-response+json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    async def run(self, until: float) -> list[float]:
        """Ask until then; return how long each answer took, in ms."""
        reader, writer = await asyncio.open_connection(*self._address)
        took: list[float] = []
        while (began := time.perf_counter()) < until:
            writer.write(self._request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            body = await reader.readexactly(int(length[1]) if length else 0)
            took.append((time.perf_counter() - began) * 1000)
            if b" 200 " not in head[:20] or b'"errors"' in body[-2_000:]:
                sys.exit(f"wrong answer: {head[:60]!r} {body[:500]!r}")
        writer.close()
        await writer.wait_closed()
        return took


async def load(url: str, token: str, *, clients: int, seconds: float) -> list[float]:
    """Ask from so many clients at once."""
    until = time.perf_counter() + seconds
    found = await asyncio.gather(*(Client(url, token).run(until) for _ in range(clients)))
    return [one for took in found for one in took]


def measure(url: str, token: str, *, clients: int, seconds: float) -> None:
    """Warm up, measure, print."""
    asyncio.run(load(url, token, clients=clients, seconds=min(2.0, seconds)))
    took = sorted(asyncio.run(load(url, token, clients=clients, seconds=seconds)))
    alone = sorted(asyncio.run(load(url, token, clients=1, seconds=min(3.0, seconds))))
    percentile = statistics.quantiles(took, n=100, method="inclusive")
    print(f"inbox, {ROWS} rows × 10 fields + lead, {clients} clients, {seconds:.0f} s")
    print(f"  {len(took) / seconds:8.0f} requests/s")
    print(f"  p50 {percentile[49]:6.1f} ms   p99 {percentile[98]:6.1f} ms   max {took[-1]:6.1f} ms")
    print(f"  one client alone: p50 {statistics.median(alone):.1f} ms")


async def _create(server: Postgres) -> None:
    connection = await asyncpg.connect(server.admin_dsn)
    await connection.execute("create database bench owner suxin_owner template template0")
    await connection.close()


def measure_own(*, clients: int, seconds: float) -> None:
    """Start the servers and a web process, measure them, stop them."""
    with tempfile.TemporaryDirectory(prefix="suxin-bench-") as folder:
        Path(folder).chmod(0o711)
        server, valkey = Postgres(Path(folder) / "data"), Valkey(Path(folder) / "valkey")
        (Path(folder) / "valkey").mkdir()
        try:
            server.start()
            valkey.start()
            asyncio.run(_create(server))
            migrate(server.dsn("suxin_owner", database="bench"))
            app_url = server.dsn("suxin_app", database="bench")
            city, token = asyncio.run(fill(app_url, server.dsn("suxin_batch", database="bench")))
            settings = settings_for(
                city, database_url=app_url, redis_url=valkey.url, scale=RATE_LIMIT_SCALE
            )
            with started_web(settings):
                measure(settings.url, token, clients=clients, seconds=seconds)
        finally:
            valkey.stop()
            server.remove()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a running server")
    parser.add_argument("--login")
    parser.add_argument("--password")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0)
    given = parser.parse_args()
    if given.url:
        url = given.url.rstrip("/")
        token = log_in(url, given.login or "", given.password or "")
        measure(url, token, clients=given.clients, seconds=given.seconds)
    else:
        measure_own(clients=given.clients, seconds=given.seconds)


if __name__ == "__main__":
    main()
