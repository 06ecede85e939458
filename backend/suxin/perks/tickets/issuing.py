"""Issuing tickets: to a resident on his phone, or at the desk to whoever is not one.

A ticket is a redemption that is granted beforehand, in the attraction's rows: stock, budget and limits are taken when it is issued. Its
benefit is everybody's; nobody's tier is weighed for it. Whoever wants what a tier opens shows his code at the counter instead.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.perks import accounts, limits
from suxin.perks.drafted import drafted, redeemer_of
from suxin.perks.models import Programme, Redemption
from suxin.perks.policies import REDEMPTION_GRANT
from suxin.perks.queries import share_own_programme
from suxin.perks.redeeming import handle_of, record, set_clock, written
from suxin.perks.refusals import GroupTooLarge, ProgrammeNotOpen
from suxin.perks.showing.queries import open_programme
from suxin.perks.states import RedemptionState, Sector
from suxin.perks.tickets.models import Ticket
from suxin.perks.tickets.policies import LATE_SYNC, MAX_AHEAD, MAX_DAYS
from suxin.perks.tickets.queries import lock_ticket, own_ticket
from suxin.perks.tickets.refusals import TicketBegun, TicketDaysWrong, TicketsNotOffered, TicketUsed
from suxin.perks.tickets.states import TicketState
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import TenantKind

EXPIRE_TOPIC: Final = "perks.ticket.expire"
REASON: Final = "perk ticket issued"
REASON_BACK: Final = "perk ticket given back"
BY_HOLDER: Final = "持票人退票"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: how many are to be let in, from which day, on how many days."""

    persons: int = 1
    day: date
    days: int = 1


async def take_ticket(
    session: AsyncSession, actor: Actor, *, programme_id: UUID, wanted: Wanted, now: datetime
) -> Ticket:
    """Issue a ticket to the acting subject, in the attraction's rows.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if anybody may see no such programme
    :raises TicketsNotOffered: if it is no attraction's, or not about a visit
    :raises TicketDaysWrong: if the day is past or too far ahead, or there are too many
    :raises GroupTooLarge, ProgrammeNotOpen, PersonLimitReached, DayLimitReached: see ``hold_redemption``
    :raises StockExhausted, BudgetExhausted: if not so much is left
    Source: PIPL art. 6, 16; docs/tickets.md
    """
    subject_id = actor.own_subject
    seen = await open_programme(session, programme_id)
    async with act_for(session, tenant_id=seen.tenant_id, reason=REASON):
        attraction = Actor.system(actor.request_id, tenant_id=seen.tenant_id)
        return await _issue(session, attraction, programme_id, wanted, subject_id, now=now)


async def hand_ticket(
    session: AsyncSession, actor: Actor, *, programme_id: UUID, wanted: Wanted, now: datetime
) -> Ticket:
    """Issue a ticket at the desk to somebody who is not asked who he is.

    :raises Forbidden: if the actor may not redeem
    :raises NotFound: if the programme is not this attraction's
    :raises TicketsNotOffered, TicketDaysWrong: see ``take_ticket``
    :raises GroupTooLarge, ProgrammeNotOpen, DayLimitReached: see ``hold_redemption``
    :raises StockExhausted, BudgetExhausted: if not so much is left
    """
    actor.require(REDEMPTION_GRANT)
    return await _issue(session, actor, programme_id, wanted, None, now=now)


async def cancel_ticket(
    session: AsyncSession, actor: Actor, *, ticket_id: UUID, reason: str, now: datetime
) -> Ticket:
    """Let a ticket be good no more; stock, budget and limits are as before it was issued.

    :raises Forbidden: if the actor may not redeem
    :raises NotFound: if it is not this attraction's
    :raises TicketUsed: if somebody was let in by it
    :raises StepNotPossible: if it is good no more already
    """
    actor.require(REDEMPTION_GRANT)
    return await _cancel(session, actor, ticket_id, limits.checked_reason(reason), now=now)


async def give_ticket_back(
    session: AsyncSession, actor: Actor, *, ticket_id: UUID, now: datetime
) -> Ticket:
    """Let the acting subject give his ticket back before it is good; stock, budget and limits are as before it was issued.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it is not his
    :raises TicketBegun: if it is good already: a gate that is cut off may have let him in
    :raises StepNotPossible: if it is good no more already
    """
    seen, _, _ = await own_ticket(session, actor, ticket_id)
    if seen.valid_from <= now:
        raise TicketBegun
    async with act_for(session, tenant_id=seen.tenant_id, reason=REASON_BACK):
        attraction = Actor.system(actor.request_id, tenant_id=seen.tenant_id)
        return await _cancel(session, attraction, ticket_id, BY_HOLDER, now=now)


async def _cancel(
    session: AsyncSession, actor: Actor, ticket_id: UUID, reason: str, *, now: datetime
) -> Ticket:
    ticket, redemption = await lock_ticket(session, tenant_id=actor.own_tenant, ticket_id=ticket_id)
    if ticket.used:
        raise TicketUsed
    ticket.cancel(reason, now=now)
    if redemption.state is RedemptionState.GRANTED:
        programme = await share_own_programme(session, actor, ticket.programme_id)
        redemption.roll_back(ticket.reason or "", now=now)
        await accounts.let_go(session, programme, redemption, now=now)
        record(session, redemption, now=now)
    record_ticket(session, ticket, now=now)
    return ticket


