"""What is read of league tables and of the months' figures.

Which tables and lines a caller sees, the row policies say: the operator all, a bank what was counted, its own lines and, where the operator
names the banks, everybody's.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.working_days import local_day
from suxin.lending.leads import ALL_INDUSTRIES, ANY_KIND
from suxin.lending.league import targets
from suxin.lending.league.figures import MonthFigures, keys_hidden
from suxin.lending.league.models import Dimension, LeagueLine, LeagueTable, LoanMonth
from suxin.lending.league.policies import LEAGUE_READ
from suxin.lending.league.quarters import Quarter
from suxin.lending.models import PopulationCell
from suxin.lending.policies import STATISTICS_READ
from suxin.places.models import CITY_CODE
from suxin.scoring.queries import last_run

MONTHS_SHOWN: Final = 24


def tables(actor: Actor) -> Select[LeagueTable]:
    """Return the tables that were counted, as far as the caller sees them, the latest quarter and version first.

    :raises Forbidden: if he may not look at them
    """
    actor.require(LEAGUE_READ)
    return (
        select(LeagueTable)
        .where(LeagueTable.counted_at.is_not(None))
        .order_by(LeagueTable.quarter.desc(), LeagueTable.version.desc())
    )


def lines(actor: Actor) -> Select[LeagueLine]:
    """Return the lines of all tables that the caller sees.

    :raises Forbidden: if he may not look at them
    """
    actor.require(LEAGUE_READ)
    return select(LeagueLine).order_by(LeagueLine.id)


async def lines_of(
    session: AsyncSession, actor: Actor, *, quarter: Quarter, version: int
) -> Sequence[LeagueLine]:
    """Return the lines of one table that the caller sees.

    :raises Forbidden: if he may not look at them
    """
    found = lines(actor).where(LeagueLine.quarter == quarter.first, LeagueLine.version == version)
    return (await session.scalars(found)).all()


async def versions_of(session: AsyncSession, quarter: Quarter) -> Sequence[LeagueTable]:
    """Return a quarter's versions that the session sees, the latest first, those that wait to be counted too."""
    return (
        await session.scalars(
            select(LeagueTable)
            .where(LeagueTable.quarter == quarter.first)
            .order_by(LeagueTable.version.desc())
        )
    ).all()


async def latest_counted(session: AsyncSession, quarter: Quarter) -> LeagueTable | None:
    """Return a quarter's latest counted version, if the session sees one."""
    return await session.scalar(
        select(LeagueTable)
        .where(LeagueTable.quarter == quarter.first, LeagueTable.counted_at.is_not(None))
        .order_by(LeagueTable.version.desc())
        .limit(1)
    )


async def lock_table(session: AsyncSession, table_id: UUID) -> LeagueTable | None:
    """Return a table, locked until the transaction ends."""
    return await session.scalar(
        select(LeagueTable)
        .where(LeagueTable.id == table_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def months_of_city(session: AsyncSession, actor: Actor) -> list[MonthFigures]:
    """Return the whole city's latest months, the earliest first.

    :raises Forbidden: if the caller may not read statistics
    """
    actor.require(STATISTICS_READ)
    found = await session.scalars(
        select(LoanMonth)
        .where(LoanMonth.dimension == Dimension.CITY)
        .order_by(LoanMonth.month.desc())
        .limit(MONTHS_SHOWN)
    )
    return [_figures(row, shown=True) for row in reversed(found.all())]


async def figures_by(
    session: AsyncSession, actor: Actor, *, dimension: Dimension, month: date
) -> list[MonthFigures]:
    """Return what a month's loans came to, told apart by bank, county or industry, the largest balance first.

    Amounts of fewer than ``figures.SMALLEST_SHOWN`` loans are left out, and the next smallest too where that alone would be told by the sum.

    :raises Forbidden: if the caller may not read statistics
    """
    actor.require(STATISTICS_READ)
    rows = (
        await session.scalars(
            select(LoanMonth)
            .where(LoanMonth.dimension == dimension, LoanMonth.month == month)
            .order_by(LoanMonth.outstanding_fen.desc(), LoanMonth.key)
        )
    ).all()
    hidden = set() if dimension in _OF_HOUSES else keys_hidden({row.key: row.loans for row in rows})
    return [_figures(row, shown=row.key not in hidden) for row in rows]


async def plan_targets(
    session: AsyncSession, actor: Actor, *, scenarios: int, now: datetime
) -> list[targets.Target]:
    """Return the plan's targets as they stand; ``scenarios`` are those running, which are counted above this context.

    :raises Forbidden: if the actor may not read statistics
    """
    months = await months_of_city(session, actor)
    run = await last_run(session, targets.FIRM_GRADE)
    known = await session.scalar(
        select(PopulationCell.subjects).where(
            PopulationCell.kind == ANY_KIND,
            PopulationCell.county_code == CITY_CODE,
            PopulationCell.industry_section == ALL_INDUSTRIES,
        )
    )
    today = local_day(now)
    return [
        targets.scenarios(scenarios, as_of=today),
        *targets.of_loans(months, today=today),
        targets.coverage(
            0 if run is None else run.subject_count,
            known or 0,
            as_of=today if run is None else run.as_of,
            graded=run is not None,
        ),
    ]


# A bank is no person, and its balance its own published business.
_OF_HOUSES: Final = frozenset({Dimension.CITY, Dimension.BANK})


def _figures(row: LoanMonth, *, shown: bool) -> MonthFigures:
    def amount(value: int) -> int | None:
        return value if shown else None

    return MonthFigures(
        month=row.month,
        dimension=row.dimension,
        key=row.key,
        as_of=row.as_of,
        loans=row.loans,
        outstanding_fen=amount(row.outstanding_fen),
        credit_fen=amount(row.credit_fen),
        overdue_loans=amount(row.overdue_loans),
        overdue_fen=amount(row.overdue_fen),
        signed=row.signed,
        signed_fen=amount(row.signed_fen),
        first_loans=amount(row.first_loans),
    )
