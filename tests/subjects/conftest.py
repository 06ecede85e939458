"""Visitors, proofs and firms for the tests of subjects; the identity service and the messages are kept in hand."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from stdnum.cn import ric

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.bases import AccessBasis, BasisKind
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.messaging import Delivery
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealing import Keyring, Sealer
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.identity import PersonProof, RepresentativeProof
from suxin.subjects.models import SubjectKind
from suxin.subjects.organisations import SubjectRow, load_subjects
from suxin.subjects.phone_codes import send_phone_code
from suxin.subjects.policies import IDENTITY_READ, RECORD_READ
from suxin.subjects.proofs import prove_person
from suxin.subjects.visitors import Visitor, applicant_actor, open_account, visitor_of

FIRM = "91321302MATE5T017A"
FARM = "93321324MATE5T025T"
STRANGER = Actor.anonymous("test")


def resident_id(serial: int, born: date = date(1990, 1, 1), region: str = "321302") -> str:
    """Return a made-up resident id with a right check character."""
    body = f"{region}{born:%Y%m%d}{serial:03d}"
    return body + ric.calc_check_digit(body + "0")


@dataclass
class Registry:
    """The identity service: answers as told and remembers what it was asked."""

    refusal: Refusal | None = None
    asked: list[dict[str, str]] = field(default_factory=list)

    async def verify_person(
        self, *, name: str, resident_id: str, phone: str, now: datetime
    ) -> PersonProof:
        self._answer(name=name, resident_id=resident_id, phone=phone)
        return PersonProof(proof_ref=f"P{len(self.asked)}", method="three_factor", proved_at=now)

    async def verify_legal_representative(
        self, *, uscc: str, name: str, resident_id: str, now: datetime
    ) -> RepresentativeProof:
        self._answer(uscc=uscc, name=name, resident_id=resident_id)
        return RepresentativeProof(
            proof_ref=f"R{len(self.asked)}",
            method="registry",
            proved_at=now,
            firm_name="x",
            firm_status="存续",
        )

    def _answer(self, **asked: str) -> None:
        self.asked.append(asked)
        if self.refusal is not None:
            raise self.refusal


@dataclass
class Channel:
    """The ways to reach people: takes messages as told and keeps them."""

    wechat: Delivery = field(default_factory=lambda: Delivery.taken("wx-1"))
    sms: Delivery = field(default_factory=lambda: Delivery.taken("sms-1"))
    sent: list[dict[str, object]] = field(default_factory=list)

    async def send_subscribe_message(
        self, *, openid: str, template: str, page: str, values: Mapping[str, str], message_id: str
    ) -> Delivery:
        self.sent.append({"openid": openid, "template": template, "page": page, "values": values})
        return self.wechat

    async def send_sms(
        self, *, phone: str, template: str, values: Mapping[str, str], message_id: str
    ) -> Delivery:
        self.sent.append({"phone": phone, "template": template, "values": values})
        return self.sms


class People:
    """People with phones: they visit, ask for codes and prove who they are."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database = database
        self.now = now
        self.sealer = Sealer(Keyring.generate())
        self.registry = Registry()

    async def visit(self, openid: str = "openid-wang", at: datetime | None = None) -> Visitor:
        """Open the mini program, as WeChat vouches for it."""
        moment = at or self.now
        async with self.database.transaction(STRANGER, now=moment) as session:
            await open_account(session, openid=openid, now=moment)
            return await visitor_of(session, openid=openid)

    async def code(
        self,
        phone: str = "19900000001",
        openid: str = "openid-wang",
        at: datetime | None = None,
    ) -> str:
        moment = at or self.now
        async with self.database.transaction(STRANGER, now=moment) as session:
            return await send_phone_code(
                session, openid=openid, phone=phone, sealer=self.sealer, now=moment
            )

    async def prove(self, visitor: Visitor, at: datetime | None = None, **changes: str) -> UUID:
        typed = {
            "name": "王小明",
            "resident_id": resident_id(1),
            "phone": "19900000001",
            "code": "000000",
            **changes,
        }
        return await prove_person(
            self.database,
            visitor=visitor,
            **typed,
            verifier=self.registry,
            sealer=self.sealer,
            request_id="test",
            now=at or self.now,
        )

    async def proved(
        self,
        openid: str = "openid-wang",
        serial: int = 1,
        at: datetime | None = None,
        name="王小明",
    ) -> Actor:
        """Return a person who has gone the whole way, acting for himself."""
        phone = f"199000{serial:05d}"
        visitor = await self.visit(openid, at)
        code = await self.code(phone, openid, at)
        await self.prove(
            visitor, at, resident_id=resident_id(serial), phone=phone, code=code, name=name
        )
        return await self.acting(visitor, None, at)

    async def acting(
        self, visitor: Visitor, subject_id: UUID | None, at: datetime | None = None
    ) -> Actor:
        """Return the actor behind a visitor as he is now, as each request looks him up."""
        moment = at or self.now
        async with self.database.snapshot(STRANGER, now=moment) as session:
            return await applicant_actor(
                session,
                await visitor_of(session, openid=visitor.openid),
                acting_subject_id=subject_id,
                request_id="test",
                now=moment,
            )


