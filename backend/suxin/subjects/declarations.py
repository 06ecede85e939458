"""Declarations: records that a subject files about itself, marked self-declared."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.subjects.contents import check_content, months_later
from suxin.subjects.models import (
    NATURAL_PERSONS,
    CatalogueItem,
    CreditRecord,
    LawfulChannel,
    RecordStatus,
    Subject,
)
from suxin.subjects.shapes import SHAPES

MAX_DECLARED: Final = 50
SOURCE: Final = "subject"
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


class NotDeclarable(Refusal):
    """The catalogue has no such item, or not for declaring it oneself."""

    code = "NOT_DECLARABLE"
    kind = RefusalKind.INVALID
    zh = "目录中没有可自主申报的事项“{item_code}”"
    en = "{item_code} is not an item that one may declare oneself"


class DeclaredTooMany(Refusal):
    """The subject has declared as many records as it may."""

    code = "DECLARED_TOO_MANY"
    zh = "自主申报最多 {limit} 条"
    en = "At most {limit} records may be declared"


async def declare_record(
    session: AsyncSession,
    actor: Actor,
    *,
    item_code: str,
    content: Mapping[str, object],
    now: datetime,
) -> UUID:
    """File a record about the subject the actor acts for; return its id.

    :raises Forbidden: if the actor acts for no subject
    :raises NotDeclarable: if the item may not be declared by oneself
    :raises Invalid: if the content is not what the item holds
    :raises DeclaredTooMany: if the subject has fifty already
    """
    subject = await session.get_one(Subject, actor.own_subject)
    subject_id = subject.id
    item = await session.get(CatalogueItem, item_code)
    shape = SHAPES.get(item_code)
    if (
        item is None
        or item.retired_in is not None
        or item.channel is not LawfulChannel.FILED_BY_SUBJECT
        or shape is None
        or not shape.declarable
    ):
        raise NotDeclarable(field="itemCode", item_code=item_code)
    check_content(item_code, content)
    await _require_room(session, subject_id)
    record_id, today = new_id(now), now.astimezone(_SHANGHAI).date()
    session.add(
        CreditRecord(
            subject_id=subject_id,
            id=record_id,
            item_code=item_code,
            category=item.category,
            channel=item.channel,
            natural_person=subject.kind in NATURAL_PERSONS,
            source=SOURCE,
            source_ref=str(record_id),
            occurred_on=today,
            published_until=None,
            valid_until=_valid_until(item, today),
            polarity=shape.polarity,
            status=RecordStatus.ACTIVE,
            amount_fen=None,
            content=dict(content),
            self_declared=True,
            loaded_at=now,
        )
    )
    append_act(
        session,
        action="subjects.record.declared",
        now=now,
        subject_id=subject_id,
        object_type="credit_record",
        object_id=record_id,
        detail={"item_code": item_code},
    )
    await session.flush()
    return record_id


async def _require_room(session: AsyncSession, subject_id: UUID) -> None:
    declared = await session.scalar(
        select(func.count())
        .select_from(CreditRecord)
        .where(CreditRecord.subject_id == subject_id, CreditRecord.self_declared)
    )
    if declared is not None and declared >= MAX_DECLARED:
        raise DeclaredTooMany(limit=MAX_DECLARED)


def _valid_until(item: CatalogueItem, today: date) -> date | None:
    return None if item.validity_months is None else months_later(today, item.validity_months)
