"""What a staff member has allowed applications to do for him, and taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.grants import end_grant
from suxin.consent.oauth.models import GrantKind, OAuthClient, OAuthGrant
from suxin.consent.oauth.own_clients import OWN_CLIENTS
from suxin.consent.oauth.queries import client_key
from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import NotFound

MAX_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class OwnGrant:
    """One application that may act for a staff member: its name, what for, since when and until when."""

    id: UUID
    client_name: str
    scopes: tuple[str, ...]
    granted_at: datetime
    expires_at: datetime


async def own_grants(session: AsyncSession, actor: Actor, *, now: datetime) -> list[OwnGrant]:
    """Return what the acting staff member allows now, the newest first, fifty at most.

    :raises Forbidden: if no staff member acts
    """
    grants = await _live(session, actor, now=now)
    keys = [key for grant in grants if (key := client_key(grant.client_id)) is not None]
    found = await session.execute(
        select(OAuthClient.id, OAuthClient.name).where(
            OAuthClient.tenant_id == actor.own_tenant, OAuthClient.id.in_(keys)
        )
    )
    names = {str(row.id): row.name for row in found}
    return [
        OwnGrant(
            grant.id,
            names.get(grant.client_id, grant.client_id),
            tuple(grant.scopes),
            grant.created_at,
            grant.expires_at,
        )
        for grant in grants
    ]


async def end_own_grant(
    session: AsyncSession, actor: Actor, *, grant_id: UUID, now: datetime
) -> None:
    """Take back what the acting staff member allowed; its tokens are refused from the next request on.

    :raises Forbidden: if no staff member acts
    :raises NotFound: if it is not his, or is over
    """
    if grant_id not in {grant.id for grant in await _live(session, actor, now=now)}:
        raise NotFound(thing_zh="授权", thing_en="grant")
    await end_grant(session, grant_id, reason="taken_back_by_staff", now=now)


async def _live(session: AsyncSession, actor: Actor, *, now: datetime) -> Sequence[OAuthGrant]:
    staff_id = actor.own_staff
    async with doorway(session):
        found = await session.scalars(
            select(OAuthGrant)
            .where(
                OAuthGrant.tenant_id == actor.own_tenant,
                OAuthGrant.staff_id == staff_id,
                OAuthGrant.kind == GrantKind.STAFF,
                # The desk's own sessions are ended by logging out.
                OAuthGrant.client_id.not_in(OWN_CLIENTS),
                OAuthGrant.ended_at.is_(None),
                OAuthGrant.expires_at > now,
            )
            .order_by(OAuthGrant.id.desc())
            .limit(MAX_SHOWN)
        )
        return found.all()
