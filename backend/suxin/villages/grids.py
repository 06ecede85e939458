"""Grids of a village: drawn, renamed, renumbered, split and merged, each an area of the city; and who covers them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.pinyin import pinyin_of
from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import local_day
from suxin.places.models import Area, AreaLevel
from suxin.tenancy.models import StaffMember
from suxin.villages import queries
from suxin.villages.models import Grid, GridWorker, Household, Village
from suxin.villages.policies import GRID_MANAGE
from suxin.villages.refusals import (
    GridCodeTaken,
    GridEnded,
    SameHousehold,
    TooManyGrids,
    WorkerAssigned,
)
from suxin.villages.registers import record, recount, take_register
from suxin.villages.states import GridState
from suxin.villages.texts import (
    MAX_GRID_NAME,
    MAX_GRIDS,
    checked_grid_code,
    checked_text,
    kind_of_code,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridDraft:
    """A grid's code of fifteen digits, and what people call it."""

    code: str
    name: str


async def draw_grid(
    session: AsyncSession, actor: Actor, *, draft: GridDraft, now: datetime
) -> Grid:
    """Add a grid to the village.

    :raises Forbidden: if the actor may not manage grids
    :raises NotFound, RegisterMerged: see ``take_register``
    :raises Invalid, GridCodeMalformed: if the name or the code cannot be one
    :raises GridCodeTaken: if another grid of the village has the code, or had it
    :raises TooManyGrids: if the village has as many as one may have
    Source: ``docs/villages.md``, codes (fifteen digits: the village's twelve and three of its own)
    """
    village = await take_register(session, actor, GRID_MANAGE)
    grid = await _draw(session, village, draft, predecessors=[], now=now)
    record(
        session,
        "villages.grid.drawn",
        of=("village_grid", grid.id),
        now=now,
        detail={"code": grid.code},
    )
    await recount(session, village.tenant_id, now=now)
    return grid


async def rename_grid(
    session: AsyncSession, actor: Actor, *, grid_id: UUID, name: str, now: datetime
) -> Grid:
    """Call a grid something else.

    :raises Forbidden, NotFound, RegisterMerged: see ``draw_grid``
    :raises GridEnded: if it is used no more
    :raises Invalid: if the name cannot be one
    """
    village = await take_register(session, actor, GRID_MANAGE)
    grid = await _active(session, village.tenant_id, grid_id)
    grid.name = _name(name)
    area = await session.get(Area, grid.code)
    if area is not None:
        area.name, area.pinyin = grid.name, pinyin_of(grid.name)
        area.full_name = await _full_name(session, grid.code, grid.name)
    record(session, "villages.grid.renamed", of=("village_grid", grid_id), now=now)
    await session.flush()
    return grid


async def renumber_grid(
    session: AsyncSession, actor: Actor, *, grid_id: UUID, code: str, now: datetime
) -> Grid:
    """Give a grid another code; whoever lives in it, and what is about it, stays with it.

    :raises Forbidden, NotFound, RegisterMerged: see ``draw_grid``
    :raises GridEnded: if it is used no more
    :raises GridCodeMalformed, GridCodeTaken: see ``draw_grid``
    """
    village = await take_register(session, actor, GRID_MANAGE)
    grid = await _active(session, village.tenant_id, grid_id)
    former, today = grid.code, local_day(now)
    checked = checked_grid_code(code, villages=village.codes)
    if checked == former:
        return grid
    await _require_free(session, checked)
    grid.renumber(checked, kind_of_code(checked))
    await _end_area(session, former, on=today)
    await _begin_area(session, grid, [former], on=today)
    record(
        session,
        "villages.grid.renumbered",
        of=("village_grid", grid_id),
        now=now,
        detail={"from": former, "to": checked},
    )
    await session.flush()
    return grid


