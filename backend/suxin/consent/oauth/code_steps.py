"""A staff member's grant and its code in single steps: given in one, looked up in one, used up in one.

Nothing but the authorization server's own tables is touched by them, so that each stands alone: what is given (the request
used up, the grant, the code) stands or falls with one statement, and so does what a code is exchanged for. Where a code is not
good, why not is decided in a transaction (``refuse_code``), which may have to end a grant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn

from sqlalchemy import BindParameter, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import KeyedColumnElement

from suxin.consent.oauth.grants import (
    CODE_LIFE,
    REFRESH_LIFE,
    Holder,
    holder_stands,
    live_grant,
    lock_code,
)
from suxin.consent.oauth.models import AuthorizationCode, OAuthGrant, PushedRequest, RefreshToken
from suxin.consent.oauth.pushed_requests import OPEN, AuthorizationRequest, request_named
from suxin.consent.oauth.queries import Client
from suxin.consent.oauth.refusals import GrantRefused, RequestReferenceRefused
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.single_steps import SingleStep, SingleSteps
from suxin.kernel.tokens import new_token, token_hash

_GRANT: Final = OAuthGrant.__table__
_CODE: Final = AuthorizationCode.__table__
_REFRESH: Final = RefreshToken.__table__
_NOW: Final = bindparam("now", type_=OAuthGrant.created_at.type)


def _given(column: KeyedColumnElement[Any], prefix: str) -> BindParameter[Any]:
    """Return the parameter that gives a new row's column its value."""
    return bindparam(f"{prefix}_{column.name}", type_=column.type)


def _values(prefix: str, **values: object) -> dict[str, object]:
    return {f"{prefix}_{name}": value for name, value in values.items()}


_USED_REQUEST: Final = (
    update(PushedRequest)
    .where(OPEN)
    .values(used_at=_NOW)
    .returning(PushedRequest.reference_hash)
    .cte("used")
)
_GRANTED: Final = (
    insert(OAuthGrant)
    .from_select(
        [column.name for column in _GRANT.columns],
        select(*(_given(column, "grant") for column in _GRANT.columns)).select_from(_USED_REQUEST),
    )
    .returning(OAuthGrant.id)
    .cte("granted")
)
_GRANT_WITH_CODE: Final = SingleStep(
    insert(AuthorizationCode)
    .from_select(
        [column.name for column in _CODE.columns],
        select(*(_given(column, "code") for column in _CODE.columns)).select_from(_GRANTED),
    )
    .returning(AuthorizationCode.grant_id)
)


