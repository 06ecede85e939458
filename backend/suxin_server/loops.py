"""Loops that a program runs for as long as it lives, whatever happens to the servers it talks to."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

FIRST_PAUSE_S: Final = 0.1
# Short, because work that waits must go on within 15 s of a server's return.
LONGEST_PAUSE_S: Final = 1.0
HEALTHY_AFTER_S: Final = 5.0
# What a server that restarts, or is not there, looks like from here.
_OUTAGES: Final = (OSError, TimeoutError, DBAPIError, RedisError)

log = structlog.get_logger("suxin.worker")


async def keep(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run ``work`` again whenever it ends, with growing pauses up to a second; only a cancellation ends it."""
    clock = asyncio.get_running_loop()
    pause_s = FIRST_PAUSE_S
    while True:
        began = clock.time()
        try:
            await work()
        except _OUTAGES as error:
            log.warning("interrupted", loop=name, why=f"{type(error).__name__}: {error}"[:500])
        except Exception:
            # A defect in one loop must not take the others down; it shows in the log at every turn.
            log.exception("failed", loop=name)
        if clock.time() - began >= HEALTHY_AFTER_S:
            pause_s = FIRST_PAUSE_S
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
