"""A merchant's or an attraction's programmes: the list, making one from a template, one programme with its results."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Permission
from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin.perks import publishing, queries
from suxin.perks.accounts import left_of
from suxin.perks.drafts import ProgrammeDraft
from suxin.perks.limits import closed_because
from suxin.perks.models import Programme
from suxin.perks.policies import PROGRAMME_MANAGE, PROGRAMME_READ
from suxin.perks.scenarios import scenarios_of
from suxin.perks.states import FunderKind, ProgrammeState, Sector
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import tenant_row
from suxin_tenants.area_names import area_names, county_options
from suxin_tenants.forms import Form, options
from suxin_tenants.paging import read_page
from suxin_tenants.perks.programme_form import (
    NAMES,
    ProgrammeValues,
    draft_of,
    fields_of,
    scenario_title,
    template_draft,
    typed_draft,
    typed_values,
    values_of,
)
from suxin_tenants.perks.tier_words import tier_words
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

PLACE: Final = "/desk/perks"
STATES: Final[Mapping[ProgrammeState, Said]] = {
    ProgrammeState.DRAFT: ("草稿", "plain"),
    ProgrammeState.SUBMITTED: ("待审批", "warn"),
    ProgrammeState.PUBLISHED: ("已发布", "good"),
    ProgrammeState.SUSPENDED: ("已暂停", "warn"),
    ProgrammeState.ENDED: ("已结束", "plain"),
}
TABS: Final[Mapping[str, tuple[str, frozenset[ProgrammeState]]]] = {
    "live": (
        "在用",
        frozenset({ProgrammeState.PUBLISHED, ProgrammeState.SUSPENDED, ProgrammeState.SUBMITTED}),
    ),
    "draft": ("草稿", frozenset({ProgrammeState.DRAFT})),
    "ended": ("已结束", frozenset({ProgrammeState.ENDED})),
    "all": ("全部", frozenset()),
}


@get("/perks")
async def show_programmes(visit: GivenVisit) -> Answer:
    """Show the tenant's programmes, newest first."""
    _require(visit)
    state = visit.request.query_params.get("state", "live")
    state = state if state in TABS else "live"
    async with visit.reading() as session:
        statement, states = queries.own_programmes(visit.actor), TABS[state][1]
        if states:
            statement = statement.where(Programme.state.in_(states))
        page = await read_page(
            session, visit.request, statement, Programme.id, kept={"state": state}
        )
        context = {
            "page": page,
            "tabs": [(key, zh) for key, (zh, _) in TABS.items()],
            "state": state,
            "states": STATES,
            "may_manage": visit.actor.may(PROGRAMME_MANAGE),
        }
        return await visit.page(session, "perks/programmes.html", context)


@get("/perks/templates")
async def show_templates(visit: GivenVisit) -> Answer:
    """Show the templates by the part of life that they belong to."""
    _require(visit, PROGRAMME_MANAGE)
    async with visit.reading() as session:
        groups = [(sector, scenarios_of(sector)) for sector in Sector]
        return await visit.page(session, "perks/templates.html", {"groups": groups})


@get("/perks/new")
async def show_new_programme(visit: GivenVisit) -> Answer:
    """Show the form of a programme as its template has it."""
    _require(visit, PROGRAMME_MANAGE)
    return await _show_form(visit, None, values_of(await _template(visit)), {}, status=200)


@post("/perks/new", status_code=200)
async def send_new_programme(visit: GivenVisit) -> Answer:
    """Write a draft, and publish it at once or submit it unless it is only to be kept."""
    _require(visit, PROGRAMME_MANAGE)
    return await _send(visit, None, await _template(visit))


@get("/perks/{programme_id:uuid}")
async def show_programme(visit: GivenVisit, programme_id: FromPath[UUID]) -> Answer:
    """Show one programme: its benefits, limits, what is left, and what became of it."""
    _require(visit)
    async with visit.reading() as session:
        programme = await queries.own_programme(session, visit.actor, programme_id)
        closed = closed_because(programme, now=visit.world_now)
        context = {
            "programme": programme,
            "state": STATES[programme.state],
            "scenario": scenario_title(programme.scenario_code),
            "offers": programme.offers_read,
            "fallback": programme.fallback_read,
            "tiers": await tier_words(session, (offer.gate for offer in programme.offers_read)),
            "areas": await area_names(session, programme.areas),
            "left": await left_of(session, programme),
            "results": await queries.results_of(session, visit.actor, programme.id),
            "closed": None if closed is None else closed[0],
            "may_manage": visit.actor.may(PROGRAMME_MANAGE),
            "of_city": programme.funder is FunderKind.CITY,
        }
        return await visit.page(session, "perks/programme.html", context)


@get("/perks/{programme_id:uuid}/edit")
async def show_edit_programme(visit: GivenVisit, programme_id: FromPath[UUID]) -> Answer:
    """Show the form of a draft."""
    _require(visit, PROGRAMME_MANAGE)
    programme = await _own(visit, programme_id)
    if programme.state is not ProgrammeState.DRAFT:
        return visit.go(f"{PLACE}/{programme_id}", "只有草稿可以修改", good=False)
    return await _show_form(visit, programme_id, values_of(draft_of(programme)), {}, status=200)


