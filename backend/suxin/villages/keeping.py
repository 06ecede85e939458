"""What a village's register keeps of whoever has left it: for three years, then nothing by which he is anybody.

His row stays without a name, because claims of points and their agreements refer to it.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

KEPT_FOR: Final = timedelta(days=3 * 365)
"""How long a member is kept who left (proposed default; ``villages.portions.REGISTER_KEPT`` says so)."""

CHUNK: Final = 500

_FORGET: Final = text(
    """
    with over as (
      select tenant_id, id from household_members
      where left_at <= :before and name_masked <> '' order by left_at, id limit :chunk for update
    )
    update household_members m set name_sealed = null, name_masked = '', name_pinyin = '', birth_year = null, phone_sealed = null,
      resident_id_sealed = null, resident_id_index = null, key_version = null, subject_id = null, household_subject_id = null
    from over o where m.tenant_id = o.tenant_id and m.id = o.id
    returning m.id
    """
)


async def forget_members(session: AsyncSession, *, now: datetime) -> int:
    """Forget some members who left long ago, as the batch role; return how many, fewer than ``CHUNK`` when none are left.

    Source: PIPL art. 19, 47; 村民委员会组织法 art. 34 (what the village itself keeps on paper)
    """
    given = {"before": now - KEPT_FOR, "chunk": CHUNK}
    return len((await session.execute(_FORGET, given)).all())