async def grant_with_code(
    steps: SingleSteps,
    request: AuthorizationRequest,
    holder: Holder,
    *,
    request_uri: str,
    scopes: Sequence[str],
    expires_at: datetime,
    now: datetime,
) -> str:
    """Use a request up, write down what was allowed to its client, and return the code for it.

    :raises RequestReferenceRefused: if the request was used, or came too late
    """
    named = request_named(request_uri, request.client_id, now=now)
    grant_id, code = new_id(now), new_token()
    if named is None:
        raise RequestReferenceRefused
    granted = _values(
        "grant",
        id=grant_id,
        kind=holder.kind,
        client_id=request.client_id,
        tenant_id=holder.tenant_id,
        staff_id=holder.staff_id,
        openid=holder.openid,
        person_id=holder.person_id,
        subject_id=holder.subject_id,
        consent_id=holder.consent_id,
        log_in_hash=holder.log_in_hash,
        scopes=list(scopes),
        details=[],
        version=1,
        amr=list(holder.amr),
        authenticated_at=holder.authenticated_at,
        created_at=now,
        expires_at=expires_at,
        ended_at=None,
        end_reason=None,
    )
    issued = _values(
        "code",
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
    if await steps.row(_GRANT_WITH_CODE, **named, **granted, **issued) is None:
        raise RequestReferenceRefused
    return code


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code that was good when it was looked up, and the grant it leads to."""

    code_hash: bytes
    client_id: str
    redirect_uri: str
    code_challenge: str
    grant: OAuthGrant


_LIVE: Final = (
    (OAuthGrant.id == AuthorizationCode.grant_id)
    & OAuthGrant.ended_at.is_(None)
    & (OAuthGrant.expires_at > _NOW)
    & holder_stands()
)
_GOOD: Final = (
    (AuthorizationCode.code_hash == bindparam("code_hash"))
    & (AuthorizationCode.client_id == bindparam("client_id"))
    & AuthorizationCode.used_at.is_(None)
    & (AuthorizationCode.expires_at > _NOW)
)
_SHOW: Final = SingleStep(
    select(
        AuthorizationCode.redirect_uri,
        AuthorizationCode.code_challenge,
        AuthorizationCode.dpop_jkt,
        *_GRANT.columns,
    )
    .select_from(AuthorizationCode)
    .join(OAuthGrant, _LIVE)
    .where(_GOOD)
)


async def shown_code(
    steps: SingleSteps, *, code: str, client_id: str, jkt: str, now: datetime
) -> ShownCode | None:
    """Return a code that this client may use now; None where it is not good."""
    key = token_hash(code)
    row = await steps.row(_SHOW, code_hash=key, client_id=client_id, now=now)
    if row is None:
        return None
    redirect_uri, code_challenge, dpop_jkt, *columns = row
    if dpop_jkt not in (None, jkt):
        return None
    return ShownCode(key, client_id, redirect_uri, code_challenge, _grant(columns))


_USED_CODE: Final = (
    update(AuthorizationCode)
    .where(_GOOD, select(OAuthGrant.id).where(_LIVE).exists())
    .values(used_at=_NOW)
    .returning(AuthorizationCode.grant_id)
    .cte("used")
)
_USE: Final = SingleStep(select(_USED_CODE.c.grant_id))
_EXCHANGE: Final = SingleStep(
    insert(RefreshToken)
    .from_select(
        [column.name for column in _REFRESH.columns],
        select(*(_given(column, "refresh") for column in _REFRESH.columns)).select_from(_USED_CODE),
    )
    .returning(RefreshToken.grant_id)
)


async def exchange_code(
    steps: SingleSteps,
    client: Client,
    shown: ShownCode,
    *,
    refresh_token: str | None,
    jkt: str,
    now: datetime,
) -> bool:
    """Use a code up, and write its refresh token where one is given; tell whether the code was good still."""
    used = {"code_hash": shown.code_hash, "client_id": shown.client_id, "now": now}
    if refresh_token is None:
        return await steps.row(_USE, **used) is not None
    refreshed = _values(
        "refresh",
        token_hash=token_hash(refresh_token),
        grant_id=shown.grant.id,
        client_id=client.client_id,
        # A public client's is bound to the key it shows now (RFC 9449 §5).
        dpop_jkt=None if client.confidential else jkt,
        issued_at=now,
        expires_at=now + REFRESH_LIFE,
        used_at=None,
        ended_at=None,
    )
    return await steps.row(_EXCHANGE, **used, **refreshed) is not None


async def refuse_code(
    session: AsyncSession, *, code: str, client_id: str, jkt: str, now: datetime
) -> NoReturn:
    """Say why a code that was not good is refused.

    :raises GrantReused: if it was used before; its grant ends, and that is committed
    :raises GrantRefused: for every other reason
    """
    async with doorway(session):
        row = await lock_code(session, code=code, client_id=client_id, jkt=jkt, now=now)
        await live_grant(session, row.grant_id, now=now)
    # It was not good a moment ago and is now: whoever sent it may send it again.
    raise GrantRefused


def _grant(columns: Sequence[Any]) -> OAuthGrant:
    """Return the grant that was read, in no session."""
    names: Mapping[str, Any] = dict(
        zip((column.name for column in _GRANT.columns), columns, strict=True)
    )
    return OAuthGrant(**names)
