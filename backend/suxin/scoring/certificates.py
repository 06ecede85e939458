"""Tier certificates (信用等级证明): what a subject shows for a few minutes to prove its tier, and nothing of its number.

A compact JWS (RFC 7515) with the claims of a JWT (RFC 7519), by the platform's artefact key, which stays published at
``/oauth/jwks``: whoever is shown one verifies it without asking the platform, so that nobody learns where it is shown.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import uuid4

from suxin.kernel.signing import KeySet, KeyUse, SignatureInvalid
from suxin.scoring.models import ScoreTier
from suxin.scoring.refusals import CertificateExpired, CertificateInvalid

TYPE: Final = "score-tier+jws"
LIFE: Final = timedelta(minutes=10)
"""How long a certificate is good (proposed default): long enough to be shown, too short to be passed on."""

MAX_CHARACTERS: Final = 8 * 1024
"""The longest certificate that is read: several times one with as many tiers as a subject may have."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A signed certificate and when it ends."""

    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ProvedTier:
    """A tier that a certificate proves: of which model, and as of which day."""

    model_code: str
    tier: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Proof:
    """What a certificate proves: of whom, which tiers, and until when."""

    holder: str
    tiers: tuple[ProvedTier, ...]
    expires_at: datetime


def read_certificate(text: str, *, issuer: str, keys: KeySet, now: datetime) -> Proof:
    """Return what a certificate that somebody shows proves; that it was looked at is written nowhere.

    :raises CertificateInvalid: if this platform did not sign it
    :raises CertificateExpired: if its time is over
    """
    compact = "".join(text.split())
    if not 0 < len(compact) <= MAX_CHARACTERS:
        raise CertificateInvalid(field="certificate")
    try:
        claims = json.loads(keys.verified(compact, use=KeyUse.ARTEFACT, typ=TYPE, now=now))
    except SignatureInvalid:
        raise CertificateInvalid(field="certificate") from None
    if claims["iss"] != issuer:
        raise CertificateInvalid(field="certificate")
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    if now >= expires_at:
        raise CertificateExpired(field="certificate", expired_at=expires_at.isoformat())
    return Proof(
        holder=claims["holder"],
        tiers=tuple(
            ProvedTier(one["model"], one["tier"], date.fromisoformat(one["asOf"]))
            for one in claims["tiers"]
        ),
        expires_at=expires_at,
    )


def tier_certificate(
    tiers: Sequence[ScoreTier], *, holder: str, issuer: str, keys: KeySet, now: datetime
) -> Certificate:
    """Return a certificate of tiers in force; ``holder`` is the subject's name as others may see it, masked for a person."""
    expires_at = now + LIFE
    claims = {
        "iss": issuer,
        "jti": str(uuid4()),
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
        "holder": holder,
        "tiers": [
            {"model": one.model_code, "tier": one.tier, "asOf": one.as_of.isoformat()}
            for one in tiers
        ],
    }
    payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
    return Certificate(keys.sign(payload, use=KeyUse.ARTEFACT, typ=TYPE, now=now), expires_at)
