"""Who must not touch a merchant's orders: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from bill_reference import billed
from filled_orders import PAID
from small_orders import LOCAL_CODE, SUB_MCHID, WECHAT_CODE, asking, draft
from small_world import World
from trespassing import EVERYONE_BUT_SUBJECTS, Case, by

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.perks.orders.authorisations.models import OrderAuthorisation
from suxin.perks.orders.calls import MerchantUnknown, RefundCall
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.orders.rules import ServiceTerms
from suxin.perks.orders.states import (
    OrderChannel,
    OutcomeKind,
    ServiceOrderMode,
    ServiceOrderRefundState,
)
from suxin.perks.states import Sector

OUTSIDE = tuple(name for name in (*EVERYONE_BUT_SUBJECTS, "stranger") if name != "merchant")
ANYBODY = (*OUTSIDE, "merchant")


def order(world: World) -> dict[str, Any]:
    return {"order_id": world.ordered.order_id}


def authorisation(world: World) -> dict[str, Any]:
    return {"authorisation_id": world.ordered.authorisation_id}


def redeemed(world: World) -> dict[str, Any]:
    return {"draft": draft(redemption_id=world.perks.redemption_id), "service": None}


def merchants_own(given: Callable[[World], dict[str, Any]]) -> list[Case]:
    """A merchant's command: another merchant finds nothing, and whoever has not the right may not."""
    return [("merchant", NotFound, given), *by(OUTSIDE, Forbidden, given)]


def gap(world: World) -> dict[str, Any]:
    return {"gap_id": world.ordered.gap_id}


def bill(world: World) -> dict[str, Any]:
    return {"bill_id": world.ordered.bill_id}


def known(world: World) -> ServiceOrder:
    """The other merchant's order, as its ids alone tell of it."""
    ordered = world.ordered
    return ServiceOrder(
        tenant_id=ordered.merchant.own_tenant, id=ordered.paid_id, service_id=ordered.service_id
    )


def by_tenant(world: World) -> dict[str, Any]:
    return {"tenant_id": world.ordered.merchant.own_tenant}


