"""Log-out tokens (OpenID Connect Back-Channel Logout 1.0 §2.4): a provider's signed word that somebody logged out there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from suxin.tenancy.providers.refusals import LogOutTokenInvalid
from suxin.tenancy.providers.signed_statements import (
    CLOCK_SKEW,
    MAX_AGE,
    MAX_NAME_CHARACTERS,
    invalid,
    key_name,
    name_in,
    verified,
)

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
TYPES: Final = (None, "jwt", "logout+jwt", "application/logout+jwt")
"""A provider should name the type and many do not (§2.4); one that names another means something else by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLogOut:
    """Who logged out at a provider: out of one session there, or of all that a subject has where none is named.

    ``token_id`` is good once, and need not be remembered after ``forgotten_at``, when the token has become too old.
    """

    token_id: str
    subject: str | None
    session: str | None
    forgotten_at: datetime


def log_out_token_key(token: str) -> str | None:
    """Return the name of the key that a log-out token says it is signed by, if it names one.

    :raises LogOutTokenInvalid: if it is no token
    """
    return key_name(token, LogOutTokenInvalid)


def told_log_out(
    token: str,
    *,
    keys: Sequence[Mapping[str, Any]],
    issuer: str,
    client_id: str,
    now: datetime,
) -> ProviderLogOut:
    """Return who logged out, once the token has been verified.

    :raises LogOutTokenInvalid: if it is not signed by one of the keys, for us and now, or is no log-out token
    Source: Back-Channel Logout 1.0 §2.6
    """
    statement = verified(
        token, LogOutTokenInvalid, keys=keys, issuer=issuer, client_id=client_id, now=now
    )
    claims = statement.claims
    _require_log_out(statement.header, claims)
    token_id = claims.get("jti")
    if not isinstance(token_id, str) or not 0 < len(token_id) <= MAX_NAME_CHARACTERS:
        raise invalid(LogOutTokenInvalid, "缺少 jti", "it has no jti")
    subject = name_in(claims, "sub", LogOutTokenInvalid)
    session = name_in(claims, "sid", LogOutTokenInvalid)
    if subject is None and session is None:
        raise invalid(LogOutTokenInvalid, "没有 sub 或 sid", "it has neither sub nor sid")
    issued_at = datetime.fromtimestamp(statement.issued_at, tz=UTC)
    return ProviderLogOut(
        token_id=token_id,
        subject=subject,
        session=session,
        forgotten_at=issued_at + MAX_AGE + 2 * CLOCK_SKEW,
    )


def _require_log_out(header: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
    named = header.get("typ")
    if (named.lower() if isinstance(named, str) else named) not in TYPES:
        raise invalid(LogOutTokenInvalid, "类型（typ）不符", "its type is another (typ)")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise invalid(
            LogOutTokenInvalid, "没有登出事件（events）", "it tells of no log-out (events)"
        )
    # An ID token has one where this must have none, so that neither is taken for the other (§2.4).
    if "nonce" in claims:
        raise invalid(LogOutTokenInvalid, "不得含 nonce", "it has a nonce")
