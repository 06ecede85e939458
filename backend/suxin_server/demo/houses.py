"""The tenants of the demo city with their branches, staff, log-ins and products."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from suxin.kernel.tables import Table
from suxin.lending.models import BankSpeed, LoanProduct, ProductStatus
from suxin.tenancy.models import (
    Branch,
    Membership,
    Quota,
    StaffLogIn,
    StaffMember,
    Tenant,
    TenantStatus,
)
from suxin.tenancy.profiles import Profiles, QuotaName, TenantKind
from suxin_server.demo import cast
from suxin_server.demo.dice import Dice
from suxin_server.demo.numbers import credit_code
from suxin_server.demo.products import bank_products
from suxin_server.demo.shops import SHOPS
from suxin_server.demo.villages import VILLAGES

ORGANISERS: Final = (*cast.TENANTS, *SHOPS, *VILLAGES)
"""Every tenant of the demo city, in the order in which they are made up."""
OPENED_DAYS_AGO: Final = 380
_FIRST_TENANT_SERIAL: Final = 100
_SPEEDS: Final = {"chufeng": (3, 98), "luoma": (4, 97)}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One tenant with everything that belongs to it, in the order it is written."""

    tenant: Tenant
    own: tuple[Table, ...]
    log_ins: tuple[StaffLogIn, ...]
    products: tuple[LoanProduct, ...]
    officer_id: UUID | None


def houses(*, password_hash: str, profiles: Profiles, now: datetime) -> Iterator[House]:
    """Yield every tenant of the cast. All demo accounts share one password, and so one hash."""
    for number, organiser in enumerate(ORGANISERS):
        dice = Dice(f"tenant/{organiser.slug}")
        opened = now - timedelta(days=OPENED_DAYS_AGO - number)
        tenant = _tenant(organiser, dice, number, opened)
        products: tuple[LoanProduct, ...] = ()
        if organiser.kind is TenantKind.BANK:
            brand = organiser.short_name[:2]
            products = tuple(bank_products(organiser.slug, tenant.id, brand=brand, now=now))
        yield _house(
            organiser,
            tenant,
            dice,
            products=products,
            password_hash=password_hash,
            profiles=profiles,
        )


def _tenant(organiser: cast.Organiser, dice: Dice, number: int, opened: datetime) -> Tenant:
    return Tenant(
        id=dice.id_at(opened),
        kind=organiser.kind,
        name=organiser.name,
        short_name=organiser.short_name,
        uscc=credit_code("91", _FIRST_TENANT_SERIAL + number),
        contact=f"0527-0000{number:04d}",
        area_code=organiser.area_code,
        status=TenantStatus.ACTIVE,
        credit_licensed=False,
        sandbox=False,
        created_at=opened,
    )


def _house(
    organiser: cast.Organiser,
    tenant: Tenant,
    dice: Dice,
    *,
    products: tuple[LoanProduct, ...],
    password_hash: str,
    profiles: Profiles,
) -> House:
    opened = tenant.created_at
    branches = {
        name: Branch(
            tenant_id=tenant.id,
            id=dice.id_at(opened),
            name=name,
            area_codes=list(counties),
            created_at=opened,
        )
        for name, counties in organiser.branches
    }
    people = [
        StaffMember(
            tenant_id=tenant.id,
            id=dice.id_at(opened),
            name=person.name,
            login=person.login,
            created_at=opened,
        )
        for person in organiser.staff
    ]
    roles = [
        Membership(
            tenant_id=tenant.id,
            id=dice.id_at(opened),
            staff_id=member.id,
            role=person.role,
            branch_id=branches[person.branch].id if person.branch else None,
            area_codes=list(person.area_codes),
            granted_at=opened,
        )
        for person, member in zip(organiser.staff, people, strict=True)
    ]
    used = {
        QuotaName.STAFF: len(people),
        QuotaName.BRANCHES: len(branches),
        QuotaName.PRODUCTS: sum(one.status is not ProductStatus.RETIRED for one in products),
    }
    ceilings = profiles[tenant.kind].quotas
    quotas = [
        Quota(tenant_id=tenant.id, name=name.value, ceiling=ceilings[name], used=count)
        for name, count in used.items()
        if name in ceilings
    ]
    return House(
        tenant=tenant,
        own=(*branches.values(), *people, *roles, *quotas),
        log_ins=tuple(
            StaffLogIn(
                login=member.login,
                tenant_id=tenant.id,
                staff_id=member.id,
                password_hash=password_hash,
                password_set_at=member.created_at,
                temporary=False,
            )
            for member in people
        ),
        products=products,
        officer_id=_officer(organiser, people),
    )


def with_claims(house: House, held: int, *, profiles: Profiles) -> House:
    """Return the tenant with the leads of the open pool that it holds counted, if its kind claims any."""
    ceiling = profiles[house.tenant.kind].quotas.get(QuotaName.OPEN_CLAIMS)
    if ceiling is None:
        return house
    quota = Quota(
        tenant_id=house.tenant.id, name=QuotaName.OPEN_CLAIMS.value, ceiling=ceiling, used=held
    )
    return replace(house, own=(*house.own, quota))


def _officer(organiser: cast.Organiser, people: list[StaffMember]) -> UUID | None:
    for person, member in zip(organiser.staff, people, strict=True):
        if person.role == "loan_officer":
            return member.id
    return None


def speed(house: House, *, slug: str, now: datetime) -> BankSpeed:
    """Return how fast a bank answered lately."""
    dice = Dice(f"speed/{slug}")
    hours, on_time = _SPEEDS.get(slug, (dice.randrange(4, 19), dice.randrange(78, 97)))
    referrals = dice.randrange(60, 320)
    return BankSpeed(
        tenant_id=house.tenant.id,
        measured_on=(now - timedelta(days=1)).date(),
        referrals=referrals,
        answered_on_time=referrals * on_time // 100,
        median_response_hours=hours,
    )
