"""The redeeming queue, and who was served by himself in it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from small_city import SmallCity

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
