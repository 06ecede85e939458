"""What a village does about the exchange: adopt a mapping, bring in what the app knows, dismiss a draft."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.exchange.files import AppLine, read_events
from suxin.grid.exchange.queries import lock_app_event, newest_mapping
from suxin.grid.exchange.words import FINISHED, TAKEN, AppMissing, AppSort
from suxin.grid.models import AppEvent, AppMapping, PointClaim
from suxin.grid.policies import CLAIM_RECORD, RULE_MANAGE
from suxin.grid.refusals import AppMappingUnsound, RuleUnknown
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.villages.models import Household
from suxin.villages.states import HouseholdState


class Brought(NamedTuple):
    """What came of a file: how many events are drafts, are nothing yet, said nothing new, and were left out; and the lines not taken."""

    drafts: int
    nothing: int
    unchanged: int
    left_out: int
    rejects: list[dict[str, Any]]


async def adopt_app_mapping(
    session: AsyncSession, actor: Actor, *, rules: Mapping[AppSort, str], now: datetime
) -> AppMapping:
    """Adopt the next version of the village's mapping; it decides what comes in from then on.

    :raises Forbidden: without the right to keep rules
    :raises NoRulesInForce: if the village has none today
    :raises RuleUnknown: if the rules in force have not a code
    :raises AppMappingUnsound: if a sort is not taken, or its rule subtracts
    """
    actor.require(RULE_MANAGE)
    await queries.take_turn(session, actor.own_tenant)
    today = local_day(now)
    book = (await queries.rules_in_force(session, actor.own_tenant, on=today)).rules
    for sort, code in rules.items():
        rule = book.rule(code)
        if rule is None:
            raise RuleUnknown(field=sort.stored, rule=code, day=today.isoformat())
        if sort not in TAKEN or rule.subtracts:
            raise AppMappingUnsound(field=sort.stored, sort_zh=sort.zh, sort_en=sort.en)
    last = await session.scalar(
        select(func.max(AppMapping.number)).where(AppMapping.tenant_id == actor.own_tenant)
    )
    mapping = AppMapping(
        tenant_id=actor.own_tenant,
        id=new_id(now),
        number=(last or 0) + 1,
        rules={sort.stored: code for sort, code in rules.items()},
        adopted_by=actor.own_staff,
        adopted_at=now,
    )
    session.add(mapping)
    append_act(
        session,
        action="grid.app_mapping.adopted",
        now=now,
        object_type="grid_app_mapping",
        object_id=mapping.id,
        detail={"number": mapping.number},
    )
    await session.flush()
    return mapping


async def bring_app_events(
    session: AsyncSession, actor: Actor, *, content: bytes, now: datetime
) -> Brought:
    """Bring in what a file of the app says; the same once more changes nothing, and what became a claim or was dismissed stays so.

    :raises Forbidden: without the right to record claims
    :raises Refusal: as ``files.read_events``
    Source: plan §29 (nothing typed twice)
    """
    actor.require(CLAIM_RECORD)
    read = read_events(content)
    tenant_id = actor.own_tenant
    await queries.take_turn(session, tenant_id)
    mapping = await newest_mapping(session, actor)
    rules = {} if mapping is None else mapping.rules
    known = await _known(session, tenant_id, [line.number for line in read.lines])
    households = await _households(session, tenant_id, {line.household for line in read.lines})
    settled = await _settled(session, list(known.values()))
    drafts = nothing = unchanged = 0
    for line in read.lines:
        event = known.get(line.number)
        household_id, rule = households.get(line.household), rules.get(line.sort.stored)
        missing = _missing(line, household_id, rule)
        if event is not None and (
            event.id in settled or _says_the_same(event, line, rule, missing)
        ):
            unchanged += 1
            continue
        if event is None:
            event = AppEvent(
                tenant_id=tenant_id,
                id=new_id(now),
                foreign_number=line.number,
                brought_by=actor.own_staff,
                brought_at=now,
            )
            session.add(event)
        _take(event, line, household_id, rule, missing, now=now)
        drafts, nothing = drafts + (missing is None), nothing + (missing is not None)
    done = Brought(drafts, nothing, unchanged, read.left_out, read.rejects)
    append_act(
        session,
        action="grid.app_events.brought",
        now=now,
        detail={"drafts": drafts, "nothing": nothing, "unchanged": unchanged},
    )
    await session.flush()
    return done


async def dismiss_app_event(
    session: AsyncSession, actor: Actor, *, event_id: UUID, now: datetime
) -> AppEvent:
    """Let nothing come of an event; once more changes nothing.

    :raises Forbidden: without the right to record claims
    :raises NotFound: if it is not this tenant's
    """
    actor.require(CLAIM_RECORD)
    event = await lock_app_event(session, actor.own_tenant, event_id)
    if event.dismissed_at is None:
        event.dismiss(by=actor.own_staff, now=now)
        append_act(
            session,
            action="grid.app_event.dismissed",
            now=now,
            object_type="grid_app_event",
            object_id=event.id,
        )
        await session.flush()
    return event


def _missing(line: AppLine, household_id: UUID | None, rule: str | None) -> AppMissing | None:
    if line.state not in FINISHED:
        return AppMissing.UNFINISHED
    if rule is None:
        return AppMissing.NO_RULE
    return AppMissing.NO_HOUSEHOLD if household_id is None else None


def _says_the_same(
    event: AppEvent, line: AppLine, rule: str | None, missing: AppMissing | None
) -> bool:
    """Tell whether neither the app nor the village says anything new of an event."""
    said = (event.content_hash, event.rule_code, event.missing)
    return said == (line.digest, rule, missing)


def _take(
    event: AppEvent,
    line: AppLine,
    household_id: UUID | None,
    rule: str | None,
    missing: AppMissing | None,
    *,
    now: datetime,
) -> None:
    event.content_hash, event.sort, event.state = line.digest, line.sort, line.state
    event.household_number, event.household_id = line.household, household_id
    event.happened_on, event.note = line.happened_on, line.note
    event.rule_code, event.missing, event.changed_at = rule, missing, now


async def _known(session: AsyncSession, tenant_id: UUID, numbers: list[str]) -> dict[str, AppEvent]:
    found = await session.scalars(
        select(AppEvent)
        .where(AppEvent.tenant_id == tenant_id, AppEvent.foreign_number.in_(numbers))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {event.foreign_number: event for event in found}


async def _settled(session: AsyncSession, events: list[AppEvent]) -> set[UUID]:
    """Return which events were dismissed or became claims."""
    if not events:
        return set()
    claimed = await session.scalars(
        select(PointClaim.id).where(
            PointClaim.tenant_id == events[0].tenant_id,
            PointClaim.id.in_([event.id for event in events]),
        )
    )
    return {*claimed, *(event.id for event in events if event.dismissed_at is not None)}


async def _households(session: AsyncSession, tenant_id: UUID, numbers: set[str]) -> dict[str, UUID]:
    rows = await session.execute(
        select(Household.number, Household.id).where(
            Household.tenant_id == tenant_id,
            Household.number.in_(numbers),
            Household.state == HouseholdState.ACTIVE,
        )
    )
    return dict(rows.all())
