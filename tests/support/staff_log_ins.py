"""Log-ins of staff in tests: a key for the counts of wrong passwords, passwords that need not be changed first, desks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.grants import STAFF_GRANT_LIFE, Holder, begin_grant
from suxin.consent.oauth.models import GrantKind
from suxin.consent.oauth.own_clients import desk_client
from suxin.consent.oauth.scopes import DESK
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.doorways import doorway
from suxin.kernel.sealing import Keyring, Sealer
from suxin.tenancy.desk_sessions import DeskToken, begin_desk_session
from suxin.tenancy.log_ins import check_password
from suxin.tenancy.models import StaffLogIn
from suxin_web.csrf import HEADER, token_for

SEALER = Sealer(Keyring.generate())


async def keep_passwords(database: Database, *, now: datetime) -> None:
    """Let everybody keep the password that was set for him, as if he had chosen it himself."""
    async with (
        database.transaction(Actor.anonymous("test"), now=now) as session,
        doorway(session),
    ):
        await session.execute(update(StaffLogIn).values(temporary=False))


async def log_in_to_desk(
    session: AsyncSession, *, login: str, password: str, sealer: Sealer, now: datetime
) -> DeskToken:
    """Begin a desk session for whoever knows the password, without the browser's way to it."""
    known = await check_password(session, login=login, password=password, sealer=sealer, now=now)
    return await open_desk(session, known.tenant_id, known.staff_id, now=now)


async def open_desk(
    session: AsyncSession, tenant_id: UUID, staff_id: UUID, *, now: datetime
) -> DeskToken:
    """Begin a desk session on a grant, without any log-in."""
    holder = Holder(
        kind=GrantKind.STAFF,
        tenant_id=tenant_id,
        staff_id=staff_id,
        amr=("pwd",),
        authenticated_at=now,
    )
    grant_id = await begin_grant(
        session,
        desk_client(issuer="http://suxin.test"),
        holder,
        scopes=(DESK,),
        expires_at=now + STAFF_GRANT_LIFE,
        now=now,
    )
    return await begin_desk_session(
        session, tenant_id=tenant_id, staff_id=staff_id, grant_id=grant_id, now=now
    )


def at_desk(token: str) -> dict[str, str]:
    """The headers of a request from a desk's own page."""
    return {"Cookie": f"suxin_desk={token}", HEADER: token_for(token)}
