"""What speaks against somebody goes when it is five years old (征信业管理条例 art. 16).

Counted from the day that the record tells of, which is the latest day on which the behaviour was found to be, and so never longer
than the law allows. Until it is erased nobody reads it but its subject: the row policy looks at the same days. What one declared
oneself is erased at one's wish, and not by this. That records were erased stays: their number with the batches that had written
them, and on record with their subject.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.working_days import local_day
from suxin.subjects.ingestion.models import IngestionBatch
from suxin.subjects.models import NEGATIVE_KEPT_YEARS, CreditRecord, Polarity

_LEAP_DAY: Final = (2, 29)


def over_since(today: date) -> date:
    """Return the latest day of which a record that speaks against somebody is over today."""
    # As PostgreSQL takes years off a day: the 29th of February becomes the 28th.
    day = 28 if (today.month, today.day) == _LEAP_DAY else today.day
    return date(today.year - NEGATIVE_KEPT_YEARS, today.month, day)


async def expired_records(
    session: AsyncSession, *, limit: int, now: datetime
) -> Sequence[CreditRecord]:
    """Return records that are to be erased, as the batch role, those of one subject beside each other."""
    return (
        await session.scalars(
            select(CreditRecord)
            .where(
                CreditRecord.polarity == Polarity.NEGATIVE,
                CreditRecord.self_declared.is_(False),
                CreditRecord.occurred_on <= over_since(local_day(now)),
            )
            .order_by(CreditRecord.subject_id, CreditRecord.id)
            .limit(limit)
        )
    ).all()


async def erase_expired(
    session: AsyncSession, records: Sequence[CreditRecord], *, now: datetime
) -> int:
    """Erase records that ``expired_records`` has found, as the batch role; return how many were still there.

    What was put right meanwhile, so that it is not over any more, stays.
    """
    key = tuple_(CreditRecord.subject_id, CreditRecord.id)
    gone = (
        await session.execute(
            delete(CreditRecord)
            .where(
                key.in_([(one.subject_id, one.id) for one in records]),
                CreditRecord.polarity == Polarity.NEGATIVE,
                CreditRecord.occurred_on <= over_since(local_day(now)),
            )
            .returning(CreditRecord.subject_id, CreditRecord.item_code, CreditRecord.batch_id)
            .execution_options(synchronize_session=False)
        )
    ).all()
    await _count(session, Counter(row.batch_id for row in gone))
    for (subject_id, item_code), number in Counter((row[0], row[1]) for row in gone).items():
        append_act(
            session,
            action="subjects.records.expired",
            now=now,
            subject_id=subject_id,
            object_type="credit_record",
            detail={"item": item_code, "records": number},
        )
    return len(gone)


async def _count(session: AsyncSession, erased: Counter[UUID | None]) -> None:
    for batch_id, number in sorted(erased.items(), key=str):
        if batch_id is not None:
            await session.execute(
                update(IngestionBatch)
                .where(IngestionBatch.id == batch_id)
                .values(rows_erased=IngestionBatch.rows_erased + number)
                .execution_options(synchronize_session=False)
            )
