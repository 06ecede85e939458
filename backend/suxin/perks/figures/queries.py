"""The counted months as the operator reads them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.lending.policies import STATISTICS_READ
from suxin.perks.figures.models import PerkDimension, PerkMonth
from suxin.perks.figures.shown import PerkCounted, PerkFigures, as_shown


async def perk_months(session: AsyncSession, actor: Actor) -> list[PerkFigures]:
    """Return what came of 信易+ in the whole city, month by month, the earliest first.

    :raises Forbidden: if the actor does not read statistics
    """
    actor.require(STATISTICS_READ)
    statement = select(PerkMonth).where(PerkMonth.dimension == PerkDimension.CITY)
    found = await session.scalars(statement.order_by(PerkMonth.month))
    return as_shown([_counted(one) for one in found], parts=False)


async def perk_figures(
    session: AsyncSession, actor: Actor, *, by: PerkDimension, month: date
) -> Sequence[PerkFigures]:
    """Return what came of 信易+ in one month by area or by scenario, the most used first.

    :raises Forbidden: if the actor does not read statistics
    """
    actor.require(STATISTICS_READ)
    statement = select(PerkMonth).where(PerkMonth.dimension == by, PerkMonth.month == month)
    found = await session.scalars(statement.order_by(PerkMonth.uses.desc(), PerkMonth.key))
    return as_shown([_counted(one) for one in found], parts=by is not PerkDimension.CITY)


def _counted(row: PerkMonth) -> PerkCounted:
    return PerkCounted(
        month=row.month,
        key=row.key,
        redemptions=row.redemptions,
        uses=row.uses,
        people=row.people,
        value_fen=row.value_fen,
        defaults=row.defaults,
    )
