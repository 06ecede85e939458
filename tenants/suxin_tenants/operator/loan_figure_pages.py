"""The city's loans month by month, told apart by bank, county or industry; and how far the plan's targets are.

Amounts of few loans are not shown: the operator reads statistics, and never what one borrower owes.
"""

from typing import Final

from litestar import get
from litestar.types import ControllerRouterHandler

from suxin.lending.league import queries
from suxin.lending.league.figures import SMALLEST_SHOWN
from suxin.lending.league.models import Dimension
from suxin.lending.policies import STATISTICS_READ
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.operator.league_lists import dimension_asked, month_asked, names_of
from suxin_tenants.operator.month_charts import month_chart
from suxin_tenants.operator.plan_target_lists import size_words, standing_words, targets_now
from suxin_tenants.visits import Answer, GivenVisit, Visit

DIMENSIONS: Final = (Dimension.BANK, Dimension.COUNTY, Dimension.INDUSTRY)


@get("/loan-figures")
async def show_loan_figures(visit: GivenVisit) -> Answer:
    """Show the months' chart, and one month told apart."""
    _require(visit)
    dimension = dimension_asked(visit)
    async with visit.reading() as session:
        months = await queries.months_of_city(session, visit.actor)
        month = await month_asked(session, visit)
        found = (
            []
            if month is None
            else await queries.figures_by(session, visit.actor, dimension=dimension, month=month)
        )
        context = {
            "months": months,
            "chart": month_chart(months),
            "month": month,
            "dimension": dimension,
            "dimensions": DIMENSIONS,
            "figures": found,
            "names": await names_of(session, dimension, found),
            "city": next((one for one in months if one.month == month), None),
            "smallest": SMALLEST_SHOWN,
        }
        return await visit.page(session, "operator/loan_figures.html", context)


@get("/plan-targets")
async def show_plan_targets(visit: GivenVisit) -> Answer:
    """Show where each target stands."""
    _require(visit)
    async with visit.reading() as session:
        context = {
            "targets": await targets_now(session, visit),
            "standing": standing_words,
            "size": size_words,
        }
        return await visit.page(session, "operator/plan_targets.html", context)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(STATISTICS_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_loan_figures, show_plan_targets)
