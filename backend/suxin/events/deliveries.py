"""Deliveries on their way: which endpoints an event goes to, whose turn it is, and what an attempt came to.

A turn holds an endpoint for a moment, so that one worker at a time sends to it. No transaction is open while it waits for the
receiver; a worker that dies leaves a hold that ends, and the same events go out again under the same ids.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from suxin.events.breaker import note_failures, note_gone, note_success
from suxin.events.models import (
    MOST_TRIED,
    PREVIOUS_SECRET,
    SECRET,
    DeliveryState,
    EndpointState,
    TenantEvent,
    WebhookDelivery,
    WebhookEndpoint,
)
from suxin.events.schedule import TRIED_FOR, next_attempt_at
from suxin.kernel.ids import new_id
from suxin.kernel.many_rows import put
from suxin.kernel.sealing import Sealer

HELD_FOR: Final = timedelta(seconds=12)
"""Longer than any call may take; what a killed worker held is sent again after it."""

AT_ONCE: Final = 8
ANSWER_CHARACTERS: Final = 200
GRACE: Final = timedelta(minutes=1)
"""How long after its time a delivery is left to its last attempt before it is given up."""

GIVE_UP_BATCH: Final = 1_000
_GONE: Final = 410
_random = secrets.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One event to be sent, as it was recorded."""

    delivery_id: UUID
    event_id: UUID
    type: str
    object_id: UUID
    data: Mapping[str, Any]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One endpoint held by one worker: where to send, what signs, and what is to be sent, each of another object."""

    tenant_id: UUID
    endpoint_id: UUID
    url: str
    secrets: tuple[str, ...] = field(repr=False)
    sendings: tuple[Sending, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of sending one event: the status and the answer's beginning, or what went wrong without one."""

    took_ms: int
    status: int | None = None
    problem: str | None = None
    answer: str | None = None
    wanted_pause_s: float = 0.0

    @property
    def taken(self) -> bool:
        """Whether the receiver has it now."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - as HTTP counts

    @property
    def gone(self) -> bool:
        """Whether the receiver says that it wants nothing more here (Standard Webhooks)."""
        return self.status == _GONE


async def send_to_endpoints(
    session: AsyncSession, events: Sequence[TenantEvent], *, now: datetime
) -> None:
    """Put events that have just been given their positions on their way to every endpoint that wants their types.

    A paused or broken endpoint's wait for it as well, for as long as they would be tried.
    """
    endpoints = (
        await session.scalars(
            select(WebhookEndpoint)
            .where(WebhookEndpoint.tenant_id.in_({event.tenant_id for event in events}))
            .order_by(WebhookEndpoint.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).all()
    rows = []
    for endpoint in endpoints:
        wanted = [event for event in events if wants(endpoint, event)]
        rows += [new_delivery(endpoint.id, event, now=now) for event in wanted]
        # A broken endpoint's next probe stands, unless there was nothing left to probe it with.
        if wanted and (endpoint.due_at is None or endpoint.state is not EndpointState.BROKEN):
            endpoint.due_at = now
    await put(session, WebhookDelivery, rows)


def wants(endpoint: WebhookEndpoint, event: TenantEvent) -> bool:
    """Return whether an event is to be sent to an endpoint."""
    return endpoint.tenant_id == event.tenant_id and event.type in endpoint.event_types


def new_delivery(endpoint_id: UUID, event: TenantEvent, *, now: datetime) -> dict[str, Any]:
    """Return the row of a delivery that nobody has tried yet."""
    return {
        "tenant_id": event.tenant_id,
        "id": new_id(),
        "endpoint_id": endpoint_id,
        "event_id": event.id,
        "event_type": event.type,
        "object_id": event.object_id,
        "position": event.position,
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "replays": 0,
        "tried": [],
        "created_at": now,
        "next_at": now,
        "give_up_at": now + TRIED_FOR,
    }


async def take_turns(
    session: AsyncSession, *, sealer: Sealer, limit: int, now: datetime
) -> list[Turn]:
    """Hold at most ``limit`` endpoints that something is to be sent to and nobody holds; return their turns.

    A duty of the platform.
    """
    endpoints = (
        await session.scalars(
            select(WebhookEndpoint)
            .where(
                WebhookEndpoint.due_at <= now,
                WebhookEndpoint.state != EndpointState.PAUSED,
                or_(WebhookEndpoint.held_until.is_(None), WebhookEndpoint.held_until <= now),
            )
            .order_by(WebhookEndpoint.due_at, WebhookEndpoint.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    ).all()
    turns = []
    for endpoint in endpoints:
        sendings = await _to_send(session, endpoint, now=now)
        if sendings:
            endpoint.held_until = now + HELD_FOR
            turns.append(_turn(endpoint, sendings, sealer, now=now))
        else:
            endpoint.due_at = await _due_at(session, endpoint, now=now)
    return turns


async def settle_turn(
    session: AsyncSession, turn: Turn, attempts: Mapping[UUID, Attempt], *, now: datetime
) -> None:
    """Note what came of a turn by delivery, and let the endpoint go. A duty of the platform.

    An endpoint that was removed meanwhile has nothing left to note.
    """
    endpoint = await session.get(
        WebhookEndpoint,
        (turn.tenant_id, turn.endpoint_id),
        with_for_update=True,
        populate_existing=True,
    )
    if endpoint is None:
        return
    for delivery_id, attempt in attempts.items():
        delivery = await session.get(
            WebhookDelivery,
            (turn.tenant_id, delivery_id),
            with_for_update=True,
            populate_existing=True,
        )
        if delivery is not None and delivery.state is DeliveryState.PENDING:
            _note(delivery, attempt, now=now)
    await session.flush()
    await _judge(session, endpoint, tuple(attempts.values()), now=now)
    endpoint.held_until = None
    if endpoint.state is EndpointState.ACTIVE:
        endpoint.due_at = await _due_at(session, endpoint, now=now)


async def give_up_overdue(session: AsyncSession, *, now: datetime) -> int:
    """Give up what could not be delivered in its time, at endpoints that nothing is sent to as well; return how many.

    A duty of the platform.
    """
    overdue = (
        select(WebhookDelivery.tenant_id, WebhookDelivery.id)
        .where(
            WebhookDelivery.state == DeliveryState.PENDING,
            WebhookDelivery.give_up_at <= now - GRACE,
        )
        .order_by(WebhookDelivery.give_up_at)
        .limit(GIVE_UP_BATCH)
        .with_for_update(skip_locked=True)
        .cte("overdue")
    )
    rows = await session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.tenant_id == overdue.c.tenant_id, WebhookDelivery.id == overdue.c.id)
        .values(state=DeliveryState.GIVEN_UP)
        .returning(WebhookDelivery.endpoint_id)
        .execution_options(synchronize_session=False)
    )
    return len(rows.all())


def _turn(
    endpoint: WebhookEndpoint, sendings: tuple[Sending, ...], sealer: Sealer, *, now: datetime
) -> Turn:
    signing = [sealer.open(endpoint.secret_sealed, purpose=SECRET, row=endpoint.id)]
    until = endpoint.previous_until
    if endpoint.previous_sealed is not None and until is not None and now < until:
        signing.append(
            sealer.open(endpoint.previous_sealed, purpose=PREVIOUS_SECRET, row=endpoint.id)
        )
    return Turn(
        tenant_id=endpoint.tenant_id,
        endpoint_id=endpoint.id,
        url=endpoint.url,
        secrets=tuple(signing),
        sendings=sendings,
    )


def _heads(endpoint: WebhookEndpoint) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on deliveries that alone may be sent: the earliest of each object."""
    earlier = aliased(WebhookDelivery)
    blocked = (
        select(earlier.id)
        .where(
            earlier.tenant_id == WebhookDelivery.tenant_id,
            earlier.endpoint_id == WebhookDelivery.endpoint_id,
            earlier.object_id == WebhookDelivery.object_id,
            earlier.state == DeliveryState.PENDING,
            earlier.position < WebhookDelivery.position,
        )
        .exists()
    )
    return (
        WebhookDelivery.tenant_id == endpoint.tenant_id,
        WebhookDelivery.endpoint_id == endpoint.id,
        WebhookDelivery.state == DeliveryState.PENDING,
        ~blocked,
    )


