"""Versions of the rules at the credit office: one person drafts, another puts in force (decision 33)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.lending.warnings import queries
from suxin.lending.warnings.models import RuleSetState, WarningRuleSet
from suxin.lending.warnings.policies import WARNING_RULE_ACTIVATE, WARNING_RULE_DRAFT
from suxin.lending.warnings.refusals import ActivatorDrafted, RulesNotAt
from suxin.lending.warnings.rules import check_items, read_rules, stored_rules, to_store
from suxin.subjects.queries import catalogue


async def draft_rules(
    session: AsyncSession, actor: Actor, *, document: bytes, now: datetime
) -> WarningRuleSet:
    """Take rules as the next version, by which nobody goes yet.

    :raises Forbidden: if the actor may not draft rules
    :raises RulesMalformed, RuleIncoherent, RuleRepeated: if they are not coherent in themselves
    :raises ItemNotWatched: if one is about what may raise no warning
    """
    actor.require(WARNING_RULE_DRAFT)
    drafted = read_rules(document)
    check_items(drafted, await session.scalars(catalogue()))
    await _take_turn(session)
    version = await session.scalar(select(func.coalesce(func.max(WarningRuleSet.version), 0) + 1))
    rules = WarningRuleSet(
        id=new_id(now),
        version=version,
        document=to_store(drafted),
        state=RuleSetState.DRAFT,
        drafted_by=actor.own_staff,
        drafted_at=now,
    )
    session.add(rules)
    _record(session, "lending.warning_rules.drafted", rules, now=now)
    return rules


async def activate_rules(
    session: AsyncSession, actor: Actor, *, rule_set_id: UUID, now: datetime
) -> WarningRuleSet:
    """Put drafted rules in force in the place of the version before; the platform's next pass goes by them.

    Warnings of the version before stay, and are counted under it.

    :raises Forbidden: if the actor may not put rules in force
    :raises NotFound: if there are none
    :raises RulesNotAt: if they are no draft any more
    :raises ActivatorDrafted: if the actor drafted them
    :raises ItemNotWatched: if the catalogue has changed since
    """
    actor.require(WARNING_RULE_ACTIVATE)
    await _take_turn(session)
    rules = await queries.lock_rule_set(session, actor, rule_set_id)
    if rules.state is not RuleSetState.DRAFT:
        raise RulesNotAt
    if rules.drafted_by == actor.own_staff:
        raise ActivatorDrafted
    check_items(stored_rules(rules.document), await session.scalars(catalogue()))
    before = await queries.active_rules(session)
    if before is not None:
        before.retire(now=now)
        # One version is in force at a time, at every moment.
        await session.flush()
        _record(session, "lending.warning_rules.retired", before, now=now)
    rules.activate(by=actor.own_staff, now=now)
    _record(session, "lending.warning_rules.activated", rules, now=now)
    return rules


async def withdraw_rules(
    session: AsyncSession, actor: Actor, *, rule_set_id: UUID, now: datetime
) -> WarningRuleSet:
    """Give drafted rules up.

    :raises Forbidden: if the actor may not draft rules
    :raises NotFound: if there are none
    :raises RulesNotAt: if they are no draft any more
    """
    actor.require(WARNING_RULE_DRAFT)
    rules = await queries.lock_rule_set(session, actor, rule_set_id)
    if rules.state is not RuleSetState.DRAFT:
        raise RulesNotAt
    rules.withdraw(now=now)
    _record(session, "lending.warning_rules.withdrawn", rules, now=now)
    return rules


async def _take_turn(session: AsyncSession) -> None:
    """Let one change the versions at a time."""
    key = func.hashtextextended("lending:warning_rules", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


def _record(session: AsyncSession, action: str, rules: WarningRuleSet, *, now: datetime) -> None:
    append_act(
        session,
        action=action,
        now=now,
        object_type="warning_rule_set",
        object_id=rules.id,
        detail={"version": rules.version},
    )
