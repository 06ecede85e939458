"""One real PostgreSQL for the session, one database a test, cloned from a migrated template; and a browser to look at pages."""

import asyncio
import gc
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import asyncpg
import pytest
from accessibility import Axe, axe_source
from chromium import ChromiumMissing, started_chromium
from database_copies import DatabaseCopies, copying
from in_memory import folder_in_memory
from kept_compiling import keeping_compiled
from kept_hashes import keep_hashes
from kept_types import keep_types
from node_projects import NodeMissing, PackagesMissing
from playwright.async_api import Browser
from small_city import SmallCity, build_small_city

from suxin.kernel.database import Database
from suxin_outbound.addresses import LocalRoute
from suxin_outbound.client_key_sets import ClientKeySets
from suxin_outbound.guarded import GuardedClient
from suxin_outbound.identity_providers import IdentityProviders
from suxin_server.migration import migrate
from suxin_server.postgres import Postgres
from suxin_server.settings import Settings
from suxin_server.valkey import Valkey
from suxin_web.replays import ValkeyReplays

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""A Friday, 10:00 in Shanghai."""

TEMPLATE = "suxin_template"
BUILT = "suxin_small_city"
SELDOM = (10_000, 10, 10)
"""How often garbage is collected: every test makes thousands of objects, and hardly any in a circle."""


def pytest_configure() -> None:
    keep_types()
    keep_hashes()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the collector of garbage from what is imported and collected, which all stays to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*SELDOM)
        gc.enable()


@pytest.fixture
async def replays(valkey: Valkey) -> AsyncIterator[ValkeyReplays]:
    """The memory of used proofs."""
    replays = ValkeyReplays.connect(valkey.url)
    yield replays
    await replays.close()


@pytest.fixture
async def client_keys() -> AsyncIterator[ClientKeySets]:
    """Key sets from clients' addresses, none of which may be on this machine."""
    strangers = GuardedClient.to_public()
    yield ClientKeySets(strangers)
    await strangers.close()


@pytest.fixture
async def providers() -> AsyncIterator[IdentityProviders]:
    """Tenants' identity providers, which may be on this machine, as on a developer's."""
    client = GuardedClient.to_public(route=LocalRoute())
    yield IdentityProviders(client)
    await client.close()


@dataclass(frozen=True)
class CityDatabase:
    """The addresses of one test's own database."""

    app: str
    owner: str
    batch: str


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    with folder_in_memory() as folder:
        server = Postgres(folder, fast=True, binaries=Settings().postgres_bin)
        server.start()
        # Hashed anew, as the other roles' are: initdb did it as often as a server of people's data would.
        password = urlsplit(server.admin_dsn).password
        asyncio.run(_administer(server, f"alter role postgres password '{password}'"))
        asyncio.run(
            _administer(server, f"create database {TEMPLATE} owner suxin_owner template template0")
        )
        migrate(server.dsn("suxin_owner", database=TEMPLATE))
        yield server
        server.remove()


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """One real Valkey for the session; a test that minds what lies in it flushes it first."""
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


async def _administer(server: Postgres, statement: str) -> None:
    connection = await asyncpg.connect(server.admin_dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def copies(cluster: Postgres) -> AsyncIterator[DatabaseCopies]:
    """Makes the tests' databases."""
    async with copying(cluster) as copies:
        yield copies


@pytest.fixture(scope="session")
async def built_city(cluster: Postgres, copies: DatabaseCopies) -> SmallCity:
    """The small city at the tests' own time, built once: who asks for it gets a copy of its database."""
    await copies.make(TEMPLATE, name=BUILT)
    database = Database.connect(cluster.dsn("suxin_app", database=BUILT))
    batch = Database.connect(cluster.dsn("suxin_batch", database=BUILT))
    built = await build_small_city(database, batch, now=NOW)
    await database.close()
    await batch.close()
    return built


@pytest.fixture
def template(request: pytest.FixtureRequest, now: datetime) -> str:
    """What the test's database is a copy of: the built city where one is asked for, else only its tables."""
    if "small_city" not in request.fixturenames or now != NOW:
        return TEMPLATE
    request.getfixturevalue("built_city")
    return BUILT


@pytest.fixture
async def city(
    cluster: Postgres, copies: DatabaseCopies, template: str
) -> AsyncIterator[CityDatabase]:
    name = await copies.make(template)
    yield CityDatabase(
        app=cluster.dsn("suxin_app", database=name),
        owner=cluster.dsn("suxin_owner", database=name),
        batch=cluster.dsn("suxin_batch", database=name),
    )
    await copies.leave(name)


@pytest.fixture
async def database(city: CityDatabase) -> AsyncIterator[Database]:
    """The application's own database connection: row-level security is on."""
    database = keeping_compiled(Database.connect(city.app, pool_size=5))
    yield database
    await database.close()


@pytest.fixture
async def batch(city: CityDatabase) -> AsyncIterator[Database]:
    """The batch role's connection."""
    database = keeping_compiled(Database.connect(city.batch, pool_size=2))
    yield database
    await database.close()


@pytest.fixture
async def admin(cluster: Postgres, city: CityDatabase) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to the test's database: it alone sees, and writes, around every policy."""
    name = city.app.rsplit("/", 1)[1]
    connection = await asyncpg.connect(f"{cluster.admin_dsn.rsplit('/', 1)[0]}/{name}")
    yield connection
    await connection.close()


@pytest.fixture
async def small_city(
    request: pytest.FixtureRequest,
    template: str,
    database: Database,
    batch: Database,
    now: datetime,
) -> SmallCity:
    """An operator, two banks with products, a person and his firm, and strangers to them."""
    if template != BUILT:
        return await build_small_city(database, batch, now=now)
    built: SmallCity = request.getfixturevalue("built_city")
    return replace(built, database=database, batch=batch, facts={})


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A browser to look at pages with."""
    try:
        async with started_chromium() as started:
            yield started
    except ChromiumMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def axe() -> Axe:
    """axe-core, which has found nothing wrong yet."""
    try:
        return Axe(axe_source())
    except (NodeMissing, PackagesMissing) as missing:
        pytest.skip(f"no axe-core here: {missing}")