async def _to_send(
    session: AsyncSession, endpoint: WebhookEndpoint, *, now: datetime
) -> tuple[Sending, ...]:
    # A broken endpoint is probed with the first that waits, whenever that itself were due.
    probing = endpoint.state is EndpointState.BROKEN
    due = () if probing else (WebhookDelivery.next_at <= now,)
    rows = await session.execute(
        select(WebhookDelivery.id, TenantEvent)
        .join(
            TenantEvent,
            (TenantEvent.tenant_id == WebhookDelivery.tenant_id)
            & (TenantEvent.id == WebhookDelivery.event_id),
        )
        .where(*_heads(endpoint), *due)
        .order_by(WebhookDelivery.position)
        .limit(1 if probing else AT_ONCE)
    )
    return tuple(
        Sending(
            delivery_id=delivery_id,
            event_id=event.id,
            type=event.type,
            object_id=event.object_id,
            data=event.data,
            occurred_at=event.occurred_at,
        )
        for delivery_id, event in rows
    )


async def _due_at(
    session: AsyncSession, endpoint: WebhookEndpoint, *, now: datetime
) -> datetime | None:
    """Return when something is to be sent to the endpoint next; None when nothing waits."""
    due = await session.scalar(
        select(WebhookDelivery.id).where(*_heads(endpoint), WebhookDelivery.next_at <= now).limit(1)
    )
    if due is not None:
        return now
    return await session.scalar(select(func.min(WebhookDelivery.next_at)).where(*_heads(endpoint)))


def _note(delivery: WebhookDelivery, attempt: Attempt, *, now: datetime) -> None:
    delivery.attempts += 1
    delivery.attempted_at, delivery.took_ms = now, attempt.took_ms
    delivery.status, delivery.problem = attempt.status, attempt.problem
    delivery.answer = None if attempt.answer is None else attempt.answer[:ANSWER_CHARACTERS]
    made = {
        "at": now.isoformat(),
        "took_ms": attempt.took_ms,
        "status": attempt.status,
        "problem": attempt.problem,
    }
    delivery.tried = [*delivery.tried, made][-MOST_TRIED:]
    if attempt.taken:
        delivery.deliver(now=now)
        return
    following = next_attempt_at(
        attempts=delivery.attempts,
        now=now,
        give_up_at=delivery.give_up_at,
        uniform=_random.uniform,
        wanted_pause_s=attempt.wanted_pause_s,
    )
    if following is None:
        delivery.give_up()
    else:
        delivery.next_at = following


async def _judge(
    session: AsyncSession, endpoint: WebhookEndpoint, attempts: Sequence[Attempt], *, now: datetime
) -> None:
    """Let the breaker hear of a turn's attempts; one that was taken outweighs those that failed beside it."""
    if any(attempt.gone for attempt in attempts):
        await note_gone(session, endpoint, now=now)
    elif any(attempt.taken for attempt in attempts):
        await note_success(session, endpoint, now=now)
    elif attempts:
        await note_failures(session, endpoint, len(attempts), now=now)
