"""ID tokens (OpenID Connect Core §3.1.3.7): a provider's signed statement about who logged in there, and when.

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

from suxin.kernel.signing import SignatureInvalid, unverified_header
from suxin.tenancy.providers.refusals import IdTokenInvalid

ALGORITHMS: Final = ("ES256", "PS256", "RS256")
CLOCK_SKEW: Final = timedelta(seconds=60)
MAX_AGE: Final = timedelta(minutes=10)
"""How long ago a token may have been issued; it is asked for and looked at within seconds."""

MAX_SUBJECT_CHARACTERS: Final = 255
MIN_RSA_BITS: Final = 2048
_BITS_A_CHARACTER: Final = 6
MULTI_FACTOR: Final = "mfa"
"""How a provider says that it asked for several factors (RFC 8176)."""

_KEY_TYPES: Final[Mapping[str, str]] = {"ES256": "EC", "PS256": "RSA", "RS256": "RSA"}
_PUBLIC: Final = ("kty", "crv", "x", "y", "n", "e")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedSubject:
    """Who logged in at the provider, and whether it asked him for several factors."""

    subject: str
    multi_factor: bool


def key_name(id_token: str) -> str | None:
    """Return the name of the key that a token says it is signed by, if it names one.

    :raises IdTokenInvalid: if it is no token
    """
    kid = _header(id_token).get("kid")
    return kid if isinstance(kid, str) else None


def proved_subject(
    id_token: str,
    *,
    keys: Sequence[Mapping[str, Any]],
    issuer: str,
    client_id: str,
    nonce: str,
    now: datetime,
) -> ProvedSubject:
    """Return whom an ID token is about, once it has been verified.

    :raises IdTokenInvalid: if it is not signed by one of the keys, for us, now, and for this very log-in
    """
    header = _header(id_token)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise _invalid("签名算法不被接受", "its algorithm is not taken")
    claims = _signed_claims(id_token, _fitting(keys, header), algorithm)
    _require_ours(claims, issuer=issuer, client_id=client_id, nonce=nonce)
    _require_current(claims, now=now)
    subject, methods = claims.get("sub"), claims.get("amr")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_CHARACTERS:
        raise _invalid("没有用户标识（sub）", "it names nobody")
    return ProvedSubject(
        subject=subject, multi_factor=isinstance(methods, list) and MULTI_FACTOR in methods
    )


def _header(id_token: str) -> dict[str, Any]:
    try:
        return unverified_header(id_token)
    except SignatureInvalid:
        raise _invalid("不是 JWT", "it is no JWT") from None


def _fitting(keys: Sequence[Mapping[str, Any]], header: Mapping[str, Any]) -> Mapping[str, Any]:
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
        raise _invalid("找不到签名所用的公钥", "the key that it names is not published")
    return found[0]


def _signed_claims(id_token: str, jwk: Mapping[str, Any], algorithm: str) -> Mapping[str, Any]:
    try:
        key = _public_key(jwk)
        return jwt.decode(id_token, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError, TypeError, KeyError):
        raise _invalid("签名不正确", "its signature is wrong") from None


def _public_key(jwk: Mapping[str, Any]) -> ECKey | RSAKey:
    public: dict[str, str | list[str]] = {name: str(jwk[name]) for name in _PUBLIC if name in jwk}
    if jwk["kty"] == "EC":
        return ECKey.import_key(public)
    # Judged before the library reads it, which would warn whoever runs the server.
    if len(public["n"]) * _BITS_A_CHARACTER < MIN_RSA_BITS:
        raise _invalid("RSA 密钥不足 2048 位", "its RSA key is shorter than 2048 bits")
    return RSAKey.import_key(public)


def _require_ours(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str) -> None:
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != issuer:
        raise _invalid("签发者（iss）不符", "another provider issued it")
    # Whoever else is named could show us a token that was given to him.
    if audiences != [client_id] or claims.get("azp", client_id) != client_id:
        raise _invalid("接收者（aud、azp）不符", "it is for another client")
    if claims.get("nonce") != nonce:
        raise _invalid("nonce 不符", "its nonce is of another log-in")


def _require_current(claims: Mapping[str, Any], *, now: datetime) -> None:
    moment, skew = now.timestamp(), CLOCK_SKEW.total_seconds()
    expires, issued = _time(claims.get("exp")), _time(claims.get("iat"))
    if expires is None or issued is None:
        raise _invalid("缺少有效期", "it does not say how long it is good")
    if expires + skew <= moment:
        raise _invalid("已过期", "it has expired")
    if not moment - MAX_AGE.total_seconds() - skew <= issued <= moment + skew:
        raise _invalid(
            "签发时间不符，请核对双方时钟", "it was not issued just now; compare the clocks"
        )


def _time(value: object) -> float | None:
    """Return seconds since the epoch (RFC 7519 §2); none for anything else, truth values included."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _invalid(reason_zh: str, reason_en: str) -> IdTokenInvalid:
    return IdTokenInvalid(reason_zh=reason_zh, reason_en=reason_en)
