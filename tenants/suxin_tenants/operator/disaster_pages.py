"""Declared disasters at the credit office: those there are, entering one, the second person's confirmation, and what came of it.

Whose loans a disaster concerns is not shown; how many there are, of all banks together, is shown in whole fives.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.disasters import commands, queries
from suxin.disasters.models import DISASTERS, DeclaredDisaster
from suxin.disasters.policies import DISASTER_CONFIRM, DISASTER_DECLARE, DISASTER_READ
from suxin.disasters.states import WEATHER_ZH, DisasterState, Weather
from suxin.relief.commands import MAX_REASON
from suxin.relief.queries import proposed_from
from suxin_tenants.area_names import area_names
from suxin_tenants.disaster_words import DISASTER_STATES
from suxin_tenants.forms import Form
from suxin_tenants.operator.paper_desk import PaperDesk
from suxin_tenants.operator.relief_words import NOTICE_STATES, about
from suxin_tenants.operator.stricken_fields import (
    category_words,
    chosen_stricken,
    stricken_choices,
)
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit


@get("/disasters")
async def show_disasters(visit: GivenVisit) -> Answer:
    """Show the declared disasters, newest first."""
    _DESK.require(visit)
    async with visit.reading() as session:
        page = await read_page(
            session, visit.request, queries.own_disasters(visit.actor), DeclaredDisaster.id
        )
        places = {code for (one,) in page.rows for code in one.areas}
        context = {
            "page": page,
            "states": DISASTER_STATES,
            "weathers": WEATHER_ZH,
            "areas": await area_names(session, places),
            "may_declare": visit.actor.may(DISASTER_DECLARE),
        }
        return await visit.page(session, "operator/disasters.html", context)


@get("/disasters/new")
async def show_new_disaster(visit: GivenVisit) -> Answer:
    """Show the form in which a disaster is entered."""
    return await _show_form(visit, Form({}), {})


@post("/disasters/new", status_code=200)
async def send_new_disaster(visit: GivenVisit) -> Answer:
    """Enter a disaster."""
    done = "已录入，待另一人确认"
    return await _DESK.put_in(visit, _draft, commands.declare_disaster, done=done)


@get("/disasters/{disaster_id:uuid}")
async def show_disaster(visit: GivenVisit, disaster_id: FromPath[UUID]) -> Answer:
    """Show one disaster with what came of it, and the forms of whatever the staff member may do about it now."""
    return await _show(visit, disaster_id, Form({}), {})


@get("/disasters/{disaster_id:uuid}/document")
async def download_disaster_document(visit: GivenVisit, disaster_id: FromPath[UUID]) -> Answer:
    """Send the declaration's document as a file."""
    return await _DESK.document(visit, queries.own_disaster_document, disaster_id)


@post("/disasters/{disaster_id:uuid}/withdraw", status_code=200)
async def send_disaster_withdrawal(visit: GivenVisit, disaster_id: FromPath[UUID]) -> Answer:
    """Take a declaration back."""

    async def step(session: AsyncSession, _: Form) -> object:
        return await commands.withdraw_disaster(
            session, visit.actor, disaster_id=disaster_id, now=visit.now
        )

    return await _DESK.take(visit, disaster_id, step, name="withdraw", done="已撤回")


@post("/disasters/{disaster_id:uuid}/confirm", status_code=200)
async def send_confirmation(visit: GivenVisit, disaster_id: FromPath[UUID]) -> Answer:
    """Confirm a disaster."""
    done = "已确认，平台将提出豁免公告和续贷建议"
    return await _decide(visit, disaster_id, granted=True, name="confirm", done=done)


@post("/disasters/{disaster_id:uuid}/reject", status_code=200)
async def send_disaster_rejection(visit: GivenVisit, disaster_id: FromPath[UUID]) -> Answer:
    """Reject a declaration."""
    return await _decide(visit, disaster_id, granted=False, name="reject", done="未确认")


