"""Making the demo city up: what of it needs no database, which is most of the work."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from suxin.kernel.sealing import Sealer
from suxin.lending.leads import ALL_INDUSTRIES, ANY_KIND
from suxin.lending.matching import SpeedRecord
from suxin.lending.models import Lead, ProductStatus
from suxin.lending.product_terms import terms_of
from suxin.places.commands import packaged_areas
from suxin.places.models import CITY_CODE, AreaLevel
from suxin.subjects.doors import resident_door, uscc_door
from suxin.subjects.models import CreditRecord, Subject, SubjectDoor, WeChatAccount
from suxin.tenancy.passwords import hashed
from suxin.tenancy.profiles import Profiles
from suxin_server.demo import asked, cast, hearing, stories, telling, unpaid
from suxin_server.demo.at_counter import ask_visitor, register_visitor
from suxin_server.demo.book import Bank, Book, Party, Stage
from suxin_server.demo.dice import Dice
from suxin_server.demo.houses import ORGANISERS, House, houses, speed, with_claims
from suxin_server.demo.office_hours import OfficeHours
from suxin_server.demo.organisations import Organisation, organisations
from suxin_server.demo.people import Register

PARTIES: Final = 480
"""Organisations with a proved representative: those from whom requests may come."""

_BPS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFor:
    """Whom a city is made up for; ``openids`` are the WeChat accounts of the proved cast.

    ``receiver_url`` is where a bank hears its events; without one it has no endpoint.
    """

    sealer: Sealer
    profiles: Profiles
    openids: Mapping[str, str]
    receiver_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A city made up and not yet written."""

    book: Book
    tenants: Sequence[House]


async def draft_city(made_for: MadeFor, *, now: datetime) -> Draft:
    """Make the whole city up as of a moment; the same moment makes the same city."""
    password_hash = await hashed(cast.PASSWORD)
    return await asyncio.to_thread(_drafted, made_for, password_hash, now)


def _drafted(made_for: MadeFor, password_hash: str, now: datetime) -> Draft:
    towns, counties = _areas()
    book = Book()
    register = Register(towns, sealer=made_for.sealer, now=now)
    parties, known = _register_all(made_for, book, register)
    visitor = register_visitor(book, register, made_for.sealer)
    tenants = list(houses(password_hash=password_hash, profiles=made_for.profiles, now=now))
    stage = _stage(tenants, book, counties, now)
    _tell(stage, parties, known, visitor)
    if made_for.receiver_url is not None:
        hearing.hear(stage, next(iter(stage.banks)), made_for.receiver_url, made_for.sealer)
    held = Counter(lead.claimed_by for lead in book.models(Lead))
    return Draft(
        book=book,
        tenants=[
            with_claims(house, held[house.tenant.id], profiles=made_for.profiles)
            for house in tenants
        ],
    )


def _areas() -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the towns of each county, and the counties' names."""
    towns: dict[str, list[str]] = {}
    counties: dict[str, str] = {}
    for area in sorted(packaged_areas(), key=lambda area: str(area["code"])):
        code, parent = str(area["code"]), area["parent_code"]
        if area["level"] == AreaLevel.COUNTY:
            counties[code] = str(area["name"])
        elif area["level"] == AreaLevel.TOWN and parent is not None:
            towns.setdefault(str(parent), []).append(code)
    return towns, counties


def _register_all(
    made_for: MadeFor, book: Book, register: Register
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
            made_for, book, register, organisation=organisation, subject=subject, records=records
        )
        if organisation.uscc in asking:
            parties.append(party)
            continue
        known[organisation.uscc] = party
        book.add(
            WeChatAccount(
                openid=made_for.openids[proved[organisation.uscc].wechat],
                person_id=party.person_id,
                created_at=subject["created_at"],
            )
        )
    Dice("queue").shuffle(parties)
    return parties, known


def _party(
    made_for: MadeFor,
    book: Book,
    register: Register,
    *,
    organisation: Organisation,
    subject: dict[str, Any],
    records: tuple[dict[str, Any], ...],
) -> Party:
    person = register.person(organisation.representative)
    door = resident_door(made_for.sealer, organisation.representative.resident_id)
    book.add_plain(Subject, person)
    for deed in register.deeds_of(person["id"]):
        book.add_plain(CreditRecord, deed)
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
        for house, organiser in zip(tenants, ORGANISERS, strict=True)
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
    unpaid.tell_unpaid(stage, parties)
    asked.ask_all(stage, parties, known)
    ask_visitor(stage, visitor)
    telling.tell(stage)
