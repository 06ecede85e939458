"""Each receipt names the ground that was relied on: the consent, or the contract; for staff, systems and bound tokens."""

import ast
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from small_city import SmallCity, offered

import suxin
from suxin.consent.commands import revoke_consent
from suxin.consent.fetches import delivered_before, fetch_records
from suxin.consent.queries import reads_of
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.refusals import NotFound
from suxin.lending.commands.offers import accept_offer
from suxin.lending.queries.dossier import contracted_request, dossier, dossier_records
from suxin.lending.queries.referrals import own_referral
from suxin.subjects.identities import identity_of

# Where a receipt is noted; the readings below get to each.
WRITERS = {
    "consent.fetches.delivered_before",
    "consent.fetches.fetch_records",
    "lending.queries.dossier.contracted_request",
    "lending.queries.dossier._opened",
    "subjects.identities._note",
    "subjects.queries._note_records",
}
# What a person shows himself at a counter is on neither ground: the receipt names his visit.
AT_COUNTER = {"counter.queries._note", "counter.queries.opened_evidence"}
# A tier is told on a consent alone, and on the one that is named: scoring/test_tiers.py, graphql/test_tiers.py.
TIERS = {"scoring.fetches.tiers_delivered_before", "scoring.queries.tiers_weighed"}
# What is exchanged on a referral rests on the ground for its own matter: lending/test_exchange.py.
EXCHANGED = {"lending.exchange.queries._note"}
# A warning, and the record behind it, rest on the consent to watching alone: lending/test_warnings.py, lending/test_warning_answers.py.
WARNED = {"lending.warnings.telling._tell_raised", "lending.warnings.queries.evidence_of"}
# A grade is told to a bank of a whole-village round on the consent to the rating alone: village_credit/.
RATED = {"rural.queries.own.grades_told"}
# What a person sent in with his case is opened on no ground but his wish; the receipt names the case's document: desks/test_exemptions.py.
SENT_IN = {"rights.queries.cases.opened_document"}
GROUNDS = (
    "select object_type, consent_id, contract_id from audit_entries where action = 'data.read'"
    " order by id"
)


@dataclass
class Matter:
    """One request of the applicant at the first bank, and who reads about it."""

    city: SmallCity
    request_id: UUID
    referral_id: UUID
    consent_id: UUID
    reader: Actor

    async def opened(self, session: Any) -> Any:
        referral, _ = await own_referral(session, self.reader, self.referral_id)
        return await dossier(session, self.reader, referral)

    async def dossier(self, session: Any) -> None:
        assert await self.opened(session)

    async def records(self, session: Any) -> None:
        found = await self.opened(session)
        assert (await dossier_records(session, self.reader, found)).rows

    async def identity(self, session: Any) -> None:
        person = self.city.person_id
        assert await identity_of(session, self.city.sealer, person, context_id=self.request_id)

    async def contracted(self, session: Any) -> None:
        referral, _ = await own_referral(session, self.reader, self.referral_id)
        assert await contracted_request(session, self.reader, referral)

    async def fetched(self, session: Any) -> None:
        now = self.city.now
        await fetch_records(session, self.reader, consent_id=self.consent_id, now=now)

    async def fetched_again(self, session: Any) -> None:
        given = {"consent_id": self.consent_id, "number": 1, "now": self.city.now}
        await fetch_records(session, self.reader, consent_id=self.consent_id, now=self.city.now)
        await delivered_before(session, self.reader, **given)


@pytest.fixture
async def matter(small_city: SmallCity) -> Matter:
    bank = small_city.banks[0]
    # Another permission of the same purpose lives beside it, the later one: it is not the one that is relied on.
    submitted = await small_city.submit()
    granted = await small_city.consent(submitted.request.id, bank)
    other = await small_city.submit()
    await small_city.consent(other.request.id, bank)
    return Matter(
        small_city,
        submitted.request.id,
        await small_city.referral_to(submitted, bank),
        granted.consent_id,
        bank.officer,
    )


def as_reader(matter: Matter, who: str) -> None:
    officer = matter.city.banks[0].officer
    system = replace(officer, kind=ActorKind.CLIENT, staff_id=None, client_id="a-client")
    bound = replace(system, consent_id=matter.consent_id)
    matter.reader = {"staff": officer, "system": system, "bound token": bound}[who]


Reading = Callable[[Matter, Any], Awaitable[None]]


