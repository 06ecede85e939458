"""The roster (随身名册) that a phone keeps: a household's number, its head masked, and its grid; nothing else of anybody.

A worker who covers grids is given the households of those alone. The roster is divided into parts by the household's id; a device says what it has
of each, and is given those that are different. Source: PIPL art. 6 (as little as the purpose needs), art. 51.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.field import queries
from suxin.grid.field.devices import require_own
from suxin.grid.field.policies import BUCKETS, MAX_ROSTER
from suxin.grid.policies import CLAIM_RECORD
from suxin.kernel.actor import Actor
from suxin.kernel.working_days import local_day
from suxin.villages import queries as villages
from suxin.villages.models import Grid, Household, HouseholdMember

Line = tuple[str, str, str | None, str, str]
"""A household: its id, its number, its head's id and masked name, and its grid's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPart:
    """One part of a roster, with the digest of its lines."""

    number: int
    version: str
    lines: tuple[Line, ...]


async def roster(
    session: AsyncSession, actor: Actor, *, device_id: UUID, now: datetime
) -> list[RosterPart]:
    """Return the roster that one of the actor's phones may keep, part by part.

    :raises Forbidden: without the right to record claims
    :raises NotFound: if the village has no such device
    :raises FieldQueueOthers, DeviceEnded: if the device is another worker's, or has ended
    """
    actor.require(CLAIM_RECORD)
    require_own(await queries.device_of(session, actor.own_tenant, device_id), actor)
    covered = await villages.grids_covered(
        session, actor.own_tenant, actor.own_staff, on=local_day(now)
    )
    wanted = (
        villages.active_households(actor.own_tenant)
        .outerjoin(
            HouseholdMember,
            (HouseholdMember.tenant_id == Household.tenant_id)
            & (HouseholdMember.id == Household.head_id),
        )
        .outerjoin(Grid, (Grid.tenant_id == Household.tenant_id) & (Grid.id == Household.grid_id))
        .with_only_columns(
            Household.id,
            Household.number,
            Household.head_id,
            HouseholdMember.name_masked,
            Grid.code,
        )
        .limit(MAX_ROSTER)
    )
    if covered:
        wanted = wanted.where(Household.grid_id.in_(covered))
    parts: list[list[Line]] = [[] for _ in range(BUCKETS)]
    for row in await session.execute(wanted):
        line = _line(*row)
        parts[UUID(line[0]).int % BUCKETS].append(line)
    return [_part(number, lines) for number, lines in enumerate(parts)]


def changed(parts: Sequence[RosterPart], known: Sequence[str]) -> list[RosterPart]:
    """Return the parts that are different from what a device says that it has. Pure."""
    if len(known) != len(parts):
        return list(parts)
    return [part for part, version in zip(parts, known, strict=True) if part.version != version]


def _line(
    household_id: UUID, number: str, head_id: UUID | None, name: str | None, grid: str | None
) -> Line:
    head = None if head_id is None else str(head_id)
    return (str(household_id), number, head, name or "", grid or "")


def _part(number: int, lines: Sequence[Line]) -> RosterPart:
    text = json.dumps(lines, ensure_ascii=False)
    version = hashlib.sha256(text.encode()).hexdigest()[:16]
    return RosterPart(number=number, version=version, lines=tuple(lines))
