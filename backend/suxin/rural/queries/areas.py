"""What the city's office oversees: hearings, figures of areas, titles; and a village its own figures."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.rural.coverage import Coverage, as_shown
from suxin.rural.models import (
    RuralAreaCount,
    RuralCertificate,
    RuralHearing,
    RuralTitle,
)
from suxin.rural.policies import COVERAGE_READ, RATING_READ, RURAL_OVERSEE
from suxin.rural.states import TitleLevel, TitleState

MAX_TOWNS: Final = 500
MAX_VILLAGES: Final = 300
"""More than the city has towns, and more than a town has villages."""


def hearings(actor: Actor) -> Select[RuralHearing]:
    """Return the hearings that wait for a decision, those whose time ends first at the head.

    :raises Forbidden: if the actor may not oversee rural credit
    """
    actor.require(RURAL_OVERSEE)
    return (
        select(RuralHearing)
        .where(RuralHearing.decided_at.is_(None))
        .order_by(RuralHearing.open_until, RuralHearing.entry_id)
    )


def area_counts(actor: Actor, level: TitleLevel) -> Select[RuralAreaCount]:
    """Return the areas of a level with their figures, by code.

    :raises Forbidden: if the actor may not oversee rural credit
    """
    actor.require(RURAL_OVERSEE)
    return (
        select(RuralAreaCount)
        .where(RuralAreaCount.level == level)
        .order_by(RuralAreaCount.area_code)
    )


async def towns_covered(
    session: AsyncSession, actor: Actor, *, within: str = ""
) -> Sequence[Coverage]:
    """Return the towns of an area with how far rural credit reaches, by code, at most ``MAX_TOWNS``; no count of fewer than five households.

    :raises Forbidden: if the actor may not look at coverage
    """
    actor.require(COVERAGE_READ)
    return await _covered(session, TitleLevel.TOWN, within, MAX_TOWNS)


async def villages_covered(
    session: AsyncSession, actor: Actor, *, town_code: str
) -> Sequence[Coverage]:
    """Return the villages of a town as ``towns_covered``, as far as the caller sees them; a bank is told of none.

    :raises Forbidden: if the actor may not look at coverage
    """
    actor.require(COVERAGE_READ)
    return await _covered(session, TitleLevel.VILLAGE, town_code, MAX_VILLAGES)


async def _covered(
    session: AsyncSession, level: TitleLevel, within: str, most: int
) -> Sequence[Coverage]:
    counts = await session.scalars(
        select(RuralAreaCount)
        .where(
            RuralAreaCount.level == level,
            RuralAreaCount.area_code.startswith(within, autoescape=True),
        )
        .order_by(RuralAreaCount.area_code)
        .limit(most)
    )
    titles_held = await session.execute(
        select(RuralTitle.area_code, func.max(RuralTitle.year))
        .where(
            RuralTitle.level == level,
            RuralTitle.state == TitleState.APPROVED,
            RuralTitle.area_code.startswith(within, autoescape=True),
        )
        .group_by(RuralTitle.area_code)
    )
    titled = dict(titles_held.all())
    return [as_shown(one, titled) for one in counts]


async def own_count(session: AsyncSession, actor: Actor) -> RuralAreaCount | None:
    """Return the figures of the actor's own village, once they were counted.

    :raises Forbidden: if the actor may not look at ratings
    """
    actor.require(RATING_READ)
    return await session.scalar(
        select(RuralAreaCount).where(RuralAreaCount.tenant_id == actor.own_tenant)
    )


async def area_count(session: AsyncSession, area_code: str) -> RuralAreaCount | None:
    """Return the figures of one area, as far as the caller sees them."""
    return await session.get(RuralAreaCount, area_code)


def titles(*, level: TitleLevel | None = None) -> Select[RuralTitle]:
    """Return the titles that the caller sees, the latest first."""
    found = select(RuralTitle).order_by(RuralTitle.id.desc())
    return found if level is None else found.where(RuralTitle.level == level)


def published_titles() -> Select[RuralTitle]:
    """Return the titles that were given, also those revoked since, the latest first."""
    return (
        select(RuralTitle)
        .where(RuralTitle.state.in_((TitleState.APPROVED, TitleState.REVOKED)))
        .order_by(RuralTitle.id.desc())
    )


async def certificate_numbered(session: AsyncSession, number: UUID) -> RuralCertificate:
    """Return what anybody may know of a certificate by its number.

    :raises NotFound: if there is none
    """
    found = await session.get(RuralCertificate, number)
    if found is None:
        raise NotFound(thing_zh="证书", thing_en="certificate", field="number")
    return found


async def lock_title(session: AsyncSession, actor: Actor, title_id: UUID) -> RuralTitle:
    """Return one title, locked.

    :raises Forbidden: if the actor may not oversee rural credit
    :raises NotFound: if there is none
    """
    actor.require(RURAL_OVERSEE)
    found = await session.scalar(
        select(RuralTitle)
        .where(RuralTitle.id == title_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(thing_zh="信用村镇命名", thing_en="title")
    return found
