"""Ratings at a village's desk: its cycles with what is missing for the next level, and each cycle with its steps, entries and results.

A grade is all that is shown of anybody; what the panel voted, and any number, is nowhere here.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

import segno
from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin.rural import cycles, entering
from suxin.rural.models import RatingCycle
from suxin.rural.panel import LEAST_MEMBERS, LEAST_VOTES, MOST_MEMBERS
from suxin.rural.policies import FACT_STATE, RATING_CHECK, RATING_MANAGE, RATING_READ, RATING_VOTE
from suxin.rural.queries import areas
from suxin.rural.queries import cycles as queries
from suxin.rural.rollup import due_on
from suxin.rural.states import (
    CYCLES_ZH,
    ENTRIES_ZH,
    KINDS_ZH,
    CycleState,
    RuralKind,
    TitleLevel,
)
from suxin.rural.titles import standing
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin.villages.queries import household_numbered
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.village_grid.point_notice_pages import QR_SCALE
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

PLACE: Final = "/desk/ratings"
TONES: Final[Mapping[CycleState, str]] = {
    CycleState.OPEN: "info",
    CycleState.VOTING: "info",
    CycleState.COMBINING: "plain",
    CycleState.REVIEW: "warn",
    CycleState.NOTICED: "warn",
    CycleState.EFFECTIVE: "good",
    CycleState.CALLED_OFF: "plain",
}
# What one person is told because another of his house may, or because the step is not there yet.
_TOLD_THERE: Final = frozenset(
    {
        "RATING_SECOND_PERSON",
        "RATING_VOTES_MISSING",
        "RATING_NOBODY_ENTERED",
        "RATING_CYCLE_NOT_AT",
        "RATING_CYCLE_EXISTS",
        "RATING_MODEL_MISSING",
        "RATING_ENTRY_NOT_AT",
    }
)
STAFF_SHOWN: Final = 100
Step = Callable[[AsyncSession, Form], Awaitable[object]]


def said(cycle: RatingCycle) -> tuple[str, str]:
    """Return where a cycle stands, in a word and a tone."""
    return CYCLES_ZH[cycle.state], TONES[cycle.state]


def require_village(visit: Visit) -> None:
    """Refuse whoever is not of a village, or may not look at ratings."""
    visit.require_kind(TenantKind.VILLAGE_GRID)
    visit.actor.require(RATING_READ)


@get("/ratings")
async def show_ratings(visit: GivenVisit) -> Answer:
    """Show the village's cycles, and what is missing for a credit village."""
    return await _show_list(visit, Form({}), {}, status=200)


