"""Joining two villages' registers: one of the operator's people proposes it, another decides, and the platform carries it out."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.places.models import Area
from suxin.villages import queries
from suxin.villages.models import Village, VillageMerger
from suxin.villages.policies import MERGER_DECIDE, MERGER_PROPOSE
from suxin.villages.refusals import (
    MergerAsked,
    RegisterMerged,
    SameHousehold,
    SecondPersonDecides,
    TownsDiffer,
)
from suxin.villages.registers import record
from suxin.villages.states import MergerState, VillageState
from suxin.villages.texts import MAX_DOCUMENT, MAX_REASON, checked_text

MERGE_TOPIC: Final = "villages.merger.approved"
"""Two people have decided: the platform takes the households over."""

_OPEN: Final = (MergerState.PROPOSED, MergerState.APPROVED)


async def propose_merger(
    session: AsyncSession,
    actor: Actor,
    *,
    from_tenant_id: UUID,
    into_tenant_id: UUID,
    document: str,
    now: datetime,
) -> VillageMerger:
    """Propose that one village's register goes into another's; ``document`` names the decision of the authority.

    :raises Forbidden: if the actor may not propose mergers
    :raises Invalid: if no document is named
    :raises NotFound: if either keeps no register
    :raises SameHousehold: if it is one and the same village
    :raises RegisterMerged: if either was merged before
    :raises TownsDiffer: if they are of two towns
    :raises MergerAsked: if either is part of a merger that is not done
    Source: 村民委员会组织法 art. 3 (villages are merged by the township's proposal and the county's approval)
    """
    actor.require(MERGER_PROPOSE)
    named = checked_text(document, field="document", least=1, most=MAX_DOCUMENT)
    if from_tenant_id == into_tenant_id:
        raise SameHousehold(field="intoTenantId")
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended("villages.mergers", 0)))
    )
    former = _active(await queries.village_of(session, from_tenant_id))
    successor = _active(await queries.village_of(session, into_tenant_id))
    if former.town_code != successor.town_code:
        raise TownsDiffer(field="intoTenantId")
    both = (from_tenant_id, into_tenant_id)
    waiting = select(VillageMerger.id).where(
        VillageMerger.state.in_(_OPEN),
        or_(VillageMerger.from_tenant_id.in_(both), VillageMerger.into_tenant_id.in_(both)),
    )
    if await session.scalar(waiting.limit(1)) is not None:
        raise MergerAsked
    merger = VillageMerger(
        id=new_id(now),
        from_tenant_id=from_tenant_id,
        into_tenant_id=into_tenant_id,
        document=named,
        state=MergerState.PROPOSED,
        proposed_by=actor.own_staff,
        proposed_at=now,
        decided_by=None,
        decided_at=None,
        answer=None,
        carried_out_at=None,
        households=None,
        persons=None,
    )
    session.add(merger)
    record(
        session,
        "villages.merger.proposed",
        of=("village_merger", merger.id),
        now=now,
        detail={"from": former.code, "into": successor.code, "document": named},
    )
    await session.flush()
    return merger


async def approve_merger(
    session: AsyncSession, actor: Actor, *, merger_id: UUID, now: datetime
) -> VillageMerger:
    """Have two registers joined: the former village's code ends today, and the platform takes its households over.

    :raises Forbidden: if the actor may not decide on mergers
    :raises NotFound: if there is no such merger
    :raises SecondPersonDecides: if he proposed it
    :raises MergerElsewhere: if it was decided before
    """
    merger = await _deciding(session, actor, merger_id)
    merger.approve(by=actor.own_staff, now=now)
    former = await queries.village_of(session, merger.from_tenant_id)
    successor = await queries.village_of(session, merger.into_tenant_id)
    today = local_day(now)
    ending = await session.get(Area, former.code)
    going_on = await session.get(Area, successor.code)
    if ending is not None and ending.valid_from < today:
        ending.valid_until = today
    if going_on is not None and former.code not in going_on.predecessors:
        going_on.predecessors = [*going_on.predecessors, former.code]
    record(session, "villages.merger.approved", of=("village_merger", merger_id), now=now)
    await outbox.post(session, MERGE_TOPIC, {"merger_id": merger_id}, now=now, wake=True)
    await session.flush()
    return merger


async def decline_merger(
    session: AsyncSession, actor: Actor, *, merger_id: UUID, answer: str, now: datetime
) -> VillageMerger:
    """Leave two registers as they are, and say why.

    :raises Forbidden, NotFound, SecondPersonDecides, MergerElsewhere: see ``approve_merger``
    :raises Invalid: if no reason is given
    """
    why = checked_text(answer, field="answer", least=1, most=MAX_REASON)
    merger = await _deciding(session, actor, merger_id)
    merger.decline(why, by=actor.own_staff, now=now)
    record(session, "villages.merger.declined", of=("village_merger", merger_id), now=now)
    await session.flush()
    return merger


async def _deciding(session: AsyncSession, actor: Actor, merger_id: UUID) -> VillageMerger:
    actor.require(MERGER_DECIDE)
    merger = await queries.lock_merger(session, merger_id)
    if merger.proposed_by == actor.own_staff:
        raise SecondPersonDecides
    return merger


def _active(village: Village) -> Village:
    if village.state is not VillageState.ACTIVE:
        raise RegisterMerged
    return village
