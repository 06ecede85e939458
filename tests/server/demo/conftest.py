"""Demo cities: one for the session, and others where a test needs them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import pytest
from database_copies import DatabaseCopies
from demo_cities import Built, DemoCities

from suxin_server.postgres import Postgres

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def demo_cities(cluster: Postgres, copies: DatabaseCopies) -> DemoCities:
    """The demo cities of the session."""
    return DemoCities(cluster, copies)


@pytest.fixture(scope="session")
async def built(demo_cities: DemoCities) -> AsyncIterator[Built]:
    """A city of ``NOW``; whoever changes it undoes that."""
    async with demo_cities.city(NOW) as city:
        yield city


@pytest.fixture
def new_city(demo_cities: DemoCities) -> Callable[..., AbstractAsyncContextManager[Built]]:
    """Give out a city for a moment that is the test's own, filled as the worker does, or with nothing yet."""
    return demo_cities.city


@pytest.fixture
def city_built_anew(demo_cities: DemoCities) -> Callable[..., AbstractAsyncContextManager[Built]]:
    """Build a city for a moment once more."""
    return demo_cities.built_anew


@pytest.fixture
def empty_city(
    cluster: Postgres, demo_cities: DemoCities
) -> Callable[[], AbstractAsyncContextManager[tuple[list[str], asyncpg.Connection]]]:
    """Make a database without a city, with the addresses of both roles and a connection that no policy binds."""

    @asynccontextmanager
    async def reached() -> AsyncIterator[tuple[list[str], asyncpg.Connection]]:
        async with demo_cities.empty() as name:
            admin = await asyncpg.connect(cluster.admin_dsn.rsplit("/", 1)[0] + f"/{name}")
            yield [cluster.dsn(role, database=name) for role in ("suxin_app", "suxin_batch")], admin
            await admin.close()

    return reached


@pytest.fixture
def now() -> datetime:
    """The moment of the session's city."""
    return NOW