@post("/ratings", status_code=200)
async def send_opening(visit: GivenVisit) -> Answer:
    """Open a cycle."""
    require_village(visit)
    form = await visit.form()
    kind = form.choice("kind", RuralKind)
    if kind is None:
        form.fail("kind", "请选择")
        return await _show_list(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        cycle = await cycles.open_cycle(session, visit.actor, kind=kind, now=visit.now)
        return {"id": str(cycle.id)}

    try:
        made = await visit.once(form, "rural.open", work)
    except Refusal as refusal:
        if not (can_be_set_right(refusal) or refusal.code in _TOLD_THERE):
            raise
        return await _show_list(visit, form, errors_of(refusal, {}, ("kind",)), status=422)
    return visit.go(f"{PLACE}/{made['id']}", "已发起，符合条件的主体可在小程序报名")


@get("/ratings/{cycle_id:uuid}")
async def show_rating(visit: GivenVisit, cycle_id: FromPath[UUID]) -> Answer:
    """Show one cycle with the forms of whatever the staff member may do about it now."""
    return await _show(visit, cycle_id, Form({}), {}, status=200)


@get("/ratings/{cycle_id:uuid}/notice")
async def show_rating_notice(visit: GivenVisit, cycle_id: FromPath[UUID]) -> Answer:
    """Show what is on public notice of a cycle as the poster that is printed on A4; from its end on only that it was there."""
    require_village(visit)
    async with visit.reading() as session:
        cycle = await queries.own_cycle(session, visit.actor, cycle_id)
        notice = await queries.public_notice(session, cycle_id)
        address = f"{visit.runtime.public_url}/rural/notices/{cycle_id}"
        context = {
            "cycle": cycle,
            "notice": notice,
            "picture": segno.make(address, error="m").svg_data_uri(scale=QR_SCALE),
        }
        return await visit.page(session, "village/rating_notice.html", context)


@post("/ratings/{cycle_id:uuid}/panel", status_code=200)
async def send_panel(visit: GivenVisit, cycle_id: FromPath[UUID]) -> Answer:
    """Name the panel."""

    async def step(session: AsyncSession, form: Form) -> object:
        seats = [
            cycles.Seat(
                staff_id=UUID(one), household_id=await _household(session, visit, form, one)
            )
            for one in form.texts("members")
        ]
        return await cycles.name_panel(
            session, visit.actor, cycle_id=cycle_id, seats=seats, now=visit.now
        )

    return await take(visit, cycle_id, step, name="panel", done="评议小组已确定")


@post("/ratings/{cycle_id:uuid}/begin", status_code=200)
async def send_begin(visit: GivenVisit, cycle_id: FromPath[UUID]) -> Answer:
    """Let the panel vote."""
    return await _step(visit, cycle_id, cycles.begin_panel, "begin", "报名截止，评议开始")


@post("/ratings/{cycle_id:uuid}/close", status_code=200)
async def send_close(visit: GivenVisit, cycle_id: FromPath[UUID]) -> Answer:
    """End the vote."""
    return await _step(visit, cycle_id, cycles.close_panel, "close", "评议结束，平台正在汇总")


@post("/ratings/{cycle_id:uuid}/check", status_code=200)
async def send_check(visit: GivenVisit, cycle_id: FromPath[UUID]) -> Answer:
    """Put the results on public notice."""
    return await _step(visit, cycle_id, cycles.check_results, "check", "已复核，开始公示")


@post("/ratings/{cycle_id:uuid}/call-off", status_code=200)
async def send_call_off(visit: GivenVisit, cycle_id: FromPath[UUID]) -> Answer:
    """Give a cycle up."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await cycles.call_off_cycle(
            session, visit.actor, cycle_id=cycle_id, reason=form.text("reason"), now=visit.now
        )

    return await take(visit, cycle_id, step, name="call_off", done="批次已取消")


@post("/ratings/{cycle_id:uuid}/entries/{entry_id:uuid}/propose", status_code=200)
async def send_proposal(
    visit: GivenVisit, cycle_id: FromPath[UUID], entry_id: FromPath[UUID]
) -> Answer:
    """Put a farm entity forward."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await entering.propose_entity(
            session, visit.actor, entry_id=entry_id, reason=form.text("reason"), now=visit.now
        )

    return await take(visit, cycle_id, step, name="propose", done="已推荐，待另一人复核")


