"""Grants: what was allowed to a client, and the codes and refresh tokens that lead back to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.models import (
    AuthorizationCode,
    GrantKind,
    OAuthGrant,
    RefreshToken,
)
from suxin.consent.oauth.pushed_requests import AuthorizationRequest
from suxin.consent.oauth.queries import Client
from suxin.consent.oauth.refusals import GrantRefused, GrantReused
from suxin.kernel.announcements import announce_standing
from suxin.kernel.audit import append_act
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import NotFound
from suxin.kernel.tokens import new_token, token_hash
from suxin.tenancy.desk_sessions import end_sessions_on_grants
from suxin.tenancy.models import StaffLogIn

CODE_LIFE: Final = timedelta(seconds=60)
"""FAPI 2.0 §5.3.2.1: at most 60 seconds."""

STAFF_GRANT_LIFE: Final = timedelta(hours=12)
VISITOR_GRANT_LIFE: Final = timedelta(days=30)
REFRESH_LIFE: Final = timedelta(days=7)
REUSE_GRACE: Final = timedelta(seconds=10)
"""How long a rotated refresh token still works, so that two tabs which refresh at once do not end each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who stands behind a grant; see ``OAuthGrant``."""

    kind: GrantKind
    tenant_id: UUID | None
    amr: Sequence[str]
    authenticated_at: datetime
    staff_id: UUID | None = None
    openid: str | None = None
    person_id: UUID | None = None
    subject_id: UUID | None = None
    consent_id: UUID | None = None
    log_in_hash: bytes | None = None


async def begin_grant(
    session: AsyncSession,
    client: Client,
    holder: Holder,
    *,
    scopes: Sequence[str],
    details: Sequence[Mapping[str, Any]] = (),
    expires_at: datetime,
    now: datetime,
) -> UUID:
    """Write down what was allowed to the client, and return the grant's id."""
    grant_id = new_id(now)
    async with doorway(session):
        session.add(
            OAuthGrant(
                id=grant_id,
                kind=holder.kind,
                client_id=client.client_id,
                tenant_id=holder.tenant_id,
                staff_id=holder.staff_id,
                openid=holder.openid,
                person_id=holder.person_id,
                subject_id=holder.subject_id,
                consent_id=holder.consent_id,
                log_in_hash=holder.log_in_hash,
                scopes=list(scopes),
                details=[dict(detail) for detail in details],
                version=1,
                amr=list(holder.amr),
                authenticated_at=holder.authenticated_at,
                created_at=now,
                expires_at=expires_at,
                ended_at=None,
                end_reason=None,
            )
        )
    return grant_id


async def replace_grant(
    session: AsyncSession,
    held: OAuthGrant,
    holder: Holder,
    *,
    scopes: Sequence[str],
    details: Sequence[Mapping[str, Any]] = (),
    expires_at: datetime,
    now: datetime,
) -> UUID:
    """Write what is allowed now into a grant that is held, and end every token of before; return its id.

    The consent that took the former one's place has ended the grant in this very transaction: it stands on this one now.
    """
    async with doorway(session):
        await session.execute(
            update(OAuthGrant)
            .where(OAuthGrant.id == held.id)
            .values(
                consent_id=holder.consent_id,
                scopes=list(scopes),
                details=[dict(detail) for detail in details],
                version=OAuthGrant.version + 1,
                amr=list(holder.amr),
                authenticated_at=holder.authenticated_at,
                expires_at=expires_at,
                ended_at=None,
                end_reason=None,
            )
            .execution_options(synchronize_session=False)
        )
        await _end_refresh_tokens(session, [held.id], now=now)
    if holder.tenant_id is not None:
        await announce_standing(session, tenant_id=holder.tenant_id)
    append_act(
        session,
        action="consent.grant.replaced",
        now=now,
        tenant_id=holder.tenant_id,
        object_type="oauth_grant",
        object_id=held.id,
    )
    return held.id


