"""Queues: many claims at once, for whoever checks first and for the committee; and in which household each of the staff lives."""

from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import chain, queries
from suxin.grid.chain import MAX_BATCH, QUORUM, Said
from suxin.grid.policies import CLAIM_CHECK, CLAIM_DECIDE, RULE_MANAGE
from suxin.grid.queries.waiting import claims_waiting
from suxin.grid.states import ClaimState, Verdict
from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Refusal
from suxin.villages import queries as villages
from suxin_tenants.forms import Form
from suxin_tenants.village_grid.point_pages import require
from suxin_tenants.village_grid.point_words import PLACE
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right
from suxin_tenants.words import said
from suxin_web.refusals import RouteUnknown

_SHOWN: Final = 30
_QUEUES: Final = {
    "check": ("初审", CLAIM_CHECK, ClaimState.SUBMITTED),
    "committee": ("评议", CLAIM_DECIDE, ClaimState.CHECKED),
}


@get("/points/queues/{queue:str}")
async def show_queue(visit: GivenVisit, queue: FromPath[str]) -> Answer:
    """Show the claims that wait for the visitor, the most pressing first."""
    return await _show(visit, queue, Form({}), {}, status=200)


@post("/points/queues/{queue:str}", status_code=200)
async def send_queue(visit: GivenVisit, queue: FromPath[str]) -> Answer:
    """Take down what the visitor said of some of them, all or none."""
    _, right, _ = _queue(queue)
    require(visit, right)
    form = await visit.form()
    given = _said(form)
    command = chain.check_claims if queue == "check" else chain.vote_on_claims

    async def work(session: AsyncSession) -> dict[str, Any]:
        await command(session, visit.actor, said=given, now=visit.now)
        return {}

    try:
        await visit.once(form, f"point.{queue}", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, queue, form, {"": said(refusal)}, status=422)
    return visit.go(f"{PLACE}/queues/{queue}", f"已记录 {len(given)} 件意见")


@get("/points/homes")
async def show_homes(visit: GivenVisit) -> Answer:
    """Show in which household each of the staff lives, so that he keeps out of its claims."""
    require(visit, RULE_MANAGE)
    async with visit.reading() as session:
        rows = (await session.execute(queries.homes(visit.actor))).all()
        context = {"rows": rows, "own": visit.actor.staff_id}
        return await visit.page(session, "village_grid/homes.html", context)


@post("/points/homes", status_code=200)
async def send_home(visit: GivenVisit) -> Answer:
    """Say in which household one of the staff lives, by its number; none for not of the village."""
    require(visit, RULE_MANAGE)
    form = await visit.form()
    staff_id, number = form.id("staffId"), form.text("number")

    async def work(session: AsyncSession) -> dict[str, Any]:
        household_id = None
        if number:
            found = await villages.household_numbered(session, visit.actor.own_tenant, number)
            if found is None:
                return {"missing": number}
            household_id = found.id
        if staff_id is not None:
            await chain.declare_home(
                session,
                visit.actor,
                staff_id=staff_id,
                household_id=household_id,
                now=visit.now,
            )
        return {}

    result = await visit.once(form, "point.home", work)
    if "missing" in result:
        return visit.go(f"{PLACE}/homes", f"名册中没有户号 {number}", good=False)
    return visit.go(f"{PLACE}/homes", "已登记")


def _queue(name: str) -> tuple[str, Any, ClaimState]:
    found = _QUEUES.get(name)
    if found is None:
        raise RouteUnknown
    return found


def _said(form: Form) -> list[Said]:
    given = []
    for text in form.texts("claimId")[:MAX_BATCH]:
        verdict = next((one for one in Verdict if one.value == form.text(f"verdict-{text}")), None)
        if verdict is not None:
            claim_id = parse_id(text, field="claimId")
            given.append(
                Said(claim_id=claim_id, verdict=verdict, reason=form.text(f"reason-{text}"))
            )
    return given


async def _show(
    visit: Visit, queue: str, form: Form, errors: dict[str, str], *, status: int
) -> Answer:
    zh, right, state = _queue(queue)
    require(visit, right)
    async with visit.reading() as session:
        waiting = claims_waiting(visit.actor, state).limit(_SHOWN)
        context = {
            "queue": queue,
            "title": zh,
            "rows": (await session.execute(waiting)).all(),
            "quorum": QUORUM,
            "form": form,
            "errors": errors,
        }
        return await visit.page(session, "village_grid/queue.html", context, status=status)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_queue,
    send_queue,
    show_homes,
    send_home,
)
