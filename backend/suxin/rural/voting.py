"""The panel's vote: each member by himself, never on his own household nor on kin, under a pseudonym that nobody of the village can read."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.sealing import Sealer
from suxin.rural.models import PanelBallot, PanelMember, PanelRecusal, PanelVote, RatingEntry
from suxin.rural.panel import Marks
from suxin.rural.policies import RATING_MANAGE, RATING_VOTE
from suxin.rural.queries import cycles as queries
from suxin.rural.refusals import NotOnPanel, Recused, VotedAlready
from suxin.rural.states import CycleState, EntryState

VOTER: Final = "rural.voter"
"""The purpose for which a voter's pseudonym is keyed."""


async def cast_vote(
    session: AsyncSession,
    actor: Actor,
    *,
    entry_id: UUID,
    marks: Marks,
    sealer: Sealer,
    now: datetime,
) -> RatingEntry:
    """Vote on one entry; that the actor has voted is on record, and what, is under his pseudonym alone.

    :raises Forbidden: if the actor may not vote
    :raises NotFound: if the village has no such entry
    :raises CycleNotAt: if the panel does not vote
    :raises EntryNotAt: if the entry is not in
    :raises NotOnPanel: if the actor is not on the panel
    :raises Recused: if it is his own household, or kin
    :raises VotedAlready: if he has voted on it
    Source: PIPL art. 6, 51; docs/rural.md
    """
    actor.require(RATING_VOTE)
    entry = await queries.village_entry(session, actor, entry_id)
    cycle = await queries.cycle_in_turn(session, entry.cycle_id)
    cycle.require(CycleState.VOTING)
    entry.require(EntryState.ENTERED)
    ballots = await queries.own_ballots(session, actor, cycle.id)
    if ballots.seat is None:
        raise NotOnPanel
    if entry.id in ballots.recused:
        raise Recused
    if entry.id in ballots.voted:
        raise VotedAlready
    own = {"tenant_id": entry.tenant_id, "entry_id": entry.id}
    session.add(PanelBallot(**own, staff_id=actor.own_staff, cycle_id=cycle.id))
    pseudonym = sealer.blind_index(f"{cycle.id}:{actor.own_staff}", purpose=VOTER)
    # Nobody reads a vote, so that nothing of it may come back from being added.
    await session.execute(
        insert(PanelVote).values(
            **own,
            voter=pseudonym.digest,
            character=marks.character,
            family=marks.family,
            ability=marks.ability,
        )
    )
    append_act(
        session,
        action="rural.vote.cast",
        now=now,
        tenant_id=entry.tenant_id,
        object_type="rural_entry",
        object_id=entry.id,
    )
    await session.flush()
    return entry


async def recuse(
    session: AsyncSession, actor: Actor, *, entry_id: UUID, staff_id: UUID, now: datetime
) -> PanelRecusal:
    """Say that a panel member does not vote on an entry because it is kin: himself, or whoever manages the rating.

    :raises Forbidden: if the actor is neither
    :raises NotFound: if the village has no such entry
    :raises CycleNotAt: if the vote is over
    :raises NotOnPanel: if whoever is named is not on the panel
    :raises VotedAlready: if he has voted on it
    """
    if staff_id != actor.staff_id:
        actor.require(RATING_MANAGE)
    entry = await queries.village_entry(session, actor, entry_id)
    cycle = await queries.cycle_in_turn(session, entry.cycle_id)
    if cycle.state is not CycleState.OPEN:
        cycle.require(CycleState.VOTING)
    seat = await session.get(PanelMember, (entry.tenant_id, cycle.id, staff_id))
    if seat is None:
        raise NotOnPanel
    if await session.get(PanelBallot, (entry.tenant_id, entry.id, staff_id)) is not None:
        raise VotedAlready
    there = await session.get(PanelRecusal, (entry.tenant_id, entry.id, staff_id))
    if there is not None:
        return there
    recusal = PanelRecusal(
        tenant_id=entry.tenant_id,
        entry_id=entry.id,
        staff_id=staff_id,
        named_by=actor.own_staff,
        named_at=now,
    )
    session.add(recusal)
    append_act(
        session,
        action="rural.vote.recused",
        now=now,
        tenant_id=entry.tenant_id,
        object_type="rural_entry",
        object_id=entry.id,
    )
    await session.flush()
    return recusal
