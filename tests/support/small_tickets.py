"""Tickets in a test's small city: issued, shown as texts that the platform signed, and told of by gates."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from small_city import SmallCity

from suxin.kernel.actor import Actor
from suxin.kernel.signing import KeySet, ensure_signing_keys, read_keys
from suxin.kernel.working_days import local_day
from suxin.perks.models import Programme
from suxin.perks.tickets.artefacts import ticket_text
from suxin.perks.tickets.issuing import Wanted, hand_ticket, take_ticket
from suxin.perks.tickets.models import Ticket
from suxin.perks.tickets.syncing import Receipt, Recorded, sync_spends


async def platform_keys(city: SmallCity) -> KeySet:
    """Return the platform's keys, made now if there are none."""
    async with city.database.transaction(Actor.system("test"), now=city.now) as session:
        await ensure_signing_keys(session, sealer=city.sealer, now=city.now)
        return await read_keys(session, sealer=city.sealer, now=city.now)


def wanted(city: SmallCity, **changes: Any) -> Wanted:
    """Ask for one person's admission today, unless said otherwise."""
    return Wanted(**{"day": local_day(city.now), **changes})


async def handed(city: SmallCity, gate: Actor, programme: Programme, **changes: Any) -> Ticket:
    """Issue a ticket at the desk."""
    ticket: Ticket = await city.act(
        hand_ticket, gate, programme_id=programme.id, wanted=wanted(city, **changes)
    )
    return ticket


async def text_of(city: SmallCity, ticket: Ticket) -> str:
    """Return what its holder shows."""
    return ticket_text(ticket, keys=await platform_keys(city), now=city.now)


def recorded(text: str, at: datetime, *, persons: int = 1, item: UUID | None = None) -> Recorded:
    """Return what a gate records that lets somebody in."""
    return Recorded(id=item or uuid4(), ticket=text, persons=persons, at=at)


async def told(
    city: SmallCity, gate: Actor, *spends: Recorded, after: timedelta = timedelta(0)
) -> list[Receipt]:
    """Let a gate tell the platform of what it recorded."""
    async with city.database.transaction(gate, now=city.now + after) as session:
        return await sync_spends(
            session,
            gate,
            gate="北门",
            recorded_by=gate.own_staff,
            spends=spends,
            keys=await platform_keys(city),
            now=city.now + after,
        )


async def fill_ticket(city: SmallCity, gate: Actor, programme: Programme) -> UUID:
    """Let the applicant's firm have a ticket for three by which one was let in."""
    ticket: Ticket = await city.act(
        take_ticket, city.applicant, programme_id=programme.id, wanted=wanted(city, persons=3)
    )
    await told(city, gate, recorded(await text_of(city, ticket), city.now))
    return ticket.id
