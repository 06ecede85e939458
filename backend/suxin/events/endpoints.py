"""Commands on endpoints: where a tenant's events are sent, and what signs them."""

import base64
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.models import PREVIOUS_SECRET, SECRET, EndpointState, WebhookEndpoint
from suxin.events.policies import WEBHOOK_MANAGE
from suxin.events.queries import lock_own_endpoint
from suxin.events.refusals import EndpointStateConflict, TooManyEndpoints
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.kernel.sealing import Sealer

MAX_ENDPOINTS: Final = 10
MAX_NAME_CHARACTERS: Final = 60
MAX_URL_CHARACTERS: Final = 400
OVERLAP: Final = timedelta(hours=24)
"""How long the secret before a rotation signs beside the new one."""

SECRET_BYTES: Final = 32
"""Between 24 and 64 (Standard Webhooks, "Signature scheme")."""

# Plain http is for one's own machine; what may be called at all is decided where calls are made, at every call.
_URL: Final = re.compile(r"https?://[A-Za-z0-9.\-:\[\]]+(/[A-Za-z0-9._~!$&'()*+,;=:@%/\-]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDraft:
    """An endpoint as an administrator or a system describes it."""

    name: str
    url: str
    event_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """An endpoint with the secret that signs what is sent to it, shown once."""

    endpoint: WebhookEndpoint
    secret: str = field(repr=False)


async def create_endpoint(
    session: AsyncSession,
    actor: Actor,
    *,
    draft: EndpointDraft,
    known: Collection[str],
    sealer: Sealer,
    now: datetime,
) -> Signed:
    """Have events of some types sent to an address; only what happens from now on goes there.

    ``known`` are the names of all types of events.

    :raises Forbidden: if the actor may not manage webhooks
    :raises Invalid: if an entry is not acceptable
    :raises TooManyEndpoints: if the tenant has ``MAX_ENDPOINTS``
    """
    actor.require(WEBHOOK_MANAGE)
    tenant_id = actor.own_tenant
    _check(draft, known)
    # Two requests at once must not both find room for the last one.
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"webhooks:{tenant_id}", 0)))
    )
    held = await session.scalar(
        select(func.count())
        .select_from(WebhookEndpoint)
        .where(WebhookEndpoint.tenant_id == tenant_id)
    )
    if (held or 0) >= MAX_ENDPOINTS:
        raise TooManyEndpoints(limit=MAX_ENDPOINTS)
    endpoint_id, secret = new_id(now), new_secret()
    endpoint = WebhookEndpoint(
        tenant_id=tenant_id,
        id=endpoint_id,
        name=draft.name.strip(),
        url=draft.url,
        event_types=sorted(set(draft.event_types)),
        state=EndpointState.ACTIVE,
        state_reason=None,
        secret_sealed=sealer.seal(secret, purpose=SECRET, row=endpoint_id),
        previous_sealed=None,
        previous_until=None,
        failures=0,
        due_at=None,
        held_until=None,
        last_success_at=None,
        created_at=now,
        changed_at=now,
    )
    session.add(endpoint)
    _record(session, endpoint, "created", now=now)
    return Signed(endpoint, secret)


async def update_endpoint(
    session: AsyncSession,
    actor: Actor,
    *,
    endpoint_id: UUID,
    draft: EndpointDraft,
    known: Collection[str],
    now: datetime,
) -> WebhookEndpoint:
    """Change an endpoint's name, address and types; what waits for it goes to the new address.

    :raises Forbidden: if the actor may not manage webhooks
    :raises NotFound: if it is not his tenant's endpoint
    :raises Invalid: if an entry is not acceptable
    """
    endpoint = await lock_own_endpoint(session, actor, endpoint_id)
    _check(draft, known)
    endpoint.name, endpoint.url = draft.name.strip(), draft.url
    endpoint.event_types = sorted(set(draft.event_types))
    endpoint.changed_at = now
    _record(session, endpoint, "changed", now=now)
    return endpoint


