"""Tickets as their attraction and their holder see them, and what a gate must know."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.perks.models import Programme, Redeemer, Redemption
from suxin.perks.policies import REDEMPTION_GRANT, REDEMPTION_READ
from suxin.perks.states import RedemptionState
from suxin.perks.tickets.artefacts import SpentList
from suxin.perks.tickets.models import Ticket, TicketSpend, left_of
from suxin.perks.tickets.policies import MAX_SPENT_LISTED
from suxin.perks.tickets.states import SpendVerdict, TicketState
from suxin.tenancy.models import Tenant

MAX_SPENDS_SHOWN: Final = 100
"""How many of a ticket's spends its page shows, the latest first."""


def tickets_of(actor: Actor) -> Select[Ticket, Programme]:
    """Return the attraction's tickets with their programmes, newest first.

    :raises Forbidden: if the actor may not look at them
    """
    actor.require(REDEMPTION_READ)
    return (
        select(Ticket, Programme)
        .join(
            Programme,
            (Programme.tenant_id == Ticket.tenant_id) & (Programme.id == Ticket.programme_id),
        )
        .where(Ticket.tenant_id == actor.own_tenant)
        .order_by(Ticket.id.desc())
    )


async def ticket_at(
    session: AsyncSession, actor: Actor, ticket_id: UUID
) -> tuple[Ticket, Programme]:
    """Return one of the attraction's tickets with its programme.

    :raises Forbidden: if the actor may not look at it
    :raises NotFound: if it is not this attraction's
    """
    row = (await session.execute(tickets_of(actor).where(Ticket.id == ticket_id))).one_or_none()
    if row is None:
        raise _not_found()
    return row[0], row[1]


def spends_found(actor: Actor, verdict: SpendVerdict) -> Select[TicketSpend]:
    """Return what the attraction's gates recorded and the platform found to be so, newest first.

    :raises Forbidden: if the actor may not look at it
    """
    actor.require(REDEMPTION_READ)
    return (
        select(TicketSpend)
        .where(TicketSpend.tenant_id == actor.own_tenant, TicketSpend.verdict == verdict)
        .order_by(TicketSpend.id.desc())
    )


async def spends_of(session: AsyncSession, actor: Actor, ticket_id: UUID) -> list[TicketSpend]:
    """Return what the gates recorded about one of the attraction's tickets, newest first.

    :raises Forbidden: if the actor may not look at it
    """
    actor.require(REDEMPTION_READ)
    rows = await session.scalars(
        select(TicketSpend)
        .where(TicketSpend.tenant_id == actor.own_tenant, TicketSpend.ticket_id == ticket_id)
        .order_by(TicketSpend.recorded_at.desc(), TicketSpend.id)
        .limit(MAX_SPENDS_SHOWN)
    )
    return list(rows)


def own_tickets(actor: Actor) -> Select[Ticket, Programme, Tenant]:
    """Return the acting subject's tickets, newest first, with programme and attraction; a suspended attraction reads as nothing.

    :raises Forbidden: if the actor acts for no subject
    """
    return (
        select(Ticket, Programme, Tenant)
        .join(
            Redeemer,
            (Redeemer.tenant_id == Ticket.tenant_id)
            & (Redeemer.redemption_id == Ticket.redemption_id),
        )
        .join(
            Programme,
            (Programme.tenant_id == Ticket.tenant_id) & (Programme.id == Ticket.programme_id),
        )
        .outerjoin(Tenant, Tenant.id == Ticket.tenant_id)
        .where(Redeemer.subject_id == actor.own_subject)
        .order_by(Ticket.id.desc())
    )


async def own_ticket(
    session: AsyncSession, actor: Actor, ticket_id: UUID
) -> tuple[Ticket, Programme, Tenant | None]:
    """Return one of the acting subject's tickets with programme and attraction.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it is not his
    """
    row = (await session.execute(own_tickets(actor).where(Ticket.id == ticket_id))).one_or_none()
    if row is None:
        raise _not_found()
    return row[0], row[1], row[2]


async def find_ticket(session: AsyncSession, actor: Actor, ticket_id: UUID) -> bool:
    """Tell whether the actor's attraction has such a ticket: one that is signed and not known is of a time before a restored backup.

    :raises Forbidden: if the actor acts for no tenant
    """
    named = (Ticket.tenant_id == actor.own_tenant, Ticket.id == ticket_id)
    return await session.scalar(select(Ticket.id).where(*named)) is not None


async def lock_ticket(
    session: AsyncSession, *, tenant_id: UUID, ticket_id: UUID
) -> tuple[Ticket, Redemption]:
    """Return an attraction's ticket with its redemption, both locked: the redemption first, as whoever redeems does.

    :raises NotFound: if it is not this attraction's
    """
    named = (Ticket.tenant_id == tenant_id, Ticket.id == ticket_id)
    redemption_id = select(Ticket.redemption_id).where(*named).scalar_subquery()
    redemption = await session.scalar(
        select(Redemption)
        .where(Redemption.tenant_id == tenant_id, Redemption.id == redemption_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    ticket = await session.scalar(
        select(Ticket).where(*named).with_for_update().execution_options(populate_existing=True)
    )
    if redemption is None or ticket is None:
        raise _not_found()
    return ticket, redemption


async def spent_list(session: AsyncSession, actor: Actor, *, now: datetime) -> SpentList:
    """Return which of the attraction's tickets that are still good have less left than they say, those that end first before others.

    :raises Forbidden: if the actor lets nobody in
    """
    actor.require(REDEMPTION_GRANT)
    used = Ticket.state != TicketState.ISSUED
    rows = await session.execute(
        select(Ticket, Redemption)
        .join(
            Redemption,
            (Redemption.tenant_id == Ticket.tenant_id) & (Redemption.id == Ticket.redemption_id),
        )
        .where(
            Ticket.tenant_id == actor.own_tenant,
            Ticket.valid_until > now,
            or_(used, Redemption.uses > 0, Redemption.state != RedemptionState.GRANTED),
        )
        .order_by(Ticket.valid_until, Ticket.id)
        .limit(MAX_SPENT_LISTED + 1)
    )
    found = {ticket.id: left_of(ticket, redemption) for ticket, redemption in rows}
    whole = len(found) <= MAX_SPENT_LISTED
    return SpentList(dict(list(found.items())[:MAX_SPENT_LISTED]), whole)


def _not_found() -> NotFound:
    return NotFound(thing_zh="门票", thing_en="ticket")
