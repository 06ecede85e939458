"""What the platform does for a sandbox: its cast enters once it is made."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.kernel.sealing import Sealer
from suxin.sandboxes.seeding import seed_cast
from suxin.tenancy import commands as tenancy


def handlers(sealer: Sealer) -> Mapping[str, Handler]:
    """Return this context's handlers by topic."""

    async def enter(session: AsyncSession, job: Job) -> None:
        await seed_cast(session, tenant_id=job.uuid("tenant_id"), sealer=sealer, now=job.now)

    return {tenancy.SANDBOX_CREATED_TOPIC: enter}
