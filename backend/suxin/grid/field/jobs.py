"""The platform's work on what comes from the field: items that were held, captures whose photos did not come, and photos that nobody took."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.field.applying import FORCE_TOPIC
from suxin.grid.field.settling import COMPLETE_TOPIC, capture_over
from suxin.grid.field.syncing import force_held
from suxin.grid.field.uploading import UPLOAD_TOPIC, upload_over
from suxin.kernel.outbox import Handler, Job
from suxin.kernel.sealing import Sealer


async def photo_over(session: AsyncSession, job: Job) -> None:
    """Erase a photo that no claim has taken."""
    await upload_over(
        session, tenant_id=job.uuid("tenant_id"), upload_id=job.uuid("upload_id"), now=job.now
    )


def handlers(sealer: Sealer) -> Mapping[str, Handler]:
    """Return the handlers of the field by topic."""

    async def held_over(session: AsyncSession, job: Job) -> None:
        await force_held(
            session,
            tenant_id=job.uuid("tenant_id"),
            item_id=job.uuid("item_id"),
            sealer=sealer,
            now=job.now,
        )

    async def photos_over(session: AsyncSession, job: Job) -> None:
        await capture_over(
            session,
            tenant_id=job.uuid("tenant_id"),
            capture_id=job.uuid("capture_id"),
            sealer=sealer,
            now=job.now,
        )

    return {FORCE_TOPIC: held_over, COMPLETE_TOPIC: photos_over, UPLOAD_TOPIC: photo_over}
