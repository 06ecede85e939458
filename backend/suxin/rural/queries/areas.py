"""What the city's office oversees: hearings, figures of areas, titles; and a village its own figures."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.rural.models import (
    RuralAreaCount,
    RuralCertificate,
    RuralHearing,
    RuralTitle,
)
from suxin.rural.policies import RATING_READ, RURAL_OVERSEE
from suxin.rural.states import TitleLevel, TitleState


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


def published_titles(_actor: Actor) -> Select[RuralTitle]:
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
