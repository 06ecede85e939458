"""Exports in the worker: the reading path is loaded, and its runtime made, when the first of them is due."""

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Job
from suxin_graphql.exporter import Exporter
from suxin_server.assembly import Assembly, assemble
from suxin_server.settings import Settings


class ExportRuns:
    """Runs exports over connections of its own, so that a page never waits for a place of the worker's other jobs."""

    def __init__(self, settings: Settings) -> None:
        self._assembly: Assembly = assemble(settings)
        runtime = self._assembly.runtime
        self._exporter = Exporter(runtime, runtime.exports_folder)

    async def run(self, session: AsyncSession, job: Job) -> None:
        """Read pages of an export for a while (``Exporter.run``)."""
        await self._exporter.run(session, job)

    async def close(self) -> None:
        """Close its connections."""
        await self._assembly.close()
