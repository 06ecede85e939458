"""The deprecation report (弃用接口使用情况): which client still uses what is to go, so that nobody is surprised by its end.

Uses are counted where they are seen and added here in the background: a report is worth no request's time.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.models import DeprecatedUse
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day

KEPT_FOR: Final = timedelta(days=400)
"""How long a day's uses are kept (proposed default): longer than what is deprecated is served at least."""


class Use(NamedTuple):
    """One client's use of one deprecated element on one day in Shanghai."""

    tenant_id: UUID
    client_id: UUID
    coordinate: str
    day: date


async def add_uses(session: AsyncSession, uses: Mapping[Use, int]) -> None:
    """Add what was counted to what is known of each day; as the platform itself."""
    # In one order, so that processes which add at once wait for each other and never both.
    rows = [{**use._asdict(), "id": new_id(), "uses": count} for use, count in sorted(uses.items())]
    if not rows:
        return
    added = insert(DeprecatedUse).values(rows)
    await session.execute(
        added.on_conflict_do_update(
            index_elements=["tenant_id", "client_id", "coordinate", "day"],
            set_={"uses": DeprecatedUse.uses + added.excluded.uses},
        )
    )


async def prune_uses(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Forget at most ``limit`` days' uses that are older than ``KEPT_FOR``; return how many."""
    key = (DeprecatedUse.tenant_id, DeprecatedUse.id)
    old = select(*key).where(DeprecatedUse.day < local_day(now - KEPT_FOR)).limit(limit)
    gone = await session.execute(
        delete(DeprecatedUse)
        .where(tuple_(*key).in_(old))
        .returning(DeprecatedUse.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
