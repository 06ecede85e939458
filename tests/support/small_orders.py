"""Services of a merchant in a test's small city, orders under them, and what a provider tells of these."""

from datetime import timedelta
from typing import Any

from small_city import SmallCity

from suxin.kernel.actor import Actor
from suxin.perks.orders.commands import open_order
from suxin.perks.orders.models import OrderService, ServiceOrder
from suxin.perks.orders.opening import open_service
from suxin.perks.orders.rules import Completion, OrderDraft, OrderLine, ServiceTerms
from suxin.perks.orders.states import ServiceOrderMode
from suxin.perks.states import RiskFundName, Sector

CEILING_FEN = 50_000
FUND_FEN = 20_000
LOCAL_CODE = "bike-local"
WECHAT_CODE = "500001"
SUB_MCHID = "1900000109"


def draft(**changed: Any) -> OrderDraft:
    """Return an order for a hired bicycle, deposit-free on 200 yuan."""
    said: dict[str, Any] = {
        "service_code": LOCAL_CODE,
        "number": "BIKE-1",
        "introduction": "骆马湖骑行",
        "fund_name": RiskFundName.DEPOSIT,
        "fund_fen": FUND_FEN,
    }
    return OrderDraft(**said | changed)


def asking(total_fen: int, *, less_fen: int = 0) -> Completion:
    """Return what is asked of a user: this much, after a discount."""
    discounts = (OrderLine(name="信用等级优惠", amount_fen=less_fen),) if less_fen else ()
    payments = (OrderLine(name="骑行费", amount_fen=total_fen + less_fen),)
    return Completion(payments=payments, discounts=discounts)


async def build_service(city: SmallCity, merchant: Actor, **changed: Any) -> OrderService:
    """Let the platform set up a service for a merchant."""
    terms = ServiceTerms(
        mode=changed.pop("mode", ServiceOrderMode.DEPOSIT_FREE),
        ceiling_fen=CEILING_FEN,
        unmanned=changed.pop("unmanned", False),
    )
    said: dict[str, Any] = {
        "tenant_id": merchant.own_tenant,
        "code": LOCAL_CODE,
        "name": "公共自行车",
        "terms": terms,
        "sector": Sector.TRAVEL,
    }
    service: OrderService = await city.act(open_service, Actor.system("test"), **said | changed)
    return service


async def opened(city: SmallCity, merchant: Actor, **changed: Any) -> ServiceOrder:
    """Open an order."""
    result = await city.act(open_order, merchant, draft=draft(**changed))
    order: ServiceOrder = result.order
    return order


LATER = timedelta(hours=2)
