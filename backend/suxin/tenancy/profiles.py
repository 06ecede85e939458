"""What each kind of tenant is given: declared by the packages above, injected by the server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from suxin.kernel.actor import ActorKind, Permission


class TenantKind(StrEnum):
    """The six kinds of tenant."""

    OPERATOR = "operator"
    BANK = "bank"
    MERCHANT = "merchant"
    ATTRACTION = "attraction"
    VILLAGE_GRID = "village_grid"
    GUARANTOR = "guarantor"

    @property
    def actor_kind(self) -> ActorKind:
        """The kind of actor that this tenant's staff are."""
        return ActorKind.OPERATOR if self is TenantKind.OPERATOR else ActorKind.STAFF


TENANT_KINDS_ZH: Final[Mapping[TenantKind, str]] = {
    TenantKind.OPERATOR: "运营机构",
    TenantKind.BANK: "银行",
    TenantKind.MERCHANT: "商户",
    TenantKind.ATTRACTION: "景区",
    TenantKind.VILLAGE_GRID: "村居网格",
    TenantKind.GUARANTOR: "担保机构",
}


class QuotaName(StrEnum):
    """What a tenant may do only so often or have only so many of."""

    STAFF = "staff"
    BRANCHES = "branches"
    PRODUCTS = "products"
    OPEN_CLAIMS = "open_claims"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A named set of permissions that a tenant may give to its staff.

    ``second_factor`` says that whoever has it commits his tenant: he approves, publishes, offers, or decides who may.
    """

    code: str
    zh: str
    permissions: frozenset[Permission]
    second_factor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantProfile:
    """The roles, purposes and default quotas of one kind of tenant.

    ``purposes`` are the purposes for which the tenant's staff read subjects' data; each still needs a live basis.
    ``first_role`` is the role of the staff member a tenant begins with.
    """

    kind: TenantKind
    zh: str
    roles: Mapping[str, Role]
    first_role: str
    purposes: tuple[str, ...] = ()
    quotas: Mapping[QuotaName, int] = field(default_factory=dict)

    def permissions_of(self, role_codes: frozenset[str]) -> frozenset[Permission]:
        """Return the union of the permissions of the roles; a role the kind does not know gives none."""
        return frozenset(
            permission
            for code in role_codes
            if code in self.roles
            for permission in self.roles[code].permissions
        )


Profiles = Mapping[TenantKind, TenantProfile]


def by_code(*roles: Role) -> Mapping[str, Role]:
    """Return the roles by their codes; two roles with one code are a defect found at import."""
    found = {role.code: role for role in roles}
    if len(found) != len(roles):
        message = "two roles of a profile have the same code"
        raise ValueError(message)
    return found
