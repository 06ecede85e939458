"""The platform's part between a subject and the window: it sends, it asks how far things are, and says what it heard.

Each job makes one call. A document is sent once and marked; when all are there the application goes, under its own number,
so that a worker that was killed in between sends the same again. While the window does not answer, the job posts itself
anew with longer pauses for as long as it takes; the clock tells when that has become too long. The window is asked a minute
after it has an application, then after twice as long each time, and at last every hour: a result is known within an hour.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.sealed_documents import opened_content
from suxin.kernel.sealing import Sealer
from suxin.repair import queries, telling
from suxin.repair.clocks import Clock
from suxin.repair.commands import RELAY_TOPIC
from suxin.repair.models import (
    DOCUMENT,
    DOCUMENT_KEY,
    WITH_WINDOW,
    RepairApplication,
    RepairDocument,
    RepairState,
)
from suxin.repair.results import carry_out
from suxin.repair.retention import end_application
from suxin.repair.waiting import extend_clock, start_clock
from suxin.repair.window import (
    RepairWindow,
    SentDocument,
    Submission,
    WindowRejected,
    WindowState,
    WindowStatus,
    WindowUnavailable,
)
from suxin.subjects.models import Subject

ASK_TOPIC: Final = "repair.application.ask"
SHORTEST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)

Heard = Callable[[AsyncSession, RepairApplication, WindowStatus, datetime], Awaitable[None]]


async def relay_application(
    session: AsyncSession,
    *,
    window: RepairWindow,
    sealer: Sealer,
    subject_id: UUID,
    application_id: UUID,
    round_: int,
    now: datetime,
) -> None:
    """Send the next document of an application that waits to be sent, or the application itself once all are there.

    Source: 信用修复管理办法 (the single window)
    """
    application = await queries.lock_application(session, subject_id, application_id)
    if application.state is not RepairState.FILED or application.round != round_:
        return
    documents = await queries.documents_in(session, subject_id, [application_id])
    unsent = next((one for one in documents if one.sent_at is None), None)
    pause = timedelta(0)
    try:
        if unsent is not None:
            await window.send_document(_as_sent(unsent, sealer), now=now)
            unsent.sent_at = now
        else:
            await _submit(session, window, application, documents, now=now)
            return
    except WindowRejected as rejected:
        await _not_taken(session, application, rejected.reason, since=now, now=now)
        return
    except WindowUnavailable:
        pause = _pause(since=application.clock_from or application.filed_at, now=now)
    await outbox.post(
        session,
        RELAY_TOPIC,
        {"subject_id": subject_id, "application_id": application_id, "round": round_},
        now=now,
        not_before=now + pause if pause else None,
        wake=not pause,
    )


async def _submit(
    session: AsyncSession,
    window: RepairWindow,
    application: RepairApplication,
    documents: Sequence[RepairDocument],
    *,
    now: datetime,
) -> None:
    subject = await session.get_one(Subject, application.subject_id)
    receipt = await window.submit(
        Submission(
            number=application.id,
            round=application.round,
            uscc=subject.uscc or "",
            subject_name=subject.name,
            item_code=application.item_code,
            source=application.source,
            record_ref=application.record_ref,
            occurred_on=application.occurred_on,
            statement=application.statement,
            documents=[document.id for document in documents],
        ),
        now=now,
    )
    await start_clock(
        session,
        application,
        Clock.ACCEPT,
        start=receipt.received_at,
        now=now,
        enter=RepairState.RELAYED,
    )
    application.receipt_no, application.relayed_at = receipt.receipt_no, receipt.received_at
    application.reason = None
    telling.record_step(
        session,
        application,
        "relayed",
        {"receipt_no": receipt.receipt_no, "round": application.round},
        now=now,
    )
    await telling.tell_applicant(
        session,
        application,
        template="repair_relayed",
        title="修复申请已转送",
        body=f"您对“{application.item}”的修复申请已转送国家窗口，回执号 {receipt.receipt_no}；认定单位将在 3 个工作日内决定是否受理。",
        now=now,
    )
    await _ask_again(session, application, now=now)


async def ask_window(
    session: AsyncSession,
    *,
    window: RepairWindow,
    subject_id: UUID,
    application_id: UUID,
    round_: int,
    now: datetime,
) -> None:
    """Ask the window how far an application is, and carry out what it says; ask again later while it is not at its end."""
    application = await queries.lock_application(session, subject_id, application_id)
    if application.state not in WITH_WINDOW or application.round != round_:
        return
    if application.receipt_no is None:
        return
    try:
        status = await window.status(application.receipt_no, now=now)
    except (WindowUnavailable, WindowRejected):
        # Nothing is known: the clock goes on, and tells when it has become too long.
        await _ask_again(session, application, now=now)
        return
    application.asked_at = now
    # What it says of an earlier round was heard then.
    if status.round == application.round:
        await _HEARD[status.state](session, application, status, now)
    if application.state in WITH_WINDOW:
        await _ask_again(session, application, now=now)


async def _received(
    _session: AsyncSession, _application: RepairApplication, _status: WindowStatus, _now: datetime
) -> None:
    """Leave everything as it is: the department has not said anything yet."""


async def _accepted(
    session: AsyncSession, application: RepairApplication, status: WindowStatus, now: datetime
) -> None:
    newly = RepairState.ACCEPTED if application.state is RepairState.RELAYED else None
    if status.decide_by is not None:
        if newly is None and application.clock is Clock.EXTENDED:
            return
        await extend_clock(
            session,
            application,
            start=status.since,
            until=status.decide_by,
            now=now,
            enter=newly,
        )
        detail = {"decide_by": status.decide_by.isoformat()}
        telling.record_step(session, application, "extended", detail, now=now)
    elif newly is not None:
        await start_clock(
            session,
            application,
            Clock.ANSWER,
            start=application.relayed_at or status.since,
            now=now,
            enter=newly,
        )
    if newly is None:
        return
    telling.record_step(session, application, "accepted", now=now)
    await telling.tell_applicant(
        session,
        application,
        template="repair_accepted",
        title="修复申请已受理",
        body=f"认定单位已受理您对“{application.item}”的修复申请，结果由国家窗口反馈。",
        now=now,
    )


async def _returned(
    session: AsyncSession, application: RepairApplication, status: WindowStatus, now: datetime
) -> None:
    application.enter(RepairState.RETURNED)
    application.reason = status.reason
    telling.record_step(session, application, "returned", now=now)
    await telling.tell_applicant(
        session,
        application,
        template="repair_returned",
        title="修复申请需补正",
        body=f"您对“{application.item}”的修复申请被退回补正：{status.reason}。请补充材料后再次提交。",
        now=now,
    )


async def _not_accepted(
    session: AsyncSession, application: RepairApplication, status: WindowStatus, now: datetime
) -> None:
    await _not_taken(session, application, status.reason, since=status.since, now=now)


async def _not_taken(
    session: AsyncSession,
    application: RepairApplication,
    reason: str,
    *,
    since: datetime,
    now: datetime,
) -> None:
    application.reason, application.decided_at = reason, since
    await end_application(session, application, RepairState.NOT_ACCEPTED, now=now)
    telling.record_step(session, application, "not_accepted", now=now)
    await _tell_no(session, application, "修复申请不予受理", "不予受理", now=now)


async def _refused(
    session: AsyncSession, application: RepairApplication, status: WindowStatus, now: datetime
) -> None:
    application.reason, application.decided_at = status.reason, status.since
    await end_application(session, application, RepairState.REFUSED, now=now)
    telling.record_step(session, application, "refused", now=now)
    await _tell_no(session, application, "修复申请未获准", "不予修复", now=now)


async def _repaired(
    session: AsyncSession, application: RepairApplication, status: WindowStatus, now: datetime
) -> None:
    application.reason = status.reason
    await carry_out(session, application, decided_at=status.since, now=now)
    await telling.tell_applicant(
        session,
        application,
        template="repair_repaired",
        title="信用修复已完成",
        body=f"“{application.item}”已修复：不再公示、共享和使用，不计入评价；有权查询的机构已收到更新通知。",
        now=now,
    )


async def _tell_no(
    session: AsyncSession, application: RepairApplication, title: str, what: str, *, now: datetime
) -> None:
    await telling.tell_applicant(
        session,
        application,
        template="repair_refused",
        title=title,
        body=f"您对“{application.item}”的修复申请{what}：{application.reason}。平台不参与决定；对结果有异议的，请向认定单位提出。",
        now=now,
    )


_HEARD: Final[Mapping[WindowState, Heard]] = {
    WindowState.RECEIVED: _received,
    WindowState.ACCEPTED: _accepted,
    WindowState.RETURNED: _returned,
    WindowState.NOT_ACCEPTED: _not_accepted,
    WindowState.REPAIRED: _repaired,
    WindowState.REFUSED: _refused,
}


async def _ask_again(
    session: AsyncSession, application: RepairApplication, *, now: datetime
) -> None:
    await outbox.post(
        session,
        ASK_TOPIC,
        {
            "subject_id": application.subject_id,
            "application_id": application.id,
            "round": application.round,
        },
        now=now,
        not_before=now + _pause(since=application.relayed_at or now, now=now),
    )


def _pause(*, since: datetime, now: datetime) -> timedelta:
    """Return how long to wait: as long as it has taken so far, within bounds."""
    return min(max(now - since, SHORTEST_PAUSE), LONGEST_PAUSE)


def _as_sent(document: RepairDocument, sealer: Sealer) -> SentDocument:
    return SentDocument(
        id=document.id,
        kind=document.kind.value,
        name=document.name,
        media_type=document.media_type,
        sha256=document.sha256,
        content=opened_content(sealer, document, purpose=DOCUMENT, key_purpose=DOCUMENT_KEY),
    )
