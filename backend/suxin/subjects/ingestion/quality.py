"""How good a source's deliveries are (plan §8): complete, consistent, timely, and how much of the city they cover."""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.subjects.ingestion.models import SourceQuality

_MEASURE: Final = text(
    """
    insert into source_qualities as kept
        (source, measured_at, last_received_at, batches, rows_read, rows_complete,
         rows_consistent, rows_timely, subjects_covered, subjects_total, persons_covered,
         persons_total)
    select :source, :now, max(b.received_at), count(*), sum(b.rows_read),
           sum(b.rows_read - b.rows_incomplete), sum(b.rows_read - b.rows_inconsistent),
           sum(b.rows_read - b.rows_late), min(city.organisations_told), min(city.organisations),
           min(city.persons_told), min(city.persons)
    from ingestion_batches b,
         (select count(*) filter (where s.uscc is not null) as organisations,
                 count(*) filter (where s.kind = 'person') as persons,
                 count(told.subject_id) filter (where s.uscc is not null) as organisations_told,
                 count(told.subject_id) filter (where s.kind = 'person') as persons_told
          from subjects s
          left join (select subject_id from credit_records where source = :source group by subject_id) told
            on told.subject_id = s.id
          where s.sandbox_id is null) city
    where b.source = :source
    having count(*) > 0
    on conflict (source) do update
    set measured_at = excluded.measured_at, last_received_at = excluded.last_received_at,
        batches = excluded.batches, rows_read = excluded.rows_read,
        rows_complete = excluded.rows_complete, rows_consistent = excluded.rows_consistent,
        rows_timely = excluded.rows_timely, subjects_covered = excluded.subjects_covered,
        subjects_total = excluded.subjects_total, persons_covered = excluded.persons_covered,
        persons_total = excluded.persons_total
    """
)

_BPS: Final = 10_000


async def measure_source(session: AsyncSession, *, source: str, now: datetime) -> None:
    """Count a source's rows and the subjects that it covers, as the batch role."""
    await session.execute(_MEASURE, {"source": source, "now": now})


def share_bps(part: int, whole: int) -> int:
    """Return a share in basis points, rounded down; the whole of nothing is nothing."""
    return part * _BPS // whole if whole else 0


def measures(quality: SourceQuality) -> dict[str, int]:
    """Return completeness, consistency, timeliness and coverage of a source, each in basis points.

    Coverage is of organisations; ``persons`` is that of the natural persons whom anybody has told the city of.
    """
    return {
        "completeness": share_bps(quality.rows_complete, quality.rows_read),
        "consistency": share_bps(quality.rows_consistent, quality.rows_read),
        "timeliness": share_bps(quality.rows_timely, quality.rows_read),
        "coverage": share_bps(quality.subjects_covered, quality.subjects_total),
        "persons": share_bps(quality.persons_covered, quality.persons_total),
    }
