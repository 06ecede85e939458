"""Declared disasters at the credit office: those there are, entering one, the second person's confirmation, and what came of it.

Whose loans a disaster concerns is not shown; how many there are, of all banks together, is shown in whole fives.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.notice_texts import CATEGORY_ZH
from suxin.disasters import commands, queries
from suxin.disasters.models import DOCUMENT, DOCUMENT_KEY, DeclaredDisaster
from suxin.disasters.policies import DISASTER_CONFIRM, DISASTER_DECLARE, DISASTER_READ
from suxin.disasters.states import WEATHER_ZH, DisasterState, Weather
from suxin.kernel.actor import Permission
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealed_documents import MAX_DOCUMENT_BYTES, SentFile, opened_content
from suxin.places.models import CITY_CODE
from suxin.relief.models import CATEGORIES
from suxin.relief.queries import proposed_from
from suxin.subjects.models import DataCategory
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin_tenants.area_names import area_names, counties_with_towns
from suxin_tenants.disaster_words import DISASTER_STATES
from suxin_tenants.forms import Form
from suxin_tenants.operator.relief_words import NOTICE_STATES, about
from suxin_tenants.operator.sent_papers import sent_paper
from suxin_tenants.paging import read_page
from suxin_tenants.visits import (
    Answer,
    GivenVisit,
    Visit,
    can_be_set_right,
    errors_of,
)

PLACE: Final = "/desk/disasters"
_FILED: Final = (
    "weather",
    "title",
    "authority",
    "documentNumber",
    "reason",
    "areas",
    "categories",
    "fromOn",
    "toOn",
)
_RENAMED: Final = {"content": "paper", "name": "paper"}
_STEPS: Final = ("answer", "reason")
# Told on the page, because another of the house may, or what stands there shows why.
_TOLD_THERE: Final = frozenset({"DISASTER_SECOND_PERSON", "DISASTER_NOT_HERE"})
_Step = Callable[[AsyncSession, Form], Awaitable[object]]


@get("/disasters")
async def show_disasters(visit: GivenVisit) -> Answer:
    """Show the declared disasters, newest first."""
    _require(visit)
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
    return await _show_form(visit, Form({}), {}, status=200)


@post("/disasters/new", status_code=200)
async def send_new_disaster(visit: GivenVisit) -> Answer:
    """Enter a disaster."""
    _require(visit)
    visit.actor.require(DISASTER_DECLARE)
    form, sent = await visit.form_with_bytes("paper")
    draft = _draft(form, sent)
    if draft is None or sent is None:
        return await _show_form(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        disaster = await commands.declare_disaster(
            session,
            visit.actor,
            draft=draft,
            paper=sent,
            sealer=visit.runtime.sealer,
            now=visit.now,
        )
        return {"id": str(disaster.id)}

    try:
        made = await visit.once(form, "disasters.declare", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, _RENAMED, (*_FILED, "paper"))
        return await _show_form(visit, form, errors, status=422)
    return visit.go(f"{PLACE}/{made['id']}", "已录入，待另一人确认")


@get("/disasters/{disaster_id:uuid}")
async def show_disaster(visit: GivenVisit, disaster_id: FromPath[UUID]) -> Answer:
    """Show one disaster with what came of it, and the forms of whatever the staff member may do about it now."""
    return await _show(visit, disaster_id, Form({}), {}, status=200)


@get("/disasters/{disaster_id:uuid}/document")
async def download_disaster_document(visit: GivenVisit, disaster_id: FromPath[UUID]) -> Answer:
    """Send the declaration's document as a file."""
    _require(visit)
    async with visit.reading() as session:
        disaster = await queries.own_disaster_document(session, visit.actor, disaster_id)
        content = opened_content(
            visit.runtime.sealer, disaster, purpose=DOCUMENT, key_purpose=DOCUMENT_KEY
        )
        return sent_paper(disaster, content)


