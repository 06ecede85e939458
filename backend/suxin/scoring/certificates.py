"""Tier certificates (信用等级证明): what a subject shows for a few minutes to prove its tier, and nothing of its number.

A compact JWS (RFC 7515) with the claims of a JWT (RFC 7519), by the platform's artefact key, which stays published at
``/oauth/jwks``: whoever is shown one verifies it without asking the platform, so that nobody learns where it is shown.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from suxin.kernel.signing import KeySet, KeyUse
from suxin.scoring.models import ScoreTier

TYPE: Final = "score-tier+jws"
LIFE: Final = timedelta(minutes=10)
"""How long a certificate is good (proposed default): long enough to be shown, too short to be passed on."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A signed certificate and when it ends."""

    text: str
    expires_at: datetime


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
