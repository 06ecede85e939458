"""The negative cases of India's Account Aggregator certification, ported by rule, each named for what must be refused."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity

from suxin.consent.artefacts import ArtefactTampered, verified_artefact
from suxin.consent.commands import pause_consent, revoke_consent
from suxin.consent.fetches import RangeOutsideConsent, fetch_records
from suxin.consent.models import ConsentStateConflict
from suxin.consent.purposes import (
    CategoriesOutsidePurpose,
    FetchUnit,
    Frequency,
    PurposeUnknown,
)
from suxin.consent.requests import (
    ClockApart,
    ConsentForm,
    approve_request,
    reject_request,
    request_consent,
)
from suxin.consent.uses import ConsentNotActive, FrequencyExhausted
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.signing import KeyUse, ensure_signing_keys, read_keys
from suxin.subjects.models import DataCategory

MINUTES_OFF = (-16, -15.01, 15.01, 16)


async def asked(city: SmallCity, **changes: Any) -> UUID:
    form = ConsentForm(
        **{
            "subject_id": city.firm_id,
            "purpose": "loan.match",
            "categories": [DataCategory.TAX],
            "life_days": 30,
            "frequency": Frequency(1, FetchUnit.ONCE),
            **changes,
        }
    )
    found = await city.act(request_consent, city.banks[0].officer, form=form)
    consent_id: UUID = found.consent_id
    return consent_id


async def approved(city: SmallCity, consent_id: UUID, **changes: Any) -> None:
    await city.act(
        approve_request,
        city.applicant,
        consent_id=consent_id,
        categories=[DataCategory.TAX],
        life_days=30,
        notice_version="loan.match/2026-11",
        **changes,
    )


async def fetched(city: SmallCity, consent_id: UUID, *, number: int = 0, **given: Any) -> None:
    await city.act(fetch_records, city.banks[number].officer, consent_id=consent_id, **given)


@pytest.mark.parametrize("minutes", MINUTES_OFF)
async def test_a_timestamp_more_than_fifteen_minutes_off(
    small_city: SmallCity, admin: asyncpg.Connection, minutes: float
) -> None:
    async with nothing_written(admin):
        with pytest.raises(ClockApart):
            await asked(small_city, sent_at=small_city.now + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [-15, 0, 15])
async def test_a_timestamp_within_fifteen_minutes_is_taken(
    small_city: SmallCity, minutes: int
) -> None:
    assert await asked(small_city, sent_at=small_city.now + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "changes",
    [
        {"range_months": 0},
        {"life_days": 0},
        {"life_days": -1},
        {"frequency": Frequency(0, FetchUnit.DAY)},
        {"retention_days": 0},
    ],
    ids=["range", "life", "negative life", "frequency", "retention"],
)
async def test_a_bad_range_life_frequency_or_retention(
    small_city: SmallCity, admin: asyncpg.Connection, changes: dict[str, Any]
) -> None:
    async with nothing_written(admin):
        with pytest.raises(Invalid):
            await asked(small_city, **changes)


async def test_a_filter_outside_the_consent(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id = await asked(small_city)
    await approved(small_city, consent_id)
    async with nothing_written(admin):
        with pytest.raises(CategoriesOutsidePurpose):
            await fetched(small_city, consent_id, categories=[DataCategory.HONOURS])
        with pytest.raises(RangeOutsideConsent):
            await fetched(small_city, consent_id, since=date(2000, 1, 1))


@pytest.mark.parametrize("purpose", ["", "marketing", "loan.contract", "LOAN.MATCH"])
async def test_an_unknown_purpose(
    small_city: SmallCity, admin: asyncpg.Connection, purpose: str
) -> None:
    async with nothing_written(admin):
        with pytest.raises(PurposeUnknown):
            await asked(small_city, purpose=purpose)


async def test_a_request_rejected_before_the_decision(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id = await asked(small_city)
    await small_city.act(reject_request, small_city.applicant, consent_id=consent_id, reason=None)
    async with nothing_written(admin):
        with pytest.raises(ConsentStateConflict):
            await approved(small_city, consent_id)
        with pytest.raises(ConsentNotActive):
            await fetched(small_city, consent_id)


async def test_a_request_lapsed_before_the_decision(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id = await asked(small_city)
    async with nothing_written(admin):
        with pytest.raises(ConsentStateConflict):
            await approved(small_city, consent_id, now=small_city.now + timedelta(days=7))


async def test_the_id_of_another_party(small_city: SmallCity, admin: asyncpg.Connection) -> None:
    consent_id = await asked(small_city)
    await approved(small_city, consent_id)
    async with nothing_written(admin):
        for wrong in (consent_id, uuid4()):
            with pytest.raises(NotFound):
                await fetched(small_city, wrong, number=1)
        with pytest.raises(NotFound):
            await small_city.act(
                revoke_consent, small_city.stranger, consent_id=consent_id, reason=None
            )


async def test_a_signature_that_does_not_match(small_city: SmallCity) -> None:
    now = small_city.now
    async with small_city.database.transaction(Actor.system("test"), now=now) as session:
        await ensure_signing_keys(session, sealer=small_city.sealer, now=now)
        keys = await read_keys(session, sealer=small_city.sealer, now=now)
    one, other = (
        keys.sign(b'{"ver":"1.0"}', use=KeyUse.ARTEFACT, typ="consent-artefact+jws", now=now),
        keys.sign(b'{"ver":"1.1"}', use=KeyUse.ARTEFACT, typ="consent-artefact+jws", now=now),
    )
    mixed = ".".join([*other.split(".")[:2], one.split(".")[2]])
    with pytest.raises(ArtefactTampered):
        verified_artefact(mixed, keys.published(now=now))


async def test_a_fetch_on_a_consent_paused_revoked_or_expired(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    for step, state in ((pause_consent, "PAUSED"), (revoke_consent, "REVOKED"), (None, "EXPIRED")):
        consent_id, now = await asked(small_city, context_id=uuid4()), small_city.now
        await approved(small_city, consent_id)
        given = {"reason": None} if step is revoke_consent else {}
        if step is None:
            now += timedelta(days=30)
        else:
            await small_city.act(step, small_city.applicant, consent_id=consent_id, **given)
        async with nothing_written(admin):
            with pytest.raises(ConsentNotActive) as refused:
                await fetched(small_city, consent_id, now=now)
        assert refused.value.facts["state"] == state


async def test_a_fetch_more_often_than_agreed(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id = await asked(small_city, frequency=Frequency(2, FetchUnit.DAY))
    await approved(small_city, consent_id)
    for _ in range(2):
        await fetched(small_city, consent_id)
    async with nothing_written(admin):
        with pytest.raises(FrequencyExhausted):
            await fetched(small_city, consent_id)


async def test_a_second_fetch_on_a_one_time_consent(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    consent_id = await asked(small_city)
    await approved(small_city, consent_id)
    await fetched(small_city, consent_id)
    for later in (timedelta(0), timedelta(days=1), timedelta(days=29)):
        async with nothing_written(admin):
            with pytest.raises(FrequencyExhausted):
                await fetched(small_city, consent_id, now=small_city.now + later)
