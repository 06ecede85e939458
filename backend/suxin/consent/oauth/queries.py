"""Clients as the authorization server knows them, and as a tenant's own people see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.models import ClientStatus, OAuthClient
from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Invalid, NotFound
from suxin.tenancy.models import Tenant, TenantStatus


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


def client_key(client_id: str) -> UUID | None:
    """Return the id of a tenant's client out of what the protocol calls it; None for what cannot be one."""
    try:
        return parse_id(client_id, field="client_id")
    except Invalid:
        return None


async def active_client(session: AsyncSession, client_id: str) -> Client | None:
    """Return a tenant's client while it and its tenant may act; on any session."""
    key = client_key(client_id)
    if key is None:
        return None
    async with doorway(session):
        row = await session.scalar(
            select(OAuthClient)
            .join(Tenant, Tenant.id == OAuthClient.tenant_id)
            .where(
                OAuthClient.id == key,
                OAuthClient.status == ClientStatus.ACTIVE,
                Tenant.status == TenantStatus.ACTIVE,
            )
        )
    if row is None:
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


def clients_of(tenant_id: UUID) -> Select[OAuthClient]:
    """Return a tenant's clients, the newest first."""
    return (
        select(OAuthClient)
        .where(OAuthClient.tenant_id == tenant_id)
        .order_by(OAuthClient.id.desc())
    )


async def own_client_row(session: AsyncSession, actor: Actor, client_id: UUID) -> OAuthClient:
    """Return one of the actor's tenant's clients.

    :raises NotFound: if it is not this tenant's
    """
    client = await session.scalar(clients_of(actor.own_tenant).where(OAuthClient.id == client_id))
    if client is None:
        raise NotFound(thing_zh="客户端", thing_en="client")
    return client


async def lock_own_client(session: AsyncSession, actor: Actor, client_id: UUID) -> OAuthClient:
    """Return one of the actor's tenant's clients, locked.

    :raises NotFound: if it is not this tenant's
    """
    client = await session.scalar(
        select(OAuthClient)
        .where(OAuthClient.tenant_id == actor.own_tenant, OAuthClient.id == client_id)
        .with_for_update()
    )
    if client is None:
        raise NotFound(thing_zh="客户端", thing_en="client")
    return client
