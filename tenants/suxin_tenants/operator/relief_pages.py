"""Notices of exemption at the credit office: those there are, filing one, and the second person's decision on its page.

Nobody whose records would be exempted is shown; how many there are is shown in whole fives.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.notice_texts import CATEGORY_ZH
from suxin.kernel.actor import Permission
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealed_documents import MAX_DOCUMENT_BYTES, SentFile, opened_content
from suxin.places.models import CITY_CODE
from suxin.relief import commands, queries
from suxin.relief.models import CATEGORIES, DOCUMENT, DOCUMENT_KEY, DisasterNotice, NoticeState
from suxin.relief.policies import NOTICE_DECIDE, NOTICE_FILE, NOTICE_READ
from suxin.subjects.models import DataCategory
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin_tenants.area_names import area_names, counties_with_towns
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

PLACE: Final = "/desk/relief-notices"
_FILED: Final = ("title", "authority", "reason", "areas", "categories", "fromOn", "toOn", "endsOn")
_RENAMED: Final = {"content": "paper", "name": "paper"}
_STEPS: Final = ("answer", "reason")
# Who may not is told on the page, because another of his house may; so is that the count is not there yet.
_TOLD_THERE: Final = frozenset(
    {"DISASTER_NOTICE_SECOND_PERSON", "DISASTER_NOTICE_NOT_COUNTED", "DISASTER_NOTICE_NOT_HERE"}
)
_Step = Callable[[AsyncSession, Form], Awaitable[object]]


@get("/relief-notices")
async def show_notices(visit: GivenVisit) -> Answer:
    """Show the notices, newest first."""
    _require(visit)
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
    return await _show_form(visit, Form({}), {}, status=200)


@post("/relief-notices/new", status_code=200)
async def send_new_notice(visit: GivenVisit) -> Answer:
    """File a notice."""
    _require(visit)
    visit.actor.require(NOTICE_FILE)
    form, sent = await visit.form_with_bytes("paper")
    draft = _draft(form, sent)
    if draft is None or sent is None:
        return await _show_form(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        notice = await commands.propose_notice(
            session,
            visit.actor,
            draft=draft,
            paper=sent,
            sealer=visit.runtime.sealer,
            now=visit.now,
        )
        return {"id": str(notice.id)}

    try:
        made = await visit.once(form, "relief.file", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, _RENAMED, (*_FILED, "paper"))
        return await _show_form(visit, form, errors, status=422)
    return visit.go(f"{PLACE}/{made['id']}", "已提出，待另一人审定")


@get("/relief-notices/{notice_id:uuid}")
async def show_notice(visit: GivenVisit, notice_id: FromPath[UUID]) -> Answer:
    """Show one notice with the forms of whatever the staff member may do about it now."""
    return await _show(visit, notice_id, Form({}), {}, status=200)


@get("/relief-notices/{notice_id:uuid}/document")
async def download_notice_document(visit: GivenVisit, notice_id: FromPath[UUID]) -> Answer:
    """Send the notice's document as a file."""
    _require(visit)
    async with visit.reading() as session:
        notice = await queries.own_document(session, visit.actor, notice_id)
        content = opened_content(
            visit.runtime.sealer, notice, purpose=DOCUMENT, key_purpose=DOCUMENT_KEY
        )
        return sent_paper(notice, content)


@post("/relief-notices/{notice_id:uuid}/withdraw", status_code=200)
async def send_withdrawal(visit: GivenVisit, notice_id: FromPath[UUID]) -> Answer:
    """Take a notice back."""

    async def step(session: AsyncSession, _: Form) -> object:
        return await commands.withdraw_notice(
            session, visit.actor, notice_id=notice_id, now=visit.now
        )

    return await _take(visit, notice_id, step, name="withdraw", done="已撤回")


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
    return await _take(visit, notice_id, step, name="ending", said="reason", done=done)


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

    return await _take(
        visit, notice_id, step, name=name, said="answer", done=done, right=NOTICE_DECIDE
    )


