"""Declarations: records that a subject files about itself, marked self-declared, with the public commitment that they are true.

They count from then on; the operator looks into them afterwards (``commitments.judging``).
Source: 宿政办发〔2021〕62号 §8
"""

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
from suxin.subjects.commitments.models import Commitment, CommitmentKind, CommitmentState
from suxin.subjects.commitments.queries import signed_before
from suxin.subjects.commitments.texts import (
    TEXTS,
    CommitmentNeeded,
    CommitmentText,
    require_current,
)
from suxin.subjects.contents import check_content, months_later
from suxin.subjects.models import (
    NATURAL_PERSONS,
    CatalogueItem,
    CreditRecord,
    LawfulChannel,
    RecordStatus,
    Subject,
)
from suxin.subjects.shapes import SHAPES, Shape

MAX_DECLARED: Final = 50
SOURCE: Final = "subject"
AUTHORITY: Final = "自主申报"
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
    commitment_version: str | None = None,
    now: datetime,
) -> UUID:
    """File a record about the subject the actor acts for, and its commitment that it is true; return the record's id.

    ``commitment_version`` is the wording that was shown and signed. Without one, what is filed puts right what was declared
    before, and stands under the wording that was signed then.

    :raises Forbidden: if the actor acts for no subject
    :raises NotDeclarable: if the item may not be declared by oneself
    :raises Invalid: if the content is not what the item holds
    :raises DeclaredTooMany: if the subject has fifty already
    :raises CommitmentOutdated: if another wording was signed than the one in force
    :raises CommitmentNeeded: if none is signed, and none was before
    """
    subject = await session.get_one(Subject, actor.own_subject)
    subject_id = subject.id
    item, shape = await _declarable(session, item_code)
    check_content(item_code, content)
    await _require_room(session, subject_id)
    text = await _signed(session, subject_id, commitment_version)
    record_id, today = new_id(now), now.astimezone(_SHANGHAI).date()
    record = CreditRecord(
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
    promise = _promise(subject, record, item, text, now=now)
    promise.person_id = actor.own_person
    session.add_all((record, promise))
    append_act(
        session,
        action="subjects.record.declared",
        now=now,
        subject_id=subject_id,
        object_type="credit_record",
        object_id=record_id,
        detail={
            "item_code": item_code,
            "commitment_version": text.version,
            "commitment_sha256": text.sha256,
        },
    )
    await session.flush()
    return record_id


async def _declarable(session: AsyncSession, item_code: str) -> tuple[CatalogueItem, Shape]:
    item, shape = await session.get(CatalogueItem, item_code), SHAPES.get(item_code)
    if (
        item is None
        or item.retired_in is not None
        or item.channel is not LawfulChannel.FILED_BY_SUBJECT
        or shape is None
        or not shape.declarable
    ):
        raise NotDeclarable(field="itemCode", item_code=item_code)
    return item, shape


def _promise(
    subject: Subject,
    record: CreditRecord,
    item: CatalogueItem,
    text: CommitmentText,
    *,
    now: datetime,
) -> Commitment:
    day = record.occurred_on
    return Commitment(
        subject_id=subject.id,
        id=new_id(now),
        kind=CommitmentKind.TRUTH,
        number=f"ZS{day:%Y}-{record.id.hex[-12:].upper()}",
        subject_name=subject.name,
        # PIPL art. 25: nothing about a natural person is published.
        published=not record.natural_person,
        authority=AUTHORITY,
        title=item.name,
        text=text.body,
        text_version=text.version,
        record_id=record.id,
        stated=dict(record.content),
        made_on=day,
        due_on=None,
        made_at=now,
        state=CommitmentState.OPEN,
    )


async def _signed(session: AsyncSession, subject_id: UUID, version: str | None) -> CommitmentText:
    if version is not None:
        return require_current(version)
    before = await signed_before(session, subject_id)
    if before is None:
        raise CommitmentNeeded(field="commitmentVersion")
    return TEXTS[before]


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
