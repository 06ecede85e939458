"""What follows in time: reminders, what is late, what lapses or takes effect, new dates, the end of keeping."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.outbox import Handler, Job
from suxin.review import clocks, queries, retention
from suxin.review.deciding import lapse, take_effect
from suxin.review.documents import FORGET_LOOSE_TOPIC, forget_loose
from suxin.review.kinds import Kinds
from suxin.review.states import CaseState


async def end_of_time(
    session: AsyncSession,
    kinds: Kinds,
    *,
    subject_id: UUID,
    case_id: UUID,
    due_at: datetime,
    now: datetime,
) -> None:
    """Do what follows when a time of a case is over: it lapses, it takes effect, or the office is late.

    Nothing when the case has moved on, or its time was changed.
    """
    case = await queries.lock_on_clock(session, subject_id, case_id, due_at=due_at)
    if case is None or due_at > now:
        return
    kind = kinds[case.kind]
    if case.state is CaseState.RETURNED:
        await lapse(session, kind, case, now=now)
    elif case.state is CaseState.NOTICED:
        await take_effect(session, kind, case, now=now)
    else:
        await clocks.mark_late(session, kind, case, now=now)


def _case(job: Job) -> dict[str, UUID]:
    return {"subject_id": job.uuid("subject_id"), "case_id": job.uuid("case_id")}


def _due_at(job: Job) -> datetime:
    return datetime.fromisoformat(job.payload["due_at"])


def redating(kinds: Kinds) -> Handler:
    """Return the handler that works a chunk of running times out anew, and leaves the rest to the next job."""

    async def redate(session: AsyncSession, job: Job) -> None:
        year, found = job.payload["year"], "case_id" in job.payload
        after = clocks.Place(**_place(job)) if found else None
        following = await clocks.redate_cases(session, kinds, year=year, after=after, now=job.now)
        if following is not None:
            payload = {"year": year, "subject_id": following.subject_id, "case_id": following.id}
            await outbox.post(session, clocks.REDATE_TOPIC, payload, now=job.now, wake=True)

    return redate


def _place(job: Job) -> dict[str, UUID]:
    return {"subject_id": job.uuid("subject_id"), "id": job.uuid("case_id")}


def handlers(kinds: Kinds) -> Mapping[str, Handler]:
    """Return this context's handlers by topic, for cases of these kinds."""

    async def nearly_due(session: AsyncSession, job: Job) -> None:
        await clocks.remind(session, kinds, **_case(job), due_at=_due_at(job), now=job.now)

    async def due(session: AsyncSession, job: Job) -> None:
        await end_of_time(session, kinds, **_case(job), due_at=_due_at(job), now=job.now)

    async def kept_long_enough(session: AsyncSession, job: Job) -> None:
        await retention.forget_case(session, **_case(job), now=job.now)

    async def loose_long_enough(session: AsyncSession, job: Job) -> None:
        which = {name: job.uuid(name) for name in ("subject_id", "document_id")}
        await forget_loose(session, **which, now=job.now)

    return {
        FORGET_LOOSE_TOPIC: loose_long_enough,
        clocks.REMIND_TOPIC: nearly_due,
        clocks.DUE_TOPIC: due,
        clocks.REDATE_TOPIC: redating(kinds),
        retention.FORGET_TOPIC: kept_long_enough,
    }
