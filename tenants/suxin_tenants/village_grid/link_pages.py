"""What people said of the household that they are in: who waits, and the village's answer."""

from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.villages import queries
from suxin.villages.linking import confirm_link, decline_link
from suxin.villages.models import Household, HouseholdLink, HouseholdMember
from suxin.villages.policies import LINK_DECIDE
from suxin.villages.states import RELATIONS_ZH, LinkState
from suxin_tenants.paging import read_page
from suxin_tenants.village_grid.fields import AT, require_village
from suxin_tenants.visits import Answer, GivenVisit
from suxin_tenants.words import Said

PLACE: Final = f"{AT}/links"
STATES: Final[dict[LinkState, Said]] = {
    LinkState.ASKED: ("待确认", "warn"),
    LinkState.CONFIRMED: ("已确认", "good"),
    LinkState.DECLINED: ("未通过", "plain"),
    LinkState.ENDED: ("已解除", "plain"),
}


@get("/village/links")
async def show_links(visit: GivenVisit) -> Answer:
    """Show what people asked, the latest first, each with the members of the household that he may be."""
    require_village(visit)
    visit.actor.require(LINK_DECIDE)
    tenant_id = visit.actor.own_tenant
    async with visit.reading() as session:
        page = await read_page(session, visit.request, queries.links(tenant_id), HouseholdLink.id)
        ids = {link.household_id for (link,) in page.rows}
        households = await session.scalars(
            queries.households(tenant_id).where(Household.id.in_(ids))
        )
        free: dict[UUID, list[tuple[str, str]]] = {}
        for one in await session.scalars(queries.members(tenant_id, ids)):
            if _may_be(one):
                free.setdefault(one.household_id, []).append(
                    (str(one.id), f"{one.name_masked}（{RELATIONS_ZH[one.relation]}）")
                )
        context = {
            "page": page,
            "households": {one.id: one for one in households},
            "free": free,
            "states": STATES,
        }
        return await visit.page(session, "village/links.html", context)


@post("/village/links/{link_id:uuid}/confirm", status_code=200)
async def send_confirm(visit: GivenVisit, link_id: FromPath[UUID]) -> Answer:
    """Say which member somebody is."""
    require_village(visit)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await confirm_link(
            session,
            visit.actor,
            link_id=link_id,
            member_id=form.id("memberId") or link_id,
            now=visit.world_now,
        )
        return {}

    return await visit.press("village.confirm", work, back=PLACE, done="已确认", link=link_id)


@post("/village/links/{link_id:uuid}/decline", status_code=200)
async def send_decline(visit: GivenVisit, link_id: FromPath[UUID]) -> Answer:
    """Say that somebody is not in the household."""
    require_village(visit)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await decline_link(
            session,
            visit.actor,
            link_id=link_id,
            reason=form.text("reason"),
            now=visit.world_now,
        )
        return {}

    return await visit.press("village.decline", work, back=PLACE, done="已答复", link=link_id)


def _may_be(member: HouseholdMember) -> bool:
    """Whoever has a resident id in the register proves himself by it."""
    return member.subject_id is None and member.resident_id_index is None


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_links, send_confirm, send_decline)