@pytest.mark.parametrize("who", ["staff", "system", "bound token"])
@pytest.mark.parametrize(
    ("reading", "objects"),
    [
        (Matter.dossier, ["loan_request"]),
        (Matter.identity, ["person_identity"]),
        (Matter.fetched, ["credit_record"]),
        (Matter.fetched_again, ["credit_record", "credit_record"]),
    ],
    ids=["dossier", "identity", "fetched", "delivered again"],
)
async def test_on_a_consent_the_receipt_names_the_consent(
    matter: Matter, admin: asyncpg.Connection, who: str, reading: Reading, objects: list[str]
) -> None:
    as_reader(matter, who)
    async with matter.city.database.transaction(matter.reader, now=matter.city.now) as session:
        await reading(matter, session)
    rows = [tuple(row) for row in await admin.fetch(GROUNDS)]
    assert rows == [(name, matter.consent_id, None) for name in objects]


async def test_a_staff_members_page_of_records_names_the_consent(
    matter: Matter, admin: asyncpg.Connection
) -> None:
    async with matter.city.database.snapshot(matter.reader, now=matter.city.now) as session:
        await matter.records(session)
    rows = [tuple(row) for row in await admin.fetch(GROUNDS)]
    assert rows == [
        ("loan_request", matter.consent_id, None),
        ("credit_record", matter.consent_id, None),
    ]


@pytest.mark.parametrize("who", ["staff", "system"])
@pytest.mark.parametrize(
    ("reading", "name"),
    [(Matter.contracted, "loan_request"), (Matter.identity, "person_identity")],
    ids=["request on a contract", "identity"],
)
async def test_on_a_contract_the_receipt_names_the_contract(
    small_city: SmallCity, admin: asyncpg.Connection, who: str, reading: Reading, name: str
) -> None:
    bank = small_city.banks[0]
    submitted, offer_id = await offered(small_city, bank)
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    (consent_id,) = [row["id"] for row in await admin.fetch("select id from consents")]
    await small_city.act(revoke_consent, small_city.applicant, consent_id=consent_id, reason=None)
    contract_id = await admin.fetchval(
        "select source_id from access_bases where kind = 'contract' and ended_at is null"
    )
    assert contract_id is not None
    referral_id = await small_city.referral_to(submitted, bank)
    matter = Matter(small_city, submitted.request.id, referral_id, consent_id, bank.officer)
    as_reader(matter, who)
    before = len(await admin.fetch(GROUNDS))
    async with small_city.database.snapshot(matter.reader, now=small_city.now) as session:
        await reading(matter, session)
    rows = [tuple(row) for row in await admin.fetch(GROUNDS)]
    assert rows[before:] == [(name, None, contract_id)]


async def test_a_permission_for_another_matter_tells_nobody_who_this_applicant_is(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """PIPL art. 6: a consent is for its own matter."""
    bank = small_city.banks[0]
    submitted, other = await small_city.submit(), await small_city.submit()
    await small_city.consent(other.request.id, bank)
    async with small_city.database.snapshot(bank.officer, now=small_city.now) as session:
        for context_id in (submitted.request.id, uuid4()):
            with pytest.raises(NotFound):
                await identity_of(
                    session, small_city.sealer, small_city.person_id, context_id=context_id
                )
    assert await admin.fetch(GROUNDS) == []


async def test_the_subject_sees_on_what_each_reading_relied(matter: Matter) -> None:
    city = matter.city
    async with city.database.snapshot(matter.reader, now=city.now) as session:
        await matter.dossier(session)
    async with city.database.snapshot(city.applicant, now=city.now) as session:
        (entry,) = (await session.scalars(reads_of(city.firm_id))).all()
    assert (entry.consent_id, entry.contract_id) == (matter.consent_id, None)


def noting() -> set[str]:
    """Every function of the core that notes a receipt."""
    root, found = Path(suxin.__path__[0]), set()
    for path in root.rglob("*.py"):
        module = path.relative_to(root).with_suffix("").as_posix().replace("/", ".")
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            called = {
                node.func.id
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            }
            if "note_read" in called:
                found.add(f"{module}.{function.name}")
    return found


def test_every_writer_of_receipts_is_tried_here() -> None:
    assert noting() == WRITERS | AT_COUNTER | TIERS | EXCHANGED | WARNED | RATED | SENT_IN
