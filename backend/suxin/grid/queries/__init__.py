"""What a village, a resident and the town read of points, and the locks under which they change."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from suxin.grid.models import (
    ClaimPhoto,
    ClaimSeat,
    NoticePage,
    PointAgreement,
    PointAppeal,
    PointClaim,
    PointNotice,
    RuleSet,
    StaffHome,
)
from suxin.grid.policies import POINT_READ, TOWN_DECIDE
from suxin.grid.refusals import NoRulesInForce
from suxin.grid.states import AgreedTo, ClaimState, RuleSetState
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.tenancy.models import StaffMember
from suxin.villages.models import Household, HouseholdMember

_Thing = TypeVar("_Thing")


async def take_turn(session: AsyncSession, tenant_id: UUID) -> None:
    """Let one at a time record or post claims of a village: caps, photos and ids are compared with what is there."""
    key = func.hashtextextended(f"grid.claims:{tenant_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


def own_rule_sets(actor: Actor) -> Select[RuleSet]:
    """Return the versions of the tenant's rules, newest first.

    :raises Forbidden: if the actor may not look at points
    """
    actor.require(POINT_READ)
    return (
        select(RuleSet).where(RuleSet.tenant_id == actor.own_tenant).order_by(RuleSet.number.desc())
    )


async def lock_rule_set(session: AsyncSession, actor: Actor, rule_set_id: UUID) -> RuleSet:
    """Return one of the tenant's versions, locked.

    :raises NotFound: if it is not this tenant's
    """
    found = await session.scalar(
        select(RuleSet)
        .where(RuleSet.tenant_id == actor.own_tenant, RuleSet.id == rule_set_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _found(found, "积分细则", "rule set")


async def own_rule_set(session: AsyncSession, actor: Actor, rule_set_id: UUID) -> RuleSet:
    """Return one of the tenant's versions.

    :raises Forbidden: if the actor may not look at points
    :raises NotFound: if it is not this tenant's
    """
    actor.require(POINT_READ)
    return _found(
        await session.get(RuleSet, (actor.own_tenant, rule_set_id)), "积分细则", "rule set"
    )


async def rules_in_force(session: AsyncSession, tenant_id: UUID, *, on: date) -> RuleSet:
    """Return the version of a village's rules that is in force on a day.

    :raises NoRulesInForce: if there is none
    """
    found = await session.scalar(
        select(RuleSet)
        .where(
            RuleSet.tenant_id == tenant_id,
            RuleSet.state == RuleSetState.CONFIRMED,
            RuleSet.starts_on <= on,
        )
        .order_by(RuleSet.starts_on.desc())
        .limit(1)
    )
    if found is None:
        raise NoRulesInForce(field="happenedOn", day=on.isoformat())
    return found


def own_claims(actor: Actor) -> Select[PointClaim, Household]:
    """Return the tenant's claims with their households, newest first.

    :raises Forbidden: if the actor may not look at points
    """
    actor.require(POINT_READ)
    return (
        select(PointClaim, Household)
        .join(
            Household,
            (Household.tenant_id == PointClaim.tenant_id)
            & (Household.id == PointClaim.household_id),
        )
        .where(PointClaim.tenant_id == actor.own_tenant)
        .order_by(PointClaim.id.desc())
    )


async def counts_by_state(session: AsyncSession, actor: Actor) -> dict[ClaimState, int]:
    """Return how many of the tenant's claims stand where.

    :raises Forbidden: if the actor may not look at points
    """
    actor.require(POINT_READ)
    rows = await session.execute(
        select(PointClaim.state, func.count())
        .where(PointClaim.tenant_id == actor.own_tenant)
        .group_by(PointClaim.state)
    )
    return dict(rows.all())


async def own_claim(
    session: AsyncSession, actor: Actor, claim_id: UUID
) -> tuple[PointClaim, Household]:
    """Return one of the tenant's claims with its household.

    :raises Forbidden: if the actor may not look at points
    :raises NotFound: if it is not this tenant's
    """
    row = (await session.execute(own_claims(actor).where(PointClaim.id == claim_id))).one_or_none()
    if row is None:
        raise NotFound(thing_zh="积分申报", thing_en="claim")
    return row[0], row[1]


async def claim_of(session: AsyncSession, tenant_id: UUID, claim_id: UUID) -> PointClaim | None:
    """Return a claim of a village, if the caller sees one of that id."""
    return await session.get(PointClaim, (tenant_id, claim_id))


async def lock_claim(session: AsyncSession, tenant_id: UUID, claim_id: UUID) -> PointClaim:
    """Return one claim of a village, locked.

    :raises NotFound: if the caller sees none of that id
    """
    own = PointClaim.tenant_id == tenant_id
    return await _locked(session, select(PointClaim).where(own, PointClaim.id == claim_id))


async def lock_claim_at_town(session: AsyncSession, claim_id: UUID) -> PointClaim:
    """Return a claim that the town is to decide, locked.

    :raises NotFound: if none of that id was taken to it
    """
    return await _locked(session, select(PointClaim).where(PointClaim.id == claim_id))


def claims_at_town(actor: Actor) -> Select[PointClaim, PointAppeal]:
    """Return the claims that villages took to the town, with their appeals, the most pressing first.

    :raises Forbidden: if the actor does not decide for the town
    """
    actor.require(TOWN_DECIDE)
    return (
        select(PointClaim, PointAppeal)
        .join(
            PointAppeal,
            (PointAppeal.tenant_id == PointClaim.tenant_id)
            & (PointAppeal.claim_id == PointClaim.id),
        )
        .where(PointClaim.state == ClaimState.AT_TOWN, PointAppeal.closed_at.is_(None))
        .order_by(PointClaim.due_at, PointClaim.id)
    )


async def seats_of(session: AsyncSession, tenant_id: UUID, claim_id: UUID) -> Sequence[ClaimSeat]:
    """Return who sat on a claim, as far as the caller sees it, in their order."""
    return (
        await session.scalars(
            select(ClaimSeat)
            .where(ClaimSeat.tenant_id == tenant_id, ClaimSeat.claim_id == claim_id)
            .order_by(ClaimSeat.said_at, ClaimSeat.staff_id)
        )
    ).all()


def photos_of(tenant_id: UUID, claim_id: UUID) -> Select[ClaimPhoto]:
    """Return the photos of a claim without what they hold, in their order."""
    return (
        select(ClaimPhoto)
        .where(ClaimPhoto.tenant_id == tenant_id, ClaimPhoto.claim_id == claim_id)
        .order_by(ClaimPhoto.number)
        .options(defer(ClaimPhoto.content))
    )


async def own_photo(session: AsyncSession, actor: Actor, photo_id: UUID) -> ClaimPhoto:
    """Return one of the tenant's photos with what it holds, sealed.

    :raises Forbidden: if the actor may not look at points
    :raises NotFound: if it is not this tenant's
    """
    actor.require(POINT_READ)
    return _found(await session.get(ClaimPhoto, (actor.own_tenant, photo_id)), "照片", "photo")


async def appeals_of(
    session: AsyncSession, tenant_id: UUID, claim_id: UUID
) -> Sequence[PointAppeal]:
    """Return the appeals of a claim, as far as the caller sees them, the first first."""
    return (
        await session.scalars(
            select(PointAppeal)
            .where(PointAppeal.tenant_id == tenant_id, PointAppeal.claim_id == claim_id)
            .order_by(PointAppeal.number)
        )
    ).all()


async def open_appeal(session: AsyncSession, claim: PointClaim) -> PointAppeal | None:
    """Return the appeal that freezes a claim, locked, if there is one that the caller sees."""
    return await session.scalar(
        select(PointAppeal)
        .where(
            PointAppeal.tenant_id == claim.tenant_id,
            PointAppeal.claim_id == claim.id,
            PointAppeal.closed_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def own_notices(actor: Actor) -> Select[PointNotice]:
    """Return the tenant's notices, newest first.

    :raises Forbidden: if the actor may not look at points
    """
    actor.require(POINT_READ)
    return (
        select(PointNotice)
        .where(PointNotice.tenant_id == actor.own_tenant)
        .order_by(PointNotice.number.desc())
    )


async def own_notice(
    session: AsyncSession, actor: Actor, notice_id: UUID
) -> tuple[PointNotice, NoticePage]:
    """Return one of the tenant's notices with its public page.

    :raises Forbidden: if the actor may not look at points
    :raises NotFound: if it is not this tenant's
    """
    row = (
        await session.execute(
            own_notices(actor)
            .where(PointNotice.id == notice_id)
            .join(
                NoticePage,
                (NoticePage.tenant_id == PointNotice.tenant_id)
                & (NoticePage.notice_id == PointNotice.id),
            )
            .add_columns(NoticePage)
        )
    ).one_or_none()
    if row is None:
        raise NotFound(thing_zh="公示", thing_en="notice")
    return row[0], row[1]


async def page_at(session: AsyncSession, token: str) -> NoticePage:
    """Return the public page of a notice, also when that is over.

    :raises NotFound: if there was none under this token
    """
    return _found(
        await session.scalar(select(NoticePage).where(NoticePage.token == token)), "公示", "notice"
    )


async def standing_notice(
    session: AsyncSession, page: NoticePage, *, now: datetime
) -> PointNotice | None:
    """Return the notice behind a public page while it stands; nothing from its end on."""
    if page.ends_at <= now:
        return None
    return await session.get(PointNotice, (page.tenant_id, page.notice_id))


async def home_of(session: AsyncSession, tenant_id: UUID, staff_id: UUID) -> StaffHome | None:
    """Return in which household somebody of the tenant's staff lives, if it was declared."""
    return await session.get(StaffHome, (tenant_id, staff_id))


