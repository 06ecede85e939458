"""Consent artefacts (授权凭证): the signed statement of a consent, which its subject keeps and anyone can verify offline.

Members follow India's ReBIT consent artefact (ver, consentId, consentStart, consentExpiry, consentMode, fetchType, fiTypes,
DataConsumer, DataProvider, Customer, Purpose, FIDataRange, DataLife, Frequency), with the notice that was shown beside
them. It is a compact JWS (RFC 7515) by the platform's artefact key, which stays published for good.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import queries
from suxin.consent.models import NEVER_GIVEN, Consent, ConsentArtefact
from suxin.consent.purposes import FetchUnit, purpose_named
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.signing import (
    ALGORITHM,
    KeySet,
    KeyUse,
    SignatureInvalid,
    unverified_claims,
    unverified_header,
)
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import TenantKind

TYPE: Final = "consent-artefact+jws"
VERSION: Final = "1.0"


class ArtefactUnreadable(Refusal):
    """The text is no consent artefact of a version that is known."""

    code = "ARTEFACT_UNREADABLE"
    kind = RefusalKind.INVALID
    zh = "这不是可识别的授权凭证：{reason_zh}"
    en = "This is no consent artefact that is known: {reason_en}"


class ArtefactKeyUnknown(Refusal):
    """The artefact names a key that is not among those published."""

    code = "ARTEFACT_KEY_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "签名密钥 {kid} 不在已公布的密钥之中，凭证可能并非本平台出具"
    en = "It is signed with the key {kid}, which is not among those published"


class ArtefactTampered(Refusal):
    """The signature does not fit the content: something in it was changed."""

    code = "ARTEFACT_TAMPERED"
    kind = RefusalKind.INVALID
    zh = "签名与内容不符，凭证内容已被改动"
    en = "The signature does not fit the content; it was changed"


async def sign_artefact(
    session: AsyncSession, *, subject_id: UUID, consent_id: UUID, keys: KeySet, now: datetime
) -> bool:
    """Sign and store the artefact of a consent that was given; return False when there is none, or it is signed already.

    A duty of the platform, in the subject's own rows.
    """
    consent = await queries.lock_consent(session, subject_id, consent_id)
    if consent is None or consent.state in NEVER_GIVEN:
        return False
    if await session.get(ConsentArtefact, (subject_id, consent_id)) is not None:
        return False
    recipient = await session.get_one(Tenant, consent.tenant_id)
    provider = await session.scalar(select(Tenant).where(Tenant.kind == TenantKind.OPERATOR))
    session.add(signed(consent, recipient=recipient, provider=provider, keys=keys, now=now))
    return True


def signed(
    consent: Consent, *, recipient: Tenant, provider: Tenant | None, keys: KeySet, now: datetime
) -> ConsentArtefact:
    """Return the artefact of a consent that was given, signed by the key in force."""
    content = artefact_content(consent, recipient=recipient, provider=provider)
    payload = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return ConsentArtefact(
        subject_id=consent.subject_id,
        consent_id=consent.id,
        tenant_id=consent.tenant_id,
        jws=keys.sign(payload, use=KeyUse.ARTEFACT, typ=TYPE, now=now),
        signed_at=now,
    )


def artefact_content(
    consent: Consent, *, recipient: Tenant, provider: Tenant | None
) -> dict[str, Any]:
    """Return what an artefact says about a consent as it was agreed."""
    purpose = purpose_named(consent.purpose)
    once = consent.frequency_unit is FetchUnit.ONCE
    return {
        "ver": VERSION,
        "consentId": str(consent.id),
        "createTimestamp": _moment(consent.decided_at or consent.requested_at),
        "consentStart": _moment(consent.starts_at),
        "consentExpiry": _moment(consent.expires_at),
        "consentMode": "VIEW",
        "fetchType": "ONETIME" if once else "PERIODIC",
        "fiTypes": consent.categories,
        "DataConsumer": _party(recipient),
        "DataProvider": None if provider is None else _party(provider),
        "Customer": {"id": str(consent.subject_id), "decidedBy": str(consent.decided_by)},
        "Purpose": {"code": purpose.code, "text": purpose.zh, "textEn": purpose.en},
        "matter": None if consent.context_id is None else str(consent.context_id),
        "FIDataRange": {"from": consent.records_from.isoformat()},
        "DataLife": {"unit": "DAY", "value": consent.retention_days},
        "Frequency": {"unit": consent.frequency_unit.value, "value": consent.frequency_times},
        "notice": {"version": consent.notice_version, "sha256": consent.notice_sha256},
    }


def verified_artefact(text: str, jwks: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an artefact says, after its signature was checked against a published key set; needs nothing else.

    :raises ArtefactUnreadable: if the text is no artefact, or of a version or algorithm that is not known
    :raises ArtefactKeyUnknown: if its key is not in the set
    :raises ArtefactTampered: if the signature does not fit
    """
    artefact = text.strip()
    try:
        header = unverified_header(artefact)
    except SignatureInvalid:
        raise _unreadable("不是 JWS 紧凑格式", "it is no compact JWS") from None
    if header.get("typ") != TYPE or header.get("alg") != ALGORITHM:
        raise _unreadable("类型或算法不符", "its type or algorithm is another")
    kid = str(header.get("kid"))
    key = next((key for key in _keys_in(jwks) if key.get("kid") == kid), None)
    if key is None:
        raise ArtefactKeyUnknown(kid=kid[:64])
    try:
        jws.deserialize_compact(artefact, ECKey.import_key(dict(key)), [ALGORITHM])
    except (JoseError, ValueError):
        raise ArtefactTampered from None
    content = unverified_claims(artefact)
    if content.get("ver") != VERSION:
        raise _unreadable("版本不支持", "its version is not supported")
    return content


def _keys_in(jwks: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    keys = jwks.get("keys")
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []


def _unreadable(reason_zh: str, reason_en: str) -> ArtefactUnreadable:
    return ArtefactUnreadable(reason_zh=reason_zh, reason_en=reason_en)


def _party(tenant: Tenant) -> dict[str, str]:
    return {
        "id": str(tenant.id),
        "type": tenant.kind.value,
        "name": tenant.name,
        "uscc": tenant.uscc,
        "contact": tenant.contact,
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
