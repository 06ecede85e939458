"""The platform's work on exports, by topic: running them is the runner's, ending and erasing them is done here."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.exports import progress
from suxin.exports.commands import END_TOPIC, ERASE_TOPIC, RUN_TOPIC
from suxin.exports.files import delete_file
from suxin.kernel.outbox import Handler, Job
from suxin.tenancy import commands as tenancy
from suxin.tenancy.log_ins import TenantSuspended


def handlers(run: Handler, folder: Path) -> Mapping[str, Handler]:
    """Return the work on exports by its topic; ``run`` reads their pages, ``folder`` holds their files."""

    async def end(session: AsyncSession, job: Job) -> None:
        """Give up what did not end in time, and erase what has expired."""
        await progress.end_overdue(
            session,
            tenant_id=job.uuid("tenant_id"),
            export_id=job.uuid("export_id"),
            folder=folder,
            now=job.now,
        )

    async def erase(_session: AsyncSession, job: Job) -> None:
        """Delete the file of an export that was cancelled; its key is forgotten already."""
        delete_file(folder, job.uuid("export_id"))

    async def suspended(session: AsyncSession, job: Job) -> None:
        """End the exports of a tenant that may not act any more."""
        await progress.erase_of_tenant(
            session,
            tenant_id=job.uuid("tenant_id"),
            refusal=TenantSuspended(),
            folder=folder,
            now=job.now,
        )

    return {RUN_TOPIC: run, END_TOPIC: end, ERASE_TOPIC: erase, tenancy.SUSPENDED_TOPIC: suspended}
