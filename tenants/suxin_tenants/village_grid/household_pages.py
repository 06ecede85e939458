"""The register's households: the list with its search, a new one, one with everybody in it, and what may be done about it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.places.queries import area
from suxin.villages import queries
from suxin.villages.households import change_household, register_household
from suxin.villages.models import Household, Village
from suxin.villages.models.households import MEMBER_RESIDENT_ID
from suxin.villages.policies import PERSON_READ, REGISTER_MANAGE
from suxin.villages.queries.listed import groups, households_listed
from suxin.villages.registers import open_register
from suxin.villages.states import HOUSEHOLDS_ZH, RELATIONS_ZH, HouseholdState, Relation
from suxin_tenants.forms import Form
from suxin_tenants.paging import asked_text, read_page
from suxin_tenants.village_grid.fields import (
    AT,
    HOUSEHOLD_STATES,
    LEAVE_REASONS,
    MEMBER_FIELDS,
    PLACE_FIELDS,
    RELATIONS,
    member_of,
    place_of,
    require_village,
)
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

PLACE: Final = f"{AT}/households"
_RESIDENT_ID: Final = 18
_STATES: Final = [
    (one.value, HOUSEHOLDS_ZH[one])
    for one in HouseholdState
    if one is not HouseholdState.TRANSFERRED
]


@get("/village/households")
async def show_households(visit: GivenVisit) -> Answer:
    """Show the households of the village, or the form with which its register is opened."""
    return await _list(visit, {}, status=200)


@post("/village/register", status_code=200)
async def send_register(visit: GivenVisit) -> Answer:
    """Open the register for the village of a code."""
    require_village(visit)
    visit.actor.require(REGISTER_MANAGE)
    form = await visit.form()
    form.require("areaCode")
    if form.errors:
        return await _list(visit, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await open_register(
            session, visit.actor, area_code=form.text("areaCode"), now=visit.world_now
        )
        return {}

    try:
        await visit.once(form, "village.register", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _list(visit, errors_of(refusal, {}, ("areaCode",)), status=422)
    return visit.go(PLACE, "名册已建立")


@get("/village/households/new")
async def show_new_household(visit: GivenVisit) -> Answer:
    """Show the form for a new household."""
    return await _new(visit, Form({}), status=200)


@post("/village/households", status_code=200)
async def send_household(visit: GivenVisit) -> Answer:
    """Register a household with its head, or show the form again with what is wrong with it."""
    require_village(visit)
    visit.actor.require(REGISTER_MANAGE)
    form = await visit.form()
    place, head = place_of(form), member_of(form, relation=Relation.HEAD)
    if form.errors:
        return await _new(visit, form, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        made = await register_household(
            session,
            visit.actor,
            draft=place,
            members=[head],
            sealer=visit.runtime.sealer,
            now=visit.world_now,
        )
        return {"id": str(made.id)}

    try:
        done = await visit.once(form, "village.household", work)
    except Refusal as refusal:
        note(form, refusal, (*PLACE_FIELDS, *MEMBER_FIELDS))
        return await _new(visit, form, status=422)
    return visit.go(f"{PLACE}/{done['id']}", "农户已登记，可继续登记家庭成员")


@get("/village/households/{household_id:uuid}")
async def show_household(visit: GivenVisit, household_id: FromPath[UUID]) -> Answer:
    """Show one household: where it is, who is in it, and what may be done about it."""
    return await show_one(visit, household_id, Form({}), status=200)


@post("/village/households/{household_id:uuid}", status_code=200)
async def send_place(visit: GivenVisit, household_id: FromPath[UUID]) -> Answer:
    """Say otherwise where a household is."""
    require_village(visit)
    visit.actor.require(REGISTER_MANAGE)
    form = await visit.form()
    place = place_of(form)
    if form.errors:
        return await show_one(visit, household_id, form, step="place", status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await change_household(
            session, visit.actor, household_id=household_id, draft=place, now=visit.world_now
        )
        return {}

    try:
        await visit.once(form, "village.place", work, household=household_id)
    except Refusal as refusal:
        note(form, refusal, PLACE_FIELDS)
        return await show_one(visit, household_id, form, step="place", status=422)
    return visit.go(f"{PLACE}/{household_id}", "已保存")


def note(form: Form, refusal: Refusal, fields: tuple[str, ...]) -> None:
    """Show a refusal beside its field, or above the form; raise what the person cannot set right."""
    if not can_be_set_right(refusal):
        raise refusal
    for name, message in errors_of(refusal, {}, fields).items():
        form.fail(name, message)


async def show_one(
    visit: Visit, household_id: UUID, form: Form, *, step: str = "", status: int
) -> Answer:
    """Show one household's page; ``step`` is the form of it that was sent."""
    require_village(visit)
    tenant_id = visit.actor.own_tenant
    async with visit.reading() as session:
        household = await queries.household(session, tenant_id, household_id)
        active = household.state is HouseholdState.ACTIVE
        may = visit.actor.may(REGISTER_MANAGE)
        context = {
            "household": household,
            "members": await queries.members_of(session, tenant_id, household_id),
            "relation_names": RELATIONS_ZH,
            "relations": RELATIONS,
            "leave_reasons": LEAVE_REASONS,
            "state": HOUSEHOLD_STATES[household.state],
            "grids": await grid_choices(session, tenant_id),
            "into": await _into(session, household),
            "may_manage": may and active,
            "may_return": may and household.state is HouseholdState.MOVED_AWAY,
            "may_open": visit.actor.may(PERSON_READ),
            "typed": form,
            "step": step,
        }
        return await visit.page(session, "village/household.html", context, status=status)


