"""What ratings keep of somebody, for a year after his grade has ended or could have: then it goes, set-based, as the batch role.

The record of the grade goes by its own time (``suxin.subjects.expiry``); who acted when stays on the audit stream.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.working_days import local_day

KEPT_FOR: Final = timedelta(days=365)
"""How long an entry is kept after its grade's last day (proposed default; ``rural.portions.RATING_KEPT`` says so)."""

GRADED_FOR: Final = timedelta(days=366)
"""How long an entry without a grade is kept besides: as long as a grade would have held."""

CHUNK: Final = 500

_OVER: Final = text(
    """
    select e.tenant_id, e.id, e.subject_id, g.id as grade_id
    from rural_entries e
    join rural_cycles c on c.tenant_id = e.tenant_id and c.id = e.cycle_id
    left join rural_grades g on g.tenant_id = e.tenant_id and g.entry_id = e.id
    where case
      when g.id is not null then g.state <> 'IN_FORCE' and g.expires_on <= :graded_until
      else e.entered_at <= :entered_until
        and (c.state = 'CALLED_OFF' or c.state = 'EFFECTIVE' and e.state in ('LEFT', 'NOT_ADMITTED', 'EFFECTIVE'))
    end
    order by e.id limit :chunk for update of e
    """
)
_FORGET: Final = tuple(
    text(statement)
    for statement in (
        "delete from rural_votes where entry_id = any (:entries)",
        "delete from rural_ballots where entry_id = any (:entries)",
        "delete from rural_recusals where entry_id = any (:entries)",
        "delete from rural_statements where entry_id = any (:entries)",
        "delete from rural_hearings where entry_id = any (:entries)",
        "delete from rural_reckonings where entry_id = any (:entries)",
        "delete from rural_certificates where id = any (:grades)",
        "delete from rural_grades where entry_id = any (:entries)",
        "delete from rural_entries where id = any (:entries)",
    )
)


async def forget_ratings(session: AsyncSession, *, now: datetime) -> int:
    """Forget some entries whose time is over, with all that hangs on them; return how many, fewer than ``CHUNK`` when none are left.

    Source: PIPL art. 19, 47 (the shortest time that is needed)
    """
    given = {
        "graded_until": local_day(now - KEPT_FOR),
        "entered_until": now - KEPT_FOR - GRADED_FOR,
        "chunk": CHUNK,
    }
    over = (await session.execute(_OVER, given)).all()
    if not over:
        return 0
    gone = {
        "entries": [row.id for row in over],
        "grades": [row.grade_id for row in over if row.grade_id is not None],
    }
    for statement in _FORGET:
        await session.execute(statement, gone)
    for row in over:
        append_act(
            session,
            action="rural.entry.forgotten",
            now=now,
            tenant_id=row.tenant_id,
            subject_id=row.subject_id,
            object_type="rural_entry",
            object_id=row.id,
        )
    return len(over)
