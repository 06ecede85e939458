"""Building the demo city: two transactions, one of the batch role and one of the application, that stand or fall together."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.artefacts import signed
from suxin.consent.assessments import file_assessment
from suxin.consent.commands import publish_notice_texts
from suxin.consent.models import (
    NEVER_GIVEN,
    AssessedKind,
    Consent,
    ConsentArtefact,
    ConsentFetch,
)
from suxin.consent.purposes import PURPOSES
from suxin.kernel.actor import Actor
from suxin.kernel.audit import AuditEntry
from suxin.kernel.bases import AccessBasis
from suxin.kernel.database import Database, act_for
from suxin.kernel.doorways import doorway
from suxin.kernel.many_rows import put
from suxin.kernel.notices import Notice
from suxin.kernel.outbox import OutboxRow
from suxin.kernel.sealing import Sealer
from suxin.kernel.signing import KeySet, ensure_signing_keys, read_keys
from suxin.kernel.tables import Table
from suxin.lending.leads import ALL_INDUSTRIES, ANY_KIND
from suxin.lending.matching import SpeedRecord
from suxin.lending.models import (
    BankSpeed,
    DecisionSnapshot,
    Lead,
    LeadParty,
    LoanProduct,
    LoanRequest,
    MatchResult,
    Offer,
    ProductStatus,
    Referral,
)
from suxin.lending.product_terms import terms_of
from suxin.lending.statistics import count_population
from suxin.places.commands import load_areas
from suxin.places.models import CITY_CODE, Area, AreaLevel
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.doors import resident_door, uscc_door
from suxin.subjects.models import (
    CreditRecord,
    Mandate,
    PersonIdentity,
    Subject,
    SubjectDoor,
    WeChatAccount,
)
from suxin.tenancy.models import (
    Branch,
    Membership,
    Quota,
    StaffLogIn,
    StaffMember,
    Tenant,
)
from suxin.tenancy.passwords import hashed
from suxin.tenancy.profiles import Profiles, TenantKind
from suxin.tenancy.queries import is_founded
from suxin_server.demo import asked, cast, stories, telling
from suxin_server.demo.at_counter import ask_visitor, register_visitor
from suxin_server.demo.book import REQUEST_ID, Bank, Book, Party, Stage
from suxin_server.demo.dice import Dice
from suxin_server.demo.houses import House, houses, speed, with_claims
from suxin_server.demo.ingested import ingest_batches
from suxin_server.demo.office_hours import OfficeHours
from suxin_server.demo.organisations import Organisation, organisations
from suxin_server.demo.people import Register

PARTIES: Final = 480
"""Organisations with a proved representative: those from whom requests may come."""

_BPS: Final = 10_000

_WRITES_AS_BATCH: Final[tuple[type[Table], ...]] = (
    Subject,
    SubjectDoor,
    PersonIdentity,
    Mandate,
    CreditRecord,
    BankSpeed,
)
_WRITES_AS_SYSTEM: Final[tuple[type[Table], ...]] = (
    LoanRequest,
    MatchResult,
    LeadParty,
    Lead,
    Referral,
    Offer,
    DecisionSnapshot,
    Consent,
    AccessBasis,
    ConsentFetch,
    ConsentArtefact,
    Notice,
    OutboxRow,
)
_OWN: Final[tuple[type[Table], ...]] = (Branch, StaffMember, Membership, Quota)


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was built: how many rows each table got; nothing when a city was there already."""

    built: bool
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the demo city needs from its surroundings; ``openids`` are the WeChat accounts of the proved cast."""

    database: Database
    batch: Database
    sealer: Sealer
    profiles: Profiles
    openids: Mapping[str, str]


async def city_exists(database: Database, *, now: datetime) -> bool:
    """Tell whether this database has an operator already."""
    async with database.snapshot(Actor.system(REQUEST_ID), now=now) as session:
        return await is_founded(session)


async def build_demo_city(setting: Setting, *, now: datetime) -> DemoReport:
    """Fill an empty database with the demo city; leave any other one as it is."""
    system = Actor.system(REQUEST_ID)
    if await city_exists(setting.database, now=now):
        return DemoReport(built=False, rows={})
    async with setting.batch.transaction(system, now=now) as batch:
        await load_areas(batch)
        await load_catalogue(batch)
        towns, counties = await _areas(batch)
        book = Book()
        register = Register(towns, sealer=setting.sealer, now=now)
        parties, known = _register_all(setting, book, register)
        visitor = register_visitor(book, register, setting.sealer)
        password_hash = await hashed(cast.PASSWORD)
        tenants = list(houses(password_hash=password_hash, profiles=setting.profiles, now=now))
        stage = _stage(tenants, book, counties, now)
        async with asyncio.TaskGroup() as together:
            # PostgreSQL takes the subjects in while the stories are being told.
            together.create_task(_write_subjects(batch, book))
            await asyncio.to_thread(_tell, stage, parties, known, visitor)
        held = Counter(lead.claimed_by for lead in book.models(Lead))
        tenants = [
            with_claims(house, held[house.tenant.id], profiles=setting.profiles)
            for house in tenants
        ]
        async with setting.database.transaction(system, now=now) as session:
            await _write_tenants(session, system, tenants, now=now)
            keys = await _keys(session, setting.sealer, now=now)
            await asyncio.to_thread(_sign, book, tenants, keys, now)
            for model in _WRITES_AS_SYSTEM:
                await put(session, model, book.rows(model))
            await _write_doors(session, tenants, book)
        # Requests sign the audit stream as themselves; what others did in the past only the batch role enters.
        await put(batch, AuditEntry, book.rows(AuditEntry))
    await ingest_batches(setting.batch, organisations(), now=now)
    return DemoReport(built=True, rows=_counts(book, tenants))


async def _areas(session: AsyncSession) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the towns of each county, and the counties' names."""
    towns: dict[str, list[str]] = {}
    counties: dict[str, str] = {}
    rows = await session.execute(
        select(Area.code, Area.level, Area.name, Area.parent_code).order_by(Area.code)
    )
    for code, level, name, parent in rows:
        if level is AreaLevel.COUNTY:
            counties[code] = name
        elif level is AreaLevel.TOWN and parent is not None:
            towns.setdefault(parent, []).append(code)
    return towns, counties