@post("/disasters/{disaster_id:uuid}/withdraw", status_code=200)
async def send_disaster_withdrawal(visit: GivenVisit, disaster_id: FromPath[UUID]) -> Answer:
    """Take a declaration back."""

    async def step(session: AsyncSession, _: Form) -> object:
        return await commands.withdraw_disaster(
            session, visit.actor, disaster_id=disaster_id, now=visit.now
        )

    return await _take(visit, disaster_id, step, name="withdraw", done="已撤回")


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

    return await _take(
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

    return await _take(
        visit, disaster_id, step, name=name, said="answer", done=done, right=DISASTER_CONFIRM
    )


async def _take(
    visit: Visit,
    disaster_id: UUID,
    step: _Step,
    *,
    name: str,
    done: str,
    said: str | None = None,
    right: Permission = DISASTER_DECLARE,
) -> Answer:
    """Take one step of a declaration by its form, whose field ``said`` must hold something."""
    _require(visit)
    visit.actor.require(right)
    form = await visit.form()
    if said is not None:
        form.require(said)
    if form.errors:
        return await _show(visit, disaster_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await step(session, form)
        return {}

    try:
        await visit.once(form, f"disasters.{name}", work, disaster=disaster_id)
    except Refusal as refusal:
        if not (can_be_set_right(refusal) or refusal.code in _TOLD_THERE):
            raise
        errors = errors_of(refusal, {}, _STEPS)
        return await _show(visit, disaster_id, form, errors, status=422)
    return visit.go(f"{PLACE}/{disaster_id}", done)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(DISASTER_READ)


def _draft(form: Form, sent: SentFile | None) -> commands.DisasterDraft | None:
    form.require("title", "authority", "documentNumber", "reason")
    weather = form.choice("weather", Weather)
    from_on, to_on = form.day("fromOn"), form.day("toOn")
    categories, areas = form.choices("categories", DataCategory), form.texts("areas")
    for name, chosen in (("areas", areas), ("categories", categories)):
        if not chosen:
            form.fail(name, "请选择")
    if sent is None:
        form.fail("paper", "请选择文件")
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


async def _show_form(
    visit: Visit, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    visit.actor.require(DISASTER_DECLARE)
    async with visit.reading() as session:
        counties, towns = await counties_with_towns(session)
        context = {
            "typed": typed,
            "errors": errors,
            "counties": counties,
            "towns": towns,
            "in_towns": any(len(code) > len(CITY_CODE) for code in typed.texts("areas")),
            "weathers": [(one.value, zh) for one, zh in WEATHER_ZH.items()],
            "categories": [(one.value, CATEGORY_ZH[one]) for one in CATEGORIES],
            "limits": commands,
            "max_mib": MAX_DOCUMENT_BYTES // 1024**2,
        }
        return await visit.page(session, "operator/disaster_new.html", context, status=status)


async def _show(
    visit: Visit, disaster_id: UUID, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        disaster = await queries.own_disaster(session, visit.actor, disaster_id)
        notice = await proposed_from(session, disaster.source)
        people = [disaster.filed_by, disaster.decided_by, disaster.revoked_by]
        context = {
            "disaster": disaster,
            "state": DISASTER_STATES[disaster.state],
            "weather": WEATHER_ZH[disaster.weather],
            "areas": await area_names(session, disaster.areas),
            "categories": [CATEGORY_ZH[DataCategory(one)] for one in disaster.categories],
            "notice": notice,
            "notice_state": None if notice is None else NOTICE_STATES[notice.state],
            "names": await staff_names(
                session, visit.actor.own_tenant, [one for one in people if one is not None]
            ),
            "about": about,
            "typed": typed,
            "errors": errors,
            "limits": commands,
            **_forms(visit, disaster),
        }
        return await visit.page(session, "operator/disaster.html", context, status=status)


def _forms(visit: Visit, disaster: DeclaredDisaster) -> dict[str, bool]:
    """Return which forms the page has for the staff member, whether another must act, and whether anything was to follow."""
    declares, confirms = visit.actor.may(DISASTER_DECLARE), visit.actor.may(DISASTER_CONFIRM)
    waits = disaster.state is DisasterState.DECLARED
    own = disaster.filed_by == visit.actor.own_staff
    return {
        "withdrawing": declares and waits,
        "deciding": confirms and waits and not own,
        "revoking": declares and disaster.state is DisasterState.CONFIRMED,
        "another": waits and own,
        "followed": disaster.state in (DisasterState.CONFIRMED, DisasterState.REVOKED),
    }


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
