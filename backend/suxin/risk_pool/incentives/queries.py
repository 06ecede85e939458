"""What is read of incentives: the operator's rules, its runs with their awards, and a bank's own awards once they are posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.lending.league.policies import LEAGUE_READ
from suxin.lending.league.quarters import Quarter
from suxin.risk_pool.incentives.models import (
    IncentiveAward,
    IncentiveRuleSet,
    IncentiveRun,
    RuleSetState,
)
from suxin.risk_pool.incentives.policies import INCENTIVE_READ
from suxin.risk_pool.incentives.rules import DEMO_RULES, IncentiveRules


@dataclass(frozen=True, slots=True)
class QuarterRules:
    """The rules of a quarter, and which version of the operator's they are: none for those of the demo."""

    rules: IncentiveRules
    version: int | None


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


def rule_sets_of(actor: Actor) -> Select[IncentiveRuleSet]:
    """Return the versions of the operator's rules, the latest first.

    :raises Forbidden: if the caller may not look at incentives
    """
    actor.require(INCENTIVE_READ)
    return (
        select(IncentiveRuleSet)
        .where(IncentiveRuleSet.tenant_id == actor.own_tenant)
        .order_by(IncentiveRuleSet.version.desc())
    )


async def lock_rule_set(session: AsyncSession, actor: Actor, rule_set_id: UUID) -> IncentiveRuleSet:
    """Return one version of the operator's rules, locked until the transaction ends.

    :raises NotFound: if it is none of his
    """
    found = await session.scalar(
        select(IncentiveRuleSet)
        .where(IncentiveRuleSet.tenant_id == actor.own_tenant, IncentiveRuleSet.id == rule_set_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(thing_zh="激励规则", thing_en="set of incentive rules")
    return found


async def rules_for(session: AsyncSession, actor: Actor, quarter: Quarter) -> QuarterRules:
    """Return the rules by which a quarter's places earn; those of the demo where the operator has approved none.

    :raises Forbidden: if the caller may not look at incentives
    """
    found = await session.scalar(
        rule_sets_of(actor)
        .where(
            IncentiveRuleSet.state == RuleSetState.APPROVED,
            IncentiveRuleSet.quarter <= quarter.first,
        )
        .order_by(None)
        .order_by(IncentiveRuleSet.quarter.desc(), IncentiveRuleSet.version.desc())
        .limit(1)
    )
    if found is None:
        return QuarterRules(DEMO_RULES, None)
    return QuarterRules(msgspec.convert(found.rules, IncentiveRules), found.version)


async def awards_in_run(session: AsyncSession, run: IncentiveRun) -> Sequence[IncentiveAward]:
    """Return the awards of a run that the session may change."""
    return (
        await session.scalars(
            select(IncentiveAward)
            .where(IncentiveAward.tenant_id == run.tenant_id, IncentiveAward.run_id == run.id)
            .order_by(IncentiveAward.id)
        )
    ).all()
