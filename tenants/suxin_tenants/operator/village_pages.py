"""The city's villages as the operator sees them: how many each register holds, villages added, and registers joined by two people."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.places.queries import short_names
from suxin.tenancy.profiles import TenantKind
from suxin.villages import queries
from suxin.villages.areas import add_village_area
from suxin.villages.merging import approve_merger, decline_merger, propose_merger
from suxin.villages.models import Village
from suxin.villages.policies import AREA_ADD, COUNT_READ, MERGER_DECIDE, MERGER_PROPOSE
from suxin.villages.queries.listed import villages_counted
from suxin.villages.refusals import VillageUnknown
from suxin.villages.states import MergerState
from suxin_tenants.forms import Form
from suxin_tenants.paging import asked_text, read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, Work, can_be_set_right, errors_of
from suxin_tenants.words import Said

PLACE: Final = "/desk/villages"
MERGERS_SHOWN: Final = 50
STATES: Final[dict[MergerState, Said]] = {
    MergerState.PROPOSED: ("待复核", "warn"),
    MergerState.APPROVED: ("办理中", "info"),
    MergerState.CARRIED_OUT: ("已完成", "good"),
    MergerState.DECLINED: ("未通过", "plain"),
}
_CODE_DIGITS: Final = 12
_FORMS: Final[Mapping[str, Mapping[str, str]]] = {
    "area": {},
    "merger": {"fromTenantId": "fromCode", "intoTenantId": "intoCode"},
}
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "area": ("areaCode", "name"),
    "merger": ("fromCode", "intoCode", "document"),
}


@get("/villages")
async def show_villages(visit: GivenVisit) -> Answer:
    """Show the villages that keep a register, how many each holds, and the mergers."""
    return await _show(visit, Form({}), status=200)


@post("/villages/areas", status_code=200)
async def send_area(visit: GivenVisit) -> Answer:
    """Add a village to the city's areas, or show the form again with what is wrong with it."""
    _require(visit)
    visit.actor.require(AREA_ADD)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await add_village_area(
            session,
            visit.actor,
            area_code=form.text("areaCode"),
            name=form.text("name"),
            now=visit.world_now,
        )
        return {}

    return await _sent(visit, form, work, step="area", done="村级区划已登记")


@post("/villages/mergers", status_code=200)
async def send_merger(visit: GivenVisit) -> Answer:
    """Propose that one village's register goes into another's."""
    _require(visit)
    visit.actor.require(MERGER_PROPOSE)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        ids = [await _tenant_at(session, form, name) for name in ("fromCode", "intoCode")]
        await propose_merger(
            session,
            visit.actor,
            from_tenant_id=ids[0],
            into_tenant_id=ids[1],
            document=form.text("document"),
            now=visit.world_now,
        )
        return {}

    return await _sent(visit, form, work, step="merger", done="已提出合并，待另一人复核")


@post("/villages/mergers/{merger_id:uuid}/approve", status_code=200)
async def send_approve(visit: GivenVisit, merger_id: FromPath[UUID]) -> Answer:
    """Have two registers joined."""
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await approve_merger(session, visit.actor, merger_id=merger_id, now=visit.world_now)
        return {}

    return await visit.press(
        "villages.approve", work, back=PLACE, done="已批准，平台正在合并名册", merger=merger_id
    )


@post("/villages/mergers/{merger_id:uuid}/decline", status_code=200)
async def send_decline(visit: GivenVisit, merger_id: FromPath[UUID]) -> Answer:
    """Leave two registers as they are."""
    _require(visit)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await decline_merger(
            session,
            visit.actor,
            merger_id=merger_id,
            answer=form.text("answer"),
            now=visit.world_now,
        )
        return {}

    return await visit.press("villages.decline", work, back=PLACE, done="已答复", merger=merger_id)


async def _tenant_at(session: AsyncSession, form: Form, name: str) -> UUID:
    village = await queries.village_at(session, form.text(name))
    if village is None:
        raise VillageUnknown(field=name, area_code=form.text(name)[:_CODE_DIGITS])
    return village.tenant_id


async def _sent(visit: Visit, form: Form, work: Work, *, step: str, done: str) -> Answer:
    form.require(*_FIELDS[step])
    if form.errors:
        return await _show(visit, form, step=step, status=422)
    try:
        await visit.once(form, f"villages.{step}", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        for name, message in errors_of(refusal, _FORMS[step], _FIELDS[step]).items():
            form.fail(name, message)
        return await _show(visit, form, step=step, status=422)
    return visit.go(PLACE, done)


async def _show(visit: Visit, form: Form, *, step: str = "", status: int) -> Answer:
    _require(visit)
    search = asked_text(visit.request, "q")
    within = search if search.isascii() and search.isdigit() else ""
    async with visit.reading() as session:
        page = await read_page(
            session,
            visit.request,
            villages_counted(within=within[:_CODE_DIGITS]),
            Village.code,
            kept={"q": within},
        )
        mergers = (await session.scalars(queries.mergers().limit(MERGERS_SHOWN))).all()
        ids = {one for merger in mergers for one in (merger.from_tenant_id, merger.into_tenant_id)}
        known = {one: await queries.village_of(session, one) for one in sorted(ids)}
        codes = {village.code for village, _ in page.rows} | {one.code for one in known.values()}
        towns = {village.town_code for village, _ in page.rows}
        context = {
            "page": page,
            "search": within,
            "names": await short_names(session, codes | towns),
            "mergers": mergers,
            "villages": known,
            "states": STATES,
            "own": visit.actor.staff_id,
            "may_add": visit.actor.may(AREA_ADD),
            "may_propose": visit.actor.may(MERGER_PROPOSE),
            "may_decide": visit.actor.may(MERGER_DECIDE),
            "typed": form,
            "step": step,
        }
        return await visit.page(session, "operator/villages.html", context, status=status)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(COUNT_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_villages,
    send_area,
    send_merger,
    send_approve,
    send_decline,
)
