"""What routing reads of a bank: its branches and officers with their open work, the products' rules, and who is asked today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.working_days import local_day
from suxin.lending.models import ENDED, LoanProduct, Referral
from suxin.lending.routing.choosing import Office, Officer
from suxin.lending.routing.models import ProductBranch
from suxin.tenancy.leaves import at_work
from suxin.tenancy.models import Branch, Membership
from suxin.tenancy.queries import covers_on

OFFICER_ROLES: Final = ("loan_officer", "branch_head")
"""The roles of a bank that work on referrals; ``test_routing`` holds that they are those with that right."""


@dataclass(frozen=True, slots=True)
class House:
    """What a bank is made of, as far as routing minds."""

    offices: Sequence[Office]
    officers: Sequence[Officer]


async def house_of(session: AsyncSession, tenant_id: UUID) -> House:
    """Return a bank's branches, and its officers with how many referrals each has open."""
    offices = [
        Office(row.id, tuple(row.area_codes))
        for row in await session.scalars(
            select(Branch).where(Branch.tenant_id == tenant_id).order_by(Branch.id)
        )
    ]
    open_work = {row[0]: row[1] for row in await session.execute(_open_work(tenant_id))}
    members = await session.scalars(
        select(Membership)
        .where(Membership.tenant_id == tenant_id, Membership.role.in_(OFFICER_ROLES))
        .order_by(Membership.id)
    )
    # Whoever has both roles is one officer all the same: every role of his has the same reach.
    officers = {
        member.staff_id: Officer(
            member.staff_id,
            member.branch_id,
            tuple(member.area_codes),
            open_work.get(member.staff_id, 0),
        )
        for member in members
    }
    return House(offices, list(officers.values()))


async def branch_of_product(
    session: AsyncSession, tenant_id: UUID, product_id: UUID | None
) -> UUID | None:
    """Return the branch that a product's referrals go to, if one is set for it."""
    if product_id is None:
        return None
    return await session.scalar(
        select(ProductBranch.branch_id)
        .join(
            LoanProduct,
            (LoanProduct.tenant_id == ProductBranch.tenant_id)
            & (LoanProduct.code == ProductBranch.product_code),
        )
        .where(LoanProduct.tenant_id == tenant_id, LoanProduct.id == product_id)
    )


async def own_officers(session: AsyncSession, actor: Actor) -> list[Officer]:
    """Return the officers that the actor may give a referral to: his branch's, or all where he is of the head office."""
    house = await house_of(session, actor.own_tenant)
    if actor.branch_id is None:
        return list(house.officers)
    return [one for one in house.officers if one.branch_id == actor.branch_id]


async def asked_today(session: AsyncSession, referral: Referral, *, now: datetime) -> UUID | None:
    """Return who is asked about a referral today: its officer, or whoever covers for him; nobody in particular without one."""
    if referral.officer_id is None:
        return None
    covers = await covers_on(session, referral.tenant_id, day=local_day(now))
    return at_work(referral.officer_id, covers)


def _open_work(tenant_id: UUID) -> Select[UUID | None, int]:
    return (
        select(Referral.officer_id, func.count())
        .where(
            Referral.tenant_id == tenant_id,
            Referral.officer_id.is_not(None),
            Referral.state.not_in(ENDED),
        )
        .group_by(Referral.officer_id)
    )
