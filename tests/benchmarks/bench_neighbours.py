"""A noisy neighbour: how much slower a bank's readings are while another bank floods the server.

One web process with the product's own budgets. One bank asks for its inbox at a steady pace, as its system would; in every
other turn a program of another bank asks from sixteen clients, each again as soon as it is answered, and heeds no
``Retry-After``. Turns alternate, so that whatever else the machine does meets both; the first second of each is told by
itself. All of it runs on this machine: what the
flood itself takes to be sent is part of what the quiet bank suffers.

Printed besides: what working out the price of an inbox takes, which every request pays.
"""

import asyncio
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import timeit
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests/support"))

from full_inbox import INBOX, fill_banks  # noqa: E402 - found by the line above
from graphql_load import Asked, graphql  # noqa: E402 - as above
from measured import cpu_seconds, dsn, own_servers, started_peer  # noqa: E402 - as above
from staff_log_ins import at_desk  # noqa: E402 - as above
from web_process import settings_for, started_anew  # noqa: E402 - as above

from suxin_graphql.documents import prepare  # noqa: E402 - as above
from suxin_graphql.execution.compiled import graphql_of  # noqa: E402 - as above
from suxin_graphql.schema import schema  # noqa: E402 - as above
from suxin_server.postgres import Postgres  # noqa: E402 - as above
from suxin_server.valkey import Valkey  # noqa: E402 - as above

CLIENTS = 16
FLOODED_ROWS, QUIET_ROWS = 50, 8
PACE_S = 0.08
TURNS = 3
TURN_S = 3.0
LEAD_S = 1.0
BOUND = 1.2
PRICED = 20_000


async def flood(asked: Asked) -> None:
    """Ask from so many clients at once until killed, whatever the answer."""

    async def one() -> None:
        while True:
            reader, writer = await asyncio.open_connection(asked.host, asked.port)
            # While the program stood still, the server may have closed the connection.
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    writer.write(asked.sent)
                    await read_answer(reader)

    print("ready", flush=True)
    await asyncio.gather(*(one() for _ in range(CLIENTS)))


async def read_answer(reader: asyncio.StreamReader) -> int:
    """Read one answer and return its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length or 0))
    return int(head.split(b" ", 2)[1])


async def steady(asked: Asked, seconds: float) -> tuple[list[float], Counter[int]]:
    """Ask at a steady pace; return how long each answer took (ms), and how many had which status."""
    took_ms: list[float] = []
    statuses: Counter[int] = Counter()
    reader, writer = await asyncio.open_connection(asked.host, asked.port)
    until = (due := time.perf_counter()) + seconds
    while due < until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        began = time.perf_counter()
        writer.write(asked.sent)
        statuses[await read_answer(reader)] += 1
        took_ms.append((time.perf_counter() - began) * 1000)
        due += PACE_S
    writer.close()
    return took_ms, statuses


@contextlib.contextmanager
def flooding(asked: Asked) -> Iterator["subprocess.Popen[str]"]:
    """A process that floods until the block ends, and has used up what its bank had saved."""
    task = {"host": asked.host, "port": asked.port, "sent": asked.sent.decode()}
    with started_peer([sys.executable, __file__, "flood"], task) as process:
        time.sleep(LEAD_S)
        process.send_signal(signal.SIGSTOP)
        yield process


@contextlib.contextmanager
def going_on(process: "subprocess.Popen[str]") -> Iterator[None]:
    """The flood, until the block ends."""
    process.send_signal(signal.SIGCONT)
    yield
    process.send_signal(signal.SIGSTOP)


def p95(took_ms: list[float]) -> float:
    return statistics.quantiles(took_ms, n=20)[18]


def print_price() -> None:
    found = prepare(graphql_of(schema), (ROOT / "graphql/operations/inbox.graphql").read_text())
    price = found.price(None)
    assert price is not None
    variables = {"first": 20, "after": None, "states": ["DISPATCHED"]}
    took_s = timeit.timeit(lambda: price.of(variables), number=PRICED) / PRICED
    print(f"price of an inbox of 20: {price.of(variables)} points, in {took_s * 1e6:.2f} µs")


def measure(url: str, pid: int, noisy: str, quiet: str) -> bool:
    def asked(token: str, rows: int) -> Asked:
        return graphql(url, INBOX.format(order=""), {"first": rows}, at_desk(token))

    loud, calm = asked(noisy, FLOODED_ROWS), asked(quiet, QUIET_ROWS)
    took: dict[str, list[float]] = {"quiet": [], "flooded": []}
    onset: list[float] = []
    statuses: Counter[int] = Counter()
    busy = {"quiet": 0.0, "flooded": 0.0}
    asyncio.run(steady(calm, 1))
    with flooding(loud) as flooder:
        for _ in range(TURNS):
            for name in took:
                with going_on(flooder) if name == "flooded" else contextlib.nullcontext():
                    lead, seen = asyncio.run(steady(calm, LEAD_S))
                    onset += lead if name == "flooded" else []
                    statuses += seen
                    before = cpu_seconds(pid)
                    found, seen = asyncio.run(steady(calm, TURN_S))
                    busy[name] += cpu_seconds(pid) - before
                took[name] += found
                statuses += seen
    for name, found in took.items():
        share = busy[name] / (TURNS * TURN_S)
        print(
            f"{name:8} {len(found)} answers, p50 {statistics.median(found):6.2f} ms,"
            f" p95 {p95(found):6.2f} ms, the server busy {share:.0%}"
        )
    print(
        f"onset    {len(onset)} answers within {LEAD_S:.0f} s of a flood's begin, the slowest",
        end=" ",
    )
    print(f"{max(onset):.2f} ms: what the flooding bank had saved up is spent then")
    ratio = p95(took["flooded"]) / p95(took["quiet"])
    print(f"p95 flooded : quiet = {ratio:.2f}; answers by status: {dict(statuses)}")
    half = len(took["quiet"]) // 2
    noise = p95(took["quiet"][:half]) / p95(took["quiet"][half:])
    print(f"p95 quiet : quiet, first half to second = {noise:.2f}: what the machine does by itself")
    print(f"load average {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores")
    return ratio < BOUND and set(statuses) == {200}


def run(postgres: Postgres, valkey: Valkey) -> bool:
    now = datetime.now(UTC)
    app_url = dsn(postgres, "suxin_app")
    batch_url = dsn(postgres, "suxin_batch")
    city, (noisy, quiet) = asyncio.run(fill_banks(app_url, batch_url, banks=2, now=now))
    settings = settings_for(city, database_url=app_url, redis_url=valkey.url)
    with started_anew(settings) as process:
        return measure(settings.url, process.pid, noisy, quiet)


def main() -> int:
    if sys.argv[1:] == ["flood"]:
        task = json.load(sys.stdin)
        asyncio.run(flood(Asked(task["host"], task["port"], task["sent"].encode())))
    print_price()
    with own_servers() as (postgres, valkey):
        kept = run(postgres, valkey)
    print("within" if kept else "NOT within", f"a factor of {BOUND}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
