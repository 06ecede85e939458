"""A world in which everything has happened once: every table holds rows of the first bank and of the applicant."""

import asyncpg
import pytest
from small_city import SmallCity
from small_world import World, build_world


@pytest.fixture
async def world(small_city: SmallCity, admin: asyncpg.Connection) -> World:
    return await build_world(small_city, admin)
