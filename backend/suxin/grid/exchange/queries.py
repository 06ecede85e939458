"""What a village reads of its exchange with the town's app: its mapping, drafts of claims, and what goes back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, case, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.exchange.comparing import Difference, differences
from suxin.grid.models import AppEvent, AppLink, AppMapping, AppTold, PointClaim
from suxin.grid.policies import CLAIM_RECORD, POINT_READ
from suxin.grid.sheets.lines import bounds_of
from suxin.grid.states import ClaimState
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import local_day
from suxin.villages.models import Household

MAX_ENTRIES = 5_000
"""How many entries of a month go back; what is more is told in the next file by a later day."""

ENDED: Final = (ClaimState.POSTED, ClaimState.REVERSED, ClaimState.REJECTED)
"""The states of claims that go back."""


MAX_REFUSED: Final = 20


class AppRefused(NamedTuple):
    """A result that the app did not take, and why."""

    claim_id: UUID
    points: int
    refusal: str


class Entry(NamedTuple):
    """What goes back of one claim: its points are what is posted now."""

    number: UUID
    foreign_number: str | None
    household: str
    rule: str
    points: int
    state: ClaimState
    ended_on: date


async def newest_mapping(session: AsyncSession, actor: Actor) -> AppMapping | None:
    """Return the mapping that the tenant uses, if it has adopted one.

    :raises Forbidden: if the actor may not look at points
    """
    actor.require(POINT_READ)
    return await mapping_in_use(session, actor.own_tenant)


async def mapping_in_use(session: AsyncSession, tenant_id: UUID) -> AppMapping | None:
    """Return the mapping that a village uses, if it has adopted one."""
    return await session.scalar(
        select(AppMapping)
        .where(AppMapping.tenant_id == tenant_id)
        .order_by(AppMapping.number.desc())
        .limit(1)
    )


def own_app_events(actor: Actor) -> Select[AppEvent]:
    """Return the events of the tenant that are nothing yet or drafts, without those that became claims or were dismissed.

    :raises Forbidden: if the actor may not look at points
    """
    actor.require(POINT_READ)
    claimed = select(PointClaim.id).where(
        PointClaim.tenant_id == AppEvent.tenant_id, PointClaim.id == AppEvent.id
    )
    return (
        select(AppEvent)
        .where(
            AppEvent.tenant_id == actor.own_tenant,
            AppEvent.dismissed_at.is_(None),
            ~claimed.exists(),
        )
        .order_by(AppEvent.id.desc())
    )


async def own_draft(session: AsyncSession, actor: Actor, event_id: UUID) -> AppEvent:
    """Return one of the tenant's drafts of a claim.

    :raises Forbidden: without the right to record claims
    :raises NotFound: if it is not this tenant's, or no draft any more
    """
    actor.require(CLAIM_RECORD)
    found = await session.scalar(
        own_app_events(actor).where(AppEvent.id == event_id, AppEvent.missing.is_(None))
    )
    if found is None:
        raise NotFound(thing_zh="申报草稿", thing_en="draft of a claim")
    return found


async def lock_app_event(session: AsyncSession, tenant_id: UUID, event_id: UUID) -> AppEvent:
    """Return an event of a village, locked.

    :raises NotFound: if the caller sees none of that id
    """
    found = await session.get(
        AppEvent, (tenant_id, event_id), with_for_update=True, populate_existing=True
    )
    if found is None:
        raise NotFound(thing_zh="网格事件", thing_en="event of the app")
    return found


async def entries_for_app(session: AsyncSession, actor: Actor, *, month: date) -> Sequence[Entry]:
    """Return what became of the tenant's claims that ended in a month, in the order in which they did, at most ``MAX_ENTRIES``.

    :raises Forbidden: if the actor may not look at points
    """
    actor.require(POINT_READ)
    return await month_entries(session, actor.own_tenant, month=month)


async def month_entries(
    session: AsyncSession, tenant_id: UUID, *, month: date, since: datetime | None = None
) -> Sequence[Entry]:
    """Return what became of a village's claims that ended in a month, and not before ``since``, as ``entries_for_app``."""
    begins, ends = bounds_of(month)
    posted = case((PointClaim.state == ClaimState.POSTED, PointClaim.posted_points), else_=0)
    rows = await session.execute(
        select(
            PointClaim.id,
            AppEvent.foreign_number,
            Household.number,
            PointClaim.rule_name,
            posted,
            PointClaim.state,
            PointClaim.ended_at,
        )
        .join(
            Household,
            (Household.tenant_id == PointClaim.tenant_id)
            & (Household.id == PointClaim.household_id),
        )
        .outerjoin(
            AppEvent,
            (AppEvent.tenant_id == PointClaim.tenant_id) & (AppEvent.id == PointClaim.id),
        )
        .where(
            PointClaim.tenant_id == tenant_id,
            PointClaim.state.in_(ENDED),
            PointClaim.ended_at >= (begins if since is None else max(begins, since)),
            PointClaim.ended_at < ends,
        )
        .order_by(PointClaim.ended_at, PointClaim.id)
        .limit(MAX_ENTRIES)
    )
    return [
        Entry(number, foreign, household, rule, points or 0, state, local_day(ended))
        for number, foreign, household, rule, points, state, ended in rows
        if ended is not None
    ]


async def app_differences(
    session: AsyncSession, actor: Actor, *, month: date, told: Mapping[str, int]
) -> Sequence[Difference]:
    """Return where what the app says it was told of a month differs from what there is.

    :raises Forbidden: if the actor may not look at points
    """
    entries = await entries_for_app(session, actor, month=month)
    return differences({str(one.number): one.points for one in entries}, told)


async def own_link(session: AsyncSession, actor: Actor) -> AppLink | None:
    """Return how the tenant's exchange over the interface goes, if it ever joined.

    :raises Forbidden: if the actor may not look at points
    """
    actor.require(POINT_READ)
    return await session.get(AppLink, actor.own_tenant)


async def refused_by_app(session: AsyncSession, actor: Actor) -> Sequence[AppRefused]:
    """Return what the app did not take of the tenant's results, the newest ``MAX_REFUSED``.

    :raises Forbidden: if the actor may not look at points
    """
    actor.require(POINT_READ)
    rows = await session.execute(
        select(AppTold.claim_id, AppTold.points, AppTold.refusal)
        .where(AppTold.tenant_id == actor.own_tenant, AppTold.refusal.is_not(None))
        .order_by(AppTold.claim_id.desc())
        .limit(MAX_REFUSED)
    )
    return [AppRefused(claim_id, points, refusal or "") for claim_id, points, refusal in rows]