@post("/ratings/{cycle_id:uuid}/entries/{entry_id:uuid}/admit", status_code=200)
async def send_admission(
    visit: GivenVisit, cycle_id: FromPath[UUID], entry_id: FromPath[UUID]
) -> Answer:
    """Take a proposed entity in, or not."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await entering.admit_entity(
            session,
            visit.actor,
            entry_id=entry_id,
            granted=form.text("granted") == "yes",
            now=visit.now,
        )

    return await take(visit, cycle_id, step, name="admit", done="已复核")


async def _step(
    visit: Visit, cycle_id: UUID, command: Callable[..., Awaitable[object]], name: str, done: str
) -> Answer:
    async def step(session: AsyncSession, _: Form) -> object:
        return await command(session, visit.actor, cycle_id=cycle_id, now=visit.now)

    return await take(visit, cycle_id, step, name=name, done=done)


async def take(visit: Visit, cycle_id: UUID, step: Step, *, name: str, done: str) -> Answer:
    """Take one step of a cycle by its form."""
    require_village(visit)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await step(session, form)
        return {}

    try:
        await visit.once(form, f"rural.{name}", work, cycle=cycle_id)
    except Refusal as refusal:
        if not (can_be_set_right(refusal) or refusal.code in _TOLD_THERE):
            raise
        errors = errors_of(refusal, {}, ("members", "reason"))
        return await _show(visit, cycle_id, form, errors, status=422)
    return visit.go(f"{PLACE}/{cycle_id}", done)


async def _household(session: AsyncSession, visit: Visit, form: Form, member: str) -> UUID | None:
    """Return the household that a member of the panel says is his own, by its number."""
    number = form.text(f"household-{member}")
    found = await household_numbered(session, visit.actor.own_tenant, number) if number else None
    return None if found is None else found.id


async def _show_list(
    visit: Visit, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    require_village(visit)
    async with visit.reading() as session:
        page = await read_page(
            session, visit.request, queries.own_cycles(visit.actor), RatingCycle.id
        )
        count = await areas.own_count(session, visit.actor)
        context = {
            "page": page,
            "said": said,
            "kinds": KINDS_ZH,
            "typed": typed,
            "errors": errors,
            "may_open": visit.actor.may(RATING_MANAGE),
            "count": count,
            "to_do": standing(TitleLevel.VILLAGE, count),
            "due": due_on(TitleLevel.VILLAGE, local_day(visit.now).year),
        }
        return await visit.page(session, "village/ratings.html", context, status=status)


async def _show(
    visit: Visit, cycle_id: UUID, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    require_village(visit)
    async with visit.reading() as session:
        cycle = await queries.own_cycle(session, visit.actor, cycle_id)
        entries = queries.entries_of(visit.actor, cycle_id).limit(queries.MAX_ENTRIES)
        panel = await queries.panel_of(session, visit.actor, cycle_id)
        people = [one.staff_id for one in panel]
        context = {
            "cycle": cycle,
            "said": said(cycle),
            "kind": KINDS_ZH[cycle.kind],
            "entries": (await session.scalars(entries)).all(),
            "entry_states": ENTRIES_ZH,
            "votes": await queries.votes_cast(session, visit.actor, cycle_id),
            "least_votes": LEAST_VOTES,
            "panel": panel,
            "names": await staff_names(session, visit.actor.own_tenant, people),
            "staff_choices": [
                (str(one.id), one.name)
                for one in await session.scalars(
                    queries.possible_members(visit.actor).limit(STAFF_SHOWN)
                )
            ],
            "sizes": (LEAST_MEMBERS, MOST_MEMBERS),
            "typed": typed,
            "errors": errors,
            **_forms(visit, cycle, people),
        }
        return await visit.page(session, "village/rating.html", context, status=status)


def _forms(visit: Visit, cycle: RatingCycle, panel: list[UUID]) -> dict[str, bool]:
    """Return which forms the page has for the staff member, and whether another must act."""
    manages, checks = visit.actor.may(RATING_MANAGE), visit.actor.may(RATING_CHECK)
    own, state = visit.actor.own_staff, cycle.state
    had_a_part = own == cycle.closed_by or own in panel
    return {
        "naming": manages and state is CycleState.OPEN,
        "beginning": manages and state is CycleState.OPEN and bool(panel),
        "closing": manages and state is CycleState.VOTING,
        "checking": checks and state is CycleState.REVIEW and not had_a_part,
        "another": state is CycleState.REVIEW and (not checks or had_a_part),
        "voting": visit.actor.may(RATING_VOTE) and state is CycleState.VOTING and own in panel,
        "calling_off": manages and state not in (CycleState.EFFECTIVE, CycleState.CALLED_OFF),
        "proposing": manages and state is CycleState.OPEN,
        "admitting": checks and state is CycleState.OPEN,
        "stating": visit.actor.may(FACT_STATE) and state in (CycleState.OPEN, CycleState.VOTING),
    }


HANDLERS: Final[list[ControllerRouterHandler]] = [
    show_ratings,
    send_opening,
    show_rating,
    show_rating_notice,
    send_panel,
    send_begin,
    send_close,
    send_check,
    send_call_off,
    send_proposal,
    send_admission,
]
