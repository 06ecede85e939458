"""The turns of villages at the app's interface: whose it is, what comes in and goes out, and when one is only probed.

A turn holds a village's link, so that one worker at a time asks for it. No transaction is open while the app is waited for; each that follows
an answer looks whether the turn is still its own. A worker that dies leaves a hold that ends, and goes on where the last answer was kept.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.exchange.comparing import Difference, differences
from suxin.grid.exchange.files import events_of
from suxin.grid.exchange.interface import AppPage, Result
from suxin.grid.exchange.queries import ENDED, month_entries
from suxin.grid.exchange.taking import take_lines
from suxin.grid.models import AppEvent, AppLink, AppTold, PointClaim
from suxin.grid.policies import RULE_MANAGE
from suxin.grid.states import ClaimState
from suxin.kernel import notices
from suxin.kernel.audit import append_act
from suxin.kernel.working_days import local_day
from suxin.villages.models import Household, Village
from suxin.villages.states import VillageState

EVERY: Final = timedelta(minutes=5)
HELD_FOR: Final = timedelta(minutes=4)
"""Longer than all calls of a turn may take together."""

BREAK_AFTER: Final = 5
"""Failures in a row after which a village's exchange is only probed, and the village told."""

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)
RESULTS_AT_ONCE: Final = 50
MAX_NOT_TAKEN: Final = 20
MAX_DIFFERENCES: Final = 200
MAX_REFUSAL: Final = 200


class TurnLost(Exception):
    """The village left, or the hold ended and another worker has the turn: nothing more is done in it."""


class Turn(NamedTuple):
    """One village held by one worker: its code at the app, how far its events were taken, and which month is to be compared."""

    tenant_id: UUID
    village: str
    cursor: str
    held_until: datetime
    compare: date | None


def pause_after(failures: int) -> timedelta:
    """Return how long a village is left alone after so many failures in a row."""
    doublings: int = min(max(failures - 1, 0), 12)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


async def take_turns(session: AsyncSession, *, limit: int, now: datetime) -> list[Turn]:
    """Hold villages whose turn it is, those that waited longest first; several workers may do so at once."""
    rows = await session.execute(
        select(AppLink, Village.code)
        .join(Village, Village.tenant_id == AppLink.tenant_id)
        .where(
            AppLink.left_at.is_(None),
            AppLink.next_at <= now,
            or_(AppLink.held_until.is_(None), AppLink.held_until <= now),
            Village.state == VillageState.ACTIVE,
        )
        .order_by(AppLink.next_at, AppLink.tenant_id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=AppLink)
    )
    turns = []
    for link, code in rows.all():
        link.held_until = now + HELD_FOR
        turns.append(
            Turn(link.tenant_id, code, link.cursor, link.held_until, _month_due(link, now))
        )
    await session.flush()
    return turns


async def take_page(session: AsyncSession, turn: Turn, page: AppPage, *, now: datetime) -> None:
    """Take a page of the app's events in, by the village's mapping, and remember how far they were taken.

    :raises TurnLost: if the turn is another's
    """
    await queries.take_turn(session, turn.tenant_id)
    link = await _held(session, turn)
    read = events_of(page.rows)
    counts = await take_lines(session, turn.tenant_id, read.lines, by=None, now=now)
    link.cursor = page.cursor
    if read.rejects:
        link.not_taken = [*read.rejects, *link.not_taken][:MAX_NOT_TAKEN]
    if counts.drafts or counts.nothing:
        append_act(
            session,
            action="grid.app_events.brought",
            now=now,
            tenant_id=turn.tenant_id,
            detail=counts._asdict(),
        )
    await session.flush()


