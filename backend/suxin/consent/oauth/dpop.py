"""Proofs of possession (DPoP, RFC 9449): each request shows that its sender holds the key its token is bound to.

A proof is a JWS over the request's method and address, once. Every proof carries a nonce of ours, which the next answer
brings; so a proof made in advance, or seen by someone, is good for minutes at most and never twice.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from string import ascii_letters, digits
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import msgspec
from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from typing_extensions import override

from suxin.consent.oauth.refusals import ProofNonceNeeded, ProofRefused
from suxin.consent.oauth.replay import ReplayStore
from suxin.kernel.sealing import Sealer
from suxin.kernel.signing import SignatureInvalid, unverified_header

ALGORITHMS: Final = ("ES256", "PS256", "EdDSA")
"""The algorithms that proofs and client assertions may be signed by (FAPI 2.0 §5.4)."""

MAX_PROOF_CHARACTERS: Final = 4 * 1024
MAX_ID_CHARACTERS: Final = 256
PROOF_LIFE: Final = timedelta(seconds=60)
CLOCK_SKEW: Final = timedelta(seconds=10)
REMEMBERED_FOR: Final = PROOF_LIFE + 2 * CLOCK_SKEW
"""How long a use is remembered: longer than the proof is good, by our clock and by Valkey's."""

NONCE_STEP_S: Final = 120
"""A nonce is good in the step it was made and the next, so for two to four minutes."""

NONCE_BYTES: Final = 18
NONCE: Final = "oauth.dpop_nonce"
"""The purpose that nonces are keyed for. A new key of the ring makes every nonce be asked for anew."""

MIN_RSA_BITS: Final = 2048
KEYS_KEPT: Final = 4_096
"""How many public keys a process keeps ready; the one that was not used for longest gives way."""

NONCES_READY: Final = 16
"""How many nonces a process keeps ready: of a few steps, and of the epochs that a lost replay store begins."""

PublicKey = ECKey | RSAKey | OKPKey

_TYP: Final = "dpop+jwt"
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_THUMBPRINTED: Final = frozenset({"kty", "crv", "x", "y", "n", "e"})
_IMPORTS: Final[Mapping[str, Callable[[Any], PublicKey]]] = {
    "EC": ECKey.import_key,
    "RSA": RSAKey.import_key,
    "OKP": OKPKey.import_key,
}
_ENCODED: Final = re.compile(r"%[0-9A-Fa-f]{2}", re.ASCII)
_UNRESERVED: Final = frozenset(ascii_letters + digits + "-._~")
_CURVES: Final = {"ES256": "P-256", "EdDSA": "Ed25519"}


@dataclass(frozen=True, slots=True)
class Proof:
    """What one proof shows: the thumbprint (RFC 7638) of the key that its sender holds."""

    jkt: str


