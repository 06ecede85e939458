"""Tickets of attractions for residents: taken for a day, listed, and shown as a code that a gate reads without a connection."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
import segno
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.lending.models import StepNotPossible
from suxin.perks.models import Programme
from suxin.perks.refusals import (
    BudgetExhausted,
    DayLimitReached,
    GroupTooLarge,
    PersonLimitReached,
    ProgrammeNotOpen,
    StockExhausted,
)
from suxin.perks.tickets.artefacts import ticket_text
from suxin.perks.tickets.issuing import Wanted, give_ticket_back, take_ticket
from suxin.perks.tickets.models import Ticket
from suxin.perks.tickets.policies import MAX_DAYS
from suxin.perks.tickets.queries import own_ticket, own_tickets
from suxin.perks.tickets.refusals import TicketBegun, TicketDaysWrong, TicketsNotOffered
from suxin.tenancy.models import Tenant
from suxin_mini_program.answering import answer, newest_page, write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import Label
from suxin_mini_program.paging import Page, PageQuery
from suxin_mini_program.reading import AnyRequest, path_id, read_body
from suxin_mini_program.recipients import recipient_view
from suxin_mini_program.reference import BankView
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "信易+"


class TicketWanted(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Of which benefit, for how many, from which day, and on how many days."""

    perk_id: UUID
    day: date
    persons: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 1
    days: Annotated[int, msgspec.Meta(ge=1, le=MAX_DAYS)] = 1


class TicketTaken(msgspec.Struct, rename="camel", kw_only=True):
    """The ticket that was issued."""

    id: UUID


class TicketGivenBack(msgspec.Struct, rename="camel", kw_only=True):
    """Where the ticket stands now."""

    state: Label


class TicketView(msgspec.Struct, rename="camel", kw_only=True):
    """A ticket for ``persons`` admissions, of which ``used`` were told of so far; good from ``validFrom`` and before ``validUntil``."""

    id: UUID
    perk_id: UUID
    perk_name: str
    venue: str
    merchant: BankView
    label: str
    persons: int
    used: int
    state: Label
    valid_from: datetime
    valid_until: datetime
    issued_at: datetime


class TicketShown(msgspec.Struct, rename="camel", kw_only=True):
    """A ticket with the text that a gate reads (compact JWS, keys at ``/oauth/jwks``) and the same as a picture; null once it is good no more.

    ``serverTime`` is for a phone whose clock is off.
    """

    ticket: TicketView
    text: str | None
    qr: str | None
    server_time: datetime


TAKE: Final = Contract(
    tag=TAG,
    zh="领取景区门票：人人可享的待遇，不核验等级；断网也能检票",
    en="Take a ticket of an attraction: what everybody gets, no tier is weighed, and a gate reads it without a connection",
    body=TicketWanted,
    answer=TicketTaken,
    status=201,
    keyed=True,
    refusals=(
        NotFound,
        TicketsNotOffered,
        TicketDaysWrong,
        GroupTooLarge,
        ProgrammeNotOpen,
        PersonLimitReached,
        DayLimitReached,
        StockExhausted,
        BudgetExhausted,
    ),
)
TICKETS: Final = Contract(
    tag=TAG,
    zh="我的门票，最新在前",
    en="One's tickets, newest first",
    query=PageQuery,
    answer=Page[TicketView],
)
TICKET: Final = Contract(
    tag=TAG,
    zh="一张门票和它的二维码",
    en="One ticket with its code",
    answer=TicketShown,
    refusals=(NotFound,),
)


GIVE_BACK: Final = Contract(
    tag=TAG,
    zh="生效前退票：名额和次数恢复如前，检票名单随即更新",
    en="Give a ticket back before it is good: stock and limits are as before, and gates learn of it with their next list",
    answer=TicketGivenBack,
    keyed=True,
    refusals=(NotFound, TicketBegun, StepNotPossible),
)


@post("/tickets", status_code=201, opt=TAKE.opt)
async def open_ticket(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Take a ticket."""
    given, now = await read_body(request, TicketWanted), runtime.clock.now()
    wanted = Wanted(persons=given.persons, day=given.day, days=given.days)

    async def work(session: AsyncSession) -> msgspec.Struct:
        ticket = await take_ticket(
            session, actor, programme_id=given.perk_id, wanted=wanted, now=now
        )
        return TicketTaken(id=ticket.id)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@get("/tickets", opt=TICKETS.opt)
async def list_tickets(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List one's tickets."""
    return await newest_page(
        request,
        runtime,
        actor,
        own_tickets(actor),
        name="tickets",
        by=Ticket.id,
        view=lambda row: _view(row[0], row[1], row[2]),
    )


@get("/tickets/{ticket_id:str}", opt=TICKET.opt)
async def show_ticket(
    runtime: GivenRuntime, actor: GivenActor, ticket_id: FromPath[str]
) -> Response[bytes]:
    """Show one ticket."""
    wanted, now = path_id(ticket_id), runtime.clock.now()
    keys = await runtime.keys.at(now)
    async with runtime.database.snapshot(actor, now=now) as session:
        ticket, programme, merchant = await own_ticket(session, actor, wanted)
    good = ticket.left > 0 and now < ticket.valid_until
    text = ticket_text(ticket, keys=keys, now=now) if good else None
    # The coarsest code: a scratched phone in the sun shows it.
    code = None if text is None else segno.make(text, error="l", boost_error=False)
    return answer(
        TicketShown(
            ticket=_view(ticket, programme, merchant),
            text=text,
            qr=None if code is None else code.svg_data_uri(scale=4),
            server_time=now,
        )
    )


@post("/tickets/{ticket_id:str}/cancellation", status_code=200, opt=GIVE_BACK.opt)
async def give_back(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, ticket_id: FromPath[str]
) -> Response[bytes]:
    """Give a ticket back."""
    wanted, now = path_id(ticket_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        ticket = await give_ticket_back(session, actor, ticket_id=wanted, now=now)
        return TicketGivenBack(state=_state(ticket))

    return await write_once(request, runtime, actor, work)


def _state(ticket: Ticket) -> Label:
    return Label(ticket.state.value, ticket.state.zh, ticket.state.en)


def _view(ticket: Ticket, programme: Programme, merchant: Tenant | None) -> TicketView:
    return TicketView(
        id=ticket.id,
        perk_id=programme.id,
        perk_name=programme.name,
        venue=programme.venue,
        merchant=recipient_view(ticket.tenant_id, merchant),
        label=ticket.label,
        persons=ticket.persons,
        used=ticket.used,
        state=_state(ticket),
        valid_from=ticket.valid_from,
        valid_until=ticket.valid_until,
        issued_at=ticket.issued_at,
    )


HANDLERS: Final = (open_ticket, list_tickets, show_ticket, give_back)
