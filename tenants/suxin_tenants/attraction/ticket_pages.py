"""An attraction's tickets: handed out to whoever shows no phone, looked at, cancelled, and what its gates let in twice."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import segno
from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin.perks.limits import MAX_REASON
from suxin.perks.models import Programme
from suxin.perks.policies import REDEMPTION_GRANT, REDEMPTION_READ
from suxin.perks.queries import own_programmes
from suxin.perks.states import ProgrammeState, Sector
from suxin.perks.tickets import queries
from suxin.perks.tickets.artefacts import ticket_text
from suxin.perks.tickets.issuing import Wanted, cancel_ticket, hand_ticket
from suxin.perks.tickets.models import Ticket, TicketSpend
from suxin.perks.tickets.policies import MAX_DAYS
from suxin.perks.tickets.states import SpendVerdict, TicketState
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

PLACE: Final = "/desk/tickets"
MAX_CHOICES: Final = 100
"""How many programmes the form chooses of."""

STATES: Final[Mapping[TicketState, Said]] = {
    TicketState.ISSUED: ("未使用", "info"),
    TicketState.PART_USED: ("部分使用", "warn"),
    TicketState.USED: ("已使用", "good"),
    TicketState.CANCELLED: ("已作废", "plain"),
    TicketState.EXPIRED: ("已过期", "plain"),
}
VERDICTS: Final[Mapping[SpendVerdict, Said]] = {
    SpendVerdict.ACCEPTED: ("已入园", "good"),
    SpendVerdict.DOUBLE_SPEND: ("重复入园", "bad"),
    SpendVerdict.EXPIRED: ("不在有效期", "warn"),
    SpendVerdict.CANCELLED: ("已作废", "warn"),
    SpendVerdict.FORGED: ("非本景区门票", "bad"),
}
_SHOWN: Final = {"all": "全部", "double": "重复入园"}
_FIELDS: Final = ("programmeId", "persons", "day", "days")


@get("/tickets")
async def show_tickets(visit: GivenVisit) -> Answer:
    """Show the tickets, or what was let in twice, newest first."""
    _require(visit)
    shown = visit.request.query_params.get("show", "all")
    shown = shown if shown in _SHOWN else "all"
    async with visit.reading() as session:
        if shown == "double":
            page = await read_page(
                session,
                visit.request,
                queries.spends_found(visit.actor, SpendVerdict.DOUBLE_SPEND),
                TicketSpend.id,
                kept={"show": shown},
            )
        else:
            page = await read_page(
                session,
                visit.request,
                queries.tickets_of(visit.actor),
                Ticket.id,
                kept={"show": shown},
            )
        context = {
            "page": page,
            "tabs": list(_SHOWN.items()),
            "shown": shown,
            "states": STATES,
            "may_hand": visit.actor.may(REDEMPTION_GRANT),
        }
        return await visit.page(session, "perks/tickets.html", context)


@get("/tickets/new")
async def show_new_ticket(visit: GivenVisit) -> Answer:
    """Show the form by which a ticket is handed out."""
    return await _form(visit, Form({}), status=200)


@post("/tickets/new", status_code=200)
async def send_new_ticket(visit: GivenVisit) -> Answer:
    """Hand a ticket out, or show the form again with what is wrong with it."""
    _require(visit, granting=True)
    form = await visit.form()
    form.require("programmeId", "day")
    chosen, day = form.id("programmeId"), _day(form)
    # One person on one day, unless said otherwise.
    persons = form.whole("persons") if form.text("persons") else 1
    days = form.whole("days") if form.text("days") else 1
    if chosen is None or day is None or form.errors:
        return await _form(visit, form, status=422)
    programme_id, wanted = chosen, Wanted(persons=persons, day=day, days=days)

    async def work(session: AsyncSession) -> dict[str, Any]:
        ticket = await hand_ticket(
            session, visit.actor, programme_id=programme_id, wanted=wanted, now=visit.world_now
        )
        return {"id": str(ticket.id)}

    try:
        made = await visit.once(form, "perk.ticket", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        for name, message in errors_of(refusal, {}, _FIELDS).items():
            form.fail(name, message)
        return await _form(visit, form, status=422)
    return visit.go(f"{PLACE}/{made['id']}", "已出票")


@get("/tickets/{ticket_id:uuid}")
async def show_ticket(visit: GivenVisit, ticket_id: FromPath[UUID]) -> Answer:
    """Show one ticket with its code to be printed, and what the gates recorded about it."""
    _require(visit)
    keys = await visit.runtime.keys.at(visit.now)
    async with visit.reading() as session:
        ticket, programme = await queries.ticket_at(session, visit.actor, ticket_id)
        text = ticket_text(ticket, keys=keys, now=visit.now) if ticket.left else None
        # Only what is nobody's is shown at the desk: a resident's ticket is on his own phone.
        handed = ticket.issued_by is not None
        code = segno.make(text, error="l", boost_error=False) if text and handed else None
        context = {
            "ticket": ticket,
            "programme": programme,
            "state": STATES[ticket.state],
            "text": text,
            "qr": None if code is None else code.svg_data_uri(scale=4),
            "spends": await queries.spends_of(session, visit.actor, ticket_id),
            "verdicts": VERDICTS,
            "may_cancel": visit.actor.may(REDEMPTION_GRANT) and ticket.state is TicketState.ISSUED,
            "max_reason": MAX_REASON,
        }
        return await visit.page(session, "perks/ticket.html", context)


@post("/tickets/{ticket_id:uuid}/cancel", status_code=200)
async def send_cancel(visit: GivenVisit, ticket_id: FromPath[UUID]) -> Answer:
    """Cancel a ticket that nobody used."""
    _require(visit, granting=True)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await cancel_ticket(
            session,
            visit.actor,
            ticket_id=ticket_id,
            reason=form.text("reason"),
            now=visit.world_now,
        )
        return {}

    back = f"{PLACE}/{ticket_id}"
    return await visit.press("perk.ticket_cancel", work, back=back, done="已作废", ticket=ticket_id)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_tickets,
    show_new_ticket,
    send_new_ticket,
    show_ticket,
    send_cancel,
)


def _day(form: Form) -> date | None:
    """Read the first day, or note beside its field that it is none."""
    typed = form.text("day")
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        form.fail("day", "请填写日期")
        return None


async def _form(visit: Visit, form: Form, *, status: int) -> Answer:
    _require(visit, granting=True)
    async with visit.reading() as session:
        published = own_programmes(visit.actor, state=ProgrammeState.PUBLISHED)
        found = await session.scalars(
            published.where(Programme.sector == Sector.TOUR).limit(MAX_CHOICES)
        )
        context = {
            "form": form,
            "programmes": [(str(one.id), one.name) for one in found],
            "today": local_day(visit.world_now),
            "max_days": MAX_DAYS,
        }
        return await visit.page(session, "perks/ticket_form.html", context, status=status)


def _require(visit: Visit, *, granting: bool = False) -> None:
    visit.require_kind(TenantKind.ATTRACTION)
    visit.actor.require(REDEMPTION_GRANT if granting else REDEMPTION_READ)
