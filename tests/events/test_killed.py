"""A worker that is killed while it sends: what it held goes out again, under the same id, and nothing is missing."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from events_city import endpoint_at
from patience import PATIENCE_S
from small_city import Bank, SmallCity
from webhook_receiver import Receiver

from suxin.events.models import DeliveryState, WebhookDelivery
from suxin.kernel.sealing import Keyring, Sealer

pytestmark = pytest.mark.processes

PROGRAM = Path(__file__).with_name("postman_process.py")
REQUESTS = 3


@contextmanager
def postman_process(url: str, keyring: Keyring) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM)],
        env={
            **os.environ,
            "DATABASE_URL": url,
            "SUXIN_SEALING_KEYS": keyring.to_text(),
            "SUXIN_LOCAL_WEBHOOKS": "true",
        },
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def until(condition) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE_S
        await asyncio.sleep(0.05)


async def delivered(city: SmallCity, bank: Bank) -> set[str]:
    from sqlalchemy import select

    async with city.database.snapshot(bank.officer, now=city.now) as session:
        states = await session.scalars(select(WebhookDelivery.state))
        return {state.value for state in states}


async def test_what_a_killed_worker_held_goes_out_again_under_the_same_id(
    small_city: SmallCity, bank: Bank, receiver: Receiver, city
):
    keyring = Keyring.generate()
    here = SmallCity(**{**vars(small_city), "sealer": Sealer(keyring), "now": datetime.now(UTC)})
    _, secret = await endpoint_at(here, bank, f"{receiver.url}/events")
    receiver.tell(secret=secret, delay_s=3)
    for _ in range(REQUESTS):
        await small_city.submit()
    with postman_process(city.app, keyring) as process:
        await until(lambda: len(receiver.seen()) == REQUESTS)
        # All of them have been received, and none of the answers has.
        process.kill()
        process.wait()
    assert await delivered(here, bank) == {DeliveryState.PENDING}
    receiver.tell(delay_s=0)
    with postman_process(city.app, keyring):
        await until(lambda: len(receiver.seen()) == 2 * REQUESTS)
        began = time.monotonic()
        while await delivered(here, bank) != {DeliveryState.DELIVERED}:
            assert time.monotonic() - began < PATIENCE_S
            await asyncio.sleep(0.05)
    seen = receiver.seen()
    assert {one["verified"] for one in seen} == {True}
    first, second = seen[:REQUESTS], seen[REQUESTS:]
    assert sorted(one["id"] for one in first) == sorted(one["id"] for one in second)
    assert len({one["id"] for one in seen}) == REQUESTS
