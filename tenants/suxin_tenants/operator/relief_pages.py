"""Notices of exemption at the credit office: those there are, filing one, and the second person's decision on its page.

Nobody whose records would be exempted is shown; how many there are is shown in whole fives.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.relief import commands, queries
from suxin.relief.models import NOTICES, DisasterNotice, NoticeState
from suxin.relief.policies import NOTICE_DECIDE, NOTICE_FILE, NOTICE_READ
from suxin.relief.refusals import NoticeNotCounted
from suxin_tenants.area_names import area_names
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


@get("/relief-notices")
async def show_notices(visit: GivenVisit) -> Answer:
    """Show the notices, newest first."""
    _DESK.require(visit)
    async with visit.reading() as session:
        notices = queries.own_notices(visit.actor)
        page = await read_page(session, visit.request, notices, DisasterNotice.id)
        places = {code for (one,) in page.rows for code in one.areas}
        context = {
            "page": page,
            "states": NOTICE_STATES,
            "areas": await area_names(session, places),
            "about": about,
            "may_file": visit.actor.may(NOTICE_FILE),
        }
        return await visit.page(session, "operator/relief_notices.html", context)


@get("/relief-notices/new")
async def show_new_notice(visit: GivenVisit) -> Answer:
    """Show the form in which a notice is filed."""
    return await _show_form(visit, Form({}), {})


@post("/relief-notices/new", status_code=200)
async def send_new_notice(visit: GivenVisit) -> Answer:
    """File a notice."""
    done = "已提出，待另一人审定"
    return await _DESK.put_in(visit, _draft, commands.propose_notice, done=done)


@get("/relief-notices/{notice_id:uuid}")
async def show_notice(visit: GivenVisit, notice_id: FromPath[UUID]) -> Answer:
    """Show one notice with the forms of whatever the staff member may do about it now."""
    return await _show(visit, notice_id, Form({}), {})


@get("/relief-notices/{notice_id:uuid}/document")
async def download_notice_document(visit: GivenVisit, notice_id: FromPath[UUID]) -> Answer:
    """Send the notice's document as a file."""
    return await _DESK.document(visit, queries.own_document, notice_id)


@post("/relief-notices/{notice_id:uuid}/withdraw", status_code=200)
async def send_withdrawal(visit: GivenVisit, notice_id: FromPath[UUID]) -> Answer:
    """Take a notice back."""

    async def step(session: AsyncSession, _: Form) -> object:
        return await commands.withdraw_notice(
            session, visit.actor, notice_id=notice_id, now=visit.now
        )

    return await _DESK.take(visit, notice_id, step, name="withdraw", done="已撤回")


@post("/relief-notices/{notice_id:uuid}/approve", status_code=200)
async def send_approval(visit: GivenVisit, notice_id: FromPath[UUID]) -> Answer:
    """Put a notice in force."""
    done = "公告已生效，记录将陆续豁免"
    return await _decide(visit, notice_id, granted=True, name="approve", done=done)


@post("/relief-notices/{notice_id:uuid}/reject", status_code=200)
async def send_rejection(visit: GivenVisit, notice_id: FromPath[UUID]) -> Answer:
    """Reject a notice."""
    return await _decide(visit, notice_id, granted=False, name="reject", done="未通过")


