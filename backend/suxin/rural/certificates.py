"""Certificates of rural grades (涉农主体信用等级证书): shown by their subject for as long as the grade holds, with a code that anybody may verify.

A compact JWS (RFC 7515) by the platform's artefact key, as for tiers. Its number says besides whether the grade has ended since, which is
all that is kept of it for everybody. That it was looked at is written nowhere.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.signing import KeySet, KeyUse, SignatureInvalid
from suxin.kernel.working_days import local_day
from suxin.rural.models import RuralCertificate, RuralGrade
from suxin.rural.refusals import GradeCertificateInvalid
from suxin.rural.states import RuralKind

TYPE: Final = "rural-grade+jws"
MAX_CHARACTERS: Final = 4 * 1024
"""The longest certificate that is read: several times the longest that is signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedGrade:
    """What a certificate proves, and whether it still holds."""

    holder: str
    kind: RuralKind
    tier: str
    village: str
    effective_on: date
    expires_on: date
    ended: bool


def grade_certificate(
    grade: RuralGrade, *, holder: str, village: str, issuer: str, keys: KeySet, now: datetime
) -> str:
    """Return the signed certificate of a grade in force; ``holder`` is the name as others may see it, masked for a person."""
    claims = {
        "iss": issuer,
        "jti": str(grade.id),
        "iat": int(now.timestamp()),
        "holder": holder,
        "kind": grade.kind.value,
        "grade": grade.tier,
        "village": village,
        "effectiveOn": grade.effective_on.isoformat(),
        "expiresOn": grade.expires_on.isoformat(),
    }
    payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
    return keys.sign(payload, use=KeyUse.ARTEFACT, typ=TYPE, now=now)


async def verify_certificate(
    session: AsyncSession, text: str, *, issuer: str, keys: KeySet, now: datetime
) -> ProvedGrade:
    """Return what a certificate that somebody shows proves now.

    :raises GradeCertificateInvalid: if this platform did not sign it, or knows none of its number
    """
    compact = "".join(text.split())
    if not 0 < len(compact) <= MAX_CHARACTERS:
        raise GradeCertificateInvalid(field="certificate")
    try:
        claims = json.loads(keys.verified(compact, use=KeyUse.ARTEFACT, typ=TYPE, now=now))
    except SignatureInvalid:
        raise GradeCertificateInvalid(field="certificate") from None
    known = await session.get(RuralCertificate, UUID(claims["jti"]))
    if claims["iss"] != issuer or known is None:
        raise GradeCertificateInvalid(field="certificate")
    return ProvedGrade(
        holder=claims["holder"],
        kind=RuralKind(claims["kind"]),
        tier=claims["grade"],
        village=claims["village"],
        effective_on=date.fromisoformat(claims["effectiveOn"]),
        expires_on=date.fromisoformat(claims["expiresOn"]),
        ended=known.ended_at is not None or known.expires_on <= local_day(now),
    )
