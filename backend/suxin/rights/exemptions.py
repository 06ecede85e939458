"""Credit exemption (信用豁免): a record stays on file and counts no more, for a reason that is proved.

The subject asks with its evidence; two people of the city's credit office decide, one after the other.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.working_days import local_day
from suxin.review.filing import CaseFiling, checked_text, file_case
from suxin.review.models import ReviewCase
from suxin.review.queries import city_office
from suxin.rights.corrections import lock_subject, record_of, require_room, stated_of_record
from suxin.rights.kinds import EXEMPTION
from suxin.subjects.models import CreditRecord, Polarity, RecordStatus
from suxin.subjects.standing import counts


class NothingToExempt(Refusal):
    """The record does not speak against its subject, or counts no longer."""

    code = "NOTHING_TO_EXEMPT"
    zh = "只有仍在使用的负面记录可以申请豁免"
    en = "Only a record that speaks against its subject and still counts can be exempted"


class ExemptionAsked(Refusal):
    """The exemption of the same record is asked for and not answered yet."""

    code = "EXEMPTION_ASKED"
    zh = "该记录的豁免申请尚未办结，请等待答复"
    en = "The exemption of this record waits for an answer already"


async def request_exemption(
    session: AsyncSession,
    actor: Actor,
    *,
    record_id: UUID,
    reason: str,
    evidence: str,
    document_ids: Sequence[UUID] = (),
    now: datetime,
) -> ReviewCase:
    """Ask that a record which speaks against the subject counts no more, with the evidence for it.

    ``evidence`` names what proves it; the documents, put down before, are that.

    :raises Invalid: if a text is missing or too long, or documents are too many
    :raises NotFound: if the subject has no such record of a source department, or no such document that is still free
    :raises NothingToExempt: if the record speaks not against it, or counts no longer
    :raises ExemptionAsked: if the same is asked for already
    :raises TooManyCases: if as many cases run as may at once
    """
    subject_id = actor.own_subject
    checked_text(reason, "reason")
    proved_by = checked_text(evidence, "evidence")
    await lock_subject(session, subject_id)
    known = await require_room(session, subject_id)
    record = await record_of(session, subject_id, record_id, self_declared=False)
    if record is None:
        raise NotFound(thing_zh="信用记录", thing_en="credit record", field="recordId")
    if record.polarity is not Polarity.NEGATIVE or not _is_used(record, now=now):
        raise NothingToExempt(field="recordId")
    if any(one.kind == EXEMPTION.code and one.object_id == record_id for one in known):
        raise ExemptionAsked(field="recordId")
    stated = await stated_of_record(session, record)
    return await file_case(
        session,
        actor,
        kind=EXEMPTION,
        office_id=await city_office(session),
        filing=CaseFiling(
            subject_id=subject_id,
            person_id=actor.own_person,
            object_id=record_id,
            item=stated.item,
            source=stated.source,
            wanted="该记录不再计入评价",
            reason=reason,
            stated={**stated.stated, "evidence": proved_by},
            document_ids=document_ids,
        ),
        now=now,
    )


def _is_used(record: CreditRecord, *, now: datetime) -> bool:
    """Return whether a record counts, or would if it were not disputed."""
    return record.status is RecordStatus.DISPUTED or counts(record, today=local_day(now))
