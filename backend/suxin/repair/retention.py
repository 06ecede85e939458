"""The end of an application, and how long it is kept after: three years (*proposed*), in which a right may be pursued.

Source: PIPL art. 19; 民法典 art. 188
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.audit import append_act
from suxin.repair.documents import erase_contents
from suxin.repair.models import APPLICATION_KEPT_DAYS, RepairApplication, RepairState

KEPT_FOR: Final = timedelta(days=APPLICATION_KEPT_DAYS)
FORGET_TOPIC: Final = "repair.application.forget"


async def end_application(
    session: AsyncSession, application: RepairApplication, to: RepairState, *, now: datetime
) -> None:
    """End an application: its documents' contents go at once, the rest when the time of keeping is over.

    :raises RepairNotHere: if no step leads to that end
    """
    application.enter(to)
    application.ended_at = now
    await session.flush()
    await erase_contents(session, subject_id=application.subject_id, application_id=application.id)
    await outbox.post(
        session,
        FORGET_TOPIC,
        {"subject_id": application.subject_id, "application_id": application.id},
        now=now,
        not_before=now + KEPT_FOR,
    )


async def forget_application(
    session: AsyncSession, *, subject_id: UUID, application_id: UUID, now: datetime
) -> bool:
    """Erase an application that ended long enough ago, with what is left of its documents; return whether there was one."""
    gone = await session.scalar(
        delete(RepairApplication)
        .where(
            RepairApplication.subject_id == subject_id,
            RepairApplication.id == application_id,
            RepairApplication.ended_at <= now - KEPT_FOR,
        )
        .returning(RepairApplication.id)
        .execution_options(synchronize_session=False)
    )
    if gone is None:
        return False
    append_act(
        session,
        action="repair.application.forgotten",
        now=now,
        subject_id=subject_id,
        object_type="repair_application",
        object_id=application_id,
    )
    return True
