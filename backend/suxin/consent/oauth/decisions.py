"""Decisions about a client's request: by a staff member for himself, by a subject about his data, by a visitor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.giving import Granted
from suxin.consent.oauth.authorization_details import DETAIL_TYPES, AskedConsent
from suxin.consent.oauth.code_steps import grant_with_code
from suxin.consent.oauth.grants import (
    STAFF_GRANT_LIFE,
    VISITOR_GRANT_LIFE,
    Holder,
    begin_grant,
    issue_code,
    replace_grant,
)
from suxin.consent.oauth.log_ins import LoggedIn
from suxin.consent.oauth.models import GrantKind, OAuthGrant
from suxin.consent.oauth.pushed_requests import AuthorizationRequest
from suxin.consent.oauth.queries import Client
from suxin.consent.oauth.refusals import ScopeRefused
from suxin.consent.oauth.replaced_grants import hold_replaced
from suxin.consent.oauth.scopes import DESK, MINI_PROGRAM
from suxin.consent.requests import AskedAgainTooSoon, require_may_ask
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal, RefusalKind, Unauthenticated
from suxin.kernel.single_steps import SingleSteps
from suxin.subjects.queries import ActableSubject, my_subjects
from suxin.subjects.visitors import open_account

ACCESS_DENIED: Final = "access_denied"
DESK_LOG_IN_AGE: Final = timedelta(minutes=5)


class LogInOfAnother(Refusal):
    """The browser is logged in as somebody whom this client may not ask: of another organisation, or no person."""

    code = "LOG_IN_OF_ANOTHER"
    kind = RefusalKind.FORBIDDEN
    zh = "当前登录的账号不能为该应用授权，请更换账号"
    en = "Whoever is logged in here cannot decide about this application; log in as somebody else"


@dataclass(frozen=True, slots=True)
class Approval:
    """What a subject approved: the consent, as it was narrowed, and for whom he acted."""

    subject_id: UUID
    granted: Granted


async def allow_as_staff(
    steps: SingleSteps,
    client: Client,
    request: AuthorizationRequest,
    who: LoggedIn,
    actor: Actor,
    *,
    request_uri: str,
    now: datetime,
) -> str:
    """Let a client act for a staff member within his own permissions; use its request up and return the code for it.

    Our own desk is opened by a log-in of the last minutes alone: a desk session that was left idle would otherwise open
    again by itself.

    :raises LogInOfAnother: if he works for another organisation than the client's
    :raises Unauthenticated: if the client is the desk, and he logged in longer ago than ``DESK_LOG_IN_AGE``
    :raises ScopeRefused: if he has none of the permissions asked for
    :raises RequestReferenceRefused: if the request was used, or came too late
    """
    holder, scopes = _staff_holder(client, request, who, actor, now=now)
    return await grant_with_code(
        steps,
        request,
        holder,
        request_uri=request_uri,
        scopes=scopes,
        expires_at=now + STAFF_GRANT_LIFE,
        now=now,
    )


async def replace_as_staff(
    session: AsyncSession,
    client: Client,
    request: AuthorizationRequest,
    who: LoggedIn,
    actor: Actor,
    *,
    grant_id: UUID,
    now: datetime,
) -> str:
    """Put what a staff member allows now in place of what he allowed before; return the code for it.

    :raises GrantIdRefused: if that grant has ended
    :raises LogInOfAnother: if it is a colleague's, or he works for another organisation than the client's
    :raises ScopeRefused: if he has none of the permissions asked for
    """
    holder, scopes = _staff_holder(client, request, who, actor, now=now)
    held = await hold_replaced(session, grant_id, client_id=client.client_id, now=now)
    if (held.tenant_id, held.staff_id) != (holder.tenant_id, holder.staff_id):
        raise LogInOfAnother
    expires_at = now + STAFF_GRANT_LIFE
    await replace_grant(session, held, holder, scopes=scopes, expires_at=expires_at, now=now)
    return await issue_code(session, request, grant_id=held.id, now=now)


def _staff_holder(
    client: Client,
    request: AuthorizationRequest,
    who: LoggedIn,
    actor: Actor,
    *,
    now: datetime,
) -> tuple[Holder, tuple[str, ...]]:
    if who.staff_id is None or (not client.own and client.tenant_id != who.tenant_id):
        raise LogInOfAnother
    if client.own and who.authenticated_at + DESK_LOG_IN_AGE <= now:
        raise Unauthenticated
    scopes = grantable(request.scopes, actor)
    if not scopes:
        raise ScopeRefused(field="scope", scope=" ".join(request.scopes))
    holder = Holder(
        kind=GrantKind.STAFF,
        tenant_id=who.tenant_id,
        staff_id=who.staff_id,
        amr=who.amr,
        authenticated_at=who.authenticated_at,
        log_in_hash=who.key if client.own else None,
    )
    return holder, scopes


def grantable(scopes: tuple[str, ...], actor: Actor) -> tuple[str, ...]:
    """Return those of the scopes that a staff member may give, because he has them himself."""
    held = {str(permission) for permission in actor.permissions} | {DESK}
    return tuple(scope for scope in scopes if scope in held)


async def allow_as_subject(
    session: AsyncSession,
    client: Client,
    request: AuthorizationRequest,
    who: LoggedIn,
    approval: Approval,
    *,
    replaced: OAuthGrant | None = None,
    now: datetime,
) -> str:
    """Let a client read what a subject has just consented to; return the code for it.

    The details of the grant are those that were approved, not those that were asked for (RFC 9396 §7). Where one is
    replaced, it was held before he consented (``hold_replaced``).

    :raises LogInOfAnother: if no person decides, or what is replaced was given by another, or for another subject
    """
    if who.person_id is None:
        raise LogInOfAnother
    granted = approval.granted
    holder = Holder(
        kind=GrantKind.APPROVED,
        tenant_id=client.tenant_id,
        person_id=who.person_id,
        subject_id=approval.subject_id,
        consent_id=granted.consent_id,
        amr=who.amr,
        authenticated_at=who.authenticated_at,
    )
    details = [_approved(detail, granted) for detail in request.details]
    expires_at = granted.expires_at
    if replaced is None:
        grant_id = await begin_grant(
            session, client, holder, scopes=(), details=details, expires_at=expires_at, now=now
        )
    elif (replaced.person_id, replaced.subject_id) != (holder.person_id, holder.subject_id):
        raise LogInOfAnother
    else:
        grant_id = await replace_grant(
            session, replaced, holder, scopes=(), details=details, expires_at=expires_at, now=now
        )
    return await issue_code(session, request, grant_id=grant_id, now=now)


async def allow_as_visitor(
    session: AsyncSession, client: Client, *, openid: str, now: datetime
) -> UUID:
    """Let the mini program act for whoever opened it, whom WeChat has just vouched for; return the grant's id.

    Opening it is the decision. Nobody is proved by it: the person behind the account, if any, is looked up at each call.
    """
    await open_account(session, openid=openid, now=now)
    holder = Holder(
        kind=GrantKind.VISITOR,
        tenant_id=None,
        openid=openid,
        amr=("wechat",),
        authenticated_at=now,
    )
    return await begin_grant(
        session,
        client,
        holder,
        scopes=(MINI_PROGRAM,),
        expires_at=now + VISITOR_GRANT_LIFE,
        now=now,
    )


async def who_may_be_asked(
    session: AsyncSession,
    consent: AskedConsent,
    *,
    person_id: UUID,
    tenant_id: UUID,
    now: datetime,
) -> list[ActableSubject]:
    """Return for whom a person may decide about a request, without those who refused the same a short while ago.

    :raises AskedAgainTooSoon: if nobody is left to be asked
    """
    askable, too_soon = [], None
    for one in await my_subjects(session, person_id=person_id, now=now):
        try:
            await require_may_ask(
                session,
                subject_id=one.subject.id,
                tenant_id=tenant_id,
                purpose=consent.purpose.code,
                context_id=consent.context_id,
                now=now,
            )
            askable.append(one)
        except AskedAgainTooSoon as refusal:
            too_soon = refusal
    if not askable and too_soon is not None:
        raise too_soon
    return askable


def answer_address(request: AuthorizationRequest, *, issuer: str, **answer: str) -> str:
    """Return where the browser goes with the answer: the registered address, with the state and who answers.

    Source: RFC 6749 §4.1.2; RFC 9207 §2
    """
    given = {**answer, "iss": issuer}
    if request.state is not None:
        given["state"] = request.state
    parts = urlsplit(request.redirect_uri)
    query = "&".join(part for part in (parts.query, urlencode(given)) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _approved(detail: Mapping[str, Any], granted: Granted) -> dict[str, Any]:
    """Return a detail cut to what was permitted of its type, and for how long.

    What the purpose adds of another type is not named in it; ``datatypes`` is empty where nothing of it was permitted.
    """
    of_type = {category.value for category in DETAIL_TYPES[detail["type"]].categories}
    kept = {category.value for category in granted.categories} & of_type
    datatypes = sorted(kept & set(detail.get("datatypes", kept)))
    return {**detail, "datatypes": datatypes, "life_days": granted.life_days}
