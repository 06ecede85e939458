"""Exports in a test: many products to export, the jobs carried out when the test says so, and the file as it was downloaded."""

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import httpx

from suxin.exports import jobs
from suxin.kernel import performing
from suxin_graphql.exporter import Exporter
from suxin_graphql.trusted import OPERATIONS, document_id
from suxin_web.runtime import Runtime

PRODUCTS = document_id(OPERATIONS["export_products.graphql"])
REFERRALS = document_id(OPERATIONS["export_referrals.graphql"])


class Calls(Protocol):
    """Someone who calls the API."""

    async def run(self, operation: str, /, **variables: Any) -> Any: ...
    async def write(self, operation: str, /, *, key: str | None = None, **given: Any) -> Any: ...


@dataclass
class Runs:
    """The worker's part, with no worker."""

    runtime: Runtime
    admin: asyncpg.Connection
    slice_s: float = 60

    @property
    def folder(self) -> Path:
        return self.runtime.exports_folder

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*")) if self.folder.exists() else []

    async def perform(self, *, at_most: int = 1_000) -> None:
        """Carry out what is due of exports: all of it, or so many jobs."""
        exporter = Exporter(self.runtime, self.folder, self.slice_s)
        handlers = jobs.handlers(exporter.run, self.folder)
        now = self.runtime.clock.now()
        for _ in range(at_most):
            row_id = await self.admin.fetchval(
                "select id from outbox where topic = any ($1::text[]) and done_at is null"
                " and failed_at is null and not_before <= $2 order by id limit 1",
                list(handlers),
                now,
            )
            if row_id is None:
                return
            assert await performing.perform(self.runtime.database, row_id, handlers, now=now)

    async def row(self) -> asyncpg.Record:
        """The one export that there is."""
        [row] = await self.admin.fetch("select * from exports")
        return row


async def started(caller: Calls, document: str = PRODUCTS, **variables: Any) -> str:
    """Start an export; return its id."""
    done = await caller.write("start_export", documentId=document, variables=variables)
    assert "export" in done, done
    assert done["export"]["state"] == "QUEUED"
    found: str = done["export"]["id"]
    return found


async def shown(caller: Calls) -> dict[str, Any]:
    """The caller's latest export."""
    found: dict[str, Any] = (await caller.run("exports", first=1))["edges"][0]["node"]
    return found


async def link_of(caller: Calls, export_id: str) -> str:
    """A new link to a file."""
    found: str = (await caller.run("export_link", id=export_id))["link"]["url"]
    return found


async def downloaded(client: httpx.AsyncClient, url: str) -> httpx.Response:
    """The answer to a link, asked for by somebody without a cookie or a token."""
    return await client.get(url, headers={"Accept-Encoding": "gzip"})


def lines(response: httpx.Response) -> list[dict[str, Any]]:
    """The rows of a file; ``httpx`` has unpacked it as any client does."""
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


async def many_products(admin: asyncpg.Connection, tenant_id: UUID, count: int) -> None:
    """Let a bank have so many products more, each like its first."""
    columns = await admin.fetch(
        "select column_name from information_schema.columns where table_name = 'loan_products'"
    )
    others = ", ".join(
        row["column_name"] for row in columns if row["column_name"] not in ("id", "code", "name")
    )
    await admin.execute(
        f"insert into loan_products (id, code, name, {others})"  # noqa: S608 - names of our own columns
        f" select gen_random_uuid(), 'X-' || n, '产品' || n, {others}"
        " from (select * from loan_products where tenant_id = $1 limit 1) p, generate_series(1, $2) n",
        tenant_id,
        count,
    )


def gunzipped(content: bytes) -> bytes:
    """The content of one gzip member, which is all there is."""
    whole = zlib.decompressobj(zlib.MAX_WBITS | 16)
    text = whole.decompress(content) + whole.flush()
    assert whole.eof
    assert whole.unused_data == b""
    return text
