"""A bank's own place in the league table: its figures, the others' without names or with them, and what it has earned."""

from typing import Final

from litestar import get
from litestar.types import ControllerRouterHandler

from suxin.lending.league import queries
from suxin.lending.league.measures import MIN_CASES, Measure
from suxin.lending.league.models import LeagueTable
from suxin.lending.league.policies import LEAGUE_READ
from suxin.lending.league.quarters import Quarter
from suxin.risk_pool.incentives.queries import own_awards
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.league_words import (
    banks_by_id,
    of_banks,
    table_asked,
    value_words,
)
from suxin_tenants.visits import Answer, GivenVisit

QUARTERS_SHOWN: Final = 12
AWARDS_SHOWN: Final = 12


@get("/own-league")
async def show_own_league(visit: GivenVisit) -> Answer:
    """Show the latest counted quarter, or the one asked for."""
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(LEAGUE_READ)
    async with visit.reading() as session:
        table = await table_asked(session, visit)
        awards = (await session.scalars(own_awards(visit.actor).limit(AWARDS_SHOWN))).all()
        context: dict[str, object] = {
            "table": table,
            "measures": tuple(Measure),
            "min_cases": MIN_CASES,
            "quarters": [],
        }
        if table is not None:
            quarter = Quarter(table.quarter)
            lines = await queries.lines_of(
                session, visit.actor, quarter=quarter, version=table.version
            )
            banks = await banks_by_id(session)
            counted = await session.scalars(
                queries.tables(visit.actor).where(LeagueTable.version == 1).limit(QUARTERS_SHOWN)
            )
            own = {one.measure: one for one in lines if one.tenant_id == visit.actor.own_tenant}
            context |= {
                "quarter": quarter,
                "quarters": [Quarter(one.quarter) for one in counted],
                "own": own,
                "rows": of_banks(lines, banks) if table.named else [],
                "value": value_words,
                "ranked": table.ranked or {},
            }
        context["awards"] = [(Quarter(one.quarter), one) for one in awards]
        context["measure_zh"] = {measure.value: measure.zh for measure in Measure}
        return await visit.page(session, "bank/league.html", context)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_own_league,)
