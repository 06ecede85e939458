"""A load of token requests from one process: HTTP/1.1 over kept connections, assertions and proofs signed by ES256.

It does as little as it can beside the protocol, so that the server is what is measured.
"""

import asyncio
import base64
import hashlib
import json
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TIMEOUT_S = 30.0


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(key: ECKey, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A compact JWS by ES256."""
    told = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    r, s = decode_dss_signature(key.private_key.sign(told.encode(), ECDSA(SHA256())))
    return f"{told}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Connection:
    """One connection that is kept; it sends one request at a time."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def send(
        self, method: str, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> Answer:
        if self.writer is None or self.writer.is_closing():
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        body = b"" if form is None else urlencode(form).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{n}={v}" for n, v in self.cookies.items()))
        if form is not None:
            lines.append("Content-Type: application/x-www-form-urlencoded")
        lines.append(f"Content-Length: {len(body)}")
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        answer = await asyncio.wait_for(self._answer(), TIMEOUT_S)
        for line in answer.cookies:
            name, _, value = line.partition(";")[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    async def _answer(self) -> Answer:
        assert self.reader is not None
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers: dict[str, str] = {}
        cookies = []
        for line in head[1:-2]:
            name, _, value = line.partition(":")
            if name.lower() == "set-cookie":
                cookies.append(value.strip())
            headers[name.lower()] = value.strip()
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close" and self.writer is not None:
            self.writer.close()
        return Answer(int(head[0].split()[1]), headers, cookies, body)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()


@dataclass
class LoadClient:
    """The client at one server: where its endpoints are, its keys, and the newest nonce."""

    issuer: str
    client_id: str
    key: ECKey
    metadata: dict[str, Any] = field(default_factory=dict)
    proof_key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    nonce: str | None = None

    def __post_init__(self) -> None:
        self.kid = self.key.thumbprint()
        self.jwk = self.proof_key.as_dict(private=False)

    def connection(self) -> Connection:
        parts = urlsplit(self.issuer)
        return Connection(parts.hostname or "", parts.port or 80)

    async def post(
        self, connection: Connection, endpoint: str, form: dict[str, str], *, prove: bool = True
    ) -> Answer:
        """Post a form as the client; once more where a nonce is asked for."""
        answer = await self._once(connection, endpoint, form, prove=prove)
        if prove and answer.status in (400, 401) and b"use_dpop_nonce" in answer.body:
            answer = await self._once(connection, endpoint, form, prove=prove)
        return answer

    async def _once(
        self, connection: Connection, endpoint: str, form: dict[str, str], *, prove: bool
    ) -> Answer:
        url, now = self.metadata[f"{endpoint}_endpoint"], int(time.time())
        claims: dict[str, Any] = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + 60,
        }
        shown = {}
        if prove:
            proof = {"jti": secrets.token_urlsafe(16), "htm": "POST", "htu": url, "iat": now}
            if self.nonce is not None:
                proof["nonce"] = self.nonce
            header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk}
            shown["DPoP"] = signed(self.proof_key, header, proof)
        sent = {
            **form,
            "client_id": self.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": signed(self.key, {"alg": "ES256", "kid": self.kid}, claims),
        }
        answer = await connection.send("POST", urlsplit(url).path, sent, **shown)
        self.nonce = answer.headers.get("dpop-nonce", self.nonce)
        return answer


def good(answer: Answer, status: int = 200) -> Answer:
    """An answer that must be of this status; the benchmark ends where it is not."""
    if answer.status != status:
        sys.exit(f"HTTP {answer.status}, not {status}: {answer.body[:500].decode()}")
    return answer


def challenge(verifier: str) -> str:
    return b64(hashlib.sha256(verifier.encode()).digest())


Step = Callable[[Connection], Awaitable[None]]


async def load(
    step: Step, connections: Sequence[Connection], *, seconds: float, most: int
) -> tuple[list[float], float]:
    """Repeat a step on every connection at once; return how long each took (ms), and all of them (s)."""
    took_ms: list[float] = []
    ends = time.perf_counter() + seconds

    async def repeat(connection: Connection) -> None:
        while time.perf_counter() < ends and len(took_ms) < most:
            began = time.perf_counter()
            await step(connection)
            took_ms.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*map(repeat, connections))
    return took_ms, time.perf_counter() - began
