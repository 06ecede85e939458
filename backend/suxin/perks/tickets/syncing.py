"""Late sync (补传): what gates recorded without a connection is judged here, each thing once, and answered one by one.

A gate sends again what it has no answer for; its own ids make that safe. What was let in twice is counted as a double spend, and told to the
attraction: its gates could not know of each other. Nothing of it goes to the holder's record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.notices import notify_tenant
from suxin.kernel.refusals import Invalid
from suxin.kernel.signing import KeySet
from suxin.perks.models import Redemption
from suxin.perks.policies import REDEMPTION_GRANT, REDEMPTION_READ
from suxin.perks.queries import share_own_programme
from suxin.perks.redeeming import finish
from suxin.perks.states import RedemptionState
from suxin.perks.tickets.artefacts import ticket_named
from suxin.perks.tickets.event_types import DOUBLE_SPENT
from suxin.perks.tickets.issuing import record_ticket
from suxin.perks.tickets.models import Ticket, TicketSpend, left_of
from suxin.perks.tickets.policies import CLOCK_SKEW, LATE_SYNC, MAX_SPENDS
from suxin.perks.tickets.queries import find_ticket, lock_ticket
from suxin.perks.tickets.refusals import GateQueueOthers
from suxin.perks.tickets.states import SpendVerdict, TicketState

DOUBLE_SPENDS: Final = "/desk/tickets?show=double"
"""Where an attraction sees what was let in twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a gate recorded: an id of its own, the text that it read, how many it let in, and when."""

    id: UUID
    ticket: str
    persons: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the platform found; ``repeated`` is whether it had been told before, and had found so then."""

    id: UUID
    verdict: SpendVerdict
    repeated: bool