async def split_grid(
    session: AsyncSession,
    actor: Actor,
    *,
    grid_id: UUID,
    draft: GridDraft,
    groups: Collection[str],
    now: datetime,
) -> Grid:
    """Make a grid of its own of some village groups of one grid; their households are in the new one from now on.

    :raises Forbidden, NotFound, RegisterMerged: see ``draw_grid``
    :raises GridEnded: if the grid is used no more
    :raises Invalid, GridCodeMalformed, GridCodeTaken, TooManyGrids: see ``draw_grid``
    """
    village = await take_register(session, actor, GRID_MANAGE)
    grid = await _active(session, village.tenant_id, grid_id)
    made = await _draw(session, village, draft, predecessors=[grid.code], now=now)
    moved = await _move(session, grid, made.id, now=now, groups=groups)
    record(
        session,
        "villages.grid.split",
        of=("village_grid", grid_id),
        now=now,
        detail={"made": made.code, "households": moved},
    )
    await recount(session, village.tenant_id, now=now)
    return made


async def merge_grids(
    session: AsyncSession, actor: Actor, *, grid_id: UUID, into_id: UUID, now: datetime
) -> Grid:
    """Have a grid take in all of another one, which is used no more; return the one that stays.

    :raises Forbidden, NotFound, RegisterMerged: see ``draw_grid``
    :raises SameHousehold: if it is one and the same
    :raises GridEnded: if either is used no more
    """
    village = await take_register(session, actor, GRID_MANAGE)
    if grid_id == into_id:
        raise SameHousehold(field="intoId")
    former = await _active(session, village.tenant_id, grid_id)
    stays = await _active(session, village.tenant_id, into_id)
    today = local_day(now)
    moved = await _move(session, former, into_id, now=now)
    await _end_workers(session, former, by=actor.staff_id, on=today)
    former.end(into=into_id, on=today)
    stays.predecessors = [*stays.predecessors, former.code]
    await _end_area(session, former.code, on=today)
    area = await session.get(Area, stays.code)
    if area is not None:
        area.predecessors = [*area.predecessors, former.code]
    record(
        session,
        "villages.grid.merged",
        of=("village_grid", grid_id),
        now=now,
        detail={"into": stays.code, "households": moved},
    )
    await recount(session, village.tenant_id, now=now)
    return stays


async def assign_worker(
    session: AsyncSession, actor: Actor, *, grid_id: UUID, staff_id: UUID, now: datetime
) -> GridWorker:
    """Let a member of the village's staff cover a grid from today on.

    :raises Forbidden, NotFound, RegisterMerged: see ``draw_grid``
    :raises GridEnded: if the grid is used no more
    :raises NotFound: if the tenant has no such member of staff, or he has left
    :raises WorkerAssigned: if he covers it already
    """
    village = await take_register(session, actor, GRID_MANAGE)
    grid = await _active(session, village.tenant_id, grid_id)
    staff = await session.get(StaffMember, (village.tenant_id, staff_id))
    if staff is None or staff.ended_at is not None:
        raise NotFound(thing_zh="人员", thing_en="member of staff", field="staffId")
    if any(one.staff_id == staff_id for one in await _open_workers(session, grid)):
        raise WorkerAssigned(field="staffId")
    worker = GridWorker(
        tenant_id=village.tenant_id,
        id=new_id(now),
        grid_id=grid_id,
        staff_id=staff_id,
        starts_on=local_day(now),
        ends_before=None,
        assigned_by=actor.staff_id,
        assigned_at=now,
        ended_by=None,
    )
    session.add(worker)
    record(session, "villages.worker.assigned", of=("grid_worker", worker.id), now=now)
    await session.flush()
    return worker


async def end_worker(
    session: AsyncSession, actor: Actor, *, worker_id: UUID, now: datetime
) -> GridWorker:
    """Let a member of staff cover a grid no more, from today on.

    :raises Forbidden, NotFound, RegisterMerged: see ``draw_grid``
    :raises NotFound: if the village has no such assignment that goes on
    """
    village = await take_register(session, actor, GRID_MANAGE)
    worker = await session.get(GridWorker, (village.tenant_id, worker_id), populate_existing=True)
    if worker is None or worker.ends_before is not None:
        raise NotFound(thing_zh="网格员安排", thing_en="assignment of a grid worker")
    worker.ends_before, worker.ended_by = local_day(now), actor.staff_id
    record(session, "villages.worker.ended", of=("grid_worker", worker_id), now=now)
    await session.flush()
    return worker


