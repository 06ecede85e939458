"""Memory: what one web process holds while it answers 100,000 GraphQL requests, which should stay the same.

Sixteen clients ask for one referral over connections that stay open. What is remembered of documents, forms and statements is
bounded: the first requests fill it with documents that were never sent before, and every hundredth after them is another. What
the process holds is printed every 10,000 requests. It fails where that is ever more than ``MOST_MIB``, where the line through
the marks climbs by more than ``MOST_SLOPE_MIB`` over 100,000 requests, or where so many were not reached within 20 minutes.
``python3 run.py bench memory 20000`` sends as many as are named, and marks every tenth part of them.
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
from resident import climb_mib, resident_mib  # noqa: E402 - as above
from staff_log_ins import at_desk  # noqa: E402 - as above
from web_process import settings_for, started_anew  # noqa: E402 - as above

from suxin_graphql.execution.statements import COMPILED  # noqa: E402 - as above
from suxin_server.postgres import Postgres  # noqa: E402 - as above
from suxin_server.valkey import Valkey  # noqa: E402 - as above

CLIENTS = 16
REQUESTS = 100_000
NEW_AT_FIRST = COMPILED + 200
"""So many requests at the beginning are documents never sent before, until what is remembered of them is full."""

WARM_UP = 5_000
"""From then on the process should hold what it holds."""

MARKS = 10
LONGEST_S = 20 * 60
NEW_EVERY = 100
ROWS = 1
MOST_SLOPE_MIB = 8.0
"""Eighty-four bytes lost at each request."""

MOST_MIB = 256.0
"""What one web process may hold, all that it remembers included (proposed default)."""

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
            new = self.sent <= NEW_AT_FIRST or self.sent % NEW_EVERY == 0
            asked = self._asked(f"# {self.sent}\n") if new else self._usual
            writer.write(asked.sent)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b" 200 " not in head[:20]:
                sys.exit(f"wrong answer: {head[:60]!r}")
            length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def measure(load: Load, pid: int, wanted: int) -> list[tuple[int, float]]:
    """Return how many requests there had been and what the process held then, in MiB."""
    deadline = time.monotonic() + LONGEST_S
    marks = []
    print(f"before any request {resident_mib(pid):15.1f} MiB", flush=True)
    every = wanted // MARKS
    later = (upto for upto in range(every, wanted + 1, every) if upto > WARM_UP)
    for upto in (WARM_UP, *later):
        await load.run(upto, deadline)
        if load.sent < upto:
            break
        marks.append((load.sent, resident_mib(pid)))
        print(f"after {load.sent:7} requests {marks[-1][1]:7.1f} MiB", flush=True)
    return marks


def run(postgres: Postgres, valkey: Valkey, wanted: int) -> bool:
    app_url = dsn(postgres, "suxin_app")
    city, token = asyncio.run(fill(app_url, dsn(postgres, "suxin_batch"), now=datetime.now(UTC)))
    settings = settings_for(
        city, database_url=app_url, redis_url=valkey.url, scale=RATE_LIMIT_SCALE
    )
    began = time.monotonic()
    with started_anew(settings) as process:
        load = Load(settings.url, at_desk(token))
        marks = asyncio.run(measure(load, process.pid, wanted))
    reached = bool(marks) and marks[-1][0] >= wanted
    most = max((held for _, held in marks), default=0.0)
    climbed = climb_mib(marks, over=REQUESTS) if len(marks) > 1 else 0.0
    print(f"slope {climbed:+.2f} MiB over {REQUESTS:,} requests (limit {MOST_SLOPE_MIB:+.1f})")
    print(f"at most {most:.1f} MiB (limit {MOST_MIB:.0f})")
    took_s = time.monotonic() - began
    print(f"{load.sent:,} of {wanted:,} requests in {took_s:.0f} s", end=", ")
    print(f"load average {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores")
    print(json.dumps(marks))
    return reached and climbed <= MOST_SLOPE_MIB and most <= MOST_MIB


def main() -> int:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS
    with own_servers() as (postgres, valkey):
        return 0 if run(postgres, valkey, wanted) else 1


if __name__ == "__main__":
    sys.exit(main())
