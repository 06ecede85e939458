"""Appeals against a proposed grade, as far as the rating goes: it is frozen while the case runs, and goes on as that ends.

The case itself is one of ``suxin.rights``, which stands above: two people of the city's office decide it, and nobody of the village.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.rural.models import RatingCycle, RatingEntry
from suxin.rural.queries import cycles as queries
from suxin.rural.refusals import AppealTimeOver
from suxin.rural.states import CycleState, EntryState


async def freeze_entry(
    session: AsyncSession, actor: Actor, *, entry_id: UUID, now: datetime
) -> tuple[RatingEntry, RatingCycle]:
    """Keep a proposed grade of the acting subject from taking effect; return its entry and cycle.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it has no such entry
    :raises AppealTimeOver: if the public notice does not run, or it appealed before
    """
    found = await queries.lock_own_entry(session, actor, entry_id)
    cycle = await queries.cycle_of(session, found.cycle_id)
    ends = cycle.notice_ends_at
    noticed = cycle.state is CycleState.NOTICED and ends is not None and now < ends
    if not noticed or found.state is not EntryState.RATED or found.appealed_at is not None:
        raise AppealTimeOver(field="entryId")
    found.freeze(now=now)
    _record(session, found, "frozen", now=now)
    await session.flush()
    return found, cycle


async def settle_entry(
    session: AsyncSession, *, entry_id: UUID, subject_id: UUID, granted: bool, now: datetime
) -> None:
    """Let a frozen entry be reckoned anew, or go on as it was; one that is not frozen any more is left alone."""
    entry = await session.scalar(
        select(RatingEntry)
        .where(RatingEntry.id == entry_id, RatingEntry.subject_id == subject_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if entry is None or entry.state is not EntryState.FROZEN:
        return
    entry.settle(reopened=granted)
    _record(session, entry, "reopened" if granted else "thawed", now=now)
    await session.flush()


def _record(session: AsyncSession, entry: RatingEntry, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"rural.entry.{step}",
        now=now,
        tenant_id=entry.tenant_id,
        subject_id=entry.subject_id,
        object_type="rural_entry",
        object_id=entry.id,
    )
