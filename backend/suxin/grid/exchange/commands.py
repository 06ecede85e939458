"""What a village does about the exchange: adopt a mapping, bring in what the app knows, dismiss a draft."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.exchange.files import read_events
from suxin.grid.exchange.queries import lock_app_event
from suxin.grid.exchange.taking import take_lines
from suxin.grid.exchange.words import TAKEN, AppSort
from suxin.grid.models import AppEvent, AppMapping
from suxin.grid.policies import CLAIM_RECORD, RULE_MANAGE
from suxin.grid.refusals import AppMappingUnsound, RuleUnknown
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day


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
    counts = await take_lines(session, tenant_id, read.lines, by=actor.own_staff, now=now)
    done = Brought(*counts, read.left_out, read.rejects)
    append_act(
        session,
        action="grid.app_events.brought",
        now=now,
        detail=counts._asdict(),
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
