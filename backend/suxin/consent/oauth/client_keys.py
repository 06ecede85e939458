"""A client's keys, as a JWK set (RFC 7517) of public keys that our pinned algorithms can use."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from suxin.consent.oauth.dpop import public_key
from suxin.kernel.refusals import Invalid

MAX_KEYS: Final = 5
MAX_KEY_ID_CHARACTERS: Final = 128
_ALGORITHMS: Final = {"EC": "ES256", "RSA": "PS256", "OKP": "EdDSA"}
_KEPT: Final = ("kty", "crv", "x", "y", "n", "e")


def checked_keys(jwks: Mapping[str, Any], *, field: str = "jwks") -> list[dict[str, Any]]:
    """Return the usable keys of a set, each with its ``kid``, ``alg`` and ``use`` and nothing else.

    A key without a name is named by its thumbprint (RFC 7638).

    :raises Invalid: if there is none, there are more than five, two have one name, or one is no public key we can use
    """
    given = jwks.get("keys")
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_KEYS:
        raise _invalid(field, f"应为含 1 至 {MAX_KEYS} 个公钥的 JWK Set", f"1 to {MAX_KEYS} keys")
    keys = [_checked(jwk, field) for jwk in given]
    if len({key["kid"] for key in keys}) != len(keys):
        raise _invalid(field, "kid 重复", "two keys have the same kid")
    return keys


def stored_keys(jwks: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    """Return the keys of a set that was checked when it was stored."""
    return () if jwks is None else list(jwks.get("keys", ()))


def _checked(jwk: object, field: str) -> dict[str, Any]:
    algorithm = _ALGORITHMS.get(str(jwk.get("kty"))) if isinstance(jwk, dict) else None
    key = None if algorithm is None else public_key(jwk, algorithm)
    if key is None or not isinstance(jwk, dict):
        raise _invalid(
            field,
            "只接受 P-256、Ed25519 或 2048 位以上 RSA 的公钥，且不得含私钥",
            "only public keys on P-256 or Ed25519, or RSA of at least 2048 bits, are taken",
        )
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", algorithm) != algorithm:
        raise _invalid(field, "密钥用途或算法不符", "a key is for another use or algorithm")
    kid = jwk.get("kid", key.thumbprint())
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KEY_ID_CHARACTERS:
        raise _invalid(field, "kid 过长", "a kid is too long")
    kept = {name: jwk[name] for name in _KEPT if name in jwk}
    return {**kept, "kid": kid, "alg": algorithm, "use": "sig"}


def _invalid(field: str, reason_zh: str, reason_en: str) -> Invalid:
    return Invalid(field=field, reason_zh=reason_zh, reason_en=reason_en)