class Nonces:
    """The nonces of one installation: stateless, keyed, and bound to the replay store's epoch."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        # One step's nonce stands on every answer of two minutes, and is looked at with every proof.
        self._ready: dict[tuple[str, int, int], str] = {}

    def fresh(self, epoch: str, *, now: datetime) -> str:
        """Return the nonce to use from now on."""
        return self._made(epoch, _step(now))

    def fits(self, nonce: str, epoch: str, *, now: datetime) -> bool:
        """Tell whether a nonce was made by us, in this epoch, in this step or the one before."""
        step = _step(now)
        known = [self._made(epoch, made) for made in (step, step - 1)]
        return any(hmac.compare_digest(nonce.encode(), made.encode()) for made in known)

    def _made(self, epoch: str, step: int) -> str:
        place = (epoch, step, self._sealer.keyring.current)
        ready = self._ready.get(place)
        if ready is None:
            keyed = self._sealer.blind_index(f"{epoch}:{step}", purpose=NONCE)
            ready = base64.urlsafe_b64encode(keyed.digest[:NONCE_BYTES]).decode()
            if len(self._ready) >= NONCES_READY:
                self._ready.clear()
            self._ready[place] = ready
        return ready


async def verify_proof(
    proof: str,
    *,
    method: str,
    url: str,
    nonces: Nonces,
    replays: ReplayStore,
    now: datetime,
    access_token: str | None = None,
) -> Proof:
    """Check one proof for one request; ``url`` is the address as we publish it, never what the Host header says.

    With an access token the proof must be about that token (``ath``).

    :raises ProofRefused: if it does not fit
    :raises ProofNonceNeeded: if it carries no nonce of ours that is good now
    :raises ReplayUncertain: if replays cannot be ruled out
    Source: RFC 9449 §4.3
    """
    known, algorithm = _proof_key(proof)
    claims = signed_claims(proof, known.key, algorithm)
    if claims is None:
        raise _refused("签名不正确", "its signature is wrong")
    _require_about(claims, method=method, url=url, access_token=access_token)
    _require_fresh(claims, now=now)
    jkt, nonce = known.jkt, str(claims.get("nonce"))
    seen = await replays.use(_use_of(jkt, nonce, _proof_id(claims)), life=REMEMBERED_FOR)
    if not nonces.fits(nonce, seen.epoch, now=now):
        raise ProofNonceNeeded(nonce=nonces.fresh(seen.epoch, now=now))
    if not seen.first:
        raise _refused("已被使用过", "it was used before")
    return Proof(jkt)


def proof_jkt(proof: str) -> str:
    """Return the thumbprint of the key that a proof names; ``verify_proof`` alone tells whether its sender holds it.

    :raises ProofRefused: if it names none that is usable
    """
    known, _ = _proof_key(proof)
    return known.jkt


def _use_of(jkt: str, nonce: str, proof_id: str) -> str:
    """Return the name under which a use is remembered.

    The nonce is part of it: a client that is told to use another may keep its ``jti``, since that proof was not accepted.
    """
    return "dpop:" + hashlib.sha256(f"{jkt} {nonce} {proof_id}".encode()).hexdigest()


def token_digest(access_token: str) -> str:
    """Return the ``ath`` of an access token (RFC 9449 §4.2)."""
    digest = hashlib.sha256(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class _Headers(jws.JWSRegistry):
    """The header of a JWT: a member that we do not know is passed over (RFC 7515 §4), and an RSA key is long."""

    max_header_length = MAX_PROOF_CHARACTERS

    @override
    def get_alg(self, name: str) -> Any:
        # The library does not export the type, and warns of the name EdDSA (RFC 9864), which the profile still goes by.
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


def signed_claims(signed: str, key: PublicKey, algorithm: str) -> dict[str, Any] | None:
    """Return the claims of a JWT that the key signed by one of the pinned algorithms; None if it did not."""
    headers = _Headers(algorithms=[algorithm], strict_check_header=False)
    try:
        claims = json.loads(jws.deserialize_compact(signed, key, registry=headers).payload)
    except (JoseError, ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def public_key(jwk: object, algorithm: str) -> PublicKey | None:
    """Return the public key of a JWK that fits the algorithm; None for anything else, private halves included."""
    known = _known_key(jwk, algorithm)
    return None if known is None else known.key


@dataclass(frozen=True, slots=True)
class _KnownKey:
    key: PublicKey
    jkt: str


def _known_key(jwk: object, algorithm: str) -> _KnownKey | None:
    if not isinstance(jwk, dict) or _PRIVATE & jwk.keys():
        return None
    if not all(isinstance(jwk[name], str) for name in _THUMBPRINTED & jwk.keys()):
        return None
    known = _imported(msgspec.json.encode(jwk, order="deterministic"))
    return known if known is not None and _fits(known.key, jwk, algorithm) else None


@lru_cache(maxsize=KEYS_KEPT)
def _imported(written: bytes) -> _KnownKey | None:
    """Return the key that is written so; a sender proves by the same one again and again."""
    jwk = json.loads(written)
    read = _IMPORTS.get(str(jwk.get("kty")))
    if read is None or (jwk["kty"] == "RSA" and _is_short(jwk.get("n"))):
        return None
    try:
        key = read(jwk)
        return _KnownKey(key, key.thumbprint())
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _fits(key: PublicKey, jwk: dict[str, Any], algorithm: str) -> bool:
    if algorithm == "PS256":
        return isinstance(key, RSAKey)
    return not isinstance(key, RSAKey) and jwk.get("crv") == _CURVES.get(algorithm)


def _is_short(modulus: object) -> bool:
    """Judge an RSA key before the library reads it, which would warn whoever runs the server of each stranger's."""
    try:
        number = base64.urlsafe_b64decode(f"{modulus}==")
    except ValueError:
        return True
    return int.from_bytes(number).bit_length() < MIN_RSA_BITS


