"""The plan's targets as the page shows them and as a file holds them."""

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.money import format_yuan
from suxin.lending.league import queries
from suxin.lending.league.targets import Target, Unit
from suxin.perks.queries import scenarios_running
from suxin_tenants.operator.league_lists import given
from suxin_tenants.operator.list_files import Cell, Column, Sheet
from suxin_tenants.visits import Visit
from suxin_web.formats import percent


def size_words(target: Target, value: int) -> str:
    """Write a size in the target's unit."""
    if target.unit is Unit.MONEY:
        return f"{format_yuan(value)}元"
    return f"{value:,} {target.unit.zh}"


def standing_words(target: Target) -> str:
    """Write where a target stands: a share in per cent, or a size."""
    if target.denominator is None:
        return size_words(target, target.numerator)
    return "—" if target.share_bps is None else percent(target.share_bps)


async def targets_now(session: AsyncSession, visit: Visit) -> list[Target]:
    """Return the plan's targets as they stand, the scenarios counted from the programmes that are published."""
    running = await scenarios_running(session)
    return await queries.plan_targets(session, visit.actor, scenarios=running, now=visit.world_now)


async def targets_sheet(session: AsyncSession, visit: Visit) -> Sheet:
    """Return the targets as a list."""
    found = await targets_now(session, visit)
    columns = (
        Column("目标"), Column("规划依据"), Column("规划要求"), Column("当前"), Column("分子"), Column("分母"), Column("截至", Cell.DAY),
        Column("口径"), Column("暂不可衡量的原因"),
    )  # fmt: skip
    rows = [
        (
            one.zh, one.paragraph, one.goal_zh, standing_words(one), size_words(one, one.numerator),
            None if one.denominator is None else size_words(one, one.denominator), one.as_of, one.definition_zh, one.missing_zh,
        )
        for one in found
    ]  # fmt: skip
    return Sheet("规划目标", columns, given(rows))
