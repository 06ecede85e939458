"""A village's points: what is to be done today, claims, one claim with its steps and photos."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import appealing, chain, claiming, posting, queries
from suxin.grid.chain import Said
from suxin.grid.keeping import opened_photo
from suxin.grid.models import PointClaim
from suxin.grid.policies import (
    APPEAL_DECIDE,
    CLAIM_CHECK,
    CLAIM_DECIDE,
    CLAIM_RECORD,
    NOTICE_PUBLISH,
    POINT_READ,
    POINT_REVERSE,
    RULE_MANAGE,
)
from suxin.grid.states import ClaimState, Verdict
from suxin.kernel.actor import Permission
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.village_grid.point_words import CLAIMS, PLACE, TABS
from suxin_tenants.visits import Answer, GivenVisit, Visit


@get("/points")
async def show_today(visit: GivenVisit) -> Answer:
    """Show what waits for whom, and the ways to everything else."""
    require(visit)
    async with visit.reading() as session:
        counts = await queries.counts_by_state(session, visit.actor)
        context = {
            "counts": {state.value: count for state, count in counts.items()},
            "may": rights(visit),
        }
        return await visit.page(session, "village_grid/points.html", context)


@get("/points/claims")
async def show_claims(visit: GivenVisit) -> Answer:
    """Show the village's claims, newest first."""
    require(visit)
    tab = visit.request.query_params.get("state", "running")
    tab = tab if tab in TABS else "running"
    async with visit.reading() as session:
        statement, states = queries.own_claims(visit.actor), TABS[tab][1]
        if states:
            statement = statement.where(PointClaim.state.in_(states))
        page = await read_page(
            session, visit.request, statement, PointClaim.id, kept={"state": tab}
        )
        context = {
            "page": page,
            "tabs": [(key, zh) for key, (zh, _) in TABS.items()],
            "tab": tab,
            "states": CLAIMS,
            "may": rights(visit),
        }
        return await visit.page(session, "village_grid/claims.html", context)


@get("/points/claims/{claim_id:uuid}")
async def show_claim(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Show one claim: what it says, who said what of it, and the steps that are the visitor's."""
    require(visit)
    async with visit.reading() as session:
        claim, household = await queries.own_claim(session, visit.actor, claim_id)
        tenant_id = claim.tenant_id
        seats = await queries.seats_of(session, tenant_id, claim.id)
        context = {
            "claim": claim,
            "household": household,
            "state": CLAIMS[claim.state],
            "photos": (await session.scalars(queries.photos_of(tenant_id, claim.id))).all(),
            "seats": seats,
            "appeals": await queries.appeals_of(session, tenant_id, claim.id),
            "sat": visit.actor.staff_id in {seat.staff_id for seat in seats},
            "own": claim.claimed_by == visit.actor.staff_id,
            "may": rights(visit),
            "at": {state.name: claim.state is state for state in ClaimState},
        }
        return await visit.page(session, "village_grid/claim.html", context)


@get("/points/photos/{photo_id:uuid}")
async def show_photo(visit: GivenVisit, photo_id: FromPath[UUID]) -> Answer:
    """Send a photo as it was made anew here."""
    require(visit)
    async with visit.reading() as session:
        photo = await queries.own_photo(session, visit.actor, photo_id)
        content = opened_photo(visit.runtime.sealer, photo)
    return Response(
        content,
        status_code=HTTPStatus.OK,
        media_type="image/jpeg",
        headers={"Cache-Control": "no-store"},
    )


Step = Callable[[AsyncSession, Visit, UUID, Form], Awaitable[object]]


def _one(claim_id: UUID, form: Form) -> list[Said]:
    verdict = form.choice("verdict", Verdict) or Verdict.AGAINST
    return [Said(claim_id=claim_id, verdict=verdict, reason=form.text("reason"))]


_STEPS: Final[Mapping[str, tuple[str, Step]]] = {
    "withdraw": (
        "已撤回",
        lambda session, visit, one, _: claiming.withdraw_claim(
            session, visit.actor, claim_id=one, now=visit.now
        ),
    ),
    "check": (
        "初审意见已记录",
        lambda session, visit, one, form: chain.check_claims(
            session, visit.actor, said=_one(one, form), now=visit.now
        ),
    ),
    "vote": (
        "评议意见已记录",
        lambda session, visit, one, form: chain.vote_on_claims(
            session, visit.actor, said=_one(one, form), now=visit.now
        ),
    ),
    "appeal": (
        "异议已登记，积分暂缓入账",
        lambda session, visit, one, form: appealing.take_down_appeal(
            session,
            visit.actor,
            claim_id=one,
            resident=form.text("resident"),
            reason=form.text("reason"),
            now=visit.now,
        ),
    ),
    "answer": (
        "决定已记录",
        lambda session, visit, one, form: appealing.answer_appeal(
            session,
            visit.actor,
            claim_id=one,
            verdict=form.choice("verdict", Verdict) or Verdict.AGAINST,
            answer=form.text("reason"),
            now=visit.now,
        ),
    ),
    "town": (
        "已提请乡镇决定",
        lambda session, visit, one, form: appealing.take_down_further(
            session, visit.actor, claim_id=one, reason=form.text("reason"), now=visit.now
        ),
    ),
    "ask-reversal": (
        "已申请冲正，待另一人确认",
        lambda session, visit, one, form: posting.ask_reversal(
            session, visit.actor, claim_id=one, reason=form.text("reason"), now=visit.now
        ),
    ),
    "reverse": (
        "已冲正",
        lambda session, visit, one, _: posting.confirm_reversal(
            session, visit.actor, claim_id=one, now=visit.now
        ),
    ),
}


@post("/points/claims/{claim_id:uuid}/{step:str}", status_code=200)
async def send_step(visit: GivenVisit, claim_id: FromPath[UUID], step: FromPath[str]) -> Answer:
    """Check, decide, appeal, answer, go on, withdraw or reverse."""
    require(visit)
    back = f"{PLACE}/claims/{claim_id}"
    if step not in _STEPS:
        return visit.go(back)
    done, take = _STEPS[step]
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await take(session, visit, claim_id, form)
        return {}

    return await visit.press(f"point.{step}", work, back=back, done=done, claim=claim_id)


def rights(visit: Visit) -> dict[str, bool]:
    """Return which steps are the visitor's, by the names that pages use."""
    return {
        "record": visit.actor.may(CLAIM_RECORD),
        "check": visit.actor.may(CLAIM_CHECK),
        "decide": visit.actor.may(CLAIM_DECIDE),
        "publish": visit.actor.may(NOTICE_PUBLISH),
        "answer": visit.actor.may(APPEAL_DECIDE),
        "reverse": visit.actor.may(POINT_REVERSE),
        "rules": visit.actor.may(RULE_MANAGE),
    }


def require(visit: Visit, *more: Permission) -> None:
    """Refuse unless it is a village's desk and the visitor may look at points, and what else the page needs.

    :raises RouteUnknown: if it is another desk
    :raises Forbidden: if a right is missing
    """
    visit.require_kind(TenantKind.VILLAGE_GRID)
    for permission in (POINT_READ, *more):
        visit.actor.require(permission)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_today,
    show_claims,
    show_claim,
    show_photo,
    send_step,
)
