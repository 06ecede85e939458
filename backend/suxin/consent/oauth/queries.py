"""Clients as the authorization server knows them, and as a tenant's own people see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple, Self
from uuid import UUID

from sqlalchemy import BigInteger, Select, bindparam, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.models import ClientStatus, DeprecatedUse, OAuthClient
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.single_steps import SingleStep, SingleSteps
from suxin.tenancy.models import Tenant, TenantStatus
from suxin.tenancy.profiles import TenantKind

MAX_SUMMED: Final = 100
"""How many elements a report on a page shows."""


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
    tenant_name: str | None = None
    tenant_kind: TenantKind | None = None

    @classmethod
    def read(cls, key: UUID, row: Sequence[Any]) -> Self:
        """Return the client that the columns of ``ACTIVE_CLIENT`` tell of."""
        tenant_id, name, confidential, redirects, grants, scopes, details, jwks, jwks_uri, *of = row
        tenant_name, tenant_kind = of
        return cls(
            client_id=str(key),
            tenant_id=tenant_id,
            name=name,
            confidential=confidential,
            redirect_uris=tuple(redirects),
            grant_types=tuple(grants),
            scopes=tuple(scopes),
            detail_types=tuple(details),
            jwks=jwks,
            jwks_uri=jwks_uri,
            tenant_name=tenant_name,
            tenant_kind=tenant_kind,
        )

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


ACTIVE_CLIENT: Final = (
    select(
        OAuthClient.tenant_id,
        OAuthClient.name,
        OAuthClient.confidential,
        OAuthClient.redirect_uris,
        OAuthClient.grant_types,
        OAuthClient.scopes,
        OAuthClient.detail_types,
        OAuthClient.jwks,
        OAuthClient.jwks_uri,
        Tenant.name.label("tenant_name"),
        Tenant.kind.label("tenant_kind"),
    )
    .join(Tenant, Tenant.id == OAuthClient.tenant_id)
    .where(
        OAuthClient.id == bindparam("id"),
        OAuthClient.status == ClientStatus.ACTIVE,
        Tenant.status == TenantStatus.ACTIVE,
    )
)
"""A tenant's client by its ``id``, while it and its tenant may act: what ``Client.read`` reads."""

_BY_ID: Final = SingleStep(ACTIVE_CLIENT)


async def active_client(steps: SingleSteps, client_id: str) -> Client | None:
    """Return a tenant's client while it and its tenant may act."""
    key = client_key(client_id)
    row = None if key is None else await steps.row(_BY_ID, id=key)
    return None if key is None or row is None else Client.read(key, row)


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


class UseSummed(NamedTuple):
    """How often a client used one deprecated element since a day, and when last."""

    client_id: UUID
    coordinate: str
    uses: int
    last_day: date


def deprecated_uses(actor: Actor) -> Select[DeprecatedUse]:
    """Return what clients use of what is deprecated: the operator sees every tenant's, others see their own."""
    statement = select(DeprecatedUse)
    if actor.kind is ActorKind.OPERATOR:
        return statement
    return statement.where(DeprecatedUse.tenant_id == actor.own_tenant)


async def uses_summed(
    session: AsyncSession, *, tenant_id: UUID, since: date, client_id: UUID | None = None
) -> list[UseSummed]:
    """Return a tenant's uses of what is deprecated since a day, of one client or of all, the latest first."""
    last = func.max(DeprecatedUse.day)
    statement = (
        select(
            DeprecatedUse.client_id,
            DeprecatedUse.coordinate,
            cast(func.sum(DeprecatedUse.uses), BigInteger),
            last,
        )
        .where(DeprecatedUse.tenant_id == tenant_id, DeprecatedUse.day >= since)
        .group_by(DeprecatedUse.client_id, DeprecatedUse.coordinate)
        .order_by(last.desc(), DeprecatedUse.coordinate, DeprecatedUse.client_id)
        .limit(MAX_SUMMED)
    )
    if client_id is not None:
        statement = statement.where(DeprecatedUse.client_id == client_id)
    return [UseSummed(*row) for row in await session.execute(statement)]
