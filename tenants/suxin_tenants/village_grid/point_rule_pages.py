"""A village's rules at its desk: versions, templates, the editor with its check, adoption and confirmation."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries, rule_sets
from suxin.grid.minutes import Minutes
from suxin.grid.models import RuleSet
from suxin.grid.policies import RULE_CONFIRM, RULE_MANAGE
from suxin.grid.rules import RuleBook
from suxin.grid.states import CapScope, Claimant, Evidence, Meeting, Period, RuleTopic
from suxin.grid.templates import TEMPLATES, template_named
from suxin.kernel.refusals import Refusal
from suxin_tenants.forms import Form, options
from suxin_tenants.paging import read_page
from suxin_tenants.village_grid.point_pages import require, rights
from suxin_tenants.village_grid.point_rule_form import (
    FIELDS,
    shown,
    typed_rule,
    values_of,
    with_rule,
    without_rule,
)
from suxin_tenants.village_grid.point_words import PLACE, RULE_SETS
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import said

_BOOK_FIELDS: Final = ("name", "noticeDays", "consequences")


@get("/points/rules")
async def show_rule_sets(visit: GivenVisit) -> Answer:
    """Show the versions of the village's rules, and the templates to begin with."""
    require(visit)
    async with visit.reading() as session:
        page = await read_page(
            session, visit.request, queries.own_rule_sets(visit.actor), RuleSet.id
        )
        context = {
            "page": page,
            "states": RULE_SETS,
            "templates": TEMPLATES,
            "may": rights(visit),
        }
        return await visit.page(session, "village_grid/rule_sets.html", context)


@post("/points/rules", status_code=200)
async def send_new_rule_set(visit: GivenVisit) -> Answer:
    """Draft a version from a template, or from another version."""
    require(visit, RULE_MANAGE)
    form = await visit.form()
    code, copied = form.text("template"), form.id("copied")

    async def work(session: AsyncSession) -> dict[str, Any]:
        if copied is not None:
            book = (await queries.own_rule_set(session, visit.actor, copied)).rules
        else:
            book = template_named(code).book
        drafted = await rule_sets.draft_rule_set(session, visit.actor, book=book, now=visit.now)
        return {"id": str(drafted.id)}

    result = await visit.once(form, "point.rules.draft", work)
    return visit.go(f"{PLACE}/rules/{result['id']}", "已建立草稿")


@get("/points/rules/{rule_set_id:uuid}")
async def show_rule_set(visit: GivenVisit, rule_set_id: FromPath[UUID]) -> Answer:
    """Show one version with its rules and the steps that are the visitor's."""
    return await _show(visit, rule_set_id, None, {}, status=200)


@get("/points/rules/{rule_set_id:uuid}/rule")
async def show_rule(visit: GivenVisit, rule_set_id: FromPath[UUID]) -> Answer:
    """Show the form of one rule of a draft, or of a new one."""
    require(visit, RULE_MANAGE)
    code = visit.request.query_params.get("code", "")
    async with visit.reading() as session:
        rule_set = await queries.own_rule_set(session, visit.actor, rule_set_id)
        values = values_of(rule_set.rules.rule(code))
        return await _rule_page(
            visit, session, rule_set, code, values=values, errors={}, status=200
        )


