"""What is asked about tokens after they were issued: are they good, what are they for, and no more of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, select
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
from suxin.kernel.doorways import doorway
from suxin.kernel.signing import KeySet
from suxin.kernel.tokens import token_hash


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A token that is good now, with the grant behind it; a client's own has none, but a tenant."""

    token: AccessToken
    grant: OAuthGrant | None
    tenant_id: UUID | None


async def live_token(session: AsyncSession, token: AccessToken, *, now: datetime) -> LiveToken:
    """Return a token with its grant, while it, its grant and its client are good; one statement, on any session.

    :raises TokenRefused: if any of them has ended
    """
    ended = select(EndedToken.token_id).where(EndedToken.token_id == token.token_id).exists()
    async with doorway(session):
        row = (
            await session.execute(
                select(ended, _client_tenant(token), OAuthGrant)
                .select_from(select(1).subquery())
                .outerjoin(OAuthGrant, (OAuthGrant.id == token.grant_id) & holder_stands())
            )
        ).one()
    is_ended: bool = row[0]
    tenant_id: UUID | None = row[1]
    grant: OAuthGrant | None = row[2]
    known = tenant_id is not None or token.client_id in OWN_CLIENTS
    if is_ended or not known or not _holds(token, grant, now):
        raise TokenRefused
    return LiveToken(token, grant, tenant_id)


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


async def introspect(
    session: AsyncSession,
    client: Client,
    *,
    token: str,
    keys: KeySet,
    issuer: str,
    now: datetime,
) -> dict[str, Any]:
    """Return what a token of the client's own tenant is good for (RFC 7662 §2.2); of any other, that it is not."""
    inactive = {"active": False}
    try:
        read = read_access_token(token, keys, issuer=issuer, now=now)
        live = await live_token(session, read, now=now)
    except TokenRefused:
        return await _introspect_refresh(session, client, token=token, now=now) or inactive
    if live.tenant_id is None or live.tenant_id != client.tenant_id:
        return inactive
    return {"active": True, "token_type": "DPoP", **read.claims}


async def _introspect_refresh(
    session: AsyncSession, client: Client, *, token: str, now: datetime
) -> dict[str, Any] | None:
    async with doorway(session):
        row = (
            await session.execute(
                select(RefreshToken, OAuthGrant)
                .join(OAuthGrant, OAuthGrant.id == RefreshToken.grant_id)
                .where(
                    RefreshToken.token_hash == token_hash(token),
                    RefreshToken.client_id == client.client_id,
                    RefreshToken.ended_at.is_(None),
                    RefreshToken.expires_at > now,
                    OAuthGrant.ended_at.is_(None),
                    OAuthGrant.expires_at > now,
                    holder_stands(),
                )
            )
        ).first()
    if row is None or (row.RefreshToken.used_at is not None and not client.confidential):
        return None
    grant: OAuthGrant = row.OAuthGrant
    return {
        "active": True,
        "client_id": client.client_id,
        "sub": subject_name(grant),
        "scope": " ".join(grant.scopes),
        "exp": int(min(row.RefreshToken.expires_at, grant.expires_at).timestamp()),
        "iat": int(row.RefreshToken.issued_at.timestamp()),
        "grant_id": str(grant.id),
    }


def _client_tenant(token: AccessToken) -> ScalarSelect[UUID]:
    return (
        select(OAuthClient.tenant_id)
        .where(
            OAuthClient.id == client_key(token.client_id), OAuthClient.status == ClientStatus.ACTIVE
        )
        .scalar_subquery()
    )


def _holds(token: AccessToken, grant: OAuthGrant | None, now: datetime) -> bool:
    if token.grant_id is None:
        return True
    return (
        grant is not None
        and grant.client_id == token.client_id
        and grant.ended_at is None
        and grant.expires_at > now
    )
