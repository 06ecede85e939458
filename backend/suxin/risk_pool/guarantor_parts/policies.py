"""Who reads, answers and pays a guarantor's part of a claim; the bank does its side as whoever makes its claims."""

from typing import Final

from suxin.kernel.actor import Actor, Permission
from suxin.risk_pool.claims.policies import CLAIM_MAKE, CLAIM_READ
from suxin.tenancy.profiles import TenantKind

PART_READ: Final = Permission("risk_pool.part.read", "查看代偿分担和划款")
PART_ANSWER: Final = Permission("risk_pool.part.answer", "答复代偿分担")
PART_PAY: Final = Permission("risk_pool.part.pay", "登记代偿款、确认追偿分配")


def require_reader(actor: Actor) -> None:
    """Refuse unless the actor may look at guarantors' parts, as their guarantor, bank or operator.

    :raises Forbidden: if he may not
    """
    actor.require(PART_READ if actor.tenant_kind == TenantKind.GUARANTOR else CLAIM_READ)


def require_party(actor: Actor) -> bool:
    """Return whether the actor confirms for a guarantor, and not for a bank.

    :raises Forbidden: if he may for neither
    """
    if actor.may(PART_PAY):
        return True
    actor.require(CLAIM_MAKE)
    return False
