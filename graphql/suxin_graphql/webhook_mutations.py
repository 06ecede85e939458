"""Endpoints made, changed, stopped and ended, their secrets rotated, and events sent to them again."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events import endpoints, replays
from suxin.events.endpoints import EndpointDraft, Signed
from suxin.events.policies import WEBHOOK_MANAGE
from suxin.events.refusals import (
    DeliveryPending,
    EndpointStateConflict,
    ReplayTooLarge,
    TooManyEndpoints,
)
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin_graphql.context import Info
from suxin_graphql.execution.records import to_one
from suxin_graphql.fields import Written, commit, commit_result, mutation
from suxin_graphql.ids import local_id
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key
from suxin_graphql.webhooks import WebhookDelivery, WebhookEndpoint
from suxin_web.event_types import CATALOGUE

SHOWN_ONCE = (
    "签名密钥（whsec_…），仅显示这一次，重放时为空。"
    "The signing secret, shown this once: null in a replay; rotate it if it was lost."
)


@strawberry.input(
    description="新推送地址；事件类型见 eventTypes。An address, and which types of events to send there."
)
class CreateWebhookEndpointInput:
    """An address, and which types of events to send there."""

    name: str
    url: str
    event_types: list[str]
    idempotency_key: str = idempotency_key()


@strawberry.input(description="修改推送地址。The endpoint as it shall be.")
class UpdateWebhookEndpointInput:
    """The endpoint as it shall be."""

    id: strawberry.ID
    name: str
    url: str
    event_types: list[str]
    idempotency_key: str = idempotency_key()


@strawberry.input(description="暂停推送。Which endpoint to stop.")
class PauseWebhookEndpointInput:
    """Which endpoint to stop."""

    id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="恢复推送。Which endpoint to send to again.")
class ResumeWebhookEndpointInput:
    """Which endpoint to send to again."""

    id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="更换签名密钥。Whose secret to rotate.")
class RotateWebhookSecretInput:
    """Whose secret to rotate."""

    id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="删除推送地址。Which endpoint to forget.")
class RemoveWebhookEndpointInput:
    """Which endpoint to forget."""

    id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="重放一个事件。Which delivery to send again.")
class ReplayWebhookDeliveryInput:
    """Which delivery to send again."""

    id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(
    description="重放某一时间以来的事件。To which endpoint to send everything since a time again."
)
class ReplayWebhookEventsInput:
    """To which endpoint to send everything since a time again."""

    id: strawberry.ID
    since: datetime
    idempotency_key: str = idempotency_key()


@strawberry.type
class EndpointPayload(Payload):
    """An endpoint that was written."""

    endpoint: WebhookEndpoint | None = to_one(lambda: WebhookEndpoint, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已创建的推送地址。The endpoint that was made.")
class CreateWebhookEndpointPayload(EndpointPayload):
    """The endpoint that was made."""

    secret: str | None = strawberry.field(description=SHOWN_ONCE)


@strawberry.type(description="已修改的推送地址。The endpoint as it is now.")
class UpdateWebhookEndpointPayload(EndpointPayload):
    """The endpoint as it is now."""


@strawberry.type(description="已暂停的推送地址。The endpoint that was stopped.")
class PauseWebhookEndpointPayload(EndpointPayload):
    """The endpoint that was stopped."""


@strawberry.type(description="已恢复的推送地址。The endpoint that is sent to again.")
class ResumeWebhookEndpointPayload(EndpointPayload):
    """The endpoint that is sent to again."""


@strawberry.type(
    description="已更换密钥；旧密钥在 previousUntil 前一并签名。The endpoint with its new secret; the old one signs until previousUntil."
)
class RotateWebhookSecretPayload(EndpointPayload):
    """The endpoint with its new secret."""

    secret: str | None = strawberry.field(description=SHOWN_ONCE)


@strawberry.type(description="已删除推送地址。The endpoint is gone.")
class RemoveWebhookEndpointPayload(EndpointPayload):
    """The endpoint is gone."""


@strawberry.type(description="重新推送的记录。The delivery that is on its way again.")
class ReplayWebhookDeliveryPayload(Payload):
    """The delivery that is on its way again."""

    delivery: WebhookDelivery = to_one(lambda: WebhookDelivery, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="重新推送的事件数。How many events are on their way again.")
class ReplayWebhookEventsPayload(EndpointPayload):
    """How many events are on their way again."""

    events: int


@strawberry.type
class WebhookMutations:
    """Mutations of endpoints."""

    @mutation(
        WEBHOOK_MANAGE,
        CreateWebhookEndpointPayload,
        refusals=(Invalid, TooManyEndpoints),
        description="创建推送地址，自此发生的事件推送至该地址。Have what happens from now on sent to an address.",
    )
    async def create_webhook_endpoint(
        self, info: Info, given: Annotated[CreateWebhookEndpointInput, INPUT]
    ) -> CreateWebhookEndpointPayload:
        """Make an endpoint."""
        sealer = info.context.runtime.sealer

        async def make(session: AsyncSession, actor: Actor, now: datetime) -> Signed:
            return await endpoints.create_endpoint(
                session, actor, draft=_draft(given), known=CATALOGUE, sealer=sealer, now=now
            )

        written, secret = await _signed(info, given, make)
        return CreateWebhookEndpointPayload.given(
            _id=written.id, replayed=written.replayed, secret=secret
        )

    @mutation(
        WEBHOOK_MANAGE,
        UpdateWebhookEndpointPayload,
        refusals=(Invalid,),
        description="修改推送地址的名称、网址和事件类型。Change an endpoint's name, address and types.",
    )
    async def update_webhook_endpoint(
        self, info: Info, given: Annotated[UpdateWebhookEndpointInput, INPUT]
    ) -> UpdateWebhookEndpointPayload:
        """Change an endpoint."""
        endpoint_id = _endpoint(info, given.id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await endpoints.update_endpoint(
                session,
                actor,
                endpoint_id=endpoint_id,
                draft=_draft(given),
                known=CATALOGUE,
                now=now,
            )
            return done.id

        return UpdateWebhookEndpointPayload.of(await commit(info, given, work))

    @mutation(
        WEBHOOK_MANAGE,
        PauseWebhookEndpointPayload,
        refusals=(EndpointStateConflict,),
        description="暂停推送；期间的事件保留 72 小时待恢复后推送。Stop an endpoint; what happens meanwhile waits for 72 hours.",
    )
    async def pause_webhook_endpoint(
        self, info: Info, given: Annotated[PauseWebhookEndpointInput, INPUT]
    ) -> PauseWebhookEndpointPayload:
        """Stop an endpoint."""
        endpoint_id = _endpoint(info, given.id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            await endpoints.pause_endpoint(session, actor, endpoint_id=endpoint_id, now=now)
            return endpoint_id

        return PauseWebhookEndpointPayload.of(await commit(info, given, work))

    @mutation(
        WEBHOOK_MANAGE,
        ResumeWebhookEndpointPayload,
        refusals=(EndpointStateConflict,),
        description="恢复已暂停或连续失败的推送地址。Send to a paused or broken endpoint again, at once.",
    )
    async def resume_webhook_endpoint(
        self, info: Info, given: Annotated[ResumeWebhookEndpointInput, INPUT]
    ) -> ResumeWebhookEndpointPayload:
        """Send to an endpoint again."""
        endpoint_id = _endpoint(info, given.id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            await endpoints.resume_endpoint(session, actor, endpoint_id=endpoint_id, now=now)
            return endpoint_id

        return ResumeWebhookEndpointPayload.of(await commit(info, given, work))

    @mutation(
        WEBHOOK_MANAGE,
        RotateWebhookSecretPayload,
        refusals=(),
        description="更换签名密钥；旧密钥 24 小时内一并签名。Sign with a new secret; the old one signs beside it for 24 hours.",
    )
    async def rotate_webhook_secret(
        self, info: Info, given: Annotated[RotateWebhookSecretInput, INPUT]
    ) -> RotateWebhookSecretPayload:
        """Rotate an endpoint's secret."""
        endpoint_id, sealer = _endpoint(info, given.id), info.context.runtime.sealer

        async def rotate(session: AsyncSession, actor: Actor, now: datetime) -> Signed:
            return await endpoints.rotate_secret(
                session, actor, endpoint_id=endpoint_id, sealer=sealer, now=now
            )

        written, secret = await _signed(info, given, rotate)
        return RotateWebhookSecretPayload.given(
            _id=written.id, replayed=written.replayed, secret=secret
        )

    @mutation(
        WEBHOOK_MANAGE,
        RemoveWebhookEndpointPayload,
        refusals=(),
        description="删除推送地址及其密钥、记录和未推送的事件。Forget an endpoint with its secrets, its log and what was on its way.",
    )
    async def remove_webhook_endpoint(
        self, info: Info, given: Annotated[RemoveWebhookEndpointInput, INPUT]
    ) -> RemoveWebhookEndpointPayload:
        """Forget an endpoint."""
        endpoint_id = _endpoint(info, given.id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            await endpoints.remove_endpoint(session, actor, endpoint_id=endpoint_id, now=now)
            return endpoint_id

        return RemoveWebhookEndpointPayload.of(await commit(info, given, work))

    @mutation(
        WEBHOOK_MANAGE,
        ReplayWebhookDeliveryPayload,
        refusals=(DeliveryPending,),
        description="重新推送一个事件，标识不变。Send one event again, under the same id.",
    )
    async def replay_webhook_delivery(
        self, info: Info, given: Annotated[ReplayWebhookDeliveryInput, INPUT]
    ) -> ReplayWebhookDeliveryPayload:
        """Send one event again."""
        delivery_id = local_id(given.id, "WebhookDelivery", info.context.actor, field="id")

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            await replays.replay_delivery(session, actor, delivery_id=delivery_id, now=now)
            return delivery_id

        return ReplayWebhookDeliveryPayload.of(await commit(info, given, work))

    @mutation(
        WEBHOOK_MANAGE,
        ReplayWebhookEventsPayload,
        refusals=(Invalid, ReplayTooLarge),
        description="重新推送某一时间以来的全部事件，至多 1 万个。Send everything since a time again: 10,000 events at most.",
    )
    async def replay_webhook_events(
        self, info: Info, given: Annotated[ReplayWebhookEventsInput, INPUT]
    ) -> ReplayWebhookEventsPayload:
        """Send everything since a time again."""
        endpoint_id = _endpoint(info, given.id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> dict[str, Any]:
            sent = await replays.replay_since(
                session, actor, endpoint_id=endpoint_id, since=given.since, now=now
            )
            return {"events": sent}

        outcome = await commit_result(info, given, work)
        return ReplayWebhookEventsPayload.given(
            _id=endpoint_id, replayed=outcome.replayed, events=outcome.result["events"]
        )


Inputs = CreateWebhookEndpointInput | RotateWebhookSecretInput
Signing = Callable[[AsyncSession, Actor, datetime], Awaitable[Signed]]


async def _signed(info: Info, given: Inputs, sign: Signing) -> tuple[Written, str | None]:
    """Carry out a mutation that makes a secret; return it unless this is a replay.

    It is kept nowhere but sealed with its endpoint: not with the idempotency key either.
    """
    made: list[str] = []

    async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
        signed = await sign(session, actor, now)
        made.append(signed.secret)
        return signed.endpoint.id

    written = await commit(info, given, work)
    return written, None if written.replayed else made[-1]


def _draft(given: CreateWebhookEndpointInput | UpdateWebhookEndpointInput) -> EndpointDraft:
    return EndpointDraft(name=given.name, url=given.url, event_types=tuple(given.event_types))


def _endpoint(info: Info, given: str) -> UUID:
    return local_id(given, "WebhookEndpoint", info.context.actor, field="id")
