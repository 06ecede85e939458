"""What pools came to, as charts and a table: exposure, compensation and recovery by month, bank, county or industry."""

from typing import Final

from litestar import get
from litestar.types import ControllerRouterHandler

from suxin.risk_pool.claims.policies import CLAIM_READ
from suxin.risk_pool.policies import POOL_READ
from suxin.risk_pool.pools.queries import own_pools
from suxin.risk_pool.statistics.figures import PoolDimension, total_of
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.operator.pool_charts import DRAWN, pool_chart
from suxin_tenants.operator.pool_lists import figures_asked
from suxin_tenants.visits import Answer, GivenVisit


@get("/pool-figures")
async def show_pool_figures(visit: GivenVisit) -> Answer:
    """Show the figures of all pools or of one, told apart as the address says."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(POOL_READ)
    visit.actor.require(CLAIM_READ)
    async with visit.reading() as session:
        by, pool, figures, names = await figures_asked(session, visit)
        context = {
            "by": by,
            "dimensions": tuple(PoolDimension),
            "pools": (await session.scalars(own_pools(visit.actor))).all(),
            "pool": pool,
            "figures": figures,
            "names": names,
            "total": total_of(figures),
            "chart": pool_chart(by, figures, names),
            "drawn": DRAWN,
        }
        return await visit.page(session, "operator/pool_figures.html", context)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_pool_figures,)
