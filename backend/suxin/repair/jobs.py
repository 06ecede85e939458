"""What follows in time: applications are sent and asked after, their clocks run out or move, and what was kept is erased."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.outbox import Handler, Job
from suxin.kernel.sealing import Sealer
from suxin.repair import documents, relaying, retention, waiting
from suxin.repair.commands import RELAY_TOPIC
from suxin.repair.queries import Place
from suxin.repair.window import RepairWindow


async def application_due(session: AsyncSession, job: Job) -> None:
    """Check that what an application waits for came in time."""
    await waiting.mark_late(
        session,
        **_application(job),
        due_at=datetime.fromisoformat(job.payload["due_at"]),
        now=job.now,
    )


async def redate(session: AsyncSession, job: Job) -> None:
    """Work a chunk of the clocks out anew that a published arrangement touches, and leave the rest to the next job."""
    year, payload = job.payload["year"], job.payload
    after = None
    if "subject_id" in payload:
        after = Place(UUID(payload["subject_id"]), UUID(payload["application_id"]))
    following = await waiting.redate_applications(session, year=year, after=after, now=job.now)
    if following is not None:
        rest = {"year": year, "subject_id": following.subject_id, "application_id": following.id}
        await outbox.post(session, waiting.REDATE_TOPIC, rest, now=job.now, wake=True)


async def kept_long_enough(session: AsyncSession, job: Job) -> None:
    """Erase an application whose time of keeping is over."""
    await retention.forget_application(session, **_application(job), now=job.now)


async def document_left_behind(session: AsyncSession, job: Job) -> None:
    """Erase a document that no application took."""
    await documents.forget_loose(
        session,
        subject_id=job.uuid("subject_id"),
        document_id=job.uuid("document_id"),
        now=job.now,
    )


def handlers(sealer: Sealer, window: RepairWindow) -> Mapping[str, Handler]:
    """Return this context's handlers by topic."""

    async def application_filed(session: AsyncSession, job: Job) -> None:
        """Send what was filed to the window."""
        await relaying.relay_application(
            session,
            window=window,
            sealer=sealer,
            **_application(job),
            round_=job.payload["round"],
            now=job.now,
        )

    async def application_asked_after(session: AsyncSession, job: Job) -> None:
        """Ask the window how far an application is."""
        await relaying.ask_window(
            session, window=window, **_application(job), round_=job.payload["round"], now=job.now
        )

    return {
        RELAY_TOPIC: application_filed,
        relaying.ASK_TOPIC: application_asked_after,
        waiting.DUE_TOPIC: application_due,
        waiting.REDATE_TOPIC: redate,
        retention.FORGET_TOPIC: kept_long_enough,
        documents.FORGET_LOOSE_TOPIC: document_left_behind,
    }


def _application(job: Job) -> dict[str, UUID]:
    return {"subject_id": job.uuid("subject_id"), "application_id": job.uuid("application_id")}
