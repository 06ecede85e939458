"""How a village's desk says where budgets, goods, cards and redemptions stand, and who may open the shop's pages."""

from collections.abc import Mapping
from typing import Final

from suxin.kernel.actor import Permission
from suxin.shop import policies
from suxin.shop.states import BudgetState, CardState, GoodState, RedemptionState
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.visits import Visit
from suxin_tenants.words import Said

PLACE: Final = "/desk/shop"
REDEMPTIONS: Final[Mapping[RedemptionState, Said]] = {
    RedemptionState.HELD: ("待发放", "warn"),
    RedemptionState.HANDED_OVER: ("已发放", "good"),
    RedemptionState.LET_GO: ("已取消", "plain"),
    RedemptionState.EXPIRED: ("超时取消", "plain"),
    RedemptionState.RETURNED: ("已退货", "plain"),
}
GOODS: Final[Mapping[GoodState, Said]] = {
    GoodState.OFFERED: ("可兑换", "good"),
    GoodState.WITHDRAWN: ("已下架", "plain"),
}
BUDGETS: Final[Mapping[BudgetState, Said]] = {
    BudgetState.PROPOSED: ("待确认", "warn"),
    BudgetState.CONFIRMED: ("已到位", "good"),
    BudgetState.DROPPED: ("已作废", "plain"),
}
CARDS: Final[Mapping[CardState, Said]] = {
    CardState.ACTIVE: ("有效", "good"),
    CardState.REVOKED: ("已注销", "plain"),
}
_RIGHTS: Final = {
    "goods": policies.GOODS_MANAGE,
    "terms": policies.TERMS_SET,
    "propose": policies.BUDGET_PROPOSE,
    "confirm": policies.BUDGET_CONFIRM,
    "cards": policies.CARD_ISSUE,
    "help": policies.REDEMPTION_HELP,
    "sell": policies.REDEMPTION_SELL,
    "return_": policies.REDEMPTION_RETURN,
    "close": policies.MONTH_CLOSE,
}


def rights(visit: Visit) -> dict[str, bool]:
    """Return which steps are the visitor's, by the names that pages use."""
    return {name: visit.actor.may(right) for name, right in _RIGHTS.items()}


def require(visit: Visit, *more: Permission) -> None:
    """Refuse unless it is a village's desk and the visitor may look at the shop, and what else the page needs.

    :raises RouteUnknown: if it is another desk
    :raises Forbidden: if a right is missing
    """
    visit.require_kind(TenantKind.VILLAGE_GRID)
    for permission in (policies.SHOP_READ, *more):
        visit.actor.require(permission)
