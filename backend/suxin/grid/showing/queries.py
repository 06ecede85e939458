"""Points as those see them whom they concern: a resident his household's, a village's own systems all of the village."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.models import PointAgreement, PointClaim
from suxin.grid.policies import POINT_READ
from suxin.grid.posting import balance_of
from suxin.grid.queries import household_claims, rules_in_force
from suxin.grid.refusals import NotOfVillage
from suxin.grid.rules import Rule
from suxin.grid.states import AgreedTo, Claimant, ClaimState
from suxin.kernel.actor import Actor
from suxin.tenancy.models import Tenant
from suxin.villages.models import Household, HouseholdMember
from suxin.villages.queries import household as household_in
from suxin.villages.queries import household_of_person, memberships_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnVillage:
    """A village in whose household a person is; ``posted`` is the sum of what was posted to it and not reversed."""

    tenant_id: UUID
    name: str
    household: Household
    member_id: UUID
    posted: int
    agreed: frozenset[AgreedTo]


async def own_villages(session: AsyncSession, actor: Actor) -> Sequence[OwnVillage]:
    """Return the villages in whose households the acting person is, the latest first.

    :raises Forbidden: if no proved person acts
    """
    found = []
    for member in (await session.scalars(memberships_of(actor.own_person))).all():
        household = await session.get(Household, (member.tenant_id, member.household_id))
        tenant = await session.get(Tenant, member.tenant_id)
        if household is None or tenant is None:
            continue
        found.append(
            OwnVillage(
                tenant_id=member.tenant_id,
                name=tenant.name,
                household=household,
                member_id=member.id,
                posted=await _posted(session, member),
                agreed=await _agreed(session, member),
            )
        )
    return found


async def own_household_claims(
    session: AsyncSession, actor: Actor, *, tenant_id: UUID
) -> Select[PointClaim]:
    """Return the claims of the acting person's household in a village, newest first.

    :raises Forbidden: if no proved person acts
    :raises NotOfVillage: if he is in no household there
    """
    member = await household_of_person(session, tenant_id, actor.own_person)
    if member is None:
        raise NotOfVillage
    return household_claims(tenant_id, member.household_id)


async def rules_for_residents(
    session: AsyncSession, *, tenant_id: UUID, on: date
) -> Sequence[Rule]:
    """Return by which rules a resident of a village may claim what was done on a day.

    :raises NoRulesInForce: if there are none
    """
    book = (await rules_in_force(session, tenant_id, on=on)).rules
    return [rule for rule in book.rules if Claimant.RESIDENT in rule.claimants]


def village_claims(actor: Actor) -> Select[PointClaim]:
    """Return the tenant's claims, newest first.

    :raises Forbidden: if the actor may not look at points
    """
    actor.require(POINT_READ)
    return (
        select(PointClaim)
        .where(PointClaim.tenant_id == actor.own_tenant)
        .order_by(PointClaim.id.desc())
    )


def household_statement(actor: Actor, household_id: UUID) -> Select[PointClaim]:
    """Return what was posted to a household of the tenant, also what was reversed since, newest first.

    :raises Forbidden: if the actor may not look at points
    """
    return village_claims(actor).where(
        PointClaim.household_id == household_id, PointClaim.posted_at.is_not(None)
    )


async def household_balance(session: AsyncSession, actor: Actor, household_id: UUID) -> int:
    """Return how many points a household of the tenant has.

    :raises Forbidden: if the actor may not look at points
    :raises NotFound: if it is not this tenant's
    """
    actor.require(POINT_READ)
    household = await household_in(session, actor.own_tenant, household_id)
    return await balance_of(session, actor.own_tenant, household.id)


async def _posted(session: AsyncSession, member: HouseholdMember) -> int:
    posted = await session.scalar(
        select(func.coalesce(func.sum(PointClaim.posted_points), 0)).where(
            PointClaim.tenant_id == member.tenant_id,
            PointClaim.household_id == member.household_id,
            PointClaim.state == ClaimState.POSTED,
        )
    )
    return int(posted or 0)


async def _agreed(session: AsyncSession, member: HouseholdMember) -> frozenset[AgreedTo]:
    return frozenset(
        await session.scalars(
            select(PointAgreement.use).where(
                PointAgreement.tenant_id == member.tenant_id,
                PointAgreement.member_id == member.id,
                PointAgreement.ended_at.is_(None),
            )
        )
    )
