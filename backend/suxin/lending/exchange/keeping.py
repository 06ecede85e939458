"""How long what was exchanged is kept: with the request, and some time after it ended; of a contract, as long as its evidence.

Source: PIPL art. 19, 47(1)(1)
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.audit import append_act
from suxin.lending.exchange.models import Attachment, ReferralMessage
from suxin.lending.models import DecisionSnapshot, LoanRequest
from suxin.lending.queries.requests import lock_request

KEPT_AFTER: Final = timedelta(days=30)
"""How long after a request ended without a contract what was exchanged is still there (proposed default)."""

ERASE_TOPIC: Final = "lending.exchange.erase"


async def keep_with_request(
    session: AsyncSession, *, subject_id: UUID, request_id: UUID, due: datetime, now: datetime
) -> None:
    """Let the platform look at ``due`` whether what was exchanged on a request goes."""
    payload = {"subject_id": subject_id, "request_id": request_id}
    await outbox.post(session, ERASE_TOPIC, payload, now=now, not_before=max(now, due))


async def erase_exchanged(
    session: AsyncSession, *, subject_id: UUID, request_id: UUID, now: datetime
) -> bool:
    """Erase what was exchanged on a request whose time of keeping is over, or look again when it is; return whether it went.

    A duty of the platform.
    """
    request = await lock_request(session, subject_id, request_id)
    if request is None:
        return False
    due = await _kept_until(session, request)
    if due > now:
        await keep_with_request(
            session, subject_id=subject_id, request_id=request_id, due=due, now=now
        )
        return False
    files, messages = await erase_rows(session, subject_id, [request_id], now=now)
    if not files and not messages:
        return False
    append_act(
        session,
        action="lending.exchange.erased",
        now=now,
        subject_id=subject_id,
        object_type="loan_request",
        object_id=request_id,
        detail={"attachments": files, "messages": messages},
    )
    return True


async def erase_rows(
    session: AsyncSession, subject_id: UUID, request_ids: list[UUID], *, now: datetime
) -> tuple[int, int]:
    """Erase the files and texts of some requests; what they were stays. Return how many of each went."""
    files = await session.execute(
        update(Attachment)
        .where(
            Attachment.subject_id == subject_id,
            Attachment.request_id.in_(request_ids),
            Attachment.erased_at.is_(None),
        )
        .values(key_sealed=None, content=None, erased_at=now)
        .returning(Attachment.id)
        .execution_options(synchronize_session=False)
    )
    messages = await session.execute(
        update(ReferralMessage)
        .where(
            ReferralMessage.subject_id == subject_id,
            ReferralMessage.request_id.in_(request_ids),
            ReferralMessage.erased_at.is_(None),
        )
        .values(text=None, erased_at=now)
        .returning(ReferralMessage.id)
        .execution_options(synchronize_session=False)
    )
    return len(files.all()), len(messages.all())


async def _kept_until(session: AsyncSession, request: LoanRequest) -> datetime:
    if request.alive or request.ended_at is None:
        return request.expires_at + KEPT_AFTER
    evidence = await session.scalar(
        select(func.max(DecisionSnapshot.kept_until)).where(
            DecisionSnapshot.subject_id == request.subject_id,
            DecisionSnapshot.request_id == request.id,
            DecisionSnapshot.erased_at.is_(None),
        )
    )
    return max(request.ended_at + KEPT_AFTER, evidence or request.ended_at)
