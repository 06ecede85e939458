"""Artefacts: signed after the decision, kept by the subject, verified with nothing but the published keys."""

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from observing import carry_out, nothing_written
from small_city import SmallCity

from suxin.consent.artefacts import (
    ArtefactKeyUnknown,
    ArtefactTampered,
    ArtefactUnreadable,
    verified_artefact,
)
from suxin.consent.models import ArtefactNotSigned
from suxin.consent.queries import own_artefact
from suxin.consent.requests import ConsentForm, request_consent
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.kernel.signing import (
    KeySet,
    KeyUse,
    ensure_signing_keys,
    read_keys,
    rotate_signing_key,
)
from suxin.subjects.models import DataCategory

SIGN = "consent.artefact.sign"


async def keys_of(city: SmallCity, *, now: Any = None) -> KeySet:
    """Make sure that keys are there, and return them."""
    moment = now or city.now
    async with city.database.transaction(Actor.system("test"), now=moment) as session:
        await ensure_signing_keys(session, sealer=city.sealer, now=moment)
        return await read_keys(session, sealer=city.sealer, now=moment)


async def kept(city: SmallCity, consent_id: UUID, actor: Actor | None = None) -> str:
    reader = actor or city.applicant
    async with city.database.snapshot(reader, now=city.now) as session:
        return await own_artefact(session, reader, consent_id)


async def signed(city: SmallCity, admin: asyncpg.Connection) -> tuple[UUID, str, dict[str, Any]]:
    """Let the applicant permit the first bank; return the consent, its artefact and the published keys."""
    keys = await keys_of(city)
    submitted = await city.submit()
    granted = await city.consent(submitted.request.id, city.banks[0])
    with pytest.raises(ArtefactNotSigned):
        await kept(city, granted.consent_id)
    assert await carry_out(city, admin, SIGN, now=city.now) == 1
    return granted.consent_id, await kept(city, granted.consent_id), keys.published(now=city.now)


async def test_an_artefact_says_what_was_agreed(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id, artefact, jwks = await signed(small_city, admin)
    content = verified_artefact(f"\n{artefact}\n", jwks)
    bank = small_city.banks[0]
    assert content["consentId"] == str(consent_id)
    assert (content["ver"], content["fetchType"]) == ("1.0", "PERIODIC")
    assert (content["consentStart"], content["consentExpiry"]) == (
        "2026-11-20T02:00:00Z",
        "2026-12-20T02:00:00Z",
    )
    assert content["DataConsumer"]["id"] == str(bank.tenant_id)
    assert content["DataConsumer"]["name"] == "宿迁第一商业银行（测试）"
    assert content["DataProvider"]["type"] == "operator"
    assert content["Customer"] == {
        "id": str(small_city.firm_id),
        "decidedBy": str(small_city.person_id),
    }
    assert content["Purpose"]["code"] == "loan.match"
    assert content["FIDataRange"] == {"from": "2021-11-20"}
    assert content["DataLife"] == {"unit": "DAY", "value": 180}
    assert content["Frequency"] == {"unit": "DAY", "value": 20}
    assert content["notice"]["version"] == "loan.match/2026-11"


async def test_nobody_else_downloads_it(small_city: SmallCity, admin: asyncpg.Connection) -> None:
    consent_id, _, _ = await signed(small_city, admin)
    with pytest.raises(NotFound):
        await kept(small_city, consent_id, small_city.stranger)


def changed(artefact: str, **changes: Any) -> str:
    header, payload, signature = artefact.split(".")
    content = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    other = base64.urlsafe_b64encode(json.dumps({**content, **changes}).encode()).rstrip(b"=")
    return f"{header}.{other.decode()}.{signature}"


async def test_what_is_wrong_with_an_artefact_is_named(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    _, artefact, jwks = await signed(small_city, admin)
    with pytest.raises(ArtefactTampered):
        verified_artefact(changed(artefact, consentExpiry="2099-01-01T00:00:00Z"), jwks)
    with pytest.raises(ArtefactTampered):
        verified_artefact(artefact[:-4] + ("AAAA" if artefact[-4:] != "AAAA" else "BBBB"), jwks)
    with pytest.raises(ArtefactKeyUnknown):
        verified_artefact(artefact, {"keys": []})
    for text in ("", "x", "a.b.c", artefact.replace(".", ""), "{}"):
        with pytest.raises(ArtefactUnreadable):
            verified_artefact(text, jwks)


async def test_another_kind_of_signed_text_and_another_version_are_no_artefact(
    small_city: SmallCity,
) -> None:
    keys, now = await keys_of(small_city), small_city.now
    jwks = keys.published(now=now)
    token = keys.sign(b'{"ver":"1.0"}', use=KeyUse.TOKEN, typ="at+jwt", now=now)
    newer = keys.sign(b'{"ver":"9"}', use=KeyUse.ARTEFACT, typ="consent-artefact+jws", now=now)
    for text in (token, newer):
        with pytest.raises(ArtefactUnreadable):
            verified_artefact(text, jwks)


async def test_it_is_verified_years_and_rotations_later(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id, artefact, _ = await signed(small_city, admin)
    later = small_city.now + timedelta(days=5 * 365)
    async with small_city.database.transaction(Actor.system("test"), now=later) as session:
        await rotate_signing_key(session, use=KeyUse.ARTEFACT, sealer=small_city.sealer, now=later)
    jwks = (await keys_of(small_city, now=later)).published(now=later, use=KeyUse.ARTEFACT)
    assert len(jwks["keys"]) == 2
    assert verified_artefact(artefact, jwks)["consentId"] == str(consent_id)


async def test_a_request_that_was_not_answered_has_no_artefact(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    asked = await small_city.act(
        request_consent,
        small_city.banks[0].officer,
        form=ConsentForm(
            subject_id=small_city.firm_id,
            purpose="loan.match",
            categories=[DataCategory.TAX],
            life_days=30,
        ),
    )
    async with nothing_written(admin):
        with pytest.raises(NotFound):
            await kept(small_city, asked.consent_id)
