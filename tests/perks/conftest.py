"""The redeeming queue, who was served by himself in it, and a resident who shows codes."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from small_city import SmallCity
from small_codes import SmallCodes, resident_of
from small_perks import build_perks, give_tier

from suxin.perks.redeeming_queue import RedeemingQueue


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of those who were served one by one, in a session."""
    served: list[str] = []
    by_session = RedeemingQueue._alone

    async def noted(queue: RedeemingQueue, till: Any, asked: Any) -> Any:
        served.append(asked.key)
        return await by_session(queue, till, asked)

    monkeypatch.setattr(RedeemingQueue, "_alone", noted)
    return served


@pytest.fixture
async def queue(small_city: SmallCity, alone: list[str]) -> AsyncIterator[RedeemingQueue]:
    """Those of one process who wait."""
    queue = RedeemingQueue(small_city.database, small_city.sealer)
    yield queue
    await queue.close()


@pytest.fixture
async def codes(small_city: SmallCity, admin: asyncpg.Connection) -> SmallCodes:
    """A merchant, and a resident whose tier opens something there."""
    perks = await build_perks(small_city)
    await give_tier(admin, small_city, small_city.person_id, place=1)
    return SmallCodes(perks=perks, resident=resident_of(small_city))
