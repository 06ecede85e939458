"""Whoever logs out at his tenant's own provider is logged out here (OpenID Connect Back-Channel Logout 1.0).

His log-ins by that provider end, with the desks opened in them. What he let applications do stands, like the access that goes
on without its user there (§2.7): it has an end and a place of its own where he takes it back.
"""

import hashlib
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.grants import end_grants_of_log_in
from suxin.consent.oauth.models import LogInSession, UsedAssertion
from suxin.kernel.audit import append_act
from suxin.kernel.doorways import doorway
from suxin.tenancy.providers.access import ProviderAccess
from suxin.tenancy.providers.log_out_tokens import ProviderLogOut
from suxin.tenancy.providers.log_outs import end_flows, meant_by
from suxin.tenancy.providers.refusals import LogOutTokenUsed


async def log_out_by_provider(
    session: AsyncSession, access: ProviderAccess, log_out: ProviderLogOut, *, now: datetime
) -> None:
    """End the log-ins that a provider says are over; on an anonymous session. Where there are none, nothing is amiss.

    :raises LogOutTokenUsed: if the provider's word was taken before
    """
    await _use(session, access, log_out)
    over = meant_by(
        log_out, subject=LogInSession.provider_subject, session=LogInSession.provider_session
    )
    async with doorway(session):
        ended = (
            await session.execute(
                update(LogInSession)
                .where(LogInSession.provider_id == access.id, LogInSession.ended_at.is_(None), over)
                .values(ended_at=now)
                .returning(LogInSession.token_hash, LogInSession.staff_id)
                .execution_options(synchronize_session=False)
            )
        ).all()
    for row in ended:
        await end_grants_of_log_in(
            session, row.token_hash, reason="logged_out_by_provider", now=now
        )
    for staff_id in {row.staff_id for row in ended}:
        append_act(
            session,
            action="tenancy.log_out.by_provider",
            now=now,
            tenant_id=access.tenant_id,
            object_type="staff",
            object_id=staff_id,
        )
    await end_flows(session, access, log_out, now=now)


async def _use(session: AsyncSession, access: ProviderAccess, log_out: ProviderLogOut) -> None:
    digest = hashlib.sha256(f"log-out {access.id} {log_out.token_id}".encode()).digest()
    async with doorway(session):
        first = await session.scalar(
            insert(UsedAssertion)
            .values(digest=digest, expires_at=log_out.forgotten_at)
            .on_conflict_do_nothing()
            .returning(UsedAssertion.digest)
        )
    if first is None:
        raise LogOutTokenUsed