async def issue_code(
    session: AsyncSession, request: AuthorizationRequest, *, grant_id: UUID, now: datetime
) -> str:
    """Return a code by which the client fetches the grant's tokens, once, within a minute."""
    code = new_token()
    async with doorway(session):
        session.add(
            AuthorizationCode(
                code_hash=token_hash(code),
                grant_id=grant_id,
                client_id=request.client_id,
                redirect_uri=request.redirect_uri,
                code_challenge=request.code_challenge,
                dpop_jkt=request.dpop_jkt,
                issued_at=now,
                expires_at=now + CODE_LIFE,
                used_at=None,
            )
        )
    return code


async def lock_code(
    session: AsyncSession, *, code: str, client_id: str, jkt: str, now: datetime
) -> AuthorizationCode:
    """Return a code that this client may use now, locked.

    :raises GrantReused: if it was used before; its grant ends, and that is committed
    :raises GrantRefused: if it is unknown, another client's, expired, or bound to another key
    """
    async with doorway(session):
        row = await session.scalar(
            select(AuthorizationCode)
            .where(
                AuthorizationCode.code_hash == token_hash(code),
                AuthorizationCode.client_id == client_id,
            )
            .with_for_update()
        )
    if row is None:
        raise GrantRefused
    if row.used_at is not None:
        await end_grant(session, row.grant_id, reason="code_reused", now=now)
        raise GrantReused
    if row.expires_at <= now or row.dpop_jkt not in (None, jkt):
        raise GrantRefused
    return row


async def use_code(session: AsyncSession, code: AuthorizationCode, *, now: datetime) -> None:
    """Use a locked code up."""
    async with doorway(session):
        code.used_at = now


async def issue_refresh_token(
    session: AsyncSession, client: Client, *, grant_id: UUID, jkt: str, now: datetime
) -> str:
    """Return a refresh token for the grant; a public client's is bound to the key it shows now (RFC 9449 §5)."""
    token = new_token()
    async with doorway(session):
        session.add(
            RefreshToken(
                token_hash=token_hash(token),
                grant_id=grant_id,
                client_id=client.client_id,
                dpop_jkt=None if client.confidential else jkt,
                issued_at=now,
                expires_at=now + REFRESH_LIFE,
                used_at=None,
                ended_at=None,
            )
        )
    return token


async def lock_refresh_token(
    session: AsyncSession, client: Client, *, token: str, jkt: str, now: datetime
) -> RefreshToken:
    """Return a refresh token that this client may use now, locked.

    A confidential client keeps its token, because each use needs its own key (FAPI 2.0 §5.3.2.1). A public client's is
    used once, with a short grace.

    :raises GrantReused: if a public client's was used before; the family ends, and that is committed
    :raises GrantRefused: if it is unknown, another client's, ended, expired, or bound to another key
    """
    async with doorway(session):
        row = await session.scalar(
            select(RefreshToken)
            .where(
                RefreshToken.token_hash == token_hash(token),
                RefreshToken.client_id == client.client_id,
            )
            .with_for_update()
        )
    if row is None or row.ended_at is not None or row.expires_at <= now:
        raise GrantRefused
    if row.dpop_jkt not in (None, jkt):
        raise GrantRefused
    if row.used_at is not None and not client.confidential and row.used_at + REUSE_GRACE <= now:
        await end_grant(session, row.grant_id, reason="refresh_token_reused", now=now)
        raise GrantReused
    return row


async def use_refresh_token(session: AsyncSession, token: RefreshToken, *, now: datetime) -> None:
    """Note that a locked refresh token was used; one that is kept lives on from this use."""
    async with doorway(session):
        if token.dpop_jkt is None:
            token.expires_at = now + REFRESH_LIFE
        token.used_at = token.used_at or now


async def live_grant(
    session: AsyncSession, grant_id: UUID, *, now: datetime, held: bool = False
) -> OAuthGrant:
    """Return a grant that has not ended and whose holder stands behind it still; ``held``, it cannot end meanwhile.

    :raises GrantRefused: if it is not so
    """
    statement = select(OAuthGrant).where(
        OAuthGrant.id == grant_id,
        OAuthGrant.ended_at.is_(None),
        OAuthGrant.expires_at > now,
        holder_stands(),
    )
    async with doorway(session):
        grant = await session.scalar(statement.with_for_update(read=True) if held else statement)
    if grant is None:
        raise GrantRefused
    return grant


