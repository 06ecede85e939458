"""Browsers in which somebody has shown the authorization server who he is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.grants import end_grants_of_log_in, end_grants_of_person
from suxin.consent.oauth.models import LogInSession
from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.single_steps import SingleStep, SingleSteps
from suxin.kernel.tokens import new_token, token_hash
from suxin.tenancy.actors import actor_standing, require_since
from suxin.tenancy.profiles import Profiles
from suxin.tenancy.providers.log_ins import AtProvider, require_password_taken
from suxin.tenancy.second_factors import require_second_factor
from suxin.tenancy.standing import OF_STAFF, Standing, read_standing

STAFF_LIFE: Final = timedelta(hours=12)
PERSON_LIFE: Final = timedelta(minutes=30)
OTP: Final = "otp"
MFA: Final = "mfa"
"""How a log-in with a second factor is told to have been (RFC 8176); ``mfa`` says that there was one, whoever asked for it."""

FEDERATED: Final = "fed"
"""How a log-in by a tenant's own provider is told to have been. RFC 8176 has no word for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """Who logged in, by which methods (``amr``, RFC 8176), and when: a staff member or a proved person.

    ``at`` is whose log-in at his tenant's provider it was, if it was one. ``key`` tells the browser's log-in itself, once it
    was begun, and ``standing`` how a staff member stood when that was looked up.
    """

    amr: Sequence[str]
    authenticated_at: datetime
    tenant_id: UUID | None = None
    staff_id: UUID | None = None
    person_id: UUID | None = None
    at: AtProvider | None = None
    key: bytes | None = None
    standing: Standing | None = None


async def begin_log_in(session: AsyncSession, who: LoggedIn, *, now: datetime) -> str:
    """Remember in a browser who logged in; return the cookie's value."""
    token = new_token()
    life = PERSON_LIFE if who.staff_id is None else STAFF_LIFE
    async with doorway(session):
        session.add(
            LogInSession(
                token_hash=token_hash(token),
                tenant_id=who.tenant_id,
                staff_id=who.staff_id,
                person_id=who.person_id,
                provider_id=None if who.at is None else who.at.provider_id,
                provider_subject=None if who.at is None else who.at.subject,
                provider_session=None if who.at is None else who.at.session,
                amr=list(who.amr),
                authenticated_at=who.authenticated_at,
                expires_at=now + life,
                ended_at=None,
            )
        )
    return token


_OF_PROVIDER: Final = 3
_LOGGED_IN: Final = SingleStep(
    select(
        LogInSession.amr,
        LogInSession.authenticated_at,
        LogInSession.tenant_id,
        LogInSession.staff_id,
        LogInSession.person_id,
        LogInSession.provider_id,
        LogInSession.provider_subject,
        LogInSession.provider_session,
        *OF_STAFF.c,
    )
    .outerjoin(
        OF_STAFF,
        (OF_STAFF.c.tenant_id == LogInSession.tenant_id)
        & (OF_STAFF.c.staff_id == LogInSession.staff_id),
    )
    .where(
        LogInSession.token_hash == bindparam("token_hash"),
        LogInSession.ended_at.is_(None),
        LogInSession.expires_at > bindparam("now"),
    )
)


async def logged_in(steps: SingleSteps, *, token: str, now: datetime) -> LoggedIn | None:
    """Return who logged in in the browser that holds this cookie, if that is not over, and how he stands."""
    key = token_hash(token)
    row = await steps.row(_LOGGED_IN, token_hash=key, now=now)
    if row is None:
        return None
    amr, authenticated_at, tenant_id, staff_id, person_id, *more = row
    provider, standing = more[:_OF_PROVIDER], more[_OF_PROVIDER:]
    return LoggedIn(
        amr=tuple(amr),
        authenticated_at=authenticated_at,
        tenant_id=tenant_id,
        staff_id=staff_id,
        person_id=person_id,
        at=_at_provider(*provider),
        key=key,
        # Without a join that found him there is nothing to read.
        standing=None if standing[0] is None else read_standing(standing),
    )


def logged_in_staff(who: LoggedIn, *, profiles: Profiles, request_id: str, now: datetime) -> Actor:
    """Return the staff member who logged in as an actor, once he has shown all that is asked of him.

    :raises Unauthenticated: if it is no staff member, he works there no longer, or his password was set since
    :raises TenantSuspended: if the organisation is suspended
    :raises PasswordChangeRequired: if his password is a temporary one
    :raises PasswordLogInOff: if he showed a password where his organisation takes none
    :raises SecondFactorRequired: if he has not shown a second factor and needs one
    """
    found = require_since(who.standing, who.authenticated_at)
    actor = actor_standing(found, profiles=profiles, request_id=request_id)
    if FEDERATED not in who.amr:
        require_password_taken(found, profiles)
    if MFA not in who.amr:
        require_second_factor(found, profiles, now=now)
    return actor


async def end_log_in(session: AsyncSession, *, token: str, now: datetime) -> None:
    """Forget who logged in in this browser; his desk there ends with it."""
    await end_log_in_of_key(session, token_hash(token), now=now)


async def end_log_in_of_key(session: AsyncSession, key: bytes, *, now: datetime) -> None:
    """End a browser's log-in by what tells it (``LoggedIn.key``)."""
    async with doorway(session):
        await session.execute(
            update(LogInSession)
            .where(LogInSession.token_hash == key, LogInSession.ended_at.is_(None))
            .values(ended_at=now)
            .execution_options(synchronize_session=False)
        )
    await end_grants_of_log_in(session, key, reason="logged_out", now=now)


async def end_log_ins_of_person(session: AsyncSession, person_id: UUID, *, now: datetime) -> None:
    """End every browser's log-in of a person, and what he allowed in them."""
    async with doorway(session):
        await session.execute(
            update(LogInSession)
            .where(LogInSession.person_id == person_id, LogInSession.ended_at.is_(None))
            .values(ended_at=now)
            .execution_options(synchronize_session=False)
        )
    await end_grants_of_person(session, person_id, reason="account_closed", now=now)


def _at_provider(
    provider_id: UUID | None, subject: str | None, session: str | None
) -> AtProvider | None:
    if provider_id is None or subject is None:
        return None
    return AtProvider(provider_id=provider_id, subject=subject, session=session)
