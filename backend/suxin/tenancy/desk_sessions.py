"""Desk sessions are ended before their time: with their tenant, their holder's leaving, or a new password."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.doorways import doorway
from suxin.kernel.tokens import token_hash
from suxin.tenancy.models import DeskSession


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
