"""What a bank's own system was told lately: its endpoint, the newest of its events, and how each got there."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from suxin.events.catalogue import EventType
from suxin.events.endpoints import new_secret
from suxin.events.models import (
    SECRET,
    DeliveryState,
    EndpointState,
    EventFeed,
    TenantEvent,
    WebhookDelivery,
    WebhookEndpoint,
)
from suxin.events.schedule import TRIED_FOR
from suxin.kernel.sealing import Sealer
from suxin.lending.event_types import EVENT_TYPES, REFERRAL_ARRIVED, REFERRAL_STEPS
from suxin.lending.models import Referral, ReferralState
from suxin_server.demo.book import Stage
from suxin_server.demo.dice import Dice

NAME: Final = "核心系统（演示接收端）"
LATELY: Final = timedelta(days=20)
MOST: Final = 12
_OPENED: Final = timedelta(days=21)
_AWAY: Final = 503
_TAKEN: Final = 204
_PAUSE: Final = timedelta(seconds=4)

_ACCEPTED: Final = REFERRAL_STEPS["accepted"]
Told = tuple[datetime, EventType, Referral]


def hear(stage: Stage, tenant_id: UUID, url: str, sealer: Sealer) -> None:
    """Give a bank an endpoint at ``url`` that was told of its newest referrals.

    One delivery got there only when it was tried again, and the newest was not taken yet: the worker tries it anew.
    """
    dice = Dice("webhooks")
    told = sorted(_told(stage, tenant_id), key=lambda one: (one[0], one[2].id))[-MOST:]
    endpoint_id = dice.id_at(stage.now - _OPENED)
    stage.book.add(_endpoint(stage, tenant_id, endpoint_id, url, sealer))
    stage.book.add(EventFeed(tenant_id=tenant_id, last_position=len(told), pruned_position=0))
    for position, one in enumerate(told, start=1):
        event = _event(dice, one, position)
        stage.book.add(event)
        failures = {2: 1, len(told): 2}.get(position, 0)
        waits = position == len(told)
        delivery = _delivery(stage, dice, endpoint_id, event, failures=failures, waits=waits)
        stage.book.add_plain(WebhookDelivery, delivery)


def _told(stage: Stage, tenant_id: UUID) -> Iterator[Told]:
    for referral in stage.book.models(Referral):
        if referral.tenant_id != tenant_id or referral.dispatched_at < stage.now - LATELY:
            continue
        yield referral.dispatched_at, REFERRAL_ARRIVED, referral
        if referral.accepted_at is not None:
            yield referral.accepted_at, _ACCEPTED, referral


def _event(dice: Dice, told: Told, position: int) -> TenantEvent:
    at, kind, referral = told
    data: dict[str, Any] = {"lead": str(referral.lead_id)}
    if kind is REFERRAL_ARRIVED:
        data |= {
            "mode": referral.mode.name,
            "acceptBy": referral.accept_by.isoformat(),
            "contactBy": referral.contact_by.isoformat(),
            "decideBy": referral.decide_by.isoformat(),
        }
    else:
        data["state"] = ReferralState.ACCEPTED.value
    return TenantEvent(
        tenant_id=referral.tenant_id,
        id=dice.id_at(at),
        type=kind.name,
        object_id=referral.id,
        data=data,
        occurred_at=at,
        recorded_at=at,
        position=position,
    )


def _endpoint(
    stage: Stage, tenant_id: UUID, endpoint_id: UUID, url: str, sealer: Sealer
) -> WebhookEndpoint:
    opened = stage.now - _OPENED
    return WebhookEndpoint(
        tenant_id=tenant_id,
        id=endpoint_id,
        name=NAME,
        url=url,
        event_types=sorted(kind.name for kind in EVENT_TYPES),
        state=EndpointState.ACTIVE,
        state_reason=None,
        secret_sealed=sealer.seal(new_secret(), purpose=SECRET, row=endpoint_id),
        failures=2,
        due_at=stage.now,
        last_success_at=stage.now,
        created_at=opened,
        changed_at=opened,
    )


def _delivery(
    stage: Stage,
    dice: Dice,
    endpoint_id: UUID,
    event: TenantEvent,
    *,
    failures: int,
    waits: bool,
) -> dict[str, Any]:
    """Return a delivery that failed so often, and was taken after that unless it ``waits``."""
    answers = [_AWAY] * failures + [_TAKEN] * (not waits)
    # The last one waits: it was tried a moment ago, whenever its event was.
    began = stage.now - failures * _PAUSE if waits else event.occurred_at
    tried = [
        {
            "at": (began + number * _PAUSE).isoformat(),
            "took_ms": dice.randrange(6, 40),
            "status": status,
            "problem": None,
        }
        for number, status in enumerate(answers)
    ]
    last = began + (len(tried) - 1) * _PAUSE
    return {
        "tenant_id": event.tenant_id,
        "id": dice.id_at(began),
        "endpoint_id": endpoint_id,
        "event_id": event.id,
        "event_type": event.type,
        "object_id": event.object_id,
        "position": event.position,
        "state": DeliveryState.PENDING if waits else DeliveryState.DELIVERED,
        "attempts": len(tried),
        "replays": 0,
        "created_at": began,
        "next_at": stage.now if waits else last,
        "give_up_at": began + TRIED_FOR,
        "attempted_at": last,
        "delivered_at": None if waits else last,
        "took_ms": tried[-1]["took_ms"],
        "status": answers[-1],
        "answer": "Service Unavailable" if waits else None,
        "tried": tried,
    }
