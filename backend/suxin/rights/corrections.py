"""Correct my data (PIPL art. 46): what one declared oneself at once, what a source department recorded by a dispute.

A record counts as disputed from the moment it is contested, and so counts against nobody. Two people of the city's credit office
answer; their times are in ``kinds``, what granting does is in ``remedies`` and ``settling``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.refusals import Invalid, NotFound, Refusal, RefusalKind
from suxin.review.filing import CaseFiling, checked_text, file_case
from suxin.review.models import ReviewCase
from suxin.review.queries import city_office
from suxin.rights.kinds import CORRECTION, DISPUTE
from suxin.rights.queries.cases import open_cases
from suxin.rights.remedies import Contested, CorrectionAbout, remedy_of, stated_of
from suxin.subjects.declarations import declare_record
from suxin.subjects.models import CatalogueItem, CreditRecord, RecordStatus, Subject

MAX_OPEN: Final = 10


class RecordNotContestable(Refusal):
    """The record does not count at present, or its correction is asked for already."""

    code = "RECORD_NOT_CONTESTABLE"
    zh = "该记录正在核查或已不再使用，不能再申请更正"
    en = "The record is being checked, or counts no longer; no correction can be asked for"


class CorrectionAsked(Refusal):
    """A correction of the same item is asked for and not answered yet."""

    code = "CORRECTION_ASKED"
    zh = "该项的更正申请尚未答复，请等待答复"
    en = "A correction of this item waits for an answer already"


class TooManyCases(Refusal):
    """As many cases run as may at once."""

    code = "TOO_MANY_CASES"
    kind = RefusalKind.LIMITED
    zh = "同时办理的申请事项最多 {limit} 件，请等待答复"
    en = "At most {limit} cases may run at once"


async def correct_declaration(
    session: AsyncSession,
    actor: Actor,
    *,
    record_id: UUID,
    content: Mapping[str, object],
    now: datetime,
) -> UUID:
    """Put right at once what the acting subject declared itself; return the new record's id. The old one is kept, withdrawn.

    :raises NotFound: if it is no declaration of this subject that counts
    :raises Invalid: if the content is not what the item holds
    :raises DeclaredTooMany: if it has fifty already, those withdrawn included
    Source: PIPL art. 46
    """
    await lock_subject(session, actor.own_subject)
    record = await record_of(session, actor.own_subject, record_id, self_declared=True)
    if record is None or record.status is not RecordStatus.ACTIVE:
        raise NotFound(thing_zh="自主申报", thing_en="declaration")
    corrected = await declare_record(
        session, actor, item_code=record.item_code, content=content, now=now
    )
    record.status = RecordStatus.WITHDRAWN
    append_act(
        session,
        action="rights.declaration.corrected",
        now=now,
        subject_id=actor.own_subject,
        object_type="credit_record",
        object_id=record_id,
        detail={"by": str(corrected)},
    )
    await session.flush()
    return corrected


async def request_correction(
    session: AsyncSession,
    actor: Actor,
    *,
    about: CorrectionAbout,
    record_id: UUID | None,
    wanted: str,
    reason: str,
    now: datetime,
) -> ReviewCase:
    """Ask the city's credit office to have a record, or an item of the subject's own data, put right.

    The record is disputed until that is settled.

    :raises Invalid: if a text is missing or too long, or a record is named for anything but a record
    :raises NotFound: if the subject has no such record of a source department
    :raises RecordNotContestable: if the record does not count at present
    :raises CorrectionAsked: if the same is asked for already
    :raises TooManyCases: if ``MAX_OPEN`` cases run
    Source: PIPL art. 46; 征信业管理条例 art. 25
    """
    subject_id = actor.own_subject
    # Before the record is looked for, so that what is wrong with the form is said first.
    for text, name in ((wanted, "wanted"), (reason, "reason")):
        checked_text(text, name)
    if (about is CorrectionAbout.RECORD) != (record_id is not None):
        raise Invalid(
            field="recordId",
            reason_zh="更正信用记录须且仅须指明一条记录",
            reason_en="name a record if, and only if, a record is to be corrected",
        )
    subject = await lock_subject(session, subject_id)
    known = await require_room(session, subject_id)
    if record_id is not None:
        if any(one.kind == DISPUTE.code and one.object_id == record_id for one in known):
            raise RecordNotContestable(field="recordId")
        contested = await _disputed(session, subject_id, record_id)
    else:
        contested = stated_of(subject, about)
        if any(one.kind == CORRECTION.code and one.item == contested.item for one in known):
            raise CorrectionAsked(field="about")
    remedy = remedy_of(about, subject)
    return await file_case(
        session,
        actor,
        kind=CORRECTION if record_id is None else DISPUTE,
        office_id=await city_office(session),
        filing=CaseFiling(
            subject_id=subject_id,
            person_id=actor.own_person,
            object_id=record_id,
            item=contested.item,
            source=contested.source,
            wanted=wanted,
            reason=reason,
            stated={"about": about.value, "remedy": remedy.value, **contested.stated},
        ),
        now=now,
    )


async def lock_subject(session: AsyncSession, subject_id: UUID) -> Subject:
    """Return the subject; what it asks for at once is taken up one after the other."""
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"cases:{subject_id}", 0)))
    )
    return await session.get_one(Subject, subject_id)


async def require_room(session: AsyncSession, subject_id: UUID) -> Sequence[ReviewCase]:
    """Return the subject's cases that run.

    :raises TooManyCases: if there are as many as may run at once
    """
    known = await open_cases(session, subject_id)
    if len(known) >= MAX_OPEN:
        raise TooManyCases(limit=MAX_OPEN)
    return known


async def _disputed(session: AsyncSession, subject_id: UUID, record_id: UUID) -> Contested:
    record = await record_of(session, subject_id, record_id, self_declared=False)
    if record is None:
        raise NotFound(thing_zh="信用记录", thing_en="credit record", field="recordId")
    if record.status is not RecordStatus.ACTIVE:
        raise RecordNotContestable(field="recordId")
    record.status = RecordStatus.DISPUTED
    await session.flush()
    return await stated_of_record(session, record)


async def stated_of_record(session: AsyncSession, record: CreditRecord) -> Contested:
    """Return what a record says, with its item and source, as a case keeps it."""
    item = await session.get(CatalogueItem, record.item_code)
    return Contested(
        item=item.name if item else record.item_code,
        source=item.department if item else record.source,
        stated={
            "occurredOn": record.occurred_on.isoformat(),
            "amountFen": record.amount_fen,
            "content": record.content,
            "sourceRef": record.source_ref,
        },
    )


async def record_of(
    session: AsyncSession, subject_id: UUID, record_id: UUID, *, self_declared: bool
) -> CreditRecord | None:
    """Return one of a subject's records, as it is now; nothing where there is none of that sort."""
    return await session.scalar(
        select(CreditRecord)
        .where(
            CreditRecord.subject_id == subject_id,
            CreditRecord.id == record_id,
            CreditRecord.self_declared.is_(self_declared),
        )
        .execution_options(populate_existing=True)
    )
