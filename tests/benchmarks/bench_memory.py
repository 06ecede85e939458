"""Memory: what one web process holds before and after 100,000 GraphQL requests, which should be the same.

Sixteen clients ask for the inbox, and every hundredth request is a document that was never sent before: what is remembered of
documents, plans and budgets is bounded. The load ends after three minutes even if it is not through, or after as many seconds as are named:
``python3 run.py bench memory 1800``.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests/support"))

from full_inbox import INBOX, fill  # noqa: E402 - found by the line above
from graphql_load import Asked, graphql  # noqa: E402 - as above
from measured import dsn, own_servers  # noqa: E402 - as above
from resident import resident_mib  # noqa: E402 - as above
from staff_log_ins import at_desk  # noqa: E402 - as above
from web_process import settings_for, started_web  # noqa: E402 - as above

from suxin_server.postgres import Postgres  # noqa: E402 - as above
from suxin_server.valkey import Valkey  # noqa: E402 - as above

CLIENTS = 16
REQUESTS = 100_000
WARM_UP = 3_000
LONGEST_S = 180
NEW_EVERY = 100
ROWS = 3
MARKS = 5
MOST_GROWTH = 0.1
RATE_LIMIT_SCALE = 10_000


class Load:
    """Requests from several clients, until there were so many or the time is over."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url = url
        self._headers = headers
        self._usual = self._asked("")
        self.sent = 0

    def _asked(self, comment: str) -> Asked:
        document = f"{comment}{INBOX.format(order='')}"
        return graphql(self._url, document, {"first": ROWS}, self._headers)

    async def run(self, upto: int, deadline: float) -> None:
        await asyncio.gather(*(self._one(upto, deadline) for _ in range(CLIENTS)))

    async def _one(self, upto: int, deadline: float) -> None:
        reader, writer = await asyncio.open_connection(self._usual.host, self._usual.port)
        while self.sent < upto and time.monotonic() < deadline:
            self.sent += 1
            asked = self._usual if self.sent % NEW_EVERY else self._asked(f"# {self.sent}\n")
            writer.write(asked.sent)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b" 200 " not in head[:20]:
                sys.exit(f"wrong answer: {head[:60]!r}")
            length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def measure(load: Load, pid: int) -> list[tuple[int, float]]:
    """Return how many requests there had been and what the process held then, in MiB."""
    longest_s = float(sys.argv[1]) if len(sys.argv) > 1 else LONGEST_S
    deadline = time.monotonic() + longest_s
    marks = []
    for number in range(MARKS + 1):
        await load.run(WARM_UP + number * (REQUESTS - WARM_UP) // MARKS, deadline)
        if not marks or load.sent > marks[-1][0]:
            marks.append((load.sent, resident_mib(pid)))
    return marks


def run(postgres: Postgres, valkey: Valkey) -> bool:
    app_url = dsn(postgres, "suxin_app")
    city, token = asyncio.run(fill(app_url, dsn(postgres, "suxin_batch"), now=datetime.now(UTC)))
    settings = settings_for(
        city, database_url=app_url, redis_url=valkey.url, scale=RATE_LIMIT_SCALE
    )
    began = time.monotonic()
    with started_web(settings) as process:
        marks = asyncio.run(measure(Load(settings.url, at_desk(token)), process.pid))
    for sent, mib in marks:
        print(f"after {sent:7} requests {mib:7.1f} MiB")
    growth = marks[-1][1] / marks[0][1] - 1
    print(f"growth {growth:+.1%} in {time.monotonic() - began:.0f} s", end=", ")
    print(f"load average {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores")
    print(json.dumps(marks))
    return growth <= MOST_GROWTH


def main() -> int:
    with own_servers() as (postgres, valkey):
        return 0 if run(postgres, valkey) else 1


if __name__ == "__main__":
    sys.exit(main())
