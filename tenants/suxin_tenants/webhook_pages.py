"""Endpoints of one's own house: where its events are sent, what came of each, and sending them again; alike at every desk."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events import endpoints, replays
from suxin.events.endpoints import MAX_ENDPOINTS, EndpointDraft, Signed
from suxin.events.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from suxin.events.policies import EVENT_READ, WEBHOOK_MANAGE
from suxin.events.queries import own_deliveries, own_endpoint, own_endpoints
from suxin.kernel.refusals import Refusal
from suxin_tenants.forms import Form
from suxin_tenants.paging import asked_text, read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import DELIVERY_STATES, ENDPOINT_STATES, WEBHOOK_PROBLEMS, said
from suxin_web.event_types import CATALOGUE

PLACE: Final = "/desk/webhooks"
FIELDS: Final = ("name", "url", "eventTypes")
TYPES: Final = [(kind.name, f"{kind.zh}（{kind.name}）") for kind in CATALOGUE.values()]
TABS: Final = (("", "全部"), *((state.value, DELIVERY_STATES[state][0]) for state in DeliveryState))
SINCE_HOURS: Final = (
    ("1", "最近 1 小时"),
    ("24", "最近 24 小时"),
    ("72", "最近 3 天"),
    ("168", "最近 7 天"),
    ("720", "最近 30 天"),
)


@dataclass(frozen=True, slots=True)
class Attempted:
    """One attempt as the log shows it."""

    at: datetime
    result: str
    took_ms: int


Work = Callable[[AsyncSession], Awaitable[dict[str, Any]]]
Signing = Callable[[AsyncSession], Awaitable[Signed]]


@get("/webhooks")
async def show_webhooks(visit: GivenVisit) -> Answer:
    """Show the endpoints of the house, and the form for another."""
    return await _show_list(visit, None, {}, status=200)


@post("/webhooks", status_code=200)
async def send_new_webhook(visit: GivenVisit) -> Answer:
    """Make an endpoint and show its secret, this once."""
    form = await visit.form()
    draft = _draft(form)
    if form.errors:
        return await _show_list(visit, form, form.errors, status=422)

    async def make(session: AsyncSession) -> Signed:
        return await endpoints.create_endpoint(
            session,
            visit.actor,
            draft=draft,
            known=CATALOGUE,
            sealer=visit.runtime.sealer,
            now=visit.now,
        )

    try:
        endpoint_id, secret = await _signed(visit, form, "webhook.create", make)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show_list(visit, form, errors_of(refusal, {}, FIELDS), status=422)
    return await _show_one(visit, endpoint_id, None, {}, status=200, secret=secret)


@get("/webhooks/{endpoint_id:uuid}")
async def show_webhook(visit: GivenVisit, endpoint_id: FromPath[UUID]) -> Answer:
    """Show one endpoint with what was sent to it."""
    return await _show_one(visit, endpoint_id, None, {}, status=200)


@post("/webhooks/{endpoint_id:uuid}", status_code=200)
async def send_webhook(visit: GivenVisit, endpoint_id: FromPath[UUID]) -> Answer:
    """Change an endpoint."""
    form = await visit.form()
    draft, errors = _draft(form), form.errors

    async def work(session: AsyncSession) -> dict[str, Any]:
        await endpoints.update_endpoint(
            session,
            visit.actor,
            endpoint_id=endpoint_id,
            draft=draft,
            known=CATALOGUE,
            now=visit.now,
        )
        return {}

    if not errors:
        try:
            await visit.once(form, "webhook.update", work, endpoint=endpoint_id)
            return visit.go(f"{PLACE}/{endpoint_id}", "已保存")
        except Refusal as refusal:
            if not can_be_set_right(refusal):
                raise
            errors = errors_of(refusal, {}, FIELDS)
    return await _show_one(visit, endpoint_id, form, errors, status=422)


@post("/webhooks/{endpoint_id:uuid}/secret", status_code=200)
async def send_rotation(visit: GivenVisit, endpoint_id: FromPath[UUID]) -> Answer:
    """Rotate an endpoint's secret and show the new one, this once."""

    async def rotate(session: AsyncSession) -> Signed:
        return await endpoints.rotate_secret(
            session,
            visit.actor,
            endpoint_id=endpoint_id,
            sealer=visit.runtime.sealer,
            now=visit.now,
        )

    form = await visit.form()
    _, secret = await _signed(visit, form, "webhook.rotate", rotate, endpoint=endpoint_id)
    return await _show_one(visit, endpoint_id, None, {}, status=200, secret=secret)


