"""ID tokens (OpenID Connect Core §3.1.3.7): a provider's signed statement about who logged in there, when, and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from suxin.tenancy.providers.refusals import IdTokenInvalid
from suxin.tenancy.providers.signed_statements import (
    CLOCK_SKEW,
    invalid,
    key_name,
    name_in,
    seconds,
    verified,
)

MULTI_FACTOR: Final = "mfa"
"""How a provider says that it asked for several factors (RFC 8176)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What a tenant wants of each log-in: shown no longer ago than ``max_age``, and by one of the classes, if any are named."""

    max_age: timedelta | None = None
    acr_values: tuple[str, ...] = ()

    def parameters(self) -> dict[str, str]:
        """Return how the provider is asked for it (Core §3.1.2.1)."""
        asked = {}
        if self.max_age is not None:
            asked["max_age"] = str(int(self.max_age.total_seconds()))
        if self.acr_values:
            asked["acr_values"] = " ".join(self.acr_values)
        return asked


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedSubject:
    """Who logged in at the provider, in which of its sessions if it says so, and whether it asked him for several factors."""

    subject: str
    session: str | None
    multi_factor: bool


def id_token_key(id_token: str) -> str | None:
    """Return the name of the key that an ID token says it is signed by, if it names one.

    :raises IdTokenInvalid: if it is no token
    """
    return key_name(id_token, IdTokenInvalid)


def proved_subject(
    id_token: str,
    *,
    keys: Sequence[Mapping[str, Any]],
    issuer: str,
    client_id: str,
    nonce: str,
    demands: Demands,
    now: datetime,
) -> ProvedSubject:
    """Return whom an ID token is about, once it has been verified.

    What was asked of the log-in is looked for in the answer: a provider may leave out both, and the request went through a
    browser.

    :raises IdTokenInvalid: if it is not signed by one of the keys, for us, now, for this very log-in, and as was asked
    """
    statement = verified(
        id_token, IdTokenInvalid, keys=keys, issuer=issuer, client_id=client_id, now=now
    )
    claims = statement.claims
    if claims.get("nonce") != nonce:
        raise invalid(IdTokenInvalid, "nonce 不符", "its nonce is of another log-in")
    _require_demanded(claims, demands, now=now)
    subject, methods = name_in(claims, "sub", IdTokenInvalid), claims.get("amr")
    if subject is None:
        raise invalid(IdTokenInvalid, "没有用户标识（sub）", "it names nobody")
    return ProvedSubject(
        subject=subject,
        session=name_in(claims, "sid", IdTokenInvalid),
        multi_factor=isinstance(methods, list) and MULTI_FACTOR in methods,
    )


def _require_demanded(claims: Mapping[str, Any], demands: Demands, *, now: datetime) -> None:
    if demands.acr_values and claims.get("acr") not in demands.acr_values:
        raise invalid(
            IdTokenInvalid,
            "未达到要求的认证级别（acr）",
            "it is not of the class that is asked for (acr)",
        )
    if demands.max_age is None:
        return
    shown = seconds(claims.get("auth_time"))
    if shown is None:
        raise invalid(
            IdTokenInvalid,
            "未注明认证时间（auth_time）",
            "it does not say when he logged in (auth_time)",
        )
    if shown + (demands.max_age + CLOCK_SKEW).total_seconds() < now.timestamp():
        raise invalid(
            IdTokenInvalid,
            "认证时间过久，请重新登录",
            "he logged in there too long ago (auth_time)",
        )
