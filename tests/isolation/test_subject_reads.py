"""Every reading of a subject × every standing of its consent: what a bank's officer gets, and what is left on record.

A contract's basis is identity, contact and the request; a token that a subject approved narrows to its own consent.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from small_city import SmallCity, offer_terms

from suxin.consent.commands import pause_consent, resume_consent, revoke_consent
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound, Refusal
from suxin.lending.commands.offers import accept_offer, make_offer
from suxin.lending.commands.referrals import accept_referral
from suxin.lending.queries.dossier import dossier, dossier_records
from suxin.lending.queries.referrals import own_referral, party_of, request_behind
from suxin.subjects.identities import identity_of
from suxin.subjects.queries import records_of, subject_row

READINGS = (
    "records to match",
    "records for the contract",
    "subject",
    "identity",
    "dossier",
    "request",
    "party",
)
CLOSED = ([], [], NotFound, NotFound, None, None, None)
OPEN = (3, [], "firm", ("王小明", "19900000001"), 3, "request", "party")
CONTRACT = ([], [], NotFound, ("王小明", "19900000001"), None, "request", "party")
BOTH = (3, [], "firm", ("王小明", "19900000001"), 3, "request", "party")

# What has happened: what each reading then gives, and how many receipts all of them leave.
STANDINGS: dict[str, tuple[tuple[Any, ...], int]] = {
    "never asked": (CLOSED, 0),
    "requested only": (CLOSED, 0),
    "active": (OPEN, 4),
    "paused": (CLOSED, 0),
    "resumed": (OPEN, 4),
    "revoked": (CLOSED, 0),
    "over": (CLOSED, 0),
    "contract and consent": (BOTH, 5),
    "contract alone": (CONTRACT, 2),
    "contract that is over": (CLOSED, 0),
    "token of this consent": (OPEN, 4),
    "token of another consent": (CLOSED, 0),
    "token of this consent, revoked": (CLOSED, 0),
    "token of this consent, contract alone": (CLOSED, 0),
}


@dataclass
class Scene:
    """One request of the applicant at the first bank, who reads about it, and when."""

    city: SmallCity
    admin: asyncpg.Connection
    request_id: UUID
    referral_id: UUID
    lead_id: UUID
    reader: Actor
    now: datetime
    consent_id: UUID | None = None

    async def consent(self) -> UUID:
        granted = await self.city.consent(self.request_id, self.city.banks[0])
        self.consent_id = granted.consent_id
        return granted.consent_id

    async def decide(self, step: Callable[..., Any], **given: Any) -> None:
        await self.city.act(step, self.city.applicant, consent_id=self.consent_id, **given)

    async def contract(self) -> None:
        officer = self.city.banks[0].officer
        await self.consent()
        await self.city.act(accept_referral, officer, referral_id=self.referral_id)
        offer = await self.city.act(
            make_offer, officer, referral_id=self.referral_id, terms=offer_terms()
        )
        await self.city.act(accept_offer, self.city.applicant, offer_id=offer.id)


async def bring_about(scene: Scene, standing: str) -> None:
    if "contract" in standing:
        await scene.contract()
    elif standing != "never asked":
        await scene.consent()
    if standing == "requested only":
        await scene.admin.execute("update consents set state = 'REQUESTED'")
        await scene.admin.execute("delete from access_bases")
    if standing in ("paused", "resumed"):
        await scene.decide(pause_consent)
    if standing == "resumed":
        await scene.decide(resume_consent)
    if any(word in standing for word in ("revoked", "alone", "contract that is over")):
        await scene.decide(revoke_consent, reason=None)
    await _look_from(scene, standing)


async def _look_from(scene: Scene, standing: str) -> None:
    """Set when and with which token the reader comes."""
    if "over" in standing:
        scene.now = await scene.admin.fetchval("select max(ends_at) from access_bases")
    if standing.startswith("token"):
        narrowed = uuid4() if "another" in standing else scene.consent_id
        scene.reader = replace(scene.reader, consent_id=narrowed)


async def readings(scene: Scene) -> tuple[Any, ...]:
    """Return what each reading gives, each in a snapshot of its own, in words that can be compared."""
    city, who = scene.city, scene.reader

    async def records(session: Any, purpose: str) -> Any:
        found = await records_of(session, who, city.firm_id, purpose)
        return len(found.rows) or list(found.rows)

    async def subject(session: Any) -> Any:
        return (await subject_row(session, city.firm_id)).kind.value

    async def identity(session: Any) -> Any:
        found = await identity_of(session, city.sealer, city.person_id)
        return found.name, found.phone

    async def opened(session: Any) -> Any:
        referral, _ = await own_referral(session, who, scene.referral_id)
        found = await dossier(session, who, referral)
        if found is None:
            return None
        return len((await dossier_records(session, who, found)).rows)

    async def request(session: Any) -> Any:
        found = await request_behind(session, scene.lead_id)
        return None if found is None else "request"

    async def party(session: Any) -> Any:
        found = await party_of(session, scene.lead_id)
        return None if found is None else "party"

    asked: tuple[Callable[[Any], Awaitable[Any]], ...] = (
        lambda session: records(session, "loan.match"),
        lambda session: records(session, "loan.contract"),
        subject,
        identity,
        opened,
        request,
        party,
    )
    return tuple([await _ask(scene, one) for one in asked])


async def _ask(scene: Scene, reading: Callable[[Any], Awaitable[Any]]) -> Any:
    try:
        async with scene.city.database.snapshot(scene.reader, now=scene.now) as session:
            return await reading(session)
    except Refusal as refused:
        return type(refused)


@pytest.fixture
async def scene(small_city: SmallCity, admin: asyncpg.Connection) -> Scene:
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    assert submitted.lead is not None
    return Scene(
        city=small_city,
        admin=admin,
        request_id=submitted.request.id,
        referral_id=await small_city.referral_to(submitted, bank),
        lead_id=submitted.lead.id,
        reader=bank.officer,
        now=small_city.now,
    )


RECEIPTS = "select count(*) from audit_entries where action = 'data.read'"


@pytest.mark.parametrize("standing", STANDINGS)
async def test_what_a_bank_reads_is_what_the_standing_permits(scene: Scene, standing: str) -> None:
    await bring_about(scene, standing)
    expected, receipts = STANDINGS[standing]
    found = await readings(scene)
    assert dict(zip(READINGS, found, strict=True)) == dict(zip(READINGS, expected, strict=True))
    assert await scene.admin.fetchval(RECEIPTS) == receipts


@pytest.mark.parametrize("standing", ["active", "contract and consent"])
async def test_the_other_bank_reads_nothing_whatever_the_first_may(
    scene: Scene, standing: str
) -> None:
    await bring_about(scene, standing)
    rival = scene.city.banks[1]
    scene.reader = rival.officer
    scene.referral_id = await scene.admin.fetchval(
        "select id from referrals where tenant_id = $1", rival.tenant_id
    )
    assert await readings(scene) == CLOSED
    assert await scene.admin.fetchval(RECEIPTS) == 0
