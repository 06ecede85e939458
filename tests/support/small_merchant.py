"""A merchant in a test's small city, with somebody who may do everything there."""

from uuid import UUID

from small_city import SmallCity

from suxin.kernel.actor import Actor, ActorKind
from suxin.tenancy.commands import create_tenant
from suxin.tenancy.profiles import TenantKind
from suxin_tenants import PROFILES


async def build_merchant(city: SmallCity) -> Actor:
    """Let the operator take a merchant in; return its actor."""
    tenant_id = await city.act(
        create_tenant,
        city.operator,
        kind=TenantKind.MERCHANT,
        name="宿迁某超市（测试）",
        short_name="某超市",
        uscc="91321302MATE0T0009",
        contact="0527-1",
        area_code="321302",
        profiles=PROFILES,
        override_reason="made up for a test",
    )
    profile = PROFILES[TenantKind.MERCHANT]
    return Actor(
        kind=ActorKind.STAFF,
        request_id="test-merchant",
        tenant_id=tenant_id,
        tenant_kind="merchant",
        staff_id=UUID(int=9),
        permissions=profile.permissions_of(frozenset(profile.roles)),
        purposes=profile.purposes,
    )