def holder_stands() -> ColumnElement[bool]:
    """Return the condition that a grant's staff member still works there, with the password he had shown when he granted.

    A password that was set since may have been set because the former one was known to somebody else.
    """
    as_he_showed = exists().where(
        StaffLogIn.tenant_id == OAuthGrant.tenant_id,
        StaffLogIn.staff_id == OAuthGrant.staff_id,
        StaffLogIn.password_set_at <= OAuthGrant.authenticated_at,
    )
    return or_(OAuthGrant.staff_id.is_(None), as_he_showed)


async def client_grant(
    session: AsyncSession, grant_id: UUID, *, client_id: str, now: datetime
) -> OAuthGrant:
    """Return a live grant of one client.

    :raises NotFound: if it is another's, or has ended
    """
    try:
        grant = await live_grant(session, grant_id, now=now)
    except GrantRefused:
        raise NotFound(thing_zh="授权", thing_en="grant") from None
    if grant.client_id != client_id:
        raise NotFound(thing_zh="授权", thing_en="grant")
    return grant


async def end_grant(session: AsyncSession, grant_id: UUID, *, reason: str, now: datetime) -> None:
    """End a grant: its tokens are refused from the next request on, its refresh tokens and desk sessions with them."""
    await _end(session, OAuthGrant.id == grant_id, reason=reason, now=now)


async def end_grants_on_consent(
    session: AsyncSession, consent_id: UUID, *, reason: str, now: datetime
) -> None:
    """End what was granted on a consent that is no longer active (PIPL art. 15)."""
    await _end(session, OAuthGrant.consent_id == consent_id, reason=reason, now=now)


async def end_grants_of_account(
    session: AsyncSession, *, openid: str, until: datetime, reason: str, now: datetime
) -> None:
    """End what was granted to visitors with an openid until a moment; later log-ins stand."""
    theirs = (OAuthGrant.openid == openid) & (OAuthGrant.created_at <= until)
    await _end(session, theirs, reason=reason, now=now)


async def end_grants_of_person(
    session: AsyncSession, person_id: UUID, *, reason: str, now: datetime
) -> None:
    """End what a person allowed in a browser, for himself or for whom he acted."""
    await _end(session, OAuthGrant.person_id == person_id, reason=reason, now=now)


async def end_grants_of_log_in(
    session: AsyncSession, log_in_hash: bytes, *, reason: str, now: datetime
) -> None:
    """End what was given to the desk in a browser's log-in that is over."""
    await _end(session, OAuthGrant.log_in_hash == log_in_hash, reason=reason, now=now)


async def _end(
    session: AsyncSession, which: ColumnElement[bool], *, reason: str, now: datetime
) -> None:
    async with doorway(session):
        ended = (
            await session.execute(
                update(OAuthGrant)
                .where(which, OAuthGrant.ended_at.is_(None))
                .values(ended_at=now, end_reason=reason)
                .returning(OAuthGrant.id, OAuthGrant.tenant_id)
                .execution_options(synchronize_session=False)
            )
        ).all()
        if ended:
            await _end_refresh_tokens(session, [row.id for row in ended], now=now)
    if ended:
        await end_sessions_on_grants(session, [row.id for row in ended], now=now)
    for tenant_id in {row.tenant_id for row in ended if row.tenant_id is not None}:
        await announce_standing(session, tenant_id=tenant_id)
    for row in ended:
        append_act(
            session,
            action="consent.grant.ended",
            now=now,
            tenant_id=row.tenant_id,
            object_type="oauth_grant",
            object_id=row.id,
            detail={"reason": reason},
        )


async def _end_refresh_tokens(
    session: AsyncSession, grant_ids: Sequence[UUID], *, now: datetime
) -> None:
    await session.execute(
        update(RefreshToken)
        .where(RefreshToken.grant_id.in_(grant_ids), RefreshToken.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