async def _draw(
    session: AsyncSession,
    village: Village,
    draft: GridDraft,
    *,
    predecessors: list[str],
    now: datetime,
) -> Grid:
    code = checked_grid_code(draft.code, villages=village.codes)
    name = _name(draft.name)
    drawn = select(func.count()).where(
        Grid.tenant_id == village.tenant_id, Grid.state == GridState.ACTIVE
    )
    if (await session.scalar(drawn) or 0) >= MAX_GRIDS:
        raise TooManyGrids(limit=MAX_GRIDS)
    await _require_free(session, code)
    grid = Grid(
        tenant_id=village.tenant_id,
        id=new_id(now),
        code=code,
        kind=kind_of_code(code),
        name=name,
        predecessors=list(predecessors),
        state=GridState.ACTIVE,
        valid_from=local_day(now),
        valid_until=None,
        merged_into=None,
        created_at=now,
    )
    session.add(grid)
    await _begin_area(session, grid, predecessors, on=local_day(now))
    await session.flush()
    return grid


async def _active(session: AsyncSession, tenant_id: UUID, grid_id: UUID) -> Grid:
    grid = await queries.grid(session, tenant_id, grid_id)
    await session.refresh(grid)
    if grid.state is not GridState.ACTIVE:
        raise GridEnded(field="gridId")
    return grid


async def _require_free(session: AsyncSession, code: str) -> None:
    # A code that was an area's once stays that one's: what was written under it means that area.
    if await session.get(Area, code) is not None:
        raise GridCodeTaken(field="code", grid_code=code)


async def _begin_area(
    session: AsyncSession, grid: Grid, predecessors: Sequence[str], *, on: date
) -> None:
    session.add(
        Area(
            code=grid.code,
            level=AreaLevel.GRID,
            name=grid.name,
            full_name=await _full_name(session, grid.code, grid.name),
            pinyin=pinyin_of(grid.name),
            parent_code=grid.code[:12],
            statistical_only=False,
            predecessors=list(predecessors),
            valid_from=on,
            valid_until=None,
        )
    )


async def _end_area(session: AsyncSession, code: str, *, on: date) -> None:
    area = await session.get(Area, code)
    if area is not None:
        # A period is half-open and not empty: what was drawn and ended on one day has that day.
        area.valid_until = max(on, area.valid_from + timedelta(days=1))


async def _full_name(session: AsyncSession, code: str, name: str) -> str:
    village = await session.get(Area, code[:12])
    return name if village is None else village.full_name + name


async def _move(
    session: AsyncSession,
    grid: Grid,
    into_id: UUID,
    *,
    now: datetime,
    groups: Collection[str] | None = None,
) -> int:
    inside = [Household.tenant_id == grid.tenant_id, Household.grid_id == grid.id]
    if groups is not None:
        inside.append(Household.group_name.in_(set(groups)))
    moved = await session.execute(
        update(Household)
        .where(*inside)
        .values(grid_id=into_id, updated_at=now)
        .returning(Household.id)
        .execution_options(synchronize_session=False)
    )
    return len(moved.all())


async def _open_workers(session: AsyncSession, grid: Grid) -> Sequence[GridWorker]:
    found = select(GridWorker).where(
        GridWorker.tenant_id == grid.tenant_id,
        GridWorker.grid_id == grid.id,
        GridWorker.ends_before.is_(None),
    )
    return (await session.scalars(found)).all()


async def _end_workers(session: AsyncSession, grid: Grid, *, by: UUID | None, on: date) -> None:
    for worker in await _open_workers(session, grid):
        worker.ends_before, worker.ended_by = on, by


def _name(name: str) -> str:
    return checked_text(name, field="name", least=1, most=MAX_GRID_NAME)