@post("/disasters/{disaster_id:uuid}/revoke", status_code=200)
async def send_revocation(visit: GivenVisit, disaster_id: FromPath[UUID]) -> Answer:
    """Revoke a confirmed disaster."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await commands.revoke_disaster(
            session,
            visit.actor,
            disaster_id=disaster_id,
            reason=form.text("reason"),
            now=visit.now,
        )

    return await _DESK.take(
        visit, disaster_id, step, name="revoke", said="reason", done="已撤销，未决的建议随之撤销"
    )


async def _decide(
    visit: Visit, disaster_id: UUID, *, granted: bool, name: str, done: str
) -> Answer:
    async def step(session: AsyncSession, form: Form) -> object:
        return await commands.decide_disaster(
            session,
            visit.actor,
            disaster_id=disaster_id,
            granted=granted,
            answer=form.text("answer"),
            now=visit.now,
        )

    return await _DESK.take(
        visit, disaster_id, step, name=name, said="answer", done=done, right=DISASTER_CONFIRM
    )


def _draft(form: Form) -> commands.DisasterDraft | None:
    form.require("title", "authority", "documentNumber", "reason")
    weather = form.choice("weather", Weather)
    from_on, to_on = form.day("fromOn"), form.day("toOn")
    areas, categories = chosen_stricken(form)
    if form.errors or weather is None or from_on is None or to_on is None:
        return None
    return commands.DisasterDraft(
        weather=weather,
        title=form.text("title"),
        authority=form.text("authority"),
        document_number=form.text("documentNumber"),
        reason=form.text("reason"),
        areas=areas,
        categories=categories,
        from_on=from_on,
        to_on=to_on,
    )


async def _show_form(visit: Visit, typed: Form, errors: Mapping[str, str]) -> Answer:
    _DESK.require(visit, DISASTER_DECLARE)
    async with visit.reading() as session:
        own = {
            "weathers": [(one.value, zh) for one, zh in WEATHER_ZH.items()],
            **await stricken_choices(session, typed),
        }
        return await _DESK.form_page(visit, session, typed=typed, errors=errors, own=own)


async def _show(visit: Visit, disaster_id: UUID, typed: Form, errors: Mapping[str, str]) -> Answer:
    _DESK.require(visit)
    async with visit.reading() as session:
        disaster = await queries.own_disaster(session, visit.actor, disaster_id)
        notice = await proposed_from(session, disaster.source)
        own = {
            "state": DISASTER_STATES[disaster.state],
            "weather": WEATHER_ZH[disaster.weather],
            "areas": await area_names(session, disaster.areas),
            "categories": category_words(disaster.categories),
            "followed": disaster.state in (DisasterState.CONFIRMED, DisasterState.REVOKED),
            "notice": notice,
            "notice_state": None if notice is None else NOTICE_STATES[notice.state],
            "about": about,
        }
        people = (disaster.revoked_by,)
        return await _DESK.page(
            visit, session, disaster, typed=typed, errors=errors, own=own, people=people
        )


_DESK: Final = PaperDesk(
    kind=DISASTERS,
    place="/desk/disasters",
    template="operator/disaster.html",
    form_template="operator/disaster_new.html",
    operation="disasters",
    noun="disaster",
    read=DISASTER_READ,
    file=DISASTER_DECLARE,
    decide=DISASTER_CONFIRM,
    filing="declare",
    fields=(
        "weather",
        "title",
        "authority",
        "documentNumber",
        "reason",
        "areas",
        "categories",
        "fromOn",
        "toOn",
    ),
    limits={"reason": MAX_REASON},
    show_form=_show_form,
    show=_show,
)

HANDLERS: Final[list[ControllerRouterHandler]] = [
    show_disasters,
    show_new_disaster,
    send_new_disaster,
    show_disaster,
    download_disaster_document,
    send_disaster_withdrawal,
    send_confirmation,
    send_disaster_rejection,
    send_revocation,
]