async def grid_choices(session: AsyncSession, tenant_id: UUID) -> list[tuple[str, str]]:
    """Return the grids of a village as a form offers them."""
    found = await session.scalars(queries.grids(tenant_id))
    return [(str(one.id), f"{one.name}（{one.code[-3:]}）") for one in found]


async def _into(session: AsyncSession, household: Household) -> Household | None:
    if household.merged_into is None:
        return None
    return await queries.household(session, household.tenant_id, household.merged_into)


async def _list(visit: Visit, errors: Mapping[str, str], *, status: int) -> Answer:
    require_village(visit)
    tenant_id = visit.actor.own_tenant
    async with visit.reading() as session:
        village = await session.get(Village, tenant_id)
        if village is None:
            context: dict[str, object] = {
                "errors": errors,
                "may_manage": visit.actor.may(REGISTER_MANAGE),
            }
            return await visit.page(session, "village/opening.html", context, status=status)
        context = await _listed(visit, session, village)
        return await visit.page(session, "village/households.html", context, status=status)


async def _listed(visit: Visit, session: AsyncSession, village: Village) -> dict[str, object]:
    tenant_id, request = village.tenant_id, visit.request
    search = asked_text(request, "q").replace(" ", "")
    grids = await grid_choices(session, tenant_id)
    group_names = list(await session.scalars(groups(tenant_id)))
    grid = next((key for key, _ in grids if key == request.query_params.get("grid")), "")
    group = next((one for one in group_names if one == request.query_params.get("group")), "")
    asked = request.query_params.get("state", "")
    state = next((one for one in HouseholdState if one.value == asked), None)
    doors = (
        visit.runtime.sealer.blind_indexes(search.upper(), purpose=MEMBER_RESIDENT_ID)
        if len(search) == _RESIDENT_ID
        else ()
    )
    statement = households_listed(
        tenant_id,
        search=search,
        doors=doors,
        group_name=group or None,
        grid_id=UUID(grid) if grid else None,
        state=state,
    )
    # A resident id is no part of an address that a browser remembers.
    kept = {"q": "" if doors else search, "grid": grid, "group": group, "state": asked}
    return {
        "village": village,
        "area": await area(session, village.code),
        "counts": await queries.counts_of(session, tenant_id),
        "page": await read_page(session, request, statement, Household.id, kept=kept),
        "search": kept["q"],
        "grids": grids,
        "grid_names": dict(grids),
        "grid": grid,
        "groups": group_names,
        "group": group,
        "states": _STATES,
        "state": asked,
        "state_names": HOUSEHOLD_STATES,
        "may_manage": visit.actor.may(REGISTER_MANAGE),
    }


async def _new(visit: Visit, form: Form, *, status: int) -> Answer:
    require_village(visit)
    visit.actor.require(REGISTER_MANAGE)
    async with visit.reading() as session:
        context = {"grids": await grid_choices(session, visit.actor.own_tenant), "typed": form}
        return await visit.page(session, "village/household_new.html", context, status=status)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_households,
    send_register,
    show_new_household,
    send_household,
    show_household,
    send_place,
)