async def _answer(visit: Visit, notice_id: UUID, *, granted: bool, name: str, done: str) -> Answer:
    async def step(session: AsyncSession, _: Form) -> object:
        return await commands.answer_ending(
            session, visit.actor, notice_id=notice_id, granted=granted, now=visit.now
        )

    return await _take(visit, notice_id, step, name=name, done=done, right=NOTICE_DECIDE)


async def _take(
    visit: Visit,
    notice_id: UUID,
    step: _Step,
    *,
    name: str,
    done: str,
    said: str | None = None,
    right: Permission = NOTICE_FILE,
) -> Answer:
    """Take one step of a notice by its form, whose field ``said`` must hold something."""
    _require(visit)
    visit.actor.require(right)
    form = await visit.form()
    if said is not None:
        form.require(said)
    if form.errors:
        return await _show(visit, notice_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await step(session, form)
        return {}

    try:
        await visit.once(form, f"relief.{name}", work, notice=notice_id)
    except Refusal as refusal:
        if not (can_be_set_right(refusal) or refusal.code in _TOLD_THERE):
            raise
        errors = errors_of(refusal, {}, _STEPS)
        return await _show(visit, notice_id, form, errors, status=422)
    return visit.go(f"{PLACE}/{notice_id}", done)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(NOTICE_READ)


def _draft(form: Form, sent: SentFile | None) -> commands.NoticeDraft | None:
    form.require("title", "authority", "reason", "fromOn", "toOn")
    days = {name: _day(form, name) for name in ("fromOn", "toOn", "endsOn")}
    categories = form.choices("categories", DataCategory)
    areas = form.texts("areas")
    for name, chosen in (("areas", areas), ("categories", categories)):
        if not chosen:
            form.fail(name, "请选择")
    if sent is None:
        form.fail("paper", "请选择文件")
    from_on, to_on = days["fromOn"], days["toOn"]
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
        ends_on=days["endsOn"],
    )


def _day(form: Form, name: str) -> date | None:
    typed = form.text(name)
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        form.fail(name, "日期形如 2026-11-20")
        return None


async def _show_form(
    visit: Visit, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    visit.actor.require(NOTICE_FILE)
    async with visit.reading() as session:
        counties, towns = await counties_with_towns(session)
        context = {
            "typed": typed,
            "errors": errors,
            "counties": counties,
            "towns": towns,
            "in_towns": any(len(code) > len(CITY_CODE) for code in typed.texts("areas")),
            "categories": [(one.value, CATEGORY_ZH[one]) for one in CATEGORIES],
            "limits": commands,
            "max_mib": MAX_DOCUMENT_BYTES // 1024**2,
        }
        return await visit.page(session, "operator/relief_notice_new.html", context, status=status)


async def _show(
    visit: Visit, notice_id: UUID, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        notice = await queries.own_notice(session, visit.actor, notice_id)
        people = [notice.filed_by, notice.decided_by, notice.ending_by, notice.ended_by]
        counted = notice.counted or {}
        context = {
            "notice": notice,
            "state": NOTICE_STATES[notice.state],
            "areas": await area_names(session, {*notice.areas, *counted}),
            "categories": [CATEGORY_ZH[DataCategory(one)] for one in notice.categories],
            "names": await staff_names(
                session, visit.actor.own_tenant, [one for one in people if one is not None]
            ),
            "counted": counted,
            "about": about,
            "typed": typed,
            "errors": errors,
            "limits": commands,
            **_forms(visit, notice),
        }
        return await visit.page(session, "operator/relief_notice.html", context, status=status)


def _forms(visit: Visit, notice: DisasterNotice) -> dict[str, bool]:
    """Return which forms the page has for the staff member, and whether another must act."""
    staff_id = visit.actor.own_staff
    files, decides = visit.actor.may(NOTICE_FILE), visit.actor.may(NOTICE_DECIDE)
    proposed = notice.state is NoticeState.PROPOSED
    in_force = notice.state is NoticeState.IN_FORCE
    asked = in_force and notice.ending_by is not None
    return {
        "withdrawing": files and proposed,
        "deciding": decides and proposed and notice.filed_by != staff_id,
        "ending": files and in_force and not asked,
        "answering": decides and asked and notice.ending_by != staff_id,
        "another": (proposed and notice.filed_by == staff_id)
        or (asked and notice.ending_by == staff_id),
    }


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
