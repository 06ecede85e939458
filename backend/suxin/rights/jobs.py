"""What follows in time: a closed account's proof of identity goes, and a source that does not answer is called late."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.audit import append_act
from suxin.kernel.bases import AccessBasis, BasisKind
from suxin.kernel.outbox import Handler, Job
from suxin.rights import transfers
from suxin.rights.closing import ERASE_IDENTITY_TOPIC
from suxin.rights.inquiries import DUE_TOPIC, mark_source_late
from suxin.subjects.closures import standing_closure
from suxin.subjects.models import PersonIdentity, Subject

NAMELESS: Final = "已注销用户"
_NAMELESS_PINYIN: Final = "yizhuxiaoyonghu"


async def erase_identity(session: AsyncSession, *, person_id: UUID, now: datetime) -> bool:
    """Erase the proved identity of a person whose account is closed; return False when that is not due.

    While a contract's basis names him, the other party may still need to know who he is: it is asked again when the last
    one ends. Whoever has proved himself again since keeps the new proof.

    Source: PIPL art. 13(2), 47
    """
    closure = await standing_closure(session, person_id)
    if closure is None or closure.identity_erased_at is not None:
        return False
    needed_until = await session.scalar(
        select(func.max(AccessBasis.ends_at)).where(
            AccessBasis.person_id == person_id,
            AccessBasis.kind == BasisKind.CONTRACT,
            AccessBasis.ended_at.is_(None),
            AccessBasis.ends_at > now,
        )
    )
    if needed_until is not None:
        await outbox.post(
            session,
            ERASE_IDENTITY_TOPIC,
            {"person_id": person_id},
            now=now,
            not_before=needed_until,
        )
        return False
    await session.execute(delete(PersonIdentity).where(PersonIdentity.subject_id == person_id))
    await session.execute(
        update(Subject)
        .where(Subject.id == person_id)
        .values(name=NAMELESS, name_pinyin=_NAMELESS_PINYIN, town_code=None, industry=None)
    )
    closure.identity_erased_at = now
    append_act(
        session,
        action="rights.identity.erased",
        now=now,
        subject_id=person_id,
        object_type="account_closure",
        object_id=closure.id,
    )
    return True


async def identity_erases(session: AsyncSession, job: Job) -> None:
    """Erase a closed account's identity."""
    await erase_identity(session, person_id=job.uuid("person_id"), now=job.now)


async def source_due(session: AsyncSession, job: Job) -> None:
    """Check that a source answered in time."""
    await mark_source_late(
        session, subject_id=job.uuid("subject_id"), case_id=job.uuid("case_id"), now=job.now
    )


def _transfer(job: Job) -> dict[str, UUID]:
    return {"subject_id": job.uuid("subject_id"), "case_id": job.uuid("case_id")}


async def transfer_due(session: AsyncSession, job: Job) -> None:
    """Check that a dispute was passed to its source in time."""
    due_at = datetime.fromisoformat(job.payload["due_at"])
    await transfers.mark_transfer_late(session, **_transfer(job), due_at=due_at, now=job.now)


async def transfer_nearly_due(session: AsyncSession, job: Job) -> None:
    """Remind the office of a dispute that is to be passed to its source."""
    due_at = datetime.fromisoformat(job.payload["due_at"])
    await transfers.remind_of_transfer(session, **_transfer(job), due_at=due_at, now=job.now)


async def redate(session: AsyncSession, job: Job) -> None:
    """Work a chunk of the times out anew that a published arrangement touches, and leave the rest to the next job."""
    year = job.payload["year"]
    after = transfers.Place(**_transfer(job)) if "case_id" in job.payload else None
    following = await transfers.redate_transfers(session, year=year, after=after, now=job.now)
    if following is not None:
        rest = {"year": year, **following._asdict()}
        await outbox.post(session, transfers.REDATE_TOPIC, rest, now=job.now, wake=True)


def handlers() -> Mapping[str, Handler]:
    """Return this context's handlers by topic."""
    return {
        ERASE_IDENTITY_TOPIC: identity_erases,
        DUE_TOPIC: source_due,
        transfers.DUE_TOPIC: transfer_due,
        transfers.REMIND_TOPIC: transfer_nearly_due,
        transfers.REDATE_TOPIC: redate,
    }
