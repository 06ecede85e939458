"""What each kind of tenant is given: its profile, and the desk its staff work at."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from suxin.tenancy.profiles import Profiles, TenantKind, TenantProfile
from suxin_tenants.attraction.profile import ATTRACTION
from suxin_tenants.bank.profile import BANK
from suxin_tenants.guarantor.profile import GUARANTOR
from suxin_tenants.merchant.profile import MERCHANT
from suxin_tenants.operator.profile import OPERATOR
from suxin_tenants.village_grid.profile import VILLAGE_GRID

_ALL: Final[Mapping[TenantKind, TenantProfile]] = {
    profile.kind: profile
    for profile in (OPERATOR, BANK, MERCHANT, ATTRACTION, VILLAGE_GRID, GUARANTOR)
}

PROFILES: Final[Profiles] = MappingProxyType(_ALL)
"""The profile of every kind of tenant."""
