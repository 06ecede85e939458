"""Running exports: page by page, each read as a request would be, in a snapshot of its own.

Keysets make the pages one list: a row is in it once, as it stood when its page was read, and a new row that would stand before
the page that is being read is not. One snapshot for the whole would keep the database from tidying up for as long as it lasts.
"""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.exports import progress
from suxin.exports.callers import caller_of
from suxin.exports.commands import RUN_TOPIC
from suxin.exports.models import Export
from suxin.exports.progress import ExportPage
from suxin.exports.refusals import ExportFileLost
from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.outbox import Job
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealing import SealBroken
from suxin_graphql.context import Context, Snapshot
from suxin_graphql.export_documents import ExportQuery, export_query
from suxin_graphql.fields import require_allowed
from suxin_graphql.schema import schema
from suxin_web.runtime import Runtime

SLICE_S: Final = 3.0
"""How long an export reads before it stands in the queue again, and its worker may be asked to stop."""

AT_ONCE: Final = 2
"""How many exports one worker runs at a time; others wait, so that they leave it room for everything else."""

WAITS: Final = timedelta(seconds=1)
_LINE: Final = msgspec.json.Encoder()


class PageUnread(Exception):
    """A page was answered with a defect; the worker tries again."""


@dataclass(slots=True)
class Exporter:
    """Runs exports with one runtime, into one folder."""

    runtime: Runtime
    folder: Path
    slice_s: float = SLICE_S
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def run(self, session: AsyncSession, job: Job) -> None:
        """Read pages of an export for a while; what is left is posted as the next job.

        The job's own session writes nothing of the export: each page commits by itself, so that a worker that is killed has lost
        at most one.
        """
        tenant_id, export_id = job.uuid("tenant_id"), job.uuid("export_id")
        post = partial(
            outbox.post, session, RUN_TOPIC, job.payload, now=job.now, tenant_id=tenant_id
        )
        if self._places.locked():
            await post(not_before=job.now + WAITS)
            return
        async with self._places:
            began = time.monotonic()
            while await self._page(tenant_id, export_id):
                if time.monotonic() - began >= self.slice_s:
                    await post(wake=True)
                    return

    async def _page(self, tenant_id: UUID, export_id: UUID) -> bool:
        """Read and keep the next page; return whether another follows."""
        now = self.runtime.clock.now()
        system = Actor.system(f"export:{export_id}")
        work = self.runtime.database.transaction
        async with work(system, now=now) as session:
            export = await progress.begin(
                session,
                tenant_id=tenant_id,
                export_id=export_id,
                sealer=self.runtime.sealer,
                now=now,
            )
        if export is None:
            return False
        try:
            page = await self._read(export)
            async with work(system, now=now) as session:
                return await progress.keep_page(
                    session,
                    read_for=export,
                    page=page,
                    folder=self.folder,
                    sealer=self.runtime.sealer,
                    now=now,
                )
        except Refusal as refusal:
            reason = refusal
        except SealBroken:
            reason = ExportFileLost()
        async with work(system, now=now) as session:
            await progress.fail_export(
                session,
                tenant_id=tenant_id,
                export_id=export_id,
                refusal=reason,
                folder=self.folder,
                now=now,
            )
        return False

    async def _read(self, export: Export) -> ExportPage:
        """Read a page as whoever started the export; its receipts are committed when this returns.

        :raises Refusal: whatever he would be refused for now
        :raises PageUnread: if what was read is not an answer without errors
        """
        runtime, now = self.runtime, self.runtime.clock.now()
        actor = await caller_of(
            runtime.database.steps,
            export,
            profiles=runtime.profiles,
            request_id=f"export:{export.id}",
            now=now,
        )
        asked = export_query(schema, export.document, export.variables)
        snapshot = Snapshot(runtime.database, actor, now=now)
        context = Context(runtime=runtime, actor=actor, now=now, snapshot=snapshot)
        try:
            data = await _answer(schema, asked, asked.page_variables(export.cursor), context)
        finally:
            await snapshot.close()
        return _page_of(data[asked.key])


async def _answer(
    known: strawberry.Schema, asked: ExportQuery, variables: dict[str, Any], context: Context
) -> dict[str, Any]:
    data = await asked.operation.answer(known, require_allowed, variables, context)
    if data is not None:
        return data
    executed = await known.execute(asked.text, variable_values=variables, context_value=context)
    for error in executed.errors or ():
        if isinstance(error.original_error, Refusal):
            raise error.original_error
        raise PageUnread from error
    if executed.data is None:
        raise PageUnread
    return executed.data


def _page_of(connection: dict[str, Any]) -> ExportPage:
    edges, info = connection["edges"], connection["pageInfo"]
    text = b"".join(_LINE.encode(edge["node"]) + b"\n" for edge in edges)
    return ExportPage(
        text=text,
        rows=len(edges),
        following=info["endCursor"] if info["hasNextPage"] else None,
    )
