"""What a subject does: applies for repair, supplements what the window has returned, takes an application back.

Nobody here decides. What is filed leaves for the window by a job; how it goes on is in ``relaying``.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, NotFound, Refusal, RefusalKind
from suxin.kernel.texts import bounded_text
from suxin.kernel.working_days import local_day
from suxin.repair import queries
from suxin.repair.clocks import Clock
from suxin.repair.models import (
    DOCUMENTS_ZH,
    DocumentKind,
    RepairApplication,
    RepairDocument,
    RepairState,
)
from suxin.repair.periods import facts_of, finder_of, require_repairable
from suxin.repair.retention import end_application
from suxin.repair.telling import record_step
from suxin.repair.waiting import start_clock
from suxin.subjects.models import CatalogueItem, CreditRecord

MAX_OPEN: Final = 10
MAX_DOCUMENTS: Final = 10
"""How many documents one application may have, all rounds together."""

MAX_ROUNDS: Final = 5
MAX_STATEMENT: Final = 500
RELAY_TOPIC: Final = "repair.application.relay"
_NEEDED: Final = (DocumentKind.PROOF, DocumentKind.COMMITMENT)


class RepairAsked(Refusal):
    """Repair of this record is asked for and not answered yet."""

    code = "REPAIR_ASKED"
    zh = "该记录的修复申请正在办理，请等待结果"
    en = "Repair of this record is asked for already; please wait for the result"


class TooManyRepairs(Refusal):
    """As many applications are open as a subject may have at once."""

    code = "REPAIR_TOO_MANY"
    kind = RefusalKind.LIMITED
    zh = "办理中的修复申请最多 {limit} 件，请等待结果"
    en = "At most {limit} applications for repair may be open"


class RepairDocumentMissing(Refusal):
    """The measures ask for a proof and a commitment, and one of them is not there."""

    code = "REPAIR_DOCUMENT_MISSING"
    kind = RefusalKind.INVALID
    zh = "缺少材料：{kind_zh}"
    en = "A document is missing: {kind_en}"


async def apply_for_repair(
    session: AsyncSession,
    actor: Actor,
    *,
    record_id: UUID,
    statement: str,
    document_ids: Sequence[UUID],
    now: datetime,
) -> RepairApplication:
    """Ask the national window to repair a record; the platform relays within one working day (*proposed*).

    :raises Forbidden: if the actor acts for no subject
    :raises Invalid: if the statement is missing or too long, or documents are too many
    :raises NotFound: if the subject has no such record, or no such document that is still free
    :raises NothingToRepair, RepairNotCounting, RepairElsewhere, RepairTooEarly: see ``require_repairable``
    :raises RepairDocumentMissing: if there is no proof or no commitment
    :raises RepairAsked: if it is asked for already
    :raises TooManyRepairs: if ``MAX_OPEN`` are open
    Source: 信用修复管理办法 art. 2 (the right), its materials (proof and commitment) and shortest times of publication
    """
    subject_id = actor.own_subject
    said = checked_statement(statement)
    await _take_turns(session, subject_id)
    found = (
        await session.execute(
            select(CreditRecord, CatalogueItem)
            .join(CatalogueItem, CatalogueItem.code == CreditRecord.item_code)
            .where(CreditRecord.subject_id == subject_id, CreditRecord.id == record_id)
            .execution_options(populate_existing=True)
        )
    ).first()
    if found is None:
        raise NotFound(thing_zh="信用记录", thing_en="credit record", field="recordId")
    record, item = found
    waiting = await queries.open_records(session, subject_id)
    if record_id in waiting:
        raise RepairAsked(field="recordId")
    if len(waiting) >= MAX_OPEN:
        raise TooManyRepairs(limit=MAX_OPEN)
    require_repairable(facts_of(record), today=local_day(now))
    documents = await _documents(session, subject_id, document_ids)
    _require_needed(documents)
    application = RepairApplication(
        subject_id=subject_id,
        id=new_id(now),
        person_id=actor.own_person,
        record_id=record_id,
        item_code=record.item_code,
        item=item.name,
        source=finder_of(record, item),
        record_ref=str(record.content.get("number") or record.source_ref),
        occurred_on=record.occurred_on,
        statement=said,
        round=1,
        state=RepairState.FILED,
        filed_at=now,
    )
    await start_clock(session, application, Clock.RELAY, start=now, now=now)
    session.add(application)
    await session.flush()
    await _send(session, application, documents, now=now)
    record_step(session, application, "filed", {"documents": len(documents)}, now=now)
    return application


async def supplement_application(
    session: AsyncSession,
    actor: Actor,
    *,
    application_id: UUID,
    statement: str,
    document_ids: Sequence[UUID],
    now: datetime,
) -> RepairApplication:
    """Send an application again that the window has returned, with further documents.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it is not this subject's, or a document is not
    :raises RepairNotHere: if it was not returned
    :raises Invalid: if the statement is missing or too long, there are too many documents, or too many rounds
    """
    said = checked_statement(statement)
    application = await queries.lock_application(session, actor.own_subject, application_id)
    application.require_step(RepairState.FILED)
    if application.round >= MAX_ROUNDS:
        raise Invalid(
            field=None,
            reason_zh=f"最多补正 {MAX_ROUNDS - 1} 次，请撤回后重新申请",
            reason_en=f"it was returned {MAX_ROUNDS - 1} times already; take it back and apply anew",
        )
    sent = await queries.documents_in(session, application.subject_id, [application.id])
    documents = await _documents(
        session, application.subject_id, document_ids, most=MAX_DOCUMENTS - len(sent)
    )
    await start_clock(
        session, application, Clock.RELAY, start=now, now=now, enter=RepairState.FILED
    )
    application.statement, application.round = said, application.round + 1
    await _send(session, application, documents, now=now)
    detail = {"round": application.round, "documents": len(documents)}
    record_step(session, application, "supplemented", detail, now=now)
    return application


async def withdraw_application(
    session: AsyncSession, actor: Actor, *, application_id: UUID, now: datetime
) -> RepairApplication:
    """Take an application back that the window does not have, or has returned; its documents are erased.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it is not this subject's
    :raises RepairNotHere: if the window has it, or it has ended
    """
    application = await queries.lock_application(session, actor.own_subject, application_id)
    await end_application(session, application, RepairState.WITHDRAWN, now=now)
    record_step(session, application, "withdrawn", now=now)
    return application


def checked_statement(given: str) -> str:
    """Return what the subject states, without the space around it.

    :raises Invalid: if it is nothing, or longer than ``MAX_STATEMENT``
    """
    return bounded_text(given, "statement", most=MAX_STATEMENT)


async def _take_turns(session: AsyncSession, subject_id: UUID) -> None:
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"repair:{subject_id}", 0)))
    )


async def _documents(
    session: AsyncSession,
    subject_id: UUID,
    document_ids: Sequence[UUID],
    *,
    most: int = MAX_DOCUMENTS,
) -> Sequence[RepairDocument]:
    wanted = set(document_ids)
    if len(wanted) > most:
        raise Invalid(
            field="documents",
            reason_zh=f"一件申请最多 {MAX_DOCUMENTS} 份材料",
            reason_en=f"an application has at most {MAX_DOCUMENTS} documents",
        )
    found = await queries.loose_documents(session, subject_id, sorted(wanted))
    if len(found) != len(wanted):
        raise NotFound(thing_zh="材料", thing_en="document", field="documents")
    return found


def _require_needed(documents: Sequence[RepairDocument]) -> None:
    there = {document.kind for document in documents}
    for kind in _NEEDED:
        if kind not in there:
            raise RepairDocumentMissing(
                field="documents", kind_zh=DOCUMENTS_ZH[kind], kind_en=kind.value
            )


async def _send(
    session: AsyncSession,
    application: RepairApplication,
    documents: Sequence[RepairDocument],
    *,
    now: datetime,
) -> None:
    for document in documents:
        document.application_id = application.id
    await session.flush()
    await outbox.post(
        session,
        RELAY_TOPIC,
        {
            "subject_id": application.subject_id,
            "application_id": application.id,
            "round": application.round,
        },
        now=now,
        wake=True,
    )