def _register_all(
    setting: Setting, book: Book, register: Register
) -> tuple[list[Party], dict[str, Party]]:
    """Enter every organisation with its records, and the persons behind those who may ask."""
    everyone = organisations()
    crowd = everyone[len(cast.APPLICANTS) :]
    asking = {organisation.uscc for organisation in Dice("parties").sample(crowd, PARTIES)}
    proved = {applicant.uscc: applicant for applicant in cast.APPLICANTS if applicant.proved}
    parties: list[Party] = []
    known: dict[str, Party] = {}
    for organisation in everyone:
        subject = register.subject(organisation)
        records = tuple(register.records(organisation, subject))
        book.add_plain(Subject, subject)
        book.add_plain(
            SubjectDoor,
            {
                "blind_index": uscc_door(organisation.uscc),
                "subject_id": subject["id"],
                "key_version": None,
            },
        )
        for record in records:
            book.add_plain(CreditRecord, record)
        if organisation.uscc not in asking and organisation.uscc not in proved:
            continue
        party = _party(
            setting, book, register, organisation=organisation, subject=subject, records=records
        )
        if organisation.uscc in asking:
            parties.append(party)
            continue
        known[organisation.uscc] = party
        book.add(
            WeChatAccount(
                openid=setting.openids[proved[organisation.uscc].wechat],
                person_id=party.person_id,
                created_at=subject["created_at"],
            )
        )
    Dice("queue").shuffle(parties)
    return parties, known


def _party(
    setting: Setting,
    book: Book,
    register: Register,
    *,
    organisation: Organisation,
    subject: dict[str, Any],
    records: tuple[dict[str, Any], ...],
) -> Party:
    person = register.person(organisation.representative)
    door = resident_door(setting.sealer, organisation.representative.resident_id)
    book.add_plain(Subject, person)
    book.add_plain(
        SubjectDoor,
        {
            "blind_index": door.digest,
            "subject_id": person["id"],
            "key_version": door.key_version,
        },
    )
    book.add(
        register.identity(organisation.representative, person["id"]),
        register.mandate(person["id"], subject["id"]),
    )
    return Party(subject=subject, records=records, person_id=person["id"])


