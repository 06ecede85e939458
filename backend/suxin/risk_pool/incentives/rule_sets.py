"""Versions of the rules by which places earn: one person drafts, another approves, and they are good from a quarter on.

A quarter that is over keeps the rules that it had: what it earned can be worked out again.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.lending.league.quarters import Quarter
from suxin.risk_pool.incentives import queries
from suxin.risk_pool.incentives.models import IncentiveRuleSet, RuleSetState
from suxin.risk_pool.incentives.policies import INCENTIVE_CHECK, INCENTIVE_PROPOSE
from suxin.risk_pool.incentives.rules import IncentiveRules, check_rules

MOST_AHEAD: Final = 4
"""How many quarters ahead rules may begin (proposed default)."""


class IncentiveQuarterOver(Refusal):
    """Rules are never good for a quarter that is over, nor drafted far ahead."""

    code = "INCENTIVE_RULES_QUARTER"
    kind = RefusalKind.INVALID
    zh = "生效季度应为本季度或其后 {most} 个季度之一"
    en = "Rules begin in this quarter, or in one of the {most} after it"


class SamePersonApproves(Refusal):
    """Whoever drafted the rules does not approve them."""

    code = "INCENTIVE_RULES_SAME_PERSON"
    kind = RefusalKind.FORBIDDEN
    zh = "规则由您起草，须由另一人批准"
    en = "You drafted these rules; another person approves them"


async def draft_rules(
    session: AsyncSession, actor: Actor, *, quarter: Quarter, rules: IncentiveRules, now: datetime
) -> IncentiveRuleSet:
    """Take rules as the next version, good from a quarter on once another person has approved them.

    :raises Forbidden: if the actor may not propose incentives
    :raises IncentiveRulesIncoherent: if they do not fit together
    :raises IncentiveQuarterOver: if the quarter is over, or further ahead than ``MOST_AHEAD``
    """
    actor.require(INCENTIVE_PROPOSE)
    check_rules(rules)
    _check_quarter(quarter, now=now)
    await _take_turn(session, actor)
    last = await session.scalar(
        select(func.max(IncentiveRuleSet.version)).where(
            IncentiveRuleSet.tenant_id == actor.own_tenant
        )
    )
    drafted = IncentiveRuleSet(
        tenant_id=actor.own_tenant,
        id=new_id(now),
        version=(last or 0) + 1,
        quarter=quarter.first,
        rules=msgspec.to_builtins(rules),
        state=RuleSetState.DRAFT,
        drafted_by=actor.own_staff,
        drafted_at=now,
    )
    session.add(drafted)
    _record(session, "risk_pool.incentive_rules.drafted", drafted, now=now)
    await session.flush()
    return drafted


async def approve_rules(
    session: AsyncSession, actor: Actor, *, rule_set_id: UUID, now: datetime
) -> IncentiveRuleSet:
    """Approve drafted rules; from their quarter on places earn by them.

    :raises Forbidden: if the actor may not check incentives
    :raises NotFound: if there are none
    :raises StepNotPossible: if they are no draft any more
    :raises SamePersonApproves: if the actor drafted them
    :raises IncentiveQuarterOver: if their quarter has ended meanwhile
    """
    actor.require(INCENTIVE_CHECK)
    rules = await queries.lock_rule_set(session, actor, rule_set_id)
    if rules.drafted_by == actor.own_staff:
        raise SamePersonApproves
    rules.approve(by=actor.own_staff, now=now)
    _check_quarter(Quarter(rules.quarter), now=now)
    _record(session, "risk_pool.incentive_rules.approved", rules, now=now)
    await session.flush()
    return rules


async def withdraw_rules(
    session: AsyncSession, actor: Actor, *, rule_set_id: UUID, now: datetime
) -> IncentiveRuleSet:
    """Give drafted rules up.

    :raises Forbidden: if the actor may not propose incentives
    :raises NotFound: if there are none
    :raises StepNotPossible: if they are no draft any more
    """
    actor.require(INCENTIVE_PROPOSE)
    rules = await queries.lock_rule_set(session, actor, rule_set_id)
    rules.withdraw(now=now)
    _record(session, "risk_pool.incentive_rules.withdrawn", rules, now=now)
    await session.flush()
    return rules


def quarters_ahead(now: datetime) -> list[Quarter]:
    """Return the quarters in which rules may begin, this one first."""
    found = [Quarter.of(now)]
    for _ in range(MOST_AHEAD):
        found.append(found[-1].following)
    return found


def _check_quarter(quarter: Quarter, *, now: datetime) -> None:
    if quarter not in quarters_ahead(now):
        raise IncentiveQuarterOver(field="quarter", most=MOST_AHEAD)


async def _take_turn(session: AsyncSession, actor: Actor) -> None:
    """Let one number a version at a time."""
    key = func.hashtextextended(f"incentive rules:{actor.own_tenant}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


def _record(session: AsyncSession, action: str, rules: IncentiveRuleSet, *, now: datetime) -> None:
    append_act(
        session,
        action=action,
        now=now,
        object_type="incentive_rule_set",
        object_id=rules.id,
        detail={"version": rules.version, "quarter": Quarter(rules.quarter).code},
    )
