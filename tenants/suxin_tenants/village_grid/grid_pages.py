"""The village's grids with who covers them: drawn, renamed, renumbered, split, merged; workers assigned and ended."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin.tenancy.queries import staff_of
from suxin.villages import queries
from suxin.villages.grids import (
    GridDraft,
    assign_worker,
    draw_grid,
    end_worker,
    merge_grids,
    rename_grid,
    renumber_grid,
    split_grid,
)
from suxin.villages.policies import GRID_MANAGE
from suxin.villages.queries.listed import grids_listed, groups
from suxin.villages.states import GRID_KINDS_ZH
from suxin_tenants.forms import Form
from suxin_tenants.village_grid.fields import AT, require_village
from suxin_tenants.village_grid.household_pages import note
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right
from suxin_tenants.words import said

PLACE: Final = f"{AT}/grids"
Step = Callable[[AsyncSession, Form], Awaitable[object]]
_FIELDS: Final = ("code", "name")


@dataclass(frozen=True, slots=True)
class _Tried:
    """Which step about which grid was refused: there its form is shown again with what was typed."""

    step: str
    grid_id: object


@get("/village/grids")
async def show_grids(visit: GivenVisit) -> Answer:
    """Show the village's grids, how many households each has, and who covers it."""
    return await _show(visit, Form({}), status=200)


@post("/village/grids", status_code=200)
async def send_grid(visit: GivenVisit) -> Answer:
    """Draw a grid, or show the form again with what is wrong with it."""
    require_village(visit)
    visit.actor.require(GRID_MANAGE)
    form = await visit.form()
    form.require(*_FIELDS)
    if form.errors:
        return await _show(visit, form, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        draft = GridDraft(code=form.text("code"), name=form.text("name"))
        await draw_grid(session, visit.actor, draft=draft, now=visit.world_now)
        return {}

    try:
        await visit.once(form, "village.grid", work)
    except Refusal as refusal:
        note(form, refusal, _FIELDS)
        return await _show(visit, form, status=422)
    return visit.go(PLACE, "网格已划定")


@post("/village/grids/{grid_id:uuid}/name", status_code=200)
async def send_name(visit: GivenVisit, grid_id: FromPath[UUID]) -> Answer:
    """Call a grid something else."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await rename_grid(
            session, visit.actor, grid_id=grid_id, name=form.text("name"), now=visit.world_now
        )

    return await _step(visit, "rename", step, done="网格已更名", grid=grid_id)


@post("/village/grids/{grid_id:uuid}/code", status_code=200)
async def send_code(visit: GivenVisit, grid_id: FromPath[UUID]) -> Answer:
    """Give a grid another code."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await renumber_grid(
            session, visit.actor, grid_id=grid_id, code=form.text("code"), now=visit.world_now
        )

    return await _step(visit, "renumber", step, done="网格编码已变更", grid=grid_id)


@post("/village/grids/{grid_id:uuid}/split", status_code=200)
async def send_split(visit: GivenVisit, grid_id: FromPath[UUID]) -> Answer:
    """Make a grid of its own of some groups."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await split_grid(
            session,
            visit.actor,
            grid_id=grid_id,
            draft=GridDraft(code=form.text("code"), name=form.text("name")),
            groups=form.texts("groups"),
            now=visit.world_now,
        )

    return await _step(visit, "split_grid", step, done="网格已拆分", grid=grid_id)


@post("/village/grids/{grid_id:uuid}/merge", status_code=200)
async def send_merge(visit: GivenVisit, grid_id: FromPath[UUID]) -> Answer:
    """Have another grid take this one in."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await merge_grids(
            session,
            visit.actor,
            grid_id=grid_id,
            into_id=form.id("intoId") or grid_id,
            now=visit.world_now,
        )

    return await _step(visit, "merge_grids", step, done="网格已合并", grid=grid_id)


@post("/village/grids/{grid_id:uuid}/workers", status_code=200)
async def send_worker(visit: GivenVisit, grid_id: FromPath[UUID]) -> Answer:
    """Let a member of staff cover the grid."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await assign_worker(
            session,
            visit.actor,
            grid_id=grid_id,
            staff_id=form.id("staffId") or grid_id,
            now=visit.world_now,
        )

    return await _step(visit, "assign", step, done="网格员已安排", grid=grid_id)


@post("/village/grid-workers/{worker_id:uuid}/end", status_code=200)
async def send_end(visit: GivenVisit, worker_id: FromPath[UUID]) -> Answer:
    """Let a member of staff cover a grid no more."""

    async def step(session: AsyncSession, _form: Form) -> object:
        return await end_worker(session, visit.actor, worker_id=worker_id, now=visit.world_now)

    return await _step(visit, "end_worker", step, done="网格员安排已结束", worker=worker_id)


async def _step(visit: Visit, name: str, step: Step, *, done: str, **facts: object) -> Answer:
    """Carry out one step about a grid, once, and go back to the grids; what can be set right is shown where it was typed."""
    require_village(visit)
    visit.actor.require(GRID_MANAGE)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await step(session, form)
        return {}

    try:
        await visit.once(form, f"village.{name}", work, **facts)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        if refusal.field not in _FIELDS:
            return visit.go(PLACE, said(refusal), good=False)
        note(form, refusal, _FIELDS)
        return await _show(visit, form, status=422, tried=_Tried(name, facts["grid"]))
    return visit.go(PLACE, done)


async def _show(visit: Visit, form: Form, *, status: int, tried: _Tried | None = None) -> Answer:
    require_village(visit)
    tenant_id = visit.actor.own_tenant
    async with visit.reading() as session:
        village = await queries.village_of(session, tenant_id)
        staff = (await session.scalars(staff_of(tenant_id))).all()
        names = {one.id: one.name for one in staff}
        by_grid: dict[UUID, list[tuple[UUID, str]]] = {}
        today = local_day(visit.world_now)
        for one in await session.scalars(queries.workers(tenant_id, on=today)):
            by_grid.setdefault(one.grid_id, []).append((one.id, names.get(one.staff_id, "—")))
        rows = (await session.execute(grids_listed(tenant_id))).all()
        context = {
            "village": village,
            "rows": rows,
            "workers": by_grid,
            "kinds": GRID_KINDS_ZH,
            "choices": [(str(grid.id), grid.name) for grid, _ in rows],
            "staff": [(str(one.id), one.name) for one in staff if one.ended_at is None],
            "groups": [(one, one) for one in await session.scalars(groups(tenant_id))],
            "may_manage": visit.actor.may(GRID_MANAGE),
            "typed": form if tried is None else Form({}),
            "tried": tried,
            "retyped": form,
        }
        return await visit.page(session, "village/grids.html", context, status=status)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_grids,
    send_grid,
    send_name,
    send_code,
    send_split,
    send_merge,
    send_worker,
    send_end,
)
