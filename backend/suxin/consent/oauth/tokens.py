"""What is asked about tokens after they were issued: are they good, what are they for, and no more of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.access_tokens import AccessToken, read_access_token, subject_name
from suxin.consent.oauth.grants import end_grant, holder_stands
from suxin.consent.oauth.models import (
    ClientStatus,
    EndedToken,
    OAuthClient,
    OAuthGrant,
    RefreshToken,
)
from suxin.consent.oauth.own_clients import OWN_CLIENTS
from suxin.consent.oauth.queries import Client, client_key
from suxin.consent.oauth.refusals import TokenRefused
from suxin.consent.oauth.seen_keys import Beside, show_client_and
from suxin.kernel.announcements import announce_standing
from suxin.kernel.doorways import doorway
from suxin.kernel.sandbox_clocks import ahead_of, as_ahead
from suxin.kernel.signing import KeySet
from suxin.kernel.single_steps import SingleStep, SingleSteps
from suxin.kernel.tokens import token_hash
from suxin.tenancy.models import Tenant, TenantStatus
from suxin.tenancy.profiles import TenantKind


@dataclass(frozen=True, slots=True)
class ClientTenant:
    """The tenant whose client holds a token."""

    id: UUID
    kind: TenantKind
    status: TenantStatus
    sandbox: bool
    ahead_s: int | None = None

    @property
    def world(self) -> UUID | None:
        """The sandbox that its systems are confined to; none of the city itself."""
        return self.id if self.sandbox else None

    @property
    def ahead(self) -> timedelta:
        """How far the clock of that sandbox is ahead."""
        return as_ahead(self.ahead_s)


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A token that is good now, with the grant behind it; a client's own has none, but a tenant."""

    token: AccessToken
    grant: OAuthGrant | None
    tenant: ClientTenant | None


_GRANT: Final = OAuthGrant.__table__
_TOLD: Final = 6
"""How many columns tell of the token and its client's tenant; those of the grant follow."""

_TOKEN: Final = (
    select(
        select(EndedToken.token_id)
        .where(EndedToken.token_id == bindparam("token_id"))
        .exists()
        .label("is_ended"),
        Tenant.id.label("tenant_key"),
        Tenant.kind.label("tenant_kind"),
        Tenant.status.label("tenant_status"),
        Tenant.sandbox.label("tenant_sandbox"),
        ahead_of(Tenant.id).label("tenant_ahead_s"),
        *_GRANT.columns,
    )
    .select_from(select(1).subquery())
    .outerjoin(
        OAuthClient,
        (OAuthClient.id == bindparam("client_key", type_=Uuid()))
        & (OAuthClient.status == ClientStatus.ACTIVE),
    )
    .outerjoin(Tenant, Tenant.id == OAuthClient.tenant_id)
    .outerjoin(OAuthGrant, (OAuthGrant.id == bindparam("grant_id", type_=Uuid())) & holder_stands())
)
_LIVE: Final = SingleStep(_TOKEN)
_ASKED: Final = show_client_and(_TOKEN)
_REFRESH: Final = SingleStep(
    select(RefreshToken.used_at, RefreshToken.expires_at, RefreshToken.issued_at, *_GRANT.columns)
    .join(OAuthGrant, OAuthGrant.id == RefreshToken.grant_id)
    .where(
        RefreshToken.token_hash == bindparam("token_hash"),
        RefreshToken.client_id == bindparam("client_id"),
        RefreshToken.ended_at.is_(None),
        RefreshToken.expires_at > bindparam("now"),
        OAuthGrant.ended_at.is_(None),
        OAuthGrant.expires_at > bindparam("now"),
        holder_stands(),
    )
)


async def live_token(steps: SingleSteps, token: AccessToken, *, now: datetime) -> LiveToken:
    """Return a token with its grant, while it, its grant and its client are good.

    :raises TokenRefused: if any of them has ended
    """
    return _live(token, await steps.row(_LIVE, **_named(token)), now=now)


def asked_with_client(token: AccessToken) -> Beside:
    """Return what looks a token up in the step that finds the client who asks about it."""
    return Beside(_ASKED, _named(token))