@post("/relief-notices/{notice_id:uuid}/ending", status_code=200)
async def send_ending(visit: GivenVisit, notice_id: FromPath[UUID]) -> Answer:
    """Ask that a notice ends."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await commands.ask_to_end(
            session, visit.actor, notice_id=notice_id, reason=form.text("reason"), now=visit.now
        )

    done = "已提出终止，待另一人审定"
    return await _DESK.take(visit, notice_id, step, name="ending", said="reason", done=done)


@post("/relief-notices/{notice_id:uuid}/end", status_code=200)
async def send_end(visit: GivenVisit, notice_id: FromPath[UUID]) -> Answer:
    """End a notice as was asked."""
    return await _answer(visit, notice_id, granted=True, name="end", done="公告已终止")


@post("/relief-notices/{notice_id:uuid}/go-on", status_code=200)
async def send_go_on(visit: GivenVisit, notice_id: FromPath[UUID]) -> Answer:
    """Let a notice go on, whose end was asked for."""
    return await _answer(visit, notice_id, granted=False, name="go_on", done="公告继续有效")


async def _decide(visit: Visit, notice_id: UUID, *, granted: bool, name: str, done: str) -> Answer:
    async def step(session: AsyncSession, form: Form) -> object:
        return await commands.decide_notice(
            session,
            visit.actor,
            notice_id=notice_id,
            granted=granted,
            answer=form.text("answer"),
            now=visit.now,
        )

    return await _DESK.take(
        visit, notice_id, step, name=name, said="answer", done=done, right=NOTICE_DECIDE
    )


async def _answer(visit: Visit, notice_id: UUID, *, granted: bool, name: str, done: str) -> Answer:
    async def step(session: AsyncSession, _: Form) -> object:
        return await commands.answer_ending(
            session, visit.actor, notice_id=notice_id, granted=granted, now=visit.now
        )

    return await _DESK.take(visit, notice_id, step, name=name, done=done, right=NOTICE_DECIDE)


def _draft(form: Form) -> commands.NoticeDraft | None:
    form.require("title", "authority", "reason", "fromOn", "toOn")
    from_on, to_on = form.optional_day("fromOn"), form.optional_day("toOn")
    ends_on = form.optional_day("endsOn")
    areas, categories = chosen_stricken(form)
    if form.errors or from_on is None or to_on is None:
        return None
    return commands.NoticeDraft(
        title=form.text("title"),
        authority=form.text("authority"),
        reason=form.text("reason"),
        areas=areas,
        categories=categories,
        from_on=from_on,
        to_on=to_on,
        ends_on=ends_on,
    )


async def _show_form(visit: Visit, typed: Form, errors: Mapping[str, str]) -> Answer:
    _DESK.require(visit, NOTICE_FILE)
    async with visit.reading() as session:
        own = await stricken_choices(session, typed)
        return await _DESK.form_page(visit, session, typed=typed, errors=errors, own=own)


async def _show(visit: Visit, notice_id: UUID, typed: Form, errors: Mapping[str, str]) -> Answer:
    _DESK.require(visit)
    async with visit.reading() as session:
        notice = await queries.own_notice(session, visit.actor, notice_id)
        counted = notice.counted or {}
        own = {
            "state": NOTICE_STATES[notice.state],
            "areas": await area_names(session, {*notice.areas, *counted}),
            "categories": category_words(notice.categories),
            "counted": counted,
            "about": about,
            **_ending(visit, notice),
        }
        people = (notice.ending_by, notice.ended_by)
        return await _DESK.page(
            visit, session, notice, typed=typed, errors=errors, own=own, people=people
        )


def _ending(visit: Visit, notice: DisasterNotice) -> dict[str, bool]:
    """Return which forms about its end the page of a notice in force has, where another must act; nothing for any other."""
    if notice.state is not NoticeState.IN_FORCE:
        return {"answering": False}
    asked, own = notice.ending_by is not None, notice.ending_by == visit.actor.own_staff
    return {
        "ending": visit.actor.may(NOTICE_FILE) and not asked,
        "answering": visit.actor.may(NOTICE_DECIDE) and asked and not own,
        "another": own,
    }


_DESK: Final = PaperDesk(
    kind=NOTICES,
    place="/desk/relief-notices",
    template="operator/relief_notice.html",
    form_template="operator/relief_notice_new.html",
    operation="relief",
    noun="notice",
    read=NOTICE_READ,
    file=NOTICE_FILE,
    decide=NOTICE_DECIDE,
    fields=("title", "authority", "reason", "areas", "categories", "fromOn", "toOn", "endsOn"),
    limits={"reason": commands.MAX_REASON},
    also_told=(NoticeNotCounted,),
    show_form=_show_form,
    show=_show,
)

HANDLERS: Final[list[ControllerRouterHandler]] = [
    show_notices,
    show_new_notice,
    send_new_notice,
    show_notice,
    download_notice_document,
    send_withdrawal,
    send_approval,
    send_rejection,
    send_ending,
    send_end,
    send_go_on,
]
