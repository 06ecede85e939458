"""The stand-in for the town's app as a process of its own, and the way to steer it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class TownAppProcess:
    """Where it answers."""

    url: str
    http: httpx.Client

    def steer(self, route: str, **fields: Any) -> None:
        """Put events in, plant a fault, change what it holds, or let it forget all."""
        answer = self.http.post(f"{self.url}/_stand_in/{route}", json=fields)
        assert answer.status_code == 200, answer.text

    def messages(self) -> list[dict[str, Any]]:
        """Return the results that it took, in the order in which it did."""
        found: list[dict[str, Any]] = self.http.get(f"{self.url}/_stand_in/messages").json()[
            "messages"
        ]
        return found

    def calls(self) -> dict[str, int]:
        """Return how often each path was asked."""
        found: dict[str, int] = self.http.get(f"{self.url}/_stand_in/calls").json()
        return found


@contextmanager
def running_town_app() -> Iterator[TownAppProcess]:
    """Start the stand-ins, and stop them at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "suxin_server.stand_ins"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        with httpx.Client(trust_env=False) as http:
            yield TownAppProcess(ready["town_app"], http)
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
