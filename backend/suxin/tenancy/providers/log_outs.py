"""What a log-out at a provider means here: which log-ins by it are over."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from suxin.kernel.doorways import doorway
from suxin.tenancy.providers.access import ProviderAccess
from suxin.tenancy.providers.log_out_tokens import ProviderLogOut
from suxin.tenancy.providers.models import ProviderFlow

Name = InstrumentedAttribute[str | None]


def meant_by(log_out: ProviderLogOut, *, subject: Name, session: Name) -> ColumnElement[bool]:
    """Return the condition that a row's log-in at the provider is one of those that are over.

    Without a session all of the subject's are (Back-Channel Logout 1.0 §2.7). With one it is that session's; a log-in of the
    same subject of which no session is known ends as well, since it may be the one.
    """
    if log_out.session is None:
        return subject == log_out.subject
    same = session == log_out.session
    if log_out.subject is None:
        return same
    return and_(subject == log_out.subject, or_(same, session.is_(None)))


async def end_flows(
    session: AsyncSession, access: ProviderAccess, log_out: ProviderLogOut, *, now: datetime
) -> None:
    """Let nobody be linked any more by a log-in that is over at the provider; on an anonymous session."""
    over = meant_by(log_out, subject=ProviderFlow.subject, session=ProviderFlow.provider_session)
    async with doorway(session):
        await session.execute(
            update(ProviderFlow)
            .where(ProviderFlow.provider_id == access.id, ProviderFlow.expires_at > now, over)
            .values(expires_at=now)
            .execution_options(synchronize_session=False)
        )
