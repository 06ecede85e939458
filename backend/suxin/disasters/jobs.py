"""The duties that follow a step of a declared disaster: proposing what follows from it, and taking that back."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.disasters.commands import CONFIRMED_TOPIC, REVOKED_TOPIC
from suxin.disasters.proposing import propose_what_follows, take_renewals_back
from suxin.kernel import outbox
from suxin.kernel.outbox import Handler, Job
from suxin.kernel.sealing import Sealer


async def disaster_revoked(session: AsyncSession, job: Job) -> None:
    """Withdraw the renewals on which no bank has decided."""
    await take_renewals_back(session, disaster_id=job.uuid("disaster_id"), now=job.now)


def handlers(sealer: Sealer) -> Mapping[str, Handler]:
    """Return the handlers of declared disasters by topic."""

    async def disaster_confirmed(session: AsyncSession, job: Job) -> None:
        """Propose the notice and some renewals; what is left waits for the next job, so that no transaction is long."""
        disaster_id = job.uuid("disaster_id")
        more = await propose_what_follows(
            session, disaster_id=disaster_id, sealer=sealer, now=job.now
        )
        if more:
            await outbox.post(session, CONFIRMED_TOPIC, {"disaster_id": disaster_id}, now=job.now)

    return {CONFIRMED_TOPIC: disaster_confirmed, REVOKED_TOPIC: disaster_revoked}
