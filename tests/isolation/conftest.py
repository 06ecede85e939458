"""A world in which everything has happened once: every table holds rows of the first bank and of the applicant."""

import asyncpg
import pytest
from sandbox_matrix import fill_sandbox
from small_city import SmallCity
from small_world import World, build_world


@pytest.fixture
async def world(small_city: SmallCity, admin: asyncpg.Connection) -> World:
    await fill_sandbox(small_city, admin)
    return await build_world(small_city, admin)
