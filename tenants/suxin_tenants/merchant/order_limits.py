"""An order's limit after a default, as its page shows it."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.perks.limiting.policies import LIMIT_PROPOSE
from suxin.perks.limiting.proposing import MAX_DOCUMENT, MAX_MONTHS
from suxin.perks.limiting.queries import limit_of_order
from suxin.perks.limiting.states import LIVE, LimitState
from suxin.perks.limits import MAX_REASON
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.orders.queries import has_outcome
from suxin.perks.orders.states import OutcomeKind, ServiceOrderStage
from suxin_tenants.visits import Visit


async def limit_context(session: AsyncSession, visit: Visit, order: ServiceOrder) -> dict[str, Any]:
    """Return the limit proposed on an order, and whether one may be proposed."""
    if not visit.actor.may(LIMIT_PROPOSE):
        return {"limit": None, "may_limit": False}
    found = await limit_of_order(session, visit.actor, order.id)
    stands = found is not None and found.state is not LimitState.ENDED
    return {
        "limit": found,
        "limit_live": found is not None and found.state in LIVE,
        "may_limit": not stands
        and order.stage is ServiceOrderStage.USER_PAYING
        and order.redemption_id is not None
        and await has_outcome(session, order, OutcomeKind.DEFAULTED),
        "max_months": MAX_MONTHS,
        "max_limit_reason": MAX_REASON,
        "max_document": MAX_DOCUMENT,
    }
