"""Access tokens (RFC 9068): signed by us, good for minutes, bound to one key.

A token is bound to a grant as well, unless its client acts for itself.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from suxin.consent.oauth.models import OAuthGrant
from suxin.consent.oauth.queries import Client
from suxin.consent.oauth.refusals import TokenRefused
from suxin.kernel.ids import new_id
from suxin.kernel.signing import KeySet, KeyUse, SignatureInvalid

ACCESS_TOKEN_LIFE: Final = timedelta(minutes=10)
TYP: Final = "at+jwt"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What a token says, once its signature, audience and time were checked."""

    token_id: UUID
    client_id: str
    grant_id: UUID | None
    grant_version: int
    scopes: tuple[str, ...]
    jkt: str
    issued_at: datetime
    expires_at: datetime
    claims: dict[str, Any]


def issue_access_token(
    keys: KeySet,
    client: Client,
    grant: OAuthGrant | None,
    *,
    scopes: tuple[str, ...],
    jkt: str,
    issuer: str,
    now: datetime,
) -> str:
    """Return a token of these scopes for the holder of a key.

    ``sub`` is the client itself, or a name of the grant's holder that is his with this client alone.
    Source: RFC 9068 §2.2; RFC 9449 §6.1; RFC 9396 §9.1
    """
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": issuer,
        "sub": client.client_id if grant is None else subject_name(grant),
        "client_id": client.client_id,
        "jti": str(new_id(now)),
        "iat": issued,
        "exp": issued + int(ACCESS_TOKEN_LIFE.total_seconds()),
        "scope": " ".join(scopes),
        "cnf": {"jkt": jkt},
    }
    if grant is not None:
        claims["grant_id"] = str(grant.id)
        if grant.version > 1:
            claims["grant_version"] = grant.version
        if grant.details:
            claims["authorization_details"] = grant.details
        if grant.consent_id is not None:
            claims["consent_id"] = str(grant.consent_id)
    payload = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
    return keys.sign(payload, use=KeyUse.TOKEN, typ=TYP, now=now)


def read_access_token(token: str, keys: KeySet, *, issuer: str, now: datetime) -> AccessToken:
    """Return what a token of ours says; whether its grant still lives is another question.

    :raises TokenRefused: if it is not signed by us, not for us, or not good at this time
    Source: RFC 9068 §4
    """
    try:
        claims = json.loads(keys.verified(token, use=KeyUse.TOKEN, typ=TYP, now=now))
        read = AccessToken(
            token_id=UUID(claims["jti"]),
            client_id=claims["client_id"],
            grant_id=UUID(claims["grant_id"]) if "grant_id" in claims else None,
            grant_version=claims.get("grant_version", 1),
            scopes=tuple(claims["scope"].split()),
            jkt=claims["cnf"]["jkt"],
            issued_at=datetime.fromtimestamp(claims["iat"], UTC),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
            claims=claims,
        )
    except (SignatureInvalid, ValueError, KeyError, TypeError):
        raise TokenRefused from None
    if claims["iss"] != issuer or claims["aud"] != issuer or read.expires_at <= now:
        raise TokenRefused
    return read


def subject_name(grant: OAuthGrant) -> str:
    """Return the name under which a client knows a grant's holder.

    Staff go by the id that their own tenant knows. A natural person's is the grant's own: no two tenants, and no two
    grants, can find out by it that they know the same person (PIPL art. 6).
    """
    return str(grant.staff_id or grant.id)
