"""A tenant's receiver of events: a process of its own that verifies what it gets as a tenant would, and is steered over HTTP.

Run as ``python webhook_receiver.py``; it writes its port, and ends when its standard input does.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks import Webhook, WebhookVerificationError


class Bench:
    """What the receiver was told to do, and what it has seen."""

    def __init__(self) -> None:
        self.turns = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self.told: dict[str, Any] = {"secret": None, "status": 200, "objects": {}, "delay_s": 0}
        self.told |= {"headers": {}, "body": "ok"}
        self.seen: list[dict[str, Any]] = []


BENCH = Bench()


class Handler(BaseHTTPRequestHandler):
    """Answers both the platform and the test."""

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        with BENCH.turns:
            self._answer(200, json.dumps(BENCH.seen))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/_told":
            with BENCH.turns:
                given = json.loads(body)
                if given.pop("reset", False):
                    BENCH.reset()
                BENCH.told |= given
            self._answer(200, "{}")
            return
        event = json.loads(body)
        with BENCH.turns:
            told = BENCH.told
            failures = told["objects"].get(event["data"]["objectId"], 0)
            if failures:
                told["objects"][event["data"]["objectId"]] = failures - 1
            status = 500 if failures else told["status"]
            BENCH.seen.append(
                {
                    "id": self.headers["webhook-id"],
                    "signatures": len(self.headers["webhook-signature"].split(" ")),
                    "verified": _verified(told["secret"], body, dict(self.headers)),
                    "answered": status,
                    "at": time.time(),
                    "event": event,
                }
            )
        time.sleep(told["delay_s"])
        self._answer(status, told["body"], told["headers"])

    def _answer(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        data = text.encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _verified(secret: str | None, body: bytes, headers: dict[str, str]) -> bool | None:
    if secret is None:
        return None
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


@dataclass(frozen=True)
class Receiver:
    """A receiver that runs, as a test sees it."""

    url: str
    http: httpx.Client

    def tell(self, **how: Any) -> None:
        """Say what it does from now on: which secret verifies, its status, which objects fail how often."""
        self.http.post(f"{self.url}/_told", json=how).raise_for_status()

    def seen(self) -> list[dict[str, Any]]:
        """What it got, in order, with what it answered."""
        return self.http.get(self.url).json()

    def taken(self) -> list[str]:
        """The types of what it took, in order."""
        return [one["event"]["type"] for one in self.seen() if 200 <= one["answered"] < 300]


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """Start a receiver and end it afterwards."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = int(process.stdout.readline())
        with httpx.Client(trust_env=False) as http:
            yield Receiver(f"http://127.0.0.1:{port}", http)
    finally:
        process.stdin.close()
        process.kill()
        process.wait()
        process.stdout.close()


def main() -> None:
    """Serve until the standard input ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
