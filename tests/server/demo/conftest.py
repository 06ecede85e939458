"""Demo cities: one for the session, and others where a test needs them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import pytest
from database_copies import DatabaseCopies

from suxin.kernel.database import Database
from suxin.kernel.sealing import Keyring, Sealer
from suxin_server.demo import cast
from suxin_server.demo.city import DemoReport, Setting, build_demo_city
from suxin_server.demo.draft import MadeFor
from suxin_server.postgres import Postgres
from suxin_tenants import PROFILES

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
KEYRING = Keyring({1: bytes(range(32))})
RECEIVER = "http://127.0.0.1:9/events"
OPENIDS = {applicant.wechat: f"o-{applicant.wechat}" for applicant in cast.APPLICANTS}


@dataclass(frozen=True)
class Built:
    """A built demo city, and a connection that row policies do not bind."""

    database: Database
    admin: asyncpg.Connection
    report: DemoReport
    setting: Setting

    async def column(self, query: str, *arguments: object) -> list[object]:
        """Return the first column of a query."""
        return [row[0] for row in await self.admin.fetch(query, *arguments)]

    async def of(self, table: str, what: str, *, where: str = "true") -> list[object]:
        """Return one expression over the rows of a table."""
        return await self.column(rows_of(table, what, where=where))


def rows_of(table: str, what: str, *, where: str = "true") -> str:
    """Return the query for one expression over the rows of a table."""
    return f"select {what} from {table} t where {where}"  # noqa: S608 - names of our own tables


async def _build(cluster: Postgres, name: str, now: datetime) -> Built:
    database = Database.connect(cluster.dsn("suxin_app", database=name), pool_size=2)
    batch = Database.connect(cluster.dsn("suxin_batch", database=name), pool_size=1)
    setting = Setting(
        database=database,
        batch=batch,
        made_for=MadeFor(
            sealer=Sealer(KEYRING), profiles=PROFILES, openids=OPENIDS, receiver_url=RECEIVER
        ),
    )
    report = await build_demo_city(setting, now=now)
    admin = await asyncpg.connect(cluster.admin_dsn.rsplit("/", 1)[0] + f"/{name}")
    return Built(database, admin, report, setting)


@asynccontextmanager
async def _empty(copies: DatabaseCopies) -> AsyncIterator[str]:
    name = await copies.make("suxin_template")
    yield name
    await copies.leave(name)


@asynccontextmanager
async def _city(cluster: Postgres, copies: DatabaseCopies, now: datetime) -> AsyncIterator[Built]:
    async with _empty(copies) as name:
        built = await _build(cluster, name, now)
        yield built
        await built.admin.close()
        await built.database.close()
        await built.setting.batch.close()


@asynccontextmanager
async def _reached(
    cluster: Postgres, copies: DatabaseCopies
) -> AsyncIterator[tuple[list[str], asyncpg.Connection]]:
    async with _empty(copies) as name:
        admin = await asyncpg.connect(cluster.admin_dsn.rsplit("/", 1)[0] + f"/{name}")
        yield [cluster.dsn(role, database=name) for role in ("suxin_app", "suxin_batch")], admin
        await admin.close()


@pytest.fixture(scope="session")
async def built(cluster: Postgres, copies: DatabaseCopies) -> AsyncIterator[Built]:
    """A city of ``NOW``; whoever changes it undoes that."""
    async with _city(cluster, copies, NOW) as city:
        yield city


@pytest.fixture
def new_city(
    cluster: Postgres, copies: DatabaseCopies
) -> Callable[[datetime], AbstractAsyncContextManager[Built]]:
    """Build a city of its own for a moment."""
    return lambda now: _city(cluster, copies, now)


@pytest.fixture
def empty_city(
    cluster: Postgres, copies: DatabaseCopies
) -> Callable[[], AbstractAsyncContextManager[tuple[list[str], asyncpg.Connection]]]:
    """Make a database without a city, with the addresses of both roles and a connection that no policy binds."""
    return lambda: _reached(cluster, copies)


@pytest.fixture
def now() -> datetime:
    """The moment of the session's city."""
    return NOW