def homes(actor: Actor) -> Select[StaffMember, StaffHome | None, Household | None]:
    """Return the tenant's staff with where they live, by name.

    :raises Forbidden: if the actor may not look at points
    """
    actor.require(POINT_READ)
    return (
        select(StaffMember, StaffHome, Household)
        .outerjoin(
            StaffHome,
            (StaffHome.tenant_id == StaffMember.tenant_id) & (StaffHome.staff_id == StaffMember.id),
        )
        .outerjoin(
            Household,
            (Household.tenant_id == StaffHome.tenant_id) & (Household.id == StaffHome.household_id),
        )
        .where(StaffMember.tenant_id == actor.own_tenant)
        .order_by(StaffMember.name, StaffMember.id)
    )


def household_claims(tenant_id: UUID, household_id: UUID) -> Select[PointClaim]:
    """Return the claims of a household, newest first."""
    return (
        select(PointClaim)
        .where(PointClaim.tenant_id == tenant_id, PointClaim.household_id == household_id)
        .order_by(PointClaim.id.desc())
    )


async def live_agreement(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, use: AgreedTo
) -> PointAgreement | None:
    """Return the yes of a household's member to a use that stands, if there is one that the caller sees."""
    return await session.scalar(
        select(PointAgreement).where(
            PointAgreement.tenant_id == tenant_id,
            PointAgreement.member_id == member_id,
            PointAgreement.use == use,
            PointAgreement.ended_at.is_(None),
        )
    )


async def names_agreed(
    session: AsyncSession, tenant_id: UUID, member_ids: Sequence[UUID]
) -> dict[UUID, str]:
    """Return the masked names of those members of households who agreed to be named on notices."""
    rows = await session.execute(
        select(HouseholdMember.id, HouseholdMember.name_masked)
        .join(
            PointAgreement,
            (PointAgreement.tenant_id == HouseholdMember.tenant_id)
            & (PointAgreement.member_id == HouseholdMember.id),
        )
        .where(
            HouseholdMember.tenant_id == tenant_id,
            HouseholdMember.id.in_(member_ids),
            HouseholdMember.left_at.is_(None),
            PointAgreement.use == AgreedTo.SHOW_NAME,
            PointAgreement.ended_at.is_(None),
        )
    )
    return dict(rows.all())


async def _locked(session: AsyncSession, wanted: Select[PointClaim]) -> PointClaim:
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    return _found(await session.scalar(locked), "积分申报", "claim")


def _found(thing: _Thing | None, zh: str, en: str) -> _Thing:
    if thing is None:
        raise NotFound(thing_zh=zh, thing_en=en)
    return thing
