"""A merchant and an attraction in a test's small city, each with somebody who may do everything there."""

from uuid import UUID

from small_city import SmallCity

from suxin.kernel.actor import Actor, ActorKind
from suxin.tenancy.commands import create_tenant
from suxin.tenancy.profiles import TenantKind
from suxin_tenants import PROFILES

_HOUSES = {
    TenantKind.MERCHANT: ("宿迁某超市（测试）", "某超市", "91321302MATE0T0009", UUID(int=9)),
    TenantKind.ATTRACTION: ("宿迁某景区（测试）", "某景区", "91321302MATE0T0017", UUID(int=10)),
    TenantKind.VILLAGE_GRID: ("宿城区某村（测试）", "某村", "91321302MATE0T0025", UUID(int=11)),
}


async def build_merchant(city: SmallCity, kind: TenantKind = TenantKind.MERCHANT) -> Actor:
    """Let the operator take a merchant, or an attraction, in; return its actor."""
    name, short_name, uscc, staff_id = _HOUSES[kind]
    tenant_id = await city.act(
        create_tenant,
        city.operator,
        kind=kind,
        name=name,
        short_name=short_name,
        uscc=uscc,
        contact="0527-1",
        area_code="321302",
        profiles=PROFILES,
        override_reason="made up for a test",
    )
    profile = PROFILES[kind]
    return Actor(
        kind=ActorKind.STAFF,
        request_id=f"test-{kind.value}",
        tenant_id=tenant_id,
        tenant_kind=kind.value,
        staff_id=staff_id,
        permissions=profile.permissions_of(frozenset(profile.roles)),
        purposes=profile.purposes,
    )
