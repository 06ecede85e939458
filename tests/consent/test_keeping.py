"""How long consents are kept after their end, and what goes with each; nothing goes a day earlier, by whatever statement."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from observing import acts
from small_city import SmallCity, offered
from sqlalchemy import delete

from suxin.consent.commands import pause_consent, revoke_consent
from suxin.consent.fetches import fetch_records
from suxin.consent.keeping import KEPT_FOR, REQUEST_KEPT_FOR
from suxin.consent.models import Consent, ConsentArtefact, ConsentFetch
from suxin.consent.requests import ConsentForm, reject_request, request_consent
from suxin.kernel.actor import Actor
from suxin.kernel.bases import AccessBasis
from suxin.lending.commands.offers import accept_offer
from suxin.subjects.models import DataCategory
from suxin_server.pruning import prune

SYSTEM = Actor.system("test")
SECOND = timedelta(seconds=1)
OF_A_CONSENT = {
    "consents": "id",
    "consent_artefacts": "consent_id",
    "consent_fetches": "consent_id",
    "access_bases": "source_id",
}


async def used(city: SmallCity, admin: asyncpg.Connection) -> UUID:
    """Let a consent be given, paused, resumed and fetched on; return it."""
    submitted = await city.submit()
    consent_id: UUID = (await city.consent(submitted.request.id, city.banks[0])).consent_id
    await city.act(fetch_records, city.banks[0].officer, consent_id=consent_id)
    async with city.database.transaction(SYSTEM, now=city.now) as session:
        session.add(
            ConsentArtefact(
                subject_id=city.firm_id,
                consent_id=consent_id,
                tenant_id=city.banks[0].tenant_id,
                jws="x.y.z",
                signed_at=city.now,
            )
        )
    return consent_id


async def left(admin: asyncpg.Connection, consent_id: UUID) -> dict[str, int]:
    return {
        table: await admin.fetchval(
            f"select count(*) from {table} where {column} = $1",  # noqa: S608 - names of our own tables
            consent_id,
        )
        for table, column in OF_A_CONSENT.items()
    }


async def pruned(city: SmallCity, now: datetime) -> dict[str, int]:
    gone = await prune(city.database, now=now)
    return {name: gone[name] for name in ("consents", "access_bases", "mandates")}


async def test_a_consent_goes_five_years_after_its_end_with_all_that_is_its_own(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """PIPL art. 19, 47(1). Of another one, that stands, nothing goes."""
    ended = await used(small_city, admin)
    other = await small_city.consent((await small_city.submit()).request.id, small_city.banks[0])
    before = await left(admin, ended)
    assert before == dict.fromkeys(OF_A_CONSENT, 1)
    await small_city.act(revoke_consent, small_city.applicant, consent_id=ended, reason=None)
    over = small_city.now + KEPT_FOR
    assert (await pruned(small_city, over - SECOND))["consents"] == 0
    assert await left(admin, ended) == before
    assert (await pruned(small_city, over))["consents"] == 1
    assert await left(admin, ended) == dict.fromkeys(OF_A_CONSENT, 0)
    assert await admin.fetchval("select id from consents") == other.consent_id
    # That it was, and who read what on it, stays.
    assert "consent.consent.forgotten" in await acts(admin, "consent.consent")
    receipts = "select count(*) from audit_entries where action = 'data.read' and consent_id = $1"
    assert await admin.fetchval(receipts, ended) > 0


async def test_a_request_that_was_never_granted_goes_after_three_years(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    form = ConsentForm(
        subject_id=small_city.firm_id,
        purpose="loan.match",
        categories=[DataCategory.TAX],
        life_days=30,
    )
    asked = await small_city.act(request_consent, small_city.banks[0].officer, form=form)
    over = small_city.now + REQUEST_KEPT_FOR
    # While it waits for its answer, no time of keeping runs.
    assert (await pruned(small_city, over + KEPT_FOR))["consents"] == 0
    await small_city.act(
        reject_request, small_city.applicant, consent_id=asked.consent_id, reason=None
    )
    assert (await pruned(small_city, over - SECOND))["consents"] == 0
    assert (await pruned(small_city, over))["consents"] == 1
    assert await admin.fetchval("select count(*) from consents") == 0


async def test_a_contracts_basis_goes_three_years_after_its_end_and_a_mandate_after_its_own(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    _, offer_id = await offered(small_city, small_city.banks[0])
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    kept = timedelta(days=3 * 366)
    mandates = await admin.fetchval("select max(ends_at) from mandates")
    contract = await admin.fetchval("select ends_at from access_bases where kind = 'contract'")
    assert (await pruned(small_city, mandates + kept - SECOND))["mandates"] == 0
    assert (await pruned(small_city, mandates + kept))["mandates"] == 2
    assert (await pruned(small_city, contract + kept - SECOND))["access_bases"] == 0
    assert (await pruned(small_city, contract + kept))["access_bases"] == 1
    assert "subjects.mandate.forgotten" in await acts(admin, "subjects.mandate")


@pytest.mark.parametrize("step", [None, pause_consent])
async def test_no_statement_erases_what_belongs_to_a_consent_that_is_there(
    small_city: SmallCity, admin: asyncpg.Connection, step: object
) -> None:
    """The database holds it, if a job forgot to ask; a paused consent's old basis is still its own."""
    consent_id = await used(small_city, admin)
    if step is not None:
        await small_city.act(step, small_city.applicant, consent_id=consent_id)
    before = await left(admin, consent_id)
    for late in (timedelta(0), KEPT_FOR * 2):
        for table in (Consent, ConsentArtefact, ConsentFetch, AccessBasis):
            for caller in (SYSTEM, small_city.applicant, small_city.banks[0].officer):
                now = small_city.now + late
                async with small_city.database.transaction(caller, now=now) as session:
                    await session.execute(delete(table))
    assert await left(admin, consent_id) == before
