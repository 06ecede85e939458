"""A till under load: one kept connection, the token that it shows with a proof for each request, and what its turns took."""

import asyncio
import hashlib
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from oauth_load import LoadClient, b64, signed

SCOPE = "perks.redemption.grant"


@dataclass
class Turns:
    """What was done in all turns: how long each request took by its name, how many were whole, and what it cost."""

    took_ms: dict[str, list[float]] = field(default_factory=dict)
    whole_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu_s: float = 0.0
    database_cpu_s: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.whole_ms) / self.seconds


class Till:
    """One kept connection, asking for one thing after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, path: str, headers: Mapping[str, str], value: Any) -> Any:
        return (await self.send(path, headers, value))[1]

    async def send(
        self, path: str, headers: Mapping[str, str], value: Any
    ) -> tuple[Mapping[str, str], Any]:
        """Post JSON; return the answer's headers and its JSON, and end the benchmark where it is not good."""
        body = json.dumps(value).encode()
        lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
        lines += [f"{name}: {told}" for name, told in headers.items()]
        lines += [f"Content-Length: {len(body)}", "", ""]
        self._writer.write("\r\n".join(lines).encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        answer = await self._reader.readexactly(length)
        if b" 20" not in head[:20]:
            sys.exit(f"wrong answer: {head[:60]!r} {answer[:500]!r}")
        told = (line.partition(": ") for line in head.decode().split("\r\n")[1:-2])
        return {name.lower(): said for name, _, said in told}, json.loads(answer)

    def close(self) -> None:
        self._writer.close()


@dataclass
class Side:
    """One way under load, at its server; ``client`` shows a token there."""

    pid: int
    port: int
    client: LoadClient | None = None
    token: str = ""
    turns: Turns = field(default_factory=Turns)
    statements: float = 0.0

    async def log_in(self) -> None:
        """Have a token given to the shop's system, bound to its key."""
        assert self.client is not None
        self.client.metadata = {"token_endpoint": f"{self.client.issuer}/oauth/token"}
        connection = self.client.connection()
        form = {"grant_type": "client_credentials", "scope": SCOPE}
        self.token = (await self.client.post(connection, "token", form)).json()["access_token"]
        connection.close()

    async def shown(self, till: Till, path: str, value: Any, **headers: str) -> None:
        """Post with the token and a proof that names this very request, as every client of this platform does."""
        client = self.client
        assert client is not None
        claims = {
            "jti": os.urandom(12).hex(),
            "htm": "POST",
            "htu": client.issuer + path,
            "iat": int(time.time()),
            "nonce": client.nonce,
            "ath": b64(hashlib.sha256(self.token.encode()).digest()),
        }
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": client.jwk}
        proof = signed(client.proof_key, header, claims)
        proved = {"Authorization": f"DPoP {self.token}", "DPoP": proof}
        answered, _ = await till.send(path, {**proved, **headers}, value)
        client.nonce = answered.get("dpop-nonce", client.nonce)
