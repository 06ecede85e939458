"""Banks' ledgers as far as they are about the operator's pools: each day's sums, and what differs with both figures."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from litestar import get
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import local_day
from suxin.risk_pool.bank_ledgers import queries
from suxin.risk_pool.claims.policies import STATEMENT_READ
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import tenants_by_id
from suxin_tenants.ledger_figures import figure
from suxin_tenants.visits import Answer, GivenVisit, Visit

DEFAULT_DAYS: Final = 31


@get("/bank-reconciliation")
async def show_bank_reconciliation(visit: GivenVisit) -> Answer:
    """Show a bank's ledgers beside what the pools have of its loans, day by day, and each difference."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(STATEMENT_READ)
    asked = visit.request.query_params
    last = _day(asked.get("to", "")) or local_day(visit.now)
    first = _day(asked.get("from", "")) or last - timedelta(days=DEFAULT_DAYS - 1)
    first = max(first, last - timedelta(days=queries.MAX_DAYS - 1))
    async with visit.reading() as session:
        ids = await queries.banks_with_ledgers(session, visit.actor)
        names = {one.id: one.name for one in await session.scalars(tenants_by_id(ids))}
        chosen = next((one for one in ids if str(one) == asked.get("bank")), None)
        if chosen is None and ids:
            chosen = ids[0]
        context: dict[str, object] = {
            "banks": [(str(one), names[one]) for one in ids],
            "bank_id": str(chosen or ""),
            "first": first,
            "last": last,
            "days": [],
            "differences": [],
            "figure": figure,
            "max_differences": queries.MAX_DIFFERENCES,
        }
        if chosen is not None:
            context |= await _compared(visit, session, chosen, first, last)
        return await visit.page(session, "operator/bank_reconciliation.html", context)


async def _compared(
    visit: Visit, session: AsyncSession, bank_id: UUID, first: date, last: date
) -> dict[str, object]:
    return {
        "days": await queries.days_of_pools(
            session, visit.actor, bank_id=bank_id, first=first, last=last
        ),
        "differences": await queries.differences_of_pools(
            session, visit.actor, bank_id=bank_id, first=first, last=last
        ),
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_bank_reconciliation,)
