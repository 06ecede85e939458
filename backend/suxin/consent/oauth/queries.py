"""Clients as the authorization server knows them, and as a tenant's own people see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.models import ClientStatus, OAuthClient
from suxin.consent.oauth.policies import CLIENT_READ
from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import NotFound
from suxin.tenancy.models import Tenant, TenantStatus

MAX_ID_CHARACTERS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client that may act now. One of our own has no tenant: it acts for whoever works with it."""

    client_id: str
    tenant_id: UUID | None
    name: str
    confidential: bool
    redirect_uris: tuple[str, ...]
    grant_types: tuple[str, ...]
    scopes: tuple[str, ...]
    detail_types: tuple[str, ...] = ()
    jwks: Mapping[str, Any] | None = field(default=None, repr=False)
    jwks_uri: str | None = None

    @property
    def own(self) -> bool:
        """Whether it is one of the platform's own clients."""
        return self.tenant_id is None


async def active_client(session: AsyncSession, client_id: str) -> Client | None:
    """Return a tenant's client while it and its tenant may act; on an anonymous session."""
    if len(client_id) > MAX_ID_CHARACTERS:
        return None
    async with doorway(session):
        row = await session.scalar(
            select(OAuthClient).where(
                OAuthClient.client_id == client_id, OAuthClient.status == ClientStatus.ACTIVE
            )
        )
    # An anonymous caller sees active tenants only.
    if row is None or not await session.scalar(
        select(Tenant.id).where(Tenant.id == row.tenant_id, Tenant.status == TenantStatus.ACTIVE)
    ):
        return None
    return Client(
        client_id=row.client_id,
        tenant_id=row.tenant_id,
        name=row.name,
        confidential=row.confidential,
        redirect_uris=tuple(row.redirect_uris),
        grant_types=tuple(row.grant_types),
        scopes=tuple(row.scopes),
        detail_types=tuple(row.detail_types),
        jwks=row.jwks,
        jwks_uri=row.jwks_uri,
    )


async def clients_of(session: AsyncSession, actor: Actor) -> Sequence[OAuthClient]:
    """Return the clients of the actor's tenant, retired ones last, the newest of each first; at most some hundreds.

    :raises Forbidden: if he may not see them
    """
    actor.require(CLIENT_READ)
    async with doorway(session):
        found = await session.scalars(
            select(OAuthClient)
            .where(OAuthClient.tenant_id == actor.own_tenant)
            .order_by(OAuthClient.status == ClientStatus.RETIRED, OAuthClient.client_id.desc())
            .limit(MAX_SHOWN)
        )
        return found.all()


async def client_of(session: AsyncSession, actor: Actor, client_id: str) -> OAuthClient:
    """Return one client of the actor's tenant.

    :raises Forbidden: if he may not see clients
    :raises NotFound: if it is not this tenant's
    """
    actor.require(CLIENT_READ)
    async with doorway(session):
        client = await session.scalar(
            select(OAuthClient).where(
                OAuthClient.client_id == client_id, OAuthClient.tenant_id == actor.own_tenant
            )
        )
    if client is None:
        raise NotFound(thing_zh="客户端", thing_en="client")
    return client


MAX_SHOWN: Final = 200