@post("/webhooks/{endpoint_id:uuid}/pause", status_code=200)
async def send_pause(visit: GivenVisit, endpoint_id: FromPath[UUID]) -> Answer:
    """Send nothing more to an endpoint."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await endpoints.pause_endpoint(session, visit.actor, endpoint_id=endpoint_id, now=visit.now)
        return {}

    return await _press(visit, "pause", work, endpoint_id, "已暂停，期间的事件保留 72 小时")


@post("/webhooks/{endpoint_id:uuid}/resume", status_code=200)
async def send_resume(visit: GivenVisit, endpoint_id: FromPath[UUID]) -> Answer:
    """Send to an endpoint again."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await endpoints.resume_endpoint(
            session, visit.actor, endpoint_id=endpoint_id, now=visit.now
        )
        return {}

    return await _press(visit, "resume", work, endpoint_id, "已恢复推送")


@post("/webhooks/{endpoint_id:uuid}/remove", status_code=200)
async def send_removal(visit: GivenVisit, endpoint_id: FromPath[UUID]) -> Answer:
    """Forget an endpoint."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await endpoints.remove_endpoint(
            session, visit.actor, endpoint_id=endpoint_id, now=visit.now
        )
        return {}

    return await visit.press(
        "webhook.remove", work, back=PLACE, done="推送地址已删除", endpoint=endpoint_id
    )


@post("/webhooks/{endpoint_id:uuid}/replay", status_code=200)
async def send_replay_since(visit: GivenVisit, endpoint_id: FromPath[UUID]) -> Answer:
    """Send everything of the last hours to an endpoint again."""
    form, back = await visit.form(), f"{PLACE}/{endpoint_id}"
    hours = form.text("hours")
    if hours not in dict(SINCE_HOURS):
        return visit.go(back, "请选择重放范围", good=False)

    async def work(session: AsyncSession) -> dict[str, Any]:
        sent = await replays.replay_since(
            session,
            visit.actor,
            endpoint_id=endpoint_id,
            since=visit.now - timedelta(hours=int(hours)),
            now=visit.now,
        )
        return {"events": sent}

    try:
        done = await visit.once(form, "webhook.replay", work, endpoint=endpoint_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return visit.go(back, said(refusal), good=False)
    return visit.go(back, f"{done['events']} 个事件已重新推送")


@post("/webhooks/{endpoint_id:uuid}/deliveries/{delivery_id:uuid}/replay", status_code=200)
async def send_replay(
    visit: GivenVisit, endpoint_id: FromPath[UUID], delivery_id: FromPath[UUID]
) -> Answer:
    """Send one event again."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await replays.replay_delivery(session, visit.actor, delivery_id=delivery_id, now=visit.now)
        return {}

    return await _press(visit, "redeliver", work, endpoint_id, "已重新推送", delivery=delivery_id)


HANDLERS: Final = (
    show_webhooks,
    send_new_webhook,
    show_webhook,
    send_webhook,
    send_rotation,
    send_pause,
    send_resume,
    send_removal,
    send_replay_since,
    send_replay,
)


async def _press(
    visit: Visit, step: str, work: Work, endpoint_id: UUID, done: str, **facts: object
) -> Answer:
    back = f"{PLACE}/{endpoint_id}"
    return await visit.press(
        f"webhook.{step}", work, back=back, done=done, endpoint=endpoint_id, **facts
    )


