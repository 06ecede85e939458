"""What is read of incentives: the operator's runs with their awards, and a bank's own awards once they are posted."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.lending.league.policies import LEAGUE_READ
from suxin.lending.league.quarters import Quarter
from suxin.risk_pool.incentives.models import IncentiveAward, IncentiveRun
from suxin.risk_pool.incentives.policies import INCENTIVE_READ


def runs_of(actor: Actor, quarter: Quarter) -> Select[IncentiveRun]:
    """Return a quarter's runs, the latest first.

    :raises Forbidden: if the caller may not look at incentives
    """
    actor.require(INCENTIVE_READ)
    return (
        select(IncentiveRun)
        .where(IncentiveRun.tenant_id == actor.own_tenant, IncentiveRun.quarter == quarter.first)
        .order_by(IncentiveRun.id.desc())
    )


def awards_of(actor: Actor, run_id: UUID) -> Select[IncentiveAward]:
    """Return a run's awards, the largest first.

    :raises Forbidden: if the caller may not look at incentives
    """
    actor.require(INCENTIVE_READ)
    return (
        select(IncentiveAward)
        .where(IncentiveAward.tenant_id == actor.own_tenant, IncentiveAward.run_id == run_id)
        .order_by(IncentiveAward.amount_fen.desc(), IncentiveAward.bank_id)
    )


def own_awards(actor: Actor) -> Select[IncentiveAward]:
    """Return what the caller's bank was awarded, the latest quarter first.

    :raises Forbidden: if he may not look at the league
    """
    actor.require(LEAGUE_READ)
    return (
        select(IncentiveAward)
        .where(IncentiveAward.bank_id == actor.own_tenant)
        .order_by(IncentiveAward.quarter.desc(), IncentiveAward.id.desc())
    )


async def lock_run(session: AsyncSession, actor: Actor, run_id: UUID) -> IncentiveRun:
    """Return one of the operator's runs, locked until the transaction ends.

    :raises NotFound: if it is none of his
    """
    found = await session.scalar(
        select(IncentiveRun)
        .where(IncentiveRun.tenant_id == actor.own_tenant, IncentiveRun.id == run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(thing_zh="激励方案", thing_en="incentive run")
    return found


async def awards_in_run(session: AsyncSession, run: IncentiveRun) -> Sequence[IncentiveAward]:
    """Return the awards of a run that the session may change."""
    return (
        await session.scalars(
            select(IncentiveAward)
            .where(IncentiveAward.tenant_id == run.tenant_id, IncentiveAward.run_id == run.id)
            .order_by(IncentiveAward.id)
        )
    ).all()
