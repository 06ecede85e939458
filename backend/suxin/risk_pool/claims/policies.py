"""Who may make claims, check and approve them, and read a custodian's statements."""

from typing import Final

from suxin.kernel.actor import Actor, Permission
from suxin.risk_pool.claims.states import Place

CLAIM_READ: Final = Permission("risk_pool.claim.read", "查看代偿申请和追偿")
CLAIM_MAKE: Final = Permission("risk_pool.claim.make", "办理代偿申请、登记催收和追偿")
CLAIM_CHECK: Final = Permission("risk_pool.claim.check", "核对代偿材料")
CLAIM_APPROVE_FUND: Final = Permission("risk_pool.claim.approve_fund", "以基金管理机构岗位审批代偿")
CLAIM_APPROVE_BUREAU: Final = Permission(
    "risk_pool.claim.approve_bureau", "以财政（金融）主管部门岗位审批代偿"
)
STATEMENT_READ: Final = Permission("risk_pool.statement.read", "查看托管对账单和对账结果")
STATEMENT_IMPORT: Final = Permission("risk_pool.statement.import", "导入托管对账单、匹配流水")

_BY_PLACE: Final = {
    Place.FUND_MANAGER: CLAIM_APPROVE_FUND,
    Place.FINANCE_BUREAU: CLAIM_APPROVE_BUREAU,
}


def require_place(actor: Actor, place: Place) -> None:
    """Refuse unless the actor may approve from this place.

    :raises Forbidden: if he may not
    """
    actor.require(_BY_PLACE[place])


def require_any_place(actor: Actor) -> None:
    """Refuse unless the actor may approve from one of the places.

    :raises Forbidden: if he may from neither
    """
    if not actor.may(CLAIM_APPROVE_FUND):
        actor.require(CLAIM_APPROVE_BUREAU)


def places_of(actor: Actor) -> tuple[Place, ...]:
    """Return the places from which the actor may approve."""
    return tuple(place for place, permission in _BY_PLACE.items() if actor.may(permission))