async def expire_ticket(
    session: AsyncSession, *, tenant_id: UUID, ticket_id: UUID, now: datetime
) -> None:
    """End a ticket of which no gate may tell any more. A duty of the platform; its redemption ends by its own."""
    ticket, _ = await lock_ticket(session, tenant_id=tenant_id, ticket_id=ticket_id)
    open_still = ticket.state in (TicketState.ISSUED, TicketState.PART_USED)
    if open_still and ticket.valid_until + LATE_SYNC <= now:
        ticket.expire(now=now)
        record_ticket(session, ticket, now=now)


def has_tickets(programme: Programme, kind: str) -> bool:
    """Tell whether a programme of a tenant of this kind has tickets: a visit to an attraction."""
    return kind == TenantKind.ATTRACTION and programme.sector is Sector.TOUR


def validity(programme: Programme, wanted: Wanted, *, now: datetime) -> tuple[datetime, datetime]:
    """Return from when and until when a ticket is good: within the programme's hours if it is for one day and there are any.

    :raises TicketDaysWrong: if the day is past or too far ahead, or there are too many
    :raises ProgrammeNotOpen: if the programme is closed on the first day, or over before the last one is
    """
    today, after = local_day(now), wanted.day + timedelta(days=wanted.days)
    last_first = local_day(now + MAX_AHEAD)
    if not (today <= wanted.day <= last_first and 1 <= wanted.days <= MAX_DAYS):
        raise TicketDaysWrong(field="day", ahead=MAX_AHEAD.days, days=MAX_DAYS)
    begins, ends = _midnight(wanted.day), _midnight(after)
    opens, closes = programme.opens_minute, programme.closes_minute
    if opens is not None and closes is not None:
        at_opening = begins + timedelta(minutes=opens)
        if wanted.days == 1:
            begins, ends = at_opening, begins + timedelta(minutes=closes)
    else:
        at_opening = begins
    reason = limits.closed_because(programme, now=at_opening)
    if reason is None and (after > programme.ends_before or ends <= now):
        reason = "有效期内不能用完", "its period is over before the ticket's"
    if reason is not None:
        raise ProgrammeNotOpen(field="day", reason_zh=reason[0], reason_en=reason[1])
    return begins, ends


def record_ticket(session: AsyncSession, ticket: Ticket, *, now: datetime) -> None:
    """Put on record where a ticket has come to stand."""
    append_act(
        session,
        action=f"perks.ticket.{ticket.state.value.lower()}",
        now=now,
        tenant_id=ticket.tenant_id,
        object_type="ticket",
        object_id=ticket.id,
        detail={"persons": ticket.persons, "used": ticket.used},
    )


async def _issue(
    session: AsyncSession,
    actor: Actor,
    programme_id: UUID,
    wanted: Wanted,
    subject_id: UUID | None,
    *,
    now: datetime,
) -> Ticket:
    programme = await share_own_programme(session, actor, programme_id)
    kind = await session.scalar(select(Tenant.kind).where(Tenant.id == programme.tenant_id))
    if kind is None or not has_tickets(programme, kind):
        raise TicketsNotOffered
    if not 1 <= wanted.persons <= programme.party_limit:
        raise GroupTooLarge(field="persons", limit=programme.party_limit)
    begins, ends = validity(programme, wanted, now=now)
    redemption = await _redemption(
        session, programme, wanted, subject_id, held_by=actor.staff_id, now=now
    )
    redemption.grant(use_by=ends + LATE_SYNC, now=now)
    await accounts.keep(session, programme, redemption, now=now)
    record(session, redemption, now=now)
    await set_clock(session, redemption, at=ends + LATE_SYNC, now=now)
    ticket = _drafted_ticket(redemption, begins, ends, issued_by=actor.staff_id, now=now)
    session.add(ticket)
    await session.flush()
    record_ticket(session, ticket, now=now)
    await outbox.post(
        session,
        EXPIRE_TOPIC,
        {"tenant_id": ticket.tenant_id, "ticket_id": ticket.id},
        now=now,
        tenant_id=ticket.tenant_id,
        not_before=ends + LATE_SYNC,
    )
    return ticket


async def _redemption(
    session: AsyncSession,
    programme: Programme,
    wanted: Wanted,
    subject_id: UUID | None,
    *,
    held_by: UUID | None,
    now: datetime,
) -> Redemption:
    """Take what a ticket needs of the programme's and the subject's limits, of stock and of budget."""
    await limits.take_programme(session, programme, persons=wanted.persons, now=now)
    fallback = programme.fallback_read
    redemption = drafted(programme, fallback, persons=wanted.persons, held_by=held_by, now=now)
    # One admission a person, however often the programme lets its benefit be used at a counter.
    redemption.uses_allowed = wanted.persons
    if subject_id is None:
        await written(session, programme, redemption, now=now)
        return redemption
    await limits.take_person(session, programme, subject_id, persons=wanted.persons, now=now)
    redemption.handle = await handle_of(session, programme.tenant_id, subject_id)
    await written(session, programme, redemption, now=now)
    # Nobody's tier is weighed for a ticket, so there is no consent that a record could rest on.
    session.add(redeemer_of(programme, redemption, subject_id, consent_id=None))
    return redemption


def _drafted_ticket(
    redemption: Redemption,
    begins: datetime,
    ends: datetime,
    *,
    issued_by: UUID | None,
    now: datetime,
) -> Ticket:
    return Ticket(
        tenant_id=redemption.tenant_id,
        id=new_id(now),
        programme_id=redemption.programme_id,
        redemption_id=redemption.id,
        label=redemption.benefit_read.label,
        persons=redemption.persons,
        used=0,
        state=TicketState.ISSUED,
        valid_from=begins,
        valid_until=ends,
        issued_at=now,
        issued_by=issued_by,
        last_used_at=None,
        ended_at=None,
        reason=None,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
