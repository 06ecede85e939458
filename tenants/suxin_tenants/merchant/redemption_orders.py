"""The service order that a redemption opens, as its page offers it: under which services, on how much, and which it has already."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.ids import new_id
from suxin.perks.models import Programme, Redemption
from suxin.perks.orders import commands, queries
from suxin.perks.orders.models import OrderService
from suxin.perks.orders.policies import ORDER_MANAGE, ORDER_READ
from suxin.perks.orders.redeemed import fund_fen_of, fund_of, services_for
from suxin.perks.orders.rules import MAX_INTRODUCTION, OrderDraft
from suxin.perks.showing.queries import redemption_at
from suxin.perks.states import RedemptionState
from suxin_tenants.forms import Form, yuan_text
from suxin_tenants.visits import Visit

FIELDS: Final = ("service", "fund", "device")
NAMES: Final = {"riskFundFen": "fund", "startDeviceId": "device", "serviceId": "service"}
"""The fields of the form, by the names under which the core refuses them."""


async def offered(
    session: AsyncSession, visit: Visit, redemption: Redemption, programme: Programme
) -> dict[str, Any]:
    """Return what the page of a redemption shows of its order: the order, or the services under which it may be opened."""
    if not visit.actor.may(ORDER_READ):
        return {"order": None, "services": [], "fund": "", "unmanned": False}
    order = await queries.order_of_redemption(session, visit.actor, redemption.id)
    found: Mapping[str, OrderService] = {}
    if (
        order is None
        and redemption.state is RedemptionState.GRANTED
        and visit.actor.may(ORDER_MANAGE)
    ):
        found = await _services(session, visit, redemption, programme)
    first = next(iter(found.values()), None)
    return {
        "order": order,
        "services": [(one.code, f"{one.name}（{one.mode.zh}）") for one in found.values()],
        "fund": "" if first is None else yuan_text(fund_fen_of(redemption, first)),
        "unmanned": any(one.unmanned for one in found.values()),
    }


async def open_for(
    session: AsyncSession, visit: Visit, redemption_id: UUID, form: Form, *, fund_fen: int
) -> UUID:
    """Open the order that the form asks for, and return its id.

    :raises NotFound: if redemption or service are not the caller's
    """
    redemption, programme = await redemption_at(session, visit.actor, redemption_id)
    service = await queries.own_service(session, visit.actor, form.text("service"))
    draft = OrderDraft(
        service_code=service.code,
        # A number of the platform's own, for who has no system that gives one.
        number=new_id(visit.world_now).hex,
        introduction=programme.name[:MAX_INTRODUCTION],
        fund_name=fund_of(programme, service),
        fund_fen=fund_fen,
        device=form.text("device") or None,
        redemption_id=redemption.id,
    )
    opened = await commands.open_order(session, visit.actor, draft=draft, now=visit.world_now)
    return opened.order.id


async def _services(
    session: AsyncSession, visit: Visit, redemption: Redemption, programme: Programme
) -> dict[str, OrderService]:
    statement = services_for(visit.actor, redemption, programme)
    if statement is None:
        return {}
    return {one.code: one for one in await session.scalars(statement)}
