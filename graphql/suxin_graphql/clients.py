"""The clients of the caller's organisation: the systems and apps that call the interfaces for it."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.scalars import JSON

from suxin.consent.oauth import clients, models
from suxin.consent.oauth.clients import ClientDraft, ClientStateConflict, TooManyClients
from suxin.consent.oauth.models import ClientStatus
from suxin.consent.oauth.policies import CLIENT_MANAGE, CLIENT_READ
from suxin.consent.oauth.queries import clients_of
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin_graphql.context import Context, Info
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.readings import OneOf, Page
from suxin_graphql.execution.records import Source, column, to_one
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import commit, mutation, query
from suxin_graphql.ids import local_id
from suxin_graphql.node import Node, global_id, own
from suxin_graphql.paging import FILTER, Connection
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key


class OAuthClientOrder(Order):
    """The orders of an organisation's clients."""

    NEWEST = (
        Ordering("consent.clients/1", (Key(models.OAuthClient.id, UUID),)),
        "新的在前",
        "newest first",
    )
    OLDEST = (
        Ordering("consent.clients.oldest/1", (Key(models.OAuthClient.id, UUID, descending=False),)),
        "早的在前",
        "oldest first",
    )


def _client_id(stored: UUID, _: Context) -> str:
    return str(stored)


def _keys(stored: dict[str, Any] | None, _: Context) -> JSON | None:
    return None if stored is None else JSON(stored)


@strawberry.type(
    name="OAuthClient",
    description="接口客户端：以本机构名义调用接口的系统或应用。A system or app that calls the interfaces for the organisation.",
)
class OAuthClient(Node):
    """A client of the caller's organisation."""

    __model__: ClassVar = models.OAuthClient
    __source__: ClassVar = Source(
        lambda actor: clients_of(actor.own_tenant).order_by(None),
        models.OAuthClient.id,
        CLIENT_READ,
    )

    id: strawberry.ID = global_id("OAuthClient")
    client_id: str = column(lambda: models.OAuthClient.id, convert=_client_id)
    name: str
    confidential: bool
    jwks: JSON | None = column(convert=_keys)
    jwks_uri: str | None
    redirect_uris: list[str]
    grant_types: list[str]
    scopes: list[str]
    detail_types: list[str]
    status: ClientStatus
    status_reason: str | None
    created_at: datetime


@strawberry.input(
    description="接口客户端的筛选条件，同时满足。Which clients; every given field must fit."
)
class OAuthClientFilter(Filter):
    """Which clients."""

    __model__: ClassVar = models.OAuthClient

    status: Choice[ClientStatus] | None = None


@strawberry.input(
    description="登记客户端；公钥集与公钥地址二选一。What a client is registered with: its keys, or their address."
)
class RegisterClientInput:
    """What a client is registered with."""

    name: str
    grant_types: list[str]
    redirect_uris: list[str] = strawberry.field(default_factory=list)
    scopes: list[str] = strawberry.field(default_factory=list)
    detail_types: list[str] = strawberry.field(default_factory=list)
    confidential: bool = True
    jwks: JSON | None = None
    jwks_uri: str | None = None
    idempotency_key: str = idempotency_key()


@strawberry.input(description="更换公钥。The keys, or their address, in place of the present ones.")
class ReplaceClientKeysInput:
    """The keys in place of the present ones."""

    id: strawberry.ID
    jwks: JSON | None = None
    jwks_uri: str | None = None
    idempotency_key: str = idempotency_key()


@strawberry.input(description="更换回调地址。The addresses in place of the present ones.")
class ReplaceClientRedirectsInput:
    """The addresses in place of the present ones."""

    id: strawberry.ID
    redirect_uris: list[str]
    idempotency_key: str = idempotency_key()


@strawberry.input(description="暂停客户端。Which client to stop, and why.")
class SuspendClientInput:
    """Which client to stop, and why."""

    id: strawberry.ID
    reason: str
    idempotency_key: str = idempotency_key()


@strawberry.input(description="恢复客户端。Which client may act again.")
class ResumeClientInput:
    """Which client may act again."""

    id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="停用客户端。Which client to end for good.")
class RetireClientInput:
    """Which client to end for good."""

    id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.type
