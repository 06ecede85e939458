"""As whom a link's holder reads: as the bank's own system, with no right but to read files of its referrals."""

from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select

from suxin.consent.oauth.tokens import ClientTenant
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.sandbox_clocks import ahead_of
from suxin.kernel.single_steps import SingleStep, SingleSteps
from suxin.lending.policies import REFERRAL_READ
from suxin.subjects.policies import RECORD_READ
from suxin.tenancy.actors import running_kind
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import Profiles

_BANK: Final = SingleStep(
    select(Tenant.kind, Tenant.status, Tenant.sandbox, ahead_of(Tenant.id)).where(
        Tenant.id == bindparam("tenant_id")
    )
)


async def linked_bank(
    steps: SingleSteps, tenant_id: UUID, *, profiles: Profiles, request_id: str
) -> Actor | None:
    """Return the bank that a link is for, as its own system; nothing where there is none.

    :raises TenantSuspended: if it is suspended
    """
    row = await steps.row(_BANK, tenant_id=tenant_id)
    if row is None:
        return None
    kind, status, sandbox, ahead_s = row
    running_kind(kind, status)
    bank = ClientTenant(tenant_id, kind, status, sandbox, ahead_s)
    return Actor(
        kind=ActorKind.CLIENT,
        request_id=request_id,
        tenant_id=tenant_id,
        tenant_kind=bank.kind.value,
        permissions=frozenset({REFERRAL_READ, RECORD_READ}),
        purposes=profiles[bank.kind].purposes,
        sandbox_id=bank.world,
        ahead=bank.ahead,
    )
