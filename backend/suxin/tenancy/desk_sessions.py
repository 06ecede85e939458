"""Desk sessions: begun on a grant, ended before their time with it, their tenant, their holder's leaving or a new password."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.announcements import announce_standing
from suxin.kernel.doorways import doorway
from suxin.kernel.tokens import new_token, token_hash
from suxin.tenancy.models import DeskSession

SESSION_LIFE: Final = timedelta(hours=8)
SESSION_IDLE: Final = timedelta(minutes=60)
SEEN_EVERY: Final = timedelta(minutes=1)
"""A session's last use is written at most this often."""


@dataclass(frozen=True, slots=True)
class DeskToken:
    """The token of a new desk session, shown once, and when the session ends at the latest."""

    token: str
    expires_at: datetime


async def begin_desk_session(
    session: AsyncSession, *, tenant_id: UUID, staff_id: UUID, grant_id: UUID, now: datetime
) -> DeskToken:
    """Begin a session at the desk on a grant of the staff member's, and end with it."""
    token, expires_at = new_token(), now + SESSION_LIFE
    async with doorway(session):
        session.add(
            DeskSession(
                token_hash=token_hash(token),
                tenant_id=tenant_id,
                staff_id=staff_id,
                grant_id=grant_id,
                created_at=now,
                seen_at=now,
                expires_at=expires_at,
                revoked_at=None,
            )
        )
    return DeskToken(token, expires_at)


async def end_desk_session(session: AsyncSession, *, token: str, now: datetime) -> UUID | None:
    """End the session of this token; return its grant, or None where it is not known or has ended."""
    async with doorway(session):
        grant_id: UUID | None = await session.scalar(
            update(DeskSession)
            .where(DeskSession.token_hash == token_hash(token), DeskSession.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(DeskSession.grant_id)
            .execution_options(synchronize_session=False)
        )
    return grant_id


async def end_sessions(
    session: AsyncSession,
    tenant_id: UUID,
    *,
    now: datetime,
    staff_id: UUID | None = None,
    except_token: str | None = None,
) -> None:
    """End the running sessions of a tenant or of one staff member, perhaps all but one."""
    statement = update(DeskSession).where(
        DeskSession.tenant_id == tenant_id, DeskSession.revoked_at.is_(None)
    )
    if staff_id is not None:
        statement = statement.where(DeskSession.staff_id == staff_id)
    if except_token is not None:
        statement = statement.where(DeskSession.token_hash != token_hash(except_token))
    async with doorway(session):
        await session.execute(
            statement.values(revoked_at=now).execution_options(synchronize_session=False)
        )
    await announce_standing(session, tenant_id=tenant_id)


async def end_sessions_on_grants(
    session: AsyncSession, grant_ids: Collection[UUID], *, now: datetime
) -> None:
    """End the running sessions that were begun on these grants."""
    async with doorway(session):
        await session.execute(
            update(DeskSession)
            .where(DeskSession.grant_id.in_(grant_ids), DeskSession.revoked_at.is_(None))
            .values(revoked_at=now)
            .execution_options(synchronize_session=False)
        )