async def _signed(
    visit: Visit, form: Form, operation: str, sign: Signing, **facts: object
) -> tuple[UUID, str | None]:
    """Carry out a form that makes a secret; the secret is none where the form was sent before."""
    made: list[str] = []

    async def work(session: AsyncSession) -> dict[str, Any]:
        signed = await sign(session)
        made.append(signed.secret)
        return {"id": str(signed.endpoint.id)}

    done = await visit.once(form, operation, work, **facts)
    return UUID(done["id"]), made[-1] if made else None


def _draft(form: Form) -> EndpointDraft:
    form.require("name", "url")
    form.check("url", endpoints.check_address)
    if not form.texts("eventTypes"):
        form.fail("eventTypes", "请至少选择一种事件")
    return EndpointDraft(
        name=form.text("name"), url=form.text("url"), event_types=form.texts("eventTypes")
    )


async def _show_list(
    visit: Visit, form: Form | None, errors: Mapping[str, str], *, status: int
) -> Answer:
    visit.actor.require(EVENT_READ)
    typed = form or Form({})
    async with visit.reading() as session:
        page = await read_page(
            session, visit.request, own_endpoints(visit.actor), WebhookEndpoint.id
        )
        return await visit.page(
            session,
            "house/webhooks.html",
            {
                "page": page,
                "states": ENDPOINT_STATES,
                "types": TYPES,
                "limit": MAX_ENDPOINTS,
                "values": {name: typed.text(name) for name in FIELDS},
                "chosen": typed.texts("eventTypes"),
                "errors": errors,
                "may_manage": visit.actor.may(WEBHOOK_MANAGE),
            },
            status=status,
        )


def _tried(delivery: WebhookDelivery) -> list[Attempted]:
    """Return what is told of a delivery's attempts, the latest first."""
    return [
        Attempted(
            at=datetime.fromisoformat(one["at"]),
            result=f"HTTP {one['status']}"
            if one["status"] is not None
            else WEBHOOK_PROBLEMS.get(one["problem"], one["problem"]),
            took_ms=one["took_ms"],
        )
        for one in reversed(delivery.tried)
    ]


async def _show_one(
    visit: Visit,
    endpoint_id: UUID,
    form: Form | None,
    errors: Mapping[str, str],
    *,
    status: int,
    secret: str | None = None,
) -> Answer:
    visit.actor.require(EVENT_READ)
    async with visit.reading() as session:
        endpoint = await own_endpoint(session, visit.actor, endpoint_id)
        state = asked_text(visit.request, "state")
        states = [DeliveryState(state)] if state in set(DeliveryState) else []
        page = await read_page(
            session,
            visit.request,
            own_deliveries(visit.actor, endpoint_id=endpoint_id, states=states),
            WebhookDelivery.id,
            kept={"state": states[0].value} if states else {},
        )
        typed = form or Form(
            {
                "name": (endpoint.name,),
                "url": (endpoint.url,),
                "eventTypes": tuple(endpoint.event_types),
            }
        )
        return await visit.page(
            session,
            "house/webhook.html",
            {
                "endpoint": endpoint,
                "state": ENDPOINT_STATES[endpoint.state],
                "secret": secret,
                "rotating": endpoint.previous_until is not None
                and endpoint.previous_until > visit.now,
                "page": page,
                "tabs": TABS,
                "tab": states[0].value if states else "",
                "tried": {delivery.id: _tried(delivery) for (delivery,) in page.rows},
                "delivery_states": DELIVERY_STATES,
                "problems": WEBHOOK_PROBLEMS,
                "kinds": CATALOGUE,
                "types": TYPES,
                "hours": SINCE_HOURS,
                "values": {name: typed.text(name) for name in FIELDS},
                "chosen": typed.texts("eventTypes"),
                "errors": errors,
                "may_manage": visit.actor.may(WEBHOOK_MANAGE),
            },
            status=status,
        )
