"""A world in which everything has happened once: every table holds rows of the first bank and of the applicant."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

import asyncpg
import pytest
from database_copies import DatabaseCopies
from sandbox_matrix import fill_sandbox
from small_city import SmallCity
from small_world import World, build_world

from suxin.kernel.database import Database
from suxin_server.postgres import Postgres

BUILT, WORLD = "suxin_small_city", "suxin_small_world"


@pytest.fixture(scope="session")
async def built_world(cluster: Postgres, copies: DatabaseCopies, built_city: SmallCity) -> World:
    """The world, built once on a copy of the small city: who asks for it gets a copy of its database."""
    await copies.make(BUILT, name=WORLD)
    database = Database.connect(cluster.dsn("suxin_app", database=WORLD))
    batch = Database.connect(cluster.dsn("suxin_batch", database=WORLD))
    admin = await asyncpg.connect(f"{cluster.admin_dsn.rsplit('/', 1)[0]}/{WORLD}")
    city = replace(built_city, database=database, batch=batch, facts={})
    await fill_sandbox(city, admin)
    world = await build_world(city, admin)
    await admin.close()
    await batch.close()
    await database.close()
    return world


@pytest.fixture
def template(request: pytest.FixtureRequest, template: str) -> str:
    """What the test's database is a copy of: the world where one is asked for."""
    if "world" not in request.fixturenames:
        return template
    request.getfixturevalue("built_world")
    return WORLD


@pytest.fixture
def world(built_world: World, database: Database, batch: Database) -> World:
    city = replace(built_world.city, database=database, batch=batch, facts={})
    told: World = moved_to(city, built_world)
    return told


def moved_to(city: SmallCity, value: Any) -> Any:
    """Return what was built, over another city of the same rows: none of it may reach back to where it was built."""
    if isinstance(value, SmallCity):
        return city
    if not is_dataclass(value):
        return value
    kept = {part.name: getattr(value, part.name) for part in fields(value)}
    moved = {name: moved_to(city, part) for name, part in kept.items()}
    changed = {name: part for name, part in moved.items() if part is not kept[name]}
    return replace(value, **changed) if changed else value
