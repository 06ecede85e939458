"""The sandbox of the small city's first bank."""

import pytest
from small_city import SmallCity
from small_sandbox import Sandbox, build_sandbox


@pytest.fixture
async def sandbox(small_city: SmallCity) -> Sandbox:
    return await build_sandbox(small_city)