async def sync_spends(
    session: AsyncSession,
    actor: Actor,
    *,
    gate: str,
    recorded_by: UUID,
    spends: Sequence[Recorded],
    keys: KeySet,
    now: datetime,
) -> list[Receipt]:
    """Judge and keep what a gate recorded, in the order in which it says that it was; return one receipt for each.

    :raises Forbidden: if the actor lets nobody in
    :raises GateQueueOthers: if somebody else recorded it
    :raises Invalid: if it is more than one message may tell of
    Source: docs/tickets.md
    """
    actor.require(REDEMPTION_GRANT)
    if recorded_by != actor.own_staff:
        raise GateQueueOthers
    if len(spends) > MAX_SPENDS:
        raise Invalid(
            field="spends",
            reason_zh=f"一次最多上传 {MAX_SPENDS} 条",
            reason_en=f"tell of {MAX_SPENDS} at once at most",
        )
    # One gate after the other: two that tell of one ticket are judged in turn.
    turn = func.hashtextextended(f"perks.gate:{actor.own_tenant}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(turn)))
    known = await _known(session, actor, [one.id for one in spends])
    receipts: list[Receipt] = []
    doubles: list[TicketSpend] = []
    for one in sorted(spends, key=lambda each: (each.at, each.id)):
        if one.id in known:
            receipts.append(Receipt(id=one.id, verdict=known[one.id], repeated=True))
            continue
        spend = await _judged(session, actor, gate, one, keys=keys, now=now)
        known[one.id] = spend.verdict
        receipts.append(Receipt(id=one.id, verdict=spend.verdict, repeated=False))
        if spend.verdict is SpendVerdict.DOUBLE_SPEND:
            doubles.append(spend)
    _note(session, actor, receipts, now=now)
    if doubles:
        await _tell(session, actor, doubles, now=now)
    return receipts


async def _known(
    session: AsyncSession, actor: Actor, ids: Sequence[UUID]
) -> dict[UUID, SpendVerdict]:
    rows = await session.execute(
        select(TicketSpend.id, TicketSpend.verdict).where(
            TicketSpend.tenant_id == actor.own_tenant, TicketSpend.id.in_(ids)
        )
    )
    return {row.id: row.verdict for row in rows}


async def _judged(
    session: AsyncSession,
    actor: Actor,
    gate: str,
    one: Recorded,
    *,
    keys: KeySet,
    now: datetime,
) -> TicketSpend:
    at = now if one.at > now + CLOCK_SKEW else one.at
    ticket_id = ticket_named(one.ticket, tenant_id=actor.own_tenant, keys=keys, now=now)
    known = ticket_id is not None and await find_ticket(session, actor, ticket_id)
    spend = TicketSpend(
        tenant_id=actor.own_tenant,
        id=one.id,
        ticket_id=ticket_id if known else None,
        verdict=SpendVerdict.FORGED,
        persons=one.persons,
        gate=gate,
        recorded_at=at,
        recorded_by=actor.own_staff,
        synced_at=now,
    )
    if spend.ticket_id is not None:
        ticket, redemption = await lock_ticket(
            session, tenant_id=actor.own_tenant, ticket_id=spend.ticket_id
        )
        spend.verdict = verdict_on(ticket, redemption, persons=one.persons, at=at, now=now)
        if spend.verdict is SpendVerdict.ACCEPTED:
            await _let_in(session, actor, ticket, redemption, one.persons, at=at, now=now)
    session.add(spend)
    await session.flush()
    return spend


def verdict_on(
    ticket: Ticket, redemption: Redemption, *, persons: int, at: datetime, now: datetime
) -> SpendVerdict:
    """Return what is to be said of letting so many in by a ticket at a moment, told of now. Pure."""
    rolled_back = redemption.state is RedemptionState.ROLLED_BACK
    if ticket.state is TicketState.CANCELLED or rolled_back:
        return SpendVerdict.CANCELLED
    in_time = ticket.valid_from <= at < ticket.valid_until and now < ticket.valid_until + LATE_SYNC
    if not in_time or ticket.state is TicketState.EXPIRED:
        return SpendVerdict.EXPIRED
    enough = persons <= left_of(ticket, redemption)
    return SpendVerdict.ACCEPTED if enough else SpendVerdict.DOUBLE_SPEND


async def _let_in(
    session: AsyncSession,
    actor: Actor,
    ticket: Ticket,
    redemption: Redemption,
    persons: int,
    *,
    at: datetime,
    now: datetime,
) -> None:
    ticket.use(persons, at=at, now=now)
    redemption.use(persons)
    record_ticket(session, ticket, now=now)
    if not redemption.uses_left:
        programme = await share_own_programme(session, actor, ticket.programme_id)
        await finish(session, programme, redemption, now=now)


def _note(
    session: AsyncSession, actor: Actor, receipts: Sequence[Receipt], *, now: datetime
) -> None:
    fresh = [one.verdict for one in receipts if not one.repeated]
    if fresh:
        append_act(
            session,
            action="perks.gate.synced",
            now=now,
            tenant_id=actor.own_tenant,
            object_type="tenant",
            object_id=actor.own_tenant,
            detail={verdict.value: fresh.count(verdict) for verdict in set(fresh)},
        )


async def _tell(
    session: AsyncSession, actor: Actor, doubles: Sequence[TicketSpend], *, now: datetime
) -> None:
    """Tell the attraction's people once, and its systems of each."""
    for spend in doubles:
        ticket = await session.get_one(Ticket, (spend.tenant_id, spend.ticket_id))
        record_event(
            session,
            DOUBLE_SPENT,
            tenant_id=spend.tenant_id,
            object_id=ticket.redemption_id,
            now=now,
            programme=ticket.programme_id,
            persons=spend.persons,
            recordedAt=spend.recorded_at.isoformat(),
        )
    await notify_tenant(
        session,
        tenant_id=actor.own_tenant,
        permission=REDEMPTION_READ,
        template="ticket_double_spent",
        title="发现重复入园",
        body=f"检票口补传后发现 {len(doubles)} 条重复入园记录，多为断网时两处检票口同时放行，请核对。不影响持票人信用。",
        link=DOUBLE_SPENDS,
        now=now,
    )