@post("/points/rules/{rule_set_id:uuid}/rule", status_code=200)
async def send_rule(visit: GivenVisit, rule_set_id: FromPath[UUID]) -> Answer:
    """Change, add or leave out one rule of a draft; the check reads it before it is kept."""
    require(visit, RULE_MANAGE)
    form = await visit.form()
    before = form.text("before")
    leave_out = form.text("then") == "leave-out"
    rule = None if leave_out else typed_rule(form, before)
    if rule is None and not leave_out:
        return await _again(visit, rule_set_id, before, form, form.errors)

    async def work(session: AsyncSession) -> dict[str, Any]:
        book = (await queries.own_rule_set(session, visit.actor, rule_set_id)).rules
        changed = (
            without_rule(book, before) if rule is None else with_rule(book, rule, replaces=before)
        )
        await rule_sets.edit_rule_set(
            session, visit.actor, rule_set_id=rule_set_id, book=changed, now=visit.now
        )
        return {}

    try:
        await visit.once(form, "point.rules.rule", work, rule_set=rule_set_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _again(visit, rule_set_id, before, form, _beside(refusal))
    return visit.go(f"{PLACE}/rules/{rule_set_id}", "已保存，检查通过")


def _beside(refusal: Refusal) -> dict[str, str]:
    """Return a refusal by the form's field: a rule's own is named ``rules.<number>.<field>``."""
    parts = (refusal.field or "").split(".")
    field = parts[2] if parts[0] == "rules" and len(parts) > 2 else ""  # noqa: PLR2004 - as said above
    return {field if field in FIELDS else "": said(refusal, beside=field in FIELDS)}


async def _again(
    visit: Visit, rule_set_id: UUID, code: str, form: Form, errors: Mapping[str, str]
) -> Answer:
    async with visit.reading() as session:
        rule_set = await queries.own_rule_set(session, visit.actor, rule_set_id)
        return await _rule_page(
            visit, session, rule_set, code, values=shown(form), errors=errors, status=422
        )


async def _rule_page(
    visit: Visit,
    session: AsyncSession,
    rule_set: RuleSet,
    code: str,
    *,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    status: int,
) -> Answer:
    context = {
        "rule_set": rule_set,
        "code": code,
        "values": values,
        "errors": errors,
        "topics": options(RuleTopic),
        "evidence": options(Evidence),
        "claimants": options(Claimant),
        "scopes": options(CapScope),
        "periods": options(Period),
    }
    return await visit.page(session, "village_grid/rule_form.html", context, status=status)


Step = Callable[[AsyncSession, Visit, UUID, Form], Awaitable[object]]


async def _edit_book(session: AsyncSession, visit: Visit, one: UUID, form: Form) -> None:
    book = (await queries.own_rule_set(session, visit.actor, one)).rules
    changed = msgspec.structs.replace(
        book,
        name=form.text("name"),
        consequences=form.text("consequences"),
        notice_days=form.whole("noticeDays"),
    )
    await rule_sets.edit_rule_set(
        session, visit.actor, rule_set_id=one, book=changed, now=visit.now
    )


async def _adopt(session: AsyncSession, visit: Visit, one: UUID, form: Form) -> None:
    await rule_sets.adopt_rule_set(
        session, visit.actor, rule_set_id=one, minutes=_minutes(form), now=visit.now
    )


def _minutes(form: Form) -> Minutes:
    return Minutes(
        meeting=form.choice("meeting", Meeting) or Meeting.HOUSEHOLDS,
        met_on=_day(form, "metOn"),
        entitled=form.whole("entitled"),
        present=form.whole("present"),
        in_favour=form.whole("inFavour"),
        kept_at=form.text("minutes"),
    )


def _day(form: Form, name: str) -> date:
    """Return a day; one that was not given reads like the last of days, which every check refuses."""
    try:
        return date.fromisoformat(form.text(name))
    except ValueError:
        form.fail(name, "请选择日期")
        return date.max


_STEPS: Final[Mapping[str, tuple[str, Step, tuple[str, ...]]]] = {
    "book": ("已保存，检查通过", _edit_book, _BOOK_FIELDS),
    "adopt": (
        "已登记表决结果，请另一人确认",
        _adopt,
        ("meeting", "metOn", "entitled", "present", "inFavour", "minutes"),
    ),
    "confirm": (
        "已确认",
        lambda session, visit, one, form: rule_sets.confirm_rule_set(
            session,
            visit.actor,
            rule_set_id=one,
            starts_on=_day(form, "startsOn"),
            now=visit.now,
        ),
        ("startsOn",),
    ),
    "return": (
        "已退回",
        lambda session, visit, one, form: rule_sets.return_rule_set(
            session, visit.actor, rule_set_id=one, reason=form.text("reason"), now=visit.now
        ),
        ("reason",),
    ),
    "drop": (
        "已作废",
        lambda session, visit, one, _: rule_sets.drop_rule_set(
            session, visit.actor, rule_set_id=one, now=visit.now
        ),
        (),
    ),
}


@post("/points/rules/{rule_set_id:uuid}/{step:str}", status_code=200)
async def send_rule_set_step(
    visit: GivenVisit, rule_set_id: FromPath[UUID], step: FromPath[str]
) -> Answer:
    """Change a draft's head, take down its adoption, confirm, return or drop it."""
    require(visit)
    back = f"{PLACE}/rules/{rule_set_id}"
    if step not in _STEPS:
        return visit.go(back)
    done, take, fields = _STEPS[step]
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await take(session, visit, rule_set_id, form)
        return {}

    try:
        await visit.once(form, f"point.rules.{step}", work, rule_set=rule_set_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = form.errors | errors_of(refusal, {}, fields)
        return await _show(visit, rule_set_id, form, errors, status=422)
    return visit.go(back, done)


async def _show(
    visit: Visit, rule_set_id: UUID, form: Form | None, errors: Mapping[str, str], *, status: int
) -> Answer:
    require(visit)
    async with visit.reading() as session:
        rule_set = await queries.own_rule_set(session, visit.actor, rule_set_id)
        book: RuleBook = rule_set.rules
        context = {
            "rule_set": rule_set,
            "book": book,
            "state": RULE_SETS[rule_set.state],
            "draft": rule_set.state.value == "DRAFT",
            "adopted": rule_set.state.value == "ADOPTED",
            "meetings": options(Meeting),
            "form": form or Form({}),
            "errors": errors,
            "may": rights(visit) | {"confirm": visit.actor.may(RULE_CONFIRM)},
        }
        return await visit.page(session, "village_grid/rule_set.html", context, status=status)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_rule_sets,
    send_new_rule_set,
    show_rule_set,
    show_rule,
    send_rule,
    send_rule_set_step,
)
