"""Building the demo city: a transaction of the application, one of the batch role, and the batches of departments.

The second is as good as committed when the first is; should the process be killed between them or after, the next start writes what is
missing. The first has put on record as of which moment it was made up, and the same moment makes up the same rows.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

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
from suxin.events.models import EventFeed, TenantEvent, WebhookDelivery, WebhookEndpoint
from suxin.kernel.actor import Actor
from suxin.kernel.audit import AuditEntry, append_act
from suxin.kernel.bases import AccessBasis
from suxin.kernel.database import Database, act_for
from suxin.kernel.doorways import doorway
from suxin.kernel.many_rows import put
from suxin.kernel.notices import Notice
from suxin.kernel.outbox import OutboxRow
from suxin.kernel.sealing import Sealer
from suxin.kernel.signing import KeySet, ensure_signing_keys, read_keys
from suxin.kernel.tables import Table
from suxin.lending.loans.models import Loan, LoanDrawdown, LoanInstalment
from suxin.lending.models import (
    BankSpeed,
    DecisionSnapshot,
    Lead,
    LeadParty,
    LoanProduct,
    LoanRequest,
    MatchResult,
    Offer,
    Referral,
)
from suxin.lending.statistics import count_population
from suxin.places.commands import load_areas
from suxin.subjects.catalogue import load_catalogue
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
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import is_founded
from suxin_server.demo.book import REQUEST_ID, Book
from suxin_server.demo.draft import Draft, MadeFor, draft_city
from suxin_server.demo.houses import House
from suxin_server.demo.ingested import ingest_batches
from suxin_server.demo.organisations import organisations

_WRITTEN: Final = "demo.city.written"
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
    Loan,
    LoanDrawdown,
    LoanInstalment,
    Consent,
    AccessBasis,
    ConsentFetch,
    ConsentArtefact,
    Notice,
    OutboxRow,
    EventFeed,
    TenantEvent,
    WebhookEndpoint,
    WebhookDelivery,
)
_OWN: Final[tuple[type[Table], ...]] = (Branch, StaffMember, Membership, Quota)


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was built: how many rows each table got; nothing when a city was there already."""

    built: bool
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where the demo city is written, and whom for."""

    database: Database
    batch: Database
    made_for: MadeFor


async def city_exists(database: Database, *, now: datetime) -> bool:
    """Tell whether this database has an operator already."""
    async with database.snapshot(Actor.system(REQUEST_ID), now=now) as session:
        return await is_founded(session)


async def build_demo_city(setting: Setting, *, now: datetime) -> DemoReport:
    """Fill an empty database with the demo city, or what is missing of one; leave any other city as it is."""
    if await city_exists(setting.database, now=now):
        return await complete_city(setting, now=now)
    return await write_city(setting, await draft_city(setting.made_for, now=now), now=now)


async def complete_city(setting: Setting, *, now: datetime) -> DemoReport:
    """Write what a killed start has left out of the demo city; leave any other city as it is."""
    began, has_subjects = await _begun(setting.batch, now=now)
    if began is None:
        return DemoReport(built=False, rows={})
    rows = dict[str, int]()
    if not has_subjects:
        draft = await draft_city(setting.made_for, now=began)
        async with setting.batch.transaction(Actor.system(REQUEST_ID), now=began) as batch:
            await _write_subjects(batch, draft.book)
            await put(batch, AuditEntry, draft.book.rows(AuditEntry))
        rows = _counts(draft.book, draft.tenants)
    ingested = await ingest_batches(
        setting.batch, organisations(), sealer=setting.made_for.sealer, now=began
    )
    return DemoReport(built=ingested or not has_subjects, rows=rows)


async def _begun(batch: Database, *, now: datetime) -> tuple[datetime | None, bool]:
    """Return as of which moment the demo city was made up, if it was, and whether its subjects are there."""
    async with batch.transaction(Actor.system(REQUEST_ID), now=now) as session:
        began = await session.scalar(
            select(AuditEntry.at).where(AuditEntry.action == _WRITTEN).limit(1)
        )
        return began, await session.scalar(select(Subject.id).limit(1)) is not None


async def write_city(setting: Setting, draft: Draft, *, now: datetime) -> DemoReport:
    """Write a city that was made up as of this moment into an empty database."""
    system = Actor.system(REQUEST_ID)
    book = draft.book
    async with setting.batch.transaction(system, now=now) as batch:
        async with (
            setting.database.transaction(system, now=now) as session,
            # PostgreSQL takes both in at once, each over a connection of its own.
            asyncio.TaskGroup() as together,
        ):
            together.create_task(_write_subjects(batch, book))
            together.create_task(_write_rest(session, setting, draft, now=now))
        # Requests sign the audit stream as themselves; what others did in the past only the batch role enters.
        await put(batch, AuditEntry, book.rows(AuditEntry))
    await ingest_batches(setting.batch, organisations(), sealer=setting.made_for.sealer, now=now)
    return DemoReport(built=True, rows=_counts(book, draft.tenants))


async def _write_subjects(session: AsyncSession, book: Book) -> None:
    await load_areas(session)
    await load_catalogue(session)
    for model in _WRITES_AS_BATCH:
        await put(session, model, book.rows(model))
    await count_population(session)


async def _write_rest(
    session: AsyncSession, setting: Setting, draft: Draft, *, now: datetime
) -> None:
    book, tenants = draft.book, draft.tenants
    append_act(session, action=_WRITTEN, now=now)
    await _write_tenants(session, Actor.system(REQUEST_ID), tenants, now=now)
    keys = await _keys(session, setting.made_for.sealer, now=now)
    await asyncio.to_thread(_sign, book, tenants, keys, now)
    for model in _WRITES_AS_SYSTEM:
        await put(session, model, book.rows(model))
    await _write_doors(session, tenants, book)


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