async def pause_endpoint(
    session: AsyncSession, actor: Actor, *, endpoint_id: UUID, now: datetime
) -> WebhookEndpoint:
    """Send nothing to an endpoint until it is resumed; what happens meanwhile waits, for 72 hours.

    :raises Forbidden: if the actor may not manage webhooks
    :raises NotFound: if it is not his tenant's endpoint
    :raises EndpointStateConflict: if it is paused
    """
    endpoint = await lock_own_endpoint(session, actor, endpoint_id)
    if endpoint.state is EndpointState.PAUSED:
        raise EndpointStateConflict(state=endpoint.state)
    endpoint.pause(None)
    endpoint.changed_at = now
    _record(session, endpoint, "paused", now=now)
    return endpoint


async def resume_endpoint(
    session: AsyncSession, actor: Actor, *, endpoint_id: UUID, now: datetime
) -> WebhookEndpoint:
    """Send to a paused endpoint again, or to a broken one without waiting for its probe.

    :raises Forbidden: if the actor may not manage webhooks
    :raises NotFound: if it is not his tenant's endpoint
    :raises EndpointStateConflict: if it is active
    """
    endpoint = await lock_own_endpoint(session, actor, endpoint_id)
    if endpoint.state is EndpointState.ACTIVE:
        raise EndpointStateConflict(state=endpoint.state)
    endpoint.resume(now=now)
    _record(session, endpoint, "resumed", now=now)
    return endpoint


async def rotate_secret(
    session: AsyncSession, actor: Actor, *, endpoint_id: UUID, sealer: Sealer, now: datetime
) -> Signed:
    """Sign with a new secret; the one before signs beside it for ``OVERLAP``, and one before that no more.

    :raises Forbidden: if the actor may not manage webhooks
    :raises NotFound: if it is not his tenant's endpoint
    """
    endpoint = await lock_own_endpoint(session, actor, endpoint_id)
    former = sealer.open(endpoint.secret_sealed, purpose=SECRET, row=endpoint.id)
    secret = new_secret()
    endpoint.previous_sealed = sealer.seal(former, purpose=PREVIOUS_SECRET, row=endpoint.id)
    endpoint.previous_until = now + OVERLAP
    endpoint.secret_sealed = sealer.seal(secret, purpose=SECRET, row=endpoint.id)
    endpoint.changed_at = now
    _record(session, endpoint, "secret_rotated", now=now)
    return Signed(endpoint, secret)


async def remove_endpoint(
    session: AsyncSession, actor: Actor, *, endpoint_id: UUID, now: datetime
) -> None:
    """Forget an endpoint with its secrets, what is on its way to it, and its log.

    :raises Forbidden: if the actor may not manage webhooks
    :raises NotFound: if it is not his tenant's endpoint
    """
    endpoint = await lock_own_endpoint(session, actor, endpoint_id)
    _record(session, endpoint, "removed", now=now)
    await session.delete(endpoint)


def new_secret() -> str:
    """Return a fresh secret in the form that Standard Webhooks gives them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def check_address(url: str) -> None:
    """Refuse what cannot be an endpoint's address.

    :raises Invalid: if it is none
    """
    if len(url) > MAX_URL_CHARACTERS or not _URL.fullmatch(url):
        raise Invalid(
            field="url",
            reason_zh=f"应为 https 开头的完整地址，不含参数，最多 {MAX_URL_CHARACTERS} 个字符",
            reason_en=f"it is a whole https address without parameters, of at most {MAX_URL_CHARACTERS} characters",
        )


def _check(draft: EndpointDraft, known: Collection[str]) -> None:
    if not 1 <= len(draft.name.strip()) <= MAX_NAME_CHARACTERS:
        raise Invalid(
            field="name",
            reason_zh=f"应为 1 至 {MAX_NAME_CHARACTERS} 个字",
            reason_en=f"it has 1 to {MAX_NAME_CHARACTERS} characters",
        )
    check_address(draft.url)
    unknown = sorted(set(draft.event_types) - set(known))
    if unknown or not draft.event_types:
        raise Invalid(
            field="eventTypes",
            reason_zh=f"没有这种事件：{unknown[0][:80]}" if unknown else "请至少选择一种事件",
            reason_en=f"no such type of event: {unknown[0][:80]}"
            if unknown
            else "choose one at least",
        )


def _record(session: AsyncSession, endpoint: WebhookEndpoint, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"events.webhook.{step}",
        now=now,
        tenant_id=endpoint.tenant_id,
        object_type="webhook_endpoint",
        object_id=endpoint.id,
        detail={"url": endpoint.url, "event_types": endpoint.event_types},
    )
