"""Taking out whoever took his consent back: the entry keeps nothing of him, and his grade ends at once (PIPL art. 15, 47)."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import Consent, ConsentState
from suxin.consent.purposes import RURAL_RATE
from suxin.kernel.audit import append_act
from suxin.rural.models import RatingEntry, RuralCertificate, RuralGrade, RuralReckoning
from suxin.rural.states import EntryState, GradeState

LIMIT: Final = 200
_OUT: Final = (EntryState.LEFT, EntryState.NOT_ADMITTED)


async def take_out_withdrawn(session: AsyncSession, *, now: datetime, limit: int = LIMIT) -> int:
    """Take some of those out who permit it no more; return how many. A duty of the platform.

    A consent that is paused, or was given anew, is one: only who took it back, or let it run out, is gone.
    """
    permits = exists().where(
        Consent.subject_id == RatingEntry.subject_id,
        Consent.tenant_id == RatingEntry.tenant_id,
        Consent.purpose == RURAL_RATE.code,
        Consent.state.in_((ConsentState.ACTIVE, ConsentState.PAUSED)),
    )
    graded = exists().where(
        RuralGrade.subject_id == RatingEntry.subject_id,
        RuralGrade.entry_id == RatingEntry.id,
        RuralGrade.state == GradeState.IN_FORCE,
    )
    found = (
        await session.scalars(
            select(RatingEntry)
            .where(
                RatingEntry.state.not_in(_OUT),
                or_(RatingEntry.state != EntryState.EFFECTIVE, graded),
                ~permits,
            )
            .order_by(RatingEntry.id)
            .limit(limit)
            .with_for_update(of=RatingEntry)
        )
    ).all()
    for entry in found:
        await _end_grade(session, entry, now=now)
        entry.forget()
        append_act(
            session,
            action="rural.entry.withdrawn",
            now=now,
            tenant_id=entry.tenant_id,
            subject_id=entry.subject_id,
            object_type="rural_entry",
            object_id=entry.id,
        )
    await session.flush()
    return len(found)


async def _end_grade(session: AsyncSession, entry: RatingEntry, *, now: datetime) -> None:
    await session.execute(
        delete(RuralReckoning).where(
            RuralReckoning.subject_id == entry.subject_id, RuralReckoning.entry_id == entry.id
        )
    )
    ended = await session.scalars(
        update(RuralGrade)
        .where(
            RuralGrade.subject_id == entry.subject_id,
            RuralGrade.entry_id == entry.id,
            RuralGrade.state == GradeState.IN_FORCE,
        )
        .values(state=GradeState.WITHDRAWN, ended_at=now)
        .returning(RuralGrade.id)
    )
    await session.execute(
        update(RuralCertificate)
        .where(RuralCertificate.id.in_(list(ended)))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