def _named(token: AccessToken) -> dict[str, object]:
    return {
        "token_id": token.token_id,
        "client_key": client_key(token.client_id),
        "grant_id": token.grant_id,
    }


def _live(token: AccessToken, row: Sequence[Any] | None, *, now: datetime) -> LiveToken:
    if row is None:
        raise TokenRefused
    is_ended, *told = row[:_TOLD]
    columns = row[_TOLD:]
    tenant = None if told[0] is None else ClientTenant(*told)
    grant = _grant(columns)
    known = tenant is not None or token.client_id in OWN_CLIENTS
    if is_ended or not known or not _holds(token, grant, now):
        raise TokenRefused
    return LiveToken(token, grant, tenant)


def _grant(columns: Sequence[Any]) -> OAuthGrant | None:
    """Return the grant that was read, in no session; None where the join found none."""
    names = [column.name for column in _GRANT.columns]
    found = dict(zip(names, columns, strict=True))
    return None if found["id"] is None else OAuthGrant(**found)


async def revoke_token(
    session: AsyncSession,
    client: Client,
    *,
    token: str,
    keys: KeySet,
    issuer: str,
    now: datetime,
) -> None:
    """End a token of this client (RFC 7009): a refresh token with its grant, an access token by itself.

    A token that is unknown, another client's or no longer good is passed over, as the RFC asks.
    """
    async with doorway(session):
        grant_id = await session.scalar(
            select(RefreshToken.grant_id).where(
                RefreshToken.token_hash == token_hash(token),
                RefreshToken.client_id == client.client_id,
            )
        )
    if grant_id is not None:
        await end_grant(session, grant_id, reason="revoked_by_client", now=now)
        return
    try:
        read = read_access_token(token, keys, issuer=issuer, now=now)
    except TokenRefused:
        return
    if read.client_id != client.client_id:
        return
    async with doorway(session):
        await session.execute(
            insert(EndedToken)
            .values(token_id=read.token_id, expires_at=read.expires_at)
            .on_conflict_do_nothing()
        )
    if client.tenant_id is not None:
        await announce_standing(session, tenant_id=client.tenant_id)


async def introspect(
    steps: SingleSteps,
    client: Client,
    *,
    token: str,
    read: AccessToken | None,
    beside: Beside | None,
    now: datetime,
) -> dict[str, Any]:
    """Return what a token of the client's own tenant is good for (RFC 7662 §2.2); of any other, that it is not.

    ``read`` is what the token says where it is an access token of ours, ``beside`` what was looked up with the client.
    """
    inactive = {"active": False}
    if read is None:
        return await _introspect_refresh(steps, client, token=token, now=now) or inactive
    try:
        if beside is None or beside.row is None:
            live = await live_token(steps, read, now=now)
        else:
            live = _live(read, beside.row, now=now)
    except TokenRefused:
        return inactive
    if live.tenant is None or live.tenant.id != client.tenant_id:
        return inactive
    return {"active": True, "token_type": "DPoP", **read.claims}


async def _introspect_refresh(
    steps: SingleSteps, client: Client, *, token: str, now: datetime
) -> dict[str, Any] | None:
    row = await steps.row(
        _REFRESH, token_hash=token_hash(token), client_id=client.client_id, now=now
    )
    if row is None:
        return None
    used_at, expires_at, issued_at, *columns = row
    grant = _grant(columns)
    if grant is None or (used_at is not None and not client.confidential):
        return None
    return {
        "active": True,
        "client_id": client.client_id,
        "sub": subject_name(grant),
        "scope": " ".join(grant.scopes),
        "exp": int(min(expires_at, grant.expires_at).timestamp()),
        "iat": int(issued_at.timestamp()),
        "grant_id": str(grant.id),
    }


def _holds(token: AccessToken, grant: OAuthGrant | None, now: datetime) -> bool:
    if token.grant_id is None:
        return True
    return (
        grant is not None
        and grant.client_id == token.client_id
        and grant.version == token.grant_version
        and grant.ended_at is None
        and grant.expires_at > now
    )
