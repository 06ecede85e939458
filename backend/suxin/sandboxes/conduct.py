"""Conduct: what clients of sandboxes were seen to do is counted where it is seen, and added here in the background."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.sandboxes.models import ClientConduct, Conduct


class Seen(NamedTuple):
    """One thing that one client of a sandbox did."""

    tenant_id: UUID
    client_id: UUID
    conduct: Conduct


async def add_conduct(session: AsyncSession, seen: Mapping[Seen, int]) -> None:
    """Add what was counted to what is known of each client; as the platform itself."""
    # In one order, so that processes which add at once wait for each other and never both.
    rows = [{**one._asdict(), "times": count} for one, count in sorted(seen.items())]
    if not rows:
        return
    added = insert(ClientConduct).values(rows)
    await session.execute(
        added.on_conflict_do_update(
            index_elements=["tenant_id", "client_id", "conduct"],
            set_={"times": ClientConduct.times + added.excluded.times},
        )
    )
