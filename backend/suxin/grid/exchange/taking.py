"""What the app says of events becomes drafts by the village's mapping, whether a file or its interface brought it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.exchange.files import AppLine
from suxin.grid.exchange.queries import mapping_in_use
from suxin.grid.exchange.words import FINISHED, AppMissing
from suxin.grid.models import AppEvent, PointClaim
from suxin.kernel.ids import new_id
from suxin.villages.models import Household
from suxin.villages.states import HouseholdState


class Counts(NamedTuple):
    """How many events are drafts, are nothing yet, and said nothing new."""

    drafts: int
    nothing: int
    unchanged: int


async def take_lines(
    session: AsyncSession,
    tenant_id: UUID,
    lines: Sequence[AppLine],
    *,
    by: UUID | None,
    now: datetime,
) -> Counts:
    """Take in what the app says, whose turn must have been taken; the same once more changes nothing, and what is settled stays so.

    ``by`` is who brought the file; none where the interface brought them. Source: plan §29 (nothing typed twice)
    """
    mapping = await mapping_in_use(session, tenant_id)
    rules = {} if mapping is None else mapping.rules
    known = await _known(session, tenant_id, [line.number for line in lines])
    households = await _households(session, tenant_id, {line.household for line in lines})
    settled = await _settled(session, list(known.values()))
    drafts = nothing = unchanged = 0
    for line in lines:
        event = known.get(line.number)
        household_id, rule = households.get(line.household), rules.get(line.sort.stored)
        missing = _missing(line, household_id, rule)
        if event is not None and (
            event.id in settled or _says_the_same(event, line, rule, missing)
        ):
            unchanged += 1
            continue
        if event is None:
            event = AppEvent(
                tenant_id=tenant_id,
                id=new_id(now),
                foreign_number=line.number,
                worker="",
                brought_by=by,
                brought_at=now,
            )
            session.add(event)
        _take(event, line, household_id, rule, missing, now=now)
        drafts, nothing = drafts + (missing is None), nothing + (missing is not None)
    await session.flush()
    return Counts(drafts, nothing, unchanged)


def _missing(line: AppLine, household_id: UUID | None, rule: str | None) -> AppMissing | None:
    if line.state not in FINISHED:
        return AppMissing.UNFINISHED
    if rule is None:
        return AppMissing.NO_RULE
    return AppMissing.NO_HOUSEHOLD if household_id is None else None


def _says_the_same(
    event: AppEvent, line: AppLine, rule: str | None, missing: AppMissing | None
) -> bool:
    """Tell whether neither the app nor the village says anything new of an event."""
    said = (event.content_hash, event.rule_code, event.missing)
    return said == (line.digest, rule, missing)


def _take(
    event: AppEvent,
    line: AppLine,
    household_id: UUID | None,
    rule: str | None,
    missing: AppMissing | None,
    *,
    now: datetime,
) -> None:
    event.content_hash, event.sort, event.state = line.digest, line.sort, line.state
    event.household_number, event.household_id = line.household, household_id
    event.happened_on, event.note = line.happened_on, line.note
    event.rule_code, event.missing, event.changed_at = rule, missing, now
    # A file does not say who the worker was, and takes nothing back that the interface said.
    event.worker = line.worker or event.worker


async def _known(session: AsyncSession, tenant_id: UUID, numbers: list[str]) -> dict[str, AppEvent]:
    found = await session.scalars(
        select(AppEvent)
        .where(AppEvent.tenant_id == tenant_id, AppEvent.foreign_number.in_(numbers))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {event.foreign_number: event for event in found}


async def _settled(session: AsyncSession, events: list[AppEvent]) -> set[UUID]:
    """Return which events were dismissed or became claims."""
    if not events:
        return set()
    claimed = await session.scalars(
        select(PointClaim.id).where(
            PointClaim.tenant_id == events[0].tenant_id,
            PointClaim.id.in_([event.id for event in events]),
        )
    )
    return {*claimed, *(event.id for event in events if event.dismissed_at is not None)}


async def _households(session: AsyncSession, tenant_id: UUID, numbers: set[str]) -> dict[str, UUID]:
    rows = await session.execute(
        select(Household.number, Household.id).where(
            Household.tenant_id == tenant_id,
            Household.number.in_(numbers),
            Household.state == HouseholdState.ACTIVE,
        )
    )
    return dict(rows.all())
