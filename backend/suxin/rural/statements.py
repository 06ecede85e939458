"""Facts that a village attests about whoever entered: stated by one of its people, verified by another, then on record as its own.

What a subject declares itself and what departments have on record comes in as everything does (``suxin.subjects``); together they are the
profile of a farm entity.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import local_day
from suxin.rural.models import RuralStatement
from suxin.rural.policies import FACT_STATE, FACT_VERIFY
from suxin.rural.queries import cycles as queries
from suxin.rural.refusals import FactNotStatable, SecondRaterNeeded
from suxin.rural.states import EntryState, StatementState
from suxin.subjects.contents import check_content, months_later
from suxin.subjects.models import (
    NATURAL_PERSONS,
    CatalogueItem,
    CreditRecord,
    RecordStatus,
    Subject,
)
from suxin.subjects.shapes import SHAPES

STATABLE: Final = ("VILLAGE-RESIDENCE", "FARM-LAND", "FARM-HERD", "FARM-MACHINE")
"""What a village can know by itself."""

VERIFIED_TOPIC: Final = "rural.statement.verified"
SOURCE: Final = "village"
"""What these records name as their source; the row policy of ``credit_records`` knows it."""

_IN: Final = frozenset({EntryState.CONSENTED, EntryState.PROPOSED, EntryState.ENTERED})


async def state_fact(
    session: AsyncSession,
    actor: Actor,
    *,
    entry_id: UUID,
    item_code: str,
    content: Mapping[str, object],
    now: datetime,
) -> RuralStatement:
    """State a fact about somebody who entered, which counts for nothing before another has verified it.

    :raises Forbidden: if the actor may not state facts
    :raises NotFound: if the village has no such entry
    :raises FactNotStatable: if the item is none that a village attests, or the subject was rated or has left
    :raises Invalid: if the content is not what the item holds
    """
    actor.require(FACT_STATE)
    entry = await queries.village_entry(session, actor, entry_id)
    item = await session.get(CatalogueItem, item_code)
    if item_code not in STATABLE or item is None or item.retired_in or entry.state not in _IN:
        raise FactNotStatable(field="itemCode")
    check_content(item_code, content)
    months = item.validity_months
    statement = RuralStatement(
        tenant_id=entry.tenant_id,
        id=new_id(now),
        subject_id=entry.subject_id,
        entry_id=entry.id,
        item_code=item_code,
        content=dict(content),
        state=StatementState.STATED,
        stated_by=actor.own_staff,
        stated_at=now,
        valid_until=None if months is None else months_later(local_day(now), months),
    )
    session.add(statement)
    _note(session, statement, "stated", now=now)
    await session.flush()
    return statement


async def verify_fact(
    session: AsyncSession, actor: Actor, *, statement_id: UUID, granted: bool, now: datetime
) -> RuralStatement:
    """Take what somebody else stated as true, whereupon the platform puts it on record, or not.

    :raises Forbidden: if the actor may not verify facts
    :raises NotFound: if the village states none of that id
    :raises StatementNotAt: if that was done before
    :raises SecondRaterNeeded: if the actor stated it
    """
    actor.require(FACT_VERIFY)
    statement = await _lock(session, actor.own_tenant, statement_id)
    if statement.stated_by == actor.own_staff:
        raise SecondRaterNeeded
    statement.decide(granted=granted, by=actor.own_staff, now=now)
    _note(session, statement, "verified" if granted else "rejected", now=now)
    if granted:
        named = {"tenant_id": statement.tenant_id, "statement_id": statement.id}
        await outbox.post(session, VERIFIED_TOPIC, named, now=now, tenant_id=statement.tenant_id)
    return statement


async def put_on_record(
    session: AsyncSession, *, tenant_id: UUID, statement_id: UUID, now: datetime
) -> UUID | None:
    """Put a verified fact on record, once; return the record's id. A duty of the platform."""
    statement = await _lock(session, tenant_id, statement_id)
    if statement.state is not StatementState.VERIFIED or statement.record_id is not None:
        return statement.record_id
    item = await session.get_one(CatalogueItem, statement.item_code)
    subject = await session.get_one(Subject, statement.subject_id)
    record_id = new_id(now)
    session.add(
        CreditRecord(
            subject_id=subject.id,
            id=record_id,
            item_code=item.code,
            category=item.category,
            channel=item.channel,
            natural_person=subject.kind in NATURAL_PERSONS,
            source=SOURCE,
            source_ref=str(statement.id),
            occurred_on=local_day(statement.stated_at),
            published_until=None,
            valid_until=statement.valid_until,
            polarity=SHAPES[item.code].polarity,
            status=RecordStatus.ACTIVE,
            amount_fen=None,
            content=statement.content,
            self_declared=False,
            loaded_at=now,
        )
    )
    statement.record_id = record_id
    append_act(
        session,
        action="rural.record.attested",
        now=now,
        tenant_id=tenant_id,
        subject_id=subject.id,
        object_type="credit_record",
        object_id=record_id,
        detail={"item_code": item.code},
    )
    await session.flush()
    return record_id


async def _lock(session: AsyncSession, tenant_id: UUID, statement_id: UUID) -> RuralStatement:
    found = await session.scalar(
        select(RuralStatement)
        .where(RuralStatement.tenant_id == tenant_id, RuralStatement.id == statement_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(thing_zh="情况证明", thing_en="statement")
    return found


def _note(session: AsyncSession, statement: RuralStatement, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"rural.statement.{step}",
        now=now,
        tenant_id=statement.tenant_id,
        subject_id=statement.subject_id,
        object_type="rural_statement",
        object_id=statement.id,
        detail={"item_code": statement.item_code},
    )