def _proof_key(proof: str) -> tuple[_KnownKey, str]:
    if len(proof) > MAX_PROOF_CHARACTERS:
        raise _refused("过长", "it is too long")
    try:
        header = unverified_header(proof)
    except SignatureInvalid:
        raise _refused("不是 JWT", "it is no JWT") from None
    algorithm = str(header.get("alg"))
    if header.get("typ") != _TYP:
        raise _refused("typ 应为 dpop+jwt", "its typ is not dpop+jwt")
    if algorithm not in ALGORITHMS:
        raise _refused("签名算法不被接受", "its algorithm is not accepted")
    key = _known_key(header.get("jwk"), algorithm)
    if key is None:
        raise _refused("jwk 不是可用的公钥", "its jwk is no usable public key")
    return key, algorithm


def _proof_id(claims: dict[str, Any]) -> str:
    proof_id = claims.get("jti")
    if not isinstance(proof_id, str) or not 0 < len(proof_id) <= MAX_ID_CHARACTERS:
        raise _refused("缺少 jti", "it has no jti")
    return proof_id


def _require_about(
    claims: dict[str, Any], *, method: str, url: str, access_token: str | None
) -> None:
    if claims.get("htm") != method:
        raise _refused("htm 与请求方法不符", "its htm is not this request's method")
    if not _same_address(claims.get("htu"), url):
        raise _refused("htu 与请求地址不符", "its htu is not this request's address")
    if access_token is not None and claims.get("ath") != token_digest(access_token):
        raise _refused("ath 与访问令牌不符", "its ath is not this access token's")


def _require_fresh(claims: dict[str, Any], *, now: datetime) -> None:
    issued = moment(claims.get("iat"))
    if issued is None or not now - PROOF_LIFE <= issued <= now + CLOCK_SKEW:
        raise _refused("iat 不在允许的时间内", "its iat is not about now")
    expires, begins = claims.get("exp"), claims.get("nbf")
    if expires is not None and ((end := moment(expires)) is None or end <= now - CLOCK_SKEW):
        raise _refused("已过期", "it has expired")
    if begins is not None and ((start := moment(begins)) is None or start > now + CLOCK_SKEW):
        raise _refused("尚未生效", "it is not valid yet")


def moment(value: object) -> datetime | None:
    """Return the time of a NumericDate claim (RFC 7519 §2); None where there is no sensible one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _same_address(claimed: object, url: str) -> bool:
    """Compare without query and fragment, after the normalization of RFC 3986 §6.2.2.1, §6.2.2.2 and §6.2.3."""
    return isinstance(claimed, str) and _normal(claimed) == _normal(url)


def _normal(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    default = {"https": 443, "http": 80}.get(parts.scheme.lower())
    host = (parts.hostname or "") if port in (None, default) else f"{parts.hostname}:{port}"
    path = _ENCODED.sub(_decoded, parts.path) or "/"
    return urlunsplit((parts.scheme.lower(), host, path, "", ""))


def _decoded(encoded: re.Match[str]) -> str:
    letter = chr(int(encoded[0][1:], 16))
    return letter if letter in _UNRESERVED else encoded[0].upper()


def _step(now: datetime) -> int:
    return int(now.timestamp()) // NONCE_STEP_S


def _refused(reason_zh: str, reason_en: str) -> ProofRefused:
    return ProofRefused(reason_zh=reason_zh, reason_en=reason_en)
