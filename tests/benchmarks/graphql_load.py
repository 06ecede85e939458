"""A load of readings from one process: the same request again and again over kept connections.

It does as little as it can, so that the server is what is measured.
"""

import asyncio
import contextlib
import http.cookiejar
import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from code_flow import fields

TIMEOUT_S = 10
MOST = 20_000


@dataclass(frozen=True)
class Asked:
    """One request as it goes over the wire, and where to."""

    host: str
    port: int
    sent: bytes

    async def answer(self) -> Any:
        """Send it once; return what the JSON holds."""
        connection = await _connected(self)
        try:
            return json.loads(await connection.once())
        finally:
            connection.writer.close()


@dataclass(frozen=True)
class _Connection:
    asked: Asked
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def once(self) -> bytes:
        """Ask once; the benchmark ends where the answer is not a good one."""
        self.writer.write(self.asked.sent)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        body = await self.reader.readexactly(int(length[1]) if length else 0)
        # Errors stand behind the data, or the answer holds nothing else.
        if b" 200 " not in head[:20] or b'"errors"' in body[:100] or b'"errors"' in body[-2_000:]:
            sys.exit(f"wrong answer: {head[:60]!r} {body[:500]!r}")
        return body


async def _connected(asked: Asked) -> _Connection:
    return _Connection(asked, *await asyncio.open_connection(asked.host, asked.port))


def graphql(
    url: str, document: str, variables: Mapping[str, Any], headers: Mapping[str, str]
) -> Asked:
    """The request for one document, with the headers that show who asks."""
    parts = urlsplit(f"{url}/graphql")
    body = json.dumps({"query": document, "variables": variables}).encode()
    shown = {
        **headers,
        "Content-Type": "application/json",
        "Accept": "application/graphql-response+json",
        "Content-Length": str(len(body)),
    }
    return _asked("POST", parts, shown, body)


def get(url: str) -> Asked:
    """The request for a plain resource."""
    return _asked("GET", urlsplit(url), {"Accept": "application/json"}, b"")


def _asked(method: str, parts: SplitResult, headers: Mapping[str, str], body: bytes) -> Asked:
    lines = [f"{method} {parts.path} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    sent = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    return Asked(parts.hostname or "127.0.0.1", parts.port or 80, sent)


async def load(asked: Asked, *, clients: int, seconds: float) -> tuple[list[float], float]:
    """Ask from so many clients at once; return how long each answer took (ms), and all of them (s)."""
    began = time.perf_counter()
    found = await asyncio.gather(*(_repeat(asked, began + seconds) for _ in range(clients)))
    return [one for took_ms in found for one in took_ms], time.perf_counter() - began


async def _repeat(asked: Asked, until: float) -> list[float]:
    connection = await _connected(asked)
    took_ms: list[float] = []
    while (began := time.perf_counter()) < until and len(took_ms) < MOST:
        await connection.once()
        took_ms.append((time.perf_counter() - began) * 1000)
    connection.writer.close()
    await connection.writer.wait_closed()
    return took_ms


def log_in(url: str, login: str, password: str) -> str:
    """Log in to the desk as a browser does; return the session's token."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{url}/desk/log-in", timeout=TIMEOUT_S).read().decode()
    form = {**fields(page), "login": login, "password": password}
    # Only the cookie matters: the page that the log-in leads to may not be served here.
    with contextlib.suppress(urllib.error.HTTPError):
        browser.open(
            f"{url}/oauth/log-in", urllib.parse.urlencode(form).encode(), timeout=TIMEOUT_S
        )
    for cookie in jar:
        if cookie.name.endswith("suxin_desk") and cookie.value:
            return cookie.value
    sys.exit("the log-in was refused")