@post("/perks/{programme_id:uuid}/edit", status_code=200)
async def send_edit_programme(visit: GivenVisit, programme_id: FromPath[UUID]) -> Answer:
    """Change a draft, and publish it at once or submit it unless it is only to be kept."""
    _require(visit, PROGRAMME_MANAGE)
    return await _send(visit, programme_id, draft_of(await _own(visit, programme_id)))


Step = Callable[[AsyncSession, Visit, UUID, Form], Awaitable[object]]
_STEPS: Final[Mapping[str, tuple[str, Step]]] = {
    "publish": (
        "已发布",
        lambda session, visit, one, _: publishing.publish_programme(
            session, visit.actor, programme_id=one, now=visit.now
        ),
    ),
    "submit": (
        "已提交审批",
        lambda session, visit, one, _: publishing.submit_programme(
            session, visit.actor, programme_id=one, now=visit.now
        ),
    ),
    "take-back": (
        "已撤回审批",
        lambda session, visit, one, _: publishing.return_programme(
            session, visit.actor, programme_id=one, reason="商户撤回", now=visit.now
        ),
    ),
    "suspend": (
        "已暂停",
        lambda session, visit, one, form: publishing.suspend_programme(
            session, visit.actor, programme_id=one, reason=form.text("reason"), now=visit.now
        ),
    ),
    "resume": (
        "已恢复",
        lambda session, visit, one, _: publishing.resume_programme(
            session, visit.actor, programme_id=one, now=visit.now
        ),
    ),
    "end": (
        "已结束",
        lambda session, visit, one, _: publishing.end_programme(
            session, visit.actor, programme_id=one, now=visit.now
        ),
    ),
}


@post("/perks/{programme_id:uuid}/{step:str}", status_code=200)
async def send_step(visit: GivenVisit, programme_id: FromPath[UUID], step: FromPath[str]) -> Answer:
    """Publish, submit, take back, suspend, resume or end a programme."""
    _require(visit, PROGRAMME_MANAGE)
    back = f"{PLACE}/{programme_id}"
    if step not in _STEPS:
        return visit.go(back)
    done, take = _STEPS[step]
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await take(session, visit, programme_id, form)
        return {}

    return await visit.press(f"perk.{step}", work, back=back, done=done, programme=programme_id)


async def _send(visit: Visit, programme_id: UUID | None, before: ProgrammeDraft) -> Answer:
    form = await visit.form()
    draft = typed_draft(form, before)
    values = typed_values(form, values_of(before))
    if draft is None:
        return await _show_form(visit, programme_id, values, form.errors, status=422)
    keep = form.text("then") == "keep"

    async def work(session: AsyncSession) -> dict[str, Any]:
        written = await _write(session, visit, programme_id, draft)
        if not keep:
            await _hand_on(session, visit, written)
        return {"id": str(written.id)}

    try:
        result = await visit.once(form, "perk.write", work, programme=programme_id or "")
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, NAMES, fields_of(values))
        return await _show_form(visit, programme_id, values, errors, status=422)
    of_city = draft.funder is FunderKind.CITY
    news = "已存为草稿" if keep else ("已提交审批" if of_city else "已发布")
    return visit.go(f"{PLACE}/{result['id']}", news)


async def _write(
    session: AsyncSession, visit: Visit, programme_id: UUID | None, draft: ProgrammeDraft
) -> Programme:
    if programme_id is None:
        return await publishing.draft_programme(session, visit.actor, draft=draft, now=visit.now)
    return await publishing.edit_programme(
        session, visit.actor, programme_id=programme_id, draft=draft, now=visit.now
    )


async def _hand_on(session: AsyncSession, visit: Visit, programme: Programme) -> None:
    """Publish what was written; what spends the city's money goes to the operator first."""
    step = (
        publishing.submit_programme
        if programme.funder is FunderKind.CITY
        else publishing.publish_programme
    )
    await step(session, visit.actor, programme_id=programme.id, now=visit.now)


async def _show_form(
    visit: Visit,
    programme_id: UUID | None,
    values: ProgrammeValues,
    errors: Mapping[str, str],
    *,
    status: int,
) -> Answer:
    async with visit.reading() as session:
        context = {
            "programme_id": programme_id,
            "values": values,
            "errors": errors,
            "scenario": scenario_title(values.scenario_code),
            "counties": await county_options(session),
            "funders": options(FunderKind),
            "tiers": await tier_words(session, (row.gate for row in values.rows if row.gate)),
        }
        return await visit.page(session, "perks/programme_form.html", context, status=status)


async def _template(visit: Visit) -> ProgrammeDraft:
    async with visit.reading() as session:
        tenant = await tenant_row(session, visit.actor.own_tenant)
    return template_draft(
        visit.request.query_params.get("scenario", ""),
        funder_name=tenant.short_name,
        today=local_day(visit.world_now),
    )


async def _own(visit: Visit, programme_id: UUID) -> Programme:
    async with visit.reading() as session:
        return await queries.own_programme(session, visit.actor, programme_id)


def _require(visit: Visit, *more: Permission) -> None:
    visit.require_kind(TenantKind.MERCHANT, TenantKind.ATTRACTION)
    for permission in (PROGRAMME_READ, *more):
        visit.actor.require(permission)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_programmes,
    show_templates,
    show_new_programme,
    send_new_programme,
    show_programme,
    show_edit_programme,
    send_edit_programme,
    send_step,
)