@pytest.fixture
def people(database: Database, now: datetime) -> People:
    return People(database, now)


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
async def firms(batch: Database, now: datetime) -> dict[str, UUID]:
    """The catalogue, a firm and a family farm, by credit code."""
    async with batch.transaction(Actor.system("test"), now=now) as session:
        await load_catalogue(session)
        return await load_subjects(
            session,
            [
                SubjectRow(
                    kind=SubjectKind.FIRM,
                    name="宿迁市沭河木业有限公司（测试）",
                    uscc=FIRM,
                    county_code="321322",
                    town_code="321322001",
                    industry="C20",
                    registered_on=date(2018, 3, 1),
                ),
                SubjectRow(
                    kind=SubjectKind.FAMILY_FARM,
                    name="泗洪县大湖家庭农场（测试）",
                    uscc=FARM,
                    county_code="321324",
                ),
            ],
        )


class Reading:
    """Bases that let tenants read, and the officers who do."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database = database
        self.now = now

    def officer(self, tenant_id: UUID | None = None, **changes: object) -> Actor:
        values: dict[str, object] = {
            "kind": ActorKind.STAFF,
            "request_id": "bank",
            "tenant_id": tenant_id or uuid4(),
            "tenant_kind": "bank",
            "staff_id": uuid4(),
            "permissions": frozenset({RECORD_READ, IDENTITY_READ}),
            "purposes": ("loan.match", "loan.contract"),
            **changes,
        }
        return Actor(**values)

    async def permit(
        self,
        subject: Actor,
        officer: Actor,
        categories: Sequence[str],
        *,
        purpose: str = "loan.match",
        starts: timedelta = timedelta(0),
        life: timedelta = timedelta(days=30),
        ended: timedelta | None = None,
    ) -> UUID:
        """Let the officer's tenant read, as the subject's own act."""
        source_id = new_id()
        async with self.database.transaction(subject, now=self.now) as session:
            session.add(
                AccessBasis(
                    id=new_id(),
                    subject_id=subject.own_subject,
                    tenant_id=officer.own_tenant,
                    kind=BasisKind.CONSENT,
                    purpose=purpose,
                    categories=list(categories),
                    context_id=None,
                    source_id=source_id,
                    starts_at=self.now + starts,
                    ends_at=self.now + starts + life,
                    ended_at=None if ended is None else self.now + ended,
                )
            )
        return source_id

    @asynccontextmanager
    async def as_(self, actor: Actor, at: datetime | None = None) -> AsyncIterator[AsyncSession]:
        async with self.database.snapshot(actor, now=at or self.now) as session:
            yield session


@pytest.fixture
def reading(database: Database, now: datetime) -> Reading:
    return Reading(database, now)


@pytest.fixture
def counted(admin: asyncpg.Connection):
    """Count the rows of tables as they truly are, around every policy."""

    async def count(*tables: str) -> tuple[int, ...]:
        return tuple(
            [await admin.fetchval(f"select count(*) from {table}") for table in tables]  # noqa: S608 - names in tests
        )

    return count


@pytest.fixture
def receipts(admin: asyncpg.Connection):
    """Return what was noted as read, in order."""

    async def read() -> list[tuple[object, ...]]:
        rows = await admin.fetch(
            "select subject_id, purpose, categories, row_count from audit_entries"
            " where action = 'data.read' order by id"
        )
        return [tuple(row) for row in rows]

    return read
