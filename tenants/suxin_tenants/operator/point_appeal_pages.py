"""The town's desk: what villages' residents took beyond the village, and the last word on it."""

from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.appealing import decide_for_town
from suxin.grid.models import PointClaim
from suxin.grid.policies import TOWN_DECIDE
from suxin.grid.queries import claims_at_town
from suxin.grid.states import Verdict
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit

PLACE: Final = "/desk/point-appeals"


@get("/point-appeals")
async def show_point_appeals(visit: GivenVisit) -> Answer:
    """Show the claims that wait for the town, each with both sides' reasons."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TOWN_DECIDE)
    async with visit.reading() as session:
        page = await read_page(session, visit.request, claims_at_town(visit.actor), PointClaim.id)
        return await visit.page(session, "operator/point_appeals.html", {"page": page})


@post("/point-appeals/{claim_id:uuid}", status_code=200)
async def send_town_decision(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Decide for the town."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TOWN_DECIDE)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await decide_for_town(
            session,
            visit.actor,
            claim_id=claim_id,
            verdict=form.choice("verdict", Verdict) or Verdict.AGAINST,
            answer=form.text("reason"),
            now=visit.now,
        )
        return {}

    return await visit.press("point.town", work, back=PLACE, done="已决定", claim=claim_id)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_point_appeals, send_town_decision)
