"""Tickets: issued within stock and limits, told of late, once each; what two gates let in twice is told to the attraction alone."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from observing import nothing_written
from small_merchant import build_merchant
from small_perks import SmallPerks, build_perks
from small_tickets import handed, platform_keys, recorded, text_of, told, wanted
from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.working_days import local_day
from suxin.lending.models.steps import StepNotPossible
from suxin.perks import accounts
from suxin.perks.models import Redemption
from suxin.perks.redeeming import complete_redemption
from suxin.perks.refusals import PersonLimitReached, ProgrammeNotOpen, StockExhausted
from suxin.perks.states import RedemptionState
from suxin.perks.tickets import queries
from suxin.perks.tickets.artefacts import TICKET, ticket_named
from suxin.perks.tickets.issuing import cancel_ticket, expire_ticket, give_ticket_back, take_ticket
from suxin.perks.tickets.models import Ticket, TicketSpend
from suxin.perks.tickets.policies import LATE_SYNC, MAX_SPENDS
from suxin.perks.tickets.refusals import TicketBegun, TicketDaysWrong, TicketsNotOffered, TicketUsed
from suxin.perks.tickets.states import SpendVerdict, TicketState
from suxin.tenancy.profiles import TenantKind

V = SpendVerdict


@pytest.fixture
async def perks(small_city) -> SmallPerks:
    return await build_perks(small_city, TenantKind.ATTRACTION)


async def stands(perks: SmallPerks, ticket: Ticket) -> tuple[Ticket, Redemption]:
    async with perks.city.database.transaction(perks.merchant, now=perks.city.now) as session:
        return await queries.lock_ticket(session, tenant_id=ticket.tenant_id, ticket_id=ticket.id)


async def stock_left(perks: SmallPerks, programme) -> int | None:
    async with perks.city.database.snapshot(perks.merchant, now=perks.city.now) as session:
        return (await accounts.left_of(session, programme)).stock


async def test_a_ticket_takes_of_stock_and_of_whose_it_is(perks, admin):
    city = perks.city
    programme = await perks.published(stock=4, person_total=3)
    asked = {"programme_id": programme.id, "wanted": wanted(city, persons=3)}
    ticket = await city.act(take_ticket, city.applicant, **asked)
    assert (ticket.state, ticket.persons, ticket.label) == (TicketState.ISSUED, 3, "门票 9 折")
    assert await stock_left(perks, programme) == 1
    with pytest.raises(PersonLimitReached):
        await city.act(take_ticket, city.applicant, **asked)
    async with nothing_written(admin):
        with pytest.raises(StockExhausted):
            await handed(city, perks.merchant, programme, persons=2)
    async with city.database.snapshot(city.applicant, now=city.now) as session:
        (row,) = (await session.execute(queries.own_tickets(city.applicant))).all()
    assert (row[0].id, row[1].id) == (ticket.id, programme.id)


async def test_a_text_says_neither_who_nor_why(perks):
    city = perks.city
    programme = await perks.published()
    ticket = await city.act(
        take_ticket, city.applicant, programme_id=programme.id, wanted=wanted(city)
    )
    text = await text_of(city, ticket)
    # A QR code of at most 69 modules a side: version 13 at the lowest error correction.
    assert len(text) <= 425
    keys = await platform_keys(city)
    named = {"keys": keys, "now": city.now}
    assert ticket_named(text, tenant_id=ticket.tenant_id, **named) == ticket.id
    assert ticket_named(text, tenant_id=uuid4(), **named) is None
    assert ticket_named(text[:-8] + "AAAAAAAA", tenant_id=ticket.tenant_id, **named) is None
    assert TICKET not in text


async def test_what_gates_tell_late_is_counted_once_each(perks, admin):
    city, gate = perks.city, perks.merchant
    programme = await perks.published(stock=10)
    ticket = await handed(city, gate, programme, persons=3)
    text = await text_of(city, ticket)
    first = recorded(text, city.now, persons=2)
    rest = recorded(text, city.now + timedelta(minutes=3))
    assert [one.verdict for one in await told(city, gate, first)] == [V.ACCEPTED]
    again = await told(city, gate, first, rest, after=timedelta(hours=30))
    assert [(one.verdict, one.repeated) for one in again] == [
        (V.ACCEPTED, True),
        (V.ACCEPTED, False),
    ]
    ticket, redemption = await stands(perks, ticket)
    assert (ticket.state, ticket.used, ticket.left) == (TicketState.USED, 3, 0)
    assert (redemption.state, redemption.uses) == (RedemptionState.COMPLETED, 3)
    assert await stock_left(perks, programme) == 7
    assert await admin.fetchval("select count(*) from perk_ticket_spends") == 2


async def test_a_ticket_let_in_at_two_gates_is_told_to_the_attraction_and_held_against_nobody(
    perks, admin
):
    city, gate = perks.city, perks.merchant
    programme = await perks.published()
    ticket = await city.act(
        take_ticket, city.applicant, programme_id=programme.id, wanted=wanted(city)
    )
    text = await text_of(city, ticket)
    records = await admin.fetchval("select count(*) from credit_records")
    north, south = recorded(text, city.now), recorded(text, city.now + timedelta(seconds=1))
    # The later one is told first: whoever tells first is believed, and the other is the double.
    ((first,), (second,)) = await asyncio.gather(told(city, gate, south), told(city, gate, north))
    assert {first.verdict, second.verdict} == {V.ACCEPTED, V.DOUBLE_SPEND}
    events = await admin.fetch(
        "select type, object_id from tenant_events where type like 'perks.ticket%'"
    )
    assert [(one["type"], one["object_id"]) for one in events] == [
        ("perks.ticket.double_spent", ticket.redemption_id)
    ]
    told_of = await admin.fetch(
        "select tenant_id, person_id, link from notices where template = 'ticket_double_spent'"
    )
    assert [tuple(one) for one in told_of] == [
        (ticket.tenant_id, None, "/desk/tickets?show=double")
    ]
    assert await admin.fetchval("select count(*) from credit_records") == records
    # Sent again, it is neither counted nor told of again.
    repeated = await told(city, gate, north, south)
    assert all(one.repeated for one in repeated)
    assert (
        len(await admin.fetch("select 1 from notices where template = 'ticket_double_spent'")) == 1
    )


async def test_forged_foreign_and_late_ones_let_nobody_in(perks, admin):
    city, gate = perks.city, perks.merchant
    programme = await perks.published()
    ticket = await handed(city, gate, programme)
    text = await text_of(city, ticket)
    elsewhere = await build_merchant(city, TenantKind.MERCHANT)
    tampered = text[:-6] + "AAAAAA"
    cases = [
        (gate, recorded(tampered, city.now), timedelta(0), V.FORGED),
        (gate, recorded("门票", city.now), timedelta(0), V.FORGED),
        (elsewhere, recorded(text, city.now), timedelta(0), V.FORGED),
        (gate, recorded(text, ticket.valid_until), timedelta(days=1), V.EXPIRED),
        (gate, recorded(text, ticket.valid_from - timedelta(seconds=1)), timedelta(0), V.EXPIRED),
        (gate, recorded(text, city.now), timedelta(days=1) + LATE_SYNC, V.EXPIRED),
    ]
    for whose, one, after, verdict in cases:
        (receipt,) = await told(city, whose, one, after=after)
        assert receipt.verdict is verdict
    assert (await stands(perks, ticket))[0].state is TicketState.ISSUED
    assert await admin.fetchval("select count(*) from perk_ticket_spends") == len(cases)


async def test_a_cancelled_ticket_goes_back_into_stock_and_onto_the_list(perks):
    city, gate = perks.city, perks.merchant
    programme = await perks.published(stock=2)
    ticket, used = [await handed(city, gate, programme) for _ in range(2)]
    await city.act(cancel_ticket, gate, ticket_id=ticket.id, reason="改日")
    assert await stock_left(perks, programme) == 1
    await told(city, gate, recorded(await text_of(city, used), city.now))
    with pytest.raises(TicketUsed):
        await city.act(cancel_ticket, gate, ticket_id=used.id, reason="改日")
    with pytest.raises(StepNotPossible):
        await city.act(cancel_ticket, gate, ticket_id=ticket.id, reason="改日")
    (receipt,) = await told(city, gate, recorded(await text_of(city, ticket), city.now))
    assert receipt.verdict is V.CANCELLED
    async with city.database.snapshot(gate, now=city.now) as session:
        spent = await queries.spent_list(session, gate, now=city.now)
    assert (dict(spent.left), spent.whole) == ({ticket.id: 0, used.id: 0}, True)


async def test_what_a_clerk_ends_at_the_counter_is_spent_for_the_gates_too(perks):
    city, gate = perks.city, perks.merchant
    programme = await perks.published()
    ticket = await handed(city, gate, programme, persons=2)
    await city.act(
        complete_redemption, gate, redemption_id=ticket.redemption_id, uses=1, close=False
    )
    async with city.database.snapshot(gate, now=city.now) as session:
        spent = await queries.spent_list(session, gate, now=city.now)
    assert dict(spent.left) == {ticket.id: 1}
    (receipt,) = await told(city, gate, recorded(await text_of(city, ticket), city.now, persons=2))
    assert receipt.verdict is V.DOUBLE_SPEND


async def test_a_ticket_ends_when_no_gate_may_tell_of_it(perks):
    city = perks.city
    ticket = await handed(city, perks.merchant, await perks.published())
    last = ticket.valid_until + LATE_SYNC
    for at, state in (
        (last - timedelta(seconds=1), TicketState.ISSUED),
        (last, TicketState.EXPIRED),
    ):
        async with city.database.transaction(Actor.system("test"), now=at) as session:
            await expire_ticket(session, tenant_id=ticket.tenant_id, ticket_id=ticket.id, now=at)
        assert (await stands(perks, ticket))[0].state is state


async def test_days_and_hours_are_the_programmes(perks):
    city, gate = perks.city, perks.merchant
    programme = await perks.published(opens_minute=480, closes_minute=1020)
    one = await handed(city, gate, programme, day=city.now.date() + timedelta(days=2))
    assert one.valid_until - one.valid_from == timedelta(minutes=540)
    several = await handed(city, gate, programme, days=3, day=city.now.date() + timedelta(days=2))
    assert several.valid_until - several.valid_from == timedelta(days=3)
    for refusal, changes in (
        (TicketDaysWrong, {"day": city.now.date() - timedelta(days=1)}),
        (TicketDaysWrong, {"day": city.now.date() + timedelta(days=32)}),
        (TicketDaysWrong, {"days": 8}),
        (TicketDaysWrong, {"days": 0}),
    ):
        with pytest.raises(refusal):
            await handed(city, gate, programme, **changes)
    closed = await perks.published(closed_on=[city.now.date() + timedelta(days=1)])
    with pytest.raises(ProgrammeNotOpen):
        await handed(city, gate, closed, day=city.now.date() + timedelta(days=1))


async def test_only_visits_of_attractions_have_tickets_and_one_message_has_a_limit(perks):
    city, gate = perks.city, perks.merchant
    with pytest.raises(TicketsNotOffered):
        await handed(city, gate, await perks.published("eat.discount"))
    shop = await build_perks(city)
    with pytest.raises(TicketsNotOffered):
        await handed(city, shop.merchant, await shop.published())
    with pytest.raises(Invalid):
        await told(city, gate, *[recorded("x", city.now) for _ in range(MAX_SPENDS + 1)])
    async with city.database.snapshot(gate, now=city.now) as session:
        assert (await session.scalars(select(TicketSpend))).all() == []


async def test_a_resident_gives_a_ticket_back_before_it_is_good(perks, admin):
    """Stock and his limits are as before, the gates' list has it as spent, and what a gate tells of it lets nobody in."""
    city, gate = perks.city, perks.merchant
    programme = await perks.published(stock=10, person_total=2)
    tomorrow = replace(wanted(city, persons=2), day=local_day(city.now) + timedelta(days=1))
    asked = {"programme_id": programme.id, "wanted": tomorrow}
    ticket = await city.act(take_ticket, city.applicant, **asked)
    text = await text_of(city, ticket)
    assert await stock_left(perks, programme) == 8
    await city.act(give_ticket_back, city.applicant, ticket_id=ticket.id)
    ticket, redemption = await stands(perks, ticket)
    assert (ticket.state, ticket.reason) == (TicketState.CANCELLED, "持票人退票")
    assert redemption.state is RedemptionState.ROLLED_BACK
    assert await stock_left(perks, programme) == 10
    async with city.database.snapshot(gate, now=city.now) as session:
        spent = await queries.spent_list(session, gate, now=city.now)
    assert spent.left == {ticket.id: 0}
    late = recorded(text, ticket.valid_from)
    assert [one.verdict for one in await told(city, gate, late, after=timedelta(days=2))] == [
        V.CANCELLED
    ]
    # He may have as many as before.
    await city.act(take_ticket, city.applicant, **asked)
    async with nothing_written(admin):
        with pytest.raises(StepNotPossible):
            await city.act(give_ticket_back, city.applicant, ticket_id=ticket.id)


async def test_a_ticket_that_is_good_is_not_given_back(perks, admin):
    """A gate that is cut off may have let him in by it, of which nobody knows yet; the attraction may still cancel it."""
    city = perks.city
    programme = await perks.published()
    ticket = await city.act(
        take_ticket, city.applicant, programme_id=programme.id, wanted=wanted(city)
    )
    async with nothing_written(admin):
        with pytest.raises(TicketBegun):
            await city.act(give_ticket_back, city.applicant, ticket_id=ticket.id)
        with pytest.raises(NotFound):
            await city.act(give_ticket_back, city.stranger, ticket_id=ticket.id)
    await city.act(cancel_ticket, perks.merchant, ticket_id=ticket.id, reason="顾客来电")


async def test_two_at_once_give_one_back(perks, admin):
    city = perks.city
    programme = await perks.published(stock=10)
    tomorrow = replace(wanted(city), day=local_day(city.now) + timedelta(days=1))
    ticket = await city.act(take_ticket, city.applicant, programme_id=programme.id, wanted=tomorrow)
    both = await asyncio.gather(
        *(city.act(give_ticket_back, city.applicant, ticket_id=ticket.id) for _ in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["StepNotPossible", "Ticket"]
    assert await stock_left(perks, programme) == 10