TOLD = {"provider": OrderChannel.WECHAT_PAYSCORE, "sub_mchid": SUB_MCHID}
COMMANDS: dict[str, list[Case]] = {
    "perks.orders.authorisations.commands.apply_authorisation": merchants_own(
        lambda _world: {"service_code": WECHAT_CODE, "code": "AUTH-1"}
    ),
    "perks.orders.authorisations.commands.end_authorisation": merchants_own(
        lambda world: {"authorisation_id": world.ordered.authorisation_id, "reason": "x"}
    ),
    "perks.orders.urging.collect_order": merchants_own(order),
    "perks.orders.urging.remind_order": merchants_own(order),
    "perks.orders.calls.take_call": by(
        ("system",),
        MerchantUnknown,
        lambda _world: {
            "call": RefundCall(
                event="REFUND.SUCCESS",
                sub_mchid="1",
                number="x",
                state=ServiceOrderRefundState.SUCCESS,
            )
        },
    ),
    "perks.orders.commands.cancel_order": merchants_own(
        lambda world: order(world) | {"reason": "x"}
    ),
    "perks.orders.commands.complete_order": merchants_own(
        lambda world: order(world) | {"completion": asking(1)}
    ),
    "perks.orders.commands.confirm_order": merchants_own(order),
    "perks.orders.commands.lower_order": merchants_own(
        lambda world: order(world) | {"completion": asking(1), "reason": "x"}
    ),
    "perks.orders.commands.open_order": merchants_own(
        lambda _world: {"draft": draft(service_code=LOCAL_CODE)}
    ),
    "perks.orders.commands.refund_order": merchants_own(
        lambda world: {
            "transaction_id": world.ordered.transaction_id,
            "number": "R-9",
            "amount_fen": 1,
            "reason": "x",
        }
    ),
    "perks.orders.commands.sync_order": merchants_own(
        lambda world: order(world) | {"paid_at": world.city.now}
    ),
    "perks.orders.bills.explaining.explain_gap": merchants_own(
        lambda world: gap(world) | {"found": "x"}
    ),
    # What opens an order asks for the right to before.
    "perks.orders.redeemed.redemption_for": [
        *by(("merchant", "rival", "operator"), NotFound, redeemed),
        *by(("stranger", "anonymous", "system"), Forbidden, redeemed),
    ],
    "perks.orders.opening.open_service": by(
        tuple(name for name in ANYBODY if name != "system"),
        Forbidden,
        lambda world: (
            by_tenant(world)
            | {
                "code": "x",
                "name": "x",
                "terms": ServiceTerms(
                    mode=ServiceOrderMode.DEPOSIT_FREE, ceiling_fen=1, unmanned=False
                ),
                "sector": Sector.TRAVEL,
            }
        ),
    ),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "perks.orders.bills.queries.bill_overseen": ("merchant", bill, Forbidden),
    "perks.orders.bills.queries.bills_overseen": ("merchant", lambda _world: {}, Forbidden),
    "perks.orders.bills.queries.gaps_overseen": ("merchant", bill, Forbidden),
    "perks.orders.bills.queries.lock_own_gap": ("merchant", gap, NotFound),
    "perks.orders.bills.queries.own_gap": ("merchant", gap, NotFound),
    "perks.orders.bills.queries.gaps_of": (
        "merchant",
        lambda world: {"bill_id": world.ordered.bill_id},
        None,
    ),
    "perks.orders.bills.queries.is_compared": (
        "merchant",
        lambda world: by_tenant(world) | {"sub_mchid": SUB_MCHID, "day": world.ordered.bill_day},
        None,
    ),
    "perks.orders.bills.queries.known_of": (
        "merchant",
        lambda world: (
            by_tenant(world)
            | {"sub_mchid": SUB_MCHID, "rows": [billed(PAID, world.ordered.transaction_id, 1)]}
        ),
        None,
    ),
    "perks.orders.bills.queries.own_bill": (
        "merchant",
        lambda world: {"bill_id": world.ordered.bill_id},
        NotFound,
    ),
    "perks.orders.bills.queries.own_bills": ("merchant", lambda _world: {}, None),
    "perks.orders.bills.queries.paid_on": (
        "merchant",
        lambda world: by_tenant(world) | {"sub_mchid": SUB_MCHID, "day": world.ordered.bill_day},
        None,
    ),
    "perks.orders.queries.is_numbered": (
        "merchant",
        lambda world: by_tenant(world) | {"sub_mchid": SUB_MCHID},
        None,
    ),
    "perks.orders.authorisations.queries.authorisation_numbered": (
        "merchant",
        lambda world: {"code": world.ordered.authorisation_code},
        None,
    ),
    "perks.orders.authorisations.queries.lock_authorisation": (
        "merchant",
        lambda world: by_tenant(world) | authorisation(world),
        None,
    ),
    "perks.orders.authorisations.queries.lock_authorisation_told": (
        "merchant",
        lambda world: TOLD | {"code": world.ordered.authorisation_code},
        None,
    ),
    "perks.orders.authorisations.queries.lock_own_authorisation": (
        "merchant",
        authorisation,
        NotFound,
    ),
    "perks.orders.authorisations.queries.own_authorisations": (
        "merchant",
        lambda _world: {},
        None,
    ),
    "perks.orders.authorisations.queries.service_behind": (
        "rival",
        lambda world: {
            "authorisation": OrderAuthorisation(
                tenant_id=world.ordered.merchant.own_tenant, service_id=world.ordered.service_id
            )
        },
        NotFound,
    ),
    "perks.orders.queries.has_outcome": (
        "merchant",
        lambda world: {"order": known(world), "kind": OutcomeKind.KEPT},
        None,
    ),
    "perks.orders.queries.is_merchant_known": (
        "merchant",
        lambda _world: TOLD | {"service_code": WECHAT_CODE},
        None,
    ),
    "perks.orders.queries.is_submerchant_known": ("merchant", lambda _world: TOLD, None),
    "perks.orders.queries.lock_order": (
        "merchant",
        lambda world: by_tenant(world) | order(world),
        None,
    ),
    "perks.orders.queries.lock_order_paid": (
        "merchant",
        lambda world: {"transaction_id": world.ordered.transaction_id},
        NotFound,
    ),
    "perks.orders.queries.lock_order_told": (
        "merchant",
        lambda world: TOLD | {"number": world.ordered.told_number},
        None,
    ),
    "perks.orders.queries.lock_own_order": ("merchant", order, NotFound),
    "perks.orders.queries.lock_refund": (
        "merchant",
        lambda world: by_tenant(world) | {"refund_id": world.ordered.refund_id},
        None,
    ),
    "perks.orders.queries.lock_refund_told": (
        "merchant",
        lambda world: TOLD | {"number": world.ordered.refund_number},
        None,
    ),
    "perks.orders.queries.open_services": ("merchant", lambda _world: {}, None),
    "perks.orders.queries.order_numbered": (
        "merchant",
        lambda world: {"number": world.ordered.told_number},
        None,
    ),
    "perks.orders.queries.orders_of_day": (
        "merchant",
        lambda world: {"begins_at": world.city.now},
        None,
    ),
    "perks.orders.queries.order_of_redemption": (
        "merchant",
        lambda world: {"redemption_id": world.ordered.redemption_id},
        None,
    ),
    "perks.orders.queries.own_order": ("merchant", order, NotFound),
    "perks.orders.queries.own_orders": ("merchant", lambda _world: {}, None),
    "perks.orders.queries.own_refunds": ("merchant", lambda _world: {}, None),
    "perks.orders.queries.own_service": (
        "merchant",
        lambda _world: {"code": LOCAL_CODE},
        NotFound,
    ),
    "perks.orders.queries.own_services": ("merchant", lambda _world: {}, None),
    "perks.orders.queries.refund_numbered": (
        "merchant",
        lambda world: {"number": world.ordered.refund_number},
        None,
    ),
    "perks.orders.queries.refunds_of": (
        "merchant",
        lambda world: {"order": known(world)},
        None,
    ),
    "perks.orders.queries.service_of": (
        "rival",
        lambda world: {"order": known(world)},
        NotFound,
    ),
    "perks.orders.queries.stage_counts": (
        "merchant",
        lambda world: {"begins_at": world.city.now},
        None,
    ),
}
