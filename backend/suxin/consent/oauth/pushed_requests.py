"""Pushed authorization requests (PAR, RFC 9126): a client's request, checked before a browser ever sees it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import DateTime, bindparam, func, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.authorization_details import asked_consent, parse_details
from suxin.consent.oauth.clients import CODE
from suxin.consent.oauth.models import PushedRequest
from suxin.consent.oauth.queries import ACTIVE_CLIENT, Client, client_key
from suxin.consent.oauth.refusals import (
    ClientNotAllowed,
    DetailsRefused,
    ProofRefused,
    RequestInvalid,
    RequestReferenceRefused,
)
from suxin.consent.oauth.replaced_grants import grant_named, require_replaceable
from suxin.consent.oauth.scopes import parse_scope, require_within
from suxin.kernel.doorways import doorway
from suxin.kernel.single_steps import SingleStep, SingleSteps
from suxin.kernel.tokens import new_token, token_hash

REFERENCE_PREFIX: Final = "urn:ietf:params:oauth:request_uri:"
REFERENCE_LIFE: Final = timedelta(minutes=5)
"""How long a browser may take to come with the reference (FAPI 2.0 §5.3.2.2: less than ten minutes)."""

DECISION_TIME: Final = timedelta(minutes=20)
"""How long a person who came in time may take to log in and decide."""

MAX_STATE_CHARACTERS: Final = 512
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_PRINTABLE: Final = re.compile(r"[\x20-\x7e]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A checked request."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    details: list[dict[str, Any]]
    state: str | None
    code_challenge: str
    dpop_jkt: str | None
    grant_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """The reference that the browser will bring."""

    request_uri: str
    expires_in_s: int


async def push_request(
    steps: SingleSteps,
    client: Client,
    parameters: Mapping[str, str],
    *,
    proved_jkt: str | None,
    now: datetime,
) -> Pushed:
    """Check a client's authorization request and keep it under a reference that is good once.

    ``proved_jkt`` is the key of the DPoP proof that came with it; the code will be bound to that key, or to the one that
    ``dpop_jkt`` names (RFC 9449 §10).

    :raises RequestInvalid: if a parameter is missing or not acceptable
    :raises ClientNotAllowed: if the client may not use authorization codes
    :raises ScopeRefused, DetailsRefused: if it asks for what it is not registered for
    :raises ProofRefused: if the proof is of another key than ``dpop_jkt``
    :raises GrantIdRefused: if it asks to replace a grant that it does not hold, or for another purpose
    """
    grant_id = grant_named(parameters)
    checked = _checked(client, parameters, grant_id)
    named_jkt = parameters.get("dpop_jkt")
    if named_jkt is not None and not _CHALLENGE.fullmatch(named_jkt):
        raise _invalid("dpop_jkt", "应为 JWK 指纹", "a JWK thumbprint is needed")
    if named_jkt is not None and proved_jkt not in (None, named_jkt):
        raise ProofRefused(
            reason_zh="与 dpop_jkt 不是同一密钥", reason_en="its key is not the one of dpop_jkt"
        )
    if grant_id is not None:
        await require_replaceable(
            steps, grant_id, client_id=client.client_id, details=checked["details"], now=now
        )
    token = new_token()
    await steps.row(
        _PUSH,
        reference_hash=token_hash(token),
        client_id=client.client_id,
        parameters=checked,
        dpop_jkt=named_jkt or proved_jkt,
        pushed_at=now,
        expires_at=now + REFERENCE_LIFE,
    )
    return Pushed(REFERENCE_PREFIX + token, int(REFERENCE_LIFE.total_seconds()))


async def visit_request(
    steps: SingleSteps, *, request_uri: str, client_id: str, now: datetime
) -> AuthorizationRequest:
    """Return the request that a browser brings the reference of, and note that it came in time.

    :raises RequestReferenceRefused: if it is unknown, another client's, used or expired
    """
    named = request_named(request_uri, client_id, now=now)
    row = await steps.row(_VISIT, **named) if named else None
    if row is None:
        raise RequestReferenceRefused
    parameters, dpop_jkt = row
    return _request(client_id, parameters, dpop_jkt)


async def visit_of_client(
    steps: SingleSteps, *, request_uri: str, client_id: str, now: datetime
) -> tuple[Client, AuthorizationRequest]:
    """Return a tenant's client, while it and its tenant may act, with its request, as ``visit_request`` does.

    :raises RequestReferenceRefused: if there is no such client, or no such request of its
    """
    key, named = client_key(client_id), request_named(request_uri, client_id, now=now)
    row = await steps.row(_VISIT_OF_CLIENT, id=key, **named) if key and named else None
    if row is None or key is None:
        raise RequestReferenceRefused
    *columns, parameters, dpop_jkt = row
    return Client.read(key, columns), _request(client_id, parameters, dpop_jkt)


async def use_request(
    session: AsyncSession, *, request_uri: str, client_id: str, now: datetime
) -> AuthorizationRequest:
    """Use a request up, by the decision about it (FAPI 2.0 §5.3.2.2: once, at the decision and not at the visit).

    :raises RequestReferenceRefused: if it is unknown, another client's, used or expired
    """
    named = request_named(request_uri, client_id, now=now)
    async with doorway(session):
        row = (await session.execute(_USE, named)).first() if named else None
    if row is None:
        raise RequestReferenceRefused
    return _request(client_id, row.parameters, row.dpop_jkt)


def request_named(request_uri: str, client_id: str, *, now: datetime) -> dict[str, Any] | None:
    """Return what ``OPEN`` asks about a request of this name now; None for what is no name of one."""
    reference = request_uri.removeprefix(REFERENCE_PREFIX)
    if reference == request_uri:
        return None
    return {
        "reference": token_hash(reference),
        "client": client_id,
        "now": now,
        "decided_since": now - DECISION_TIME,
    }


_NOW: Final = bindparam("now", type_=DateTime(timezone=True))
OPEN: Final = (
    (PushedRequest.reference_hash == bindparam("reference"))
    & (PushedRequest.client_id == bindparam("client"))
    & PushedRequest.used_at.is_(None)
    & or_(
        PushedRequest.visited_at.is_(None) & (PushedRequest.expires_at > _NOW),
        PushedRequest.visited_at.is_not(None)
        & (PushedRequest.pushed_at > bindparam("decided_since", type_=DateTime(timezone=True))),
    )
)
"""That a request may be decided about. Whoever came in time may take longer to log in and decide."""

_PUSH: Final = SingleStep(
    insert(PushedRequest)
    .values(
        {
            name: bindparam(name)
            for name in (
                "reference_hash",
                "client_id",
                "parameters",
                "dpop_jkt",
                "pushed_at",
                "expires_at",
            )
        }
    )
    .returning(PushedRequest.reference_hash)
)
_VISITED: Final = (
    update(PushedRequest)
    .where(OPEN)
    .values(visited_at=func.coalesce(PushedRequest.visited_at, _NOW))
    .returning(PushedRequest.parameters, PushedRequest.dpop_jkt)
)
_VISIT: Final = SingleStep(_VISITED)
_CLIENT: Final = ACTIVE_CLIENT.cte("client")
# The request of a client that may not act is left as it was.
_OF_CLIENT: Final = _VISITED.where(select(_CLIENT.c.tenant_id).exists()).cte("visited")
_VISIT_OF_CLIENT: Final = SingleStep(
    select(*_CLIENT.c, *_OF_CLIENT.c).select_from(_CLIENT.join(_OF_CLIENT, true()))
)
_USE: Final = (
    update(PushedRequest)
    .where(OPEN)
    .values(used_at=_NOW)
    .returning(PushedRequest.parameters, PushedRequest.dpop_jkt)
    .execution_options(synchronize_session=False)
)


def _request(
    client_id: str, given: Mapping[str, Any], dpop_jkt: str | None
) -> AuthorizationRequest:
    return AuthorizationRequest(
        client_id=client_id,
        redirect_uri=given["redirect_uri"],
        scopes=tuple(given["scopes"]),
        details=given["details"],
        state=given["state"],
        code_challenge=given["code_challenge"],
        dpop_jkt=dpop_jkt,
        grant_id=None if given["grant_id"] is None else UUID(given["grant_id"]),
    )


def _checked(
    client: Client, parameters: Mapping[str, str], grant_id: UUID | None
) -> dict[str, Any]:
    for name in ("request_uri", "request"):
        if name in parameters:
            raise _invalid(name, "不接受该参数", "this parameter is not taken here")
    if CODE not in client.grant_types:
        raise ClientNotAllowed(grant_type=CODE)
    if parameters.get("response_type") != "code":
        raise _invalid("response_type", "只接受 code", "only code is supported")
    redirect_uri = parameters.get("redirect_uri")
    if redirect_uri is None or redirect_uri not in client.redirect_uris:
        raise _invalid("redirect_uri", "未登记的回调地址", "it is not registered")
    if parameters.get("code_challenge_method") != "S256":
        raise _invalid("code_challenge_method", "只接受 S256", "only S256 is supported")
    challenge = parameters.get("code_challenge", "")
    if not _CHALLENGE.fullmatch(challenge):
        raise _invalid("code_challenge", "应为 43 个字符", "43 characters are needed")
    scopes = parse_scope(parameters.get("scope"))
    require_within(scopes, client.scopes)
    details = parse_details(parameters.get("authorization_details"))
    _require_asked_for_something(client, scopes, details)
    return {
        "redirect_uri": redirect_uri,
        "code_challenge": challenge,
        "scopes": list(scopes),
        "details": details,
        "state": _state(parameters.get("state")),
        "grant_id": None if grant_id is None else str(grant_id),
    }


def _require_asked_for_something(
    client: Client, scopes: tuple[str, ...], details: list[dict[str, Any]]
) -> None:
    if bool(scopes) == bool(details):
        # Scopes are a staff member's to give, details a subject's; who would be asked must be plain.
        raise _invalid(
            "scope",
            "应提供 scope 或 authorization_details 之一",
            "either scope or authorization_details is needed",
        )
    asked_consent(details)
    for detail in details:
        if detail.get("type") not in client.detail_types:
            raise DetailsRefused(
                reason_zh="客户端未登记该类型",
                reason_en="the client is not registered for the type",
            )


def _state(state: str | None) -> str | None:
    if state is None:
        return None
    if len(state) > MAX_STATE_CHARACTERS or not _PRINTABLE.fullmatch(state):
        raise _invalid(
            "state",
            f"最多 {MAX_STATE_CHARACTERS} 个可见字符",
            f"at most {MAX_STATE_CHARACTERS} printable characters",
        )
    return state


def _invalid(parameter: str, reason_zh: str, reason_en: str) -> RequestInvalid:
    return RequestInvalid(parameter=parameter, reason_zh=reason_zh, reason_en=reason_en)
