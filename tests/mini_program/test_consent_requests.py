"""Requests that organisations put to a subject, as the mini program answers them; and the artefact he keeps."""

from uuid import uuid4

from observing import carry_out

from suxin.consent.artefacts import verified_artefact
from suxin.consent.requests import ConsentForm, request_consent
from suxin.kernel.actor import Actor
from suxin.kernel.signing import ensure_signing_keys, read_keys
from suxin.subjects.models import DataCategory

APPROVAL = {"categories": ["tax"], "lifeDays": 10, "noticeVersion": "loan.match/2026-11"}


async def asked_by_bank(city) -> str:
    asked = await city.act(
        request_consent,
        city.banks[0].officer,
        form=ConsentForm(
            subject_id=city.firm_id,
            purpose="loan.match",
            categories=[DataCategory.TAX],
            life_days=30,
        ),
    )
    return str(asked.consent_id)


async def test_a_request_is_listed_approved_and_its_artefact_kept(
    applicant, small_city, admin
) -> None:
    consent_id = await asked_by_bank(small_city)
    listed = (await applicant.get("/consents")).json()["items"]
    assert [(one["id"], one["state"]["code"]) for one in listed] == [(consent_id, "REQUESTED")]
    granted = await applicant.post(f"/consents/{consent_id}/approval", APPROVAL)
    assert granted.status_code == 200, granted.text
    assert (granted.json()["id"], granted.json()["supersedes"]) == (consent_id, None)
    early = await applicant.get(f"/consents/{consent_id}/artefact")
    assert (early.status_code, early.json()["code"]) == (503, "ARTEFACT_NOT_SIGNED")
    now = small_city.now
    async with small_city.database.transaction(Actor.system("test"), now=now) as session:
        await ensure_signing_keys(session, sealer=small_city.sealer, now=now)
        keys = await read_keys(session, sealer=small_city.sealer, now=now)
    assert await carry_out(small_city, admin, "consent.artefact.sign", now=now) == 1
    kept = (await applicant.get(f"/consents/{consent_id}/artefact")).json()["jws"]
    assert verified_artefact(kept, keys.published(now=now))["consentId"] == consent_id


async def test_a_request_is_rejected_once(applicant, small_city) -> None:
    consent_id = await asked_by_bank(small_city)
    rejected = await applicant.post(f"/consents/{consent_id}/rejection", {"reason": "不需要"})
    assert (rejected.status_code, rejected.json()["state"]["code"]) == (200, "REJECTED")
    late = await applicant.post(f"/consents/{consent_id}/approval", APPROVAL)
    assert (late.status_code, late.json()["code"]) == (409, "CONSENT_STATE_CONFLICT")
    unknown = await applicant.get(f"/consents/{uuid4()}/artefact")
    assert unknown.status_code == 404
