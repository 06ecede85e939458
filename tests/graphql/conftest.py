"""The GraphQL API over a real database: two banks' people call it from their desks, one document of the product each.

The city is built once through the core's commands and every test gets a copy of it.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from database_copies import DatabaseCopies
from held_clock import HeldClock
from kept_apps import kept_app
from kept_compiling import keeping_compiled
from litestar.types import ASGIApp
from oauth_client import new_key, public_jwks
from sent_statements import sent_statements
from small_city import Bank, SmallCity, build_small_city
from small_perks import SmallPerks, build_perks
from small_sandbox import build_sandbox
from staff_log_ins import at_desk, open_desk
from unreachable import Unreachable

from suxin.consent.oauth.clients import ClientDraft, register_client
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.lending.commands.referrals import accept_referral
from suxin.places.commands import load_areas
from suxin.subjects.catalogue import load_catalogue
from suxin.tenancy.models import Membership, StaffLogIn, StaffMember
from suxin.tenancy.profiles import TenantKind
from suxin_graphql import attachment_files, export_files
from suxin_graphql.http import routes
from suxin_graphql.ids import to_global
from suxin_outbound.client_key_sets import ClientKeySets
from suxin_server.postgres import Postgres
from suxin_tenants import PROFILES
from suxin_web.application import build_app
from suxin_web.document_rules import DocumentRules
from suxin_web.rate_limits import RateLimits
from suxin_web.replays import ValkeyReplays
from suxin_web.runtime import Runtime

NOW = datetime.fromisoformat("2026-11-20T02:00:00+00:00")
OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"
ORIGIN = "http://suxin.test"
EVERY_ROLE = ("bank_admin", "product_manager", "loan_officer", "branch_head", "viewer")
TEMPLATE = "suxin_graphql"


@dataclass
class Caller:
    """Someone at a bank, calling over HTTP."""

    client: httpx.AsyncClient
    token: str | None
    bank: Bank
    keys: int = field(default=0)

    async def post(self, body: Any, **headers: str) -> httpx.Response:
        known = {} if self.token is None else at_desk(self.token)
        return await self.client.post("/graphql", json=body, headers={**known, **headers})

    async def answer(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The whole body of the answer."""
        response = await self.post({"query": query, "variables": variables})
        assert response.status_code == 200, response.text
        return response.json()

    async def data(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        body = await self.answer(query, **variables)
        assert "errors" not in body, body
        return body["data"]

    async def run(self, operation: str, /, **variables: Any) -> Any:
        """The value of the one root field of a document in graphql/operations, which has no errors."""
        data = await self.data((OPERATIONS / f"{operation}.graphql").read_text(), **variables)
        return data if len(data) > 1 else next(iter(data.values()))

    async def write(self, operation: str, /, *, key: str | None = None, **given: Any) -> Any:
        """The result of a mutation."""
        self.keys += 1
        chosen = key or f"test-key-{self.bank.staff_id}-{self.keys}"
        return await self.run(operation, input={**given, "idempotencyKey": chosen})

    async def codes(self, query: str, /, **variables: Any) -> list[str]:
        """The codes of the errors of an answer."""
        body = await self.answer(query, **variables)
        return [error["extensions"]["code"] for error in body["errors"]]


@pytest.fixture(scope="session")
async def city_template(cluster: Postgres, copies: DatabaseCopies) -> SmallCity:
    await copies.make("suxin_template", name=TEMPLATE)
    database = Database.connect(cluster.dsn("suxin_app", database=TEMPLATE))
    batch = Database.connect(cluster.dsn("suxin_batch", database=TEMPLATE))
    small = await build_small_city(database, batch, now=NOW)
    async with batch.transaction(Actor.system("test"), now=NOW) as session:
        await load_areas(session)
        await load_catalogue(session)
    await database.close()
    await batch.close()
    return small


@pytest.fixture
async def city_url(copies: DatabaseCopies, city_template: SmallCity) -> AsyncIterator[str]:
    """The name of a copy of the city."""
    name = await copies.make(TEMPLATE)
    yield name
    await copies.leave(name)


@pytest.fixture
async def database(cluster: Postgres, city_url: str) -> AsyncIterator[Database]:
    database = keeping_compiled(
        Database.connect(cluster.dsn("suxin_app", database=city_url), pool_size=5)
    )
    yield database
    await database.close()


@pytest.fixture
async def batch(cluster: Postgres, city_url: str) -> AsyncIterator[Database]:
    batch = keeping_compiled(
        Database.connect(cluster.dsn("suxin_batch", database=city_url), pool_size=2)
    )
    yield batch
    await batch.close()


@pytest.fixture
async def admin(cluster: Postgres, city_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection: it alone sees around every policy."""
    connection = await asyncpg.connect(f"{cluster.admin_dsn.rsplit('/', 1)[0]}/{city_url}")
    yield connection
    await connection.close()


@pytest.fixture
def small_city(city_template: SmallCity, database: Database, batch: Database) -> SmallCity:
    return replace(city_template, database=database, batch=batch)


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(NOW)


@pytest.fixture
def runtime(
    small_city: SmallCity,
    clock: HeldClock,
    replays: ValkeyReplays,
    client_keys: ClientKeySets,
    tmp_path: Path,
) -> Runtime:
    outside: Any = Unreachable()
    return Runtime(
        database=small_city.database,
        clock=clock,
        profiles=PROFILES,
        sealer=small_city.sealer,
        wechat=outside,
        identity=outside,
        messages=outside,
        limits=RateLimits(None),
        replays=replays,
        client_keys=client_keys,
        providers=None,  # type: ignore[arg-type] # nobody logs in by a tenant's provider here
        public_url=ORIGIN,
        documents=DocumentRules(ad_hoc=True, introspection=True),
        exports_folder=tmp_path / "exports",
    )


@pytest.fixture
def app(runtime: Runtime) -> ASGIApp:
    served = [*routes, *export_files.routes, *attachment_files.routes]
    return kept_app("graphql", runtime, lambda given: build_app(given, served))


@pytest.fixture
async def client(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 4711))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


class Desks:
    """Opens desk sessions without the second that a password's hash takes."""

    def __init__(self, city: SmallCity, client: httpx.AsyncClient) -> None:
        self.city = city
        self.client = client

    async def open(
        self,
        bank: Bank,
        *,
        roles: Sequence[str] = EVERY_ROLE,
        areas: Sequence[str] = (),
        branch_id: UUID | None = None,
        now: datetime = NOW,
    ) -> Caller:
        staff_id = new_id()
        async with self.city.database.transaction(bank.officer, now=now) as session:
            session.add(
                StaffMember(
                    tenant_id=bank.tenant_id,
                    id=staff_id,
                    name="李信贷",
                    login=f"officer.{staff_id}",
                    created_at=now,
                )
            )
            await session.flush()
            session.add_all(
                Membership(
                    tenant_id=bank.tenant_id,
                    id=new_id(),
                    staff_id=staff_id,
                    role=role,
                    branch_id=branch_id,
                    area_codes=list(areas),
                    granted_at=now,
                )
                for role in roles
            )
            async with doorway(session):
                session.add(
                    StaffLogIn(
                        login=f"officer.{staff_id}",
                        tenant_id=bank.tenant_id,
                        staff_id=staff_id,
                        password_hash="of no password",
                        password_set_at=now,
                        temporary=False,
                    )
                )
            token = (await open_desk(session, bank.tenant_id, staff_id, now=now)).token
        return Caller(self.client, token, replace(bank, staff_id=staff_id))

    async def open_house(self, small: SmallPerks) -> Caller:
        """Open a desk of a merchant or an attraction, for somebody who may do everything there."""
        actor = small.merchant
        house: Any = House(tenant_id=actor.own_tenant, staff_id=actor.own_staff, officer=actor)
        roles = PROFILES[TenantKind(actor.tenant_kind or "")].roles
        return await self.open(house, roles=list(roles))


@dataclass(frozen=True, kw_only=True)
class House:
    """A merchant or an attraction, which stands where a bank stands otherwise."""

    tenant_id: UUID
    staff_id: UUID
    officer: Actor


@pytest.fixture
async def shop(desks: Desks) -> Caller:
    """Someone at a merchant who may do everything there."""
    return await desks.open_house(await build_perks(desks.city))


@pytest.fixture
def desks(small_city: SmallCity, client: httpx.AsyncClient) -> Desks:
    return Desks(small_city, client)


@pytest.fixture
async def bank_a(desks: Desks) -> Caller:
    """Someone at the first bank who may do everything in lending."""
    return await desks.open(desks.city.banks[0])


@pytest.fixture
async def bank_b(desks: Desks) -> Caller:
    """The same at the second bank."""
    return await desks.open(desks.city.banks[1])


@dataclass(frozen=True)
class Case:
    """A request that both banks hold, with the id of the first bank's referral as it knows it."""

    city: SmallCity
    request_id: UUID
    referral_id: str
    local_id: UUID

    async def accept(self) -> None:
        officer = self.city.banks[0].officer
        await self.city.act(accept_referral, officer, referral_id=self.local_id)

    async def consent(self, *, life_days: int = 30) -> UUID:
        granted = await self.city.consent(self.request_id, self.city.banks[0], life_days=life_days)
        consent_id: UUID = granted.consent_id
        return consent_id


INBOX_IDS = "{ referrals(first: 10) { edges { node { id lead { id } } } } }"


@pytest.fixture
async def case(small_city: SmallCity, bank_a: Caller) -> Case:
    submitted = await small_city.submit()
    found = (await bank_a.data(INBOX_IDS))["referrals"]["edges"]
    assert len(found) == 1
    return Case(
        small_city,
        submitted.request.id,
        found[0]["node"]["id"],
        await small_city.referral_to(submitted, small_city.banks[0]),
    )


@pytest.fixture
def statements(database: Database):
    """Every statement that is sent while a block runs, by a session or straight to the driver, but for the context's."""
    return lambda: sent_statements(database)


async def reads(admin: asyncpg.Connection) -> list[dict[str, Any]]:
    """The receipts of what was read, the oldest first."""
    rows = await admin.fetch(
        "select tenant_id, subject_id, purpose, categories, fields, row_count from audit_entries"
        " where action = 'data.read' order by id"
    )
    return [dict(row) for row in rows]


@pytest.fixture
def receipts(admin: asyncpg.Connection):
    async def read() -> list[dict[str, Any]]:
        return await reads(admin)

    return read


@pytest.fixture
async def sandbox(small_city):
    return await build_sandbox(small_city)


@pytest.fixture
async def tester(desks, sandbox):
    """Somebody who may do everything in the sandbox."""
    return await desks.open(sandbox.bank)


@pytest.fixture
async def sandbox_client_id(sandbox):
    client = await sandbox.act(
        register_client,
        draft=ClientDraft(
            name="核心系统",
            grant_types=("client_credentials",),
            scopes=[],
            jwks=public_jwks(new_key()),
        ),
        profiles=PROFILES,
    )
    return to_global("OAuthClient", client.id, sandbox.officer)
