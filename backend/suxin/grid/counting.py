"""Which claims count against a cap beside another, read of one claim or of many at once."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.caps import Counted
from suxin.grid.models import PointClaim
from suxin.grid.states import LIVE, ClaimState

_LONGEST_PERIOD_DAYS: Final = 366

CountedBy = tuple[UUID, str]
"""A household and the code of a rule."""


def counted_by(claim: PointClaim) -> CountedBy:
    """Return by what claims count against each other's caps."""
    return claim.household_id, claim.rule_code


def as_counted(claim: PointClaim) -> Counted:
    """Return what caps look at in a claim."""
    return Counted(
        member_id=claim.member_id,
        happened_on=claim.happened_on,
        times=claim.times,
        points=claim.points,
    )


async def counted(session: AsyncSession, claim: PointClaim) -> list[Counted]:
    """Return what else counts against the caps of a claim's rule: those of the household that are not at an end.

    What a rule was in another version counts as well, by its code.
    """
    others = await session.execute(
        select(
            PointClaim.member_id, PointClaim.happened_on, PointClaim.times, PointClaim.points
        ).where(
            PointClaim.tenant_id == claim.tenant_id,
            PointClaim.household_id == claim.household_id,
            PointClaim.rule_code == claim.rule_code,
            PointClaim.id != claim.id,
            PointClaim.state.in_(LIVE),
            func.abs(PointClaim.happened_on - claim.happened_on) <= _LONGEST_PERIOD_DAYS,
        )
    )
    return [
        Counted(member_id=member, happened_on=day, times=times, points=points)
        for member, day, times, points in others
    ]


async def counted_live(
    session: AsyncSession, tenant_id: UUID, wanted: Collection[CountedBy], *, days: Sequence[date]
) -> dict[CountedBy, list[Counted]]:
    """Return what counts against the caps of new claims of one village on these days, by household and rule: what ``counted`` returns of one."""
    found: dict[CountedBy, list[Counted]] = {one: [] for one in wanted}
    around = timedelta(days=_LONGEST_PERIOD_DAYS)
    others = await session.execute(
        select(
            PointClaim.household_id,
            PointClaim.rule_code,
            PointClaim.member_id,
            PointClaim.happened_on,
            PointClaim.times,
            PointClaim.points,
        ).where(
            PointClaim.tenant_id == tenant_id,
            PointClaim.household_id.in_({household_id for household_id, _ in wanted}),
            PointClaim.rule_code.in_({code for _, code in wanted}),
            PointClaim.state.in_(LIVE),
            PointClaim.happened_on.between(min(days) - around, max(days) + around),
        )
    )
    for household_id, code, member, day, times, points in others:
        if (household_id, code) in found:
            found[household_id, code].append(
                Counted(member_id=member, happened_on=day, times=times, points=points)
            )
    return found


async def counted_posted(
    session: AsyncSession, claims: Sequence[PointClaim]
) -> dict[CountedBy, list[Counted]]:
    """Return of claims of one village what was posted and may count against their caps, by household and rule."""
    days = [claim.happened_on for claim in claims]
    around = timedelta(days=_LONGEST_PERIOD_DAYS)
    posted = await session.scalars(
        select(PointClaim).where(
            PointClaim.tenant_id == claims[0].tenant_id,
            PointClaim.household_id.in_({claim.household_id for claim in claims}),
            PointClaim.rule_code.in_({claim.rule_code for claim in claims}),
            PointClaim.state == ClaimState.POSTED,
            PointClaim.happened_on.between(min(days) - around, max(days) + around),
        )
    )
    found: dict[CountedBy, list[Counted]] = {counted_by(claim): [] for claim in claims}
    for one in posted:
        if counted_by(one) in found:
            found[counted_by(one)].append(as_counted(one))
    return found
