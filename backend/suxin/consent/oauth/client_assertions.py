"""Client assertions (``private_key_jwt``, RFC 7523 §2.2): how a confidential client shows that it is itself.

The audience is our issuer and nothing else, as one string: an assertion made for another server, or for one of our
endpoints by a client that was misled, is no use here (FAPI 2.0 §5.3.2.1).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from suxin.consent.oauth.dpop import (
    ALGORITHMS,
    CLOCK_SKEW,
    MAX_ID_CHARACTERS,
    moment,
    public_key,
    signed_claims,
)
from suxin.consent.oauth.models import UsedAssertion
from suxin.consent.oauth.refusals import ClientRefused
from suxin.kernel.signing import SignatureInvalid, unverified_claims, unverified_header
from suxin.kernel.single_steps import SingleStep, SingleSteps

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_ASSERTION_CHARACTERS: Final = 8 * 1024
MAX_LIFE: Final = timedelta(hours=1)
"""How far ahead ``exp`` may lie, by the client's clock: as far as widely used libraries put it by themselves."""

_USE: Final = SingleStep(
    insert(UsedAssertion)
    .values(digest=bindparam("digest"), expires_at=bindparam("expires_at"))
    .on_conflict_do_nothing()
    .returning(UsedAssertion.digest)
)


def claimed_client(assertion: str) -> str:
    """Return the client that an assertion says it is of; nothing is believed yet.

    :raises ClientRefused: if it names none
    """
    if len(assertion) > MAX_ASSERTION_CHARACTERS:
        raise _refused("过长", "the assertion is too long")
    try:
        claims = unverified_claims(assertion)
    except SignatureInvalid:
        raise _refused("不是 JWT", "the assertion is no JWT") from None
    subject = claims.get("sub")
    if not isinstance(subject, str) or claims.get("iss") != subject:
        raise _refused("缺少 iss 或 sub", "the assertion lacks iss or sub")
    return subject


@dataclass(frozen=True, slots=True)
class Assertion:
    """A good assertion: what it is remembered by once it is used, and until when."""

    digest: bytes
    kept_until: datetime


async def use_assertion(
    steps: SingleSteps,
    assertion: str,
    *,
    client_id: str,
    keys: Sequence[Mapping[str, Any]],
    issuer: str,
    now: datetime,
) -> None:
    """Check an assertion and use it up.

    What was used is remembered in the database, and not in a store that may forget: an assertion carries no nonce of ours
    that would tell one made before the loss from one made after it.

    :raises ClientRefused: if it does not fit, or was used before
    """
    checked = checked_assertion(assertion, client_id=client_id, keys=keys, issuer=issuer, now=now)
    if await steps.row(_USE, digest=checked.digest, expires_at=checked.kept_until) is None:
        raise used_before()


def used_before() -> ClientRefused:
    """Return the refusal of an assertion that comes again."""
    return _refused("已被使用过", "the assertion was used before")


def checked_assertion(
    assertion: str,
    *,
    client_id: str,
    keys: Sequence[Mapping[str, Any]],
    issuer: str,
    now: datetime,
) -> Assertion:
    """Check that one of the client's keys signed the assertion for us and now; whether it was used is not looked up.

    :raises ClientRefused: if it does not fit
    Source: RFC 7523 §3; FAPI 2.0 §5.3.2.1
    """
    claims = _claims(assertion, keys)
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise _refused("iss 或 sub 与客户端不符", "iss or sub is not the client")
    if claims.get("aud") != issuer:
        raise _refused("aud 应为授权服务器的 issuer", "aud is not the issuer")
    ends = _require_current(claims, now=now)
    assertion_id = claims.get("jti")
    if not isinstance(assertion_id, str) or not 0 < len(assertion_id) <= MAX_ID_CHARACTERS:
        raise _refused("缺少 jti", "the assertion has no jti")
    digest = hashlib.sha256(f"{client_id} {assertion_id}".encode()).digest()
    return Assertion(digest, ends + CLOCK_SKEW)


def _claims(assertion: str, keys: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    try:
        header = unverified_header(assertion)
    except SignatureInvalid:
        raise _refused("不是 JWT", "the assertion is no JWT") from None
    algorithm, kid = str(header.get("alg")), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise _refused("签名算法不被接受", "the algorithm is not accepted")
    for jwk in keys:
        # A client with several keys names one; without a name each may be the one.
        if kid is not None and jwk.get("kid") != kid:
            continue
        key = public_key(dict(jwk), algorithm)
        claims = None if key is None else signed_claims(assertion, key, algorithm)
        if claims is not None:
            return claims
    raise _refused("签名不正确或密钥未登记", "no registered key of the client signed it")


def _require_current(claims: Mapping[str, Any], *, now: datetime) -> datetime:
    """Return when the assertion ends."""
    ends = moment(claims.get("exp"))
    if ends is None or ends <= now - CLOCK_SKEW:
        raise _refused("已过期或缺少 exp", "exp is missing or past")
    if ends > now + MAX_LIFE + CLOCK_SKEW:
        raise _refused("有效期过长", "exp is too far away")
    made = [moment(claims[name]) for name in ("iat", "nbf") if name in claims]
    if any(at is None or at > now + CLOCK_SKEW for at in made):
        raise _refused("iat 或 nbf 在未来", "iat or nbf lies in the future")
    return ends


def _refused(reason_zh: str, reason_en: str) -> ClientRefused:
    return ClientRefused(reason_zh=reason_zh, reason_en=reason_en)
