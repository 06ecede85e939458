"""What a provider signs for its client: whose key it is, who it is for, and whether it was issued just now.

ID tokens (``id_tokens``) and log-out tokens (``log_out_tokens``) are verified alike (OpenID Connect Core §3.1.3.7, Back-Channel
Logout 1.0 §2.6); what each says besides is its own.

RS256 is taken here and nowhere else: what our own clients and keys sign by is ours to choose (FAPI 2.0 §5.4.1 leaves it out),
while RS256 is what every provider must know (Core §15.1), and many know nothing else. Its weakness is of implementations that
decrypt with the same key; we only verify.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from suxin.kernel.refusals import Refusal
from suxin.kernel.signing import SignatureInvalid, unverified_header
from suxin.tenancy.providers.refusals import IdTokenInvalid, LogOutTokenInvalid

ALGORITHMS: Final = ("ES256", "PS256", "RS256")
CLOCK_SKEW: Final = timedelta(seconds=60)
MAX_AGE: Final = timedelta(minutes=10)
"""How long ago a statement may have been issued; it is looked at within seconds."""

MAX_NAME_CHARACTERS: Final = 255
"""How long a subject may be (Core §2), and here a session too."""

MIN_RSA_BITS: Final = 2048
_BITS_A_CHARACTER: Final = 6
_KEY_TYPES: Final[Mapping[str, str]] = {"ES256": "EC", "PS256": "RSA", "RS256": "RSA"}
_PUBLIC: Final = ("kty", "crv", "x", "y", "n", "e")

Kind = type[IdTokenInvalid] | type[LogOutTokenInvalid]
"""Which statement it is, by the refusal of one that is not believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A verified statement: its header, its claims, and when it was issued, in seconds since the epoch."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    issued_at: float


def key_name(token: str, kind: Kind) -> str | None:
    """Return the name of the key that a statement says it is signed by, if it names one.

    :raises IdTokenInvalid, LogOutTokenInvalid: if it is none
    """
    kid = _header(token, kind).get("kid")
    return kid if isinstance(kid, str) else None


def verified(
    token: str,
    kind: Kind,
    *,
    keys: Sequence[Mapping[str, Any]],
    issuer: str,
    client_id: str,
    now: datetime,
) -> Statement:
    """Return what a provider signed, if one of its keys did, for us, and just now.

    :raises IdTokenInvalid, LogOutTokenInvalid: if it is not so
    """
    header = _header(token, kind)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise invalid(kind, "签名算法不被接受", "its algorithm is not taken")
    claims = _signed_claims(token, _fitting(keys, header, kind), algorithm, kind)
    _require_ours(claims, kind, issuer=issuer, client_id=client_id)
    issued_at = _require_current(claims, kind, now=now)
    return Statement(header=header, claims=claims, issued_at=issued_at)


def seconds(value: object) -> float | None:
    """Return seconds since the epoch (RFC 7519 §2); none for anything else, truth values included."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def name_in(claims: Mapping[str, Any], claim: str, kind: Kind) -> str | None:
    """Return the name of somebody or of a session that a claim holds; nothing where there is none.

    :raises IdTokenInvalid, LogOutTokenInvalid: if it is no name
    """
    value = claims.get(claim)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME_CHARACTERS:
        raise invalid(kind, f"{claim} 不是有效的标识", f"its {claim} is no name")
    return value


def invalid(kind: Kind, reason_zh: str, reason_en: str) -> Refusal:
    """Return the refusal of a statement that is not believed."""
    return kind(reason_zh=reason_zh, reason_en=reason_en)


def _header(token: str, kind: Kind) -> dict[str, Any]:
    try:
        return unverified_header(token)
    except SignatureInvalid:
        raise invalid(kind, "不是 JWT", "it is no JWT") from None


def _fitting(
    keys: Sequence[Mapping[str, Any]], header: Mapping[str, Any], kind: Kind
) -> Mapping[str, Any]:
    """Return the one key that a header means: by its name, or the only one of its type where it names none."""
    kid, algorithm = header.get("kid"), str(header["alg"])
    found = [
        key
        for key in keys
        if key.get("kty") == _KEY_TYPES[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (kid is None or key.get("kid") == kid)
    ]
    if len(found) != 1:
        raise invalid(kind, "找不到签名所用的公钥", "the key that it names is not published")
    return found[0]


def _signed_claims(
    token: str, jwk: Mapping[str, Any], algorithm: str, kind: Kind
) -> Mapping[str, Any]:
    try:
        key = _public_key(jwk, kind)
        return jwt.decode(token, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError, TypeError, KeyError):
        raise invalid(kind, "签名不正确", "its signature is wrong") from None


def _public_key(jwk: Mapping[str, Any], kind: Kind) -> ECKey | RSAKey:
    public: dict[str, str | list[str]] = {name: str(jwk[name]) for name in _PUBLIC if name in jwk}
    if jwk["kty"] == "EC":
        return ECKey.import_key(public)
    # Judged before the library reads it, which would warn whoever runs the server.
    if len(public["n"]) * _BITS_A_CHARACTER < MIN_RSA_BITS:
        raise invalid(kind, "RSA 密钥不足 2048 位", "its RSA key is shorter than 2048 bits")
    return RSAKey.import_key(public)


def _require_ours(claims: Mapping[str, Any], kind: Kind, *, issuer: str, client_id: str) -> None:
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != issuer:
        raise invalid(kind, "签发者（iss）不符", "another provider issued it")
    # Whoever else is named could show us a token that was given to him.
    if audiences != [client_id] or claims.get("azp", client_id) != client_id:
        raise invalid(kind, "接收者（aud、azp）不符", "it is for another client")


def _require_current(claims: Mapping[str, Any], kind: Kind, *, now: datetime) -> float:
    """Return when it was issued."""
    moment, skew = now.timestamp(), CLOCK_SKEW.total_seconds()
    expires, issued = seconds(claims.get("exp")), seconds(claims.get("iat"))
    if expires is None or issued is None:
        raise invalid(kind, "缺少有效期", "it does not say how long it is good")
    if expires + skew <= moment:
        raise invalid(kind, "已过期", "it has expired")
    if not moment - MAX_AGE.total_seconds() - skew <= issued <= moment + skew:
        raise invalid(
            kind,
            "签发时间不符，请核对双方时钟",
            "it was not issued just now; compare the clocks",
        )
    return issued