class ClientPayload(Payload):
    """A client that was written."""

    client: OAuthClient = to_one(lambda: OAuthClient, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已登记的客户端。The client that was registered.")
class RegisterClientPayload(ClientPayload):
    """The client that was registered."""


@strawberry.type(description="已更换公钥的客户端。The client with its new keys.")
class ReplaceClientKeysPayload(ClientPayload):
    """The client with its new keys."""


@strawberry.type(description="已更换回调地址的客户端。The client with its new addresses.")
class ReplaceClientRedirectsPayload(ClientPayload):
    """The client with its new addresses."""


@strawberry.type(description="已暂停的客户端。The client that was stopped.")
class SuspendClientPayload(ClientPayload):
    """The client that was stopped."""


@strawberry.type(description="已恢复的客户端。The client that may act again.")
class ResumeClientPayload(ClientPayload):
    """The client that may act again."""


@strawberry.type(description="已停用的客户端。The client that was ended.")
class RetireClientPayload(ClientPayload):
    """The client that was ended."""


@strawberry.type
class ClientQueries:
    """Queries of clients."""

    @query(
        CLIENT_READ,
        Connection[OAuthClient],
        description="本机构的接口客户端。The organisation's clients.",
    )
    def oauth_clients(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[OAuthClientFilter | None, FILTER] = None,
        order_by: OAuthClientOrder = OAuthClientOrder.NEWEST,
    ) -> Page:
        """Return the organisation's clients."""
        return Page(
            type=OAuthClient,
            statement=Statement(clients_of, info.context.actor.own_tenant).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        CLIENT_READ,
        OAuthClient | None,
        description="本机构的一个接口客户端。One client of the organisation.",
    )
    def oauth_client(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one client."""
        return own(OAuthClient, id, info.context, field="id")


@strawberry.type
class ClientMutations:
    """Mutations of clients."""

    @mutation(
        CLIENT_MANAGE,
        RegisterClientPayload,
        refusals=(Invalid, TooManyClients),
        description="登记接口客户端。Register a client; it may act at once.",
    )
    async def register_client(
        self, info: Info, given: Annotated[RegisterClientInput, INPUT]
    ) -> RegisterClientPayload:
        """Register a client."""
        fields = vars(given) | {"jwks": _key_set(given.jwks)}
        draft = ClientDraft(**{name: fields[name] for name in fields.keys() - {"idempotency_key"}})
        profiles = info.context.runtime.profiles

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await clients.register_client(
                session, actor, draft=draft, profiles=profiles, now=now
            )
            return done.id

        return RegisterClientPayload.of(await commit(info, given, work))

    @mutation(
        CLIENT_MANAGE,
        ReplaceClientKeysPayload,
        refusals=(Invalid,),
        description="更换客户端公钥；旧公钥随即失效。Put other keys in place of a client's; the old ones are refused from now on.",
    )
    async def replace_client_keys(
        self, info: Info, given: Annotated[ReplaceClientKeysInput, INPUT]
    ) -> ReplaceClientKeysPayload:
        """Replace a client's keys."""
        client_id, keys = _local(info, given.id), _key_set(given.jwks)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await clients.replace_client_keys(
                session, actor, client_id=client_id, jwks=keys, jwks_uri=given.jwks_uri, now=now
            )
            return done.id

        return ReplaceClientKeysPayload.of(await commit(info, given, work))

    @mutation(
        CLIENT_MANAGE,
        ReplaceClientRedirectsPayload,
        refusals=(Invalid,),
        description="更换客户端回调地址。Put other addresses in place of a client's.",
    )
    async def replace_client_redirects(
        self, info: Info, given: Annotated[ReplaceClientRedirectsInput, INPUT]
    ) -> ReplaceClientRedirectsPayload:
        """Replace a client's addresses."""
        client_id = _local(info, given.id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await clients.replace_redirects(
                session, actor, client_id=client_id, redirect_uris=given.redirect_uris, now=now
            )
            return done.id

        return ReplaceClientRedirectsPayload.of(await commit(info, given, work))

    @mutation(
        CLIENT_MANAGE,
        SuspendClientPayload,
        refusals=(Invalid, ClientStateConflict),
        description="暂停客户端，其令牌从下一次请求起失效。Stop a client; its tokens are refused from the next request on.",
    )
    async def suspend_client(
        self, info: Info, given: Annotated[SuspendClientInput, INPUT]
    ) -> SuspendClientPayload:
        """Stop a client."""
        client_id = _local(info, given.id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await clients.suspend_client(
                session, actor, client_id=client_id, reason=given.reason, now=now
            )
            return done.id

        return SuspendClientPayload.of(await commit(info, given, work))

    @mutation(
        CLIENT_MANAGE,
        ResumeClientPayload,
        refusals=(ClientStateConflict,),
        description="恢复已暂停的客户端。Let a suspended client act again.",
    )
    async def resume_client(
        self, info: Info, given: Annotated[ResumeClientInput, INPUT]
    ) -> ResumeClientPayload:
        """Let a suspended client act again."""
        client_id = _local(info, given.id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            return (await clients.resume_client(session, actor, client_id=client_id, now=now)).id

        return ResumeClientPayload.of(await commit(info, given, work))

    @mutation(
        CLIENT_MANAGE,
        RetireClientPayload,
        refusals=(ClientStateConflict,),
        description="停用客户端，其授权全部终止。End a client for good, and every grant it was given.",
    )
    async def retire_client(
        self, info: Info, given: Annotated[RetireClientInput, INPUT]
    ) -> RetireClientPayload:
        """End a client for good."""
        client_id = _local(info, given.id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            return (await clients.retire_client(session, actor, client_id=client_id, now=now)).id

        return RetireClientPayload.of(await commit(info, given, work))


def _local(info: Info, given: str) -> UUID:
    return local_id(given, "OAuthClient", info.context.actor, field="id")


def _key_set(jwks: JSON | None) -> dict[str, Any] | None:
    """Return a key set as the core takes it; what is no object holds no keys, which the core says."""
    if jwks is None:
        return None
    return jwks if isinstance(jwks, dict) else {}