def _stage(tenants: Sequence[House], book: Book, counties: dict[str, str], now: datetime) -> Stage:
    banks = {
        house.tenant.id: Bank(tenant_id=house.tenant.id, officer_id=house.officer_id)
        for house in tenants
        if house.officer_id is not None
    }
    products = [product for house in tenants for product in house.products]
    speeds = [
        speed(house, slug=organiser.slug, now=now)
        for house, organiser in zip(tenants, cast.TENANTS, strict=True)
        if house.tenant.id in banks
    ]
    book.add(*speeds)
    return Stage(
        now=now,
        hours=OfficeHours(now),
        dice=Dice("stories"),
        book=book,
        banks=banks,
        products={product.id: product for product in products},
        terms=[
            terms_of(product)
            for product in sorted(products, key=lambda one: (one.min_rate_bps, one.id))
            if product.status is ProductStatus.PUBLISHED
        ],
        speeds={
            row.tenant_id: SpeedRecord(
                response_hours=row.median_response_hours,
                on_time_bps=row.answered_on_time * _BPS // row.referrals,
                referrals=row.referrals,
            )
            for row in speeds
        },
        population=_population(),
        county_names=counties,
    )


def _population() -> Counter[tuple[str, str, str]]:
    """Return how many organisations share kind, county and section, as the table will count them."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for organisation in organisations():
        kind, county = organisation.kind.value, organisation.county_code
        counted[kind, county, organisation.industry[0]] += 1
        counted[kind, county, ALL_INDUSTRIES] += 1
        counted[kind, CITY_CODE, ALL_INDUSTRIES] += 1
        counted[ANY_KIND, CITY_CODE, ALL_INDUSTRIES] += 1
    return counted


def _tell(
    stage: Stage, parties: Sequence[Party], known: Mapping[str, Party], visitor: Party
) -> None:
    stories.tell_all(stage, parties, known)
    asked.ask_all(stage, parties, known)
    ask_visitor(stage, visitor)
    telling.tell(stage)


async def _write_subjects(session: AsyncSession, book: Book) -> None:
    for model in _WRITES_AS_BATCH:
        await put(session, model, book.rows(model))
    await count_population(session)


async def _write_tenants(
    session: AsyncSession, actor: Actor, tenants: Sequence[House], *, now: datetime
) -> None:
    """Write the tenants, each one's own rows in its own row context."""
    await put(session, Tenant, [house.tenant for house in tenants])
    await publish_notice_texts(session, actor, now=now)
    await _file_assessments(session, actor, now=now)
    for house in tenants:
        async with act_for(session, tenant_id=house.tenant.id, reason="demo city"):
            for model in _OWN:
                await put(session, model, [row for row in house.own if isinstance(row, model)])
            await put(session, LoanProduct, house.products)


async def _keys(session: AsyncSession, sealer: Sealer, *, now: datetime) -> KeySet:
    await ensure_signing_keys(session, sealer=sealer, now=now)
    return await read_keys(session, sealer=sealer, now=now)


def _sign(book: Book, tenants: Sequence[House], keys: KeySet, now: datetime) -> None:
    """Sign what every applicant agreed to, by the key that this city's own pages publish."""
    known = {house.tenant.id: house.tenant for house in tenants}
    operator = next(one for one in known.values() if one.kind is TenantKind.OPERATOR)
    for given in book.models(Consent):
        if given.state not in NEVER_GIVEN:
            recipient = known[given.tenant_id]
            book.add(signed(given, recipient=recipient, provider=operator, keys=keys, now=now))


async def _file_assessments(session: AsyncSession, actor: Actor, *, now: datetime) -> None:
    """Put a made-up impact assessment of every purpose on file, marked as one."""
    for purpose in PURPOSES.values():
        title = f"{purpose.zh}：个人信息保护影响评估（演示）"
        await file_assessment(
            session,
            actor,
            kind=AssessedKind.PURPOSE,
            thing=purpose.code,
            title=title,
            conclusion="演示数据，不是真实的评估结论。",
            document=title.encode(),
            now=now,
        )


async def _write_doors(session: AsyncSession, tenants: Sequence[House], book: Book) -> None:
    async with doorway(session):
        await put(session, StaffLogIn, [row for house in tenants for row in house.log_ins])
        await put(session, WeChatAccount, book.rows(WeChatAccount))


def _counts(book: Book, tenants: Sequence[House]) -> dict[str, int]:
    counted = Counter(book.counts())
    for house in tenants:
        rows = (house.tenant, *house.own, *house.log_ins, *house.products)
        counted.update(row.__tablename__ for row in rows)
    return dict(sorted(counted.items()))
