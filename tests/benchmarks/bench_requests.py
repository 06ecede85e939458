"""What sixteen people at once wait for: submitting a loan request, and a bank's inbox.

Starts a demo city of its own, whose rate limits are raised because all callers share one address. The load runs on the
same machine as the servers, so that the figures are those of a whole installation on it.
"""

import asyncio
import dataclasses
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests/support"))

from full_inbox import INBOX, ROWS  # noqa: E402 - found by the line above
from graphql_load import graphql, load, log_in  # noqa: E402 - as above
from running_city import RunningCity, started_city  # noqa: E402 - as above
from staff_log_ins import at_desk  # noqa: E402 - as above

from suxin_server.demo import cast  # noqa: E402 - as above
from suxin_server.demo.applicant import Applicant as Role  # noqa: E402 - as above
from suxin_server.journeys.applicant import API, Applicant  # noqa: E402 - as above
from suxin_server.journeys.walking import Talk, WrongAnswer, new_key  # noqa: E402 - as above

CLIENTS = 16
AT_ONCE = 3
MAX_REQUESTS = 2_000
MAX_SECONDS = 20.0
INBOX_SECONDS = 10.0
WARM_UP_SECONDS = 2.0
OFFICER = "chufeng.loan"
RATE_LIMIT_SCALE = "1000"


@dataclass(frozen=True)
class Measured:
    """How long each of many requests took, and how long all of them together."""

    name: str
    took_ms: Sequence[float]
    seconds: float

    def line(self) -> str:
        cuts = statistics.quantiles(self.took_ms, n=100)
        return (
            f"{self.name:16} {len(self.took_ms):8} {len(self.took_ms) / self.seconds:8.0f}"
            f" {cuts[49]:8.1f} {cuts[98]:8.1f} {max(self.took_ms):8.1f}"
        )

    def figures(self) -> dict[str, float]:
        cuts = statistics.quantiles(self.took_ms, n=100)
        return {
            "p50_ms": round(cuts[49], 1),
            "p99_ms": round(cuts[98], 1),
            "per_second": round(len(self.took_ms) / self.seconds, 1),
        }


async def timed(sent: Awaitable[httpx.Response], *, status: int) -> tuple[float, httpx.Response]:
    began = time.perf_counter()
    answer = await sent
    took_ms = (time.perf_counter() - began) * 1000
    if answer.status_code != status:
        sys.exit(f"HTTP {answer.status_code}: {answer.text[:500]}")
    return took_ms, answer


def firms(folder: Path) -> Iterator[Role]:
    """Return the legal representatives of the crowd's firms as applicants with accounts of their own."""
    registry = json.loads((folder / "registry.json").read_text(encoding="utf-8"))
    own = {applicant.uscc for applicant in cast.APPLICANTS}
    named = (
        (uscc, firm) for uscc, firm in registry.items() if uscc[:2] == "91" and uscc not in own
    )
    for number, (uscc, firm) in enumerate(named):
        person = firm["legal_representative"]
        yield dataclasses.replace(
            cast.ZHANG_WEI,
            wechat=f"demo-bench-{number}",
            name=person["name"],
            resident_id=person["resident_id"],
            phone=f"1998{number:07}",
            uscc=uscc,
            name_parts=(firm["name"],),
        )


def applicants(city: RunningCity, wanted: int) -> list[Applicant]:
    """Log in and prove as many people as there are clients; who has an account already, or fits no product, is passed over."""

    def proved(role: Role) -> Applicant | None:
        applicant = Applicant(city.url, role)
        try:
            applicant.log_in()
            applicant.prove(applicant.phone_code())
            applicant.act_for_firm()
            fits = applicant.talk.post(
                f"{API}/loan-requests", applicant.form(), status=201, key=new_key()
            )
            applicant.withdraw_all()
        except WrongAnswer:
            return None
        return applicant if fits["request"]["alive"] else None

    found: list[Applicant] = []
    roles = firms(city.folder)
    with ThreadPoolExecutor(4) as pool:
        while len(found) < wanted:
            batch = [next(roles) for _ in range(wanted - len(found))]
            found.extend(one for one in pool.map(proved, batch) if one is not None)
    return found


async def submit_requests(city: RunningCity) -> Measured:
    """Let every client submit what he may have running at once, take it back unmeasured, and begin again."""
    people = await asyncio.to_thread(applicants, city, CLIENTS)
    clients = [client_of(city.url, person.talk) for person in people]
    form = people[0].form()
    took_ms: list[float] = []
    seconds = 0.0
    await submit_round(clients, form)
    while len(took_ms) < MAX_REQUESTS and seconds < MAX_SECONDS:
        round_ms, round_s = await submit_round(clients, form)
        took_ms += round_ms
        seconds += round_s
    for client in clients:
        await client.aclose()
    return Measured("submit request", took_ms, seconds)


async def submit_round(
    clients: Sequence[httpx.AsyncClient], form: dict[str, object]
) -> tuple[list[float], float]:
    """Submit with every client and take it all back; return how long each submission took, and all of them."""
    began = time.perf_counter()
    sent = await asyncio.gather(*(submit_some(client, form) for client in clients))
    seconds = time.perf_counter() - began
    for client, requests in zip(clients, sent, strict=True):
        for _, request_id in requests:
            await timed(write(client, f"loan-requests/{request_id}/withdrawal", {}), status=200)
    return [took_ms for requests in sent for took_ms, _ in requests], seconds


async def submit_some(
    client: httpx.AsyncClient, form: dict[str, object]
) -> list[tuple[float, str]]:
    done = []
    for _ in range(AT_ONCE):
        took_ms, answer = await timed(write(client, "loan-requests", form), status=201)
        done.append((took_ms, answer.json()["request"]["id"]))
    return done


def write(
    client: httpx.AsyncClient, path: str, body: dict[str, object]
) -> Awaitable[httpx.Response]:
    headers = {"Idempotency-Key": new_key()}
    return client.post(f"{API}/{path}", json=body, headers=headers)


async def read_inboxes(city: RunningCity) -> Measured:
    """Let every client ask for a bank's inbox again and again."""
    token = await asyncio.to_thread(log_in, city.url, OFFICER, cast.PASSWORD)
    asked = graphql(city.url, INBOX.format(order=""), {"first": ROWS}, at_desk(token))
    await load(asked, clients=CLIENTS, seconds=WARM_UP_SECONDS)
    took_ms, seconds = await load(asked, clients=CLIENTS, seconds=INBOX_SECONDS)
    return Measured("bank inbox", took_ms, seconds)


def client_of(url: str, talk: Talk) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url, headers=dict(talk.headers), auth=talk.phone, timeout=30, trust_env=False
    )


def main() -> int:
    with started_city(SUXIN_RATE_LIMIT_SCALE=RATE_LIMIT_SCALE) as city:
        results = [asyncio.run(measure(city)) for measure in (submit_requests, read_inboxes)]
    print(f"{CLIENTS} clients at once, load and servers on one machine")
    print(f"{'':16} {'requests':>8} {'per s':>8} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}")
    for result in results:
        print(result.line())
    print(json.dumps({result.name: result.figures() for result in results}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