async def results_due(session: AsyncSession, turn: Turn) -> list[Result]:
    """Return what the app is to be told next, in the order in which the claims ended, at most ``RESULTS_AT_ONCE``.

    :raises TurnLost: if the turn is another's
    """
    link = await _held(session, turn)
    points = case((PointClaim.state == ClaimState.POSTED, PointClaim.posted_points), else_=0)
    same_claim = (AppTold.tenant_id == PointClaim.tenant_id) & (AppTold.claim_id == PointClaim.id)
    rows = await session.execute(
        select(
            PointClaim.id,
            AppEvent.foreign_number,
            AppEvent.worker,
            Household.number,
            PointClaim.rule_name,
            points,
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
        .outerjoin(AppTold, same_claim)
        .where(
            PointClaim.tenant_id == turn.tenant_id,
            PointClaim.state.in_(ENDED),
            or_(
                AppTold.claim_id.is_(None) & (PointClaim.ended_at >= link.joined_at),
                AppTold.state != PointClaim.state,
            ),
        )
        .order_by(PointClaim.ended_at, PointClaim.id)
        .limit(RESULTS_AT_ONCE)
    )
    return [
        Result(claim_id, event, worker or None, household, rule, told or 0, state, local_day(ended))
        for claim_id, event, worker, household, rule, told, state, ended in rows
        if ended is not None
    ]


async def note_told(
    session: AsyncSession,
    turn: Turn,
    results: Sequence[Result],
    refused: Mapping[str, str],
    *,
    now: datetime,
) -> None:
    """Remember what the app was told, and what of it the app did not take.

    :raises TurnLost: if the turn is another's
    """
    await _held(session, turn)
    for one in results:
        told = await session.get(AppTold, (turn.tenant_id, one.claim_id))
        if told is None:
            told = AppTold(tenant_id=turn.tenant_id, claim_id=one.claim_id)
            session.add(told)
        why = refused.get(one.id)
        told.state, told.points, told.told_at = one.state, one.points, now
        told.refusal = None if why is None else why[:MAX_REFUSAL]
    await session.flush()


async def note_comparison(
    session: AsyncSession, turn: Turn, month: date, told: Mapping[str, int], *, now: datetime
) -> None:
    """Compare what the app says it was told of a month with what there is, and keep where both differ.

    :raises TurnLost: if the turn is another's
    """
    link = await _held(session, turn)
    entries = await month_entries(session, turn.tenant_id, month=month, since=link.joined_at)
    found = differences({str(one.number): one.points for one in entries}, told)
    link.compared_at, link.compared_month = now, month
    link.differences = [_stored(one) for one in found[:MAX_DIFFERENCES]]
    await session.flush()


async def end_turn(session: AsyncSession, turn: Turn, *, now: datetime) -> None:
    """Let the village wait for its next turn; what was broken is mended.

    :raises TurnLost: if the turn is another's
    """
    link = await _held(session, turn)
    if link.broken_since is not None:
        _record(session, turn, "mended", failures=link.failures, now=now)
    link.failures, link.broken_since, link.problem = 0, None, None
    link.last_success_at, link.next_at, link.held_until = now, now + EVERY, None
    await session.flush()


async def break_turn(session: AsyncSession, turn: Turn, problem: str, *, now: datetime) -> None:
    """Count a failure; after ``BREAK_AFTER`` in a row the village is told, and only probed.

    :raises TurnLost: if the turn is another's
    """
    link = await _held(session, turn)
    link.failures, link.problem, link.held_until = link.failures + 1, problem, None
    link.next_at = now + pause_after(link.failures)
    if link.failures >= BREAK_AFTER and link.broken_since is None:
        link.broken_since = now
        _record(session, turn, "broken", failures=link.failures, now=now)
        await notices.notify_tenant(
            session,
            tenant_id=turn.tenant_id,
            permission=RULE_MANAGE,
            template="app_exchange_broken",
            title="网格通连接中断",
            body=f"与网格通的接口交换连续 {link.failures} 次失败，已改为定期试探；恢复后从中断处继续，也可先用文件交换。",
            link="/desk/points/exchange",
            now=now,
        )
    await session.flush()


async def _held(session: AsyncSession, turn: Turn) -> AppLink:
    link = await session.get(AppLink, turn.tenant_id, with_for_update=True, populate_existing=True)
    if link is None or link.held_until != turn.held_until:
        raise TurnLost
    return link


def _month_due(link: AppLink, now: datetime) -> date | None:
    """Return the month of yesterday where nothing was compared today."""
    today = local_day(now)
    if link.compared_at is not None and local_day(link.compared_at) == today:
        return None
    return (today - timedelta(days=1)).replace(day=1)


def _stored(one: Difference) -> dict[str, Any]:
    return {"number": one.number, "how": one.how.stored, "here": one.here, "there": one.there}


def _record(session: AsyncSession, turn: Turn, step: str, *, failures: int, now: datetime) -> None:
    append_act(
        session,
        action=f"grid.app_link.{step}",
        now=now,
        tenant_id=turn.tenant_id,
        object_type="grid_app_link",
        object_id=turn.tenant_id,
        detail={"failures": failures},
    )
