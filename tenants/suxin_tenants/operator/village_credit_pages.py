"""How far whole-village credit has come in the city, for the credit office and its people of a town: rounds by village, in counts alone."""

from typing import Final

from litestar import get
from litestar.types import ControllerRouterHandler

from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import tenants_by_id
from suxin.village_credit.models import CreditRound
from suxin.village_credit.policies import ROUND_OVERSEE
from suxin.village_credit.queries import rounds_overseen
from suxin_tenants.area_names import area_names
from suxin_tenants.credit_round_words import ROUNDS, about
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit

_TOWN_DIGITS: Final = 9


@get("/village-credit")
async def show_village_credit_progress(visit: GivenVisit) -> Answer:
    """Show the rounds of an area, those of the whole city where none is asked for."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(ROUND_OVERSEE)
    asked = visit.request.query_params.get("area", "")
    within = asked if asked.isdecimal() else ""
    async with visit.reading() as session:
        page = await read_page(
            session,
            visit.request,
            rounds_overseen(visit.actor, within=within).order_by(None),
            CreditRound.id,
        )
        shown = [one for (one,) in page.rows]
        towns = {one.village_code[:_TOWN_DIGITS] for one in shown}
        banks = await session.scalars(tenants_by_id({one.tenant_id for one in shown}))
        context = {
            "page": page,
            "within": within,
            "states": ROUNDS,
            "areas": await area_names(session, {*towns, *(one.village_code for one in shown)}),
            "banks": {one.id: one.short_name for one in banks},
            "about": about,
        }
        return await visit.page(session, "operator/village_credit.html", context)


HANDLERS: Final[list[ControllerRouterHandler]] = [show_village_credit_progress]
